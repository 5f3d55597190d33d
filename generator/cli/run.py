"""`loa run`: the station on air, and the console beside it."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import click

from generator.cli.app import Station, loa, pass_station
from generator.cli.console import as_arguments, listen_options
from generator.console.child import console_beside, installed
from generator.i18n import _


@loa.command(help=_("Stay on air by the schedule, until Ctrl+C."))
@click.option("--no-console", is_flag=True, help=_("Without the web console."))
@click.option(
    "--console",
    "listen",
    default="127.0.0.1:8686",
    show_default=True,
    metavar="HOST:PORT",
    help=_("Where the console listens."),
)
@listen_options
@click.option("--trust-clock", is_flag=True, help=_("The clock is right, even if the log holds later rows."))
@pass_station
def run(
    station: Station,
    no_console: bool,
    listen: str,
    tls_cert: Path | None,
    tls_key: Path | None,
    behind_proxy: bool,
    trust_clock: bool,
) -> None:
    """Run the station, and the console beside it."""
    workspace = station.workspace
    click.echo(_("On air by schedule.yaml. Ctrl+C ends."), err=True)
    if no_console or not installed():
        if not no_console:
            click.echo(_("The console is not installed.") + " " + _("Install it: pip install 'loa[console]'"), err=True)
        beside: AbstractContextManager[None] = nullcontext()
    else:
        beside = console_beside(workspace, as_arguments(listen, tls_cert, tls_key, behind_proxy))
    with beside:
        from generator import on_air  # while this loads, the console already does

        on_air.run(workspace, trust_clock=trust_clock)
