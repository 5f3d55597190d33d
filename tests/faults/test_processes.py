"""Two and three processes on one workspace: one is on air, the others stand by."""

import signal
import time

import pytest

from loa.store.database import Database
from loa.store.lease import who_is_on_air
from tests.local import wait_for

from .conftest import SECONDS, Faulty

pytestmark = pytest.mark.long

QUICK = {"claim": 3, "open": 1, "heartbeat": 0.5, "stale": 2.5, "asleep": 1.5}


def holder(station: Faulty) -> int | None:
    store = Database(station.workspace.database)
    row = who_is_on_air(store)
    store.close()
    return int(row["pid"]) if row else None


def test_three_processes_play_every_airing_once(station: Faulty) -> None:
    planned = station.plan(6, 11)
    running = [station.start(**QUICK) for _n in range(3)]
    for airing in planned:
        assert station.wait_for_outcome(airing).outcome == "aired"
    for process in running:
        station.stop(process)
    station.check(planned)


def test_the_standby_takes_over_in_the_middle_and_resumes_at_the_sentence(station: Faulty) -> None:
    (airing,) = station.plan(6)
    running = {process.pid: process for process in (station.start(**QUICK), station.start(**QUICK))}
    wait_for(lambda: any(note["what"] == "second" for note in station.heard()), 45)
    first = holder(station)
    assert first in running
    running[first].kill()
    row = station.wait_for_outcome(airing)
    assert row.outcome == "resumed"
    assert holder(station) in set(running) - {first}
    station.check([airing])


def test_one_that_was_stopped_and_woke_up_again_stays_silent(station: Faulty) -> None:
    (airing,) = station.plan(7)
    first = station.start(**QUICK)
    wait_for(lambda: holder(station) == first.pid, 45)
    second = station.start(**QUICK)
    wait_for(lambda: any(note["what"] == "second" for note in station.heard()), 45)
    first.send_signal(signal.SIGSTOP)
    row = station.wait_for_outcome(airing)
    assert row.outcome == "resumed"
    first.send_signal(signal.SIGCONT)
    time.sleep(SECONDS)
    assert holder(station) == second.pid
    station.stop(first)
    station.stop(second)
    station.check([airing])
