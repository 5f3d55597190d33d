"""Running worlds, and what came of them: counts of faults, outcomes and broken promises."""

import json
import logging
import shutil
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from loa.i18n import set_language
from loa.store.asrun import rows
from tests.simulation.faults import FAULTS
from tests.simulation.files import memory_folder
from tests.simulation.promises import broken_promises
from tests.simulation.world import World, process_table

_PROGRESS = 60.0
"""Seconds between two lines of progress."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a world: its broken promises, and its faults and outcomes by kind."""

    seed: int
    broken: list[str]
    faults: Counter[str]
    outcomes: Counter[str]
    airings: int
    seconds: float
    """Of processor time."""


def be_quiet() -> None:
    """No program log: worlds write thousands of lines."""
    set_language("en")
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def run_seed(seed: int, *, days: int, model: Path, verbose: bool = False) -> Result:
    """Make the world of this seed. `verbose`: print what happened in it. A world that fails itself is told of, too."""
    began, folder = time.process_time(), memory_folder()
    try:
        return _run_world(World(seed, folder, model, FAULTS), days, verbose=verbose, began=began)
    except Exception:  # noqa: BLE001  thousands of other worlds are still to come
        broken = [f"the simulation itself failed: {traceback.format_exc(limit=-4)}"]
        return Result(seed, broken, Counter(), Counter(), 0, time.process_time() - began)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run_world(world: World, days: int, *, verbose: bool, began: float) -> Result:
    try:
        with process_table(world):
            world.run(days)
        written = rows(world.store)
        if verbose:
            _tell(world)
        broken = broken_promises(world, days)
        faults = Counter(name for _at, name in world.faults)
        outcomes = Counter(str(row.outcome) for row in written)
        return Result(world.seed, broken, faults, outcomes, len(written), time.process_time() - began)
    finally:
        world.close()


def _tell(world: World) -> None:
    print("\n".join(world.history))
    for s in world.village.heard:
        print(f"{s.began:10.1f} {s.end:10.1f} {s.output} {s.airing} {s.first:.0f}-{s.last:.0f} by {s.process}")
    for row in rows(world.store, kinds=None):
        print(row.seq, row.kind, row.airing, row.outcome, row.reason)


@dataclass(slots=True)
class Report:
    """The sum of the worlds; tells of broken promises, and of its progress, as they come. `out`: where it is saved."""

    days: int
    out: Path | None = None
    worlds: int = 0
    airings: int = 0
    seconds: float = 0.0
    broken: dict[int, list[str]] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    _began: float = field(default_factory=time.monotonic)
    _told: float = field(default_factory=time.monotonic)

    def add(self, result: Result) -> None:
        """Count a world."""
        self.worlds += 1
        self.airings += result.airings
        self.seconds += result.seconds
        self.faults += result.faults
        self.outcomes += result.outcomes
        for text in result.broken:
            print(f"seed {result.seed}: {text}", flush=True)
        if result.broken:
            self.broken[result.seed] = result.broken
        if time.monotonic() - self._told > _PROGRESS:
            self._told = time.monotonic()
            print(self._line(), flush=True)
            self.save()

    def save(self) -> None:
        """Write the sum to the file `out`, if it was named."""
        if self.out is None:
            return
        found = {
            "worlds": self.worlds, "days": self.worlds * self.days, "days_of_each": self.days,
            "seconds": round(time.monotonic() - self._began), "processor_seconds": round(self.seconds),
            "airings": self.airings, "outcomes": dict(self.outcomes.most_common()),
            "faults": dict(self.faults.most_common()), "broken": {str(seed): self.broken[seed] for seed in sorted(self.broken)},
        }  # fmt: skip
        self.out.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")

    def text(self) -> str:
        """All of it."""
        lines = [
            self._line(),
            f"{self.airings} outcomes: {dict(self.outcomes.most_common())}",
            f"{self.faults.total()} faults: {dict(self.faults.most_common())}",
        ]
        for seed in sorted(self.broken):
            lines.append(f"again: python -m tests.simulation --seeds {seed} --days {self.days} -v")
        return "\n".join(lines)

    def _line(self) -> str:
        days, took = self.worlds * self.days, time.monotonic() - self._began
        return (
            f"{days} station-days of {self.worlds} seeds in {took:.0f} s: {days / took * 60:.0f} a minute, "
            f"{days / max(self.seconds, 0.001) * 60:.0f} a minute of one core's time; {len(self.broken)} seeds broke a promise"
        )
