"""Messages from outside on their page and by the API: sent, seen by whom they concern, taken and refused."""

import datetime
import json

import pytest

from loa.actions.offices import Role
from loa.inbox import register
from loa.web.context import Console
from loa.workspace import Workspace
from tests.inbox.conftest import write
from tests.inbox.senders import SENDER, Authority, cap, message
from tests.web.conftest import PASSWORD, Browser, LogIn
from tests.web.rig import COMMUNE, SCHEDULE


@pytest.fixture
def authority(station: Workspace) -> Authority:
    made = Authority()
    for path in station.campaigns.iterdir():
        path.unlink()
    (station.campaigns / "ben-hai.yaml").write_text(COMMUNE, "utf-8")
    station.schedule_file.write_text(SCHEDULE, "utf-8")
    (station.root / "keys").mkdir()
    (station.root / "keys" / "pctt.pem").write_text(made.certificate)
    (station.root / "keys" / "pctt-json.pem").write_text(made.public)
    write(station)
    return made


def send(browser: Browser, raw: bytes, status: int = 200) -> dict[str, object]:
    browser.look("/")
    answer = browser.post("/api/v1/inbox", content=raw, headers={"x-csrf-token": browser.csrf})
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def test_a_message_comes_by_the_api_and_people_decide(console: Console, log_in: LogIn, authority: Authority) -> None:
    begin = datetime.datetime.now(datetime.UTC)
    sender, duty = log_in(Role.EDITOR), log_in(Role.DUTY)
    raw = authority.sign_json(message(now=begin, priority="normal"))
    first = send(sender, raw)
    assert (first["stage"], first["id"], send(sender, raw)["number"]) == ("waiting", "tin-01", first["number"])
    forged = send(sender, cap(now=begin), 422)
    assert "inbox.signature" in json.dumps(forged)
    assert send(sender, b"\xff<", 422)
    sender.look("/inbox", 403)
    page = duty.look("/inbox")
    assert "Lũ lớn trên sông Bến Hải" in page
    assert SENDER in page
    number = first["number"]
    assert "Write" in duty.submit(f"/inbox/{number}/refuse", 422, why=" ")
    assert "password" in duty.submit(f"/inbox/{number}/sign", 422, password="x").lower()
    assert duty.submit(f"/inbox/{number}/sign", 422, password=PASSWORD)  # its sound is not made
    duty.submit(f"/inbox/{number}/take")
    entry = register.find(console.store, SENDER, "tin-01")
    assert entry
    assert entry.state == "received"
    duty.submit(f"/inbox/{number}/refuse", why="đã báo bằng loa tay")
    answer = duty.get(f"/api/v1/inbox/{number}").json()
    assert answer["stage"] == "refused"
    assert "đã báo bằng loa tay" in answer["reason"]
    elsewhere = log_in(Role.DUTY, communes=frozenset({"khac"}))
    assert "Lũ lớn" not in elsewhere.look("/inbox")
    for act in ("sign", "take", "refuse"):
        form = {"csrf": elsewhere.csrf, "password": PASSWORD, "why": "x"}
        assert elsewhere.post(f"/inbox/{number}/{act}", data=form).status_code == 404
    assert elsewhere.get(f"/api/v1/inbox/{number}").status_code == 404
    assert log_in().post("/api/v1/inbox", content=raw).status_code in (401, 403)
