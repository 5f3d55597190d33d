"""Today: how loud each loudspeaker is, how it is getting on, and what an operator may do about it."""

import datetime
import re
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest

from loa import sample
from loa.actions.offices import Role
from loa.actions.on_air import new_reserved_talk
from loa.errors import RequestError
from loa.store import requests
from loa.store.alarms import Alarm
from loa.store.asrun import NewRow, append
from loa.store.database import stamp
from loa.store.tables import outputs
from loa.web.context import Console
from loa.web.pages import fragment
from loa.web.views import bulletins
from loa.workspace import Workspace
from tests.raising import raise_alarm
from tests.web.conftest import LogIn, yaml_of

SCHEDULE = """\
timezone: Asia/Ho_Chi_Minh
outputs:
  loa-xa: {kind: sound-card, device: default, volume: 80}  # trên cột điện
  thu: {kind: null}
  tat-ca: {kind: group, outputs: [loa-xa, thu]}
broadcasts: []
"""
NOW = datetime.datetime(2026, 11, 22, 10, 0, tzinfo=datetime.UTC)


def volume_of(station: Workspace, name: str) -> object:
    return yaml_of(station.schedule_file)["outputs"][name].get("volume")  # type: ignore[index]


def test_a_volume_is_set_turned_and_taken_back(log_in: LogIn, station: Workspace) -> None:
    station.schedule_file.write_text(SCHEDULE, "utf-8")
    operator = log_in(Role.OPERATOR)
    operator.look("/")
    assert "loa-xa: volume 65 %" in operator.submit("/volume", output="loa-xa", volume="65")
    operator.submit("/volume", output="loa-xa", volume="65", to="75")
    assert volume_of(station, "loa-xa") == 75
    assert "# trên cột điện" in station.schedule_file.read_text("utf-8")
    operator.submit("/week/undo", back="/")
    assert volume_of(station, "loa-xa") == 65
    operator.submit("/volume", 422, output="loa-xa", volume="201")
    operator.submit("/volume", 422, output="khong-co", volume="10")
    assert volume_of(station, "loa-xa") == 65


def test_programs_turn_a_volume_too_and_see_how_the_outputs_are(
    log_in: LogIn, station: Workspace, console: Console
) -> None:
    station.schedule_file.write_text(SCHEDULE, "utf-8")
    operator = log_in(Role.OPERATOR)
    token = console.sessions.make_token(console.accounts.all()[0], "t", frozenset({Role.OPERATOR}), 1)
    operator.cookies.clear()
    bearer = {"authorization": f"Bearer {token}"}
    answer = operator.post("/api/v1/outputs/loa-xa/volume", json={"volume": 40}, headers=bearer)
    assert answer.json() | {"name": "loa-xa", "volume": 40} == answer.json()
    assert volume_of(station, "loa-xa") == 40
    assert [o["name"] for o in operator.get("/api/v1/outputs", headers=bearer).json()] == ["loa-xa", "thu", "tat-ca"]


def test_a_loudspeaker_in_trouble_is_told_in_words_with_its_error(
    log_in: LogIn, station: Workspace, console: Console
) -> None:
    station.schedule_file.write_text(SCHEDULE, "utf-8")
    row = {"output": "loa-xa", "place": 0, "state": "failing", "since": stamp(NOW), "error": "dây bị rút"}
    with console.store.write() as connection:
        connection.execute(outputs.insert(), [row])
    page = log_in(Role.EDITOR).look("/")
    assert "not known: the station is not on air" in page
    assert "dây bị rút" in page
    assert "17:00 22/11/2026" in page
    assert 'action="/volume"' not in page


def test_alarms_are_acknowledged_one_by_one_or_all_together(log_in: LogIn, console: Console) -> None:
    for number in range(3):
        raise_alarm(console.store, Alarm(f"e{number}", "output", f"loa số {number} hỏng", bulletins.now()), ())
    operator = log_in(Role.OPERATOR)
    assert operator.look("/").count("A loudspeaker does not work") == 3
    page = operator.submit("/alarms/clear", event="e1")
    assert "loa số 1 hỏng" not in page
    assert "loa số 2 hỏng" in page
    assert "A loudspeaker does not work" not in operator.submit("/alarms/clear")


