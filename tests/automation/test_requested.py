"""A person's request while the disk does not answer: no step waits for its claim, and STOP reaches it, by commune."""

import datetime
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import TypeVar

import pytest

from loa import stop_file
from loa.automation.intervals import Timing
from loa.automation.lanes import settle
from loa.automation.station import Automation
from loa.clock import RealClock
from loa.playout.session import Session
from loa.schedule import UTC
from loa.stop_file import StopRequest
from loa.store import requests
from loa.store.asrun import rows
from loa.store.database import Database
from loa.store.requests import AirRequest, make_request
from loa.workspace import Workspace

from .conftest import Plan

Result = TypeVar("Result")
START = datetime.datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


class HeldLane:
    """As a thread whose disk answers when it is told to."""

    def __init__(self) -> None:
        self.held = False
        self.jobs: list[Callable[[], None]] = []

    def start(self, job: Callable[[], Result]) -> "Future[Result]":
        future: Future[Result] = Future()
        self.jobs.append(lambda: settle(future, job))
        if not self.held:
            self.go()
        return future

    def go(self) -> None:
        while self.jobs:
            self.jobs.pop(0)()

    def close(self) -> None:
        self.held = False
        self.go()


@pytest.fixture
def disk() -> HeldLane:
    return HeldLane()


@pytest.fixture
def station(released: Workspace, store: Database, plan: Plan, disk: HeldLane) -> Iterator[Automation]:
    """On air, with an emergency asked for that the disk has not taken: its claim waits in the lane."""
    plan(START + datetime.timedelta(hours=1))
    (released.campaigns / "hai-lang.yaml").write_text("campaigns: [{id: dvc}]\n", "utf-8")
    text = released.schedule_file.read_text("utf-8")
    released.schedule_file.write_text(text.replace("m: {kind: null}", "m: {kind: null, commune: hai-lang}"), "utf-8")
    files = HeldLane()
    station = Automation(
        released,
        store,
        RealClock(10.0, START),
        Timing(claim=4, open=2, heartbeat=1).at_speed(10.0),
        lanes=lambda name: disk if name == "store" else files,
    )
    step(station, 2)
    wanted = {"airing": "khan", "bulletin": "ben-hai/tin", "outputs": ["n", "m"], "now": True}
    requests.ask(store, make_request(AirRequest, wanted), station.clock.now())
    disk.held = True
    yield station
    station.close()


def step(station: Automation, times: int) -> None:
    for _ in range(times):
        began = time.process_time()
        station.step()
        assert time.process_time() - began < 1.0


def outcomes(store: Database) -> list[str | None]:
    return [row.outcome for row in rows(store) if row.airing == "khan"]


def go(station: Automation, disk: HeldLane, condition: Callable[[], object]) -> None:
    """The disk answers again: step until `condition`."""
    disk.held = False
    disk.go()
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        station.step()
        time.sleep(0.01)


def test_a_disk_that_does_not_answer_stops_no_step_and_the_request_is_heard_once_it_does(
    station: Automation, store: Database, disk: HeldLane
) -> None:
    step(station, 4)
    assert "khan" not in station.controller.live, "it is claimed on the disk before a sound is made"
    assert len(disk.jobs) >= 1
    go(station, disk, lambda: outcomes(store))
    assert outcomes(store) == ["aired"]


@pytest.mark.parametrize(
    ("communes", "silent"),
    [(None, {"n", "m"}), (("ben-hai",), {"n"}), (("hai-lang",), {"m"}), (("gio-linh",), set[str]())],
    ids=["everything", "one", "the other", "none"],
)
def test_stop_reaches_what_is_being_claimed_on_the_outputs_of_whose_press_it_was(
    station: Automation,
    released: Workspace,
    store: Database,
    disk: HeldLane,
    communes: tuple[str, ...] | None,
    silent: set[str],
) -> None:
    step(station, 2)
    stop_file.leave_stop(released, StopRequest(by="Chị Lan", communes=communes))
    step(station, 2)
    go(station, disk, lambda: outcomes(store))
    (row,) = [row for row in rows(store) if row.airing == "khan"]
    assert row.outcome == ("cut" if len(silent) == 2 else "aired")
    heard = {one["output"] for one in row.details.get("outputs", []) if one.get("started")}
    assert heard == {"n", "m"} - silent
    cut = [one for event in rows(store, kinds=("stop",)) for one in event.details["cut"]]
    assert {output for one in cut for output in one["outputs"]} == silent


@pytest.mark.parametrize("late", [-0.1, 0.4, 30.0], ids=["in time, just", "a moment late", "much too late"])
def test_who_has_an_emergency_late_falls_in_where_its_neighbours_are(
    released: Workspace, store: Database, plan: Plan, late: float
) -> None:
    """Begun anew, it would be an echo of theirs to its end; much later it is heard from its beginning."""
    plan(START + datetime.timedelta(hours=1))
    station = Automation(released, store, RealClock(start=START), Timing(claim=4, open=2, heartbeat=1))
    step(station, 2)
    now = station.clock.now()
    begins = now - datetime.timedelta(seconds=late)
    wanted = {"airing": "khan", "bulletin": "ben-hai/tin", "outputs": ["n"], "now": True, "begins": begins.isoformat()}
    requests.ask(store, make_request(AirRequest, wanted), now)
    end = time.monotonic() + 60
    while not ((live := station.controller.live.get("khan")) and live.session):
        assert time.monotonic() < end, "it did not begin"
        station.step()
    assert isinstance(live.session, Session)
    left_out, from_begins = live.session.offset, (live.session.planned - begins).total_seconds()
    # on a computer that is slower than a second here, it is too late for that
    assert left_out == (pytest.approx(max(0.0, from_begins)) if from_begins - 0.25 < 1.0 else 0.0)
    assert left_out > 0 or late == 30.0 or from_begins > 1.25
    station.close()
