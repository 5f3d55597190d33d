"""Emergencies, priority and withdrawn releases, on a clock that goes ten times as fast: who sounds, who waits, who is cut."""

import datetime
import json
import time
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import pytest

from loa.actions.approvals import withdraw
from loa.automation.intervals import Timing
from loa.automation.station import Automation
from loa.clock import RealClock
from loa.schedule import UTC
from loa.store import requests
from loa.store.alarms import open_alarms
from loa.store.asrun import Row, rows
from loa.store.database import Database
from loa.store.requests import AirRequest, make_request
from loa.workspace import Workspace
from tests.sounds import make_mp3

from .conftest import Plan

SPEED = 10.0
START = datetime.datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
Begin = Callable[[], Automation]


@pytest.fixture
def begin(released: Workspace, store: Database) -> Iterator[Begin]:
    """Brings the station on air at START; it is stepped by `until`."""
    begun: list[Automation] = []

    def make() -> Automation:
        timing = Timing(claim=4, open=2, heartbeat=1).at_speed(SPEED)
        begun.append(Automation(released, store, RealClock(SPEED, START), timing))
        begun[-1].step()
        return begun[-1]

    yield make
    for station in begun:
        station.close()


def until(station: Automation, condition: Callable[[], object], seconds: float = 60) -> None:
    """Step the station until `condition` holds; `seconds` of its clock."""
    end = time.monotonic() + max(30.0, seconds / SPEED)
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        station.step()
        time.sleep(0.02)


def ask(station: Automation, airing: str, **more: object) -> None:
    leave(station.store, station.clock.now(), airing, **more)


def leave(store: Database, at: datetime.datetime, airing: str, **more: object) -> None:
    """A request that a station finds."""
    values = {"airing": airing, "bulletin": "ben-hai/tin", "outputs": ["n"], "by": "Lan", "now": True, **more}
    requests.ask(store, make_request(AirRequest, values), at)


def row_of(store: Database, airing: str) -> Row | None:
    return next((row for row in rows(store) if row.airing == airing), None)


