"""A world of two communes: the real station (one or two processes) on a simulated clock, with faults from a seed."""

import datetime
import heapq
import itertools
import os
import random
import shutil
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from loa.automation.intervals import Timing
from loa.automation.live_airing import LiveAiring
from loa.automation.outcome_writer import OutcomeWriter
from loa.clock import Clock
from loa.errors import LoaError
from loa.schedule import Airing, Schedule, airings
from loa.schedule.loader import parse_schedule
from loa.store import lease, requests
from loa.store.approvals import find
from loa.store.asrun import NewRow
from loa.store.database import Database
from loa.workspace import Workspace
from tests.approving import approve
from tests.simulation.clock import ProcessClock, WorldClock
from tests.simulation.files import BULLETINS, LENGTH, OUTPUTS, START, ZONE, Programme, write_bulletin
from tests.simulation.processes import Disk, FaultyDatabase, Fuse, KilledError, Process, SimulatedAutomation, SlowLane
from tests.simulation.sound import SimulatedSession, Village

DAY = 86_400.0
TIMING = Timing()
PATIENCE = 8.0
"""Seconds that a person waits for the answer to a STOP; then he is told that the station does not answer."""
NEAR = (-70.0, 70.0)
"""Faults love airings: most of them come this near to one (seconds)."""
_SWARM, _BESIDE = 0.6, (-10.0, 25.0)
"""How often a fault comes beside the one before it, and how near (seconds)."""
SETTLED = 10.0
"""Seconds after a trouble in which the station finds back to its work."""
_FRESH = 0.2
"""A station looks four times a second: so long before a fault it has looked for the last time."""
_AFTER = (0.25, 3.5)
"""Seconds between the looks after something happened; then it looks again when something is to happen."""
_MOMENTS = (-TIMING.claim, -TIMING.open, 0.0, 60.0, 180.1, 600.1, 720.0)
"""Seconds from the planned instant at which an airing is claimed, opened, begun, tried again, given up."""


@dataclass(slots=True)
class Act:
    """Something that a person asked for, and when. `taken`: when the station had taken it, as far as he could see.

    `id`: of the airing, or the number of a STOP ("": asked for by a file). `lasts`: seconds of its sounds and pauses.
    """

    kind: str
    at: float
    id: str
    outputs: tuple[str, ...] = OUTPUTS
    lasts: float = 0.0
    taken: float | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """What a fault may have touched: from when to when, and which outputs or bulletins (none named: everything)."""

    kind: str
    since: float
    until: float
    scope: tuple[str, ...] = ()


@dataclass(slots=True)
class Release:
    """That a sound was approved, in real seconds."""

    bulletin: str
    sha256: str
    since: float
    until: float = float("inf")


