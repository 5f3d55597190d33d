"""Plant each defect in a copy of the tree, and make worlds until one breaks a promise.

python -m tests.simulation.planted [NAME...] [--seconds 600] [--days 10] [--first 7000] [-j 2]
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from multiprocessing.pool import ThreadPool
from pathlib import Path

from tests.simulation.planted.defects import DEFECTS, Defect

ROOT = Path(__file__).resolve().parents[3]
FLEET_DAYS = 2
"""The days of a world with players."""
_DRIVER = """
import sys, time
from tests.simulation.files import make_model, memory_folder
from tests.simulation.fleet.report import run_fleet
from tests.simulation.report import be_quiet, run_seed
import shutil
seconds, days, seed, players = map(int, sys.argv[1:])
model, began, first = make_model(memory_folder()), time.process_time(), seed
be_quiet()
try:
    while time.process_time() - began < seconds:
        done = run_fleet(seed, days=days, players=players) if players else run_seed(seed, days=days, model=model)
        broken = done.broken
        seed += 1
        if broken:
            break
finally:
    shutil.rmtree(model)
print(seed - first, round(time.process_time() - began), broken[0] if broken else "", sep="\\t")
"""


@dataclass(frozen=True, slots=True)
class Found:
    """After how many station-days and seconds of processor time a defect broke a promise; "" if it did not."""

    name: str
    days: int
    seconds: int
    broken: str


def plant(defect: Defect, folder: Path) -> None:
    """Make a copy of the product and the tests in `folder`, with the defect. Raises ValueError where it does not fit."""
    for part in ("generator", "tests"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    file = folder / "generator" / "loa" / defect.module
    text = file.read_text("utf-8")
    if text.count(defect.before) != 1:
        raise ValueError(f"{defect.name}: {defect.module} holds its text {text.count(defect.before)} times")
    file.write_text(text.replace(defect.before, defect.after), "utf-8")


def hunt(defect: Defect, *, seconds: int, days: int, first: int) -> Found:
    """Make worlds of the defective product, at most so many `seconds` of processor time, until a promise is broken."""
    with tempfile.TemporaryDirectory(prefix="loa-planted-") as name:
        folder = Path(name)
        plant(defect, folder)
        days = FLEET_DAYS if defect.players else days
        given = [sys.executable, "-c", _DRIVER, str(seconds), str(days), str(first), str(defect.players)]
        path = os.pathsep.join([str(folder / "generator"), str(folder)])
        environment = os.environ | {"PYTHONPATH": path, "PYTHONUTF8": "1"}
        done = subprocess.run(given, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False)
        if done.returncode:
            return Found(defect.name, 0, 0, f"the hunt itself failed: {done.stderr[-300:]}")
        worlds, took, broken = done.stdout.splitlines()[0].split("\t", 2)
        return Found(defect.name, int(worlds) * days, int(took), broken)


def main() -> None:
    """Exit code 1 where a defect was not found."""
    options = argparse.ArgumentParser(
        prog="python -m tests.simulation.planted",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_argument("names", nargs="*", metavar="NAME", help=", ".join(one.name for one in DEFECTS))
    options.add_argument("--seconds", type=int, default=600, help="processor time for each defect (600)")
    options.add_argument("--days", type=int, default=10, help="days of each world without players (10)")
    options.add_argument("--first", type=int, default=7000, help="the first seed (7000)")
    options.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1, help="defects at once (all cores)")
    given = options.parse_args()
    chosen = [one for one in DEFECTS if not given.names or one.name in given.names]
    work = partial(hunt, seconds=given.seconds, days=given.days, first=given.first)
    began, lost = time.monotonic(), []
    with ThreadPool(given.jobs) as pool:  # each hunt is a process of its own
        for found in pool.imap_unordered(work, chosen):
            result = f"found after {found.days} station-days" if found.broken else "NOT FOUND"
            print(f"{found.name:24} {result:32} {found.seconds:4} s  {found.broken[:150]}", flush=True)
            lost += [] if found.broken else [found.name]
    print(f"{len(chosen) - len(lost)} of {len(chosen)} found in {time.monotonic() - began:.0f} s")
    sys.exit(1 if lost else 0)


if __name__ == "__main__":
    main()
