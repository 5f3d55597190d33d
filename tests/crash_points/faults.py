"""Every fault at every point of a scenario: a child process acts, another one starts again and checks."""

import functools
import itertools
import json
import os
import shutil
import signal
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from loa.i18n import set_language
from tests.crash_points.disk import Disk, Fault
from tests.crash_points.power import power_cuts, read_record
from tests.crash_points.scenarios import SCENARIOS, Scenario, Told
from tests.crash_points.told import Teller
from tests.simulation.files import memory_folder

FAULTS: dict[str, Fault] = {
    "kill": Fault.KILL,
    "I/O error": Fault.BROKEN,
    "disk full": Fault.FULL,
    "locked": Fault.LOCKED,
}
POWER = "power cut"
LONGEST = 60
"""Seconds that a child may take; then it hangs, which is a failure."""


@dataclass(slots=True)
class Count:
    """What came of one kind of fault in one scenario. `failures`: the point, and the broken promise."""

    points: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended, and what it told. `said`: what it wrote where a person would read it."""

    code: int
    told: Told
    said: str


def in_a_child(work: Callable[[int], None]) -> Ended:
    """Run `work` in a process of its own; it gets the pipe by which it tells things."""
    with tempfile.TemporaryFile() as said:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            _be_the_child(work, writing, said.fileno())
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            told = [json.loads(line) for line in pipe]
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        said.seek(0)
        return Ended(code, told, said.read().decode("utf-8", "replace"))


def _be_the_child(work: Callable[[int], None], pipe: int, said: int) -> NoReturn:
    os.dup2(said, 1)
    os.dup2(said, 2)
    signal.alarm(LONGEST)
    code = 70
    try:
        work(pipe)
        code = 0
    except BaseException:  # noqa: BLE001  whatever it is, the parent reports it
        os.write(2, traceback.format_exc().encode())
    os._exit(code)


class Bench:
    """A scenario, its disk as it was before, and a place to break things."""

    def __init__(self, name: str, scenario: Scenario) -> None:
        self.name, self.scenario = name, scenario
        self._folder = memory_folder()
        self.model, self.place = self._folder / "model", self._folder / "disk"
        self.model.mkdir()
        scenario.prepare(self.model)
        shutil.copytree(self.model, self.place)
        for kept in self.model.rglob("*"):  # databases that hold the old place do not exist: nothing to correct
            assert not kept.name.endswith(".part"), kept

    def close(self) -> None:
        """Throw everything away."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _fresh(self) -> None:
        shutil.rmtree(self.place, ignore_errors=True)
        shutil.copytree(self.model, self.place)

    def act(self, fault: Fault, point: int, record: Path | None = None) -> Ended:
        """Let the scenario happen with the fault at the point."""
        self._fresh()

        def work(pipe: int) -> None:
            disk = Disk()
            into = os.open(record, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if record else -1
            disk.watch(self.place, fault, point, into)
            teller = Teller(disk, pipe)
            self.scenario.act(self.place, teller)
            struck, points, locks = disk.struck, disk.points, disk.locks
            disk.ignore()
            teller.say(struck=struck, points=points, locks=locks)

        return in_a_child(work)

    def check(self, told: Told, *, died: bool) -> list[str]:
        """Start again on what is left of the disk; every broken promise."""

        def work(pipe: int) -> None:
            for broken in self.scenario.check(self.place, told, died=died):
                os.write(pipe, (json.dumps({"broken": broken}) + "\n").encode())

        ended = in_a_child(work)
        broken = [one["broken"] for one in ended.told]
        if ended.code:
            broken.append(f"the next start fails ({ended.code}): {_end_of(ended.said)}")
        return broken

    def points(self, fault: Fault, *, each_call: bool) -> list[int]:
        """The points of the scenario. Raises AssertionError where it does not even hold without a fault.

        Several writes to one file, one after the other, are two points: the first and the last of them.
        """
        record = self._record()
        ended = self.act(Fault.NONE, 0, record)
        assert ended.code == 0, ended.said
        assert not (broken := self.check(ended.told, died=False)), broken
        if fault is Fault.LOCKED:
            return list(range(1, int(ended.told[-1]["locks"]) + 1))
        if each_call:
            return list(range(1, int(ended.told[-1]["points"]) + 1))
        with record.open("rb") as file:
            calls = [call for call in read_record(file) if call.op != "!"]
        runs = [list(run) for _key, run in itertools.groupby(calls, lambda c: c.name if c.op == "w" else c.point)]
        return sorted({call.point for run in runs for call in (run[0], run[-1])})

    def _record(self) -> Path:
        """A new file for the record of a run."""
        made = self._folder / "record"
        made.unlink(missing_ok=True)
        return made

    def strike(self, fault: Fault, point: int) -> list[str] | None:
        """The broken promises of the fault at the point; None where it did not come so far, or needed no room there."""
        ended = self.act(fault, point)
        died = fault is Fault.KILL and ended.code == 137
        if not died and ended.code == 0 and not ended.told[-1]["struck"]:
            return None
        broken = []
        if not died and ended.code:
            broken.append(f"a traceback ({ended.code}): {_end_of(ended.said)}")
        elif "Traceback" in ended.said or "--- Logging error" in ended.said:
            broken.append(f"a person reads a traceback: {_end_of(ended.said)}")
        return broken + self.check(ended.told, died=died)

    def cut_the_power(self, every: int = 1) -> Count:
        """Every disk that a power cut could leave."""
        record = self._record()
        ended = self.act(Fault.NONE, 0, record)
        assert ended.code == 0, ended.said
        shutil.rmtree(self.place)
        count = Count()
        for number, cut in enumerate(power_cuts(self.model, record, self.place)):
            if number % every == 0:
                count.points += 1
                count.failures += [(cut.when, broken) for broken in self.check(cut.told, died=True)]
            shutil.rmtree(self.place)
        return count


def _end_of(said: str) -> str:
    return " / ".join(line.strip() for line in said.strip().splitlines()[-4:])


def run(
    names: list[str],
    faults: list[str],
    *,
    every: int = 1,
    each_call: bool = False,
) -> dict[tuple[str, str], Count]:
    """Each of `faults` at every `every`-th point of the scenarios; `each_call`: also inside a run of writes to one file."""
    set_language("en")
    say = functools.partial(print, flush=True)
    counts: dict[tuple[str, str], Count] = {}
    for name in names:
        bench = Bench(name, SCENARIOS[name])
        try:
            for fault in faults:
                began = _processor_time()
                if fault == POWER:
                    count = bench.cut_the_power(every)
                else:
                    points = bench.points(FAULTS[fault], each_call=each_call)
                    count = _strike_all(bench, FAULTS[fault], points[::every])
                counts[name, fault] = count
                failed = len({point for point, _broken in count.failures})
                say(
                    f"{name:10} {fault:10} {count.points:5} points {failed:4} failures {_processor_time() - began:6.1f} s"
                )
                for point, broken in count.failures:
                    say(f"    {point}: {broken}")
        finally:
            bench.close()
    return counts


def _strike_all(bench: Bench, fault: Fault, points: list[int]) -> Count:
    count = Count()
    for point in points:
        broken = bench.strike(fault, point)
        if broken is not None:
            count.points += 1
            count.failures += [(f"point {point}", one) for one in broken]
    return count


def _processor_time() -> float:
    """Seconds of one core, children included."""
    return sum(os.times()[:4])
