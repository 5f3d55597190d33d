"""By which names the console answers: a foreign Host poisons links, or comes through a hijacked name (DNS rebinding)."""

import http.client
import socket
from pathlib import Path

import pytest
from fastapi import FastAPI

from loa.actions.offices import Role
from loa.web.app import create_app
from loa.web.context import Console
from loa.web.server import Listen
from loa.workspace import Workspace
from tests.local import free_port
from tests.web.conftest import Browser, LogIn
from tests.web.test_serving import run

FORGED = [
    "evil.test",
    "evil.test:80",
    "loa.test.evil.test",
    "evil.test#loa.test",
    "loa.test@evil.test",
    "loa.test:80@evil.test",
    "loa.test/../evil",
    "203.0.113.9",
    "[2001:db8::9]",
    "xloa.test",
    "loa.test:x",
    "localhost.evil.test",
    "",
]


@pytest.mark.parametrize("host", FORGED)
def test_a_forged_host_reaches_nothing(log_in: LogIn, host: str) -> None:
    browser = log_in(*Role)
    for path in ("/publish/ben-hai/thong-bao", "/login", "/", "/api/v1/now", "/feed/ben-hai.xml"):
        answer = browser.get(path, headers={"host": host})
        assert answer.status_code == 421, path
        assert "evil" not in answer.text
    forged = {"host": host, "origin": f"http://{host}", "x-csrf-token": browser.csrf}
    assert browser.post("/stop", headers=forged).status_code == 421


def test_two_hosts_are_none(log_in: LogIn) -> None:
    browser = log_in()
    assert browser.get("/login", headers=[("host", "loa.test"), ("host", "evil.test")]).status_code == 421


@pytest.mark.parametrize(
    "host", ["loa.test", "LOA.test:8686", "loa.test.", "localhost:9000", "127.0.0.1", "[::1]:8686"]
)
def test_the_console_s_own_names_are_known(log_in: LogIn, host: str) -> None:
    assert log_in().get("/login", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("address", ["192.168.1.5", "[fd12::5]"])
def test_the_address_that_was_reached_is_known(app: FastAPI, address: str) -> None:
    with Browser(app, base_url=f"http://{address}:8686", follow_redirects=False) as browser:
        browser.look("/login")
        assert browser.get("/login", headers={"host": "192.168.1.6:8686"}).status_code == 421


def test_forwarded_names_change_no_link(log_in: LogIn) -> None:
    browser = log_in(Role.EDITOR)
    given = {"x-forwarded-host": "evil.test", "forwarded": "host=evil.test", "x-original-host": "evil.test"}
    assert "evil.test" not in browser.get("/publish/ben-hai/thong-bao", headers=given).text


def test_behind_a_web_server_that_server_decides_until_names_are_given(console: Console) -> None:
    for names, status in (((), 200), (("loa.xa.vn",), 421)):
        app = create_app(console, Listen(behind_proxy=True, names=names).host_names)
        browser = Browser(app, base_url="http://loa.test", follow_redirects=False)
        assert browser.get("/login", headers={"host": "loa.xa.vn"}).status_code == 200
        assert browser.get("/login", headers={"host": "other.vn"}).status_code == status
        assert browser.get("/login", headers={"host": "loa.xa.vn@evil.test"}).status_code == 421


def test_a_name_is_given_when_the_station_starts(station: Workspace, tmp_path: Path) -> None:
    port = free_port()
    names = ["loa.xa.vn", socket.gethostname(), f"127.0.0.1:{port}", "evil.test"]
    with run(station, "--console", f"127.0.0.1:{port}", "--host-name", "loa.xa.vn") as made:
        made.says(f"http://127.0.0.1:{port}/")
        answers = []
        for name in names:
            asked = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            asked.request("GET", "/login", headers={"Host": name})
            answers.append(asked.getresponse().status)
            asked.close()
    assert answers == [200, 200, 200, 421]
