"""What fills one lane leaves the others free: STOP and emergencies have their own."""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI

from loa.actions.offices import Role
from loa.web import lanes
from loa.web.auth import passwords
from loa.web.context import Console
from loa.web.lanes import Lane, make_lanes
from loa.web.views.now import StationMonitor
from tests.local import wait_for
from tests.web.conftest import PASSWORD, Browser, LogIn
from tests.web.test_connections import serving

Answer = tuple[int, str]
FORM = {"content-type": "application/x-www-form-urlencoded", "host": "loa.test"}


def ask(port: int, method: str, path: str, cookie: str, body: str | None = None) -> Answer:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request(method, path, body, {**FORM, "cookie": cookie})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


@pytest.fixture
def go() -> Iterator[threading.Event]:
    """Until it is set something hangs; it is, in the end."""
    made = threading.Event()
    yield made
    made.set()


@contextmanager
def let_go(go: threading.Event) -> Iterator[None]:
    """Inside a server, so that it can end."""
    try:
        yield
    finally:
        go.set()


class Crowd:
    """Requests that are under way at the same time."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self._threads: list[threading.Thread] = []

    def ask(self, times: int, *request: object) -> None:
        for _time in range(times):
            thread = threading.Thread(target=lambda: self.answers.append(ask(*request)))  # type: ignore[arg-type]
            self._threads.append(thread)
            thread.start()

    def go(self) -> list[int]:
        for thread in self._threads:
            thread.join()
        return [status for status, _text in self.answers]


def member(browser: Browser) -> tuple[str, str]:
    """The cookie and the form's token of somebody who is logged in."""
    return f"loa_session={browser.cookies['loa_session']}", browser.csrf


def test_stop_works_while_every_page_hangs(
    app: FastAPI, log_in: LogIn, go: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever holds their threads: a database, a share, a bug."""
    waiting: list[int] = []

    def hangs(*_given: object) -> None:
        waiting.append(1)
        go.wait(30)
        raise FileNotFoundError

    monkeypatch.setattr(StationMonitor, "now", hangs)
    people = [member(log_in(Role.OPERATOR)) for _person in range(3)]
    cookie, token = member(log_in(Role.LEADER))
    crowd = Crowd()
    with serving(app) as port, let_go(go):
        for other, _token in people:
            crowd.ask(14, port, "GET", "/", other)
        wait_for(lambda: len(waiting) == make_lanes()["member"].places and len(crowd.answers) == 3 * 14 - 24)
        assert {status for status, _text in crowd.answers} == {503}
        assert "Wait a few seconds" in crowd.answers[0][1]
        assert ask(port, "POST", "/stop", cookie, f"csrf={token}")[0] == 303
        assert ask(port, "GET", "/login", "")[0] == 200
        go.set()
        crowd.go()


def test_stop_works_while_log_ins_come_by_the_hundred(app: FastAPI, log_in: LogIn, go: threading.Event) -> None:
    """And whoever gets a place still logs in."""
    browser = log_in(Role.DUTY, name="truc-ban")
    cookie, token = member(browser)
    holding = threading.Thread(target=passwords.OUTSIDE.run, args=(go.wait,))
    holding.start()
    crowd = Crowd()
    with serving(app) as port, let_go(go):
        for number in range(28):
            crowd.ask(1, port, "POST", "/login", "loa_visitor=x", f"csrf=x&name=ai-{number}&password=sai")
        wait_for(lambda: len(crowd.answers) == 26)
        assert ask(port, "POST", "/stop", cookie, f"csrf={token}")[0] == 303
        assert ask(port, "GET", "/emergency", cookie)[0] == 200
        assert ask(port, "GET", "/", cookie)[0] == 200
        go.set()
        assert sorted(crowd.go()) == [401, 401] + [503] * 26
        form = urlencode({"csrf": "x", "name": "truc-ban", "password": PASSWORD})
        assert ask(port, "POST", "/login", "loa_visitor=x", form)[0] == 303
    holding.join()


def test_a_stranger_takes_no_place_of_members(app: FastAPI, log_in: LogIn, console: Console) -> None:
    """A made-up cookie is a stranger's; so is one that has ended."""
    ended = member(log_in(Role.OPERATOR))[0]
    console.sessions.end(next(iter(console.sessions._known)))
    known = [console.sessions.known(cookie.partition("=")[2]) for cookie in (ended, "loa_session=made-up")]
    assert known == [False, False]
    answers = [ask_app(app, cookie) for cookie in (ended, "loa_session=made-up")]
    assert answers == [303, 303]


def ask_app(app: FastAPI, cookie: str) -> int:
    browser = Browser(app, base_url="http://loa.test", follow_redirects=False)
    return browser.post("/stop", headers={"cookie": cookie}).status_code


def test_a_console_that_starts_again_knows_who_was_logged_in(log_in: LogIn, console: Console) -> None:
    cookie = log_in(Role.OPERATOR).cookies["loa_session"]
    again = Console.open(console.workspace)
    try:
        assert again.sessions.known(cookie)
    finally:
        again.close()


def test_programs_are_refused_in_json(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes.Lane, "enter", lambda *_given: False)
    browser = Browser(app, base_url="http://loa.test")
    answer = browser.get("/api/v1/airings")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "3")
    assert "Wait a few seconds" in answer.json()["message"]


def test_a_lane_has_places_and_a_flow(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(lanes.time, "monotonic", lambda: now[0])
    lane = Lane(3, 2)
    assert [lane.enter("a"), lane.enter("a"), lane.enter("a"), lane.enter("b"), lane.enter("c")] == [
        True,
        True,
        False,
        True,
        False,
    ]
    lane.leave("a")
    assert lane.enter("c")
    flow: Callable[[str], bool] = (quick := Lane(1000, 1000, (10, 20), (1, 5))).enter
    assert [flow("a") for _try in range(7)] == [True] * 5 + [False] * 2
    assert sum(flow(f"b{number}") for number in range(100)) == 15
    now[0] += 1
    assert [flow("a"), flow("a")] == [True, False]
    assert sum(flow(f"c{number}") for number in range(100)) == 9
    assert quick._flow_each
    assert len(quick._flow_each._levels) < 300
