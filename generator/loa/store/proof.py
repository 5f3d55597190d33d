"""The proof that the log is whole: every row hashed again, compared with its seal and with witnesses from outside.

The seal is read first, then approvals and log in one view of the database: a row that is written meanwhile is in the
log before it is in the seal, so nobody who verifies beside a writer sees a fault that is none.
"""

import datetime
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, text, true

from loa import __version__
from loa.errors import Finding, WorkspaceError
from loa.files import write_atomic
from loa.i18n import _
from loa.store import approvals
from loa.store import seal as seals
from loa.store.asrun import CLOCK, UNHEARD, VOID
from loa.store.chain import FORMAT, GENESIS, chain_hash
from loa.store.database import Database, instant
from loa.store.seal import Seal, Sealed
from loa.store.tables import log_identity, logbook

Event = Sequence[Any]
"""What a row says about other rows: see `_Walk`."""
_NOBODY = "0" * 12
"""The station of a log that has no row of format 2 yet."""
_WITNESS = re.compile(
    r"LOA1[\s-]+([0-9A-F]{12})[\s-]+(\d{1,18})[\s-]+(\d{8}T\d{6}Z)((?:[\s-]+[0-9A-F]{16}){4})[\s-]+([0-9A-F]{4})\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Witness:
    """The end of a log at some time, kept by somebody outside: row `seq`, written `at`, had this hash."""

    station: str
    seq: int
    at: datetime.datetime
    hash: str

    def __str__(self) -> str:
        """One line that can be printed, typed and read by a machine; its last group tells a slip of the pen."""
        groups = [self.hash[place : place + 16] for place in range(0, 64, 16)]
        words = ["LOA1", self.station, str(self.seq), f"{self.at.astimezone(datetime.UTC):%Y%m%dT%H%M%SZ}", *groups]
        line = " ".join(words).upper()
        return f"{line} {_check(line)}"


def _check(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()[:4].upper()


def find_witnesses(written: str) -> tuple[list[Witness], list[str]]:
    """The witnesses in a text, a saved mail perhaps, by their number; and those that were copied wrongly."""
    found, wrong = [], []
    for match in _WITNESS.finditer(written):
        station, seq, moment, groups, check = match.groups()
        line = " ".join(["LOA1", station, seq, moment, *re.findall(r"[0-9A-Fa-f]{16}", groups)]).upper()
        try:
            at = datetime.datetime.strptime(moment.upper(), "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.UTC)
        except ValueError:
            at = None
        if at is None or _check(line) != check.upper():
            wrong.append(" ".join(match[0].split()))
        else:
            digest = "".join(re.findall(r"[0-9A-Fa-f]{16}", groups)).lower()
            found.append(Witness(station.lower(), int(seq), at, digest))
    return sorted(set(found), key=lambda witness: (witness.seq, witness.at)), wrong


def witness(store: Database) -> Witness | None:
    """The witness of the log as it ends now; None where it is empty. Raises StoreError."""
    query = select(logbook.c.seq, logbook.c.at, logbook.c.hash).order_by(logbook.c.seq.desc()).limit(1)
    with store.read() as connection:
        station = connection.execute(select(log_identity.c.station)).scalar()
        last = connection.execute(query).first()
    return Witness(station or _NOBODY, last.seq, instant(last.at), last.hash) if last else None


@dataclass(slots=True)
class Proof:
    """What was found. `rows`: how many there are; `last`: the end of the log.

    `fits`: the witness with the highest number that the log agrees with.
    """

    findings: list[Finding] = field(default_factory=list)
    rows: int = 0
    last: Sealed = field(default_factory=lambda: Sealed(0, GENESIS))
    fits: Witness | None = None
    restores: list[tuple[int, str, int]] = field(default_factory=list)
    """Rows that tell of a restore: their number, what they say, and the last row of the log that was there before."""
    void: set[int] = field(default_factory=set)
    """Rows that are marked as void; each has to be named by a later row that tells of a wrong clock."""


def verify(store: Database, seal: Path | None = None, proved: Path | None = None) -> list[Finding]:
    """Everything that is wrong with the log; an empty list is the proof. `proved`: see `examine`. Raises StoreError."""
    return examine(store, seal, proved=proved).findings


def examine(
    store: Database, seal: Path | None = None, witnesses: Iterable[Witness] = (), proved: Path | None = None
) -> Proof:
    """Read the whole log and compare it with its seal and `witnesses`. Raises StoreError.

    `proved`: the file that remembers which segments were read and are the same; without it, and with
    witnesses, every row is read.
    """
    proof = Proof()
    sealed, unreadable = _sealed(seal)
    witnesses = sorted(witnesses, key=lambda witness: witness.seq)
    wanted = {end.seq for end in (sealed.ends if sealed else ())} | {witness.seq for witness in witnesses}
    with store.read() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")  # one view for all that is read here
        found = list(_foreign(connection))
        given = approvals.checked(connection)
        doubtful = [(approval, doubt) for approval, doubt in given if doubt and approval.withdrawn is None]
        station = connection.execute(select(log_identity.c.station)).scalar() or _NOBODY
        walk = _Walk(connection, proof, wanted)
        known = _Proved(proved, station) if proved and not witnesses else None
        hashes = walk.all(known)
    if known:
        known.save()
    proof.findings += found
    proof.findings += [_doubtful(approval, doubt) for approval, doubt in doubtful]
    if unreadable:
        proof.findings.append(unreadable)
    elif sealed:
        proof.findings += _against_seal(sealed, hashes, proof.last)
    elif seal and store.file and proof.rows:
        message = _("The seal of the log, {file}, is gone.").format(file=seal.name)
        proof.findings.append(_finding(0, message))
    _against_witnesses(witnesses, station, hashes, proof)
    return proof


_SIZE = 10_000
"""Rows of a segment."""
_QUOTED = "||','||".join(f"quote({column.name})" for column in logbook.columns)
_ROWS = {
    "sqlite": text(
        f"SELECT group_concat(held, char(10)) FROM (SELECT {_QUOTED} AS held FROM logbook "  # noqa: S608  our own names
        "WHERE seq > :low AND seq <= :high ORDER BY seq)"
    ),
    "postgresql": text(
        "SELECT string_agg(held::text, chr(10) ORDER BY seq) FROM logbook AS held WHERE seq > :low AND seq <= :high"
    ),
}


@dataclass(frozen=True, slots=True)
class _Segment:
    """Rows that were read and found right, which need not be read again while they are the same, byte for byte.

    `rows`: their digest; `previous`, `end`: the hashes of the row before them and of their last row. `events`: what
    they say about rows elsewhere, in their order (see `_Walk`).
    """

    rows: str
    previous: str
    end: str
    events: Sequence[Sequence[Any]]


def _bounds(number: int) -> tuple[int, int]:
    """Return the range of the rows of a segment, from 1: above the first, up to the second. The first one holds also
    rows that somebody put in before row 1.
    """
    return (number - 1) * _SIZE if number > 1 else -(1 << 62), number * _SIZE


def _digest(connection: Connection, number: int) -> str:
    """Return the digest of the rows of a segment as they stand in the database now."""
    low, high = _bounds(number)
    held = connection.execute(_ROWS[connection.dialect.name], {"low": low, "high": high}).scalar()
    return hashlib.sha256(str(held).encode(errors="surrogatepass")).hexdigest()


class _Proved:
    """The segments that were proved, in the file `path`, for the log of `station`. Losing it costs time only.

    The digest of a segment is made by the database, several times as fast as the hash chain is followed. The file is no
    proof against somebody who may write it: `loa log verify --all`, and a verification with a witness, read every row.
    """

    def __init__(self, path: Path, station: str) -> None:
        self._path, self._changed = path, False
        self._about = {"program": __version__, "format": FORMAT, "size": _SIZE, "station": station}
        self._known: dict[str, _Segment] = {}
        with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
            held: Mapping[str, Any] = json.loads(path.read_text("utf-8"))
            if held["about"] == self._about:
                self._known = {number: _Segment(**segment) for number, segment in held["segments"].items()}

    def get(self, number: int, previous: str) -> _Segment | None:
        """Return what is known of a segment behind the row with the hash `previous`."""
        found = self._known.get(str(number))
        return found if found and found.previous == previous else None

    def note(self, number: int, segment: _Segment | None) -> None:
        """A segment was read: it is whole, or (None) it is not."""
        self._changed = True
        if segment:
            self._known[str(number)] = segment
        else:
            self._known.pop(str(number), None)

    def save(self) -> None:
        """Keep it for the next verification."""
        if self._changed:
            segments = {number: asdict(segment) for number, segment in self._known.items()}
            with suppress(WorkspaceError):  # a full disk: the next verification takes longer
                write_atomic(self._path, json.dumps({"about": self._about, "segments": segments}))


class _Walk:
    """Hashes every row again, but for those of segments that are `proved` and the same.

    `hashes`: those of the rows in `wanted`. An event is what a row says about other rows: `("restore", seq, reason,
    replaced)`, `("void", seq, heard)`, `("clock", seq, rows)`.
    """

    def __init__(self, connection: Connection, proof: Proof, wanted: set[int]) -> None:
        self._connection, self._proof, self._wanted = connection, proof, wanted
        self._hashes, self._unheard = {0: GENESIS}, set[int]()

    def all(self, known: _Proved | None) -> dict[int, str]:
        """Go through the log; give the hashes of the wanted rows."""
        proof, last = self._proof, 0
        if known:
            whole = (self._connection.execute(select(func.max(logbook.c.seq))).scalar() or 0) // _SIZE
            for number in range(1, whole + 1):
                self._segment(number, known)
            last = whole * _SIZE
        self._read(logbook.c.seq > last if last else true())
        for seq in sorted(proof.void):
            message = _("Row {first} is marked as void, and no row of the log says why.").format(first=seq)
            proof.findings.append(_finding(seq, message))
        return self._hashes

    def _segment(self, number: int, known: _Proved) -> None:
        proof, (low, high) = self._proof, _bounds(number)
        here = (logbook.c.seq > low) & (logbook.c.seq <= high)
        before, wrong, rows = proof.last, len(proof.findings), _digest(self._connection, number)
        held = known.get(number, before.hash) if before.seq == high - _SIZE else None
        if held and held.rows == rows:
            if not self._wanted.isdisjoint(range(high - _SIZE + 1, high + 1)):
                found = self._connection.execute(select(logbook.c.seq, logbook.c.hash).where(here))
                self._hashes.update((row.seq, row.hash) for row in found if row.seq in self._wanted)
            for event in held.events:
                self._take(event)
            proof.last, proof.rows = Sealed(high, held.end), proof.rows + _SIZE
            return
        events = self._read(here)
        is_whole = wrong == len(proof.findings) and proof.last.seq == high and before.seq == high - _SIZE
        known.note(number, _Segment(rows, before.hash, proof.last.hash, events) if is_whole else None)

    def _read(self, which: ColumnElement[bool]) -> list[Event]:
        """Read rows one by one; give their events."""
        proof, events = self._proof, list[Event]()
        for row in self._connection.execute(select(logbook).where(which).order_by(logbook.c.seq)).mappings():
            seq, last = row["seq"], proof.last
            if seq <= last.seq:
                proof.findings.append(_finding(seq, _("Row {first} was put in.").format(first=seq)))
            elif seq != last.seq + 1:
                message = _("Rows {first} to {last} are gone.").format(first=last.seq + 1, last=seq - 1)
                proof.findings.append(_finding(seq, message))
            elif row["previous"] != last.hash:
                message = _("Row {first} does not follow the one before it.").format(first=seq)
                proof.findings.append(_finding(seq, message))
            if isinstance(row["format"], int) and row["format"] > FORMAT:
                message = _("Row {first} has a form that this version of Loa does not know.").format(first=seq)
                proof.findings.append(_finding(seq, message))
            elif chain_hash(dict(row)) != row["hash"]:
                proof.findings.append(_finding(seq, _("Row {first} was changed.").format(first=seq)))
            if row["kind"] == "log" and _had_no_seal(row["details"]):
                message = _(
                    "The seal was gone before row {first}: only a witness can tell whether rows were removed there."
                )
                proof.findings.append(_finding(seq, message.format(first=seq)))
            own: list[Event] = []
            if row["kind"] == "restore":
                own.append(("restore", seq, row["reason"] or "", _replaced(row["details"])))
            if row["void"] is not None:
                own.append(("void", seq, not (row["outcome"] in UNHEARD and row["started"] is None)))
            if row["kind"] == CLOCK:
                own.append(("clock", seq, sorted(_named(row["details"]))))
            for event in own:
                self._take(event)
            events += own
            if seq in self._wanted:
                self._hashes[seq] = row["hash"]
            proof.last, proof.rows = Sealed(seq, row["hash"]), proof.rows + 1
        return events

    def _take(self, event: Event) -> None:
        proof, (kind, seq, *what) = self._proof, event
        if kind == "restore":
            proof.restores.append((seq, what[0], what[1]))
        elif kind == "void":
            proof.void.add(seq)
            self._unheard.update([] if what[0] else [seq])
        else:
            named = set(what[0])
            proof.findings += [_not_void(one, seq) for one in sorted(named - (proof.void & self._unheard))]
            proof.void -= named


def _had_no_seal(details: str) -> bool:
    try:
        return json.loads(details)["sealed"] is None
    except (TypeError, ValueError, KeyError):
        return False


def _named(details: str) -> set[int]:
    """The rows that a row about the clock makes void."""
    try:
        return set(json.loads(details)[VOID]["rows"])
    except (TypeError, ValueError, KeyError):
        return set()


def _not_void(seq: int, by: int) -> Finding:
    message = _("Row {first} is to be void by row {last}, and is not, or was heard.")
    return _finding(seq, message.format(first=seq, last=by))


def _replaced(details: str) -> int:
    """The number of the last row of the log that a restore replaced, 0 where it is not known."""
    try:
        return int(json.loads(details)["replaced"][0])
    except (TypeError, ValueError, KeyError, IndexError):
        return 0


def _sealed(path: Path | None) -> tuple[Seal | None, Finding | None]:
    try:
        return (seals.read(path) if path else None), None
    except OSError as error:
        message = _("The seal of the log cannot be read: {reason}").format(reason=error.strerror or error)
        return None, _finding(0, message)


def _against_seal(seal: Seal, hashes: dict[int, str], last: Sealed) -> Iterator[Finding]:
    if seal.damaged:
        yield _finding(0, _("The seal of the log was changed in line {line}.").format(line=seal.damaged[0]))
    highest = max((end.seq for end in seal.ends), default=0)
    if highest > last.seq:
        message = _("Rows {first} to {last} at the end are gone.").format(first=last.seq + 1, last=highest)
        yield _finding(last.seq, message)
    other = sorted({end.seq for end in seal.ends if end.seq <= last.seq and hashes.get(end.seq) != end.hash})
    if len(other) == 1:
        yield _finding(other[0], _("Row {first} is not the one that was sealed.").format(first=other[0]))
    elif other:
        message = _("Rows {first} to {last} are not those that were sealed.").format(first=other[0], last=other[-1])
        yield _finding(other[0], message)


def _against_witnesses(witnesses: list[Witness], station: str, hashes: dict[int, str], proof: Proof) -> None:
    for one in witnesses:
        if one.station != station and _NOBODY not in (one.station, station):
            message = _("The witness of row {seq} is of the log of another station.").format(seq=one.seq)
        elif one.seq > proof.last.seq:
            message = _("The log ends with row {last}; the witness of {day} has seen row {seq}.")
        elif hashes.get(one.seq) != one.hash:
            message = _("Row {seq} is not the one that the witness of {day} has seen.")
        else:
            proof.fits = one
            continue
        day = f"{one.at.astimezone():%d/%m/%Y %H:%M}"
        proof.findings.append(_finding(one.seq, message.format(last=proof.last.seq, seq=one.seq, day=day)))


def _foreign(connection: Connection) -> Iterator[Finding]:
    """Triggers change rows while they are written; Loa has none."""
    queries = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "WHERE NOT tgisinternal AND relname IN ('logbook', 'approvals', 'ledger')",
    }
    for name in connection.execute(text(queries[connection.dialect.name])).scalars():
        yield _finding(0, _("The database holds a trigger that is not Loa's: {name}.").format(name=name))


def _doubtful(approval: approvals.Approval, doubt: str) -> Finding:
    message = _("The approval of {bulletin} by {name} does not count: {reason}.")
    return _finding(0, message.format(bulletin=approval.bulletin, name=approval.by, reason=doubt))


def _finding(seq: int, message: str) -> Finding:
    fix = _("Compare with the last backup; keep both as evidence.")
    return Finding("logbook.broken", message, fix, file="logbook", line=seq)
