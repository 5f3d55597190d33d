"""What people who saw the console for the first time stumbled over."""

import datetime
from pathlib import Path

import pytest

from loa import sample
from loa.actions.offices import Role
from loa.actions.receipts import Receipt, receipt_text
from loa.campaign import load_commune
from loa.web.context import Console
from loa.web.routes import today
from loa.web.routes.campaigns import has_letters
from loa.workspace import Workspace
from tests.approving import sign_articles
from tests.web.conftest import LogIn
from tests.web.rig import COMMUNE

DAY = datetime.date(2036, 12, 2)  # a Tuesday
TUESDAY = f"{DAY:%d/%m/%Y}"
TEXT = "Chiều thứ ba, mời bà con thôn Đông họp tại nhà văn hoá thôn. Đề nghị bà con đến đúng giờ."


@pytest.fixture
def station(tmp_path: Path) -> Workspace:
    station = sample.new_station(tmp_path / "Đài mới")
    (station.campaigns / "ben-hai.yaml").write_text(COMMUNE, "utf-8")
    return station


def send(browser: object, number: int, hour: str, day: str = TUESDAY, status: int = 303, text: str = TEXT) -> str:
    return browser.submit(  # type: ignore[attr-defined, no-any-return]
        "/notice", status, text=f"Thông báo số {number}.\n{text}", day=day, hour=hour, on="tram-xa", draft="1"
    )


def test_whoever_plans_is_told_when_and_where_and_what_is_pushed_out(
    log_in: LogIn, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stops 6, 8, 10, 12, 13, 14: a new programme took a signed notice off the air, and nobody was told."""
    browser = log_in(Role.OFFICER)
    browser.look("/notice")
    page = send(browser, 1, "17:40")
    assert f"Thông báo số 1: a place is kept at 17:40, {TUESDAY}, on Loa tại đài" in page
    assert "It is kept" not in page
    send(browser, 2, "06:30")
    assert "it is sent by" not in send(browser, 3, "12:00", status=422)
    assert "nobody may send one yet" in send(browser, 3, "12:00", status=422)
    log_in(Role.DUTY, name="hung")
    assert "it is sent by Hung" in send(browser, 3, "12:00", status=422)
    assert "thứ năm" in send(browser, 4, "06:35", text="Sáng thứ năm ngày 2/12/2036, mời bà con họp tại nhà văn hoá.")

    noon = datetime.datetime(2036, 12, 1, 12, tzinfo=console.files.zone)
    monkeypatch.setattr("loa.web.views.files.StationFiles.now", lambda _files: noon)
    plan = {"campaign": "ben-hai/don-ve-sinh", "days": "tue", "weeks": "1", "max": "5", "on": "tram-xa"}
    page = browser.submit("/week/broadcasts", 422, **plan, at="05:40", until="31/11/2036")
    assert 'id="wrong-until"' in page
    assert "schedule.yaml" not in page.split('id="wrong-until"')[1][:300]
    page = browser.submit("/week/broadcasts", **plan, at="05:40", until="31/12/2036")
    assert "Thông báo số 1 (xã Bến Hải)” is not aired at 17:40 02/12/2036 any more: session number 3 of the day" in page
    schedule = console.files.plan().schedule
    assert schedule
    late = {"broadcast": schedule.broadcasts[0].id, "day": "01/12/2036", "hour": "06:00"}
    assert "This moment is over." in browser.submit("/week/extra", 422, **late)


def test_what_is_played_by_hand_outside_the_hours_is_asked_about(
    log_in: LogIn, station: Workspace, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stop 4; stop 18: whoever signs is told when and where it is heard."""
    sign_articles(station, console.store, load_commune(station, "ben-hai"))
    browser = log_in(Role.OPERATOR)
    for hour, asks in ((22, True), (17, False)):
        moment = datetime.datetime(2036, 12, 2, hour, tzinfo=console.files.zone)
        monkeypatch.setattr("loa.web.views.files.StationFiles.now", lambda _files, moment=moment: moment)
        page = browser.look("/")
        assert ('name="outside" value="1" required' in page) == asks
        assert ("outside the hours that the commune allows (05:30-08:00, 16:30-19:00)" in page) == asks
    assert today._outside_hours(console) == ""


def test_the_leader_sees_when_and_where_it_is_on_air(log_in: LogIn, station: Workspace, console: Console) -> None:
    """Stop 18."""
    sign_articles(station, console.store, load_commune(station, "ben-hai"))
    officer, leader = log_in(Role.OFFICER), log_in(Role.LEADER)
    assert "No airing of it is planned" in leader.look("/release/ben-hai/don-ve-sinh")
    officer.look("/week/new")
    soon = datetime.datetime.now(console.files.zone) + datetime.timedelta(days=2)
    plan = {"campaign": "ben-hai/don-ve-sinh", "weeks": "1", "max": "5", "on": "tram-xa", "at": "17:00"}
    officer.submit("/week/broadcasts", **plan, **{"from": f"{soon:%d/%m/%Y}", "until": f"{soon:%d/%m/%Y}"})
    (broadcast,) = console.files.plan().schedule.broadcasts  # type: ignore[union-attr]
    id_ = f"ben-hai/{broadcast.bulletin_name(None)}"
    (station.bulletins / f"{id_}.mp3").write_bytes(b"a sound")
    console.bulletins.forget()
    page = leader.look(f"/release/{id_}").split("On air:")[1][:160]
    assert f"{soon:%d/%m/%Y}" in page
    assert "17:00" in page
    assert "Loa tại đài" in page


def test_a_receipt_tells_who_is_silent() -> None:
    """Stop 21."""
    now = datetime.datetime(2026, 11, 28, tzinfo=datetime.UTC)

    def told(*silent: str) -> str:
        why = tuple((name, "đứt dây") for name in silent)
        return receipt_text(Receipt(1, "a", "ben-hai/x", ("loa-a", "loa-b"), "Lan", now, "sounding", None, "", why))

    assert "On air on loa-a." in told("loa-b")
    assert "nobody hears it" in told("loa-a", "loa-b")


def test_what_is_missing_or_odd_is_told_in_the_words_of_the_form(
    log_in: LogIn, station: Workspace, console: Console
) -> None:
    """Stops 7, 15, 16, 17, 34: keys of the file, letters in a telephone number, an empty first day."""
    browser = log_in(Role.OFFICER)
    page = browser.look("/")
    assert "Write the first notice" in page
    assert "Đài truyền thanh xã Bến Hải" in page
    browser.look("/campaigns")
    page = browser.submit(
        "/campaigns", commune="ben-hai", template="cup-nuoc", title="Cúp nước thôn Một", as_of="2026-11-01"
    )
    missing = "Still to be filled in: Đơn vị cấp nước thông báo, Ngày ngừng cấp nước, Từ giờ, Đến giờ, Khu vực"
    assert missing in page
    assert "facts:" not in page
    fields = {"text": "Mời họp thôn.\nMời bà con họp lúc 19 giờ ngày 4/12/2036.", "hour": "17:00", "on": "tram-xa"}
    browser.look("/notice")
    page = browser.submit("/notice", **fields, day=TUESDAY, days="thu", until="31/12/2036", draft="1")
    assert "The text speaks of 04/12/2036" in page
    page = browser.submit("/notice", **fields, day=TUESDAY, days="fri", until="04/12/2036", draft="1")
    assert "The text speaks of" not in page

    odd = {"0233.abc": True, "0233 3825 119, máy lẻ 12": False, "0233.3825.119 hoặc 0912 345 678": False}
    assert {number: has_letters(number) for number in odd} == odd
