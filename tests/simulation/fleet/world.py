"""A commune's fleet: the station's desk and real players on a simulated clock and bus, with faults from a seed."""

import contextlib
import datetime
import heapq
import itertools
import os
import random
import re
import shutil
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from loa.actions.approvals import withdraw
from loa.automation.intervals import Timing
from loa.errors import LoaError
from loa.fleet import register
from loa.fleet.clock import PlayerClock
from loa.fleet.fetching import Fetcher
from loa.fleet.joining import Identity
from loa.fleet.keys import Key, fingerprint
from loa.fleet.messages import Plan, Release, Told
from loa.fleet.office import Desk, station_key
from loa.fleet.player import Player
from loa.fleet.server import Door
from loa.schedule import Airing, Schedule, airings
from loa.schedule.loader import parse_schedule
from loa.stop_file import StopRequest
from loa.store import lease, requests
from loa.store.approvals import approved_copy, find
from loa.store.database import Database
from loa.store.requests import AirRequest, EndRequest
from loa.workspace import Workspace
from tests.approving import approve
from tests.simulation.clock import WorldClock
from tests.simulation.files import LENGTH, START, write_bulletin
from tests.simulation.fleet.bus import Bus
from tests.simulation.processes import Disk, SimulatedAutomation, SlowLane
from tests.simulation.sound import SimulatedSession, Village
from tests.simulation.world import Release as Signed
from tests.simulation.world import Window
from tests.sounds import make_mp3

DAY, HOUR = 86_400.0, datetime.timedelta(hours=1)
TIMING = Timing()
VALID = 600.0
"""Seconds for which an emergency of these worlds is worth something."""
BULLETINS = ("xa/tin-sang", "xa/tin-trua", "xa/tin-chieu", "xa/khan")
STOPS = 125.0
"""Seconds for which a STOP is worth something, to players that hear of it late."""
SETTLED = 75.0
"""Seconds after a trouble in which a player finds back: its line is made anew within a minute."""
_IDLE, _DOZE, _AFTER = 301.0, 2400.0, (2.2,)
"""Seconds between two looks of who has nothing to do, near airings and far from them; and after something happened."""
_NEAR = (-1000.0, 700.0)
"""Seconds around airings and emergencies in which everybody is awake."""
_MOMENTS = (-TIMING.claim, -TIMING.open, 60.0, 180.1, 601.0)
_NOTED = 4.0
"""Seconds between two looks of a player that sounds: it notes where it is."""
_TICK, _STEP, _DESK = 0.1, 0.25, 0.2
"""The longest time until a player, its automation and the station's desk look again."""


class BoxClock:
    """The computer's clock of a player: wrong by `offset` seconds at the moment `since`, and drifting."""

    speed = 1.0

    def __init__(self, world: WorldClock, offset: float, drift: float, *, ntp: bool) -> None:
        self._world, self.offset, self.drift, self.ntp = world, offset, drift, ntp
        self.since = world.real

    def now(self) -> datetime.datetime:
        """What it shows."""
        drifted = 0.0 if self.ntp else self.drift * (self._world.real - self.since)
        return self._world.truth + datetime.timedelta(seconds=self.offset + drifted)

    def elapsed(self) -> float:
        """Seconds since the world's beginning, as its crystal counts them."""
        return self._world.real * (1.0 if self.ntp else 1.0 + self.drift)

    def suspended(self) -> float:
        """It never sleeps."""
        return 0.0

    def synchronised(self) -> bool:
        """Whether NTP keeps it."""
        return self.ntp

    def wait(self, _event: object, seconds: float) -> bool:
        """Nothing in the simulation waits."""
        raise AssertionError(f"a step waited for {seconds} s")


class HeardClock:
    """What the simulated outputs of a player go by: the player's corrected clock."""

    asleep = 0.0

    def __init__(self, world: WorldClock, clock: PlayerClock) -> None:
        self._world, self._clock = world, clock

    @property
    def real(self) -> float:
        """The world's seconds."""
        return self._world.real

    @property
    def wall(self) -> datetime.datetime:
        """What the player believes."""
        return self._clock.now()

    def real_of(self, moment: datetime.datetime) -> float:
        """When the player will believe that it is `moment`."""
        return self._world.real + (moment - self.wall).total_seconds()


