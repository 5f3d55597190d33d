"""Worlds from seeds: python -m tests.simulation --seeds 100 --days 30 [--first 0] [--jobs 2] [--seed N -v]"""

import argparse
import multiprocessing
import shutil
import sys
from functools import partial

from tests.simulation.files import make_model, memory_folder
from tests.simulation.report import Report, be_quiet, run_seed


def main() -> None:
    """Exit code 1 where a promise was broken."""
    options = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    options.add_argument("--seeds", type=int, default=20, help="how many worlds")
    options.add_argument("--first", type=int, default=0, help="the seed of the first one")
    options.add_argument("--days", type=int, default=10, help="days of each world")
    options.add_argument("--jobs", type=int, default=1, help="worker processes")
    options.add_argument("--seed", type=int, help="only this world")
    options.add_argument("-v", "--verbose", action="store_true", help="tell what happened in each world")
    given = options.parse_args()
    seeds = [given.seed] if given.seed is not None else list(range(given.first, given.first + given.seeds))
    model = make_model(memory_folder())
    report = Report(given.days)
    work = partial(run_seed, days=given.days, model=model, verbose=given.verbose)
    be_quiet()
    try:
        if given.jobs == 1:
            for seed in seeds:
                report.add(work(seed))
        else:
            with multiprocessing.get_context("spawn").Pool(given.jobs, be_quiet) as pool:
                for result in pool.imap_unordered(work, seeds):
                    report.add(result)
    except KeyboardInterrupt:
        print("interrupted")
    finally:
        shutil.rmtree(model, ignore_errors=True)
    print(report.text())
    sys.exit(1 if report.broken else 0)


if __name__ == "__main__":
    main()
