"""`loa run` and its console: with it, without it, on a taken place, by https, and after it was killed."""

import contextlib
import http.client
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from loa.app.doctor import Health, examine
from loa.errors import WorkspaceError
from loa.priority import CONSOLE, ON_AIR
from loa.store.database import Database
from loa.store.lease import who_is_on_air
from loa.web import console_process
from loa.web.server import _TRY_AGAIN, Listen, parse_listen
from loa.workspace import Workspace
from tests.local import free_port, wait_for

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


class Station:
    """A `loa run` with `options` on a small station."""

    def __init__(self, workspace: Workspace, *options: str) -> None:
        self.workspace = workspace
        self.said = workspace.root / "said.txt"
        env = {**os.environ, "LOA_LANG": "en"}
        with self.said.open("wb") as out:
            command = [sys.executable, "-m", "loa", "run", *options]
            self.process = subprocess.Popen(command, cwd=workspace.root, env=env, stdout=out, stderr=out)

    def says(self, text: str) -> None:
        wait_for(lambda: text in self.said.read_text("utf-8"), 40)

    def is_on_air(self) -> bool:
        store = Database(self.workspace.database)
        try:
            return who_is_on_air(store) is not None and self.process.poll() is None
        finally:
            store.close()

    def console(self) -> psutil.Process | None:
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.Error):  # it has just ended
                if "console" in child.cmdline():
                    return child
        return None

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


@contextlib.contextmanager
def run(workspace: Workspace, *options: str) -> Iterator[Station]:
    workspace.schedule_file.write_text("outputs: {thu: {kind: null}}\nbroadcasts: []\n", "utf-8")
    made = Station(workspace, *options)
    try:
        yield made
    finally:
        made.end()


def health(port: int, context: ssl.SSLContext | None = None) -> bool:
    kind = http.client.HTTPSConnection if context else http.client.HTTPConnection
    connection = kind("127.0.0.1", port, timeout=5, **({"context": context} if context else {}))
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def test_without_a_console_the_station_is_on_air_alone(station: Workspace) -> None:
    with run(station, "--no-console") as made:
        wait_for(made.is_on_air, 40)
        assert made.console() is None


def may_step_forward() -> bool:
    """Whether a process of this user may go before others; tried by a process of its own."""
    code = f"import os; os.setpriority(os.PRIO_PROCESS, 0, {ON_AIR})"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def test_a_killed_console_comes_back_and_steps_back_behind_the_station(station: Workspace) -> None:
    port, here = free_port(), psutil.Process().nice()
    with run(station, "--console", f"127.0.0.1:{port}") as made:
        made.says("one-time code")
        first = made.console()
        assert first
        wait_for(lambda: health(port), 20)
        code, address = station.first_run_code.read_text("utf-8").split()
        made.says(code)
        assert address == f"http://127.0.0.1:{port}/"
        (check,) = [each for each in examine(station) if code in each.fix]
        assert (check.health, address in check.fix) == (Health.WEAK, True)
        on_air = psutil.Process(made.process.pid).nice()
        assert on_air == (ON_AIR if may_step_forward() else here)
        assert first.nice() == on_air + CONSOLE, "behind the station, and behind no other program where it may"
        first.kill()
        wait_for(lambda: (again := made.console()) is not None and again.pid != first.pid, 20)
        wait_for(lambda: health(port), 40)
        assert made.is_on_air()
    assert not health(port)


def test_a_console_that_cannot_be_started_now_is_started_later(
    station: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The station had no memory for another process, once: it never had a console again."""
    program, came = tmp_path / "python", tmp_path / "came"
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(console_process, "_PATIENCE", 0.1)
    with console_process.console_beside(station, ()):
        time.sleep(0.5)
        made = tmp_path / "made"
        made.write_text(f"#!/bin/sh\ntouch '{came}'\nexec sleep 60\n", "utf-8")
        made.chmod(0o755)
        made.rename(program)
        wait_for(came.exists, 40)


def test_a_taken_place_is_told_and_served_when_it_is_free(station: Workspace) -> None:
    """The other program may run for hours, and nobody starts the station again for the console's sake."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with run(station, "--console", f"127.0.0.1:{port}") as made:
            made.says(f"The console cannot listen on 127.0.0.1:{port}")
            made.says("Perhaps Loa runs already.")
            made.says("tried again until the place is free")
            wait_for(made.is_on_air, 20)
            time.sleep(2 * _TRY_AGAIN)
            assert made.said.read_text("utf-8").count("cannot listen") == 1
            taken.close()
            wait_for(lambda: health(port), 40)
            assert "Traceback" not in made.said.read_text("utf-8")


def test_a_console_that_waits_for_its_place_ends_with_the_station(station: Workspace) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with run(station, "--console", f"127.0.0.1:{taken.getsockname()[1]}") as made:
            made.says("tried again until the place is free")
            console = made.console()
            assert console
            made.process.kill()
            made.process.wait()
            wait_for(lambda: not console.is_running() or console.status() == psutil.STATUS_ZOMBIE, 10)


def test_it_serves_by_https_with_a_certificate(station: Workspace, tmp_path: Path) -> None:
    cert, key, port = tmp_path / "cert.pem", tmp_path / "key.pem", free_port()
    openssl = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1".split()
    subprocess.run([*openssl, "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    options = ("--console", f"127.0.0.1:{port}", "--tls-cert", str(cert), "--tls-key", str(key))
    with run(station, *options) as made:
        made.says(f"https://127.0.0.1:{port}/")
        context = ssl.create_default_context(cafile=str(cert))
        wait_for(lambda: health(port, context), 20)
        assert not re.search("plain text", made.said.read_text("utf-8"))


def test_a_certificate_that_is_not_there_is_told(station: Workspace) -> None:
    with run(station, "--console", "127.0.0.1:0", "--tls-cert", "khong-co.pem") as made:
        made.says("This is not an address to listen on.")
        wait_for(made.is_on_air, 20)
    with run(station, "--console", f"127.0.0.1:{free_port()}", "--tls-cert", "khong-co.pem") as made:
        made.says("The certificate cannot be read.")
        wait_for(made.is_on_air, 20)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("127.0.0.1:8000", ("127.0.0.1", 8000)),
        (":8000", ("127.0.0.1", 8000)),
        ("8000", ("127.0.0.1", 8000)),
        ("0.0.0.0", ("0.0.0.0", 8686)),
        ("[::1]:8000", ("::1", 8000)),
    ],
)
def test_places_are_written_as_people_write_them(text: str, wanted: tuple[str, int]) -> None:
    assert parse_listen(text) == wanted


@pytest.mark.parametrize("text", ["loa:x", "127.0.0.1:0", "127.0.0.1:70000", "http://loa"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(WorkspaceError):
        parse_listen(text)


def test_who_reaches_it_is_known() -> None:
    assert not Listen("127.0.0.1").open_to_network
    assert not Listen("localhost").open_to_network
    assert Listen("0.0.0.0").open_to_network
    assert Listen("loa.xa.vn").open_to_network
