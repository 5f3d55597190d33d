"""A real station that runs, and what people and broken rows ask of it."""

import datetime
import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psutil
import pytest

from loa.actions.offices import Role
from loa.schedule import UTC
from loa.store.asrun import rows
from loa.store.database import Database
from loa.web.app import create_app
from loa.web.context import Console
from tests.approving import as_emergency
from tests.conftest import Loa
from tests.faults.conftest import Faulty
from tests.local import wait_for
from tests.web.conftest import PASSWORD, Browser

QUICK = {"claim": 4, "open": 2}


def leave(station: Faulty, *requests: tuple[str, object], age: float = 0.0) -> None:
    """Rows of the table of requests, all at once, as any program may have written them."""
    at = f"{datetime.datetime.now(UTC) - datetime.timedelta(seconds=age):%Y-%m-%dT%H:%M:%S.%fZ}"
    with closing(sqlite3.connect(station.workspace.database)) as database, database:
        for verb, payload in requests:
            text = payload if isinstance(payload, str | bytes) else json.dumps(payload)
            database.execute("insert into requests (at, verb, payload) values (?, ?, ?)", (at, verb, text))


def waiting(station: Faulty) -> int:
    with closing(sqlite3.connect(station.workspace.database)) as database:
        return int(database.execute("select count(*) from requests where taken is null").fetchone()[0])


def playing(station: Faulty) -> bool:
    return any(note["what"] == "second" for note in station.heard())


def events(station: Faulty, kind: str) -> list[str]:
    store = Database(station.workspace.database)
    try:
        return [row.reason or "" for row in rows(store, kinds=(kind,))]
    finally:
        store.close()


def play(name: str, **more: object) -> tuple[str, object]:
    return "air", {"airing": f"air:{name}@1", "bulletin": f"ben-hai/{name}", "outputs": ["n"], "by": "Lan", **more}


@contextmanager
def locked(station: Faulty) -> Iterator[None]:
    """Another program holds the station's database."""
    with closing(sqlite3.connect(station.workspace.database, isolation_level=None)) as database:
        database.execute("begin immediate")
        yield
        database.execute("rollback")


def stood_still(station: Faulty, process: "subprocess.Popen[str]") -> bool:
    """Stop the station's process, outside a transaction of its own: that would hold the database for everybody."""
    process.send_signal(signal.SIGSTOP)
    wait_for(lambda: psutil.Process(process.pid).status() == psutil.STATUS_STOPPED)
    time.sleep(0.2)  # for its other threads
    try:
        with closing(sqlite3.connect(station.workspace.database, timeout=0.1, isolation_level=None)) as database:
            database.execute("begin immediate")
            database.execute("rollback")
    except sqlite3.OperationalError:
        process.send_signal(signal.SIGCONT)
        return False
    return True


@pytest.fixture
def running(station: Faulty) -> Faulty:
    station.plan(3600)
    station.start(**QUICK)
    wait_for(lambda: station.state() is not None, 60)
    return station


@pytest.fixture
def sounding(station: Faulty) -> Faulty:
    """The same, with a bulletin of a minute on air."""
    station.lengthen(60)
    station.plan(3600)
    station.start(**QUICK)
    wait_for(lambda: station.state() is not None, 60)
    leave(station, play("tin"))
    wait_for(lambda: playing(station), 30)
    return station


def test_odd_values_are_refused_at_once_and_nothing_is_asked(running: Faulty, loa: Loa) -> None:
    root = running.workspace.root
    for wrong in (["--pause", "abc"], ["--pause", ""], ["--times", "0"], ["--by", "x" * 201], ["--on", "nowhere"]):
        began = time.monotonic()
        done = loa("air", "tin", "--on", "n", *wrong, cwd=root)
        assert time.monotonic() - began < 20, wrong
        assert done.returncode == (1 if wrong[0] == "--on" else 2), done.stderr
        assert wrong[0] in done.stderr
        assert "failed" not in done.stderr
    assert waiting(running) == 0
    assert running.rows() == []


def test_a_bulletin_is_played_and_its_outcome_is_told(running: Faulty, loa: Loa) -> None:
    done = loa("air", "tin", "--on", "n", "--by", "Anh Nam", "--pause", "1s", cwd=running.workspace.root)
    assert (done.returncode, done.stdout) == (0, "ben-hai/tin: aired\n"), done.stderr
    (row,) = running.rows()
    assert "Anh Nam" in (row.reason or "")


