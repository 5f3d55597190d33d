"""Disk space: delete old copies of approved recordings, and reserve space for the log."""

import contextlib
import datetime
import os
import shutil

from loa.errors import StoreError
from loa.files import private_file
from loa.i18n import _
from loa.schedule import Schedule
from loa.store import ledger
from loa.store.approvals import all_approvals, approved_copy
from loa.store.asrun import recordings_since
from loa.store.database import Database
from loa.workspace import Workspace

_KEPT = datetime.timedelta(days=400)
"""How long aired or approved recordings stay available from the log: more than a yearly report needs. A disk that is
full shortens it for nobody: a person decides what else goes (`shortage`)."""
_FREE_SHARE = 0.1
"""Free share of the disk below which space is short."""
_GENERATIONS = 2
"""Newest approved recordings of each bulletin that are always kept, for `late.fallback` and for live airings."""


def prune(workspace: Workspace, store: Database, now: datetime.datetime) -> int:
    """Delete old copies that neither the log nor an airing can need; return their number. Raises StoreError."""
    since = now - _KEPT
    needed = _needed(store, since)
    removed = 0
    for path in approved_copy(workspace, "").parent.glob("*.mp3"):
        if path.stem not in needed and path.stat().st_mtime < since.timestamp():
            path.with_suffix(".json").unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def shortage(workspace: Workspace) -> str | None:
    """What to ask a person where the disk has less than a tenth of its room left, None where it has more."""
    disk = shutil.disk_usage(workspace.root)
    if disk.free >= _FREE_SHARE * disk.total:
        return None
    sizes = [path.stat().st_size for path in approved_copy(workspace, "").parent.glob("*.mp3")]
    message = _(
        "Only {free:.1f} GB of the disk are free. Loa does not throw away the {count} recordings ({size:.1f} GB) that "
        "were released or aired in the last {days} days: they prove what was heard. Free some room elsewhere, or take "
        "a larger disk. To let old ones go earlier, first copy them to another place (loa backup FILE), then delete "
        "them from .loa/released yourself."
    )
    return message.format(free=disk.free / 1e9, count=len(sizes), size=sum(sizes) / 1e9, days=_KEPT.days)


def _needed(store: Database, since: datetime.datetime) -> set[str]:
    """Return the SHA-256 digests of the recordings to keep."""
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


_RESERVE_BYTES = 2_000_000
"""Space for some thousand log rows."""
_MIN_FREE = 10 * _RESERVE_BYTES
"""Free bytes from which the reserve is created again."""


class DiskReserve:
    """A file, `.loa/reserve`, that is deleted when the disk is full, so that the log can still be written."""

    def __init__(self, workspace: Workspace) -> None:
        self._path = workspace.state / "reserve"

    def create(self) -> None:
        """Create the file if there is enough space and the disk can be written."""
        with contextlib.suppress(OSError):
            if not self._path.exists() and shutil.disk_usage(self._path.parent).free > _MIN_FREE:
                private_file(self._path)
                with self._path.open("wb") as file:
                    file.write(
                        os.urandom(_RESERVE_BYTES)
                    )  # random, because a compressing file system would not reserve space for zeros

    def release(self) -> bool:
        """Delete the file; return whether there was one."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True


def open_station_store(workspace: Workspace, schedule: Schedule | None, *, patience: float = 10.0) -> Database:
    """Open the database that the schedule names, else the one in the workspace; so too where there is no schedule.
    Raises StoreError.

    A station that is started while the disk is full (after a power cut at night) goes on air with its reserve.
    """
    place = (schedule and schedule.database) or workspace.database
    try:
        return Database(place, patience=patience)
    except StoreError as error:
        if error.findings[0].code != "store.full" or not DiskReserve(workspace).release():
            raise
    return Database(place, patience=patience)
