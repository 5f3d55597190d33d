"""What other processes ask of the one on air: put a recording on air now, stop the sound."""

import contextlib
import datetime
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

from loa.errors import StoreError
from loa.store.database import Database, instant, stamp
from loa.store.tables import requests
from loa.workspace import write_atomic

_FRESH = datetime.timedelta(seconds=30)
"""A request that nobody took for so long is void: an old emergency must not sound at the next start."""
_AT_ONCE = 0.3
"""Seconds for which a STOP waits for another program's lock; then it goes past the database."""
_OBEYED = 3.0
"""Seconds in which a station on this computer takes a STOP that went past the database."""


@dataclass(frozen=True, slots=True)
class Request:
    """`verb`: `air` (payload: bulletin, path, outputs, by, now, times, pause, resume) or `stop` (payload: by)."""

    id: int
    verb: str
    payload: Mapping[str, Any]
    at: datetime.datetime

    def is_fresh(self, now: datetime.datetime) -> bool:
        """Whether it still counts."""
        return abs(now - self.at) < _FRESH


def ask(
    store: Database, verb: str, payload: Mapping[str, Any], now: datetime.datetime, *, patience: float | None = None
) -> int:
    """Leave a request; its number. `patience`: as of `Database.write`. Raises StoreError."""
    with store.write(patience) as connection:
        row = {"at": stamp(now), "verb": verb, "payload": json.dumps(dict(payload), ensure_ascii=False)}
        return int(connection.execute(insert(requests).values(row).returning(requests.c.id)).scalar_one())


def ask_stop(store: Database, file: Path, by: str, now: datetime.datetime) -> int:
    """Ask for silence; the request's number. Where the database does not take it at once, it goes by `file`, which the
    station on air looks at too, and the number is 0: the station has taken it.

    Raises StoreError, WorkspaceError where it went neither way: nothing was stopped.
    """
    try:
        return ask(store, "stop", {"by": by}, now, patience=_AT_ONCE)
    except StoreError:
        write_atomic(file, json.dumps({"by": by, "at": stamp(now)}, ensure_ascii=False))
        end = time.monotonic() + _OBEYED
        while file.exists():
            if time.monotonic() > end:  # no station here, or one that hangs
                file.unlink(missing_ok=True)
                raise
            time.sleep(0.02)
        return 0


def take_stop(file: Path, now: datetime.datetime) -> Request | None:
    """The STOP that went past the database; its number is 0."""
    if not file.exists():
        return None
    with contextlib.suppress(OSError, ValueError, LookupError, TypeError):
        text = file.read_text("utf-8")
        file.unlink()
        data = json.loads(text)
        request = Request(0, "stop", {"by": str(data["by"])}, instant(data["at"]))
        return request if request.is_fresh(now) else None
    return None


def waiting(store: Database) -> list[Request]:
    """The requests that nobody took yet, the oldest first, stale ones too. Raises StoreError."""
    query = select(requests).where(requests.c.taken.is_(None)).order_by(requests.c.id)
    return [
        Request(row["id"], row["verb"], json.loads(row["payload"]), instant(row["at"])) for row in store.rows(query)
    ]


def take(store: Database, taken: Iterable[Request], now: datetime.datetime) -> None:
    """Mark requests as taken. Raises StoreError."""
    ids = [request.id for request in taken]
    with store.write() as connection:
        connection.execute(update(requests).where(requests.c.id.in_(ids)).values(taken=stamp(now)))


def taken(store: Database, number: int) -> bool:
    """Whether the process on air has taken request `number`. Raises StoreError."""
    with store.read() as connection:
        return connection.execute(select(requests.c.taken).where(requests.c.id == number)).scalar() is not None
