"""`loa spoken`: how a text is read aloud, line by line."""

import sys
from typing import cast

import click

from generator.cli.app import loa
from generator.i18n import _
from generator.vietnamese import Region, spoken


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