UNREADABLE: dict[str, tuple[str, object]] = {
    "pause": play("tin", pause="abc"),
    "pause-without-end": play("tin", pause="9999999999999999d"),
    "a-newer-key": play("tin", hush=True),
    "no-bulletin": ("air", {"airing": "air:tin@1", "outputs": ["n"]}),
    "outputs": play("tin", outputs="n"),
    "times": play("tin", times="often"),
    "a-newer-verb": ("hush", {"airing": "air:tin@1"}),
}


def test_a_request_that_cannot_be_read_gets_an_outcome_and_an_alarm(running: Faulty) -> None:
    for number, (verb, payload) in enumerate(UNREADABLE.values()):
        assert isinstance(payload, dict)
        leave(running, (verb, {**payload, "airing": f"air:tin@{number}"}))
        row = running.wait_for_outcome(f"air:tin@{number}", 20)
        assert row.outcome == "missed"
        assert "this version of Loa" in (row.reason or "")
    assert len(running.alarms()) == len(UNREADABLE)
    assert running.heard() == []


@pytest.mark.parametrize("garbage", ["", "{", "[]", "7", "null", b"\xff\xfe", '{"airing": 7}', "[" * 100_000])
def test_garbage_is_told_and_takes_nothing_with_it(sounding: Faulty, garbage: str | bytes) -> None:
    leave(sounding, ("air", garbage), ("", garbage), ("stop", garbage), ("air", garbage))
    assert sounding.wait_for_outcome("air:tin@1", 20).outcome == "cut"
    wait_for(lambda: len(sounding.alarms()) == 3, 20)
    assert waiting(sounding) == 0


def test_stop_comes_first_and_each_request_stands_on_its_own(sounding: Faulty) -> None:
    sounding.add_bulletin("khan")
    leave(
        sounding, play("hong", pause="abc"), play("khan"), ("stop", {"by": "Anh Nam"}), play("tin", airing="air:tin@2")
    )
    assert sounding.wait_for_outcome("air:tin@1", 20).outcome == "cut"
    assert sounding.wait_for_outcome("air:hong@1", 20).outcome == "missed"
    khan = sounding.wait_for_outcome("air:khan@1", 20)
    assert (khan.outcome, khan.reason) == ("cut", "stopped by Anh Nam")
    wait_for(lambda: any(note["airing"] == "air:tin@2" for note in sounding.heard()), 30)
    assert not [note for note in sounding.heard() if note["airing"] == "air:khan@1"]
    assert events(sounding, "stop") == ["stopped by Anh Nam"]


def test_a_request_that_nobody_took_in_time_is_told(running: Faulty) -> None:
    leave(running, play("tin"), age=600)
    row = running.wait_for_outcome("air:tin@1", 20)
    assert (row.outcome, row.started) == ("missed", None)
    assert "10 minutes" in (row.reason or "")


def test_stop_silences_while_another_program_holds_the_database(sounding: Faulty, loa: Loa) -> None:
    with locked(sounding):
        done = loa("stop", "--by", "Anh Nam", cwd=sounding.workspace.root)
        assert (done.returncode, done.stdout) == (0, "Stopped.\nCut: air:tin@1 on n.\n"), done.stderr
        last = str(sounding.heard()[-1]["at"])
        time.sleep(2)
        assert str(sounding.heard()[-1]["at"]) == last, "it still sounds"
    row = sounding.wait_for_outcome("air:tin@1", 30)
    assert (row.outcome, (row.reason or "")[:18]) == ("cut", "stopped by Anh Nam")


@pytest.fixture
def browser(sounding: Faulty) -> Iterator[Browser]:
    """Somebody of every role at a page of the console that stands beside the station."""
    console = Console.open(sounding.workspace)
    person = console.accounts.add("lan", "Lan", PASSWORD, frozenset(Role))
    with Browser(create_app(console, ("loa.test",)), base_url="http://loa.test", follow_redirects=False) as made:
        made.cookies.set("loa_session", console.sessions.start(person, "test"))
        made.look("/")
        yield made
    console.store.close()
    console.database.close()


