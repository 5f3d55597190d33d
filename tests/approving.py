"""A leader who approves a bulletin as it lies there, for tests that are about what follows."""

import datetime

from loa.actions import approvals
from loa.store.approvals import Approval, BulletinFile
from loa.store.database import Database
from loa.workspace import Workspace


def approve(workspace: Workspace, store: Database, recording: BulletinFile, by: str, at: datetime.datetime) -> Approval:
    """Approve the sound that `recording` holds now."""
    return approvals.approve(workspace, store, recording, recording.sha256, by, at)
