"""Rows of the as-run log: how they are written, chained and read."""

import datetime
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Connection, Insert, RowMapping, Update, func, select
from sqlalchemy.exc import IntegrityError

from loa.errors import Finding, LogbookError, StoreError
from loa.i18n import _
from loa.logs import logger
from loa.store import seal as seals
from loa.store.chain import GENESIS, add_row, canonical
from loa.store.database import Database, instant, stamp
from loa.store.seal import Sealed
from loa.store.tables import logbook

Outcome = Literal["aired", "aired-late", "resumed", "cut", "missed", "skipped"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
GAP = "gap"
"""Kind of a row for a long time in which nothing was aired.

`planned` and `ended` bound the span, `outcome` is the worst one in it, `details["airings"]` holds the outcome of each
airing: `{outcome: {broadcast: [planned instant, ...]}}`, so that an airing's id is `<broadcast>@<planned instant>`;
`details["communes"]` tells whose each broadcast is.
"""
PLANNED = ("airing", GAP)
"""Kinds of rows that hold outcomes of airings."""
CLOCK, VOID = "clock", "void"
"""Kind of a row about the clock; key in its details that names what a wrong clock has written (`automation.voids`)."""
UNHEARD: tuple[Outcome, ...] = ("missed", "skipped")
"""Only such outcomes become void."""
DOUBTED = "clock_doubted"
"""Key in the details of a row whose `at` is by a clock that could not be trusted."""


@dataclass(frozen=True, slots=True)
class NewRow:
    """Something to be logged.

    `kind`: `airing` for the outcome of an airing, `output` for that of one output of the airing `part_of`, else an
    event (`alarm`, `approval`, `station`, ...). `details`: whatever else is known, as JSON; programs may add to it.
    """

    kind: str = "airing"
    airing: str | None = None
    broadcast: str | None = None
    commune: str | None = None
    output: str | None = None
    planned: datetime.datetime | None = None
    started: datetime.datetime | None = None
    ended: datetime.datetime | None = None
    outcome: Outcome | None = None
    reason: str | None = None
    bulletin: str | None = None
    sha256: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    part_of: str | None = None


_TRIES = 50
"""How often a row is written anew because another process wrote one first."""
_BEST_FIRST: tuple[Outcome, ...] = ("aired", "resumed", "aired-late", "skipped", "cut", "missed")


def output_row(airing: NewRow, output: str) -> NewRow:
    """The row of one output of `airing`, with the same outcome."""
    return replace(airing, kind="output", airing=None, part_of=airing.airing, output=output, details={})


def with_outputs(airing: NewRow, outputs: Sequence[NewRow]) -> list[NewRow]:
    """The row that sums the airing up, with the best and the worst of its outputs, and the rows of these."""
    found = sorted((row.outcome for row in outputs if row.outcome), key=_BEST_FIRST.index)
    if not found:
        return [airing, *outputs]
    return [replace(airing, details={**airing.details, "best": found[0], "worst": found[-1]}), *outputs]


_NO_INSTANT = datetime.datetime.min.replace(tzinfo=datetime.UTC)


@dataclass(frozen=True, slots=True)
class Row(NewRow):
    """An entry as it stands in the log. `format`, `station`: see `chain`; empty in rows of Loa 0.1. `void`: it counts
    no longer.
    """

    seq: int = 0
    at: datetime.datetime = _NO_INSTANT
    previous: str = GENESIS
    hash: str = ""
    format: int | None = None
    station: str | None = None
    void: int | None = None


def append(store: Database, entry: NewRow, at: datetime.datetime, *, seal: Path | None = None) -> Row:
    """Write `entry` at the end of the chain. `seal` is the file that remembers the ends of the log (see `seal`).

    Raises LogbookError `logbook.twice` where the airing, or its output, already has its outcome; StoreError.
    """
    return append_all(store, [entry], at, seal=seal)[-1]


def append_all(
    store: Database,
    entries: Iterable[NewRow],
    at: datetime.datetime,
    *,
    together: Iterable[Insert | Update] = (),
    found: Callable[[Connection], Iterable[NewRow]] | None = None,
    seal: Path | None = None,
) -> list[Row]:
    """Write `entries` as `append` does, in one transaction with the changes `together`: what was done and the log of
    it are both there, or neither.

    The seal is read first: where the log does not hold the row that was sealed last, it was changed, and a row of the
    kind `log` says so before the entries. `found` gives more entries, from what stands there before the changes, in the
    same transaction. Returns all rows that were written. Raises as `append`.
    """
    entries, together = list(entries), list(together)
    check = _sealed(seal) if seal and (entries or found) else None
    for tries in itertools.count(1):
        try:
            with store.write() as connection:
                more = list(found(connection)) if found else []
                for statement in together:
                    connection.execute(statement)
                contradiction = check(connection) if check else None
                before = [contradiction] if contradiction else []
                written: list[Row] = []
                last: dict[str, Any] | None = None
                for entry in (*before, *entries, *more):
                    last = _append(connection, entry, at, last)
                    written.append(_row(last))
            break
        except IntegrityError as error:
            for entry in entries:
                if _has_outcome(store, entry):
                    name = entry.airing or f"{entry.part_of} ({entry.output})"
                    message = _("{airing} already has its outcome.").format(airing=name)
                    raise LogbookError(Finding("logbook.twice", message)) from error
            if tries == _TRIES:
                raise StoreError(Finding("store.busy", _("Other programs write to the log all the time."))) from error
            # another process wrote between our look and our row (PostgreSQL): take its row as the last
    if seal and written:
        _seal(seal, written[-1])
    return written


def _append(
    connection: Connection, entry: NewRow, at: datetime.datetime, last: dict[str, Any] | None
) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(entry, name) for name in NewRow.__slots__ if name != "details"}
    for name in ("planned", "started", "ended"):
        values[name] = stamp(values[name]) if values[name] else None
    return add_row(connection, values | {"at": stamp(at), "details": canonical(entry.details)}, last)


