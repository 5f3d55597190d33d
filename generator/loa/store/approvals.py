"""Who released which recording for air. A release is bound to the SHA-256 of the MP3, not to its name.

The table holds what is shown; what counts is the log. A release counts only with its row in the chain, and not after
a row that withdraws it: a row that somebody puts into the table, or a withdrawal that is taken out, changes nothing.
"""

import datetime
import functools
import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, RowMapping, Select, bindparam, func, insert, select, update

from loa.errors import ApprovalError, Finding
from loa.files import write_atomic
from loa.i18n import _
from loa.store.asrun import NewRow, append_all
from loa.store.chain import GENESIS, chain_hash
from loa.store.database import Database, instant, stamp
from loa.store.tables import approvals, logbook
from loa.workspace import Workspace, read_regular


@dataclass(frozen=True, slots=True)
class BulletinFile:
    """An MP3 that can be put on air. `id`: `<commune>/<name>`, or the path where it lies elsewhere."""

    id: str
    path: Path

    @property
    def sha256(self) -> str:
        """Of the file as it is now. Raises ApprovalError where it cannot be read."""
        return hashlib.sha256(self.read()).hexdigest()

    def read(self) -> bytes:
        """The file's bytes. Raises ApprovalError."""
        try:
            return read_regular(self.path, most=None)
        except OSError as error:
            raise ApprovalError(
                Finding(
                    "recording.read",
                    _("The recording cannot be read: {reason}").format(reason=error.strerror or error),
                    _("Make it again: loa build"),
                    file=str(self.path),
                )
            ) from error


@dataclass(frozen=True, slots=True)
class Approval:
    """`by` released the recording with this SHA-256 as `bulletin`, `at` that instant."""

    bulletin: str
    sha256: str
    by: str
    at: datetime.datetime
    withdrawn: datetime.datetime | None = None


def recordings(workspace: Workspace) -> list[BulletinFile]:
    """Every finished bulletin of the workspace, by id."""
    folder = workspace.bulletins
    found = sorted(p for p in folder.glob("*/*.mp3") if not p.name.startswith("."))
    return [BulletinFile(f"{path.parent.name}/{path.stem}", path) for path in found]


def find(workspace: Workspace, text: str) -> BulletinFile:
    """The recording that somebody means: `<commune>/<name>`, a unique name, or the path of an MP3.

    Raises ApprovalError where there is none, or more than one.
    """
    known = recordings(workspace)
    path = Path(text)
    if path.suffix.lower() == ".mp3" and _is_file(path):
        path = path.resolve()
        return next((r for r in known if r.path.resolve() == path), BulletinFile(workspace.relative(path), path))
    matching = [r for r in known if text in (r.id, r.id.partition("/")[2])]
    if len(matching) == 1:
        return matching[0]
    ids = ", ".join(r.id for r in matching or known)
    raise ApprovalError(
        Finding(
            "bulletin.ambiguous" if matching else "bulletin.unknown",
            _("“{text}” could be more than one bulletin.").format(text=text)
            if matching
            else _("There is no bulletin “{text}”.").format(text=text),
            _("Choose: {list}").format(list=ids) if ids else _("Make it first: loa build"),
        )
    )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that no file can have
        return False


def planned_recording(workspace: Workspace, bulletin: str) -> BulletinFile:
    """Where the bulletin called `bulletin` lies, whether it has been made or not."""
    path = workspace.bulletins / f"{bulletin}.mp3"
    return BulletinFile(bulletin, path if path.exists() or not bulletin.endswith(".mp3") else workspace.root / bulletin)


def current(workspace: Workspace, store: Database, bulletin: str) -> BulletinFile:
    """The recording that is aired as `bulletin`: the file that was made; where that is gone, the newest released copy.

    Whether a file that is there is approved is not looked at. Raises StoreError, ApprovalError.
    """
    made = planned_recording(workspace, bulletin)
    kept = None if made.path.exists() else last_approved(workspace, store, bulletin)
    return kept[1] if kept else made


def keep_copy(workspace: Workspace, recording: BulletinFile, sha256: str, data: bytes) -> None:
    """Keep the bytes that are approved, with the record of what is said in them. Raises WorkspaceError."""
    kept = approved_copy(workspace, sha256)
    if not kept.exists():
        write_atomic(kept, data)
        manifest = recording.path.with_suffix(".json")
        if manifest.is_file():
            write_atomic(kept.with_suffix(".json"), manifest.read_bytes())


def open_if_signed(workspace: Workspace, place: str | Path | None) -> Database | None:
    """The database of the station (`place`; None: in the workspace); None where nobody can have approved anything yet.

    Raises StoreError.
    """
    wanted = place or workspace.database
    return Database(wanted) if wanted != workspace.database or workspace.database.is_file() else None


