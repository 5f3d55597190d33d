"""Somebody who works for one commune of a station, at every route: nothing of the other commune is seen or touched."""

import datetime
import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from fastapi.routing import APIRoute

from loa.actions.acts import Act
from loa.actions.file_history import Author, replacing
from loa.actions.offices import OFFICES, Role, Touches
from loa.automation.intervals import Timing
from loa.bulletin.manifest import Manifest
from loa.clock import RealClock
from loa.feedback import book
from loa.store.alarms import Alarm
from loa.store.asrun import NewRow, append_all
from loa.store.lease import Lease
from loa.web.context import Console
from loa.web.routes import today
from loa.workspace import Workspace
from tests.approving import approve, as_emergency
from tests.raising import raise_alarm
from tests.web.conftest import PASSWORD, Browser, LogIn
from tests.web.test_guard import table

OWN, OTHER = "ben-hai", "gio-linh"
EVERY = frozenset(Role) - {Role.ADMIN}
MARK = "BIMAT"
"""Stands in everything that belongs to the other commune, and nowhere else."""
NOW = datetime.datetime.now(datetime.UTC)
COMMUNE = """\
commune: {{name: {mark} {name}, kind: xã, province: Quảng Trị}}
contact_desk: {{name: Trung tâm}}
station: {{region: trung, voice: espeak, jingle: chime}}
campaigns:
  - {{id: tin, template: thong-bao, title: Tin {mark}, as_of: 2026-11-01, form: radio, body: [Thông báo {mark}.]}}
"""
SCHEDULE = f"""\
timezone: Asia/Ho_Chi_Minh
outputs:
  loa-{OWN}: {{kind: null, commune: {OWN}}}
  loa-{OTHER}: {{kind: null, commune: {OTHER}}}
  loa-chung: {{kind: null}}
broadcasts:
"""
BROADCAST = """\
  - {{id: {id}, commune: {stem}, campaigns: [tin], at: ["17:00"], length: {{min: 5s, max: 15m}}, on: [loa-{stem}, loa-chung]}}
"""


def bulletin(station: Workspace, console: Console, stem: str, name: str, mark: str) -> str:
    path = station.bulletins / stem / f"{name}.mp3"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(f"the sound of {stem} {name} {mark}".encode())
    as_emergency(path)
    record = path.with_suffix(".json")
    emergency = name.startswith("khan-cap")
    changes = {"title": f"Bản tin {mark}", "campaigns": (name if emergency else "tin",), "emergency": emergency}
    Manifest.load(record).model_copy(update=changes).save(record)
    return Manifest.load(record).sha256


@pytest.fixture
def names(station: Workspace, console: Console, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, dict[str, Any]]]:
    """Two communes on one station, each with one of everything; by stem, what its things are called."""
    for path in station.campaigns.iterdir():
        path.unlink()
    found: dict[str, dict[str, Any]] = {}
    schedule = SCHEDULE
    for stem, mark in ((OWN, "CUATA"), (OTHER, MARK)):
        file = station.campaigns / f"{stem}.yaml"
        text = COMMUNE.format(name="Xã", mark=mark)
        console.history.edit_file(file, replacing("", text), Author("Mai"), f"mới {mark}", action="commune.saved")
        schedule += BROADCAST.format(id=f"ban-{stem}", stem=stem)
        public = station.public / stem / "feed.xml"
        public.parent.mkdir(parents=True)
        public.write_text("<rss/>", "utf-8")
    history = console.history
    history.edit_file(station.schedule_file, lambda _old: schedule, Author("Mai"), f"lịch {MARK}", action="schedule.x")
    for stem, mark in ((OWN, "CUATA"), (OTHER, MARK)):
        id_ = broadcast = f"ban-{stem}"
        sha256 = bulletin(station, console, stem, id_, mark)
        message = f"khan-cap-20261128-10150{len(found)}"
        urgent = bulletin(station, console, stem, message, mark)
        console.forget()
        approved = console.bulletins.get(f"{stem}/{id_}")
        assert approved
        approve(station, console.store, approved.recording, f"Lãnh đạo {mark}", NOW)
        planned = NOW - datetime.timedelta(hours=1)
        row = NewRow(
            airing=f"{broadcast}@{planned:%Y-%m-%dT%H:%M:%SZ}", broadcast=broadcast, commune=stem, planned=planned
        )
        details = {"outcome": "missed", "reason": f"vì {mark}", "bulletin": f"{stem}/{id_}", "sha256": sha256}
        values = {name: getattr(row, name) for name in ("airing", "broadcast", "commune", "planned")} | details
        append_all(console.store, [NewRow(**values)], NOW)
        event = f"{row.airing} missed"
        raise_alarm(console.store, Alarm(event, "missed", f"hỏng {mark}", NOW), ())
        book.receive(station, console.store, stem, "question", f"Bao giờ {mark} có nước?", NOW, name=mark)
        number = console.jobs.add("build", f"Việc {mark}", {"communes": [stem]}, "Mai")
        found[stem] = {
            "stem": stem, "commune": stem, "id": id_, "broadcast": broadcast, "sha256": sha256, "message": message,
            "urgent": urgent, "event": event, "job": number, "output": f"loa-{stem}", "airing": row.airing,
            "piece": book.pieces(console.store, communes=frozenset({stem}))[0].number,
            "version": console.history.of(station.campaigns / f"{stem}.yaml", 1)[0]["id"],
        }  # fmt: skip
    monkeypatch.setattr(today, "_ANSWER", 0.0)  # nobody answers here
    lease = Lease(console.store, RealClock(), heartbeat=Timing().heartbeat, stale=Timing().stale)
    lease.keep(None)
    console.forget()
    yield found
    lease.give_back()