def _has_outcome(store: Database, entry: NewRow) -> bool:
    if entry.airing:
        return outcome_of(store, entry.airing) is not None
    if entry.part_of is None:
        return False
    query = select(logbook.c.seq).where(_counts, logbook.c.part_of == entry.part_of, logbook.c.output == entry.output)
    with store.read() as connection:
        return connection.execute(query).first() is not None


def _sealed(seal: Path) -> Callable[[Connection], NewRow | None] | None:
    """Read the seal, now; what to look for in the log then: the row to write where they contradict each other."""
    try:
        seals.begin(seal)
        sealed = seals.newest(seal)
    except OSError as error:  # a full disk: the row itself counts more
        logger().warning("seal", problem=str(error))
        return None
    return lambda connection: _contradiction(connection, sealed) if sealed else _without_seal(connection)


def _without_seal(connection: Connection) -> NewRow | None:
    """What to write where nothing is sealed, but for a log of which only the first rows were written together: a power
    cut may come before they are sealed. (A PostgreSQL server has several computers, each with a seal of its own.)
    """
    first, last = connection.execute(select(func.min(logbook.c.at), func.max(logbook.c.at))).one()
    if first == last or connection.dialect.name != "sqlite":
        return None
    return NewRow("log", reason=_("The seal of the log was gone."), details={"sealed": None})


def _contradiction(connection: Connection, sealed: Sealed) -> NewRow | None:
    """What to write where the log does not hold the row that was sealed last."""
    query = select(logbook.c.hash).where(logbook.c.seq == sealed.seq)
    if connection.execute(query).scalar() == sealed.hash:
        return None
    last = connection.execute(select(logbook.c.seq, logbook.c.hash).order_by(logbook.c.seq.desc()).limit(1)).first()
    found = {"seq": last.seq, "hash": last.hash} if last else {"seq": 0, "hash": GENESIS}
    reason = _("The log does not hold row {seq}, which was sealed: rows were removed or changed.").format(
        seq=sealed.seq
    )
    return NewRow("log", reason=reason, details={"sealed": {"seq": sealed.seq, "hash": sealed.hash}, "found": found})


def _seal(seal: Path, last: Row) -> None:
    try:
        seals.add(seal, last.seq, last.hash)
    except OSError as error:
        # A full disk: the row itself is safe, and a seal that lags behind is no contradiction.
        logger().warning("seal", problem=str(error))


_moment = func.coalesce(logbook.c.planned, logbook.c.at)
_counts = logbook.c.void.is_(None)


def bulletins_of(store: Database, sha256: str) -> list[str]:
    """The bulletins that were on air with the sound of this SHA-256. Raises StoreError."""
    query = select(logbook.c.bulletin).where(logbook.c.sha256 == sha256, logbook.c.kind == "airing").distinct()
    with store.read() as connection:
        return [name for name in connection.execute(query).scalars() if name]