def test_stop_from_a_page_and_from_a_program_silences_while_another_program_holds_the_database(
    sounding: Faulty, browser: Browser
) -> None:
    with locked(sounding):
        assert "Stopped." in browser.submit("/stop")
        last = str(sounding.heard()[-1]["at"])
        time.sleep(1.5)
        assert str(sounding.heard()[-1]["at"]) == last, "it still sounds"
        answer = browser.post("/api/v1/stop", headers={"x-csrf-token": browser.csrf})
        assert answer.json() == {"id": "stopped"}
    assert sounding.wait_for_outcome("air:tin@1", 30).reason == "stopped by Lan; put on air by Lan"


def test_a_page_plays_a_bulletin_and_an_emergency(sounding: Faulty, browser: Browser) -> None:
    sounding.add_bulletin("khan", released=False)
    message = sounding.workspace.bulletins / "ben-hai" / "khan.mp3"
    as_emergency(message)
    sha256 = hashlib.sha256(message.read_bytes()).hexdigest()
    browser.submit("/play", bulletin="ben-hai/tin", on="n")
    sent = {"sha256": sha256, "on": "n", "times": "1", "password": PASSWORD}
    assert "wrong" in browser.submit("/emergency/ben-hai/khan/release", 422, **{**sent, "password": "x"})
    assert "made again" in browser.submit("/emergency/ben-hai/khan/release", 422, **{**sent, "sha256": "0" * 64})
    browser.submit("/emergency/ben-hai/khan/release", **sent)
    wait_for(lambda: any(str(note["airing"]).startswith("air:ben-hai/khan@") for note in sounding.heard()), 30)
    wait_for(lambda: any((row.bulletin, row.outcome) == ("ben-hai/khan", "aired") for row in sounding.rows()), 30)
    browser.submit("/stop")


def test_stop_works_with_a_broken_schedule(sounding: Faulty, loa: Loa) -> None:
    sounding.workspace.schedule_file.write_text("broadcasts: [", "utf-8")
    assert loa("stop", cwd=sounding.workspace.root).returncode == 0
    assert sounding.wait_for_outcome("air:tin@1", 20).outcome == "cut"


def test_a_stop_left_behind_by_a_dead_station_does_not_silence_the_next_one(station: Faulty, loa: Loa) -> None:
    left = station.workspace.stop_file
    left.write_text("{}", "utf-8")
    os.utime(left, (left.stat().st_mtime - 60,) * 2)
    (airing,) = station.plan(12)
    process = station.start(**QUICK)
    assert station.wait_for_outcome(airing).outcome == "aired"
    assert not station.workspace.stop_file.exists()
    station.stop(process)
    assert loa("stop", cwd=station.workspace.root).returncode == 1


@pytest.mark.long
def test_a_station_that_stands_still_does_not_play_again_what_was_played_for_it(running: Faulty, loa: Loa) -> None:
    (process,) = running.processes
    wait_for(lambda: stood_still(running, process), 30)
    waker = threading.Timer(45, process.send_signal, [signal.SIGCONT])
    waker.start()
    done = loa("air", "tin", "--on", "n", "--now", cwd=running.workspace.root)
    assert done.stdout == "ben-hai/tin: aired\n", done.stderr
    process.send_signal(signal.SIGCONT)
    waker.cancel()
    time.sleep(5)
    assert [row.outcome for row in running.rows()] == ["aired"]
    assert sum(note["what"] == "first" for note in running.heard()) == 1


@pytest.mark.long
def test_a_station_that_goes_on_while_another_process_plays_for_it_stays_silent(running: Faulty, loa: Loa) -> None:
    """An emergency was played twice: by the station that had taken it before, and by who had waited for it."""
    running.lengthen(12)
    (process,) = running.processes
    wait_for(lambda: stood_still(running, process), 30)

    def wake() -> None:
        wait_for(lambda: playing(running), 60)
        process.send_signal(signal.SIGCONT)

    waker = threading.Thread(target=wake)
    waker.start()
    done = loa("air", "tin", "--on", "n", "--now", cwd=running.workspace.root)
    waker.join()
    assert done.stdout == "ben-hai/tin: aired\n", done.stderr
    time.sleep(5)
    assert [row.outcome for row in running.rows()] == ["aired"]
    assert sum(note["what"] == "first" for note in running.heard()) == 1
