"""What somebody must be told: kept in the database for the console and `loa doctor`, sent once on every channel."""

import datetime
from dataclasses import dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

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


def raise_alarm(store: Database, alarm: Alarm, channels: tuple[str, ...]) -> bool:
    """Keep an alarm, to be sent on `channels`; False if this event was raised before. Raises StoreError."""
    try:
        with store.write() as connection:
            connection.execute(
                insert(alarms).values(
                    event=alarm.event, at=stamp(alarm.at), kind=alarm.kind, message=alarm.message, cleared=None
                )
            )
            for channel in channels:
                row = {"event": alarm.event, "channel": channel, "attempts": 0, "next": stamp(alarm.at)}
                connection.execute(insert(deliveries).values(row))
    except IntegrityError:
        return False
    return True


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