def test_two_stations_in_one_process_keep_their_own_time(tmp_path: Path) -> None:
    """The time zone was a global of the module that formats: whoever read a schedule last set it for all."""
    zones = ("Asia/Ho_Chi_Minh", "Pacific/Kiritimati")
    sent_back = SimpleNamespace(returned={"who": "Lan", "note": "", "at": NOW.isoformat()})
    shown = []
    with ExitStack() as opened:
        consoles = []
        for zone in zones:
            station = sample.copy(tmp_path / zone)
            text = station.schedule_file.read_text("utf-8")
            station.schedule_file.write_text(text.replace("Asia/Ho_Chi_Minh", zone), "utf-8")
            consoles.append(Console.open(station))
            opened.callback(consoles[-1].store.close)
            opened.callback(consoles[-1].database.close)
            assert consoles[-1].files.plan().schedule
        for console in consoles:
            part = fragment(console, "part-returned.html", returned=[sent_back])
            shown += re.findall(r"\d\d:\d\d \d\d/\d\d/\d{4}", part)
    assert shown == ["17:00 22/11/2026", "00:00 23/11/2026"]


def test_the_queue_stands_beside_stop_and_after_a_stop_the_page_offers_the_rest(
    log_in: LogIn, station: Workspace, console: Console
) -> None:
    """What was asked for and is not heard yet is told where STOP is; what a STOP cut, with a way to go on."""
    station.schedule_file.write_text(SCHEDULE, "utf-8")
    now = datetime.datetime.now(datetime.UTC)
    wish = {"airing": "air:tin@1", "bulletin": "ben-hai/tin", "outputs": ["thu"], "by": "Chị Hoa"}
    requests.ask(console.store, requests.make_request(requests.AirRequest, wish), now)
    one = {"airing": "tin@1", "bulletin": "ben-hai/tin", "outputs": ["thu"]}
    cut = [{**one, "sounded": True}, {**one, "airing": "tin@2", "bulletin": "ben-hai/hai", "sounded": False}]
    append(console.store, NewRow("stop", reason="stopped by Anh Nam", details={"request": 0, "cut": cut}), now)
    page = log_in(Role.OPERATOR).look("/")
    queue = page[page.index('id="queue"') :]
    assert "ben-hai/tin" in queue[: queue.index("</ul>")]
    assert "The station does not answer." in queue[: queue.index("</ul>")]
    (told,) = console.monitor.now(0).event()["receipts"]
    assert told["text"].startswith("The station does not answer."), "what the notice of the receipt says from now on"
    append(
        console.store,
        NewRow(airing="air:tin@1", outcome="aired", planned=now, started=now),
        now,
        seal=console.workspace.seal,
    )
    (told,) = console.monitor.now(0).event()["receipts"]
    assert (told["text"], told["good"]) == ("Over: aired.", True)
    stopped = page[page.index('id="stopped"') :]
    assert "stopped by Anh Nam" in stopped
    assert "ben-hai/hai" in stopped
    assert 'action="/stop/rest"' not in page, "no station runs"
    operator = log_in(Role.OPERATOR)
    operator.look("/")
    assert "not running" in operator.submit("/stop/rest", 422)


def test_a_programme_that_waits_for_a_speaker_is_shown_to_who_may_speak(
    log_in: LogIn, station: Workspace, console: Console
) -> None:
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=5)
    noon = soon.replace(second=0, microsecond=0)
    station.schedule_file.write_text(
        "timezone: UTC\noutputs: {thu: {kind: null}}\nbroadcasts:\n"
        f"  - {{id: noi, commune: trung-son, also: ['{noon:%Y-%m-%d %H:%M}'], on: [thu], length: {{max: 15m}}, "
        "items: [{kind: microphone, title: Trả lời dân, speaker: ông An}]}\n",
        "utf-8",
    )
    leader = log_in(Role.LEADER)
    assert f"{noon:%H:%M}, at the microphone: Trả lời dân (ông An)" in leader.look("/")
    assert "waits for ông An at the microphone" in leader.look(f"/week?day={noon.date()}")
    airing = f"noi@{noon:%Y-%m-%dT%H:%M:%SZ}"
    assert f'<option value="{airing}" selected>' in leader.look("/live")
    assert "at the microphone:" not in log_in(Role.OFFICER).look("/")
    file = console.files.commune("trung-son")
    assert file
    assert file.commune
    about = {"by": "Lan", "port": 9, "secret": "x" * 16}
    plan = console.files.plan().schedule
    with pytest.raises(RequestError, match="a minute before"):
        new_reserved_talk(station, plan, console.store, commune=file.commune, airing=airing, **about)  # type: ignore[arg-type]
    with pytest.raises(RequestError, match="any more"):
        new_reserved_talk(station, plan, console.store, commune=file.commune, airing="noi@x", **about)  # type: ignore[arg-type]
