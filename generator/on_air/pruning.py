"""Copies of released recordings that nothing can need any more: removed, so that years of bulletins fit on a card."""

import datetime
import shutil

from generator.approval import all_approvals, released_copy
from generator.logbook import recordings_since
from generator.on_air import ledger
from generator.store import Store
from generator.workspace import Workspace

_LONG, _SHORT = datetime.timedelta(days=400), datetime.timedelta(days=60)
"""So long what was aired or released can be heard again from the log: a year's report and more; less where room is
short.
"""
_ROOM = 0.1
"""Part of the disk that is free where there is room enough."""
_GENERATIONS = 2
"""Newest releases of each bulletin that are kept for ever, for `late.fallback` and for what is on air now."""


def prune(workspace: Workspace, store: Store, now: datetime.datetime) -> int:
    """Remove old copies; how many. A copy that the clock, the log or an airing could still need stays.

    Raises StoreError.
    """
    disk = shutil.disk_usage(workspace.root)
    since = now - (_LONG if disk.free > _ROOM * disk.total else _SHORT)
    needed = _needed(store, since)
    removed = 0
    for path in released_copy(workspace, "").parent.glob("*.mp3"):
        if path.stem not in needed and path.stat().st_mtime < since.timestamp():
            path.with_suffix(".json").unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def _needed(store: Store, since: datetime.datetime) -> set[str]:
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
