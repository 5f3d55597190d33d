"""The acts from pages and programs: the same decision, the same words, and nothing odd that gets past them."""

import datetime
import json
import os
from typing import Any

import pytest
from sqlalchemy import select

from loa.actions.offices import Role
from loa.store.approvals import all_approvals
from loa.store.tables import requests
from loa.web.context import Console
from loa.workspace import Workspace
from tests.approving import approve
from tests.web.conftest import PASSWORD, Browser, LogIn
from tests.web.rig import COMMUNE, SCHEDULE

BULLETIN = "ben-hai/ve-sinh"
NOW = datetime.datetime(2026, 11, 22, 10, 0, tzinfo=datetime.UTC)
ODD: list[Any] = [
    "",
    " ",
    "abc",
    "-1",
    "1e9",
    "9" * 400,
    "../x",
    "x" * 5000,
    "\ud800",
    "a\0b",
    "ben-hai/khong-co",
    "<b>",
]


@pytest.fixture(autouse=True)
def small(station: Workspace, console: Console) -> None:
    """One commune, and one bulletin that was made and not approved."""
    for path in station.campaigns.iterdir():
        path.unlink()
    (station.campaigns / "ben-hai.yaml").write_text(COMMUNE, "utf-8")
    station.schedule_file.write_text(SCHEDULE, "utf-8")
    path = station.bulletins / f"{BULLETIN}.mp3"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"the first sound")


def sha256(console: Console) -> str:
    found = console.bulletins.get(BULLETIN)
    assert found
    assert found.sha256
    return found.sha256


def asked(console: Console) -> list[str]:
    with console.store.read() as connection:
        return list(connection.execute(select(requests.c.payload)).scalars())


def program(log_in: LogIn, console: Console, *roles: Role) -> Any:
    """A program with a token: sends JSON."""
    browser = log_in(*roles, name="may")
    person = next(p for p in console.accounts.all() if p.name == "may")
    token = console.sessions.make_token(person, "t", frozenset(roles), 1)
    browser.cookies.clear()

    def send(path: str, **sent: Any) -> tuple[int, str]:
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        answer = browser.post(f"/api/v1{path}", content=json.dumps(sent), headers=headers)
        return answer.status_code, answer.json().get("message", "")

    return send


def page(browser: Browser, path: str, **fields: Any) -> tuple[int, str]:
    """A form, answered for a program so that the words can be compared."""
    answer = browser.post(path, data={"csrf": browser.csrf, **fields}, headers={"accept": "application/json"})
    return answer.status_code, answer.json().get("message", "") if answer.status_code >= 400 else ""


def test_pages_and_programs_get_the_same_answer(log_in: LogIn, console: Console, station: Workspace) -> None:
    browser, send = log_in(Role.OPERATOR), program(log_in, console, Role.OPERATOR)
    for outputs in ([], ["khong-co"], ["thu", "khong-co"], ["thu"]):
        for bulletin in (BULLETIN, "khong/co"):
            answers = {send("/play", bulletin=bulletin, outputs=outputs)} if outputs else set()
            answers.add(page(browser, "/play", bulletin=bulletin, on=outputs))
            assert len(answers) == 1, answers
            assert {status for status, _text in answers} == {422}
    approve(station, console.store, console.bulletins.get(BULLETIN).recording, "Lan", NOW)  # type: ignore[union-attr]
    answers = {send("/play", bulletin=BULLETIN, outputs=["thu"]), page(browser, "/play", bulletin=BULLETIN, on="thu")}
    assert len(answers) == 1
    assert "loa run" in answers.pop()[1]
    assert send("/stop") == (200, "")
    assert asked(console) == []


