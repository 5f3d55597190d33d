"""`loa air`, `loa stop`: the loudspeakers, by hand."""

import datetime
import getpass
import threading

import click

from generator import approval, on_air
from generator.cli.app import Station, loa, pass_station
from generator.i18n import _
from generator.schedule import UTC, Schedule


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
    station: Station,
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
    store = on_air.open_station_store(workspace, Schedule.load(workspace))
    recording = approval.find(workspace, bulletin)
    if by and now:
        approval.release(workspace, store, recording, by, datetime.datetime.now(UTC))
    interrupted = threading.Event()
    try:
        outcome = on_air.air(
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
def stop(station: Station, by: str) -> None:
    """Stop; exit 1 where nothing is on air."""
    workspace = station.workspace
    store = on_air.open_station_store(workspace, Schedule.load(workspace))
    if not on_air.stop(store, by or getpass.getuser()):
        click.echo(_("Nothing is on air here."), err=True)
        raise SystemExit(1)
    click.echo(_("Stopped."))
