import socket
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from loa.tts.online import reachable, retry_after


@pytest.mark.parametrize(("header", "seconds"), [("7", 7), (None, None), ("", None), ("soon", None)])
def test_a_wish_to_wait_is_read(header, seconds):
    assert retry_after(header) == seconds


def test_a_wish_to_wait_until_a_moment_is_read():
    later = datetime.now(UTC) + timedelta(seconds=40)
    assert 37 < retry_after(format_datetime(later, usegmt=True)) < 41
    assert retry_after("Mon, 01 Jan 2024 00:00:00 GMT") == 0


@pytest.fixture
def door(monkeypatch):
    """A port that takes connections."""
    monkeypatch.delenv("no_proxy", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_behind_the_offices_proxy_it_is_the_proxy_that_must_answer(door, monkeypatch):
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{door}")
    assert reachable("translate.google.invalid")
    monkeypatch.setenv("no_proxy", "translate.google.invalid")
    assert not reachable("translate.google.invalid")


def test_nobody_there_is_known_in_time(monkeypatch):
    monkeypatch.setenv("https_proxy", "127.0.0.1:9")
    start = time.monotonic()
    assert not reachable("translate.google.invalid")
    assert time.monotonic() - start < 4