class World:
    """`run` makes the days; `history` tells what the world did, for people who look for the reason."""

    def __init__(self, seed: int, folder: Path, model: Path, faults: "Mapping[str, tuple[float, Fault]]") -> None:
        self.seed, self.random = seed, random.Random(seed)
        self.clock = WorldClock(START)
        self.village = Village(self.clock)
        self.disk = Disk(self.clock, takes=lambda: self.random.uniform(0.05, 1.5))
        self.workspace = Workspace(folder)
        self.processes: list[Process] = []
        self.acts: list[Act] = []
        self.faults: list[tuple[float, str]] = []
        self.windows: list[Window] = []
        self.releases: list[Release] = []
        self.failures: list[str] = []
        self.decided: dict[str, float] = {}  # when a process first knew the outcome of an airing
        self.takeovers: list[tuple[float, float]] = []  # when from one that lives, and how long that had stood still
        self.left_out: dict[tuple[str, str], float] = {}  # since when a broadcast is left out on a day
        self.accounted: set[str] = set()  # added to a time that the station has accounted for while its clock was ahead
        self.added: dict[str, float] = {}  # since when the schedule has an airing that it had not from the beginning
        self.history: list[str] = []
        self.programme = Programme(self.random)
        self._faults = faults
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._number = itertools.count(1)
        self._pids = itertools.count(100)
        self._coming: list[Airing] = []
        self._covered = START
        self._quick: list[float] = []
        self._tested = 0.0
        shutil.copytree(model, folder, dirs_exist_ok=True)
        self.sound = (folder / "sound.mp3").read_bytes()
        self.schedule: Schedule
        self.write_schedule()
        self.store = Database(self.workspace.database)
        for bulletin in BULLETINS:
            self.approve(bulletin)

    # what the world is made of

    def run(self, days: int) -> None:
        """`days` days with faults, and then three quiet hours in which everything settles."""
        self.start_process()
        for day in range(days):
            self._plan_day(day)
        self._until(days * DAY)
        self._heal()
        self._until(days * DAY + 3 * 3600)

    def close(self) -> None:
        """Let go of the files."""
        for process in self.processes:
            process.store.close()
        self.store.close()

    def tell(self, text: str) -> None:
        """For the one who reads it later."""
        self.history.append(f"{self.clock.real:10.1f} {self.clock.truth.astimezone(ZONE):%d %H:%M:%S} {text}")

    def planned(self, since: datetime.datetime, until: datetime.datetime) -> tuple[Airing, ...]:
        """By the schedule as it stands."""
        return airings(self.schedule, since, until, with_skipped=True)

    def at(self, real: float, what: Callable[[], None]) -> None:
        """Do `what` then."""
        heapq.heappush(self._queue, (real, next(self._number), what))

    def trouble(self, kind: str, until: float, *scope: str, since: float | None = None) -> None:
        """From now (or `since`) until then, this may be the reason why something is not as planned."""
        self.windows.append(Window(kind, self.clock.real if since is None else since, until, scope))

    def number(self) -> int:
        """A new one."""
        return next(self._number)

    # days and faults

    def _plan_day(self, day: int) -> None:
        begin = self.clock.start + datetime.timedelta(days=day)
        due = [a.planned for a in self.planned(begin, begin + datetime.timedelta(days=1)) if not a.skipped]
        weights = [weight for weight, _fault in self._faults.values()]
        moment: float | None = None
        for _one in range(self.random.choice((1, 1, 1, 2, 3, 4)) if self._faults else 0):
            name = self.random.choices(list(self._faults), weights)[0]
            if moment is not None and self.random.random() < _SWARM:
                moment += self.random.uniform(*_BESIDE)  # troubles come together
            elif due and self.random.random() < 0.8:
                moment = (self.random.choice(due) - self.clock.start).total_seconds() + self.random.uniform(*NEAR)
            else:
                moment = day * DAY + self.random.uniform(0, DAY)
            self.at(max(day * DAY + 1, moment), self._fault(name))

    def _fault(self, name: str) -> Callable[[], None]:
        def happen() -> None:
            self.faults.append((self.clock.real, name))
            self._faults[name][1](self)

        return happen

    def near(self, bulletins: Sequence[str]) -> str:
        """One of `bulletins`; mostly one that is on air, or is to be soon: people change what is in their hands."""
        now = self.clock.wall
        since, until = now - datetime.timedelta(seconds=LENGTH), now + datetime.timedelta(seconds=90)
        soon = sorted({a.bulletin for a in self.planned(since, until) if a.bulletin in bulletins})
        return self.random.choice(soon if soon and self.random.random() < 0.7 else bulletins)

    # the station's things

    def write_schedule(self) -> None:
        """Save the programme as it should be."""
        text = self.programme.text()
        self.schedule = parse_schedule(text, self.workspace)
        self._covered = START
        self.save_schedule(text)

    def save_schedule(self, text: str) -> None:
        """Write schedule.yaml, good or not."""
        self.workspace.schedule_file.write_text(text, "utf-8")
        age = next(self._number)
        os.utime(self.workspace.schedule_file, (age, age))  # the file system's clock is too coarse for a world
        self.tell("schedule.yaml is written")

    def rebuild(self, bulletin: str) -> None:
        """The same sound in another file, which nobody has released."""
        write_bulletin(self.workspace, bulletin, self.sound, next(self._number))
        self.tell(f"{bulletin} is made anew")

    def approve(self, bulletin: str) -> None:
        """Release the bulletin as it lies there."""
        recording = find(self.workspace, bulletin)
        approve(self.workspace, self.store, recording, "Chị Hoa", self.clock.wall)
        self.releases.append(Release(bulletin, recording.sha256, self.clock.real))
        self.tell(f"{bulletin} is released")

    def start_process(self) -> None:
        """`loa run`; where it cannot start, the system tries again."""
        pid, fuse = next(self._pids), Fuse()
        self.tell(f"process {pid} starts")
        me: list[Process] = []

        def lane(name: str) -> SlowLane:
            runs, stalls = (lambda job: self._run_job(me[0], job)), (lambda: self._stalls(me))
            return SlowLane(self.disk, self.at, runs, stalls, syncs=name != "stop")

        try:
            store = FaultyDatabase(self.workspace.database, self.disk, fuse)
            station = SimulatedAutomation(self.workspace, store, ProcessClock(self.clock), TIMING, lanes=lane)
        except LoaError as error:
            self.tell(f"process {pid} cannot start: {error.findings[0].message}")
            self.trouble("start", self.clock.real + 12.0)
            self.at(self.clock.real + 3.0, self.start_process)
            return
        sessions: list[SimulatedSession] = []
        station.open_session = lambda airing, programme, outputs, planned, offset: SimulatedSession(
            self.village, pid, airing, programme, outputs, planned, offset
        )
        station.sessions = sessions
        station.lease.pid = pid
        self._note_outcomes(station.outcomes)
        process = Process(pid, station, store, fuse, sessions)
        me.append(process)
        self.processes.append(process)
        self.look_often(_AFTER)

    def _stalls(self, me: list[Process]) -> bool:
        """Count a job of a lane; whether the process stands still just as it begins it."""
        process = me[0] if me else None  # none: it is being made
        if process is None or process.stalls_in is None:
            return False
        process.stalls_in -= 1
        if process.stalls_in > 0:
            return False
        process.stalls_in = None
        self.stand_still(process)
        return True

    def stand_still(self, process: Process) -> None:
        """SIGSTOP, or a machine that swaps."""
        now = self.clock.real
        if now < process.paused_until:
            return
        seconds = self.span(2, 4, 30, 900) if process.wakes is None else 60.0  # there is time to take over
        process.paused_at, process.paused_until = now, now + seconds
        self.tell(f"process {process.pid} stands still for {process.paused_until - now:.0f} s")
        others = [p for p in self.processes if p.alive and p is not process and p.paused_until < now]
        beside = any(not p.station.lease.holds for p in others) and process.station.lease.holds
        if process.station.lease.holds or not others:
            until = min(process.paused_until, now + 20.0) if beside else process.paused_until + SETTLED
            self.trouble("pause", until)
        self.trouble("pause", process.paused_until + SETTLED, since=process.paused_until)
        self.at(process.paused_until, lambda: None)

    def _run_job(self, process: Process, job: Callable[[], None]) -> float | None:
        """Let the process do a job of its lane; where it stands still, until when."""
        if process.alive and self.clock.real < process.paused_until:
            return process.paused_until if process.wakes is None else min(process.paused_until, self.clock.real + 0.3)
        if process.alive:
            try:
                job()
            except KilledError:
                self.kill(process)
        return None

    def _note_outcomes(self, outcomes: OutcomeWriter) -> None:
        finish = outcomes.finish

        def noted(entry: NewRow, on_outputs: Sequence[NewRow]) -> None:
            self.decided.setdefault(entry.airing or "", self.clock.real)
            finish(entry, on_outputs)

        setattr(outcomes, "finish", noted)  # noqa: B010  mypy: a method

    def kill(self, process: Process, back: float | None = None) -> None:
        """kill -9; systemd, or a person much later, starts it again, after `back` seconds."""
        back = self.span(5, 60, 1200) if back is None else back
        for session in process.sessions:
            session.stop()
        process.alive = False
        process.store.close()
        self.tell(f"process {process.pid} is killed, the next starts in {back:.0f} s")
        other = any(p.alive and p.paused_until < self.clock.real for p in self.processes)
        self.trouble("kill", self.clock.real + (20.0 if other else back + 10.0))
        self.at(self.clock.real + back, self.start_process)
        self.look_often(_AFTER)

    def span(self, *choices: float) -> float:
        """A random duration: seconds up to one of `choices`."""
        top = self.random.choice(choices)
        return self.random.uniform(top / 4, top)

    def _heal(self) -> None:
        self.tell("everything works again")
        self._queue = []
        self.clock.offset = 0.0
        self.village.broken, self.village.stalled = {}, {}
        self.disk.locked_until = self.disk.full_until = self.disk.broken_until = self.disk.slow_until = -1.0
        for process in self.processes:
            process.paused_until, process.fuse.writes, process.stalls_in, process.wakes = -1.0, None, None, None
        self.write_schedule()
        for bulletin in BULLETINS:
            self.approve(bulletin)
        if not any(p.alive for p in self.processes):
            self.start_process()

    # time

    def _until(self, end: float) -> None:
        while self.clock.real < end:
            moment = self._next(end)
            if self._queue and self._queue[0][0] <= moment and any(p.sessions for p in self.processes):
                fresh = self._queue[0][0] - _FRESH
                if self.clock.real < fresh:
                    self._move(fresh)
                    self._step()
            self._move(moment)
            if self._queue and self._queue[0][0] <= self.clock.real:
                self.look_often(_AFTER)
            while self._queue and self._queue[0][0] <= self.clock.real:
                heapq.heappop(self._queue)[2]()
            self._step()

    def look_often(self, pauses: Iterable[float]) -> None:
        """The processes look after these `pauses` (seconds), though nothing happens by itself."""
        more = itertools.islice(itertools.accumulate(pauses, initial=self.clock.real), 1, None)
        self._quick = sorted({*self._quick, *more})

    def _move(self, moment: float) -> None:
        """The sound goes on to then; nobody looks."""
        self.clock.real = max(self.clock.real, moment)
        for process in self.processes:
            if process.alive:
                self._advance(process)

    def _next(self, end: float) -> float:
        """When something can happen next."""
        now = self.clock.real
        self._quick = [moment for moment in self._quick if moment > now]
        times = [end, *self._quick[:1], self._next_planned(now)]
        if self._queue:
            times.append(self._queue[0][0])
        alive = [p for p in self.processes if p.alive]
        for process in alive:
            live = process.station.controller.live
            for session in process.sessions:
                moment = session.next_event()
                if moment is not None:
                    times.append(moment + 0.001)
            if any(one.session and one.session.sounding for one in live.values()):
                times.append(now + LENGTH / 2 + 1.0)
            if any(self._is_stuck(one, process.station.clock) for one in live.values()):
                times.append(now + 5.0)
            if process.station.doubt:
                times.append(now + 20.0)
            if now < process.paused_until and len(alive) > 1:
                times.append(now + (2.5 if self._beside(process) else 60.0))
        return max(now + 0.01, min(times))

    def _is_stuck(self, live: LiveAiring, clock: Clock) -> bool:
        """Whether it should sound by now, and does not: nobody knows when that ends."""
        repeats = live.not_before is None or live.not_before <= clock.elapsed()
        due = live.airing.planned <= self.clock.wall and repeats
        return due and not (live.session and live.session.sounding)

    def _beside(self, paused: Process) -> bool:
        """Whether a standby is just finding out that this process stands still."""
        return paused.station.lease.holds and not any(
            p.station.lease.holds for p in self.processes if p is not paused and p.alive
        )

    def _next_planned(self, now: float) -> float:
        """When the next airing is claimed, opened, begins, is tried again, or is given up."""
        found = float("inf")
        settled = [p.station.outcomes.is_done for p in self.processes if p.alive and p.station.lease.holds]
        for airing in self._soon():
            planned = self.clock.real_of(airing.planned)
            if planned - TIMING.claim > found:
                break
            if planned < now and any(is_done(airing.id) for is_done in settled):
                continue
            for shift in _MOMENTS:
                if planned + shift > now:
                    found = min(found, planned + shift + 0.001)
                    break
        return found

    def _soon(self) -> list[Airing]:
        """The airings of the hours around, by the computer's clock."""
        wall = self.clock.wall
        edge = wall - datetime.timedelta(minutes=15)
        if not self._covered - datetime.timedelta(days=4) <= wall < self._covered - datetime.timedelta(days=1):
            self._covered = edge + datetime.timedelta(days=4)
            self._coming = list(self.planned(edge, self._covered))
        elif self._coming and self._coming[0].planned < edge - datetime.timedelta(days=1):
            self._coming = [a for a in self._coming if a.planned > edge - datetime.timedelta(hours=12)]
        return [a for a in self._coming[:12] if a.planned > edge] or self._coming

    def _step(self) -> None:
        """Let every process look once."""
        for process in [p for p in self.processes if p.alive]:
            self._advance(process)
            if self.clock.real >= process.paused_until:
                self._look(process)
        for act in self.acts[-5:]:
            waits = act.kind == "stop" and act.taken is None and self.clock.real < act.at + PATIENCE
            if waits and self._is_taken(act):
                act.taken = self.clock.real

    def _look(self, process: Process) -> None:
        try:
            if self.clock.real - self._tested > 60.0:
                self._tested = self.clock.real
                process.station.outputs_tested({name: None if self.village.works(name) else "dead" for name in OUTPUTS})
            process.station.step()
            if self.clock.real >= process.paused_until:  # else it stood still in this step
                process.looked = self.clock.real
            held, process.held = process.held, process.station.lease.holds  # a slow lane may have got it in between
            if process.held and not held:
                self._note_takeover(process)
        except KilledError:
            self.kill(process)
        except Exception:  # noqa: BLE001  `loa run` goes on with the next step; here it is a broken promise
            self.failures.append(f"a step failed at {self.clock.real:.1f}: {traceback.format_exc(limit=-3)}")

    def _note_takeover(self, process: Process) -> None:
        now = self.clock.real
        for other in self.processes:
            if other is not process and other.alive and other.station.lease.holds:
                seen = min(other.paused_at, other.looked)
                still = min(now, other.paused_until) - seen if other.paused_until > now - SETTLED else 0.0
                self.takeovers.append((now, still))
            if other is not process and other.alive and other.wakes is not None and now < other.paused_until:
                other.paused_until, other.wakes = now + other.wakes, None
                self.tell(f"process {other.pid} goes on in {other.paused_until - now:.1f} s")
                self.trouble("pause", other.paused_until + SETTLED)
                self.at(other.paused_until, lambda: None)

    def _is_taken(self, act: Act) -> bool:
        return requests.taken(self.store, int(act.id)) if act.id else not self.workspace.stop_file.exists()

    def _advance(self, process: Process) -> None:
        paused = self.clock.real < process.paused_until
        process.sessions[:] = [s for s in process.sessions if not s.stopped]
        for session in process.sessions:
            session.hold(paused)
            session.advance()


Fault = Callable[[World], None]


@contextmanager
def process_table(world: World) -> Iterator[None]:
    """Inside, the world answers whether a process runs, and not the computer's process table."""
    real, lease.runs = lease.runs, lambda pid, _known: any(p.alive and p.pid == pid for p in world.processes)
    try:
        yield
    finally:
        lease.runs = real
