"""What other processes ask of the one on air: put a recording on air now, stop the sound."""

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from loa.store.database import Database, instant, requests, stamp

_FRESH = datetime.timedelta(seconds=30)
"""A request that nobody took for so long is void: an old emergency must not sound at the next start."""


@dataclass(frozen=True, slots=True)
class Request:
    """`verb`: `air` (payload: bulletin, path, outputs, by, now, times, pause, resume) or `stop` (payload: by)."""

    id: int
    verb: str
    payload: Mapping[str, Any]
    at: datetime.datetime


def ask(store: Database, verb: str, payload: Mapping[str, Any], now: datetime.datetime) -> int:
    """Leave a request; its number. Raises StoreError."""
    with store.write() as connection:
        row = {"at": stamp(now), "verb": verb, "payload": json.dumps(dict(payload), ensure_ascii=False)}
        return int(connection.execute(insert(requests).values(row).returning(requests.c.id)).scalar_one())


def take(store: Database, now: datetime.datetime) -> list[Request]:
    """The requests that wait, marked as taken; stale ones are marked and left out. Raises StoreError."""
    with store.read() as connection:
        waiting = connection.execute(select(requests).where(requests.c.taken.is_(None))).mappings().all()
    if not waiting:
        return []
    with store.write() as connection:
        ids = [row["id"] for row in waiting]
        connection.execute(update(requests).where(requests.c.id.in_(ids)).values(taken=stamp(now)))
    found = [Request(row["id"], row["verb"], json.loads(row["payload"]), instant(row["at"])) for row in waiting]
    return [request for request in found if abs(now - request.at) < _FRESH]


def taken(store: Database, number: int) -> bool:
    """Whether the process on air has taken request `number`. Raises StoreError."""
    with store.read() as connection:
        return connection.execute(select(requests.c.taken).where(requests.c.id == number)).scalar() is not None
