"""`loa air`, `loa stop`, `loa clock`: what people tell the station on air."""

import contextlib
import datetime

import click

from loa.actions.clock import confirm_clock
from loa.actions.on_air import new_air_request
from loa.actions.own_station import play_to_end
from loa.actions.receipts import receipt, receipt_text
from loa.actions.release_now import release_now
from loa.automation.disk import open_station_store
from loa.cli.app import CliContext, loa, pass_station
from loa.cli.options import NOT_MINE, options_named
from loa.cli.stop import stop_here, user
from loa.clock import RealClock
from loa.errors import StoreError
from loa.i18n import _
from loa.schedule import UTC
from loa.schedule.loader import load_schedule
from loa.store import approvals
from loa.store.alarms import open_alarms


@loa.command("air", help=_("Put a released bulletin on air now."))
@click.argument("bulletin")
@click.option("--on", "outputs", multiple=True, required=True, metavar="OUTPUT", help=_("Where; may be given again."))
@click.option("--now", is_flag=True, help=_("An emergency: cut what is on air there."))
@click.option(
    "--by",
    default="",
    metavar="NAME",
    help=_("Who; with --now this also releases it on the spot, in the name of who signs."),
)
@click.option("--times", default=1, type=click.IntRange(1, 20), help=_("How many times it is said."))
@click.option("--pause", default="30s", help=_("Between two times."))
@click.option("--resume/--no-resume", default=None, help=_("Whether what is cut goes on afterwards."))
@click.option("--valid", metavar="TIME", help=_("How long it may still start, or go on after a power cut (30m, 2h)."))
@click.option("--not-mine", is_flag=True, help=_(NOT_MINE))
@pass_station
def air_command(
    station: CliContext,
    bulletin: str,
    outputs: tuple[str, ...],
    now: bool,
    by: str,
    times: int,
    pause: str,
    resume: bool | None,
    valid: str | None,
    not_mine: bool,
) -> None:
    """Play, and wait for the end; exit 1 unless it was aired."""
    workspace = station.workspace
    schedule = load_schedule(workspace)
    recording = approvals.find(workspace, bulletin)
    with options_named():
        request = new_air_request(
            schedule,
            bulletin=recording.id,
            outputs=outputs,
            by=by or user(),
            now=now,
            times=times,
            pause=pause,
            resume=resume,
            valid=valid,
        )
    store = open_station_store(workspace, schedule)
    if by and now:
        with options_named():
            release_now(workspace, store, schedule, recording, request.by, at=user(), not_mine=not_mine)
    seen: list[str] = []

    def tell(number: int) -> None:
        with contextlib.suppress(StoreError):
            found = receipt(store, number, schedule)
            text = receipt_text(found) if found and found.stage != "over" else ""
            if text and text not in seen[-1:]:
                seen.append(text)
                click.echo(text, err=True)

    outcome = play_to_end(workspace, store, request, tell)
    click.echo(f"{recording.id}: {outcome}")
    raise SystemExit(0 if outcome.startswith("aired") else 1)


@loa.command("stop", help=_("Stop the sound at once."))
@click.option("--by", default="", metavar="NAME", help=_("Who; stands in the log."))
@pass_station
def stop_command(station: CliContext, by: str) -> None:
    """Stop; exit 1 where nothing is on air."""
    with options_named():
        raise SystemExit(stop_here(station.workspace, by))


@loa.command(help=_("Show what the computer's clock says, and whether anybody keeps it right."))
@click.option("--right", is_flag=True, help=_("You have looked at a watch, and the clock is right."))
@click.option("--by", default="", metavar="NAME", help=_("Who; stands in the log."))
@pass_station
def clock(station: CliContext, *, right: bool, by: str) -> None:
    """Print the time; exit 1 where the station on air does not trust it."""
    schedule = load_schedule(station.workspace)
    store = open_station_store(station.workspace, schedule)
    now = datetime.datetime.now(UTC).astimezone(schedule.timezone)
    click.echo(_("The clock says {now}.").format(now=f"{now:%H:%M:%S %d/%m/%Y} ({schedule.timezone.key})"))
    click.echo(_("NTP keeps it right.") if RealClock().synchronised() else _("NTP does not keep it right."))
    if right:
        confirm_clock(store, by or user())
        click.echo(_("The station goes by it."))
        return
    doubts = [alarm for alarm in open_alarms(store) if alarm.kind == "clock"]
    for alarm in doubts:
        click.echo(f"{alarm.at.astimezone(schedule.timezone):%H:%M %d/%m/%Y}: {alarm.message}")
    raise SystemExit(1 if doubts else 0)