class SimulatedFetcher(Fetcher):
    """The real one, without thread and network: what it fetches lies at the station, or comes broken."""

    world: "FleetWorld"
    box: "Box"

    def start(self) -> None:
        """Nothing: the world fetches."""

    def want(self, releases: "itertools.chain[Release] | list[Release]") -> None:
        """As the real one; it is fetched in a moment."""
        self._wanted = tuple(releases)
        if self.missing():
            self.world.fetch_soon(self.box)

    def fetch(self) -> bool:
        """Try everything that is missing; whether it is all there now."""
        for release in self.missing():
            try:
                self._fetch(release)
            except OSError:
                return False
        return not self.missing()

    def _load(self, name: str, part: Path, start: int, size: int) -> None:
        data = self._read(name)
        chance = self.world.random.random() if self.world.clock.real < self.box.poor_line else 1.0
        if chance < 0.3:
            part.write_bytes(bytes(size))
            return
        with part.open("ab") as file:
            file.write(data[start : size // 2 if chance < 0.6 else size])
        if chance < 0.6:
            raise OSError("the line broke")

    def _read(self, name: str) -> bytes:
        digest, _dot, ending = name.partition(".")
        return approved_copy(self.world.workspace, digest).with_suffix(f".{ending}").read_bytes()


@dataclass(slots=True)
class Box:
    """A computer at a cluster. `poor_line`: until when its recordings come broken or wrong."""

    name: str
    workspace: Workspace
    own: BoxClock
    disk: Disk
    client: str = ""
    village: Village | None = None
    player: Player | None = None
    station: SimulatedAutomation | None = None
    store: Database | None = None
    sessions: list[SimulatedSession] = field(default_factory=list)
    heard: list[Village] = field(default_factory=list)
    pid: int = 0
    poor_line: float = -1.0
    fetching: bool = False
    written: int = 0
    wakes: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Emergency:
    """One that a person asked for, in real seconds."""

    airing: str
    at: float
    players: tuple[str, ...]
    sha256: str


class NoPort:
    """The port for players of a simulated station."""

    def __init__(self, _door: Door, _host: str, _port: int) -> None: ...

    def start(self) -> None: ...

    def close(self) -> None: ...


class FleetWorld:
    """`run` makes the days; `history` tells what happened."""

    def __init__(
        self, seed: int, folder: Path, players: int, faults: "dict[str, tuple[float, Fault]] | None" = None
    ) -> None:
        self.seed, self.random = seed, random.Random(seed)
        self.clock = WorldClock(START)
        self.bus = Bus(self)
        self.workspace = Workspace(folder / "xa")
        self.boxes: dict[str, Box] = {}
        self.emergencies: list[Emergency] = []
        self.stops: list[float] = []
        self.taken_back: dict[str, float] = {}
        self.troubles: list[Window] = []
        self.signed: list[Signed] = []
        self.failures: list[str] = []
        self.history: list[str] = []
        self.faults: list[tuple[float, str]] = []
        self._faults = FAULTS if faults is None else faults
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._number, self._pids, self._versions = itertools.count(1), itertools.count(100), itertools.count(1)
        self.alive: set[int] = set()
        self.desk: Desk | None = None
        self._desk_wakes: list[float] = []
        self.names = tuple(f"p{number}" for number in range(players))
        self._busy: list[float] = []
        self._make(folder)

    @property
    def real(self) -> float:
        """Seconds since the beginning."""
        return self.clock.real

    # what there is

    def _make(self, folder: Path) -> None:
        for part in (self.workspace.campaigns, self.workspace.bulletins / "xa"):
            part.mkdir(parents=True)
        (self.workspace.campaigns / "xa.yaml").write_text("campaigns: [{id: dvc}]\n", "utf-8")
        self.sound = make_mp3(folder / "sound.mp3", LENGTH).read_bytes()
        half = ", ".join(self.names[::2])
        text = (
            "timezone: Asia/Ho_Chi_Minh\nplayers: {broker: 'mqtt://bus'}\noutputs:\n"
            + "".join(f"  {name}: {{kind: player, village: thôn {n % 3}}}\n" for n, name in enumerate(self.names))
            + "broadcasts:\n"
            + "".join(
                f"  - {{id: {id_}, commune: xa, campaigns: [dvc], days: [daily], at: ['{at}'], priority: {priority}, "
                f"length: {{min: 1s, max: 60s}}, on: [{on}]}}\n"
                for id_, at, priority, on in (
                    ("tin-sang", "06:00", "normal", ", ".join(self.names)),
                    ("tin-trua", "11:30", "priority", half),
                    ("tin-chieu", "17:00", "normal", ", ".join(self.names)),
                )
            )
        )
        self.workspace.schedule_file.write_text(text, "utf-8")
        self.schedule: Schedule = parse_schedule(text, self.workspace)
        self.store = Database(self.workspace.database)
        for bulletin in BULLETINS:
            self.release(bulletin)
        key = station_key(self.workspace)
        model = Workspace(folder / "model")
        Database(model.database).close()
        for name in self.names:
            workspace = Workspace(folder / name)
            shutil.copytree(model.root, workspace.root)
            own = Key.of(workspace.fleet / "player.key")
            identity = Identity(
                name=name, station=key.public, broker="mqtt://bus", user="x", password="x", recordings="http://bus"
            )
            (workspace.fleet / "identity.json").write_text(identity.model_dump_json(), "utf-8")
            workspace.player_file.write_text("outputs: {loa: {kind: 'null'}}\n", "utf-8")
            register.join(self.workspace, self.store, name, fingerprint(own.public), own.public, START)
            ntp = self.random.random() < 0.5
            wrong = self.random.uniform(-0.004, 0.004) if ntp else self.random.uniform(-90.0, 90.0)
            clock = BoxClock(self.clock, wrong, self.random.uniform(-3e-5, 3e-5), ntp=ntp)
            disk = Disk(self.clock, takes=lambda: self.random.uniform(0.05, 1.5))  # type: ignore[arg-type]
            self.boxes[name] = Box(name, workspace, clock, disk, client=f"loa-{own.id}")

    def planned(self, days: int) -> tuple[Airing, ...]:
        """Every airing of the first `days` days."""
        return airings(self.schedule, START, START + datetime.timedelta(days=days))

    def release(self, bulletin: str) -> str:
        """Make a bulletin anew, and release it; its SHA-256."""
        sha256 = write_bulletin(self.workspace, bulletin, self.sound, next(self._versions))
        approve(self.workspace, self.store, find(self.workspace, bulletin), "Hoa", self.clock.truth)
        for one in self.signed:
            if one.bulletin == bulletin:
                one.until = min(one.until, self.real)
        self.signed.append(Signed(bulletin, sha256, self.real))
        return sha256

    def withdraw(self, bulletin: str) -> None:
        """Take the release back."""
        withdraw(self.workspace, self.store, bulletin, "Hoa", self.clock.truth)
        for one in self.signed:
            if one.bulletin == bulletin:
                one.until = min(one.until, self.real)

    # time

    def at(self, real: float, what: Callable[[], None]) -> None:
        """Do `what` then."""
        heapq.heappush(self._queue, (real, next(self._number), what))

    def tell(self, text: str) -> None:
        """For the one who reads it later."""
        self.history.append(f"{self.real:10.2f} {text}")

    def trouble(self, kind: str, until: float, *names: str) -> None:
        """From now until then this may be why something is not as planned."""
        self.troubles.append(Window(kind, self.real, until, names))

    def run(self, days: int) -> None:
        """`days` days with faults, then three quiet hours in which everything settles."""
        self._instants = sorted({airing.planned for airing in self.planned(days + 1)})
        self.start_desk()
        for box in self.boxes.values():
            self.start(box)
        for day in range(days):
            self._plan_day(day)
        self._until(days * DAY)
        self._heal()
        self._until(days * DAY + 3 * 3600.0)

    def _until(self, end: float) -> None:
        while self._queue and self._queue[0][0] <= end:
            moment, _number, what = heapq.heappop(self._queue)
            self.clock.real = max(self.clock.real, moment)
            what()
        self.clock.real = end

    def _plan_day(self, day: int) -> None:
        begin = START + datetime.timedelta(days=day)
        due = [one.planned for one in airings(self.schedule, begin, begin + datetime.timedelta(days=1))]
        urgent = [
            self.random.uniform(day * DAY + 3600.0, (day + 1) * DAY - 2000.0)
            for _one in range(self.random.choice((1, 2)))
        ]
        self._busy = [*(real_of(moment) for moment in due), *urgent]
        for moment in urgent:
            self.at(moment, self.emergency)
        for _one in range(self.random.choice((2, 3, 4, 6)) if self._faults else 0):
            name = self.random.choices(list(self._faults), [weight for weight, _fault in self._faults.values()])[0]
            moment = self.random.uniform(day * DAY, (day + 1) * DAY - 1)
            if self.random.random() < 0.8:
                moment = self.random.choice(self._busy) + self.random.uniform(-70.0, 60.0)
            self.at(max(day * DAY + 60.0, moment), partial(self._happen, name))

    def _happen(self, name: str) -> None:
        self.faults.append((self.real, name))
        self.tell(name)
        self._faults[name][1](self)

    def span(self, *choices: float) -> float:
        """A random duration up to one of `choices`."""
        top = self.random.choice(choices)
        return self.random.uniform(top / 4, top)

    def some(self) -> list[Box]:
        """One, some, or all players."""
        count = self.random.choice((1, 1, 2, len(self.names)))
        return self.random.sample(list(self.boxes.values()), min(count, len(self.names)))

    def emergency(self) -> None:
        """Somebody writes and releases an emergency: its recording is on no player yet. Without a station on air nobody can."""
        if self.desk is None:
            self.at(self.real + 60.0, self.emergency)
            return
        sha256 = self.release("xa/khan")
        players = tuple(sorted(self.random.sample(self.names, self.random.randint(1, len(self.names)))))
        name = f"air:xa/khan@{self.clock.truth:%Y-%m-%dT%H:%M:%SZ}-{next(self._number)}"
        request = AirRequest(
            airing=name, bulletin="xa/khan", outputs=players, by="Hoa", now=True, valid=f"{VALID:.0f}s"
        )
        requests.ask(self.store, request, self.clock.truth)
        self.emergencies.append(Emergency(name, self.real, players, sha256))
        self.tell(f"{name} on {', '.join(players)}")
        self.trouble("emergency", self.real + LENGTH + 15.0, *players)
        self.poke_desk()
        if self._faults and self.random.random() < 0.3:
            after = self.random.choice((self.random.uniform(0.2, 3.0), self.random.uniform(3.0, 60.0)))
            self.at(self.real + after, partial(self.take_back, name, players))

    def take_back(self, name: str, players: tuple[str, ...]) -> None:
        """An emergency no longer counts."""
        requests.ask(self.store, EndRequest(airings=(name,), why="taken back"), self.clock.truth)
        self.taken_back[name] = self.real
        self.tell(f"{name} is taken back")
        self.trouble("ended", self.real + 30.0, *players)
        self.poke_desk()

    def stop(self) -> None:
        """Somebody presses STOP."""
        requests.ask(self.store, StopRequest(by="Hoa"), self.clock.truth)
        self.stops.append(self.real)
        self.trouble("stop", self.real + STOPS)
        self.poke_desk()

    def _heal(self) -> None:
        self.tell("everything works again")
        self.bus.bad_air = self.bus.down_until = -1.0
        self.bus.cut.clear()
        for link in [link for link in self.bus.links.values() if not link.up]:
            self.bus.join(link)
        for bulletin in BULLETINS[:-1]:
            if not any(one.bulletin == bulletin and one.until > self.real for one in self.signed):
                self.release(bulletin)
        for box in self.boxes.values():
            box.poor_line = box.disk.slow_until = -1.0

    # the station

    def start_desk(self) -> None:
        """The station comes on air."""
        link = self.bus.link(self.poke_desk)
        self.desk = Desk(self.workspace, self.store, self.schedule, _StationClock(self.clock), link, NoPort)  # type: ignore[arg-type]
        self.poke_desk()

    def kill_desk(self, back: float) -> None:
        """The station is killed, and is back after so many seconds."""
        self.bus.vanish(f"loa-{station_key(self.workspace).id}")
        self.desk = None
        self.at(self.real + back, self.start_desk)

    def poke_desk(self) -> None:
        """Something happened that concerns the station."""
        for after in (self.random.uniform(0.0, _DESK), *_AFTER):
            self._wake_desk(self.real + after)

    def _wake_desk(self, moment: float) -> None:
        if any(self.real < known <= moment and moment - known < 0.1 for known in self._desk_wakes):
            return
        heapq.heappush(self._desk_wakes, moment)
        self.at(moment, self._look_desk)

    def _look_desk(self) -> None:
        while self._desk_wakes and self._desk_wakes[0] <= self.real:
            heapq.heappop(self._desk_wakes)
        if self.desk:
            try:
                self.desk.step(self.schedule, "1")
            except LoaError as error:
                self.failures.append(f"the desk at {self.real:.1f}: {error}")
            except Exception:  # noqa: BLE001  the real one goes on; here it is a broken promise
                self.failures.append(f"the desk failed at {self.real:.1f}: {traceback.format_exc(limit=-3)}")
        if not self._desk_wakes:
            self._wake_desk(self.real + self._rest())

    def _rest(self) -> float:
        """Seconds until who has nothing to do looks again."""
        coming = [moment for moment in self._busy if moment > self.real - _NEAR[1]]
        first = min(coming, default=float("inf"))
        return _IDLE if first + _NEAR[0] <= self.real else min(_DOZE, first + _NEAR[0] - self.real + 1.0)

    # players

    def start(self, box: Box) -> None:
        """Switch it on."""
        clock = PlayerClock(box.own)  # type: ignore[arg-type]
        heard = Village(HeardClock(self.clock, clock))  # type: ignore[arg-type]
        box.heard.append(heard)
        box.village, box.sessions, box.pid = heard, [], next(self._pids)
        self.alive.add(box.pid)

        def fetcher(workspace: Workspace, address: str, key: Key, on_new: Callable[[], None]) -> SimulatedFetcher:
            made = SimulatedFetcher(workspace, address, key, on_new)
            made.world, made.box = self, box
            return made

        box.player = Player(box.workspace, clock, self.bus.link(lambda: self.poke(box)), fetcher)  # type: ignore[arg-type]
        box.player._link.start()
        box.store = Database(box.workspace.database)

        def lane(_name: str) -> SlowLane:
            def job(work: Callable[[], None]) -> None:
                work()
                self.poke(box)

            return SlowLane(box.disk, self.at, job, lambda: False)

        pid, sessions = box.pid, box.sessions
        station = SimulatedAutomation(box.workspace, box.store, clock, TIMING, lanes=lane)  # type: ignore[arg-type]

        def open_session(airing: str, programme: object, outputs: object, planned: object, offset: object) -> object:
            return SimulatedSession(heard, pid, airing, programme, outputs, planned, offset)  # type: ignore[arg-type]

        station.open_session = open_session  # type: ignore[assignment]
        station.sessions = sessions
        station.lease.pid = pid
        box.station = station
        box.player.follow(station)
        self.poke(box, 3.0)  # it waits for the station's time

    def kill(self, box: Box, back: float) -> None:
        """The power is gone at a cluster, for so many seconds."""
        if box.player is None:
            return
        for session in box.sessions:
            session.stop()
        self.alive.discard(box.pid)
        self.bus.vanish(box.client)
        assert box.store
        box.store.close()
        if box.player._store:
            box.player._store.close()
        box.player = box.station = box.store = None
        self.at(self.real + back, partial(self.start, box))

    def poke(self, box: Box, later: float = 0.0) -> None:
        """Something happened that concerns this player."""
        for after in (self.random.uniform(0.0, _TICK), *_AFTER):
            self.wake(box, self.real + later + after)

    def wake(self, box: Box, moment: float) -> None:
        """Let it look then."""
        if any(self.real < known <= moment and moment - known < 0.0004 for known in box.wakes):
            return
        heapq.heappush(box.wakes, moment)
        self.at(moment, partial(self._look, box))

    def _look(self, box: Box) -> None:
        while box.wakes and box.wakes[0] <= self.real:
            heapq.heappop(box.wakes)
        if box.player is None or box.station is None:
            return
        self._advance(box)
        try:
            box.player._step()
        except LoaError as error:
            self.failures.append(f"{box.name} at {self.real:.1f}: {error}")
        except Exception:  # noqa: BLE001  the real one goes on; here it is a broken promise
            self.failures.append(f"{box.name} failed at {self.real:.1f}: {traceback.format_exc(limit=-3)}")
        self._date(box)
        self.at(self.real + self.random.uniform(0.0, _STEP), partial(self._step, box, box.pid))

    def _date(self, box: Box) -> None:
        """A new schedule.yaml has a new age: the file system's clock is too coarse for a world."""
        with contextlib.suppress(OSError):
            written = box.workspace.schedule_file.stat().st_ino
            if written != box.written:
                box.written, age = written, next(self._versions)
                os.utime(box.workspace.schedule_file, (age, age))

    def _step(self, box: Box, pid: int) -> None:
        if box.station is None or box.pid != pid:
            return
        self._advance(box)
        try:
            box.station.step()
        except Exception:  # noqa: BLE001  the real one goes on; here it is a broken promise
            self.failures.append(f"the automation of {box.name} at {self.real:.1f}: {traceback.format_exc(limit=-3)}")
        self._advance(box)
        moment = self._next(box)
        if not box.wakes or moment < box.wakes[0]:
            self.wake(box, moment)

    def _advance(self, box: Box) -> None:
        box.sessions[:] = [session for session in box.sessions if not session.stopped]
        for session in box.sessions:
            session.advance()

    def _next(self, box: Box) -> float:
        """When something can happen next at this player."""
        assert box.station
        assert box.player
        times = [self.real + self._rest()]
        for moment in filter(None, (session.next_event() for session in box.sessions)):
            self.wake(box, moment + 0.0005)  # whatever else it does before
            times.append(moment + 0.0005)
        shown = box.player.clock.now()
        for planned in self._instants:
            due = (planned - shown).total_seconds()
            if -605.0 < due < _DOZE:
                times += [self.real + due + shift + 0.001 for shift in _MOMENTS if due + shift > 0]
        if any(session.sounding for session in box.sessions):
            times.append(self.real + _NOTED)
        if any(not (live.session and live.session.started_at) for live in box.station.controller.live.values()):
            times.append(self.real + 2.0)
        return max(self.real + 0.0005, min(times))

    def fetch_soon(self, box: Box) -> None:
        """Its recordings come in a moment, if the line stands."""
        if box.fetching:
            return
        box.fetching = True
        slow = self.real < box.disk.slow_until
        takes = self.random.uniform(2.0, 20.0) if slow else self.random.uniform(0.05, 0.4)
        self.at(self.real + takes, partial(self._fetch, box))

    def _fetch(self, box: Box) -> None:
        box.fetching = False
        if box.player is None:
            return
        fetcher = box.player._fetcher
        assert isinstance(fetcher, SimulatedFetcher)
        away = self.desk is None or self.real < self.bus.cut.get(box.client, -1.0)
        if not away and fetcher.fetch():
            self.poke(box)
            return
        if fetcher.missing():
            box.fetching = True
            self.at(self.real + self.random.uniform(0.5, 60.0), partial(self._fetch, box))
        self.poke(box)

    def close(self) -> None:
        """Let go of the files."""
        for box in self.boxes.values():
            if box.store:
                box.store.close()
            if box.player and box.player._store:
                box.player._store.close()
        self.store.close()


class _StationClock(BoxClock):
    """The station's: right."""

    def __init__(self, world: WorldClock) -> None:
        super().__init__(world, 0.0, 0.0, ntp=True)


Fault = Callable[[FleetWorld], None]


def line_cut(world: FleetWorld) -> None:
    """The lines of some players are cut."""
    until = world.real + world.span(20, 300, 4000, DAY)
    for box in world.some():
        world.bus.cut_off(box.client, until)
        world.trouble("line", until + SETTLED, box.name)
        world.tell(f"  {box.name} is cut off until {until:.0f}")


def broker(world: FleetWorld) -> None:
    """The broker is restarted, sometimes with an empty memory."""
    until = world.real + world.span(2, 60, 600)
    world.bus.restart(until, forgets=world.random.random() < 0.3)
    world.trouble("broker", until + SETTLED)


def station(world: FleetWorld) -> None:
    """The station is killed."""
    if world.desk:
        back = world.span(10, 120, 3000)
        world.kill_desk(back)
        world.trouble("station", world.real + back + 60.0)


def power(world: FleetWorld) -> None:
    """The power is gone at some clusters."""
    for box in world.some():
        back = world.span(10, 100, 5000)
        world.trouble("power", world.real + back + SETTLED, box.name)
        world.kill(box, back)
        world.tell(f"  {box.name} is off for {back:.0f} s")


def clock(world: FleetWorld) -> None:
    """The clock of some computers is set, by seconds or by hours."""
    for box in world.some():
        box.own.ntp, box.own.since = False, world.real
        box.own.offset += world.random.choice((-1, 1)) * world.span(2, 60, 3700)
        world.trouble("clock", world.real + 900.0, box.name)
        world.at(world.real + 0.3, partial(world.poke, box))
        world.tell(f"  {box.name} is wrong by {box.own.offset:.1f} s")


def slow_card(world: FleetWorld) -> None:
    """The memory cards of some players are slow."""
    for box in world.some():
        box.disk.slow_until = world.real + world.span(30, 300)
        world.trouble("slow", box.disk.slow_until + 30.0, box.name)


def poor_line(world: FleetWorld) -> None:
    """Recordings come broken, or wrong."""
    for box in world.some():
        box.poor_line = world.real + world.span(60, 2000)
        world.trouble("poor", box.poor_line + 130.0, box.name)


def bad_air(world: FleetWorld) -> None:
    """Messages are lost, doubled, and late."""
    world.bus.bad_air = world.real + world.span(60, 600)
    world.trouble("air", world.bus.bad_air + 930.0)  # what was lost is told again with the next state


def hijack(world: FleetWorld) -> None:
    """Whoever holds the broker sends what it has overheard, and what it made itself."""
    heard = world.bus.overheard
    stranger = Key.of(world.workspace.root / "stranger")
    for topic, payload in list(world.bus.orders):
        world.bus.publish(topic, payload)

    def lie(topic: str, payload: bytes) -> tuple[str, bytes] | None:
        """It is an hour later, says who is asked for the time."""
        nonce = re.search(rb"nonce\W+([0-9a-f]{16})", payload)
        if not topic.endswith("/state") or not nonce:
            return None
        told = Told(nonce=nonce[1].decode(), now=world.clock.truth + HOUR)
        answer = topic.removesuffix("state") + "told"
        return answer, stranger.sign(answer, told.model_dump(mode="json"))

    world.bus.lying, world.bus.lie = world.real + world.span(4000, DAY / 2), lie
    for topic, payload in world.random.sample(heard, min(len(heard), 40)):
        world.bus.publish(topic, payload, retain=topic.endswith("plan"))
        other = world.random.choice(heard)[0]
        world.bus.publish(other, payload)
        forged = payload.replace(b"06:00:00", b"03:15:00").replace(b"17:00:00", b"03:15:00")
        world.bus.publish(topic, forged, retain=topic.endswith("plan"))
        false = Plan(number=10**13, issued=world.clock.truth, name="x", timezone="UTC", revoked=True)
        world.bus.publish(topic, stranger.sign(topic, false.model_dump(mode="json")))


def changed(world: FleetWorld) -> None:
    """A bulletin is made anew and released, or its release is taken back and given again later."""
    bulletin = world.random.choice(BULLETINS[:-1])
    if world.random.random() < 0.5:
        world.release(bulletin)
        world.trouble("changed", world.real + 30.0)
    else:
        back = world.span(60, 900)
        world.withdraw(bulletin)
        world.at(world.real + back, lambda: (world.release(bulletin), world.poke_desk())[1])
        world.trouble("changed", world.real + back + 60.0)
    world.poke_desk()


def stop(world: FleetWorld) -> None:
    """Somebody presses STOP. Without a station on air nobody can."""
    if world.desk:
        world.stop()


FAULTS: dict[str, tuple[float, Fault]] = {
    "line_cut": (4, line_cut), "broker": (2, broker), "station": (2, station), "power": (3, power), "clock": (2, clock),
    "slow_card": (2, slow_card), "poor_line": (2, poor_line), "bad_air": (3, bad_air), "hijack": (2, hijack),
    "changed": (2, changed), "stop": (2, stop),
}  # fmt: skip


@contextmanager
def process_table(world: FleetWorld) -> Iterator[None]:
    """Inside, the world answers whether a process runs, and not the computer's process table."""
    real, lease.runs = lease.runs, lambda pid, _known: pid in world.alive
    try:
        yield
    finally:
        lease.runs = real


def real_of(moment: datetime.datetime) -> float:
    """In seconds of the world."""
    return (moment - START).total_seconds()
