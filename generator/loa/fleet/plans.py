"""What the station sends to a player: the plan of the next weeks, and the releases of the sound in it."""

import datetime
import hashlib
from collections.abc import Iterable
from typing import Any

from loa.bulletin.models import APOLOGY
from loa.errors import ApprovalError, WorkspaceError
from loa.file_cache import FileCache, mark_of
from loa.fleet.messages import LiveSource, Plan, PlannedBroadcast, Release
from loa.schedule import Airing, Broadcast, Schedule, airings
from loa.schedule.limits import Limit
from loa.store.approvals import Approval, BulletinFile, approved, approved_copy, current, keep_copy, last_approved
from loa.store.database import Database
from loa.workspace import Workspace

AHEAD = datetime.timedelta(days=15)
"""So far a player airs by itself; a day more than is promised, because a plan goes out once a day."""
BACK = datetime.timedelta(days=15)
"""A player that was off gives airings their outcomes when it comes back; then it must still know them."""


class Releases:
    """Which sound a player may air. A file that has not changed is not hashed again."""

    def __init__(self, workspace: Workspace, store: Database) -> None:
        self._workspace, self._store = workspace, store
        self._hashes: FileCache[BulletinFile, tuple[str, int]] = FileCache(_measured, most=500)

    def of(self, bulletin: str, *, last_good: bool = False) -> Release | None:
        """The release in force; None where there is none. Raises StoreError."""
        try:
            file = current(self._workspace, self._store, bulletin)
            mark = mark_of(file.path)
            digest, size = self._hashes.get(file, mark) if mark else ("", 0)
            given = approved(self._store, bulletin, digest) if digest else None
            if given is None and last_good and (found := last_approved(self._workspace, self._store, bulletin)):
                given, file = found
                size = file.path.stat().st_size
            if given is None:
                return None
            copy = approved_copy(self._workspace, given.sha256)
            if not copy.exists():
                keep_copy(self._workspace, file, given.sha256, file.read())
            return self._release(given, size)
        except (ApprovalError, OSError, WorkspaceError):
            return None

    def _release(self, given: Approval, size: int) -> Release:
        record = approved_copy(self._workspace, given.sha256).with_suffix(".json")
        held = hashlib.sha256(record.read_bytes()).hexdigest() if record.is_file() else None
        return Release(bulletin=given.bulletin, sha256=given.sha256, size=size, by=given.by, at=given.at, record=held)


def _measured(file: BulletinFile) -> tuple[str, int]:
    return file.sha256, file.path.stat().st_size


def planned(schedule: Schedule, since: datetime.datetime, until: datetime.datetime) -> tuple[Airing, ...]:
    """Every airing that some player has a part in, skipped ones included."""
    away = set(schedule.remote_players())
    found = airings(schedule, since, until, with_skipped=True)
    return tuple(airing for airing in found if away.intersection(schedule.loudspeakers(airing.outputs)))


def make_plan(
    name: str,
    schedule: Schedule,
    found: Iterable[Airing],
    releases: Releases,
    more: Iterable[Release],
    number: int,
    now: datetime.datetime,
) -> Plan:
    """The plan of the player `name` for the airings `found`, with `more` releases: of what was asked for by hand.

    Raises StoreError.
    """
    mine: dict[str, list[Airing]] = {}
    for airing in found:
        if name in schedule.loudspeakers(airing.outputs) and not airing.forbidden:
            mine.setdefault(airing.broadcast, []).append(airing)
    broadcasts = [(b, mine[b.id]) for b in schedule.broadcasts if b.id in mine]
    wanted: dict[str, bool] = {}
    for broadcast, its in broadcasts:
        wanted |= {airing.bulletin: broadcast.late.fallback == "last-good" for airing in its}
        wanted.setdefault(f"{broadcast.commune}/{APOLOGY}", False)
    made = {bulletin: releases.of(bulletin, last_good=last_good) for bulletin, last_good in sorted(wanted.items())}
    given = {release.bulletin: release for release in (*more, *made.values()) if release}
    player = schedule.outputs[name]
    return Plan(
        number=number,
        issued=now,
        name=name,
        timezone=schedule.timezone.key,
        language=schedule.language,
        commune=player.commune,
        allowed=tuple(f"{first:%H:%M:%S}-{last:%H:%M:%S}" for first, last in schedule.rules.allowed),
        limits=tuple(_limit(limit) for limit in schedule.rules.limits if _concerns(schedule, limit, name)),
        broadcasts=tuple(_broadcast(name, schedule, broadcast, its) for broadcast, its in broadcasts),
        releases=tuple(given.values()),
        volume=player.volume,
    )


def _broadcast(name: str, schedule: Schedule, broadcast: Broadcast, its: Iterable[Airing]) -> PlannedBroadcast:
    line = schedule.lines(broadcast.on)[name]
    moments = []
    for airing in its:
        turn = broadcast.turn_of(airing.bulletin.partition("/")[2])
        moments.append((f"{airing.planned.astimezone(schedule.timezone):%Y-%m-%d %H:%M:%S}", turn))
    return PlannedBroadcast(
        id=broadcast.id,
        commune=broadcast.commune,
        campaigns=broadcast.campaigns or ("-",),
        rotate=broadcast.rotate,
        moments=tuple(moments),
        length=(broadcast.length.min, broadcast.length.max),
        priority=broadcast.priority,
        times=broadcast.repeat.times,
        pause=broadcast.repeat.pause,
        resume_after_cut=broadcast.resume_after_cut,
        start_within=broadcast.late.start_within,
        resume=broadcast.late.resume,
        last_good=broadcast.late.fallback == "last-good",
        volume=line.volume,
        delay=line.delay,
        silence_before=line.silence_before,
        fade_in=line.fade_in,
        live=tuple(
            LiveSource(source=relay.source, address=address)
            for relay in broadcast.relays
            if (address := relay.players or relay.url)
        ),
    )


def _concerns(schedule: Schedule, limit: Limit, name: str) -> bool:
    return not limit.on or name in schedule.loudspeakers(limit.on)


def _limit(limit: Limit) -> dict[str, Any]:
    hours = [f"{first:%H:%M:%S}-{last:%H:%M:%S}" for first, last in limit.hours]
    return {"days": [rule.text for rule in limit.days], "hours": hours, "max_volume": limit.max_volume}