def rows(
    store: Database,
    since: datetime.datetime | None = None,
    until: datetime.datetime | None = None,
    *,
    kinds: Iterable[str] | None = ("airing",),
) -> list[Row]:
    """Rows that count, in the order of writing; `since`, `until` bound the planned instant (of events: when they were
    written).

    Of a gap it is enough that some of it lies between them; its details hold the outcomes that count.
    """
    query = select(logbook).where(_counts).order_by(logbook.c.seq)
    if since:
        in_gap = (logbook.c.kind == GAP) & (logbook.c.ended > stamp(since))
        query = query.where((_moment >= stamp(since)) | in_gap)
    if until:
        query = query.where(_moment < stamp(until))
    if kinds is not None:
        query = query.where(logbook.c.kind.in_(list(kinds)))
    with store.read() as connection:
        found = [_row(row) for row in connection.execute(query).mappings()]
        void = void_in_gaps(connection) if any(row.kind == GAP for row in found) else []
    return [_what_counts(row, void) if row.kind == GAP else row for row in found]


def _what_counts(gap: Row, void: Iterable[tuple[int, set[str]]]) -> Row:
    found = _counting(gap.seq, gap.details, void)
    if len(found) == len(gap_outcomes(gap.details)):
        return gap
    return replace(gap, details=gap_details(found, gap.details.get("communes", {})))


def _counting(seq: int, details: Mapping[str, Any], void: Iterable[tuple[int, set[str]]]) -> dict[str, str]:
    """The outcomes in the row `seq` of a gap that no later row about the clock has made `void`, by the airing's id."""
    no_more = {airing for later, airings in void if later > seq for airing in airings}
    return {airing: outcome for airing, outcome in gap_outcomes(details).items() if airing not in no_more}


def void_in_gaps(connection: Connection) -> list[tuple[int, set[str]]]:
    """For each row that tells of a wrong clock, in their order: its number, and whose outcomes it makes void."""
    query = select(logbook.c.seq, logbook.c.details).where(
        logbook.c.kind == CLOCK, logbook.c.details.like(f'%"{VOID}"%')
    )
    found = connection.execute(query.order_by(logbook.c.seq))
    return [(row.seq, set(gap_outcomes(json.loads(row.details)[VOID]))) for row in found]


def gap_details(found: Mapping[str, str], communes: Mapping[str, str]) -> dict[str, Any]:
    """The payload of a gap for the outcomes of airings, by their ids, and for the communes of their broadcasts."""
    known: dict[str, dict[str, list[str]]] = {}
    for airing, outcome in found.items():
        broadcast, _at, planned = airing.rpartition("@")
        known.setdefault(outcome, {}).setdefault(broadcast, []).append(planned)
    return {"airings": known, "communes": dict(communes)}


def gap_outcomes(payload: Mapping[str, Any]) -> dict[str, str]:
    """The outcome of each airing in the payload of a gap, by the airing's id."""
    return {
        f"{broadcast}@{planned}": outcome
        for outcome, broadcasts in payload.get("airings", {}).items()
        for broadcast, instants in broadcasts.items()
        for planned in instants
    }


def each_airing(found: Iterable[Row], since: datetime.datetime, until: datetime.datetime) -> list[Row]:
    """The same, with a row for each airing planned in [since, until) in place of the row of a gap that names it."""
    return [one for row in found for one in (_airings_of(row, since, until) if row.kind == GAP else [row])]


def _airings_of(gap: Row, since: datetime.datetime, until: datetime.datetime) -> Iterator[Row]:
    communes = gap.details.get("communes", {})
    for airing, outcome in gap_outcomes(gap.details).items():
        broadcast, _at, text = airing.rpartition("@")
        planned = datetime.datetime.fromisoformat(text)
        if since <= planned < until:
            about = {"airing": airing, "broadcast": broadcast, "commune": communes.get(broadcast), "outcome": outcome}
            yield replace(gap, kind="airing", planned=planned, ended=None, **about)


def recordings_since(store: Database, since: datetime.datetime) -> set[str]:
    """SHA-256 of every recording that stands in a row from then on."""
    query = select(logbook.c.sha256).distinct().where(_moment >= stamp(since), logbook.c.sha256.is_not(None))
    with store.read() as connection:
        return set(connection.execute(query).scalars())


def outcomes(store: Database, since: datetime.datetime, until: datetime.datetime) -> dict[str, str]:
    """The outcome of every airing planned in [since, until) that has one, by the airing's id."""
    query = select(logbook.c.airing, logbook.c.outcome).where(
        _counts, logbook.c.planned >= stamp(since), logbook.c.planned < stamp(until), logbook.c.airing.is_not(None)
    )
    with store.read() as connection:
        found = _in_gaps(connection, (logbook.c.planned < stamp(until), logbook.c.ended >= stamp(since)))
        return found | {row.airing: row.outcome for row in connection.execute(query)}


