"""The log's pages: the year by month, topic and commune."""

import datetime
import re
from typing import Any

import pytest

from loa.actions.offices import Office, Role
from loa.automation.notify import AlarmSender
from loa.store import asrun
from loa.store.alarms import Alarm, raising
from loa.store.asrun import NewRow, append_all
from loa.store.tables import logbook
from loa.web.context import Console
from loa.web.views import log as views
from loa.workspace import Workspace
from tests.web.conftest import LogIn

COMMUNE = """\
commune: {name: Bến Hải, kind: xã, province: Quảng Trị}
contact_desk: {name: UBND xã Bến Hải}
station: {}
campaigns:
  - {id: don, template: thong-bao, title: Vệ sinh, as_of: 2026-11-01, form: radio, body: [Dọn đường.]}
  - {id: muoi, template: sot-xuat-huyet, title: Sốt xuất huyết, as_of: 2026-11-01, form: radio}
"""
SCHEDULE = """\
timezone: Asia/Ho_Chi_Minh
outputs: {thu: {kind: null}}
broadcasts:
  - {id: ca-hai, commune: ben-hai, campaigns: [don, muoi], days: [tue], at: ["17:00"], length: {min: 1s, max: 15m}, on: [thu]}
"""


def test_an_airing_counts_for_its_month_its_commune_and_each_of_its_topics(
    log_in: LogIn, console: Console, station: Workspace
) -> None:
    (station.campaigns / "ben-hai.yaml").write_text(COMMUNE, "utf-8")
    station.schedule_file.write_text(SCHEDULE, "utf-8")
    # 18:00 UTC on 31 March is already April at the station
    for number, text in enumerate(("2026-03-31T18:00:00Z", "2026-04-07T10:00:00Z")):
        moment = datetime.datetime.fromisoformat(text)
        entry = NewRow(
            airing=f"a{number}", broadcast="ca-hai", commune="ben-hai", planned=moment,
            outcome="missed" if number else "aired",
        )  # fmt: skip
        asrun.append(console.store, entry, moment)
    page = log_in(Role.OFFICER).look("/log/year?year=2026")
    assert (
        rows(page)["Sốt xuất huyết"] == rows(page)["Thông báo tự soạn"] == rows(page)["xã Bến Hải"] == ["1", "1", "0"]
    )
    assert rows(page)["4"] == ["1", "1", "0"]
    assert rows(page)["3"] == ["0", "0", "0"]


