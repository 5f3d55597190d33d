"""The console with a large station: the first page after the start, then server time and size of every page."""

import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.stations import COMMUNES, ROOT, ROWS, large_station, small_station
from loa.actions.offices import Role
from loa.web import routes
from loa.web.context import Console
from loa.workspace import Workspace

STARTS, TURNS, RESTED = 3, 60, 3
"""Starts of the station; requests of each page one after the other, and after a second in which nobody asked."""
_REST = 1.1
_NAMES = (
    ("/week/broadcasts/{id_}", "/week/broadcasts/xa-250-dvc"),
    ("/{stem}/{id_}", "/xa-250/dich-vu-cong-truc-tuyen"),
    ("{stem}", "xa-250"),
    ("{id_}", "1"),
    ("{commune}/{name}", "xa-250/xa-250-dvc"),
    ("outputs/{name}", "outputs/cum-7"),
    ("station/{key}", "station/rules"),
)
"""What stands in an address for the names in a route."""
_ASKED = {
    "/api/v1/airings": ["?since=2026-11-16&days=1"],
    "/api/v1/log": ["", "?q=xa-77&outcome=missed"],
    "/campaigns": ["", "?part=9", "?q=250"],
    "/log": ["", "?q=xa-77", "?outcome=missed", "?since=2026-03-01&until=2026-03-31"],
    "/log/year": ["?year=2026"],
    "/publish": ["", "?q=250"],
    "/release": ["", "?q=250"],
    "/settings/new-output": ["?kind=icecast"],
    "/week": ["", "?zone=cum-7"],
    "/week/day": ["", "?day=2026-11-19"],
    "/week/month": ["", "?day=2026-11-19&zone=cum-7"],
    "/week/broadcasts": ["?broadcast=xa-250-dvc"],
    "/week/move": ["?broadcast=xa-250-dvc&first=2026-12-01&from=17:00"],
}
"""What is asked of a page; of all others nothing."""
NO_PAGES = set(
    "/campaigns/{stem}/hear-word /campaigns/{stem}/{id_}/hear/{number} /settings/voices/{engine}/{voice}/sample.wav "
    "/sound/{commune}/{name}.mp3 /sound/{commune}/{name}.vtt /log/sound/{sha256}.mp3 /feed/{stem}.xml "
    "/log/export.{form} /settings/backup /publish/{stem}/{id_}/article.docx /publish/{stem}/{id_}/article.md "
    "/emergency/{stem}/{name} /static/{name} /today/events /preview/{name} /preview/{stem}/{id_}/{name} "
    "/sound/{commune}/{name}.srt".split()
)
"""Speech made while one waits, sounds and other files, the stream of events; a message that first must be written."""


def run() -> list[str]:
    """Seconds to the first page; median, 95th percentile and size of each page."""
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        small, large = small_station(Path(folder) / "small"), large_station(Path(folder) / "large")
        for workspace, what in ((small, "the sample station"), (large, f"{COMMUNES} communes")):
            firsts = []
            for _start in range(STARTS):
                with serving(workspace) as (port, cookie, first):
                    firsts.append(first)
                    if workspace is large and len(firsts) == STARTS:
                        lines += _pages(port, cookie)
            shown = f"{statistics.median(firsts):.2f} s, at most {max(firsts):.2f} s"
            lines.insert(0, f"console: first page after `loa run`, {what}, {STARTS} starts: median {shown} (<= 2 s)")
    return lines


def addresses() -> list[str]:
    """Every page of the route table, so that none is forgotten."""
    there = {r.path for router in routes.all_routers() for r in router.routes if "GET" in r.methods}  # type: ignore[attr-defined]
    return [_named(path) + asked for path in sorted(there - NO_PAGES) for asked in _ASKED.get(path, [""])]


def _named(path: str) -> str:
    for names, example in _NAMES:
        path = path.replace(names, example)
    return path


def _pages(port: int, cookie: str) -> list[str]:
    browser = Browser(port, cookie)
    browser.get("/week")  # waits until the 500 files are read for the first time
    lines, slow, rested, largest = [], 0.0, 0.0, 0
    for path in addresses():
        body = browser.get(path)
        times = [browser.timed(path) for _turn in range(TURNS)]
        late = []
        for _turn in range(RESTED):
            time.sleep(_REST)
            late.append(browser.timed(path))
        p95, middle = statistics.quantiles(times, n=20)[-1], statistics.median(times)
        slow, rested, largest = max(slow, p95), max(rested, statistics.median(late)), max(largest, len(body))
        lines.append(
            f"  {path}: median {middle:.1f} ms, 95 % <= {p95:.1f} ms; after a rest {statistics.median(late):.1f} ms; "
            f"{len(body) / 1000:.1f} kB"
        )
    head = (
        f"console: {ROWS} log rows, {COMMUNES} campaigns, {len(lines)} addresses, {TURNS} turns: slowest page 95 % "
        f"<= {slow:.1f} ms (wanted: <= 50), after a rest {rested:.1f} ms; largest {largest / 1000:.0f} kB (<= 100)"
    )
    return [head, *lines]


class Browser:
    """One connection that is kept, as browsers do."""

    def __init__(self, port: int, cookie: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._headers = {"cookie": cookie}

    def get(self, path: str) -> bytes:
        """The page; asserts that there is one."""
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        assert answer.status in {200, 303} or path.endswith("jobs/1"), (path, answer.status)  # nobody gave it work yet
        return body

    def timed(self, path: str) -> float:
        """Milliseconds until the page is there, whole."""
        begin = time.perf_counter()
        self.get(path)
        return (time.perf_counter() - begin) * 1000


@contextmanager
def serving(workspace: Workspace, more: dict[str, str] | None = None) -> Iterator[tuple[int, str, float]]:
    """`loa run` as people start it; gives the port, a session's cookie, and the seconds to the first page."""
    here = Console.open(workspace)
    there = here.accounts.all()
    person = there[0] if there else here.accounts.add("lan", "Lan", "mot cau dai de nho", frozenset(Role))
    cookie = f"loa_session={here.sessions.start(person, 'bench')}"
    here.close()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "loa", "run", "--console", f"127.0.0.1:{port}"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "LOA_LANG": "vi", **(more or {})}
    started = time.perf_counter()
    station = subprocess.Popen(command, cwd=workspace.root, env=env, stderr=subprocess.DEVNULL)
    try:
        yield port, cookie, _first_page(port) - started
    finally:
        station.terminate()
        station.wait(20)


def _first_page(port: int) -> float:
    """When the log-in was there."""
    for _try in range(1500):
        try:
            assert b"<form" in Browser(port, "").get("/login")
        except OSError:
            time.sleep(0.02)
            continue
        return time.perf_counter()
    raise TimeoutError(port)


if __name__ == "__main__":
    print("\n".join(run()))
