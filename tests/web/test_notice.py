"""+ Thông báo: from a text to the leader's queue on one page, on a station that has only its commune."""

import datetime
import re
from pathlib import Path

import pytest

from loa import sample
from loa.actions.offices import Role
from loa.campaign.authoring import commune_draft
from loa.reference import places
from loa.web.context import Console
from loa.web.routes import notice
from loa.workspace import Workspace
from tests.web.conftest import LogIn, yaml_of

TEXT = "Chiều nay 17 giờ 30, mời bà con thôn Đông họp tại nhà văn hoá thôn. Đề nghị bà con đến đúng giờ."


@pytest.fixture
def station(tmp_path: Path) -> Workspace:
    made = sample.new_station(tmp_path / "Đài mới")
    today = datetime.date(2026, 11, 1)
    (unit,) = places.communes("Bến Hải", today, "Quảng Trị")
    (made.campaigns / "ben-hai.yaml").write_text(commune_draft(unit, today).text, "utf-8")
    return made


def filled(page: str) -> dict[str, str]:
    """What the form holds before anybody types: day, hour, last day, and the loudspeakers that are ticked."""
    fields = dict(re.findall(r'<input id="f-(day|hour|until)" [^>]*value="([^"]+)"', page))
    return {**fields, "on": re.findall(r'name="on" value="([^"]+)" checked', page)}  # type: ignore[dict-item]


def test_an_urgent_notice_is_one_field_and_two_presses(log_in: LogIn, station: Workspace, console: Console) -> None:
    """Issue 15: it took 10 presses, 7 fields and 8 pages. Open the page (1), type the text, send it (2)."""
    browser = log_in(Role.OFFICER)
    assert 'href="/notice"' in browser.look("/")
    given = filled(browser.look("/notice"))
    assert given["on"] == ["tram-xa"]
    page = browser.submit("/notice", text=TEXT, **given)
    assert "Chiều nay 17 giờ 30" in page
    assert not console.bulletins.marked()  # nothing of it is a draft: it was sent
    (broadcast,) = yaml_of(station.schedule_file)["broadcasts"]  # type: ignore[misc]
    day = "-".join(reversed(given["day"].split("/")))  # 28/11/2026 on the page, 2026-11-28 in the file
    assert (broadcast["from"], broadcast["until"]) == (day, day)
    assert broadcast["length"] == {"max": "5m"}  # a short notice stays short
    (job,) = console.jobs.living()
    assert job.arguments["campaigns"] == broadcast["campaigns"]


def test_twice_a_week_to_the_end_of_the_year(log_in: LogIn, station: Workspace, console: Console) -> None:
    """Two fields: the text, the days of the week; hour and last day are there already."""
    browser = log_in(Role.OFFICER)
    given = filled(browser.look("/notice"))
    browser.submit("/notice", text=TEXT, **{**given, "days": ["tue", "fri"]}, draft="1")
    (broadcast,) = yaml_of(station.schedule_file)["broadcasts"]  # type: ignore[misc]
    assert (broadcast["days"], broadcast["until"]) == (["tue", "fri"], f"{given['day'][-4:]}-12-31")
    assert len(console.bulletins.marked()) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"text": ""}, "text"),
        ({"hour": "12:00"}, "hour"),
        ({"hour": "25"}, "hour"),
        ({"day": "2020-01-01"}, "hour"),
        ({"on": []}, "on"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_kept(
    log_in: LogIn, station: Workspace, wrong: dict[str, object], field: str
) -> None:
    browser = log_in(Role.OFFICER)
    given = filled(browser.look("/notice"))
    before = [station.schedule_file.read_text("utf-8"), (station.campaigns / "ben-hai.yaml").read_text("utf-8")]
    page = browser.submit("/notice", 422, **{"text": TEXT, **given, **wrong})
    assert f'id="wrong-{field}"' in page
    if field != "text":
        assert "thôn Đông" in page
    assert before == [station.schedule_file.read_text("utf-8"), (station.campaigns / "ben-hai.yaml").read_text("utf-8")]


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        ("2026-11-28 09:00", "2026-11-28 16:30"),
        ("2026-11-28 17:05", "2026-11-28 17:30"),
        ("2026-11-28 21:00", "2026-11-29 05:30"),
    ],
)
def test_the_form_begins_with_the_next_moment_that_is_allowed(
    console: Console, now: str, slot: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = _offered(console, now, monkeypatch)
    assert f"{found:%Y-%m-%d %H:%M}" == slot


def _offered(console: Console, now: str, monkeypatch: pytest.MonkeyPatch) -> datetime.datetime:
    schedule = console.files.plan().schedule
    assert schedule
    moment = datetime.datetime.fromisoformat(now).replace(tzinfo=schedule.timezone)
    monkeypatch.setattr(console.files, "now", lambda: moment)
    return notice._next_slot(console, schedule, "ben-hai")


def test_each_notice_is_offered_a_moment_of_its_own(
    log_in: LogIn, station: Workspace, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two notices were offered the same hour, and the second had to wait; what the rules would leave out is refused."""
    browser, found = log_in(Role.OFFICER), []
    assert "Loa tại đài" in browser.look("/notice")
    for number in range(7):
        first = _offered(console, "2036-11-28 09:00", monkeypatch)
        found.append(f"{first:%d %H:%M}")
        given = {"day": f"{first:%d/%m/%Y}", "hour": f"{first:%H:%M}", "on": "tram-xa"}
        browser.submit("/notice", text=f"Thông báo số {number}.\n{TEXT}", draft="1", **given)
        monkeypatch.undo()
    # two sessions a day, a session of at most 15 minutes
    assert found == [
        *("28 16:30", "28 16:35", "28 16:40", "28 16:50", "28 16:55", "28 17:00"),
        "29 05:30",
    ]
    third = {"day": "28/11/2036", "hour": "18:00", "on": "tram-xa"}
    page = browser.submit("/notice", 422, text=f"Một thông báo nữa.\n{TEXT}", **third)
    assert "session number 3 of the day" in page
