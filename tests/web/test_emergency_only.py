"""The emergency's way is for emergency messages, one airing each: no programme is signed or aired by it."""

import datetime
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from loa.actions.emergency import release_emergency
from loa.actions.offices import Role
from loa.actions.on_air import new_air_request, play
from loa.actions.silence import Stopped
from loa.automation.intervals import Timing
from loa.bulletin.manifest import Manifest
from loa.clock import RealClock
from loa.errors import RequestError
from loa.stop_file import CutAiring
from loa.store import approvals, requests
from loa.store.approvals import BulletinFile
from loa.store.lease import Lease
from loa.store.tables import requests as asked
from loa.web.context import Console
from loa.web.routes.today import cut_in_words
from loa.workspace import Workspace
from tests.approving import approve, as_emergency
from tests.web.conftest import PASSWORD, LogIn
from tests.web.rig import COMMUNE, SCHEDULE

PROGRAMME, MESSAGE = "ben-hai/ve-sinh", "ben-hai/khan-cap-20261128-101500"
NOW = datetime.datetime(2026, 11, 28, 3, 0, tzinfo=datetime.UTC)


def made(station: Workspace, id_: str) -> Path:
    path = station.bulletins / f"{id_}.mp3"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(f"the sound of {id_}".encode())
    as_emergency(path)
    return path


@pytest.fixture
def on_air(station: Workspace, console: Console) -> Console:
    """A station on air, with a programme that waits for a leader and an emergency message."""
    (station.campaigns / "ben-hai.yaml").write_text(COMMUNE, "utf-8")
    station.schedule_file.write_text(SCHEDULE, "utf-8")
    record = made(station, PROGRAMME).with_suffix(".json")
    Manifest.load(record).model_copy(update={"emergency": False}).save(record)
    made(station, MESSAGE)
    Lease(console.store, RealClock(), heartbeat=Timing().heartbeat, stale=Timing().stale).keep(None)
    return console


def bulletin(console: Console, id_: str) -> tuple[BulletinFile, str]:
    found = console.bulletins.get(id_)
    assert found
    assert found.sha256
    return found.recording, found.sha256


def wishes(console: Console) -> int:
    with console.store.read() as connection:
        return len(connection.execute(select(asked.c.id)).all())


def test_the_duty_role_neither_signs_nor_airs_a_programme_as_an_emergency(on_air: Console, log_in: LogIn) -> None:
    browser, (_file, sha256) = log_in(Role.DUTY), bulletin(on_air, PROGRAMME)
    sent = {"sha256": sha256, "on": "thu", "times": "1", "password": PASSWORD}
    page = browser.submit(f"/emergency/{PROGRAMME}/release", 422, **sent)
    assert "no emergency message" in page or "no such message" in page
    browser.look(f"/emergency/{PROGRAMME}", 422)
    assert approvals.all_approvals(on_air.store) == []
    assert wishes(on_air) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"emergency": False},
        {"emergency": None},  # of an earlier version: the name of a programme
        {"sha256": "0" * 64},  # of another sound
        {"id": MESSAGE},  # the record of another bulletin
    ],
)
def test_what_no_record_calls_an_emergency_is_none(
    on_air: Console, station: Workspace, change: dict[str, object]
) -> None:
    recording, sha256 = bulletin(on_air, PROGRAMME)
    record = recording.path.with_suffix(".json")
    Manifest.load(record).model_copy(update={"emergency": True, **change}).save(record)
    schedule = on_air.files.plan().schedule
    wish = new_air_request(schedule, bulletin=PROGRAMME, outputs=["thu"], by="Nam", now=True)
    with pytest.raises(RequestError, match="no emergency message"):
        release_emergency(station, on_air.store, wish, recording, sha256)
    assert approvals.all_approvals(on_air.store) == []


def test_a_message_of_an_earlier_version_can_still_be_released(on_air: Console, log_in: LogIn) -> None:
    recording, sha256 = bulletin(on_air, MESSAGE)
    record = recording.path.with_suffix(".json")
    Manifest.load(record).model_copy(update={"emergency": None}).save(record)
    browser = log_in(Role.DUTY)
    browser.submit(f"/emergency/{MESSAGE}/release", sha256=sha256, on="thu", times="2", password=PASSWORD)
    (wish,) = requests.to_play(on_air.store)
    assert isinstance(wish.request, requests.AirRequest)
    assert (wish.request.bulletin, wish.request.now, wish.request.times) == (MESSAGE, True, 2)


