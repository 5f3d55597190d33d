"""Each act of the console while another program holds a database: what was done is said to be done, and is in the audit
trail once, if later; what was not done is said not to be done.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from loa import stop_file
from loa.actions.approvals import withdraw
from loa.actions.file_history import Author, replacing
from loa.actions.offices import Role
from loa.automation.intervals import Timing
from loa.clock import RealClock
from loa.errors import StoreError
from loa.store import approvals
from loa.store.alarms import Alarm
from loa.store.database import Database
from loa.store.lease import Lease
from loa.web.context import Console
from loa.web.jobs import JobRunner
from loa.workspace import Workspace
from tests.approving import as_emergency
from tests.local import BEHIND, locked, wait_for
from tests.raising import raise_alarm
from tests.web.conftest import PASSWORD, Browser, LogIn

NOW = datetime(2026, 1, 6, tzinfo=UTC)
KEPT = {"audit", "versions", "sounds", "presence", "schema_version"}
"""Tables that tell of acts, or of something else."""


@dataclass(frozen=True)
class Act:
    """A press of a button. `fields` may name `{sha}` (of ben-hai/tiem-phong), `{token}`, `{other}`, `{job}`, `{version}`."""

    path: str
    fields: dict[str, Any] = field(default_factory=dict)
    audits: int = 1
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)


YAML = "commune: {name: Khe Sanh, kind: xã, province: Quảng Trị}\ncampaigns: [{id: tin, template: thong-bao, title: Tin, as_of: 2026-01-06, body: [Tin.]}]\n"
ACTS = {
    "sign": Act("/release/ben-hai/tiem-phong/sign", {"sha256": "{sha}", "heard": "1"}),
    "send back": Act("/release/ben-hai/tiem-phong/return", {"sha256": "{sha}", "note": "Sửa lại"}),
    "withdraw": Act("/release/ben-hai/ve-sinh/withdraw"),
    "play": Act("/play", {"bulletin": "ben-hai/ve-sinh", "on": "loa-xa"}),
    "clear an alarm": Act("/alarms/clear", {"event": "e"}),
    "volume": Act("/volume", {"output": "loa-xa", "volume": "55"}),
    "chime": Act("/chime", {"output": "loa-xa"}),
    "leave a day out": Act("/week/leave-out", {"broadcast": "ve-sinh", "first": "2027-01-06"}),
    "once more": Act("/week/extra", {"broadcast": "ve-sinh", "day": "2037-01-07", "hour": "17:30"}),
    "take back": Act("/week/undo"),
    "remove a broadcast": Act("/week/broadcasts/tiem-phong/remove", audits=2),
    "remove a campaign": Act("/campaigns/ben-hai/tiem-phong/remove", {"broadcasts": "1"}, audits=2),
    "restore a version": Act("/history/ben-hai/{version}/restore"),
    "new campaign": Act(
        "/campaigns", {"commune": "ben-hai", "title": "Tin mới", "template": "thong-bao", "as_of": "2026-01-06"}
    ),
    "a reading": Act("/campaigns/ben-hai/ve-sinh/pronounce", {"word": "VNeID", "said": "vi en i đi"}),
    "make audio": Act("/campaigns/ben-hai/ve-sinh/audio"),
    "cancel a job": Act("/jobs/{job}/cancel"),
    "publish": Act("/publish"),
    "write an emergency": Act("/emergency", {"commune": "ben-hai", "text": "Nước lên nhanh."}),
    "release an emergency": Act(
        "/emergency/ben-hai/tiem-phong/release",
        {"sha256": "{sha}", "on": "loa-xa", "times": "1", "password": PASSWORD},
    ),
    "bring a commune in": Act("/settings/communes", files={"file": ("khe-sanh.yaml", YAML.encode())}),
    "add a person": Act(
        "/settings/people",
        {"name": "nam", "shown": "Nam", "password": "một câu rất dài nữa", "roles": "officer", "reach": "station"},
    ),
    "change a person": Act(
        "/settings/people/{other}", {"shown": "Bà Ba", "roles": "officer", "active": "1", "reach": "station"}
    ),
    "a person's password": Act("/settings/people/{other}/password", {"password": "một câu rất dài nữa"}),
    "own password": Act(
        "/account/password", {"old": PASSWORD, "password": "một câu rất dài nữa", "again": "một câu rất dài nữa"}
    ),
    "make a token": Act("/account/tokens", {"label": "máy", "days": "30", "roles": "officer"}),
    "drop a token": Act("/account/tokens/{token}/drop"),
    "log in": Act("/login", {"name": "lan", "password": PASSWORD}),
    "log out": Act("/logout"),
}


@pytest.fixture
def station(old_station: Workspace) -> Workspace:
    """A station with bulletins, approvals and a log."""
    return old_station


@pytest.fixture
def console(station: Workspace) -> Iterator[Console]:
    """On air, as far as the console sees; writers wait as long as pages may take in a test."""
    made = Console.open(station, patience=0.4)
    lease = Lease(made.store, RealClock(), heartbeat=Timing().heartbeat, stale=Timing().stale)
    lease.keep(None)
    yield made
    lease.give_back()
    made.close()


@pytest.fixture
def prepared(console: Console, station: Workspace, log_in: LogIn) -> tuple[Browser, dict[str, str]]:
    """Somebody who may do everything, at a page; and the names that acts need."""
    browser = log_in(*Role, name="mai")
    log_in(Role.OFFICER, name="bac")
    withdraw(station, console.store, "ben-hai/tiem-phong", "Hoa", NOW)
    as_emergency(station.bulletins / "ben-hai" / "tiem-phong.mp3")
    raise_alarm(console.store, Alarm("e", "output", "loa hỏng", NOW), ())
    file = station.campaigns / "ben-hai.yaml"
    text = file.read_text("utf-8")
    after = text.replace("Tổng vệ sinh", "Vệ sinh")
    console.history.edit_file(file, replacing(text, after), Author("Mai"), "tên khác", action="commune.saved")
    week = station.schedule_file.read_text("utf-8")
    mine = Author("Mai", login="mai")  # only one's own change is taken back
    console.history.edit_file(
        station.schedule_file, replacing(week, f"{week}# Mai\n"), mine, "chú thích", action="schedule.changed"
    )
    people = {person.name: person for person in console.accounts.all()}
    console.sessions.make_token(people["mai"], "máy cũ", frozenset({Role.OFFICER}), 30)
    names = {
        "sha": approvals.find(station, "ben-hai/tiem-phong").sha256,
        "token": str(console.sessions.tokens_of(people["mai"])[0]["id"]),
        "other": str(people["bac"].id),
        "job": str(console.jobs.add("publish", "Trang", {"x": 1}, "Mai")),
        "version": str(console.history.of(file, 1)[0]["id"]),
    }
    browser.look("/account")
    return browser, names


def press(browser: Browser, act: Act, names: dict[str, str]) -> httpx2.Response:
    fields = {key: value.format(**names) for key, value in act.fields.items()}
    return browser.post(act.path.format(**names), data={"csrf": browser.csrf, **fields}, files=act.files or None)


def state(station: Workspace) -> dict[str, object]:
    """The files and the rows that acts are about."""
    found: dict[str, object] = {
        str(path): path.read_bytes()
        for path in station.root.rglob("*")
        if path.is_file() and ".loa" not in path.relative_to(station.root).parts
    }
    for file in (station.database, station.console_database):
        with closing(sqlite3.connect(file)) as connection:
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in set(tables) - KEPT:
                wanted = "hash" if table == "sessions" else "id, hash" if table == "tokens" else "*"
                found[table] = connection.execute(f"SELECT {wanted} FROM {table} ORDER BY 1").fetchall()
    return found


def audit_of(station: Workspace) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(station.console_database)) as connection:
        return connection.execute("SELECT at, who, action, subject FROM audit ORDER BY id").fetchall()


def waits(station: Workspace) -> list[Path]:
    return list(station.outbox.iterdir()) if station.outbox.exists() else []


@pytest.mark.parametrize("held", ["station", "console"])
@pytest.mark.parametrize("name", ACTS)
def test_an_act_is_done_and_says_so_or_is_not_done_and_says_so(
    prepared: tuple[Browser, dict[str, str]], console: Console, station: Workspace, name: str, held: str
) -> None:
    browser, names = prepared
    act, before, audit = ACTS[name], state(station), audit_of(station)
    with locked(station.database if held == "station" else station.console_database):
        answer = press(browser, act, names)  # it comes although the database is still held
        done = state(station) != before
    if done:
        assert answer.status_code in (200, 303), answer.text
    else:
        assert answer.status_code == 409, answer.text
        assert "holding the database" in answer.text
    wait_for(lambda: not waits(station), 5)
    assert len(audit_of(station)) - len(audit) == (act.audits if done else 0)
    if not done:
        console.forget()
        again = press(browser, act, names)
        assert again.status_code in (200, 303), again.text
        assert state(station) != before
        assert len(audit_of(station)) - len(audit) == act.audits


class Obeys(threading.Thread):
    """A station that looks for a STOP four times a second, and says at once that nothing sounded."""

    def __init__(self, station: Workspace) -> None:
        super().__init__(daemon=True)
        self.station, self.stopped_by, self.over = station, list[str](), threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.25):
            taken = stop_file.take_stop(self.station)
            if taken and taken.request:
                self.stopped_by.append(taken.request.by)
                stop_file.answer_stop(self.station, stop_file.StopAnswer(by=taken.request.by, at=taken.at, cut=()))


@pytest.fixture
def without_wal(old_station: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that cannot have a write-ahead log (a network share): there a writer locks readers out, too."""
    monkeypatch.setattr(Database, "_uses_wal", lambda *_args, **_more: True)
    for file in (old_station.database, old_station.console_database):
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",)


