"""Rehearse the coming days: run the same station code with a simulated clock, to find what would be missed."""

import datetime
import heapq
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import structlog

from loa.automation.intervals import Timing
from loa.automation.station import Automation
from loa.playout.channel import OutputCondition, OutputReport
from loa.playout.outputs import not_ready
from loa.playout.recording import LoadedRecording
from loa.playout.relay import RelayReport
from loa.schedule import Airing, Schedule, airings
from loa.schedule.outputs import AnyOutput
from loa.store import approvals
from loa.store.asrun import Row, rows
from loa.store.database import Database
from loa.workspace import Workspace

_STILL = Timing(asleep=float("inf"))
_MOMENT = datetime.timedelta(milliseconds=1)


class SimulatedClock:
    """A clock that stands still until it is moved."""

    speed = 1.0

    def __init__(self, start: datetime.datetime) -> None:
        self._now, self._start = start, start

    def now(self) -> datetime.datetime:
        """Return the simulated instant."""
        return self._now

    def elapsed(self) -> float:
        """Return the simulated seconds since the start."""
        return (self._now - self._start).total_seconds()

    def suspended(self) -> float:
        """It never sleeps."""
        return 0.0

    def synchronised(self) -> bool:
        """It is right: there is no other time."""
        return True

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Move forward by `seconds` without waiting."""
        self._now += datetime.timedelta(seconds=seconds)
        return event.is_set()

    def move_to(self, moment: datetime.datetime) -> None:
        """Move to `moment`; never backwards."""
        self._now = max(self._now, moment)


@dataclass(slots=True)
class RehearsedSession:
    """A session without sound: its progress follows the simulated clock."""

    recording: LoadedRecording
    outputs: tuple[str, ...]
    planned: datetime.datetime
    offset: float
    clock: SimulatedClock
    stood_still: float = 0.0
    settling: bool = False
    relays: tuple[RelayReport, ...] = ()
    relay_trouble: str = ""
    talk: None = None

    @property
    def started_at(self) -> datetime.datetime | None:
        """The planned instant, once the clock has reached it."""
        return self.planned if self.clock.now() >= self.planned else None

    @property
    def ends(self) -> datetime.datetime:
        """The instant at which it is over."""
        return self.planned + datetime.timedelta(seconds=self.recording.seconds - self.offset)

    @property
    def position(self) -> float:
        """The position in the recording, in seconds."""
        gone = (self.clock.now() - self.planned).total_seconds()
        return min(self.recording.seconds, self.offset + max(0.0, gone))

    @property
    def over(self) -> bool:
        """Whether its end has been reached."""
        return self.clock.now() >= self.ends

    @property
    def complete(self) -> bool:
        """The same as `over`."""
        return self.over

    @property
    def sounding(self) -> bool:
        """Always true."""
        return True

    @property
    def reports(self) -> tuple[OutputReport, ...]:
        """Reports of outputs that never fail."""
        heard = self.position - self.offset
        return tuple(OutputReport(n, self.started_at, self.position, heard, complete=self.over) for n in self.outputs)

    @property
    def conditions(self) -> dict[str, OutputCondition]:
        """Conditions of outputs that never fail."""
        condition: OutputCondition = "over" if self.over else "sounding" if self.started_at else "ready"
        return dict.fromkeys(self.outputs, condition)

    def start(self) -> None:
        """Do nothing."""

    def set_volume(self, output: str, volume: int) -> None:
        """Do nothing."""

    def watch(self) -> None:
        """Do nothing."""

    def drop(self, outputs: Collection[str]) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""


def rehearse(workspace: Workspace, store: Database, since: datetime.datetime, until: datetime.datetime) -> list[Row]:
    """Return the log rows of [since, until) with the current approvals, using a separate database in memory.

    The station's own data is not changed. What somebody is to speak live is left out. Raises ScheduleError, StoreError.
    """
    own = Database("sqlite://")
    for approval in approvals.all_approvals(store):
        if approval.withdrawn is None:
            approvals.add(None, own, approval)
    return rehearse_in(workspace, own, since, until)


def rehearse_in(workspace: Workspace, store: Database, since: datetime.datetime, until: datetime.datetime) -> list[Row]:
    """Do the same with the given database, which keeps the log."""
    clock = SimulatedClock(since)
    moments: list[datetime.datetime] = [until]

    def start(
        _airing: Airing,
        recording: LoadedRecording,
        outputs: Mapping[str, AnyOutput],
        planned: datetime.datetime,
        offset: float,
    ) -> RehearsedSession:
        made = RehearsedSession(recording, tuple(outputs), planned, offset, clock)
        heapq.heappush(moments, made.ends)
        return made

    station = Automation(workspace, store, clock, replace(_STILL, claim=_STILL.open + 1), start=start)
    for airing in airings(station.schedule_watch.schedule, since, until):
        broadcast = station.schedule_watch.schedule.broadcast(airing.broadcast)
        limit = datetime.timedelta(seconds=broadcast.late.start_within if broadcast else 0)
        for moment in (airing.planned - datetime.timedelta(seconds=_STILL.open), airing.planned + limit + _MOMENT):
            heapq.heappush(moments, moment)
    with structlog.contextvars.bound_contextvars(rehearsal=True):
        station.step()
        while moments:
            moment = heapq.heappop(moments)
            if moment > until and not station.controller.live:
                break
            clock.move_to(moment)
            station.step()
        station.close()
    spoken = {b.id for b in station.schedule_watch.schedule.broadcasts if b.talk and not b.talk.instead}
    return [row for row in rows(store, since, until) if row.broadcast not in spoken]  # nobody speaks here


def output_problems(workspace: Workspace, schedule: Schedule) -> dict[str, str]:
    """Return the outputs that a broadcast uses and that are not ready now, with the reason."""
    found = {name: not_ready(schedule.outputs[name], workspace.root) for name in sorted(schedule.in_use())}
    return {name: problem for name, problem in found.items() if problem}