def test_a_released_message_is_not_played_once_more_as_a_programme(
    on_air: Console, station: Workspace, log_in: LogIn
) -> None:
    recording, _sha256 = bulletin(on_air, MESSAGE)
    approve(station, on_air.store, recording, "Nam", NOW)
    wish = new_air_request(on_air.files.plan().schedule, bulletin=MESSAGE, outputs=["thu"], by="Ba")
    with pytest.raises(RequestError, match="each airing"):
        play(station, on_air.store, wish)
    browser = log_in(Role.OPERATOR)
    assert "each airing" in browser.submit("/play", 422, bulletin=MESSAGE, on="thu")
    assert f'value="{MESSAGE}"' not in browser.look("/"), "it is not offered"
    recording, _sha256 = bulletin(on_air, PROGRAMME)
    approve(station, on_air.store, recording, "Nam", NOW)
    on_air.forget()
    page = browser.submit("/play", 422, bulletin=PROGRAMME)  # eyes1, 27: no loudspeaker ticked
    assert 'id="wrong-on"' in page.split('id="play"')[1]
    assert f'<option value="{PROGRAMME}" selected>' in page
    assert wishes(on_air) == 0


def test_a_false_alarm_that_was_stopped_is_taken_down_by_who_stops(on_air: Console, log_in: LogIn) -> None:
    """eyes1, 26 and 20: the board and the page to hear again kept showing it, and the answer to STOP was an id."""
    station = on_air.workspace
    recording, _sha256 = bulletin(on_air, MESSAGE)
    approve(station, on_air.store, recording, "Nam", datetime.datetime.now(datetime.UTC))
    on_air.forget()
    stranger, operator = log_in(), log_in(Role.OPERATOR)
    assert MESSAGE.partition("/")[2] in stranger.look("/nghe/ben-hai")
    page = operator.look("/")
    assert f'action="/emergency/{MESSAGE}/take-down"' in page
    assert "take-down" not in log_in(Role.EDITOR).look("/"), "whoever may not stop it does not see the button"
    with_title = on_air.monitor.title_of(MESSAGE)
    assert f"Taken down: “{with_title}”" in operator.submit(f"/emergency/{MESSAGE}/take-down")
    assert approvals.approved(on_air.store, MESSAGE, recording.sha256) is None
    assert MESSAGE.partition("/")[2] not in stranger.look("/nghe/ben-hai")
    assert "take-down" not in operator.look("/")
    assert [row["action"] for row in on_air.audit.read(word="emergency.taken-down")] == ["emergency.taken-down"]
    operator.submit(f"/emergency/{PROGRAMME}/take-down", 422)


def test_the_answer_to_stop_names_what_was_cut_and_where(on_air: Console) -> None:
    """eyes1, 20: “Đã cắt: air:ben-hai/khan-cap-20261128-223618@2026-11-28T15:37:13Z-d783b8ce trên tram-xa …”."""
    text = SCHEDULE.replace("{kind: sound-card", "{title: Loa thôn Đông, kind: sound-card")
    on_air.workspace.schedule_file.write_text(text, "utf-8")
    on_air.forget()
    one = CutAiring(f"air:{MESSAGE}@2026-11-28T15:37:13Z-d783b8ce", MESSAGE, ("loa-xa",), sounded=True)
    (told,) = cut_in_words(on_air, Stopped("stopped", (one,)))
    assert told == f"Stopped “{on_air.monitor.title_of(MESSAGE)}” on Loa thôn Đông."


def test_the_words_of_a_template_come_into_the_form_with_the_time_of_issue(log_in: LogIn) -> None:
    duty = log_in(Role.DUTY)
    assert "Bão, áp thấp nhiệt đới" in duty.look("/emergency")
    page = duty.look("/emergency?of=ben-hai&hazard=lu&where=thôn Đông&what=alert&drill=1")
    words = page[page.index("<textarea") : page.index("</textarea>")]
    assert words.count("Đây là diễn tập.") == 2
    assert words.count("Nước lũ đang lên nhanh ở thôn Đông.") == 2, "the gist first, and twice"
    assert re.search(r"thông báo lúc \d+ giờ", words)
    clear = duty.look("/emergency?of=ben-hai&hazard=lu&what=over")
    assert "Hết báo động. Nước lũ đã rút." in clear
    assert "Đây là diễn tập." not in clear
