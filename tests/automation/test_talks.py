"""Somebody asks to speak: within the hours, on free outputs, ended for good by an emergency or the end of the process."""

import datetime
import socket
import threading
import time
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

import pytest

from loa.automation.intervals import Timing
from loa.automation.lanes import Thread
from loa.automation.station import Automation
from loa.clock import RealClock
from loa.playout.receiving import CHUNK
from loa.schedule import UTC
from loa.store import requests
from loa.store.approvals import approved_copy, find
from loa.store.asrun import Row, rows
from loa.store.database import Database
from loa.store.requests import AirRequest, make_request
from loa.workspace import Workspace
from tests.approving import approve
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


def soon(seconds: int) -> datetime.datetime:
    return (datetime.datetime.now(UTC) + datetime.timedelta(seconds=seconds)).replace(microsecond=0)


def reserve(air: Workspace, moment: datetime.datetime, zone: ZoneInfo, talk: str = "") -> str:
    """schedule.yaml with a programme that waits for a speaker from `moment` on, four seconds long; its airing."""
    air.schedule_file.write_text(
        f"timezone: {zone.key}\noutputs: {{n: {{kind: null}}, m: {{kind: null}}}}\nbroadcasts:\n"
        f'  - {{id: chu-tich, commune: ben-hai, also: ["{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"], on: [n, m], '
        f"items: [{{kind: microphone, title: Trả lời dân, speaker: ông An, wait: 10s{talk}}}], length: {{max: 4s}}}}\n",
        "utf-8",
    )
    return f"chu-tich@{moment:%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize("early", [2.0, -1.0])
def test_a_programme_waits_for_its_speaker_and_ends_at_its_hour(
    air: Workspace, store: Database, zone: ZoneInfo, port: int, early: float
) -> None:
    moment = soon(4)
    airing = reserve(air, moment, zone)
    station = on_air(air, store)
    step_until(station, lambda: station.clock.now() >= moment - datetime.timedelta(seconds=early))
    live = {"title": "Trả lời dân", "seconds": 60, "port": port, "secret": SECRET, "chime": "chime.mp3"}
    values = {"airing": airing, "bulletin": TALK, "outputs": ["n"], "by": "Ông An", "valid": "15s", "live": live}
    requests.ask(store, make_request(AirRequest, values), station.clock.now())
    step_until(station, lambda: row_of(store, airing))
    station.close()
    row = row_of(store, airing)
    assert row
    assert (row.broadcast, row.planned, row.bulletin, row.output) == ("chu-tich", moment, TALK, "n, m")
    assert row.started
    assert row.ended
    if early > 0:
        assert row.outcome == "aired"
        assert 0 <= (row.started - moment).total_seconds() < 0.3
    assert row.sha256
    kept = approved_copy(air, row.sha256)
    wait_for(kept.is_file)
    for report in row.details["outputs"]:
        heard = (datetime.datetime.fromisoformat(report["started"]) - moment).total_seconds() + report["seconds"]
        early_by = 0.1 if early > 0 else 0.3  # what an output has buffered where it opened late
        assert 4.0 - early_by < heard < 4.1, "its end is hard, whenever it began"


@pytest.mark.parametrize("signed", [True, False])
def test_where_nobody_speaks_what_was_signed_for_that_is_aired_or_it_is_missed(
    air: Workspace, store: Database, zone: ZoneInfo, signed: bool
) -> None:
    moment = soon(2)
    airing = reserve(air, moment, zone, ", instead: audio/loi-xin-loi.mp3" if signed else "")
    if signed:
        (air.bulletins / "ben-hai" / "tin.mp3").rename(air.bulletins / "ben-hai" / "chu-tich.mp3")
        approve(air, store, find(air, "chu-tich"), "Chị Hoa", moment - datetime.timedelta(days=1))
    station = on_air(air, store)
    step_until(station, lambda: row_of(store, airing))
    station.close()
    row = row_of(store, airing)
    assert row
    assert "nobody spoke at the microphone" in (row.reason or "")
    assert (row.outcome, row.bulletin) == ("aired-late" if signed else "missed", "ben-hai/chu-tich")
    if signed:
        assert row.started
        assert 10 < (row.started - moment).total_seconds() < 20


def test_a_talk_of_the_schedule_that_a_kill_interrupts_is_over(
    air: Workspace, store: Database, zone: ZoneInfo, port: int
) -> None:
    moment = soon(2)
    airing = reserve(air, moment, zone)
    text = air.schedule_file.read_text("utf-8")
    air.schedule_file.write_text(text.replace("max: 4s", "max: 60s"), "utf-8")
    killed = on_air(air, store)
    live = {"title": "Trả lời dân", "seconds": 60, "port": port, "secret": SECRET, "chime": "chime.mp3"}
    values = {"airing": airing, "bulletin": TALK, "outputs": ["n"], "by": "Ông An", "valid": "15s", "live": live}
    step_until(killed, lambda: killed.clock.now() >= moment)
    requests.ask(store, make_request(AirRequest, values), killed.clock.now())
    step_until(killed, lambda: (one := killed.controller.live.get(airing)) and one.session and one.session.started_at)
    begun = time.monotonic()
    step_until(killed, lambda: time.monotonic() > begun + 2.5)  # the position is noted once a second
    for one in killed.controller.live.values():
        one.stop_session()
    again = on_air(air, Database(air.database))
    step_until(again, lambda: row_of(store, airing))
    again.close()
    row = row_of(store, airing)
    assert row
    assert (row.outcome, row.broadcast) == ("cut", "chu-tich")
