"""Copies of released recordings that nothing can need any more: removed, so that years of bulletins fit on a card."""

import contextlib
import datetime
import os
import shutil

from loa.store import ledger
from loa.store.approvals import all_approvals, approved_copy
from loa.store.asrun import recordings_since
from loa.store.database import Database
from loa.workspace import Workspace, private_file

_LONG, _SHORT = datetime.timedelta(days=400), datetime.timedelta(days=60)
"""So long what was aired or released can be heard again from the log: a year's report and more; less where room is
short.
"""
_ROOM = 0.1
"""Part of the disk that is free where there is room enough."""
_GENERATIONS = 2
"""Newest releases of each bulletin that are kept for ever, for `late.fallback` and for what is on air now."""


def prune(workspace: Workspace, store: Database, now: datetime.datetime) -> int:
    """Remove old copies; how many. A copy that the clock, the log or an airing could still need stays.

    Raises StoreError.
    """
    disk = shutil.disk_usage(workspace.root)
    since = now - (_LONG if disk.free > _ROOM * disk.total else _SHORT)
    needed = _needed(store, since)
    removed = 0
    for path in approved_copy(workspace, "").parent.glob("*.mp3"):
        if path.stem not in needed and path.stat().st_mtime < since.timestamp():
            path.with_suffix(".json").unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def _needed(store: Database, since: datetime.datetime) -> set[str]:
    """SHA-256 of what must stay."""
    needed = recordings_since(store, since)
    needed |= {claim.sha256 or "" for claim in ledger.unfinished(store)}
    generations: dict[str, list[str]] = {}
    for approval in all_approvals(store):
        if approval.at >= since:
            needed.add(approval.sha256)
        if approval.withdrawn is None:
            generations.setdefault(approval.bulletin, []).append(approval.sha256)
    for digests in generations.values():
        needed.update(digests[-_GENERATIONS:])
    return needed


_BYTES = 2_000_000
"""Some thousand rows of the log."""
_COMFORT = 10 * _BYTES
"""Free bytes from which on it is laid by again."""


class DiskReserve:
    """`.loa/reserve`."""

    def __init__(self, workspace: Workspace) -> None:
        self._path = workspace.state / "reserve"

    def lay_by(self) -> None:
        """Make it, where there is room enough; a disk that cannot be written has none."""
        with contextlib.suppress(OSError):
            if not self._path.exists() and shutil.disk_usage(self._path.parent).free > _COMFORT:
                private_file(self._path)
                with self._path.open("wb") as file:
                    file.write(os.urandom(_BYTES))  # not zeros: a file system that compresses would keep nothing free

    def give_up(self) -> bool:
        """Take it away; whether there was one."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True
