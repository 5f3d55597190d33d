"""STOP of somebody who works for some communes: what is theirs falls silent, and nothing else."""

import datetime
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from loa import stop_file
from loa.actions.offices import Office, Role
from loa.actions.on_air import rest_after_stop
from loa.automation import lanes
from loa.automation.intervals import Timing
from loa.automation.station import Automation
from loa.clock import RealClock
from loa.schedule import UTC
from loa.stop_file import StopRequest
from loa.store import approvals, asrun, requests
from loa.store.database import Database
from loa.store.requests import AirRequest, make_request
from loa.workspace import Workspace
from tests.approving import approve

OUTPUTS = """outputs:
  a: {kind: null, commune: ben-hai}
  b: {kind: null, commune: gio-linh}
  c: {kind: null}
"""
NOW = datetime.datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def station(released: Workspace, store: Database, recording: object) -> Iterator[Automation]:
    """On air, with two communes, an output of each and one of the station."""
    (released.campaigns / "gio-linh.yaml").write_text("campaigns: [{id: dvc}]\n", "utf-8")
    other = released.bulletins / "gio-linh" / "tin.mp3"
    other.parent.mkdir()
    other.write_bytes((released.bulletins / "ben-hai" / "tin.mp3").read_bytes())
    approve(released, store, approvals.find(released, "gio-linh/tin"), "Chị Hoa", NOW)
    released.schedule_file.write_text(OUTPUTS, "utf-8")
    made = Automation(released, store, Ahead(), Timing())
    made.step()
    yield made
    made.close()


def ask(store: Database, airing: str, commune: str, *outputs: str) -> None:
    values = {"airing": airing, "bulletin": f"{commune}/tin", "outputs": outputs, "by": "Lan"}
    requests.ask(store, make_request(AirRequest, values), datetime.datetime.now(UTC))


