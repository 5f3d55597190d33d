"""A station on air under the simulated clock, which can be killed and started again."""

import dataclasses
import datetime
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from loa.automation.disk import open_station_store
from loa.automation.intervals import Timing
from loa.automation.schedule_watch import schedule_in_force
from loa.bulletin.manifest import Cue, Manifest
from loa.errors import LoaError
from loa.logs import write_log_file
from loa.store import lease
from loa.store.approvals import approved, find
from loa.store.asrun import Row, rows
from loa.store.database import Database
from loa.store.proof import verify
from loa.workspace import Workspace
from tests.approving import approve
from tests.crash_points.told import Teller, last
from tests.simulation.clock import ProcessClock, WorldClock
from tests.simulation.processes import SimulatedAutomation
from tests.simulation.sound import SimulatedSession, Sound, Village
from tests.sounds import make_mp3

LENGTH, SENTENCE = 12.0, 2.0
RESTARTED_AFTER = 15.0
"""Seconds from a kill to the next start."""
FAULT_LASTS = 30.0
"""Seconds for which the database is held, or the disk is full: so long it delays no sound."""
_SOON = 4.0
_PATIENCE = 0.2
"""Seconds, as in `loa run`."""


def make_station(folder: Path, schedule: str, released: datetime.datetime) -> Workspace:
    """A station whose one bulletin is approved, as it lies on the disk while it is on air."""
    (folder / "campaigns").mkdir(parents=True)
    (folder / "campaigns" / "ben-hai.yaml").write_text("campaigns: [{id: dvc}]\n", "utf-8")
    (folder / ".loa").mkdir(mode=0o700)
    (folder / "schedule.yaml").write_text(schedule, "utf-8")
    station = Workspace(folder.resolve())
    for name, tone in (("tin", 300), ("khan", 500)):
        path = make_mp3(station.bulletins / "ben-hai" / f"{name}.mp3", LENGTH, tone=tone)
        cues = tuple(
            Cue(start=n * SENTENCE, end=(n + 1) * SENTENCE, text="x", spoken="x", part="p")
            for n in range(int(LENGTH / SENTENCE))
        )
        Manifest(
            id=f"ben-hai/{name}", commune="ben-hai", name=name, title="", date=datetime.date(2026, 11, 1),
            campaigns=("dvc",), seconds=LENGTH, sha256=hashlib.sha256(path.read_bytes()).hexdigest(), engine="test",
            voice="test", cues=cues, emergency=name == "khan",
        ).save(path.with_suffix(".json"))  # fmt: skip
    store = Database(station.database)
    approve(station, store, find(station, "ben-hai/tin"), "Chị Hoa", released)
    store.close()
    yesterday = OnAir(folder, Teller.silent(), released, [])  # it was on air before
    yesterday.until(10)
    yesterday.close()
    assert (station.state / "reserve").exists()
    return station


