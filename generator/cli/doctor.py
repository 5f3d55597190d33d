"""`loa doctor`: what is installed and what is not, and whether the station can go on air."""

import json
import sys
from dataclasses import asdict

import click

from generator.cli.app import Station, loa, pass_station
from generator.doctor import Health, examine
from generator.i18n import _

_MARKS = {Health.GOOD: ("✓", "green"), Health.WEAK: ("•", "yellow"), Health.BAD: ("✗", "red")}


@loa.command(help=_("Tell what is installed, what is not, and what keeps the station from going on air."))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help=_("Form of output."))
@pass_station
def doctor(station: Station, form: str) -> None:
    """Exit code 1 where something is bad, an alarm that nobody cleared included."""
    checks = list(examine(station.workspace))
    if form == "json":
        click.echo(json.dumps([asdict(check) for check in checks], ensure_ascii=False, indent=2))
    else:
        for check in checks:
            mark, colour = _MARKS[check.health]
            click.echo(f"{click.style(mark, fg=colour)} {check.name}: {check.detail}")
            if check.mend and check.health is not Health.GOOD:
                click.echo(f"    → {check.mend}")
    if any(check.health is Health.BAD for check in checks):
        sys.exit(1)