class Kind(StrEnum):
    """What the log says beside who released a recording: a key in the payload of its row."""

    ALONE = "alone"
    """Who released it wrote it, too, and nobody else was there."""
    AT_ONCE = "at_once"
    """Released in the act that put it on air (`loa air --now --by NAME`)."""
    NOT_MINE = "not_mine"
    """Its text was changed past Loa; who released it has said that it was somebody else."""


def add(workspace: Workspace | None, store: Database, approval: Approval, kinds: Collection[Kind] = ()) -> None:
    """Write an approval, and the row of the log that says so, in one transaction. `workspace`: None for a log that has
    no seal. Raises StoreError.
    """
    row = {"bulletin": approval.bulletin, "sha256": approval.sha256, "by": approval.by, "at": stamp(approval.at)}
    reason = _("released by {name}").format(name=approval.by)
    said = {
        Kind.ALONE: _("who wrote it released it, because nobody else was there"),
        Kind.AT_ONCE: _("to be aired at once"),
        Kind.NOT_MINE: _("the text was changed past Loa; who released it has said: by somebody else"),
    }
    reason = "; ".join([reason, *(said[kind] for kind in kinds)])
    more = {kind.value: "yes" for kind in kinds}
    entry = _entry(approval, reason, act="released", by=approval.by, at=row["at"], **more)
    append_all(
        store,
        [entry],
        approval.at,
        together=[insert(approvals).values(row)],
        seal=workspace.seal if workspace else None,
    )


def end(workspace: Workspace, store: Database, bulletin: str, by: str, now: datetime.datetime) -> list[Approval]:
    """Withdraw every approval of `bulletin`; return those that were in force. Raises StoreError."""
    ended: list[Approval] = []

    def acts(connection: Connection) -> list[NewRow]:
        given = [a for a, doubt in checked(connection, bulletin) if doubt is None and a.withdrawn is None]
        ended[:] = given
        return [_entry(a, reason, act="withdrawn", by=by) for a in given]

    change = (
        update(approvals)
        .where(approvals.c.bulletin == bulletin, approvals.c.withdrawn.is_(None))
        .values(withdrawn=stamp(now), withdrawn_by=by)
    )
    reason = _("release withdrawn by {name}").format(name=by)
    append_all(store, [], now, together=[change], found=acts, seal=workspace.seal)
    return ended


def approved(store: Database, bulletin: str, sha256: str) -> Approval | None:
    """The release in force for exactly this recording under this name, or None. Raises StoreError."""
    found = all_approvals(store, bulletin, sha256)
    return next((approval for approval in found if approval.withdrawn is None), None)


def last_approved(workspace: Workspace, store: Database, bulletin: str) -> tuple[Approval, BulletinFile] | None:
    """The newest release of `bulletin` whose copy is still kept and still whole."""
    for approval in reversed(all_approvals(store, bulletin)):
        copy = BulletinFile(bulletin, approved_copy(workspace, approval.sha256))
        if approval.withdrawn is None and copy.path.exists() and copy.sha256 == approval.sha256:
            return approval, copy
    return None


def all_approvals(store: Database, bulletin: str | None = None, sha256: str | None = None) -> list[Approval]:
    """Every release that the log confirms, the oldest first. Raises StoreError."""
    with store.read() as connection:
        return [approval for approval, doubt in checked(connection, bulletin, sha256) if doubt is None]


def checked(
    connection: Connection, bulletin: str | None = None, sha256: str | None = None
) -> Iterable[tuple[Approval, str | None]]:
    """Every row of the table, the oldest first, with why it does not count (None: it does).

    A withdrawal that stands only in the log is filled in. Raises StoreError.
    """
    about = {name: value for name, value in (("bulletin", bulletin), ("sha256", sha256)) if value}
    query, acts = _queries(*about)
    rows = connection.execute(query, about).mappings().all()
    by_recording: dict[tuple[str, str], list[RowMapping]] = {}
    for act in connection.execute(acts, about).mappings() if rows else ():
        by_recording.setdefault((act["bulletin"], act["sha256"]), []).append(act)
    for row in rows:
        approval = Approval(row["bulletin"], row["sha256"], row["by"], instant(row["at"]), _instant(row["withdrawn"]))
        found = by_recording.get((row["bulletin"], row["sha256"]), [])
        released = max((n for n, act in enumerate(found) if _releases(act, row)), default=None)
        if released is None or not _in_chain(found[released]):
            yield approval, _("the log does not hold it")
            continue
        withdrawn = next((act for act in found[released + 1 :] if _withdraws(act, rows)), None)
        if withdrawn and approval.withdrawn is None:
            yield approval, _("the log says that it was withdrawn")
        else:
            yield approval, None


