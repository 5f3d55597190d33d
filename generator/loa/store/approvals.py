"""Who released which recording for air. A release is bound to the SHA-256 of the MP3, not to its name."""

import datetime
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import Row, insert, select, update

from loa.errors import ApprovalError, Finding
from loa.files import write_atomic
from loa.i18n import _
from loa.store.asrun import NewRow, append_all
from loa.store.database import Database, instant, stamp
from loa.store.tables import approvals
from loa.workspace import Workspace


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
            return self.path.read_bytes()
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


def add(workspace: Workspace, store: Database, approval: Approval) -> None:
    """Write an approval, and the row of the log that says so, in one transaction. Raises StoreError."""
    row = {"bulletin": approval.bulletin, "sha256": approval.sha256, "by": approval.by, "at": stamp(approval.at)}
    entry = _entry(approval, _("released by {name}").format(name=approval.by))
    append_all(store, [entry], approval.at, together=[insert(approvals).values(row)], seal=workspace.seal)


def end(workspace: Workspace, store: Database, bulletin: str, by: str, now: datetime.datetime) -> list[Approval]:
    """Withdraw every approval of `bulletin`; return those that were in force. Raises StoreError."""
    ended = [a for a in all_approvals(store, bulletin) if a.withdrawn is None]
    change = (
        update(approvals)
        .where(approvals.c.bulletin == bulletin, approvals.c.withdrawn.is_(None))
        .values(withdrawn=stamp(now), withdrawn_by=by)
    )
    reason = _("release withdrawn by {name}").format(name=by)
    append_all(store, [_entry(a, reason) for a in ended], now, together=[change], seal=workspace.seal)
    return ended


def approved(store: Database, bulletin: str, sha256: str) -> Approval | None:
    """The release in force for exactly this recording under this name, or None. Raises StoreError."""
    return next((a for a in all_approvals(store, bulletin) if a.sha256 == sha256 and a.withdrawn is None), None)


def last_approved(workspace: Workspace, store: Database, bulletin: str) -> tuple[Approval, BulletinFile] | None:
    """The newest release of `bulletin` whose copy is still kept and still whole."""
    for approval in reversed(all_approvals(store, bulletin)):
        copy = BulletinFile(bulletin, approved_copy(workspace, approval.sha256))
        if approval.withdrawn is None and copy.path.exists() and copy.sha256 == approval.sha256:
            return approval, copy
    return None


def all_approvals(store: Database, bulletin: str | None = None) -> list[Approval]:
    """Every release, the oldest first. Raises StoreError."""
    query = select(approvals).order_by(approvals.c.id)
    if bulletin:
        query = query.where(approvals.c.bulletin == bulletin)
    with store.read() as connection:
        return [_approval(row) for row in connection.execute(query)]


def approved_copy(workspace: Workspace, sha256: str) -> Path:
    """Where the released bytes are kept, so that a later build cannot take them away."""
    return workspace.state / "released" / f"{sha256}.mp3"


def _approval(row: Row[tuple[object, ...]]) -> Approval:
    withdrawn = instant(row.withdrawn) if row.withdrawn else None
    return Approval(row.bulletin, row.sha256, row.by, instant(row.at), withdrawn)


def _entry(approval: Approval, reason: str) -> NewRow:
    return NewRow("approval", bulletin=approval.bulletin, sha256=approval.sha256, reason=reason)


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
    in_force = {a.bulletin: a for a in all_approvals(store) if a.withdrawn is None}
    exact = {(a.bulletin, a.sha256): a for a in all_approvals(store) if a.withdrawn is None}
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
