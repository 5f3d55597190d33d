"""Outcomes that were written by a wrong clock: once somebody vouches for the right one, they count no longer.

A clock that was ahead writes `missed` for airings that are still to come. Nothing is deleted: a row of the kind `clock`
names what is void, those rows are marked, and the airings may be taken on again. What was heard stays as it is.
"""

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select, update

from loa.i18n import _
from loa.store.asrun import CLOCK, GAP, UNHEARD, VOID, NewRow, append_all, gap_details, gap_outcomes, outcomes
from loa.store.database import Database, instant, stamp
from loa.store.tables import logbook

_TOLERANCE = datetime.timedelta(minutes=2)
"""How far a row may be ahead of a clock that is right: NTP corrects it by seconds now and then."""
_AT_ONCE = 500
"""Rows marked by one statement: SQLite takes so many parameters and not many more."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """Outcomes of airings that may still be on air: `airings` with the outcome of each, the first of them planned at
    `first`; `rows`: the numbers of the rows that hold nothing else.
    """

    airings: Mapping[str, str]
    first: datetime.datetime
    rows: tuple[int, ...]


def find_ahead(store: Database, now: datetime.datetime, start_within: Mapping[str, datetime.timedelta]) -> Ahead | None:
    """What was written by a clock that was ahead of `now`, the right time; None if there is nothing.

    `start_within`: how late each broadcast may start. Raises StoreError.
    """
    late, zero = max(start_within.values(), default=datetime.timedelta()), datetime.timedelta()
    since = stamp(now - late)
    ahead = (logbook.c.void.is_(None), logbook.c.at > stamp(now + _TOLERANCE), logbook.c.outcome.in_(UNHEARD))
    singles = select(logbook.c.seq, logbook.c.airing, logbook.c.broadcast, logbook.c.planned, logbook.c.outcome).where(
        *ahead, logbook.c.kind == "airing", logbook.c.broadcast.is_not(None), logbook.c.planned > since
    )
    gaps = select(logbook.c.seq, logbook.c.ended, logbook.c.details).where(
        *ahead, logbook.c.kind == GAP, logbook.c.ended > since
    )
    airings: dict[str, str] = {}
    instants: list[datetime.datetime] = []
    rows: list[int] = []
    with store.read() as connection:
        for row in connection.execute(singles.where(logbook.c.started.is_(None))):
            planned = instant(row.planned)
            if planned + start_within.get(row.broadcast, zero) > now:
                airings[row.airing] = row.outcome
                instants.append(planned)
                rows.append(row.seq)
        marked = list(airings)
        for some in range(0, len(marked), _AT_ONCE):
            parts = select(logbook.c.seq).where(
                logbook.c.void.is_(None), logbook.c.part_of.in_(marked[some : some + _AT_ONCE])
            )
            rows += connection.execute(parts).scalars()
        in_gaps = connection.execute(gaps).all()
    counts = outcomes(store, now - late, max(instant(gap.ended) for gap in in_gaps)) if in_gaps else {}
    for gap in in_gaps:
        found = gap_outcomes(json.loads(gap.details))
        before = len(airings)
        for airing, outcome in found.items():
            broadcast, _at, text = airing.rpartition("@")
            planned = datetime.datetime.fromisoformat(text)
            if planned + start_within.get(broadcast, zero) > now and airing in counts:
                airings[airing] = outcome
                instants.append(planned)
        if len(airings) - before == len(found):
            rows.append(gap.seq)
    return Ahead(airings, min(instants), tuple(sorted(rows))) if airings else None


def make_void(store: Database, ahead: Ahead, now: datetime.datetime, seal: Path | None) -> None:
    """Write the row that names them, and mark them, in one transaction. Raises StoreError."""
    reason = _("outcomes by a wrong clock that count no longer: {number}; those airings may still be on air").format(
        number=len(ahead.airings)
    )
    named = {"rows": list(ahead.rows), "airings": gap_details(ahead.airings, {})["airings"]}
    marks = [
        update(logbook).where(logbook.c.seq.in_(ahead.rows[some : some + _AT_ONCE])).values(void=1)
        for some in range(0, len(ahead.rows), _AT_ONCE)
    ]
    append_all(store, [NewRow(CLOCK, reason=reason, details={VOID: named})], now, together=marks, seal=seal)
