"""Acknowledge alarms."""

import datetime

from loa.actions.offices import WHOLE, Office
from loa.schedule import UTC, Schedule
from loa.store import alarms
from loa.store.database import Database
from loa.workspace import commune_of


def clear_alarms(
    store: Database, event: str | None = None, office: Office = WHOLE, schedule: Schedule | None = None
) -> int:
    """Somebody has seen all alarms that concern the person, or the one called `event`; how many. Raises StoreError."""
    now = datetime.datetime.now(UTC)
    if office.communes is None:
        return alarms.clear(store, now, event)
    seen = [alarm.event for alarm in alarms.open_alarms(store) if event in (None, alarm.event)]
    return sum(alarms.clear(store, now, found) for found in seen if schedule and concerns(found, office, schedule))


def output_of(event: str) -> str | None:
    """The output that an alarm is about, by itself or during an airing; None where it is about none."""
    if event.startswith("output:"):
        return event.removeprefix("output:").rpartition("@")[0]
    _airing, found, name = event.rpartition(" output ")
    return name if found else None


def concerns(event: str, office: Office, schedule: Schedule) -> bool:
    """Whether an alarm is about an airing or an output of the communes for which somebody works.

    Other alarms, of the computer, its clock, its disk, are for whoever works for the whole station.
    """
    if office.communes is None:
        return True
    if event.startswith("output:"):
        name = output_of(event) or ""
        return name in schedule.outputs and office.owns(schedule.owners(name))
    broadcast = event.partition("@")[0]
    if broadcast.startswith("air:"):
        return office.covers(commune_of(broadcast.removeprefix("air:")))
    found = schedule.broadcast(broadcast)
    return found is not None and office.covers(found.commune)
