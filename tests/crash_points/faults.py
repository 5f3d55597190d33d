"""Every fault at every point of a scenario: a child process acts, another one starts again and checks."""

import dataclasses
import itertools
import json
import os
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

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
    """What came of one kind of fault in one scenario. `failures`: the point, and the broken promise.

    `seconds`: of one core.
    """

    points: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, part: dict[str, Any]) -> None:
        """Count what a worker found, too."""
        self.points += part["points"]
        self.failures += [(point, broken) for point, broken in part["failures"]]
        self.seconds += part["seconds"]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended, and what it told. `said`: what it wrote where a person would read it."""

    code: int
    told: Told
    said: str


@dataclass(frozen=True, slots=True)
class Child:
    """A process that works beside this one. `pipe`: where it tells things; `said`: what it writes for people."""

    pid: int
    pipe: BinaryIO
    said: BinaryIO

    @classmethod
    def start(cls, work: Callable[[int], None], longest: int = 0) -> "Child":
        """Run `work` in a process of its own; it gets the pipe. After `longest` seconds it is ended, if not 0."""
        said = tempfile.TemporaryFile()  # noqa: SIM115  closed by `end`
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            _be_the_child(work, writing, said.fileno(), longest)
        os.close(writing)
        return cls(pid, os.fdopen(reading, "rb"), said)

    def end(self) -> Ended:
        """Wait for its end."""
        with self.pipe, self.said:
            told = [json.loads(line) for line in self.pipe]
            code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            self.said.seek(0)
            return Ended(code, told, self.said.read().decode("utf-8", "replace"))


def in_a_child(work: Callable[[int], None]) -> Ended:
    """Run `work` in a process of its own, to its end."""
    return Child.start(work, LONGEST).end()


def _be_the_child(work: Callable[[int], None], pipe: int, said: int, longest: int) -> NoReturn:
    os.dup2(said, 1)
    os.dup2(said, 2)
    signal.alarm(longest)
    code = 70
    try:
        work(pipe)
        code = 0
    except BaseException:  # noqa: BLE001  whatever it is, the parent reports it
        os.write(2, traceback.format_exc().encode())
    os._exit(code)


class Bench:
    """A scenario, its disk as it was before, and a place to break things for each worker."""

    def __init__(self, name: str, scenario: Scenario) -> None:
        self.name, self.scenario = name, scenario
        self._folder = memory_folder()
        self.model, self.place = self._folder / "model", self._folder / "disk-0"
        self.record = self._folder / "record"
        self.model.mkdir()
        scenario.prepare(self.model)
        for kept in self.model.rglob("*"):  # databases that hold the old place do not exist: nothing to correct
            assert not kept.name.endswith(".part"), kept
        self._sound = self.act(Fault.NONE, 0, self.record)
        assert self._sound.code == 0, self._sound.said
        assert not (broken := self.check(self._sound.told, died=False)), broken

    def close(self) -> None:
        """Throw everything away."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def use_place(self, number: int) -> None:
        """Break things in a place of this worker's own."""
        self.place = self._folder / f"disk-{number}"

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
        """The points of the scenario: the calls of its run without a fault.

        Several writes to one file, one after the other, are two points: the first and the last of them.
        """
        if fault is Fault.LOCKED:
            return list(range(1, int(self._sound.told[-1]["locks"]) + 1))
        if each_call:
            return list(range(1, int(self._sound.told[-1]["points"]) + 1))
        with self.record.open("rb") as file:
            calls = [call for call in read_record(file) if call.op != "!"]
        runs = [list(run) for _key, run in itertools.groupby(calls, lambda c: c.name if c.op == "w" else c.point)]
        return sorted({call.point for run in runs for call in (run[0], run[-1])})

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

    def power_cuts(self, share: slice) -> Iterator[tuple[str, list[str]]]:
        """Of the disks that a power cut could leave those of the share: when it was, and the broken promises."""
        for cut in itertools.islice(power_cuts(self.model, self.record), share.start, None, share.step):
            shutil.rmtree(self.place, ignore_errors=True)
            cut.leave(self.place)
            yield cut.when, self.check(cut.told, died=True)


def _end_of(said: str) -> str:
    return " / ".join(line.strip() for line in said.strip().splitlines()[-4:])


def run(
    names: list[str],
    faults: list[str],
    *,
    every: int,
    turn: int = 0,
    each_call: bool,
    workers: int,
) -> dict[tuple[str, str], Count]:
    """Each of `faults` at every `every`-th point of the scenarios, from the `turn`-th on.

    `each_call`: also inside a run of writes to one file.

    `workers`: processes beside each other, each with every `workers`-th of those points.
    """
    set_language("en")
    counts: dict[tuple[str, str], Count] = {}
    for name in names:
        bench = Bench(name, SCENARIOS[name])
        try:
            for fault, count in _side_by_side(bench, faults, every, turn, each_call, workers).items():
                counts[name, fault] = count
                failed = len({point for point, _broken in count.failures})
                print(f"{name:10} {fault:10} {count.points:5} points {failed:4} failures {count.seconds:6.1f} s")
                for point, broken in count.failures:
                    print(f"    {point}: {broken}")
            sys.stdout.flush()
        finally:
            bench.close()
    return counts


def _side_by_side(
    bench: Bench, faults: list[str], every: int, turn: int, each_call: bool, workers: int
) -> dict[str, Count]:
    """What the workers found, together."""
    children = []
    for number in range(workers):

        def work(pipe: int, number: int = number) -> None:
            bench.use_place(number)
            share = slice(turn + number * every, None, workers * every)
            for fault in faults:
                count = _break(bench, fault, share, each_call)
                os.write(pipe, (json.dumps({"fault": fault, **dataclasses.asdict(count)}) + "\n").encode())

        children.append(Child.start(work))
    ended = [child.end() for child in children]
    found = {fault: Count() for fault in faults}
    for one in ended:
        assert one.code == 0, one.said
        for part in one.told:
            found[part["fault"]].add(part)
    return found


def _break(bench: Bench, fault: str, share: slice, each_call: bool) -> Count:
    began = _processor_time()
    count = Count()
    if fault == POWER:
        struck = bench.power_cuts(share)
    else:
        kind = FAULTS[fault]
        points = bench.points(kind, each_call=each_call)[share]
        found = ((f"point {point}", bench.strike(kind, point)) for point in points)
        struck = ((point, broken) for point, broken in found if broken is not None)
    for point, broken in struck:
        count.points += 1
        count.failures += [(point, one) for one in broken]
    count.seconds = _processor_time() - began
    return count


def _processor_time() -> float:
    """Seconds of one core, children included."""
    return sum(os.times()[:4])
