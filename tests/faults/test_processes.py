"""Two and three processes on one workspace: one is on air, the others stand by."""

import datetime
import signal
import time

import pytest

from loa.schedule import UTC
from loa.store import requests
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


def test_one_that_was_stopped_before_the_first_sound_wakes_up_silent(station: Faulty) -> None:
    """Its outputs were open and waited for the instant, which came while it stood still: the standby has played."""
    process = station.start_first(**{**QUICK, "open": 6})
    (airing,) = station.plan(12)
    wait_for(lambda: station.state() == airing, 45)
    station.start(**QUICK)
    wait_for(lambda: station.age() > 9, 30)  # opened six seconds before
    process.send_signal(signal.SIGSTOP)
    assert station.wait_for_outcome(airing).outcome in {"aired", "aired-late", "resumed"}
    process.send_signal(signal.SIGCONT)
    time.sleep(SECONDS)
    assert sum(note["what"] == "first" for note in station.heard()) == 1
    station.check([airing])


def test_a_station_that_stood_still_for_33_seconds_loses_no_request(station: Faulty) -> None:
    """The console had said that it goes on air now; the request was void after thirty seconds."""
    process = station.start_first()
    process.send_signal(signal.SIGSTOP)
    store = Database(station.workspace.database)
    for number, urgent in enumerate((True, False)):
        values = {"airing": f"air:{number}@1", "bulletin": "ben-hai/tin", "outputs": ["n"], "by": "Lan", "now": urgent}
        requests.ask(store, requests.make_request(requests.AirRequest, values), datetime.datetime.now(UTC))
    store.close()
    time.sleep(33)
    process.send_signal(signal.SIGCONT)
    assert [station.wait_for_outcome(f"air:{number}@1").outcome for number in (0, 1)] == ["aired", "aired"]
    station.stop(process)
