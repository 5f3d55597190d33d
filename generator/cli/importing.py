"""`loa import`: a pasted article becomes a campaign."""

from datetime import date
from pathlib import Path

import click

from generator.campaign import load_commune, read_commune
from generator.campaign.adding import add_campaign
from generator.cli.app import Station, loa, pass_station
from generator.cli.when import DAY
from generator.errors import LoaError
from generator.i18n import _, ngettext
from generator.review import documents, pasted
from generator.workspace import read_text, write_atomic


@loa.command(
    "import", help=_("Turn a pasted article FILE (.txt, .docx, .md) into a campaign of the template thong-bao.")
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--commune", "stem", help=_("Add it to this commune's file; else it is printed."))
@click.option("--as-of", type=DAY, help=_("The article's day (year-month-day); else today."))
@pass_station
def import_(station: Station, file: Path, stem: str | None, as_of: date | None) -> None:
    """The campaign to stdout, or into the commune's file."""
    raw, shape = documents.read_document(file)
    day = as_of or date.today()  # noqa: DTZ011  the day of the desk where it is typed
    article = pasted.read_pasted(raw, day, shape)
    many = ngettext("{many} place mended", "{many} places mended", article.mended).format(many=article.mended)
    click.echo(many, err=True)
    if stem is None:
        click.echo(article.campaign(day), nl=False)
        return
    load_commune(station.workspace, stem)  # tells the communes there are where it has none of this name
    path = station.workspace.campaigns / f"{stem}.yaml"
    _commune, source = read_commune(path, station.workspace.relative(path))
    before = read_text(path)
    after, _id = add_campaign(before, article.entry(day))
    write_atomic(path, after)
    try:
        read_commune(path, source.file)
    except LoaError:
        write_atomic(path, before)
        raise
    click.echo(source.file)
