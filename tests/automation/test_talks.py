"""Somebody asks to speak: within the hours, on free outputs, ended for good by an emergency or the end of the process."""

import datetime
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from loa.automation.intervals import Timing
from loa.automation.lanes import Thread
from loa.automation.station import Automation
from loa.clock import RealClock
from loa.playout.receiving import CHUNK
from loa.schedule import UTC
from loa.store import requests
from loa.store.approvals import approved_copy
from loa.store.asrun import Row, rows
from loa.store.database import Database
from loa.store.requests import AirRequest, make_request
from loa.workspace import Workspace
from tests.local import wait_for

from .conftest import Plan

START = datetime.datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
SECRET = "mot cau bi mat rat dai"
TALK = "ben-hai/noi-truc-tiep-20261120-170000-abcd"


@pytest.fixture
def port() -> Iterator[int]:
    """Where somebody speaks and speaks."""
    listener, over = socket.create_server(("127.0.0.1", 0)), threading.Event()
    listener.settimeout(0.1)

    def speak() -> None:
        line = None
        while not over.wait(0.02):
            try:
                line = line or listener.accept()[0]
                line.sendall(b"S" + CHUNK.to_bytes(2) + b"\x10\x20" * (CHUNK // 2))
            except TimeoutError:
                continue
            except OSError:
                break
        if line:
            line.close()

    thread = threading.Thread(target=speak)
    thread.start()
    yield int(listener.getsockname()[1])
    over.set()
    listener.close()
    thread.join()


def on_air(air: Workspace, store: Database) -> Automation:
    timing = Timing(claim=4, open=2, heartbeat=1, stale=2)
    return Automation(air, store, RealClock(1.0, START), timing, trust_clock=True, lanes=Thread)


def ask(store: Database, port: int, moment: datetime.datetime, *outputs: str) -> None:
    live = {"title": "Chủ tịch nói", "seconds": 60, "port": port, "secret": SECRET, "chime": "chime.mp3"}
    values = {"airing": "noi", "bulletin": TALK, "outputs": outputs, "by": "Chị Hoa", "valid": "15s", "live": live}
    requests.ask(store, make_request(AirRequest, values), moment)


def step_until(station: Automation, condition: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        station.step()
        time.sleep(0.02)


def row_of(store: Database, airing: str = "noi") -> Row | None:
    return next((row for row in rows(store) if row.airing == airing), None)


def is_heard(station: Automation) -> bool:
    live = station.controller.live.get("noi")
    session = live.session if live else None
    return bool(session and session.talk and session.talk.is_open and session.position > 0.5)


@pytest.mark.parametrize(("rules", "outcome"), [('allowed: ["05:00-06:00"]', "missed"), ("max_minutes: 15", None)])
def test_nobody_begins_to_speak_outside_the_hours(
    air: Workspace, store: Database, plan: Plan, port: int, rules: str, outcome: str | None
) -> None:
    plan(START + datetime.timedelta(hours=1), more=f"rules: {{{rules}}}\n")
    station = on_air(air, store)
    ask(store, port, station.clock.now(), "n")
    step_until(station, lambda: row_of(store) or is_heard(station))
    row = row_of(store)
    assert (row.outcome if row else None) == outcome
    station.close()


def test_an_emergency_ends_it_for_good_and_its_recording_is_kept(
    released: Workspace, store: Database, plan: Plan, port: int
) -> None:
    plan(START + datetime.timedelta(hours=1))
    station = on_air(released, store)
    ask(store, port, station.clock.now(), "n")
    step_until(station, lambda: is_heard(station))
    urgent = {"airing": "khan", "bulletin": "ben-hai/tin", "outputs": ["n"], "now": True, "resume": True}
    requests.ask(store, make_request(AirRequest, urgent), station.clock.now())
    step_until(station, lambda: row_of(store) and row_of(store, "khan"))
    station.close()
    row, khan = row_of(store), row_of(store, "khan")
    assert row
    assert khan
    assert (row.outcome, khan.outcome) == ("cut", "aired")
    assert "emergency" in (row.reason or "")
    assert row.sha256
    assert approved_copy(released, row.sha256).is_file()
    assert row.details["contents"][0]["author"] == "Chị Hoa"


def test_after_a_kill_it_is_over_and_what_was_said_until_then_is_kept(
    air: Workspace, store: Database, plan: Plan, port: int
) -> None:
    plan(START + datetime.timedelta(hours=1))
    killed = on_air(air, store)
    ask(store, port, killed.clock.now(), "n")
    step_until(killed, lambda: is_heard(killed) and (air.live / f"{TALK.partition('/')[2]}.mp3").stat().st_size)
    time.sleep(1.2)  # the position is noted once a second
    step_until(killed, lambda: not killed.outcomes.has_pending)
    left = (air.live / f"{TALK.partition('/')[2]}.mp3").read_bytes()
    for live in killed.controller.live.values():  # as the kernel ends what a killed process plays
        live.stop_session()
    wait_for(lambda: not list(air.live.iterdir()))
    (air.live / f"{TALK.partition('/')[2]}.mp3").write_bytes(left)
    again = on_air(air, Database(air.database))
    step_until(again, lambda: row_of(store))
    again.close()
    row = row_of(store)
    assert row
    assert row.outcome == "cut"
    assert row.sha256
    assert approved_copy(air, row.sha256).read_bytes() == left
