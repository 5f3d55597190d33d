"""`loa air`, `loa stop`: the loudspeakers, by hand."""

import datetime
import getpass
import threading

import click

from loa.automation import commands, service
from loa.cli.app import CliContext, loa, pass_station
from loa.i18n import _
from loa.schedule import UTC
from loa.schedule.loader import load_schedule
from loa.store import approvals


@loa.command(help=_("Put a released bulletin on air now."))
@click.argument("bulletin")
@click.option("--on", "outputs", multiple=True, required=True, metavar="OUTPUT", help=_("Where; may be given again."))
@click.option("--now", is_flag=True, help=_("An emergency: cut what is on air there."))
@click.option("--by", default="", metavar="NAME", help=_("Who; with --now this also releases it on the spot."))
@click.option("--times", default=1, type=click.IntRange(1, 20), help=_("How many times it is said."))
@click.option("--pause", default="30s", help=_("Between two times."))
@click.option("--resume/--no-resume", default=None, help=_("Whether what is cut goes on afterwards."))
@pass_station
def air(
    station: CliContext,
    bulletin: str,
    outputs: tuple[str, ...],
    now: bool,
    by: str,
    times: int,
    pause: str,
    resume: bool | None,
) -> None:
    """Play, and wait for the end; exit 1 unless it was aired."""
    workspace = station.workspace
    store = service.open_station_store(workspace, load_schedule(workspace))
    recording = approvals.find(workspace, bulletin)
    if by and now:
        approvals.approve(workspace, store, recording, by, datetime.datetime.now(UTC))
    interrupted = threading.Event()
    try:
        outcome = commands.air(
            workspace,
            store,
            recording,
            outputs,
            by=by or getpass.getuser(),
            now=now,
            times=times,
            pause=pause,
            resume=resume,
            interrupted=interrupted,
        )
    finally:
        interrupted.set()
    click.echo(f"{recording.id}: {outcome}")
    raise SystemExit(0 if outcome.startswith("aired") else 1)


@loa.command(help=_("Stop the sound at once."))
@click.option("--by", default="", metavar="NAME", help=_("Who; stands in the log."))
@pass_station
def stop(station: CliContext, by: str) -> None:
    """Stop; exit 1 where nothing is on air."""
    workspace = station.workspace
    store = service.open_station_store(workspace, load_schedule(workspace))
    if not commands.stop(workspace, store, by or getpass.getuser()):
        click.echo(_("Nothing is on air here."), err=True)
        raise SystemExit(1)
    click.echo(_("Stopped."))
