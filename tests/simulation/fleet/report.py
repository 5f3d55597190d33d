"""Running worlds of a fleet, and what came of them."""

import shutil
import time
import traceback
from collections import Counter

from loa.store.asrun import rows
from tests.simulation.files import memory_folder
from tests.simulation.fleet.promises import broken_promises
from tests.simulation.fleet.world import FleetWorld, process_table
from tests.simulation.report import Result


def run_fleet(seed: int, *, days: int, players: int, verbose: bool = False) -> Result:
    """Make the world of this seed. `verbose`: print what happened in it. A world that fails itself is told of, too."""
    began, folder = time.process_time(), memory_folder()
    try:
        world = FleetWorld(seed, folder, players)
        with process_table(world):
            world.run(days)
        if verbose:
            print("\n".join(world.history))
        written = rows(world.store, kinds=("airing", "output"))
        broken = broken_promises(world, days)
        world.close()
        faults = Counter(name for _at, name in world.faults)
        outcomes = Counter(str(row.outcome) for row in written if row.kind == "output")
        airings = sum(row.kind == "airing" for row in written)
        return Result(seed, broken, faults, outcomes, airings, time.process_time() - began)
    except Exception:  # noqa: BLE001  thousands of other worlds are still to come
        broken = [f"the simulation itself failed: {traceback.format_exc(limit=-4)}"]
        return Result(seed, broken, Counter(), Counter(), 0, time.process_time() - began)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