@pytest.fixture
def enter(log_in: LogIn, console: Console, names: dict[str, dict[str, Any]]) -> Callable[..., Browser]:
    """A browser of somebody with every role but the administrator's, who works for one commune."""

    return lambda commune: log_in(*EVERY, communes=frozenset({commune}))


def address(route: APIRoute, of: dict[str, Any]) -> str:
    """The route's path with the names of a commune's things."""
    path = route.path.replace("{stem}/{id_}", "{stem}/tin").replace("/history/{stem}/tin", "/history/{stem}/{version}")
    bulletin = of["message"] if path.startswith("/emergency") else of["id"]
    path = path.replace("/{name}/release", f"/{bulletin}/release").replace(
        "/emergency/{stem}/{name}", f"/emergency/{{stem}}/{bulletin}"
    )
    path = path.replace("{commune}/{name}", f"{{commune}}/{of['id']}").replace(
        "/broadcasts/{id_}", "/broadcasts/{broadcast}"
    )
    path = path.replace("/jobs/{id_}", "/jobs/{job}").replace(
        "/preview/{stem}/tin/{name}", "/preview/{stem}/tin/article.md"
    )
    path = path.replace("/outputs/{name}", "/outputs/{output}")
    given = {**of, "number": 0, "form": "csv", "id_": 987654, "engine": "espeak", "voice": "vi", "key": "rules"}
    given["number"] = of["piece"] if path.startswith("/feedback") else 0
    return re.sub(r"\{(\w+)\}", lambda found: str(given.get(found[1], "khong-co")), path)


def fields(of: dict[str, Any]) -> dict[str, Any]:
    """What forms ask for, all at once, about a commune's things."""
    day = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=3)
    return {
        "commune": of["stem"], "campaign": f"{of['stem']}/tin", "campaigns": "tin", "bulletin": f"{of['stem']}/{of['id']}",
        "on": of["output"], "output": of["output"], "volume": "33", "sha256": of["sha256"], "note": "Sửa lại.",
        "event": of["event"], "which": f"{of['broadcast']} {day}", "broadcast": of["broadcast"], "first": str(day),
        "last": str(day), "day": str(day + datetime.timedelta(days=1)), "hour": "18:00", "from": "17:00", "at": "18:30",
        "min": "5", "max": "10", "weeks": "1", "title": "Bài thêm vào", "template": "thong-bao", "as_of": "2026-11-02",
        "text": "Nước lên rất nhanh.", "word": "xã", "said": "xa", "remark": "0", "broadcasts": "1", "times": "1",
        "password": PASSWORD, "shown": "Bao giờ có nước?", "answer": "Ngày mai.", "name": "Tên", "body": "Câu khác.", "until": "",
    }  # fmt: skip


SKIPPED = {"/logout", "/today/events", "/account/password", "/stop", "/api/v1/stop"}
"""The first and third end the session, the second never ends; STOP has a test of its own in tests/actions."""
LAST = ("/withdraw", "/remove")
"""What takes away the things of which the others are."""


ELSEWHERE = {Act.STOP, Act.SEND_AGAIN, Act.TAKE_MESSAGE, Act.SIGN_MESSAGE, Act.REFUSE_MESSAGE}
"""What these two communes have nothing for: tests/actions/test_stop_of_a_commune.py, test_sent.py, test_inbox.py."""


def of_the_other(station: Workspace) -> list[object]:
    """All that there is of the other commune: its files, and the rows that name it or its things."""
    kept: list[object] = [
        (str(path), path.read_bytes()) for path in sorted(station.root.rglob("*"))
        if path.is_file() and (OTHER in str(path) or path == station.schedule_file)
    ]  # fmt: skip
    for file in (station.database, station.console_database):
        with closing(sqlite3.connect(file)) as connection:
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1"
            ).fetchall():
                rows = connection.execute(f"SELECT * FROM {name}").fetchall()
                kept += [(name, row) for row in rows if name != "audit" and (MARK in str(row) or OTHER in str(row))]
    return kept