@functools.cache
def _queries(*about: str) -> tuple[Select[Any], Select[Any]]:
    """What `checked` asks, with these columns bound. Made once: the station asks once a second while it sounds, and
    making the questions takes longer than the answers.
    """
    query, acts = select(approvals).order_by(approvals.c.id), _acts()
    for name in about:
        query = query.where(approvals.c[name] == bindparam(name))
        acts = acts.where(logbook.c[name] == bindparam(name))
    return query, acts


def _acts() -> Select[Any]:
    """The rows of the log about approvals, in order, each with what its neighbours say about it."""
    before, after = logbook.alias("before"), logbook.alias("after")
    last = select(func.max(logbook.c.seq)).scalar_subquery()
    return (
        select(logbook, before.c.hash.label("hash_before"), after.c.previous.label("hash_after"), last.label("last"))
        .outerjoin(before, before.c.seq == logbook.c.seq - 1)
        .outerjoin(after, after.c.seq == logbook.c.seq + 1)
        .where(logbook.c.kind == "approval")
        .order_by(logbook.c.seq)
    )


def _in_chain(act: RowMapping) -> bool:
    """Whether the row of the log is whole, and its neighbours hold on to it."""
    follows = act["previous"] == (GENESIS if act["seq"] == 1 else act["hash_before"])
    held = act["hash_after"] == act["hash"] or (act["hash_after"] is None and act["seq"] == act["last"])
    return follows and held and chain_hash({column.name: act[column.name] for column in logbook.columns}) == act["hash"]


def _releases(act: RowMapping, row: RowMapping) -> bool:
    """Whether the row of the log says that this approval was given."""
    if act["format"] in (None, 1):
        return bool(act["at"] == row["at"] and row["by"] in (act["reason"] or ""))
    return _said(act, "act", "by", "at") == ["released", row["by"], row["at"]]


def _withdraws(act: RowMapping, rows: Iterable[RowMapping]) -> bool:
    """Whether the row of the log says that approvals of this recording were withdrawn.

    Rows of format 1 do not say which of the two they mean: what is no release is a withdrawal.
    """
    if act["format"] in (None, 1):
        same = (row for row in rows if (row["bulletin"], row["sha256"]) == (act["bulletin"], act["sha256"]))
        return not any(row["at"] == act["at"] for row in same)
    return _said(act, "act") == ["withdrawn"]


def _said(act: RowMapping, *names: str) -> list[object]:
    """Parts of the payload of a row, None for what it lacks."""
    try:
        held = json.loads(act["details"])
    except (TypeError, ValueError):
        held = None
    return [held.get(name) if isinstance(held, dict) else None for name in names]


def _instant(text: str | None) -> datetime.datetime | None:
    return instant(text) if text else None


def approved_copy(workspace: Workspace, sha256: str) -> Path:
    """Where the released bytes are kept, so that a later build cannot take them away."""
    return workspace.state / "released" / f"{sha256}.mp3"


def _entry(approval: Approval, reason: str, **details: str) -> NewRow:
    return NewRow("approval", bulletin=approval.bulletin, sha256=approval.sha256, reason=reason, details=details)


@dataclass(frozen=True, slots=True)
class State:
    """A bulletin now: `released`, `changed` since its release, `waiting` for one, or `gone` although released.

    A bulletin whose file is gone is `released` while its released copy is kept: that is what is aired.
    """

    bulletin: str
    state: Literal["released", "changed", "waiting", "gone"]
    sha256: str | None
    approval: Approval | None


def states(workspace: Workspace, store: Database) -> list[State]:
    """Every bulletin that exists or has a release in force, by id. Raises StoreError, ApprovalError."""
    valid = [a for a in all_approvals(store) if a.withdrawn is None]
    in_force, exact = {a.bulletin: a for a in valid}, {(a.bulletin, a.sha256): a for a in valid}
    found = []
    here = {recording.id: recording for recording in recordings(workspace)}
    for bulletin in sorted({*here, *in_force}):
        recording = here.get(bulletin) or current(workspace, store, bulletin)
        if not recording.path.exists():
            found.append(State(bulletin, "gone", None, in_force.get(bulletin)))
            continue
        digest = recording.sha256
        approval = exact.get((bulletin, digest))
        if approval:
            found.append(State(bulletin, "released", digest, approval))
        else:
            last = in_force.get(bulletin)
            found.append(State(bulletin, "changed" if last else "waiting", digest, last))
    return found
