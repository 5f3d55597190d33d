"""`loa script`: what will be said of an article, one sentence a line."""

import click

from generator import article as articles
from generator import script as scripts
from generator.article.filters import capital
from generator.campaign import load_commune
from generator.cli.app import Station, loa, pass_station
from generator.i18n import _


@loa.command(help=_("Print what will be said of an article, one sentence a line, in words only."))
@click.argument("commune")
@click.argument("campaign", required=False)
@pass_station
def script(station: Station, commune: str, campaign: str | None) -> None:
    """Data to stdout; where presenters take turns, each line begins with whose it is."""
    facts = load_commune(station.workspace, commune)
    chosen = facts.campaign(campaign) if campaign else facts.campaigns[0]
    for sentence in scripts.write(articles.render(station.workspace, facts, chosen), facts).sentences:
        speaker = f"{capital(sentence.presenter)}: " if sentence.presenter else ""
        click.echo(f"{speaker}{sentence.reading.text}")
