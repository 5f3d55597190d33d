"""kill -9 at any instant: before, during and after airings."""

import os
import random
import signal
import time

import pytest

from .conftest import Faulty

pytestmark = pytest.mark.long

KILLS = int(os.environ.get("LOA_FAULT_KILLS", "12"))
"""How often in all; the published figure is for 200."""
EVERY = 5.0
WORKERS = 2


@pytest.mark.parametrize("seed", range(WORKERS))
def test_killed_at_random_instants(station: Faulty, seed: int) -> None:
    chance = random.Random(seed)
    kills = KILLS // WORKERS
    count = int(kills * 3.0 / EVERY) + 4
    planned = station.plan(*(4 + EVERY * n for n in range(count)))
    started = time.monotonic()
    for _kill in range(kills):
        process = station.start(claim=3, open=1)
        time.sleep(chance.uniform(0.4, 4.5))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    begun = [airing for n, airing in enumerate(planned) if 4 + EVERY * n < time.monotonic() - started]
    process = station.start(claim=3, open=1)
    for airing in begun:
        station.wait_for_outcome(airing, 60)
    station.stop(process)
    station.check([row.airing or "" for row in station.rows()])
    assert set(begun) <= {row.airing for row in station.rows()}
    assert {row.outcome for row in station.rows()} <= {"aired", "aired-late", "resumed", "cut"}
