"""STOP from the page, while another program holds a database of the station for twenty seconds."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from loa.actions.offices import Role
from loa.web.context import Console
from tests.local import free_port, locked, wait_for

from .conftest import Faulty

SOON = 2.0
"""Seconds in which the press must be answered, page and all; the processes share a busy machine."""


@dataclass
class Page:
    """A browser at the station's console, logged in as an operator."""

    client: httpx2.Client
    csrf: str

    def stop(self) -> str:
        """Press STOP; gives the page that follows."""
        answer = self.client.post("/stop", data={"csrf": self.csrf})
        assert answer.status_code == 200, answer.text
        return answer.text


@pytest.fixture
def page(station: Faulty) -> Iterator[Page]:
    """The console of `station`, a process of its own."""
    station.plan(3600)
    here = Console.open(station.workspace)
    lan = here.accounts.add("lan", "Chị Lan", "một câu dài dễ nhớ", frozenset({Role.OPERATOR}))
    cookie = here.sessions.start(lan, "test")
    here.close()
    url = f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "loa", "console", "--listen", url]
    environment = {**os.environ, "LOA_LANG": "en"}
    with subprocess.Popen(command, cwd=station.workspace.root, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            with httpx2.Client(
                base_url=f"http://{url}", cookies={"loa_session": cookie}, follow_redirects=True, timeout=30
            ) as client:
                wait_for(lambda: answers(client), 60)
                found = re.search(r'name="csrf" content="([^"]+)"', client.get("/").text)
                assert found
                yield Page(client, found[1])
        finally:
            process.terminate()


def answers(client: httpx2.Client) -> bool:
    try:
        return client.get("/health").status_code == 200
    except httpx2.TransportError:
        return False


def notes(station: Faulty) -> int:
    return len(station.heard())


def audit_of(station: Faulty) -> list[str]:
    here = Console.open(station.workspace)
    found = [row["action"] for row in here.audit.read()]
    here.close()
    return found


@pytest.mark.parametrize(
    ("held", "seconds"),
    [
        pytest.param("station.db", 6, marks=pytest.mark.long),
        pytest.param("console.db", 6, marks=pytest.mark.long),
        ("both", 20),
    ],
)
def test_stop_silences_and_says_so_within_two_seconds(station: Faulty, page: Page, held: str, seconds: float) -> None:
    station.lengthen(60)
    process = station.start_first(claim=4, open=2)
    (airing,) = station.plan(8)
    wait_for(lambda: notes(station) > 2, 60)
    page.client.get("/")
    files = [station.workspace.database, station.workspace.console_database]
    with locked(*(file for file in files if held in (file.name, "both"))):
        begin = time.monotonic()
        after = page.stop()
        took = time.monotonic() - begin
        print("TOOK", took)
        time.sleep(1)
        silent = notes(station)
        time.sleep(seconds - (time.monotonic() - begin))
        assert notes(station) == silent, "it went on"
        assert "Stopped." in after
        assert took < SOON
    row = station.wait_for_outcome(airing)
    station.stop(process)
    assert row.outcome == "cut"
    assert "stopped by Chị Lan" in (row.reason or "")
    station.check([airing])
    wait_for(lambda: audit_of(station) == ["air.stopped"], 5)


def test_stop_where_no_station_runs_and_the_database_is_held_does_not_say_that_it_stopped(
    station: Faulty, page: Page
) -> None:
    with locked(station.workspace.database):
        answer = page.client.post("/stop", data={"csrf": page.csrf}, follow_redirects=True)
        assert "Stopped." not in answer.text
    assert not station.workspace.stop_file.exists()


def test_loa_stop_goes_past_a_held_database_too(station: Faulty) -> None:
    station.lengthen(60)
    process = station.start_first(claim=4, open=2)
    (airing,) = station.plan(8)
    wait_for(lambda: notes(station) > 2, 60)
    with locked(station.workspace.database):
        command = [sys.executable, "-m", "loa", "stop", "--by", "Anh Nam"]
        done = subprocess.run(command, cwd=station.workspace.root, capture_output=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        silent = notes(station)
        time.sleep(2)
        assert notes(station) == silent
    assert "Anh Nam" in (station.wait_for_outcome(airing).reason or "")
    station.stop(process)


def test_a_stop_left_by_a_console_that_was_killed_long_ago_stops_nothing(station: Faulty) -> None:
    stale = Path(station.workspace.stop_file)
    stale.write_text('{"by": "Anh Nam", "at": "2026-01-01T00:00:00.000000Z"}', "utf-8")
    os.utime(stale, (stale.stat().st_mtime - 60,) * 2)
    process = station.start_first(claim=4, open=2)
    (airing,) = station.plan(8)
    assert station.wait_for_outcome(airing).outcome == "aired"
    assert not stale.exists()
    station.stop(process)