def test_only_the_months_of_which_a_row_was_added_are_counted_again(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each row that was added made the page count the whole year: 7 s at a million rows."""
    counted: list[int] = []
    whole = views._counted

    def count(office: Office, first: datetime.datetime, *more: Any) -> Any:
        counted.append(first.month)
        return whole(office, first, *more)

    monkeypatch.setattr(views, "_counted", count)

    def months() -> tuple[set[int], dict[int, int]]:
        counted.clear()
        found = views.year(console.store, 2026, datetime.UTC)
        return set(counted), {month: counter.total() for month, counter in found.months.items() if counter}

    def add(number: int, month: int) -> None:
        planned = datetime.datetime(2026, month, 5, 10, tzinfo=datetime.UTC)
        asrun.append(console.store, NewRow(airing=f"a{number}", planned=planned, outcome="missed"), planned)

    add(1, 3)
    assert months() == (set(range(1, 13)), {3: 1})
    assert months() == (set(), {3: 1})
    add(2, 7)
    assert months() == ({7}, {3: 1, 7: 1})
    void = NewRow(asrun.CLOCK, details={asrun.VOID: {"rows": [1]}})
    now = datetime.datetime(2026, 8, 1, tzinfo=datetime.UTC)
    append_all(console.store, [void], now, together=[logbook.update().where(logbook.c.seq == 1).values(void=1)])
    assert months() == (set(range(1, 13)), {7: 1})


def test_the_report_of_a_month_is_a_page_and_three_files_of_the_persons_own_communes(
    log_in: LogIn, console: Console, station: Workspace
) -> None:
    (station.campaigns / "ben-hai.yaml").write_text(COMMUNE, "utf-8")
    station.schedule_file.write_text(SCHEDULE, "utf-8")
    moment = datetime.datetime(2026, 4, 7, 10, tzinfo=datetime.UTC)
    ended = moment + datetime.timedelta(minutes=10)
    about = {"planned": moment, "started": moment, "ended": ended, "outcome": "aired", "output": "thu"}
    asrun.append(console.store, NewRow(airing="a", broadcast="ca-hai", commune="ben-hai", **about), moment)
    asrun.append(console.store, NewRow(airing="b", commune="khac", **about), moment)
    browser = log_in(Role.OFFICER, communes=frozenset({"ben-hai"}))
    page = browser.look("/log/report?year=2026&month=4")
    assert "Disasters, rescue, fire, epidemics" in page
    assert "Sốt xuất huyết" in page
    for form, begins in (("xlsx", b"PK"), ("docx", b"PK"), ("json", b"{")):
        answer = browser.get(f"/log/report.{form}?year=2026&month=4")
        assert answer.content.startswith(begins)
    assert answer.json()["minutes"] == 10
    assert browser.get("/log/report.pdf?year=2026").status_code == 404
    assert browser.get("/log/report?year=2026&month=13").status_code == 404


def rows(page: str) -> dict[str, list[str]]:
    """The numbers of each row of the page's tables: aired, not aired, others."""
    found = re.findall(r'<th scope="row">([^<]+)(?:<svg.*?</svg>)?</th>(.*?)</tr>', page)
    return {name: re.findall(r">(\d+)</td>", cells) for name, cells in found}


NAMED = SCHEDULE.replace("{thu: {kind: null}}", "{thu-1: {kind: null, title: Loa thôn Đông}}").replace(
    "[thu]", "[thu-1]"
)


def test_the_log_and_the_alarms_speak_of_things_by_their_names_in_local_time(
    log_in: LogIn, console: Console, station: Workspace
) -> None:
    """Issue 15, fault 12: codes and UTC on the page; a search for the commune's name found nothing."""
    (station.campaigns / "ben-hai.yaml").write_text(COMMUNE, "utf-8")
    station.schedule_file.write_text(NAMED, "utf-8")
    moment = datetime.datetime(2026, 4, 7, 10, tzinfo=datetime.UTC)
    reason = "ca-hai@2026-04-07T10:00:00Z: loa thu-1"
    entry = NewRow(
        airing="ca-hai@2026-04-07T10:00:00Z", broadcast="ca-hai", commune="ben-hai", bulletin="ben-hai/ca-hai",
        output="thu-1", planned=moment, outcome="missed", reason=reason,
    )  # fmt: skip
    asrun.append(console.store, entry, moment)
    alarm = Alarm("ca-hai@2026-04-07T10:00:00Z missed", "missed", reason, moment)
    append_all(console.store, [], moment, together=raising(alarm, ()), seal=station.seal)
    browser = log_in(Role.OFFICER)
    told = "Vệ sinh, Sốt xuất huyết (xã Bến Hải), 17:00 07/04/2026: loa Loa thôn Đông"
    for word in ("Bến Hải", "ben hai", "sốt xuất", "thôn đông", "THON DONG"):
        page = browser.look(f"/log?q={word}")
        assert told in page, word
        assert "ca-hai" not in re.sub(r"<a [^>]*>", "", page)
        assert "thu-1" not in page
    assert "Nothing found" in browser.look("/log?q=Trung+Sơn")
    assert told in browser.look("/")


def test_an_alarm_is_mailed_in_words(console: Console, station: Workspace) -> None:
    (station.campaigns / "ben-hai.yaml").write_text(COMMUNE, "utf-8")
    station.schedule_file.write_text(NAMED, "utf-8")
    alarm = Alarm("e", "missed", "ca-hai@2026-04-07T10:00:00Z: thu-1", datetime.datetime.now(datetime.UTC))
    said = AlarmSender(console.store, station).in_words(alarm)
    assert said.message == "Vệ sinh, Sốt xuất huyết (xã Bến Hải), 17:00 07/04/2026: Loa thôn Đông"
    station.schedule_file.write_text("nothing: good", "utf-8")
    assert AlarmSender(console.store, station).in_words(alarm) == alarm  # without a schedule nothing has a name


def test_what_was_played_by_hand_is_counted_by_itself_and_by_its_name(
    log_in: LogIn, console: Console, station: Workspace
) -> None:
    """Issue 15, fault 13: it stood among the planned airings, and its topic was “khan-cap-20261127-225540”."""
    (station.campaigns / "ben-hai.yaml").write_text(COMMUNE, "utf-8")
    station.schedule_file.write_text(SCHEDULE, "utf-8")
    moment = datetime.datetime(2026, 4, 7, 10, tzinfo=datetime.UTC)
    played = {"air:ben-hai/khan-cap-1@2026-04-07T10:00:00Z-ab": "ben-hai/khan-cap-1", "ca-hai@x": "ben-hai/ca-hai"}
    for airing, bulletin in played.items():
        broadcast = None if airing.startswith("air:") else "ca-hai"
        entry = NewRow(
            airing=airing, broadcast=broadcast, commune="ben-hai", bulletin=bulletin, planned=moment, outcome="aired"
        )
        asrun.append(console.store, entry, moment)
    page = log_in(Role.OFFICER).look("/log/year?year=2026")
    assert "1 planned airing<" in page
    planned, by_hand = page.split('id="by-hand"')
    assert rows(planned)["4"] == rows(planned)["xã Bến Hải"] == ["1", "0", "0"]
    assert rows(by_hand) == {"Emergency messages": ["1", "0", "0"]}
    assert "khan-cap" not in page.replace("/emergency", "")


def test_days_are_typed_and_shown_as_people_write_them(log_in: LogIn, station: Workspace) -> None:
    browser = log_in(Role.OPERATOR)
    assert 'value="07/04/2026"' in browser.look("/log?since=7/4/2026")
    browser.look("/week")
    browser.submit("/week/leave-out", broadcast="ben-hai-dvc", first="1/12/2026", last="03/12/2026")
    assert "2026-12-01/2026-12-03" in station.schedule_file.read_text("utf-8")
    page = browser.submit("/week/leave-out", 422, broadcast="ben-hai-dvc", first="31/02/2026")
    assert "This is not a date. Write for example 22/11/2026." in page
    typed = {"broadcast": "ben-hai-dvc", "first": "03/12/2036", "last": "01/12/2036"}
    page = browser.submit("/week/leave-out", 422, **typed)  # eyes1, 27: a page of its own, and all was lost
    assert "The last day lies before the first one." in page.split('id="wrong-last"')[1][:99]
    assert 'value="03/12/2036"' in page
    assert '<option value="ben-hai-dvc" selected>' in page
    came = {"referer": "http://loa.test/week/broadcasts/ben-hai-dvc?x=1"}
    sent = {"csrf": browser.csrf, "broadcast": "khong-co", "first": "1/12/2036", "from": "17:00"}
    assert (
        'href="/week/broadcasts/ben-hai-dvc?x=1" data-back' in browser.post("/week/move", data=sent, headers=came).text
    )
    came = {"referer": "http://elsewhere.test/week"}
    assert "data-back" not in browser.post("/week/move", data=sent, headers=came).text
    assert 'type="date"' not in browser.look("/week") + browser.look("/week/new") + browser.look("/log")
