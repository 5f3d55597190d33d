"""A world of one village: the real station (one or two processes) on a simulated clock, with faults from a seed."""

import datetime
import hashlib
import heapq
import itertools
import json
import random
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from loa.actions.approvals import withdraw
from loa.automation.station import Automation
from loa.automation.timing import Timing
from loa.errors import Finding, StoreError
from loa.playout.recording import LoadedRecording
from loa.schedule import Airing, airings
from loa.schedule.loader import load_schedule
from loa.schedule.outputs import AnyOutput
from loa.store import lease, requests
from loa.store.approvals import find
from loa.store.database import Database
from loa.store.requests import AirRequest, StopRequest
from loa.workspace import Workspace
from tests.approving import approve
from tests.simulation.clock import ProcessClock, WorldClock
from tests.simulation.sound import SimulatedSession, Village

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
START = datetime.datetime(2026, 11, 30, 0, 0, tzinfo=ZONE).astimezone(datetime.UTC)
DAY = 86_400.0
TIMING = Timing()
OUTPUTS = ("tram", "cum", "cho")
BULLETINS = ("tin-sang", "tin-trua", "tin-chieu", "tin-toi", "khan")
NEAR = (-70.0, 70.0)
"""Faults love airings: most of them come this near to one (seconds)."""
Fault = Callable[[float], None]


class KilledError(BaseException):
    """kill -9: nothing catches it."""


@dataclass(slots=True)
class Trouble:
    """What the database does now. `kill_in`: how many commits until the process is killed, before or after one."""

    locked_until: float = -1.0
    full_until: float = -1.0
    kill_in: int | None = None
    after: bool = False
    writes: int = 0


class FaultyDatabase(Database):
    """The station's database, which is locked or full when the world says so, and at whose commits processes die."""

    def __init__(self, path: Path, clock: WorldClock, trouble: Trouble) -> None:
        self._world, self._trouble = clock, trouble
        super().__init__(f"sqlite:///{path.as_posix()}")

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """As the real one."""
        trouble, now = self._trouble, self._world.real
        if now < trouble.locked_until:
            raise StoreError(Finding("store.busy", "locked", ""))
        if now < trouble.full_until:
            self.full = True
            raise StoreError(Finding("store.full", "full", ""))
        trouble.writes += 1
        dies = False
        if trouble.kill_in is not None:
            trouble.kill_in -= 1
            dies = trouble.kill_in <= 0
        with super().write() as connection:
            yield connection
            if dies and not trouble.after:
                raise KilledError
        if dies:
            raise KilledError


class SimulatedAutomation(Automation):
    """The real station; only what makes the sound is another."""

    open_session: Callable[[str, LoadedRecording, tuple[str, ...], datetime.datetime, float], SimulatedSession]
    sessions: list[SimulatedSession]

    def _session(
        self,
        airing: Airing,
        programme: LoadedRecording,
        outputs: Mapping[str, AnyOutput],
        planned: datetime.datetime,
        offset: float,
    ) -> SimulatedSession:
        made = self.open_session(airing.id, programme, tuple(outputs), planned, offset)
        self.sessions.append(made)
        return made


@dataclass(slots=True)
class Process:
    """A `loa run`. `paused_until`: SIGSTOP."""

    pid: int
    station: Automation
    store: FaultyDatabase
    trouble: Trouble
    sessions: list[SimulatedSession] = field(default_factory=list)
    alive: bool = True
    paused_until: float = -1.0


@dataclass(slots=True)
class Act:
    """Something that a person asked for, and when. `taken`: when the station had taken a STOP."""

    kind: str
    at: float
    id: str
    taken: float | None = None


