"""Worlds from seeds: python -m tests.simulation --seeds 0-999 --days 100 -j 16 --out sim.json

One of them again, step by step: python -m tests.simulation --seeds 4711 --days 100 -v
A station with its players: python -m tests.simulation --players 30 --seeds 0-99 --days 10
"""

import argparse
import multiprocessing
import os
import shutil
import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from tests.simulation.files import make_model, memory_folder
from tests.simulation.fleet.report import run_fleet
from tests.simulation.report import Report, Result, be_quiet, run_seed


def seeds(text: str) -> range:
    """The seeds A to B of `A-B`, or the one."""
    first, _dash, last = text.partition("-")
    found = range(int(first), int(last or first) + 1)
    if not found:
        raise ValueError(text)
    return found


def main() -> None:
    """Exit code 1 where a promise was broken, 2 where it was interrupted."""
    options = argparse.ArgumentParser(
        prog="python -m tests.simulation", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--seeds", type=seeds, default=range(20), help="A-B: the worlds; or one (0-19)")
    options.add_argument("--days", type=int, default=10, help="days of each world (10)")
    options.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1, help="worker processes (all cores)")
    options.add_argument("--out", type=Path, help="write what came of them to this file (JSON), once a minute")
    options.add_argument("--players", type=int, default=0, help="worlds of a fleet with so many players instead")
    options.add_argument("-v", "--verbose", action="store_true", help="tell what happened in each world")
    given = options.parse_args()
    be_quiet()
    report = Report(given.days, given.out)
    interrupted = False
    with ExitStack() as stack:
        model = make_model(memory_folder())
        stack.callback(shutil.rmtree, model, ignore_errors=True)
        work: Callable[[int], Result] = partial(run_seed, days=given.days, model=model, verbose=given.verbose)
        if given.players:
            work = partial(run_fleet, days=given.days, players=given.players, verbose=given.verbose)
        results: Iterable[Result] = map(work, given.seeds)
        if given.jobs > 1 and len(given.seeds) > 1:
            pool = stack.enter_context(multiprocessing.get_context("spawn").Pool(given.jobs, be_quiet))
            results = pool.imap_unordered(work, given.seeds)
        try:
            for result in results:
                report.add(result)
        except KeyboardInterrupt:
            interrupted = True
    report.save()
    print(report.text())
    sys.exit(2 if interrupted else 1 if report.broken else 0)


if __name__ == "__main__":
    main()
