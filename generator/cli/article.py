"""`loa article`: print what a campaign's facts and its template make."""

import click

from generator import article as articles
from generator.article import output
from generator.campaign import load_commune
from generator.cli.app import Station, loa, pass_station
from generator.i18n import _


@loa.command(help=_("Print an article: the commune's first campaign, or the one named."))
@click.argument("commune")
@click.argument("campaign", required=False)
@click.option("--format", "form", type=click.Choice(["md", "html", "txt"]), default="md", show_default=True)
@pass_station
def article(station: Station, commune: str, campaign: str | None, form: str) -> None:
    """Data to stdout."""
    facts = load_commune(station.workspace, commune)
    chosen = facts.campaign(campaign) if campaign else facts.campaigns[0]
    made = articles.render(station.workspace, facts, chosen)
    write = {
        "md": lambda: made.markdown,
        "html": lambda: output.to_html(made.markdown),
        "txt": lambda: output.to_text(made),
    }
    click.echo(write[form](), nl=False)
