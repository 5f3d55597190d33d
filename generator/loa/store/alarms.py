"""What somebody must be told: kept in the database for the console and `loa doctor`, sent once on every channel."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, Insert, Table, exists, insert, literal, select, update

from loa.schedule import Alerts
from loa.store.asrun import NewRow, append_all
from loa.store.database import Database, instant, stamp
from loa.store.tables import alarms, deliveries


@dataclass(frozen=True, slots=True)
class Alarm:
    """`event` names it for ever: the same event is raised and sent once. `kind`: missed, late, short, silent, ..."""

    event: str
    kind: str
    message: str
    at: datetime.datetime
    cleared: datetime.datetime | None = None


def channels(alerts: Alerts) -> tuple[str, ...]:
    """On which alarms are sent."""
    return tuple(name for name, used in (("webhook", alerts.webhook), ("email", alerts.email)) if used)


def raised(store: Database, events: Iterable[str]) -> set[str]:
    """Those of `events` that were raised before. Raises StoreError."""
    with store.read() as connection:
        return set(connection.execute(select(alarms.c.event).where(alarms.c.event.in_(list(events)))).scalars())


def raising(alarm: Alarm, channels: tuple[str, ...]) -> list[Insert]:
    """The statements that keep an alarm, to be sent on `channels`; without effect if its event was raised before."""
    at = stamp(alarm.at)
    row = {"event": alarm.event, "at": at, "kind": alarm.kind, "message": alarm.message}
    if alarm.cleared:
        row["cleared"] = stamp(alarm.cleared)
    statements = [_insert_new(alarms, row, alarms.c.event == alarm.event)]
    for channel in channels:
        sending = {"event": alarm.event, "channel": channel, "attempts": 0, "next": at}
        same = (deliveries.c.event == alarm.event, deliveries.c.channel == channel)
        statements.append(_insert_new(deliveries, sending, *same))
    return statements


def raise_once(store: Database, alarm: Alarm, channels: tuple[str, ...], seal: Path) -> None:
    """Write an alarm, and the row of the log that says so; without effect if its event was raised before.

    Raises StoreError.
    """
    if not raised(store, [alarm.event]):
        entry = NewRow("alarm", reason=alarm.message, details={"event": alarm.event})
        append_all(store, [entry], alarm.at, together=raising(alarm, channels), seal=seal)


def _insert_new(table: Table, row: Mapping[str, object], *same: ColumnElement[bool]) -> Insert:
    """The statement that adds `row` unless there is a `same` one."""
    values = select(*(literal(value, table.c[name].type) for name, value in row.items()))
    return insert(table).from_select(list(row), values.where(~exists().select_from(table).where(*same)))


def open_alarms(store: Database) -> list[Alarm]:
    """Those that nobody has cleared, the newest first. Raises StoreError."""
    query = select(alarms).where(alarms.c.cleared.is_(None)).order_by(alarms.c.at.desc())
    with store.read() as connection:
        return [Alarm(r.event, r.kind, r.message, instant(r.at)) for r in connection.execute(query)]


def clear(store: Database, now: datetime.datetime, event: str | None = None) -> int:
    """Somebody has seen them (or the one called `event`); how many. Raises StoreError."""
    change = update(alarms).where(alarms.c.cleared.is_(None)).values(cleared=stamp(now))
    with store.write() as connection:
        return connection.execute(change.where(alarms.c.event == event) if event else change).rowcount


@dataclass(frozen=True, slots=True)
class Delivery:
    """An alarm that has still to go out on `channel`; `attempts` failed so far."""

    alarm: Alarm
    channel: str
    attempts: int


def to_send(store: Database, now: datetime.datetime) -> list[Delivery]:
    """What is due to be sent. Raises StoreError."""
    query = (
        select(alarms, deliveries.c.channel, deliveries.c.attempts)
        .join(deliveries, deliveries.c.event == alarms.c.event)
        .where(deliveries.c.sent.is_(None), deliveries.c.next <= stamp(now))
        .order_by(alarms.c.at)
    )
    with store.read() as connection:
        return [
            Delivery(Alarm(r.event, r.kind, r.message, instant(r.at)), r.channel, r.attempts)
            for r in connection.execute(query)
        ]


def sent(store: Database, delivery: Delivery, now: datetime.datetime) -> None:
    """It is out. Raises StoreError."""
    _change(store, delivery, sent=stamp(now), error=None)


def try_later(store: Database, delivery: Delivery, moment: datetime.datetime, error: str) -> None:
    """It failed; not before `moment` again. Raises StoreError."""
    _change(store, delivery, attempts=delivery.attempts + 1, next=stamp(moment), error=error)


def _change(store: Database, delivery: Delivery, **values: object) -> None:
    where = (deliveries.c.event == delivery.alarm.event, deliveries.c.channel == delivery.channel)
    with store.write() as connection:
        connection.execute(update(deliveries).where(*where).values(values))