def order(workspace: Workspace, output: str = "n") -> list[tuple[str, float]]:
    """What began on an output, one after another: the airing, and from which second."""
    path = workspace.state / "heard" / f"{output}.jsonl"
    notes = [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
    return [(note["airing"], note["from"]) for note in notes if note["what"] == "first"]


def sounds(station: Automation, airing: str) -> bool:
    live = station.controller.live.get(airing)
    return bool(live and live.session and live.session.started_at)


def more(id_: str, seconds: float, priority: str, zone: ZoneInfo) -> str:
    at = (START + datetime.timedelta(seconds=seconds)).astimezone(zone)
    return (
        f'  - {{id: {id_}, commune: ben-hai, campaigns: [dvc], also: ["{at:%Y-%m-%d %H:%M:%S}"], '
        f"length: {{min: 1s, max: 20s}}, priority: {priority}, on: [n]}}\n"
    )


def also_released(workspace: Workspace, store: Database, name: str, seconds: float) -> None:
    from loa.store.approvals import find
    from tests.approving import approve

    make_mp3(workspace.bulletins / "ben-hai" / f"{name}.mp3", seconds, tone=600)
    approve(workspace, store, find(workspace, name), "Chị Hoa", START)


def test_priority_cuts_an_ordinary_airing_at_its_instant_which_goes_on_afterwards(
    released: Workspace, store: Database, plan: Plan, begin: Begin, zone: ZoneInfo
) -> None:
    """It waited 25 s behind a normal item."""
    also_released(released, store, "tin", 60)
    also_released(released, store, "gap", 5)
    ordinary = plan(START + datetime.timedelta(seconds=25), more=more("gap", 50, "priority", zone))
    first = f"gap@{START + datetime.timedelta(seconds=50):%Y-%m-%dT%H:%M:%SZ}"
    station = begin()
    until(station, lambda: row_of(store, ordinary), 120)
    priority, cut = row_of(store, first), row_of(store, ordinary)
    assert priority
    assert cut
    assert priority.outcome == "aired"
    assert (priority.started or START) - (priority.planned or START) < datetime.timedelta(seconds=2 * SPEED)
    assert cut.outcome == "cut"
    assert "by a broadcast with priority (gap)" in (cut.reason or "")
    assert "went on from" in (cut.reason or "")
    assert [airing for airing, _from in order(released)] == [ordinary, first, ordinary]


def test_priority_goes_first_among_those_that_wait(
    released: Workspace, store: Database, plan: Plan, begin: Begin, zone: ZoneInfo
) -> None:
    also_released(released, store, "gap", 4)
    also_released(released, store, "khan", 12)
    ordinary = plan(START + datetime.timedelta(seconds=10), more=more("gap", 12, "priority", zone))
    first = f"gap@{START + datetime.timedelta(seconds=12):%Y-%m-%dT%H:%M:%SZ}"
    leave(store, START, "khan", bulletin="ben-hai/khan", times=2, pause="1s")  # it sounds when the others come
    until(begin(), lambda: row_of(store, ordinary) and row_of(store, first), 120)
    began = [airing for airing, _from in order(released)]
    assert began == ["khan", "khan", first, ordinary]


def test_a_newer_emergency_takes_the_place_of_the_repetitions_of_an_older_one(
    released: Workspace, store: Database, plan: Plan, begin: Begin
) -> None:
    plan(START + datetime.timedelta(hours=1))
    station = begin()
    ask(station, "older", times=20, pause="2s")
    until(station, lambda: station.controller.live.get("older") and station.controller.live["older"].times_played)
    ask(station, "newer", times=2, pause="1s")
    until(station, lambda: row_of(store, "newer"), 90)
    older, newer = row_of(store, "older"), row_of(store, "newer")
    assert older
    assert newer
    assert older.outcome == "cut"
    assert "replaced by a newer emergency (ben-hai/tin) on n, after" in (older.reason or "")
    assert newer.outcome == "aired"
    began = [airing for airing, _from in order(released)]
    assert began[-2:] == ["newer", "newer"]
    assert "older" not in began[began.index("newer") :]


def test_on_other_outputs_the_older_emergency_is_repeated_as_asked(
    released: Workspace, store: Database, plan: Plan, begin: Begin
) -> None:
    plan(START + datetime.timedelta(hours=1))
    station = begin()
    ask(station, "older", times=4, pause="1s", outputs=["n", "m"])
    until(station, lambda: station.controller.live.get("older") and station.controller.live["older"].times_played)
    ask(station, "newer")
    until(station, lambda: row_of(store, "older") and row_of(store, "newer"), 90)
    older = row_of(store, "older")
    assert older
    assert older.outcome == "aired"
    assert "replaced by a newer emergency (ben-hai/tin) on n" in (older.reason or "")
    assert [airing for airing, _from in order(released, "m")].count("older") >= 4
    began = [airing for airing, _from in order(released, "n")]
    assert "older" not in began[began.index("newer") :]


def test_an_emergency_that_is_read_for_the_first_time_is_read_to_its_end_before_the_newer_one(
    released: Workspace, store: Database, plan: Plan, begin: Begin
) -> None:
    plan(START + datetime.timedelta(hours=1))
    station = begin()
    ask(station, "older", times=3)
    until(station, lambda: sounds(station, "older"))
    ask(station, "newer")
    until(station, lambda: row_of(store, "newer"), 90)
    assert [airing for airing, _from in order(released)] == ["older", "newer"]


def test_a_release_withdrawn_while_its_sound_plays_cuts_it(
    released: Workspace, store: Database, plan: Plan, begin: Begin
) -> None:
    also_released(released, store, "tin", 60)
    airing = plan(START + datetime.timedelta(seconds=8))
    station = begin()
    ask(station, "khan", outputs=["m"])
    until(station, lambda: sounds(station, airing) and sounds(station, "khan"))
    withdraw(released, store, "ben-hai/tin", "Chị Hoa", station.clock.now())
    until(station, lambda: not station.controller.live, 3 * SPEED)
    found = [row_of(store, airing), row_of(store, "khan")]
    assert [(row.outcome, "its release was withdrawn" in (row.reason or "")) for row in found if row] == [
        ("cut", True)
    ] * 2


DEAD = 'dead: {kind: icecast, url: "http://127.0.0.1:9/x.mp3"}'


def with_a_dead_output(workspace: Workspace) -> None:
    text = workspace.schedule_file.read_text("utf-8")
    workspace.schedule_file.write_text(text.replace("outputs: {", f"outputs: {{{DEAD}, "), "utf-8")


def test_where_an_emergency_cannot_sound_is_told_within_seconds_and_the_others_sound(
    released: Workspace, store: Database, plan: Plan, begin: Begin
) -> None:
    plan(START + datetime.timedelta(hours=1))
    with_a_dead_output(released)
    station = begin()
    asked = station.clock.elapsed()
    ask(station, "alone", outputs=["dead"])
    ask(station, "khan", outputs=["n", "m"], times=3)
    until(station, lambda: any(alarm.kind == "unheard" for alarm in open_alarms(store)), 20 * SPEED)
    assert station.clock.elapsed() - asked < 15 * SPEED
    (alarm,) = [alarm for alarm in open_alarms(store) if alarm.kind == "unheard"]
    assert "alone: no sound yet (dead: " in alarm.message
    assert "LOA_ICECAST_PASSWORD" in alarm.message
    assert ("khan", 0.0) in order(released)


def test_a_release_withdrawn_before_the_first_sound_ends_a_request_with_an_outcome(
    released: Workspace, store: Database, plan: Plan, begin: Begin
) -> None:
    plan(START + datetime.timedelta(hours=1))
    with_a_dead_output(released)
    station = begin()
    ask(station, "khan", outputs=["dead"])
    until(station, lambda: "khan" in station.controller.live)
    withdraw(released, store, "ben-hai/tin", "Chị Hoa", station.clock.now())
    until(station, lambda: row_of(store, "khan"), 5 * SPEED)
    row = row_of(store, "khan")
    assert row
    assert row.outcome == "cut"
    assert "not released" in (row.reason or "")
