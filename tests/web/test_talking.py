"""Who speaks is asked every second whether they still may: a page that stays open is no right of its own."""

import contextlib
import itertools
import threading
from collections.abc import Callable, Iterator

import pytest

from loa.actions.offices import Role
from loa.automation.intervals import Timing
from loa.clock import RealClock
from loa.store.lease import Lease
from loa.web import studio
from loa.web.context import Console
from loa.workspace import Workspace
from tests.web.conftest import LogIn

SCHEDULE = """\
language: en
timezone: Asia/Ho_Chi_Minh
outputs: {a: {kind: null, commune: ben-hai}}
broadcasts: []
"""
COMMUNES = {name: frozenset({name}) for name in ("ben-hai", "gio-linh")}
_names = itertools.count()


@pytest.fixture
def on_air(station: Workspace, console: Console) -> Iterator[Console]:
    """A station that takes wishes and does not answer them."""
    station.schedule_file.write_text(SCHEDULE, "utf-8")
    lease = Lease(console.store, RealClock(), heartbeat=Timing().heartbeat, stale=Timing().stale)
    lease.keep(None)
    yield console
    lease.give_back()


def ways(console: Console, name: str) -> dict[str, Callable[[], object]]:
    """What may happen while somebody speaks."""
    person = next(p for p in console.accounts.all() if p.name == name)

    def change(roles: frozenset[Role], *, active: bool = True, communes: frozenset[str]) -> None:
        console.accounts.change(person, shown=person.shown, roles=roles, active=active, communes=communes)

    here = COMMUNES["ben-hai"]
    return {
        "a new password": lambda: console.accounts.set_password(person, "mật khẩu mới và dài"),
        "a closed account": lambda: change(person.roles, active=False, communes=here),
        "another role": lambda: change(frozenset({Role.EDITOR}), communes=here),
        "another commune": lambda: change(person.roles, communes=COMMUNES["gio-linh"]),
    }


@pytest.mark.parametrize("how", ["log-out", "a new password", "a closed account", "another role", "another commune"])
def test_the_microphone_ends_with_the_right_to_speak(
    on_air: Console, log_in: LogIn, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """It went on to the loudspeakers until the speaker closed the page."""
    monkeypatch.setattr(studio, "_ASKED_EVERY", 0.1)
    log_in(Role.ADMIN)
    name = f"noi-{next(_names)}"
    browser = log_in(Role.LEADER, name=name, communes=COMMUNES["ben-hai"])
    wish = {"commune": "ben-hai", "outputs": ["a"], "minutes": "5", "title": "x"}
    over = threading.Event()
    with browser.websocket_connect("/live/sound", headers={"origin": "http://loa.test", "host": "loa.test"}) as line:

        def speak() -> None:
            with contextlib.suppress(Exception):
                while not over.wait(0.2):
                    line.send_json({"talk": True})

        line.send_json(wish)
        assert line.receive_json() == {"state": "asked"}
        threading.Thread(target=speak, daemon=True).start()
        try:
            if how == "log-out":
                session = on_air.sessions.find(browser.cookies["loa_session"])
                assert session
                on_air.sessions.end(session.hash)
            else:
                ways(on_air, name)[how]()
            news = line.receive_json()
        finally:
            over.set()
    assert news["state"] == "over"
    assert "does not answer" not in news["text"]  # which it says when nobody but the station ended it