def test_stop_works_for_who_was_logged_in_although_nothing_can_be_read(
    without_wal: None, prepared: tuple[Browser, dict[str, str]], station: Workspace, console: Console
) -> None:
    browser, _names = prepared
    browser.look("/")
    obeys = Obeys(station)
    obeys.start()
    with locked(station.database, station.console_database):
        with pytest.raises(StoreError):
            console.accounts.all()
        begin = time.monotonic()
        page = browser.submit("/stop")
        assert time.monotonic() - begin < 3
        assert "Stopped." in page
        assert "What stands here is how it was seen last." in page
        assert browser.get("/account").status_code == 409
        browser.cookies.set("loa_session", "another")
        assert browser.get("/").status_code == 409, "a stranger is not let in"
    obeys.over.set()
    assert obeys.stopped_by == ["Mai"]
    wait_for(lambda: not waits(station), 5)
    assert [action for _at, _who, action, _subject in audit_of(station)].count("air.stopped") == 1


def test_who_was_shut_out_is_not_let_in_because_nothing_can_be_read(
    without_wal: None,
    prepared: tuple[Browser, dict[str, str]],
    console: Console,
    station: Workspace,
    log_in: LogIn,
) -> None:
    admin, _names = prepared
    other = log_in(Role.OPERATOR, name="tam")
    other.look("/")
    people = {person.name: person for person in console.accounts.all()}
    admin.submit(f"/settings/people/{people['tam'].id}", shown="Tám", roles="operator", active="", reach="station")
    with locked(station.database, station.console_database):
        assert other.post("/stop", data={"csrf": other.csrf}).status_code == 409


