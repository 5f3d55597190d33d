"""`loa article`: print what a campaign's facts and its template make."""

import sys
from datetime import date
from pathlib import Path
from typing import cast

import click

from loa import article as articles
from loa import script as scripts
from loa.article import html
from loa.article.filters import capital
from loa.campaign import load_commune
from loa.campaign.authoring import add_campaign
from loa.cli.app import CliContext, loa, pass_station
from loa.cli.edits import edit_file
from loa.cli.options import DAY
from loa.i18n import _
from loa.importing import documents, import_report
from loa.importing.notice import read_notice
from loa.normalizer import Region, spoken
from loa.text import nfc
from loa.workspace import read_text, yaml_files


@loa.command(help=_("Print an article: the commune's first campaign, or the one named."))
@click.argument("commune")
@click.argument("campaign", required=False)
@click.option("--format", "form", type=click.Choice(["md", "html", "txt"]), default="md", show_default=True)
@pass_station
def article(station: CliContext, commune: str, campaign: str | None, form: str) -> None:
    """Data to stdout."""
    facts = load_commune(station.workspace, commune)
    chosen = facts.campaign(campaign) if campaign else facts.campaigns[0]
    made = articles.render(station.workspace, facts, chosen)
    write = {
        "md": lambda: made.markdown,
        "html": lambda: html.to_html(made.markdown),
        "txt": lambda: html.to_text(made),
    }
    click.echo(write[form](), nl=False)


@loa.command(help=_("Print what will be said of an article, one sentence a line, in words only."))
@click.argument("commune")
@click.argument("campaign", required=False)
@pass_station
def script(station: CliContext, commune: str, campaign: str | None) -> None:
    """Data to stdout; where presenters take turns, each line begins with whose it is."""
    facts = load_commune(station.workspace, commune)
    chosen = facts.campaign(campaign) if campaign else facts.campaigns[0]
    for sentence in scripts.write(articles.render(station.workspace, facts, chosen), facts).sentences:
        speaker = f"{capital(sentence.presenter)}: " if sentence.presenter else ""
        click.echo(f"{speaker}{sentence.reading.text}")


@loa.command("spoken", help=_("Print how each line of standard input is read aloud."))
@click.option(
    "--region", type=click.Choice(["bac", "trung", "nam"]), default="bac", help=_("Whose number words to use.")
)
def spoken_command(region: str) -> None:
    """One output line for each input line; an empty one stays empty."""
    for line in sys.stdin.buffer:
        text = line.decode("utf-8", "replace").removeprefix("\ufeff").rstrip("\r\n")
        sys.stdout.write(spoken(text, region=cast("Region", region)) + "\n")
        sys.stdout.flush()


@loa.command(
    "import", help=_("Turn an article FILE (.docx, .pdf, .txt, .md) into a campaign of the template thong-bao.")
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--commune", "stem", help=_("Add it to this commune's file; else it is printed."))
@click.option("--as-of", type=DAY, help=_("The article's day (year-month-day); else the document's own, else today."))
@pass_station
def import_(station: CliContext, file: Path, stem: str | None, as_of: date | None) -> None:
    """The campaign to stdout, or into the commune's file; to stderr what was found and what was left out."""
    document = documents.read_file(file)
    today = date.today()  # noqa: DTZ011  the day of the desk where it is typed
    notice = read_notice(document, as_of or today)
    day = notice.day(as_of, today)
    for line in [*import_report.found(notice), *import_report.left(notice, document)]:
        click.echo(line, err=True)
    if stem is not None:
        stem = load_commune(station.workspace, stem).stem  # tells the communes there are where it has none of this name
    import_report.refuse_empty(notice, str(file))
    entry = notice.entry(day, import_report.heading())
    if stem is None:
        click.echo(notice.campaign(day, import_report.heading()), nl=False)
        return
    path = next(path for path in yaml_files(station.workspace.campaigns) if nfc(path.stem) == stem)
    _after, id_ = add_campaign(read_text(path), entry)
    edit_file(
        station.workspace,
        path,
        lambda text: add_campaign(text, entry)[0],
        _("article brought in: {title}").format(title=notice.title),
        action="campaign.imported",
        subject=f"{stem}/{id_}",
        detail=notice.title,
    )
    click.echo(station.workspace.relative(path))
