"""A simulated `loa run`: the real station and the real database, each of whose writes can fail or be the last."""

import datetime
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection

from loa.automation.lanes import settle
from loa.automation.station import Automation
from loa.errors import Finding, StoreError
from loa.playout.recording import LoadedRecording
from loa.schedule import Airing
from loa.schedule.outputs import AnyOutput
from loa.store.database import Database
from tests.simulation.clock import WorldClock
from tests.simulation.sound import SimulatedSession

Result = TypeVar("Result")


class KilledError(BaseException):
    """kill -9: nothing catches it."""


@dataclass(slots=True)
class Disk:
    """The disk of the computer, until which real second it is full, has I/O errors, or another program locks the
    database (`readers`: locks readers out, too).
    """

    clock: WorldClock
    full_until: float = -1.0
    broken_until: float = -1.0
    locked_until: float = -1.0
    readers: bool = False
    slow_until: float = -1.0
    takes: Callable[[], float] = lambda: 0.0
    """Seconds that a job takes while it is slow."""

    def check(self, *, writing: bool) -> None:
        """Raises StoreError where the database does not answer now."""
        now = self.clock.real
        if now < self.locked_until and (writing or self.readers):
            raise StoreError(Finding("store.busy", "locked", ""))
        if now < self.full_until and writing:
            raise StoreError(Finding("store.full", "full", ""))
        if now < self.broken_until and writing:
            raise StoreError(Finding("store.trouble", "disk I/O error", ""))


@dataclass(slots=True)
class Fuse:
    """When the process is killed: in so many writes, before or after the commit."""

    writes: int | None = None
    after: bool = False

    def burns(self) -> bool:
        """Count a write; whether the process dies at it."""
        if self.writes is None:
            return False
        self.writes -= 1
        return self.writes <= 0


class FaultyDatabase(Database):
    """The station's database: it fails when the disk does, and processes die at its commits."""

    def __init__(self, path: Path, disk: Disk, fuse: Fuse) -> None:
        self._disk, self._fuse = disk, fuse
        super().__init__(path)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """As the real one."""
        self._disk.check(writing=False)
        with super().read() as connection:
            yield connection

    @contextmanager
    def write(self, *given: Any, **named: Any) -> Iterator[Connection]:
        """As the real one."""
        try:
            self._disk.check(writing=True)
        except StoreError as error:
            self.full = error.findings[0].code == "store.full"
            raise
        dies = self._fuse.burns()
        with super().write(*given, **named) as connection:
            yield connection
            if dies and not self._fuse.after:
                raise KilledError
        if dies:
            raise KilledError


class _Unhurried(Future[Result]):
    """Nobody waits for it: the world's time stands still while a step is made."""

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """As the real one, without a wait."""
        return super().exception(None if timeout is None else 0.0)


class SlowLane:
    """As `lanes.Thread`: while the disk is slow its jobs take time, and the process goes on meanwhile, or dies.

    `syncs`: whether its jobs wait for the disk at all; a look at a small file does not.
    """

    def __init__(
        self,
        disk: Disk,
        at: Callable[[float, Callable[[], None]], None],
        runs: Callable[[Callable[[], None]], float | None],
        stalls: Callable[[], bool],
        *,
        syncs: bool = True,
    ) -> None:
        """`runs`: lets the process do a job; where it stands still, until when. `stalls`: whether it stands still as it
        begins one.
        """
        self._disk, self._at, self._runs, self._stalls, self._syncs = disk, at, runs, stalls, syncs
        self._jobs: deque[Callable[[], None]] = deque()

    def start(self, job: Callable[[], Result]) -> "Future[Result]":
        """Do `job` at once, or when the disk is done with it."""
        future = _Unhurried[Result]()

        def run() -> None:
            settle(future, job)

        slow = self._is_slow()
        if self._stalls() or self._jobs or slow:
            self._jobs.append(run)
            if len(self._jobs) == 1:
                self._at(self._disk.clock.real + (self._disk.takes() if slow else 0.0), self._next)
        else:
            run()
        return future

    def _next(self) -> None:
        again = self._runs(self._jobs[0])
        if again is not None:
            self._at(again, self._next)
            return
        self._jobs.popleft()
        if self._jobs:
            self._at(self._disk.clock.real + (self._disk.takes() if self._is_slow() else 0.0), self._next)

    def _is_slow(self) -> bool:
        return self._syncs and self._disk.clock.real < self._disk.slow_until

    def close(self) -> None:
        """Nothing: what waits is lost with the process."""


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
    """A `loa run`. `paused_until`: SIGSTOP, since `paused_at`. `stalls_in`: it stands still as it begins the job of a
    lane with this number from now on. `held`: it had the lease when it looked last, at `looked`. `wakes`: it goes on so
    many seconds after another one has taken over from it.
    """

    pid: int
    station: SimulatedAutomation
    store: FaultyDatabase
    fuse: Fuse
    sessions: list[SimulatedSession] = field(default_factory=list)
    alive: bool = True
    paused_at: float = -1.0
    paused_until: float = -1.0
    stalls_in: int | None = None
    held: bool = False
    looked: float = -1.0
    wakes: float | None = None