def until(station: Automation, condition: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        station.step()
        time.sleep(0.02)


def press(station: Automation, *communes: str, by_file: bool = True) -> None:
    wish = StopRequest(by="Nam", communes=communes)
    if by_file:
        stop_file.leave_stop(station.workspace, wish)
    else:
        requests.ask(station.store, wish, datetime.datetime.now(UTC))
    station.step()


class Ahead(RealClock):
    """A clock that somebody may set."""

    ahead = datetime.timedelta()

    def now(self) -> datetime.datetime:
        return super().now() + self.ahead


def of_outputs(store: Database) -> dict[tuple[str, str], str]:
    return {(row.part_of or "", row.output or ""): row.outcome or "" for row in asrun.rows(store, kinds=("output",))}


@pytest.mark.parametrize("by_file", [True, False], ids=["file", "database"])
def test_stop_reaches_own_outputs_and_own_airings_on_the_stations(
    station: Automation, store: Database, *, by_file: bool
) -> None:
    ask(store, "theirs", "gio-linh", "b")
    ask(store, "ours", "ben-hai", "c")
    ask(store, "everywhere", "gio-linh", "a")
    until(station, lambda: all(live.session for live in station.controller.live.values()))
    press(station, "ben-hai", by_file=by_file)
    until(station, lambda: set(station.controller.live) == {"theirs"})
    until(station, lambda: not station.controller.live)
    until(station, lambda: len(of_outputs(store)) == 3)
    assert of_outputs(store) == {("ours", "c"): "cut", ("everywhere", "a"): "cut", ("theirs", "b"): "aired"}


def test_a_shared_airing_falls_silent_on_the_own_outputs_alone(station: Automation, store: Database) -> None:
    ask(store, "district", "gio-linh", "a", "b", "c")
    until(station, lambda: station.controller.live and station.controller.live["district"].session)
    live = station.controller.live["district"]
    until(station, lambda: live.session and live.session.started_at)
    press(station, "ben-hai")
    assert live.wanted_outputs == ("b", "c")
    assert live.session
    until(station, lambda: live.session is None or live.session.conditions["a"] == "over")
    until(station, lambda: len(of_outputs(store)) == 3)
    assert of_outputs(store) == {("district", "a"): "cut", ("district", "b"): "aired", ("district", "c"): "aired"}
    (row,) = asrun.rows(store, kinds=("stop",))
    assert [one["outputs"] for one in row.details["cut"]] == [["a"]]
    rest = rest_after_stop(store, datetime.datetime.now(UTC))
    assert rest
    assert rest.wishes == ()


def test_who_works_for_no_commune_there_stops_nothing(station: Automation, store: Database) -> None:
    ask(store, "theirs", "gio-linh", "b")
    ask(store, "stations", "gio-linh", "c")
    until(station, lambda: len(station.controller.live) == 2)
    press(station, "khac")
    press(station)
    assert set(station.controller.live) == {"theirs", "stations"}
    stop_file.leave_stop(station.workspace, StopRequest(by="Nam"))
    station.step()
    assert not station.controller.live


def test_what_was_asked_for_before_is_void_only_where_the_stop_reaches(station: Automation, store: Database) -> None:
    ask(store, "theirs", "gio-linh", "b")
    ask(store, "ours", "ben-hai", "a")
    stop_file.leave_stop(station.workspace, StopRequest(by="Nam", communes=("ben-hai",)))
    requests.ask(store, StopRequest(by="X", communes=("khac",)), datetime.datetime.now(UTC))
    station.step()
    station.step()
    assert set(station.controller.live) == {"theirs"}
    assert asrun.outcome_of(store, "ours") == "cut"


def test_a_stop_under_a_clock_that_is_ahead_silences_nothing_of_later(station: Automation, store: Database) -> None:
    assert isinstance(station.clock, Ahead)
    station.clock.ahead = datetime.timedelta(days=400)
    press(station, "ben-hai")
    station.clock.ahead = datetime.timedelta()
    ask(store, "district", "gio-linh", "a", "b")
    until(station, lambda: station.controller.live)
    assert station.controller.live["district"].wanted_outputs == ("a", "b")


def test_a_second_stop_waits_for_no_disk_that_keeps_the_answer_to_the_first(
    released: Workspace, store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    released.schedule_file.write_text('outputs: {a: {kind: "null"}}\n', "utf-8")
    stuck = threading.Event()
    monkeypatch.setattr(stop_file, "sync_file", lambda _file: stuck.wait(60))
    station = Automation(released, store, RealClock(), Timing(), lanes=lanes.Thread)
    try:
        press(station, "khac")
        until(station, lambda: stop_file.cut_by_file(station.workspace) is not None)
        press(station)
        until(station, lambda: not station.workspace.stop_file.exists())
        assert not stuck.is_set()
    finally:
        stuck.set()
        station.close()


def test_the_next_process_leaves_the_stopped_outputs_silent(station: Automation, store: Database) -> None:
    ask(store, "district", "gio-linh", "a", "b")
    until(station, lambda: station.controller.live and station.controller.live["district"].session)
    live = station.controller.live["district"]
    until(station, lambda: live.session and live.session.started_at)
    press(station, "ben-hai")
    until(station, lambda: stop_file.cut_by_file(station.workspace) is not None)
    station.controller.release_all()  # it dies without a word
    station.lease.give_back()
    following = Automation(station.workspace, store, RealClock(), Timing())
    try:
        until(following, lambda: "district" in following.controller.live)
        assert following.controller.live["district"].wanted_outputs == ("b",)
    finally:
        following.close()


def test_what_people_of_communes_may_do_with_outputs(station: Automation) -> None:
    schedule = station.schedule_watch.schedule
    here = Office(frozenset({Role.OPERATOR}), frozenset({"ben-hai"}))
    assert [here.owns(schedule.owners(name)) for name in "abc"] == [True, False, False]
    assert [here.uses(schedule.owners(name)) for name in "abc"] == [True, False, True]