class World:
    """`run` makes the days; `history` tells what the world did, for people who look for the reason."""

    def __init__(self, seed: int, folder: Path, model: Path, faults: Mapping[str, float] | None = None) -> None:
        self.seed, self.random = seed, random.Random(seed)
        self.clock = WorldClock(START)
        self.village = Village(self.clock)
        self.workspace = Workspace(folder)
        self.processes: list[Process] = []
        self.acts: list[Act] = []
        self.faults: list[tuple[float, str]] = []
        self.steps: list[float] = []  # when the clock was set
        self.released: list[tuple[float, float, str]] = []  # from, until, SHA-256
        self.history: list[str] = []
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._number = itertools.count(1)
        self._pids = itertools.count(100)
        self._next_airings: tuple[float, list[Airing]] = (-1.0, [])
        self._extra: dict[str, list[str]] = {"except": [], "also": []}
        self._weights = dict(FAULTS if faults is None else faults)
        shutil.copytree(model, folder, dirs_exist_ok=True)
        self._store = Database(f"sqlite:///{self.workspace.database.as_posix()}")
        for name in BULLETINS:
            self._approve(name)

    # what the world is made of

    def run(self, days: int) -> None:
        """`days` days with faults, and then a quiet one in which everything settles."""
        self._start_process()
        for day in range(days):
            self._plan_day(day)
        self._until(days * DAY)
        self._heal()
        self._until(days * DAY + 3 * 3600)

    def close(self) -> None:
        """Let go of the files."""
        for process in self.processes:
            process.store.close()
        self._store.close()

    def tell(self, text: str) -> None:
        """For the one who reads it later."""
        self.history.append(f"{self.clock.truth.astimezone(ZONE):%d %H:%M:%S} {text}")

    def planned(self, since: datetime.datetime, until: datetime.datetime) -> tuple[Airing, ...]:
        """By the schedule as it stands."""
        return airings(load_schedule(self.workspace), since, until, with_skipped=True)

    def at(self, real: float, what: Callable[[], None]) -> None:
        """Do `what` then."""
        heapq.heappush(self._queue, (real, next(self._number), what))

    # days and faults

    def _plan_day(self, day: int) -> None:
        begin = self.clock.start + datetime.timedelta(days=day)
        due = [a.planned for a in self.planned(begin, begin + datetime.timedelta(days=1)) if not a.skipped]
        for _number in range(self.random.choice((1, 1, 1, 2, 3))):
            name = self.random.choices(list(self._weights), list(self._weights.values()))[0]
            near = self.random.random() < 0.8 and due
            moment = (
                (self.random.choice(due) - self.clock.start).total_seconds()
                if near
                else day * DAY + self.random.uniform(0, DAY)
            )
            moment = max(day * DAY + 1, moment + self.random.uniform(*NEAR))
            self.at(moment, self._fault(name))

    def _fault(self, name: str) -> Callable[[], None]:
        def happen() -> None:
            self.faults.append((self.clock.real, name))
            getattr(self, f"fault_{name}")()

        return happen

    def _some(self) -> Process | None:
        alive = [p for p in self.processes if p.alive]
        return self.random.choice(alive) if alive else None

    def _span(self, *choices: float) -> float:
        top = self.random.choice(choices)
        return self.random.uniform(top / 4, top)

    def fault_kill(self) -> None:
        """kill -9, and somebody (systemd, or a person much later) starts it again."""
        process = self._some()
        if process:
            self._kill(process)
            self.at(self.clock.real + self._span(5, 60, 1200), self._start_process)

    def fault_kill_at_write(self) -> None:
        """Killed within milliseconds of one of its next commits."""
        process = self._some()
        if process:
            process.trouble.kill_in, process.trouble.after = self.random.randint(1, 8), self.random.random() < 0.5
            self.tell(
                f"process {process.pid} will be killed at commit {process.trouble.kill_in} ({process.trouble.after})"
            )

    def fault_pause(self) -> None:
        """SIGSTOP, or a machine that swaps."""
        process = self._some()
        if process:
            process.paused_until = self.clock.real + self._span(4, 30, 900)
            self.tell(
                f"process {process.pid} stands still until {process.paused_until - self.clock.real:.0f} s from now"
            )
            self.at(process.paused_until, lambda: None)

    def fault_sleep(self) -> None:
        """The computer sleeps."""
        seconds = self._span(10, 300, 5000)
        self.tell(f"the computer sleeps {seconds:.0f} s")
        self.clock.real += seconds
        self.clock.asleep += seconds

    def fault_clock(self) -> None:
        """Somebody or NTP sets the clock; later it is right again."""
        seconds = self.random.choice((-1, 1)) * self._span(3, 90, 1800, 20_000)
        self.clock.offset += seconds
        self.steps.append(self.clock.real)
        self.tell(f"the clock is set by {seconds:+.0f} s")
        self.at(self.clock.real + self._span(120, 3600), self._set_clock_right)

    def _set_clock_right(self) -> None:
        self.tell(f"the clock is right again ({-self.clock.offset:+.0f} s)")
        self.clock.offset = 0.0
        self.steps.append(self.clock.real)

    def fault_locked(self) -> None:
        """Another program holds the database."""
        until = self.clock.real + self._span(3, 60)  # for all alike: who cannot write is not overtaken by one who can
        for process in self.processes:
            process.trouble.locked_until = until
        self.tell("the database is locked")

    def fault_full(self) -> None:
        """The disk is full."""
        for process in self.processes:
            process.trouble.full_until = self.clock.real + self._span(30, 600)
        self.tell("the disk is full")

    def fault_output(self) -> None:
        """A loudspeaker's line is dead for a while."""
        name = self.random.choice(OUTPUTS)
        self.village.broken[name] = self.clock.real + self._span(5, 100, 2000)
        self.tell(f"{name} is dead for {self.village.broken[name] - self.clock.real:.0f} s")

    def fault_all_outputs(self) -> None:
        """A power cut in the village."""
        until = self.clock.real + self._span(5, 100, 2000)
        self.village.broken = dict.fromkeys(OUTPUTS, until)
        self.tell(f"all outputs are dead for {until - self.clock.real:.0f} s")

    def fault_standby(self) -> None:
        """A second `loa run`."""
        if sum(p.alive for p in self.processes) < 2:
            self._start_process()

    def fault_stop(self) -> None:
        """Somebody presses STOP."""
        self.tell("STOP is pressed")
        self.acts.append(
            Act("stop", self.clock.real, str(requests.ask(self._store, StopRequest(by="Hoa"), self.clock.wall)))
        )

    def fault_emergency(self) -> None:
        """Somebody releases an emergency."""
        id_ = f"air:ben-hai/khan@{self.clock.wall:%Y-%m-%dT%H:%M:%SZ}-{next(self._number)}"
        self.tell(f"an emergency is asked for: {id_}")
        wanted = AirRequest(
            airing=id_,
            bulletin="ben-hai/khan",
            outputs=OUTPUTS,
            by="Hoa",
            now=True,
            times=self.random.choice((1, 1, 2)),
        )
        requests.ask(self._store, wanted, self.clock.wall)
        self.acts.append(Act("emergency", self.clock.real, id_))

    def fault_schedule(self) -> None:
        """Somebody leaves out a coming airing, or adds one."""
        ahead = self.clock.wall + datetime.timedelta(minutes=30)
        coming = [a for a in self.planned(ahead, ahead + datetime.timedelta(days=2)) if not a.skipped]
        if coming and self.random.random() < 0.5:
            day = self.random.choice(coming).planned.astimezone(ZONE).date()
            self._extra["except"].append(f"{day:%Y-%m-%d}")
        else:
            moment = (ahead + datetime.timedelta(minutes=self.random.randint(1, 300))).astimezone(ZONE)
            self._extra["also"].append(f"{moment:%Y-%m-%d %H:%M}")
        self._write_schedule()

    def fault_bad_schedule(self) -> None:
        """Somebody saves a broken file and corrects it later."""
        text = self.workspace.schedule_file.read_text("utf-8")
        self.workspace.schedule_file.write_text(text + "broadcasts: [", "utf-8")
        self.tell("schedule.yaml is broken")
        self.at(self.clock.real + self._span(20, 1200), self._write_schedule)

    def fault_rebuilt(self) -> None:
        """A bulletin is made anew and released some time later, perhaps too late."""
        name = self.random.choice(BULLETINS[:-1])
        path = self.workspace.bulletins / "ben-hai" / f"{name}.mp3"
        data = path.read_bytes()
        path.write_bytes(data + next(self._number).to_bytes(4, "big"))  # another file, the same sound
        record = path.with_suffix(".json")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        record.write_text(record.read_text("utf-8").replace(hashlib.sha256(data).hexdigest(), digest), "utf-8")
        self.tell(f"{name} is made anew")
        self.at(self.clock.real + self._span(10, 900), lambda: self._approve(name))

    def fault_withdrawn(self) -> None:
        """A release is taken back, and given again later."""
        name = self.random.choice(BULLETINS[:-1])
        withdraw(self.workspace, self._store, f"ben-hai/{name}", "Hoa", self.clock.wall)
        digest = find(self.workspace, f"ben-hai/{name}").sha256
        self.released = [
            (since, min(until, self.clock.real) if sha == digest else until, sha) for since, until, sha in self.released
        ]
        self.tell(f"the release of {name} is withdrawn")
        self.at(self.clock.real + self._span(60, 900), lambda: self._approve(name))

    # the station's things

    def _write_schedule(self) -> None:
        self.workspace.schedule_file.write_text(schedule_text(self._extra), "utf-8")
        self.tell("schedule.yaml is written")

    def _approve(self, name: str) -> None:
        recording = find(self.workspace, f"ben-hai/{name}")
        approve(self.workspace, self._store, recording, "Chị Hoa", self.clock.wall)
        self.released.append((self.clock.real, float("inf"), recording.sha256))
        self.tell(f"{name} is released")

    def _start_process(self) -> None:
        pid, trouble = next(self._pids), Trouble()
        store = FaultyDatabase(self.workspace.database, self.clock, trouble)
        sessions: list[SimulatedSession] = []
        station = SimulatedAutomation(self.workspace, store, ProcessClock(self.clock), TIMING)
        station.open_session = lambda airing, programme, outputs, planned, offset: SimulatedSession(
            self.village, pid, airing, programme, outputs, planned, offset
        )
        station.sessions = sessions
        station.lease.pid = pid
        process = Process(pid, station, store, trouble, sessions)
        self.processes.append(process)
        self.tell(f"process {pid} starts")

    def _kill(self, process: Process) -> None:
        for session in process.sessions:
            session.stop()
        process.alive = False
        process.store.close()
        self.tell(f"process {process.pid} is killed")

    def _heal(self) -> None:
        self.tell("everything works again")
        self._queue = []
        self.clock.offset = 0.0
        self.village.broken = {}
        for process in self.processes:
            process.paused_until, process.trouble.locked_until, process.trouble.full_until = -1.0, -1.0, -1.0
            process.trouble.kill_in = None
        self._write_schedule()
        for name in BULLETINS:
            self._approve(name)
        if not any(p.alive for p in self.processes):
            self._start_process()

    # time

    def _until(self, end: float) -> None:
        quick = 0
        while self.clock.real < end:
            moment = self._next(end, quick)
            self.clock.real = max(self.clock.real, moment)
            quick = quick - 1 if quick else 0
            while self._queue and self._queue[0][0] <= self.clock.real:
                heapq.heappop(self._queue)[2]()
                quick = 4
            if self._step():
                quick = max(quick, 2)

    def _next(self, end: float, quick: int) -> float:
        """When something can happen next."""
        now = self.clock.real
        times = [end]
        if self._queue:
            times.append(self._queue[0][0])
        if quick:
            times.append(now + (0.3, 1.0, 3.0, 6.0)[4 - quick] if quick <= 4 else now + 0.3)
        for process in self.processes:
            if process.alive:
                for session in process.sessions:
                    moment = session.next_event()
                    if moment is not None:
                        times.append(max(moment, now + 0.01))
                if process.station.controller.live:
                    times.append(now + 10.0)
                if process.station.doubt:
                    times.append(now + 30.0)
        times.append(self._next_planned(now))
        return max(now + 0.01, min(times))

    def _next_planned(self, now: float) -> float:
        """When the next airing is claimed, opened, begins, or is given up."""
        found = float("inf")
        for airing in self._coming():
            planned = self.clock.real_of(airing.planned)
            for shift in (-TIMING.claim, -TIMING.open, 0.0, 600.1):
                if planned + shift > now:
                    found = min(found, planned + shift + 0.02)
                    break
        return found

    def _coming(self) -> list[Airing]:
        key = self.clock.offset + self.workspace.schedule_file.stat().st_mtime_ns
        if self._next_airings[0] != key or self._horizon < self.clock.wall + datetime.timedelta(days=1):
            since = self.clock.wall - datetime.timedelta(minutes=15)
            self._horizon = since + datetime.timedelta(days=3)
            try:
                self._next_airings = (key, list(self.planned(since, self._horizon)))
            except Exception:  # noqa: BLE001  the file is broken just now
                return self._next_airings[1]
        edge = self.clock.wall - datetime.timedelta(minutes=15)
        self._next_airings = (self._next_airings[0], [a for a in self._next_airings[1] if a.planned > edge])
        return self._next_airings[1]

    _horizon = START

    def _step(self) -> bool:
        """Let every process look once; whether something happened."""
        before = len(self.village.heard), len(self.history)
        for process in [p for p in self.processes if p.alive]:
            self._advance(process)
            if self.clock.real < process.paused_until:
                continue
            try:
                process.station.step()
            except KilledError:
                self._kill(process)
                self.at(self.clock.real + self._span(5, 60, 1200), self._start_process)
        for act in self.acts:
            if act.kind == "stop" and act.taken is None and requests.taken(self._store, int(act.id)):
                act.taken = self.clock.real
        return before != (len(self.village.heard), len(self.history))

    def _advance(self, process: Process) -> None:
        paused = self.clock.real < process.paused_until
        process.sessions[:] = [s for s in process.sessions if not s.stopped]
        for session in process.sessions:
            session.hold(paused)
            session.advance()


