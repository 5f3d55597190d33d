"""The calendar as a grid of hours and days: what is seen of each airing, and that two presses skip or move one."""

import datetime
import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loa.actions.offices import Role
from loa.schedule import Airing
from loa.store import asrun
from loa.web.context import Console
from loa.web.views.airings import Slot, airing_marks
from loa.web.views.grid import STEP, _boxes, work_ahead
from loa.workspace import Workspace
from tests.web.conftest import Browser, LogIn
from tests.web.rig import COMMUNE

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MONDAY = datetime.date(2027, 3, 1)
SCHEDULE = """\
timezone: Asia/Ho_Chi_Minh
outputs:
  xa: {kind: null, title: Loa trung tâm}
  dong: {kind: null, title: Loa thôn Đông}
rules:
  allowed: ["05:30-08:00", "16:30-19:00"]
  limits: [{on: dong, days: sun, hours: "05:30-06:00", max_volume: 0}]
broadcasts:
  - {id: sang, commune: ben-hai, campaigns: [don-ve-sinh], at: ["05:45"], length: {max: 10m}, on: [dong]}
  - {id: ve-sinh, commune: ben-hai, campaigns: [don-ve-sinh], days: [tue, fri], at: ["17:00"], length: {max: 30m}, on: [xa]}
  - {id: them, commune: ben-hai, campaigns: [don-ve-sinh], days: [fri], at: ["17:20"], length: {max: 20m}, on: [xa]}
"""
WEEK = f"/week?day={MONDAY}"


@pytest.fixture(autouse=True)
def small(station: Workspace) -> None:
    for path in station.campaigns.iterdir():
        path.unlink()
    (station.campaigns / "ben-hai.yaml").write_text(COMMUNE, "utf-8")
    station.schedule_file.write_text(SCHEDULE, "utf-8")


def boxes(page: str) -> list[tuple[str, str]]:
    """Class and text of every airing in a grid."""
    found = re.findall(r'<a class="(?:box|mini) ([^"]*)"[^>]*>(.*?)</a>', page, re.S)
    return [(classes, " ".join(re.sub("<[^>]+>", " ", text).split())) for classes, text in found]


def opened(browser: Browser, page: str, day: datetime.date, hour: str) -> str:
    """The page after a press on the airing of a day at an hour."""
    (address,) = re.findall(rf'href="([^"#]*day={day}&amp;[^"#]*open=[^"#]*)#open"[^>]*><b[^>]*>.</b>.*?{hour}', page)
    return browser.look(address.replace("&amp;", "&"))


def test_the_week_is_a_grid_of_the_hours_in_which_something_is_or_may_be(log_in: LogIn) -> None:
    page = log_in(Role.OFFICER).look(WEEK)
    assert re.findall(r'<th scope="row">([^<]+)<', page) == [
        "05:00",
        "06:00",
        "07:00",
        "08–16",
        *("16:00", "17:00", "18:00"),
    ]
    assert len(re.findall('class="ok s6 h6"', page)) == 7 * 2  # half past five, half past four
    assert len(re.findall('class="quiet', page)) == 0  # a place that must be quiet is shown where one looks at it
    assert len(re.findall('class="quiet s6 h6"', log_in(Role.OFFICER).look(f"{WEEK}&zone=dong"))) == 1
    found = boxes(page)
    assert len(found) == 7 + 2 + 1
    assert "warn s0 h6 n2 l0" in {classes for classes, _text in found}
    (other,) = [text for classes, text in found if classes == "warn s4 h4 n2 l1"]
    assert other.startswith("⚠ 17:20")
    assert "it will have to wait" in other


def test_the_day_and_the_month_show_the_same_airings(log_in: LogIn) -> None:
    browser, friday = log_in(Role.OFFICER), MONDAY + datetime.timedelta(days=4)
    day = browser.look(f"/week/day?day={friday}")
    assert [text.split()[1] for _c, text in boxes(day)] == ["05:45", "17:00", "17:20"]
    assert "Loa thôn Đông" in day
    month = browser.look(f"/week/month?day={friday}")
    assert month.count('class="date"') == 35  # whole weeks: March 2027 begins on a Monday, and April's first days
    assert len(boxes(month)) == 35 + 10 + 5
    assert f'href="/week/day?day={friday}&amp;zone=&amp;open=' in month
    assert f'href="/week/month?day={datetime.date(2027, 2, 28)}' in month
    assert f'href="/week/month?day={datetime.date(2027, 4, 1)}' in month


