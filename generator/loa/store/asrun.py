"""Rows of the as-run log: how they are written, chained and read."""

import datetime
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from sqlalchemy import Connection, Insert, RowMapping, Update, func, insert, select
from sqlalchemy.exc import IntegrityError

from loa.errors import Finding, LogbookError, WorkspaceError
from loa.files import write_atomic
from loa.i18n import _
from loa.store.database import Database, instant, stamp
from loa.store.tables import logbook

Outcome = Literal["aired", "aired-late", "resumed", "cut", "missed", "skipped"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
GENESIS = "0" * 64
"""What stands before the first row."""
_CHAINED = (
    "seq at kind airing broadcast commune output planned started ended outcome reason bulletin sha256 details previous"
).split()


@dataclass(frozen=True, slots=True)
class NewRow:
    """Something to be logged. `kind`: `airing` for an outcome, else an event (`alarm`, `approval`, `station`, ...)."""

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


_NO_INSTANT = datetime.datetime.min.replace(tzinfo=datetime.UTC)


@dataclass(frozen=True, slots=True)
class Row(NewRow):
    """An entry as it stands in the log."""

    seq: int = 0
    at: datetime.datetime = _NO_INSTANT
    previous: str = GENESIS
    hash: str = ""


def append(store: Database, entry: NewRow, at: datetime.datetime, *, seal: Path | None = None) -> Row:
    """Write `entry` at the end of the chain. `seal` is a small file that remembers the end (see `verify`).

    Raises LogbookError `logbook.twice` where the airing already has its outcome; StoreError.
    """
    return append_all(store, [entry], at, seal=seal)[0]


def append_all(
    store: Database,
    entries: Iterable[NewRow],
    at: datetime.datetime,
    *,
    together: Iterable[Insert | Update] = (),
    seal: Path | None = None,
) -> list[Row]:
    """Write `entries` as `append` does, in one transaction with the changes `together`: what was done and the log of
    it are both there, or neither. Raises as `append`.
    """
    entries, together = list(entries), list(together)
    while True:
        try:
            with store.write() as connection:
                for statement in together:
                    connection.execute(statement)
                written = [_append(connection, entry, at) for entry in entries]
            break
        except IntegrityError as error:
            for entry in entries:
                if entry.airing and outcome_of(store, entry.airing):
                    message = _("{airing} already has its outcome.").format(airing=entry.airing)
                    raise LogbookError(Finding("logbook.twice", message)) from error
            # another process wrote between our look and our row (PostgreSQL): take its row as the last
    if seal and written:
        _write_seal(seal, written[-1].seq, written[-1].hash)
    return written


def _append(connection: Connection, entry: NewRow, at: datetime.datetime) -> Row:
    values: dict[str, Any] = {name: getattr(entry, name) for name in NewRow.__slots__ if name != "details"}
    for name in ("planned", "started", "ended"):
        values[name] = stamp(values[name]) if values[name] else None
    values |= {"at": stamp(at), "details": json.dumps(dict(entry.details), sort_keys=True, ensure_ascii=False)}
    last = connection.execute(select(logbook.c.seq, logbook.c.hash).order_by(logbook.c.seq.desc()).limit(1)).first()
    values |= {"seq": last.seq + 1 if last else 1, "previous": last.hash if last else GENESIS}
    values["hash"] = chain_hash(values)
    connection.execute(insert(logbook).values(values))
    return _row(values)


def chain_hash(values: Mapping[str, Any]) -> str:
    """SHA-256 over a row and the hash of the one before it."""
    text = json.dumps([values[name] for name in _CHAINED], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


_moment = func.coalesce(logbook.c.planned, logbook.c.at)


def rows(
    store: Database,
    since: datetime.datetime | None = None,
    until: datetime.datetime | None = None,
    *,
    kinds: Iterable[str] | None = ("airing",),
) -> list[Row]:
    """Rows in the order of writing; `since`, `until` bound the planned instant (of events: when they were written)."""
    query = select(logbook).order_by(logbook.c.seq)
    if since:
        query = query.where(_moment >= stamp(since))
    if until:
        query = query.where(_moment < stamp(until))
    if kinds is not None:
        query = query.where(logbook.c.kind.in_(list(kinds)))
    with store.read() as connection:
        return [_row(row) for row in connection.execute(query).mappings()]


def recordings_since(store: Database, since: datetime.datetime) -> set[str]:
    """SHA-256 of every recording that stands in a row from then on."""
    query = select(logbook.c.sha256).distinct().where(_moment >= stamp(since), logbook.c.sha256.is_not(None))
    with store.read() as connection:
        return set(connection.execute(query).scalars())


def outcomes(store: Database, since: datetime.datetime, until: datetime.datetime) -> dict[str, str]:
    """The outcome of every airing planned in [since, until) that has one, by the airing's id."""
    query = select(logbook.c.airing, logbook.c.outcome).where(
        logbook.c.planned >= stamp(since), logbook.c.planned < stamp(until), logbook.c.airing.is_not(None)
    )
    with store.read() as connection:
        return {row.airing: row.outcome for row in connection.execute(query)}


def outcome_of(store: Database, airing: str) -> str | None:
    """The outcome of one airing, None while it has none."""
    with store.read() as connection:
        return connection.execute(select(logbook.c.outcome).where(logbook.c.airing == airing)).scalar()


def end_of_log(store: Database) -> tuple[int, str] | None:
    """Number and hash of the newest row. Raises StoreError."""
    with store.read() as connection:
        row = connection.execute(select(logbook.c.seq, logbook.c.hash).order_by(logbook.c.seq.desc()).limit(1)).first()
    return (row.seq, row.hash) if row else None


def newest(store: Database) -> datetime.datetime | None:
    """When the newest row was written."""
    with store.read() as connection:
        found = connection.execute(select(logbook.c.at).order_by(logbook.c.seq.desc()).limit(1)).scalar()
    return instant(found) if found else None


def _row(values: Mapping[str, Any] | RowMapping) -> Row:
    known = {name: values[name] for name in (*NewRow.__slots__, *Row.__slots__)}
    for name in ("at", "planned", "started", "ended"):
        known[name] = instant(known[name]) if known[name] else None
    known["details"] = json.loads(known["details"])
    return Row(**known)


def _write_seal(seal: Path, seq: int, digest: str) -> None:
    try:
        write_atomic(seal, f"{seq} {digest}\n")
    except WorkspaceError:
        # A full disk: the row itself is safe, and a seal that lags behind is no contradiction.
        return


def verify(store: Database, seal: Path | None = None) -> list[Finding]:
    """Everything that is wrong with the chain; an empty list is the proof."""
    findings: list[Finding] = []
    previous, expected, hashes = GENESIS, 1, {0: GENESIS}
    with store.read() as connection:
        for row in connection.execute(select(logbook).order_by(logbook.c.seq)).mappings():
            if row["seq"] != expected:
                findings.append(_finding(row["seq"], _("Rows {first} to {last} are gone."), expected, row["seq"] - 1))
            elif row["previous"] != previous:
                findings.append(_finding(row["seq"], _("Row {first} does not follow the one before it."), row["seq"]))
            if chain_hash(dict(row)) != row["hash"]:
                findings.append(_finding(row["seq"], _("Row {first} was changed."), row["seq"]))
            previous, expected = row["hash"], row["seq"] + 1
            hashes[row["seq"]] = row["hash"]
    return findings + _check_seal(seal, hashes)


def _check_seal(seal: Path | None, hashes: dict[int, str]) -> list[Finding]:
    if seal is None or not seal.exists():
        return []
    number, _space, digest = seal.read_text("utf-8").strip().partition(" ")
    seq = int(number) if number.isdigit() else 0
    last = max(hashes)
    if seq > last:
        return [_finding(last, _("Rows {first} to {last} at the end are gone."), last + 1, seq)]
    if hashes.get(seq) != digest:
        return [_finding(seq, _("Row {first} is not the one that was sealed."), seq)]
    return []


def _finding(seq: int, message: str, first: int, last: int | None = None) -> Finding:
    return Finding(
        "logbook.broken",
        message.format(first=first, last=last or first),
        _("Compare with the last backup; keep both as evidence."),
        file="logbook",
        line=seq,
    )