def test_a_token_works_while_nothing_can_be_read(
    without_wal: None, prepared: tuple[Browser, dict[str, str]], station: Workspace, console: Console
) -> None:
    browser, _names = prepared
    person = next(person for person in console.accounts.all() if person.name == "mai")
    token = console.sessions.make_token(person, "máy", frozenset({Role.OPERATOR}), 30)
    browser.cookies.clear()
    bearer = {"authorization": f"Bearer {token}"}
    assert browser.get("/api/v1/now", headers=bearer).status_code == 200
    obeys = Obeys(station)
    obeys.start()
    with locked(station.database, station.console_database):
        assert browser.post("/api/v1/stop", headers=bearer).json() == {"id": "stopped"}
        assert browser.post("/api/v1/stop", headers={"authorization": "Bearer loa_guess"}).status_code == 409
    obeys.over.set()
    assert obeys.stopped_by == ["Mai"]


def test_the_page_without_console_db_shows_what_the_station_says(
    prepared: tuple[Browser, dict[str, str]], station: Workspace
) -> None:
    """A lock that lets readers in costs no page anything."""
    browser, _names = prepared
    with locked(station.database, station.console_database):
        begin = time.monotonic()
        for path in ("/", "/week", "/campaigns", "/release", "/log", "/settings", "/account"):
            browser.look(path)
        assert time.monotonic() - begin < 5


def test_a_job_whose_start_could_not_be_written_is_started_once(
    prepared: tuple[Browser, dict[str, str]], console: Console, station: Workspace
) -> None:
    number = console.jobs.add("publish", "Trang", {"again": 1}, "Mai")
    console.jobs.set(int(prepared[1]["job"]), state="cancelled")
    runner = JobRunner(station, console.jobs)
    with locked(station.console_database):
        for _look in range(2):
            with pytest.raises(StoreError):
                runner.step()
        assert len(runner._children) == 1
        (first,) = runner._children.values()

    def over() -> bool:
        runner.step()
        job = console.jobs.get(number)
        return job is not None and job.over

    wait_for(over, BEHIND)
    job = console.jobs.get(number)
    assert job
    assert (job.state, first.wait(BEHIND)) == ("done", 0)
