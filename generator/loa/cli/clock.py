"""`loa clock`: whether the computer's clock can be trusted, and the word of a person that it can."""

import datetime

import click

from loa.actions.clock import confirm_clock
from loa.automation.disk import open_station_store
from loa.cli.app import CliContext, loa, pass_station
from loa.cli.options import user
from loa.clock import RealClock
from loa.i18n import _
from loa.schedule import UTC
from loa.schedule.loader import load_schedule
from loa.store.alarms import open_alarms


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