class OnAir:
    """`loa run` from `start` on. `told`: what the process before it told, if it died."""

    def __init__(self, folder: Path, teller: Teller, start: datetime.datetime, told: list[dict[str, Any]]) -> None:
        self.workspace, self.teller = Workspace(folder.resolve()), teller
        self.clock = WorldClock(start)
        self.village = Village(self.clock)
        self.pid = 1
        if told:
            self.pid = int(last(told, "pid")) + 1
            self.clock.real = float(last(told, "real")) + RESTARTED_AFTER
            self.village.heard = [Sound(**{**one, "over": True}) for one in last(told, "heard")]
        self.messages: list[str] = []
        self.station: SimulatedAutomation | None = None
        self.store: Database | None = None
        self.struck_at: float | None = None
        lease.runs = lambda pid, _born: bool(pid == self.pid)  # the process table of the simulation

    def until(self, end: float, moment: float = 0.0, act: Callable[[], bool] = lambda: True) -> None:
        """Let time go by to real second `end`, and until the fault is over.

        From second `moment` on a person does `act`, again and again until it is done.
        """
        done = False
        self.say()
        while not self._heal() or self.clock.real < end:
            self.clock.real += self._pace()
            done = done or (self.clock.real >= moment and act())
            self._step()
            self.say()

    def say(self) -> None:
        """How far the process came: the next one must know what was heard."""
        heard = [dataclasses.asdict(sound) for sound in self.village.heard]
        self.teller.say(real=self.clock.real, pid=self.pid, heard=heard, began=f"{self.clock.start.isoformat()}")

    def _pace(self) -> float:
        busy = self.station is not None and self.station.controller.live
        return 0.5 if busy else 1.0

    def _heal(self) -> bool:
        """Whether the disk works: it never failed, or long enough, and some seconds have gone by since."""
        if self.struck_at is None and self.teller.disk.struck:
            self.struck_at = self.clock.real
        lasted = 1e9 if self.struck_at is None else self.clock.real - self.struck_at
        if lasted >= FAULT_LASTS and self.struck_at is not None:
            self.teller.disk.heal()
        return lasted >= FAULT_LASTS + _SOON

    def _step(self) -> None:
        if self.station is None:
            self._start()
        if self.station is not None:
            self.station.sessions[:] = [s for s in self.station.sessions if not s.stopped]
            for session in self.station.sessions:
                session.advance()
            self.station.step()

    def _start(self) -> None:
        """As systemd does, until it succeeds."""
        try:
            write_log_file(self.workspace)
            schedule, _problems = schedule_in_force(self.workspace)
            self.store = self.store or open_station_store(self.workspace, schedule, patience=_PATIENCE)
            made = SimulatedAutomation(self.workspace, self.store, ProcessClock(self.clock), Timing())
        except LoaError as error:
            self.messages += [finding.message for finding in error.findings]
            return
        made.lease.pid, made.sessions = self.pid, []
        made.open_session = lambda airing, programme, outputs, planned, offset: SimulatedSession(
            self.village, self.pid, airing, programme, outputs, planned, offset
        )
        self.station = made

    # what must hold

    def outcomes(self, airing: str) -> list[Row]:
        """The rows of the log with the outcome of `airing`."""
        assert self.store is not None
        return [row for row in rows(self.store) if row.airing == airing]

    def heard(self, airing: str) -> list[Sound]:
        """What was heard of `airing`."""
        return [sound for sound in self.village.heard if sound.airing == airing]

    def broken_promises(self) -> Iterator[str]:
        """What holds for every airing, whatever happened."""
        if self.store is None or self.station is None:
            yield f"the station does not start: {self.messages}"
            return
        yield from (f"log: {finding.message}" for finding in verify(self.store, self.workspace.seal))
        counts: dict[str, int] = defaultdict(int)
        for row in rows(self.store):
            counts[row.airing or ""] += 1
        played: dict[str, list[Sound]] = defaultdict(list)
        for sound in self.village.heard:
            played[sound.airing].append(sound)
            if not approved(self.store, sound.bulletin, sound.sha256):
                yield f"{sound.airing}: a sound that nobody released"
            if counts[sound.airing] != 1:
                yield f"{sound.airing} was heard and has {counts[sound.airing]} outcomes"
        for airing, parts in played.items():
            seconds = sum(part.last - part.first for part in parts)
            if seconds > LENGTH + (SENTENCE + _SOON) * (len(parts) - 1) + 0.5:
                yield f"{airing}: {seconds:.0f} s of {LENGTH:.0f} were heard, in {len(parts)} parts"
        yield from (f"{airing} has {count} outcomes" for airing, count in counts.items() if count > 1)
        for row in rows(self.store):
            best = max((s.last for s in played[row.airing or ""]), default=0.0)
            if row.outcome in ("aired", "aired-late", "resumed") and best < LENGTH - 0.5:
                yield f"{row.airing} is {row.outcome}, but only {best:.0f} s were heard"

    def close(self) -> None:
        """End as by SIGTERM."""
        if self.station is not None:
            self.station.close()
        if self.store is not None:
            self.store.close()
