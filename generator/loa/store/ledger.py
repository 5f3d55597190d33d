"""The ledger: which airings were taken on, by whom, and how far they came. One row each, so none starts twice."""

import datetime
import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, Update, insert, select, update

from loa.schedule import Airing
from loa.store.database import Database, instant, stamp
from loa.store.lease import holds
from loa.store.requests import mark_taken
from loa.store.tables import ledger, logbook


@dataclass(frozen=True, slots=True)
class Claim:
    """An airing taken on. `position`: seconds of the recording played so far, None before its outputs were opened;
    `times_played`: how often it was played to its end.
    """

    airing: str
    broadcast: str
    commune: str
    bulletin: str
    planned: datetime.datetime
    outputs: tuple[str, ...]
    holder: str
    started: datetime.datetime | None = None
    position: float | None = None
    sha256: str | None = None
    times_played: int = 0


def claim_all(
    store: Database,
    wanted: Iterable[tuple[Airing, tuple[str, ...]]],
    holder: str,
    now: datetime.datetime,
    *,
    request: int | None = None,
) -> bool:
    """Take airings on, each with its outputs, in one transaction: all or none. Where a process that is no more had one,
    take over its row, with how far it came.

    `request`: the number of the request that asks for it, which is marked as taken in the same transaction: both are
    there after a kill, or neither. False, and nothing changes, where `holder` no longer has the lease, or the request
    was taken back meanwhile. Raises StoreError.
    """
    with store.write() as connection:
        if not holds(connection, holder):
            return False
        if request is not None and not connection.execute(mark_taken([request], now)).rowcount:
            return False
        for airing, outputs in wanted:
            _claim_row(connection, airing, outputs, holder, now)
    return True


def _claim_row(
    connection: Connection, airing: Airing, outputs: tuple[str, ...], holder: str, now: datetime.datetime
) -> None:
    if connection.execute(update(ledger).where(ledger.c.airing == airing.id).values(holder=holder)).rowcount:
        return
    values = {
        "airing": airing.id,
        "broadcast": airing.broadcast,
        "commune": airing.commune,
        "bulletin": airing.bulletin,
        "planned": stamp(airing.planned),
        "outputs": json.dumps(outputs),
        "priority": airing.priority,
        "holder": holder,
        "claimed": stamp(now),
    }
    connection.execute(insert(ledger).values(values))


def position_note(
    airing: str,
    position: float,
    *,
    started: datetime.datetime | None = None,
    sha256: str | None = None,
    bulletin: str | None = None,
    times_played: int = 0,
) -> Update:
    """The statement that remembers how far an airing has come, so that it can be resumed."""
    values: dict[str, object] = {"position": position, "times_played": times_played}
    if started:
        values["started"] = stamp(started)
    if sha256:
        values |= {"sha256": sha256, "bulletin": bulletin}
    return update(ledger).where(ledger.c.airing == airing).values(values)


def unfinished(store: Database) -> list[Claim]:
    """Airings that were taken on and have no outcome. Raises StoreError."""
    outcome = (logbook.c.airing == ledger.c.airing) & logbook.c.void.is_(None)
    query = select(ledger).outerjoin(logbook, outcome).where(logbook.c.seq.is_(None))
    with store.read() as connection:
        return [_claim(row) for row in connection.execute(query).mappings()]


def _claim(row: RowMapping) -> Claim:
    values = dict(row)
    return Claim(
        values["airing"],
        values["broadcast"],
        values["commune"],
        values["bulletin"],
        instant(values["planned"]),
        tuple(json.loads(values["outputs"])),
        values["holder"],
        instant(values["started"]) if values["started"] else None,
        values["position"],
        values["sha256"],
        values["times_played"] or 0,
    )