FAULTS: dict[str, float] = {
    "kill": 3, "kill_at_write": 4, "pause": 2, "sleep": 1, "clock": 2, "locked": 2, "full": 1, "output": 2,
    "all_outputs": 1, "standby": 2, "stop": 2, "emergency": 3, "schedule": 1, "bad_schedule": 1, "rebuilt": 1, "withdrawn": 1,
}  # fmt: skip


def schedule_text(extra: Mapping[str, list[str]]) -> str:
    """Five broadcasts a day, one of them with priority, on three outputs."""
    rows = (
        ("tin-sang", ["06:00"], "[tram, cum]", "normal"),
        ("tin-trua", ["11:30"], "[tram]", "priority"),
        ("tin-chieu", ["17:00", "17:00:30"], "[tram, cum, cho]", "normal"),
        ("tin-toi", ["18:30"], "[cho]", "normal"),
    )
    lines = [
        "timezone: Asia/Ho_Chi_Minh",
        'outputs: {tram: {kind: "null"}, cum: {kind: "null"}, cho: {kind: "null"}}',
        "broadcasts:",
    ]
    for name, at, on, priority in rows:
        also = extra["also"] if name == "tin-toi" else []
        lines.append(
            f"  - {{id: {name}, commune: ben-hai, campaigns: [dvc], days: [daily], at: {json.dumps(at[:1])}, priority: {priority}, "
            f"except: {json.dumps(extra['except'])}, also: {json.dumps(also)}, length: {{min: 1s, max: 60s}}, on: {on}}}"
        )
    return "\n".join(lines) + "\n"


def alive_pids(worlds: list[World]) -> Callable[[int, float], bool]:
    """In place of the computer's process table: which simulated processes run."""
    return lambda pid, _born: any(p.alive and p.pid == pid for world in worlds for p in world.processes)


def use_process_table(world: World) -> None:
    """The lease asks whether a process runs: the world answers."""
    lease.runs = alive_pids([world])