def walk(browser: Browser, of: dict[str, Any], method: str) -> Iterator[tuple[str, Act, Any]]:
    sent = fields(of)
    for found, route, act in sorted(table(), key=lambda one: (one[1].path.endswith(LAST), one[1].path != "/week/move")):
        if found != method or route.path in SKIPPED:
            continue
        path, headers = address(route, of), {"accept": "application/json", "x-csrf-token": browser.csrf}
        if method == "GET":
            yield path, act, browser.get(path, headers=headers)
        elif path.startswith("/api/"):
            shapes: list[dict[str, Any]] = [
                {}, {"sha256": of["sha256"]}, {"sha256": of["sha256"], "note": "Sửa."}, {"volume": 33},
                {"bulletin": sent["bulletin"], "outputs": [of["output"]]}, {"event": of["event"]},
            ]  # fmt: skip
            for shape in shapes:
                content = json.dumps(shape)
                yield (
                    path,
                    act,
                    browser.post(path, content=content, headers={**headers, "content-type": "application/json"}),
                )
        else:
            data = sent | ({"sha256": of["urgent"]} if "/emergency/" in path else {})
            data |= {"from": data["first"]} if "/broadcasts" in path else {}
            yield path, act, browser.post(path, data=data, headers=headers)


def test_nothing_of_another_commune_is_shown_by_any_address(
    enter: Callable[..., Browser], names: dict[str, dict[str, Any]]
) -> None:
    browser = enter(OWN)
    for path, act, answer in walk(browser, names[OTHER], "GET"):
        assert answer.status_code < 500, path
        assert MARK not in answer.text.upper(), f"{path} shows what is another commune's"
        if OTHER not in path:
            assert OTHER not in answer.text, f"{path} names what is another commune's"
        if OTHER in path and OFFICES[act].touches is not Touches.PUBLIC:
            assert answer.status_code in {403, 404, 422}, f"{path}: {answer.status_code}"
    airing = names[OTHER]["airing"]
    for path in (
        f"/api/v1/requests?airing={airing}", "/week?zone=loa-gio-linh", f"/log?q={OTHER}", "/campaigns?q=gio",
        f"/week/broadcasts?broadcast={names[OTHER]['broadcast']}", f"/log/sound/{names[OTHER]['sha256']}.mp3",
        "/log/year", "/log/export.csv", "/publish?q=gio", f"/api/v1/bulletins?q={OTHER}", "/today/part",
        f"/week/move?broadcast={names[OTHER]['broadcast']}&first=2026-12-01&from=17:00",
        f"/emergency/{OTHER}/x?job={names[OTHER]['job']}", f"/emergency/{OWN}/x?job={names[OTHER]['job']}",
        f"/api/v1/airings?since={NOW.date()}", "/settings",
    ):  # fmt: skip
        answer = browser.get(path)
        assert answer.status_code < 500, path
        assert MARK not in answer.text.upper(), f"{path} shows what is another commune's"


def test_nothing_of_another_commune_is_changed_by_any_address(
    enter: Callable[..., Browser], names: dict[str, dict[str, Any]], station: Workspace
) -> None:
    browser, before = enter(OWN), of_the_other(station)
    for path, _act, answer in walk(browser, names[OTHER], "POST"):
        assert answer.status_code < 500, f"{path}: {answer.text}"
        assert MARK not in answer.text.upper(), f"{path} tells what is another commune's"
    assert of_the_other(station) == before


def test_the_own_commune_is_shown_and_changed(
    enter: Callable[..., Browser], names: dict[str, dict[str, Any]], station: Workspace
) -> None:
    """The same walks where it is allowed: what is found closed above is open for whose it is."""
    browser = enter(OTHER)
    shown = {act for _path, act, answer in walk(browser, names[OTHER], "GET") if MARK in answer.text.upper()}
    assert shown >= {
        Act.WATCH, Act.READ_PLAN, Act.READ_CAMPAIGN, Act.READ_RELEASE, Act.HEAR_BULLETIN, Act.READ_LOG, Act.READ_JOB,
        Act.READ_PUBLICATION, Act.WRITE_CAMPAIGN, Act.PLAN_BROADCAST, Act.WRITE_EMERGENCY, Act.RELEASE_EMERGENCY,
    }  # fmt: skip
    before = of_the_other(station)
    done = {act for _path, act, answer in walk(browser, names[OTHER], "POST") if answer.status_code in {200, 303}}
    assert done >= {
        Act.WRITE_CAMPAIGN, Act.MAKE_AUDIO, Act.CANCEL_JOB, Act.SEND_BACK, Act.WITHDRAW, Act.PLAN_BROADCAST,
        Act.WRITE_EMERGENCY, Act.RELEASE_EMERGENCY, Act.SET_VOLUME, Act.SELF_TEST, Act.CLEAR_ALARMS, Act.APPROVE,
        Act.LEAVE_OUT_AIRING, Act.ADD_AIRING,
    }  # fmt: skip
    assert of_the_other(station) != before
    changing = {
        act
        for method, _route, act in table()
        if method == "POST" and OFFICES[act].touches in {Touches.COMMUNE, Touches.OUTPUT}
    }  # fmt: skip
    assert changing - done == ELSEWHERE, "a new act: give the two communes what it is done to"