def test_what_people_open_first_is_worked_out_before_they_do(
    log_in: LogIn, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The month of 500 communes took 0.17 s after each change of the schedule."""
    browser = log_in(Role.OPERATOR)
    browser.look("/")
    for _second in range(8):
        work_ahead(console.airings)
    spans = len(console.airings._spans)
    work_ahead(console.airings)
    assert len(console.airings._spans) == spans

    def never(*_arguments: object, **_options: object) -> None:
        raise AssertionError("worked out while somebody waits")

    monkeypatch.setattr("loa.web.views.airings.airings", never)
    today = console.files.now().date()
    for path in ("/week", "/week/day", "/week/month", f"/week?day={today + datetime.timedelta(days=7)}"):
        browser.look(path)


def test_friday_is_skipped_and_taken_back_in_two_presses_each(log_in: LogIn, console: Console) -> None:
    """Issue 15, accept: skip Friday: 2 presses; from the month, too."""
    browser, friday = log_in(Role.OPERATOR), MONDAY + datetime.timedelta(days=4)
    for view in (WEEK, f"/week/month?day={friday}"):
        panel = opened(browser, browser.look(view), friday, "17:00")
        assert "Leave out this day" in panel
        back = re.findall(r'name="back" value="([^"]+)"', panel)[0]
        page = browser.submit("/week/leave-out", which=f"ve-sinh {friday}", back=back)
        assert any(text.startswith("– 17:00") for classes, text in boxes(page) if classes.startswith("off"))
        assert any("17:20" in text for classes, text in boxes(page) if "n1" in classes or "n2" in classes)
        panel = opened(browser, browser.look(view), friday, "17:00")
        browser.submit("/week/put-back", which=f"ve-sinh {friday}", back=back)
    schedule = console.files.plan().schedule
    assert schedule
    assert not any(b.except_ for b in schedule.broadcasts)


def test_an_airing_is_moved_from_the_grid_and_both_places_tell_so(log_in: LogIn) -> None:
    browser, friday = log_in(Role.OPERATOR), MONDAY + datetime.timedelta(days=4)
    panel = opened(browser, browser.look(WEEK), friday, "17:00")
    fields = dict(re.findall(r'name="(back|broadcast|first|from)" value="([^"]*)"', panel))
    saturday = friday + datetime.timedelta(days=1)
    page = browser.submit("/week/move", **fields, day=f"{saturday:%d/%m/%Y}", hour="17:30")
    found = [text for _c, text in boxes(page)]
    assert any(text.startswith("→ 17:00") and f"moved to 17:30 {saturday:%d/%m}" in text for text in found)
    assert any("17:30" in text and f"moved from 17:00 {friday:%d/%m}" in text for text in found)
    refused = browser.submit(
        "/week/move", 422, **fields | {"from": "05:45", "broadcast": "sang"}, day="5/3/2027", hour="21:00"
    )
    assert "The commune allows" in refused


def test_holidays_of_the_whole_station_are_one_form(log_in: LogIn, console: Console) -> None:
    browser = log_in(Role.OPERATOR)
    browser.look(WEEK)
    page = browser.submit("/week/leave-out", broadcast="*", first="01/03/2027", last="03/03/2027")
    assert sum(classes.startswith("off") for classes, _text in boxes(page)) == 3 + 1
    browser.submit("/week/undo")
    schedule = console.files.plan().schedule
    assert schedule
    assert not any(b.except_ for b in schedule.broadcasts)


def test_emergencies_and_what_was_played_by_hand_stand_where_they_were(log_in: LogIn, console: Console) -> None:
    at = datetime.datetime(2026, 3, 3, 21, 10, tzinfo=ZONE)
    about = {"commune": "ben-hai", "output": "xa", "planned": at, "started": at, "outcome": "aired"}
    end = at + datetime.timedelta(minutes=4)
    for n, (bulletin, priority) in enumerate(
        (("ben-hai/khan-cap-20260303-211000", "emergency"), ("ben-hai/x", "normal"))
    ):
        name = f"air:{bulletin}@2026-03-03T14:10:00Z-{n}"
        row = asrun.NewRow(airing=name, bulletin=bulletin, ended=end, details={"priority": priority}, **about)  # type: ignore[arg-type]
        asrun.append(console.store, row, at)
    browser = log_in(Role.OFFICER)
    for view in ("/week", "/week/day", "/week/month"):
        found = [text for _c, text in boxes(browser.look(f"{view}?day=2026-03-03")) if "21:10" in text]
        assert [text[0] for text in found] == ["‼", "✓"]
    assert "emergency message" in browser.look("/week/day?day=2026-03-03")
    assert "21:10" not in browser.look("/week/day?day=2026-03-03&zone=dong")
    elsewhere = log_in(Role.OFFICER, communes=frozenset({"gio-linh"}))
    assert "21:10" not in elsewhere.look("/week?day=2026-03-03")


def slot(minute: int, minutes: float, tone: str) -> Slot:
    local = datetime.datetime.combine(MONDAY, datetime.time(minute // 60, minute % 60), ZONE)
    airing = Airing(f"{minute}-{minutes}", "b", "c", "c/b", local, minutes, ("xa",), "normal")
    return Slot(airing, local, False, tone, (), "")


@given(
    st.lists(st.tuples(st.integers(0, 1439), st.floats(0, 240), st.sampled_from(["good", "warn"])), max_size=40),
    st.integers(2, 6),
)
def test_no_airing_hides_another_and_each_is_there_or_counted(given_: list[tuple[int, float, str]], lanes: int) -> None:
    slots = [slot(*one) for one in given_]
    found = _boxes(slots, lanes)
    assert sum(box.more or 1 for box in found) == len(slots)
    spans = [(box.lane, box.slot.local.hour * 60 + box.start * STEP, box.steps * STEP) for box in found if not box.more]
    for n, (lane, begins, length) in enumerate(spans):
        for other, start, long in spans[:n]:
            assert lane != other or begins >= start + long or start >= begins + length
    assert all(box.lane < box.lanes <= lanes for box in found)


def test_each_mark_has_a_meaning_of_its_own() -> None:
    signs = [sign for sign, _word in airing_marks().values()]
    assert len(set(signs)) == len(signs)
