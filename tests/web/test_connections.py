"""Slow and many clients: each connection has its time, and whoever really asks for something always gets in."""

import contextlib
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI

from loa.actions.offices import Role
from loa.web import connections, live
from loa.web.connections import BoundedServer, Connection, Connections
from loa.web.context import Console
from tests.local import wait_for
from tests.web.conftest import LogIn

HALF = b"POST /login HTTP/1.1\r\nhost: loa.test\r\n"


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Times and places that a test can wait for."""
    for name, value in (("HEAD", 0.5), ("BODY", 0.7), ("_SWEEP", 0.05)):
        monkeypatch.setattr(connections, name, value)
    for name, value in (("STRANGERS", 12), ("STRANGERS_PER_ADDRESS", 6)):
        monkeypatch.setattr(connections, name, value)


@contextlib.contextmanager
def serving(app: FastAPI, listener: socket.socket | None = None, **more: object) -> Iterator[int]:
    """The console on a port of loopback."""
    listener = listener or socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=1, **more)  # type: ignore[arg-type]
    server = BoundedServer(config, Connections())
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        wait_for(lambda: server.started)
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


def opened(port: int, said: bytes = b"", address: str = "127.0.0.1") -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port), 10, (address, 0))
    made.sendall(said)
    return made


def answer(there: socket.socket) -> str:
    """What comes until the other side closes; "" where it only closes."""
    got = b""
    with contextlib.suppress(ConnectionError):
        while more := there.recv(65536):
            got += more
    there.close()
    return got.decode()


def page(port: int, cookie: str = "", address: str = "127.0.0.1") -> str:
    head = f"GET /health HTTP/1.1\r\nhost: loa.test\r\nconnection: close\r\ncookie: loa_session={cookie}\r\n\r\n"
    return answer(opened(port, head.encode(), address))


@pytest.mark.usefixtures("short")
def test_half_a_request_is_ended_in_its_time(app: FastAPI) -> None:
    with serving(app) as port:
        told = HALF + b"content-type: application/x-www-form-urlencoded\r\ncontent-length: 50\r\n\r\nname="
        halves = [b"", b"GET", HALF, told, b"GET /health HTTP/1.1\r\nhost: loa.test\r\n\r\nGET"]
        begun = time.monotonic()
        there = [opened(port, said) for said in halves]
        got = [answer(each) for each in there]
        assert 0.4 < time.monotonic() - begun < 8
        assert [text[:12] for text in got] == ["", "", "", "", "HTTP/1.1 200"]


@pytest.mark.usefixtures("short")
def test_whoever_sends_a_byte_now_and_then_is_ended_too(app: FastAPI) -> None:
    with serving(app) as port, opened(port, HALF) as slow, contextlib.suppress(ConnectionError):
        for number in range(100):
            slow.sendall(b"x")
            time.sleep(0.1)
            assert number < 90


@pytest.mark.usefixtures("short")
def test_more_slow_clients_than_places_keep_nobody_out(app: FastAPI) -> None:
    """From one address and from many: the newest comes in. Earlier 420 of them made everybody see 503."""
    with serving(app) as port:
        slow = [opened(port, HALF) for _number in range(20)]
        assert "200 OK" in page(port)
        slow += [opened(port, HALF, f"127.0.1.{number}") for number in range(1, 40)]
        assert "200 OK" in page(port)
        assert "200 OK" in page(port, address="127.0.2.1")
        for each in slow:
            each.close()


def test_who_has_sent_a_whole_request_is_heard_whatever_crowd_comes_after(app: FastAPI) -> None:
    """All wait to be accepted, as when the machine was busy elsewhere for a moment."""
    whole = b"GET /health HTTP/1.1\r\nhost: loa.test\r\nconnection: close\r\n\r\n"
    with socket.create_server(("127.0.0.1", 0), backlog=1000) as listener, contextlib.ExitStack() as opens:
        port = listener.getsockname()[1]
        there = [opens.enter_context(opened(port, whole if number == 100 else HALF)) for number in range(300)]
        with serving(app, listener=listener.dup()):
            assert "200 OK" in answer(there[100])


@pytest.mark.usefixtures("short")
def test_a_member_keeps_his_connection_whoever_comes(app: FastAPI, log_in: LogIn, console: Console) -> None:
    browser = log_in(Role.OPERATOR)
    cookie = browser.cookies["loa_session"]
    with serving(app) as port:
        mine = opened(
            port, f"GET /today/events HTTP/1.1\r\nhost: loa.test\r\ncookie: loa_session={cookie}\r\n\r\n".encode()
        )
        assert b"200 OK" in mine.recv(4096)
        slow = [opened(port, HALF) for _number in range(30)]
        time.sleep(0.3)
        mine.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            assert mine.recv(4096), "it was closed"
        for each in (mine, *slow):
            each.close()


@pytest.mark.parametrize("how", ["log-out", "closed", "moved"])
def test_the_news_end_with_the_session(
    app: FastAPI, log_in: LogIn, console: Console, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """They went on to whoever had logged out, and to closed accounts, as long as the connection held."""
    monkeypatch.setattr(live, "_ASKED_EVERY", 0.0)
    log_in(Role.ADMIN)
    cookie = log_in(Role.OPERATOR).cookies["loa_session"]
    session = console.sessions.find(cookie)
    assert session
    with serving(app) as port:
        there = opened(
            port, f"GET /today/events HTTP/1.1\r\nhost: loa.test\r\ncookie: loa_session={cookie}\r\n\r\n".encode()
        )
        got = b""
        while b"data:" not in got:
            got += there.recv(4096)
        if how == "log-out":
            console.sessions.end(session.hash)
        else:
            communes = frozenset({"ben-hai"}) if how == "moved" else None
            roles = session.person.roles
            console.accounts.change(session.person, shown="x", roles=roles, active=how == "moved", communes=communes)
        there.settimeout(20)
        while got := there.recv(65536):
            if got.endswith(b"0\r\n\r\n"):
                break
        there.close()


@pytest.mark.usefixtures("short")
def test_who_begins_tls_and_does_not_go_on_is_ended(app: FastAPI, tmp_path: Path) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    openssl = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=loa.test"
    subprocess.run([*openssl.split(), "-keyout", key, "-out", cert], check=True, capture_output=True)
    with serving(app, ssl_certfile=cert, ssl_keyfile=key) as port:
        silent = [opened(port) for _number in range(20)]  # more than have places: the oldest go at once
        context = ssl.create_default_context(cafile=str(cert))
        with context.wrap_socket(opened(port), server_hostname="loa.test") as there:
            there.sendall(b"GET /health HTTP/1.1\r\nhost: loa.test\r\nconnection: close\r\n\r\n")
            assert there.recv(100).startswith(b"HTTP/1.1 200")
        for each in silent:
            assert answer(each) == ""


def test_places_are_given_back_and_go_to_the_newest() -> None:
    among = Connections()
    made = [among.admit(f"10.0.{number % 20}.1") for number in range(connections.STRANGERS)]
    assert None not in made
    for _number in range(1000):
        newest = among.admit("10.1.0.1")
        assert newest
    for each in [*made, newest]:
        assert isinstance(each, Connection)
        among.remove(each)
        among.remove(each)
    assert among.admit("10.1.0.1")
