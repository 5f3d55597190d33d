"""Worlds from seeds: python -m tests.simulation --seeds 100 --days 30 [--first 0] [--seed N -v]"""

import argparse
import logging
import shutil
import sys
import time
from collections import Counter
from pathlib import Path

import structlog

from loa.i18n import set_language
from loa.store.asrun import rows
from tests.simulation.model import make_model, memory_folder
from tests.simulation.promises import broken_promises
from tests.simulation.world import World, use_process_table


def run_seed(
    seed: int, days: int, model: Path, *, verbose: bool = False
) -> tuple[list[str], Counter[str], Counter[str]]:
    """The broken promises of a world, and its faults and outcomes by kind."""
    folder = memory_folder()
    world = World(seed, folder, model)
    use_process_table(world)
    try:
        world.run(days)
        broken = broken_promises(world, days)
        faults = Counter(name for _at, name in world.faults)
        outcomes = Counter(str(row.outcome) for row in rows(world._store))
        if verbose:
            print("\n".join(world.history))
            for sound in world.village.heard:
                print(
                    f"{sound.start:10.1f} {sound.end:10.1f} {sound.output} {sound.airing} {sound.first:.0f}-{sound.last:.0f} by {sound.process}"
                )
            for row in rows(world._store, kinds=None):
                print(row.seq, row.kind, row.airing, row.outcome, row.reason)
        return broken, faults, outcomes
    finally:
        world.close()
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Exit code 1 where a promise was broken."""
    options = argparse.ArgumentParser()
    options.add_argument("--seeds", type=int, default=20)
    options.add_argument("--first", type=int, default=0)
    options.add_argument("--days", type=int, default=10)
    options.add_argument("--seed", type=int)
    options.add_argument("-v", "--verbose", action="store_true")
    given = options.parse_args()
    set_language("en")
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    model = make_model(memory_folder())
    seeds = [given.seed] if given.seed is not None else range(given.first, given.first + given.seeds)
    began, bad, faults, outcomes = time.monotonic(), 0, Counter[str](), Counter[str]()
    for seed in seeds:
        broken, had, got = run_seed(seed, given.days, model, verbose=given.verbose)
        faults += had
        outcomes += got
        for text in broken:
            print(f"seed {seed}: {text}")
        bad += bool(broken)
    days, took = len(list(seeds)) * given.days, time.monotonic() - began
    print(
        f"{days} station-days in {took:.0f} s ({days / took * 60:.0f} a minute), {bad} of {len(list(seeds))} seeds broke a promise"
    )
    print("faults:", dict(faults.most_common()))
    print("outcomes:", dict(outcomes.most_common()))
    shutil.rmtree(model, ignore_errors=True)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