def test_what_was_heard_is_what_is_approved(log_in: LogIn, console: Console, station: Workspace) -> None:
    """The sound is replaced after it was heard, by one of the same age and size: no listing of the folder can tell."""
    browser, send = log_in(Role.LEADER), program(log_in, console, Role.LEADER)
    heard = sha256(console)
    path = station.bulletins / f"{BULLETIN}.mp3"
    age = path.stat().st_mtime_ns
    path.write_bytes(b"another  sound!")
    os.utime(path, ns=(age, age))
    for answer in (
        page(browser, f"/release/{BULLETIN}/sign", sha256=heard, heard="1"),
        page(browser, f"/release/{BULLETIN}/return", sha256=heard, note="Đọc chậm hơn."),
        send(f"/bulletins/{BULLETIN}/sign", sha256=heard),
        send(f"/bulletins/{BULLETIN}/return", sha256=heard, note="Đọc chậm hơn."),
    ):
        assert answer == (422, "The sound was made again meanwhile. Hear the new one before you decide.")
    assert all_approvals(console.store) == []
    path.write_bytes(b"the first sound")
    assert send(f"/bulletins/{BULLETIN}/return", sha256=heard, note="Đọc chậm hơn.")[0] == 200
    assert "Đọc chậm hơn." in browser.look(f"/release/{BULLETIN}")
    assert page(browser, f"/release/{BULLETIN}/sign", sha256=heard, heard="1")[0] == 303
    assert [a.sha256 for a in all_approvals(console.store)] == [heard]
    assert page(browser, f"/release/{BULLETIN}/withdraw")[0] == 303
    assert all(a.withdrawn for a in all_approvals(console.store))


FORMS = {
    "/play": {"bulletin": BULLETIN, "on": "thu"},
    "/volume": {"output": "thu", "volume": "50", "to": ""},
    "/chime": {"output": "thu", "back": "/"},
    "/alarms/clear": {"event": "e"},
    "/emergency": {"commune": "ben-hai", "title": "Lũ", "text": "Nước lên nhanh."},
    f"/emergency/{BULLETIN}/release": {"sha256": "0" * 64, "on": "thu", "times": "2", "password": PASSWORD},
    f"/release/{BULLETIN}/sign": {"sha256": "0" * 64, "heard": "1"},
    f"/release/{BULLETIN}/return": {"sha256": "0" * 64, "note": "Chậm hơn."},
    "/week/leave-out": {"which": "", "broadcast": "ve-sinh", "first": "2026-12-01", "last": "2026-12-02"},
    "/week/put-back": {"broadcast": "ve-sinh", "first": "2026-12-01"},
    "/week/extra": {"broadcast": "ve-sinh", "day": "2036-12-01", "hour": "17:00"},
    "/week/move": {
        "broadcast": "ve-sinh",
        "first": "2026-12-01",
        "from": "17:00",
        "day": "2026-12-02",
        "hour": "17:00",
    },
}


@pytest.mark.parametrize("path", FORMS)
def test_odd_values_in_a_form_are_refused_in_words(log_in: LogIn, console: Console, path: str) -> None:
    browser = log_in(*Role)
    for field in FORMS[path]:
        for value in ODD:
            sent = {"csrf": browser.csrf, **FORMS[path], field: value.encode("utf-8", "surrogatepass")}
            answer = browser.post(path, data=sent)
            assert answer.status_code in {303, 404, 422}, f"{field}={value[:20]!r}: {answer.status_code}"
    assert asked(console) == []


PROGRAMS: dict[str, dict[str, Any]] = {
    "/play": {"bulletin": BULLETIN, "outputs": ["thu"]},
    "/alarms/seen": {"event": "e"},
    "/outputs/thu/volume": {"volume": 50},
    f"/bulletins/{BULLETIN}/sign": {"sha256": "0" * 64},
    f"/bulletins/{BULLETIN}/return": {"sha256": "0" * 64, "note": "Chậm hơn."},
}


@pytest.mark.parametrize("path", PROGRAMS)
def test_odd_values_of_a_program_are_refused_in_words(log_in: LogIn, console: Console, path: str) -> None:
    send = program(log_in, console, *Role)
    odd = [*ODD, None, True, -1, 10**30, 1.5, [], {}, [[]], ["\ud800"], ["x" * 5000], ["thu"] * 5000, {"a": 1}]
    for field in [*PROGRAMS[path], "khac", "\ud800"]:
        for value in odd:
            status, text = send(path, **{**PROGRAMS[path], field: value})
            assert status in {200, 422}, f"{field}={value!r}"
            assert text or status == 200
    assert asked(console) == []
