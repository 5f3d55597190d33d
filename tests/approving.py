"""A leader who approves a bulletin as it lies there, for tests that are about what follows."""

import datetime
import hashlib
from pathlib import Path

from loa.actions import approvals
from loa.bulletin.manifest import Manifest
from loa.store.approvals import Approval, BulletinFile
from loa.store.database import Database
from loa.workspace import Workspace


def approve(workspace: Workspace, store: Database, recording: BulletinFile, by: str, at: datetime.datetime) -> Approval:
    """Approve the sound that `recording` holds now."""
    return approvals.approve(workspace, store, recording, recording.sha256, by, at)


def as_emergency(path: Path) -> None:
    """Let the bulletin at `path` be one that somebody typed as an emergency message, by the record beside it."""
    record, id_ = path.with_suffix(".json"), f"{path.parent.name}/{path.stem}"
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    if record.exists():
        made = Manifest.load(record).model_copy(update={"emergency": True})
    else:
        made = Manifest(
            id=id_,
            commune=path.parent.name,
            name=path.stem,
            title=path.stem,
            date=datetime.date(2026, 11, 22),
            campaigns=(path.stem,),
            seconds=1.0,
            sha256=sha256,
            engine="espeak",
            voice="vi",
            emergency=True,
        )
    made.save(record)