def beside_schedule(store: Database, since: datetime.datetime, until: datetime.datetime) -> list[Row]:
    """What was put on air beside the schedule in [since, until), in that order: by hand, emergencies, messages from
    outside. Raises StoreError.
    """
    query = (
        select(logbook)
        .where(_counts, logbook.c.planned >= stamp(since), logbook.c.planned < stamp(until))
        .where(logbook.c.airing.like("air:%") | logbook.c.airing.like("inbox:%"))
    )
    with store.read() as connection:
        return [_row(row) for row in connection.execute(query.order_by(logbook.c.planned)).mappings()]


def outcome_of(store: Database, airing: str) -> str | None:
    """The outcome of one airing, None while it has none."""
    with store.read() as connection:
        found = connection.execute(select(logbook.c.outcome).where(_counts, logbook.c.airing == airing)).scalar()
        return found or _in_gaps(connection).get(airing)


def _in_gaps(connection: Connection, conditions: Iterable[ColumnElement[bool]] = ()) -> dict[str, str]:
    """The outcomes that stand in rows of long gaps, by the airing's id."""
    query = select(logbook.c.seq, logbook.c.details).where(_counts, logbook.c.kind == GAP, *conditions)
    gaps = connection.execute(query.order_by(logbook.c.seq)).all()
    void = void_in_gaps(connection) if gaps else []
    found: dict[str, str] = {}
    for gap in gaps:
        found |= _counting(gap.seq, json.loads(gap.details), void)
    return found


def outcome_rows(store: Database, airings: Iterable[str]) -> dict[str, Row]:
    """The row with the outcome of each of these airings that has one. Raises StoreError."""
    query = select(logbook).where(_counts, logbook.c.airing.in_(list(airings)))
    with store.read() as connection:
        return {row["airing"]: _row(row) for row in connection.execute(query).mappings()}


def end_of_log(store: Database) -> tuple[int, str] | None:
    """Number and hash of the newest row. Raises StoreError."""
    with store.read() as connection:
        row = connection.execute(select(logbook.c.seq, logbook.c.hash).order_by(logbook.c.seq.desc()).limit(1)).first()
    return (row.seq, row.hash) if row else None


def newest(store: Database) -> datetime.datetime | None:
    """When the newest row was written, of those whose clock was not in doubt."""
    query = select(logbook.c.at).where(logbook.c.details.not_like(f'%"{DOUBTED}"%'))
    with store.read() as connection:
        found = connection.execute(query.order_by(logbook.c.seq.desc()).limit(1)).scalar()
    return instant(found) if found else None


def parts(store: Database, since: datetime.datetime | None, until: datetime.datetime | None) -> dict[str, list[Row]]:
    """The rows of the outputs of the airings planned in [since, until), by the airing's id."""
    found: dict[str, list[Row]] = {}
    for row in rows(store, since, until, kinds=("output",)):
        found.setdefault(row.part_of or "", []).append(row)
    return found


def parts_of(store: Database, airings: Iterable[str]) -> list[Row]:
    """The rows of the outputs of these airings, in the order of writing. Raises StoreError."""
    query = select(logbook).where(_counts, logbook.c.part_of.in_(list(airings))).order_by(logbook.c.seq)
    with store.read() as connection:
        return [_row(row) for row in connection.execute(query).mappings()]


def outcomes_after(store: Database, seq: int, most: int) -> list[Row]:
    """The first `most` rows after row `seq` that hold outcomes of airings and count. Raises StoreError."""
    query = select(logbook).where(_counts, logbook.c.seq > seq, logbook.c.kind.in_(PLANNED))
    with store.read() as connection:
        return [_row(row) for row in connection.execute(query.order_by(logbook.c.seq).limit(most)).mappings()]


def _row(values: Mapping[str, Any] | RowMapping) -> Row:
    known = {name: values[name] for name in (*NewRow.__slots__, *Row.__slots__)}
    try:
        for name in ("at", "planned", "started", "ended"):
            known[name] = instant(known[name]) if known[name] else None
        known["details"] = json.loads(known["details"])
    except (TypeError, ValueError) as error:
        message = _("Row {seq} of the log cannot be read: it was changed.").format(seq=known["seq"])
        raise StoreError(Finding("logbook.row", message, _("See what is wrong: loa log verify"))) from error
    return Row(**known)
