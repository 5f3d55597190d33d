import datetime

import pytest

from loa.actions.offices import Role
from loa.schedule import wording
from loa.web.context import Console
from loa.web.views.airings import turns_on
from loa.workspace import Workspace
from tests.web.conftest import Browser, LogIn, yaml_of

TURNS = """\
timezone: Asia/Ho_Chi_Minh
outputs: {thu: {kind: null}, loa: {kind: null}}
broadcasts:
  - id: luan-phien
    commune: ben-hai
    campaigns: [dich-vu-cong-truc-tuyen, hai, ba]
    rotate: true
    days: [t3, t6]  # chú thích
    at: ["05:45", "17:00"]
    from: 2026-12-01
    length: {min: 90s, max: 15m}
    on: [thu]
"""
PATH = "/week/broadcasts/luan-phien"


@pytest.fixture
def planner(log_in: LogIn, station: Workspace) -> Browser:
    """A planner at a station where three campaigns take turns."""
    path = station.campaigns / "ben-hai.yaml"
    more = "".join(
        f'  - {{id: {id_}, template: thong-bao, title: Tin {id_}, as_of: 2026-11-01, body: ["Tin {id_}."]}}\n'
        for id_ in ("hai", "ba")
    )
    path.write_text(path.read_text("utf-8").rstrip() + "\n" + more, "utf-8")
    station.schedule_file.write_text(TURNS, "utf-8")
    browser = log_in(Role.OPERATOR)
    browser.look("/week")
    return browser


def turns(console: Console, day: int | datetime.date) -> dict[str, str | None]:
    date = datetime.date(2026, 12, day) if isinstance(day, int) else day
    found = turns_on(console.files.plan().schedule, "luan-phien", date)
    return {f"{moment:%H:%M}": campaign for moment, campaign in found.items()}


def test_a_moved_airing_keeps_the_campaign_whose_turn_it_was(planner: Browser, console: Console) -> None:
    assert turns(console, 1) == {"05:45": "dich-vu-cong-truc-tuyen", "17:00": "hai"}
    moved = {"broadcast": "luan-phien", "first": "2026-12-01", "from": "17:00", "day": "2026-12-02", "hour": "16:45"}
    planner.submit("/week/move", **moved)
    assert turns(console, 1) == {"05:45": "dich-vu-cong-truc-tuyen"}
    assert turns(console, 2) == {"16:45": "hai"}
    assert turns(console, 4) == {"05:45": "ba", "17:00": "dich-vu-cong-truc-tuyen"}
    again = {"broadcast": "luan-phien", "first": "2026-12-02", "from": "16:45", "day": "2026-12-03", "hour": "18:00"}
    planner.submit("/week/move", **again)
    assert turns(console, 3) == {"18:00": "hai"}
    assert turns(console, 2) == {}


def test_what_is_not_planned_cannot_be_moved(planner: Browser, station: Workspace) -> None:
    moved = {"broadcast": "luan-phien", "first": "2026-12-01", "from": "18:00", "day": "2026-12-02", "hour": "16:45"}
    planner.submit("/week/move", 422, **moved)
    assert station.schedule_file.read_text("utf-8") == TURNS


def test_once_more_names_the_campaign_where_they_take_turns(planner: Browser, console: Console) -> None:
    assert 'value="luan-phien ba"' in planner.look("/week")
    coming = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(days=366)
    coming += datetime.timedelta(days=(2 - coming.weekday()) % 7)  # a Wednesday: nothing else is on air
    planner.submit("/week/extra", broadcast="luan-phien ba", day=str(coming), hour="17:30")
    assert turns(console, coming) == {"17:30": "ba"}


SENT = {
    "campaigns": ["dich-vu-cong-truc-tuyen", "hai", "ba"],
    "rotate": "1",
    "days": ["tue", "fri"],
    "weeks": "1",
    "at": "05:45, 17:00",
    "from": "2026-12-01",
    "until": "",
    "min": "1,5",
    "max": "15",
    "on": ["thu"],
}


def test_a_form_sent_back_as_it_was_changes_nothing(planner: Browser, station: Workspace) -> None:
    page = planner.look(PATH)
    assert 'value="1,5"' in page
    planner.submit(PATH, **SENT)
    assert station.schedule_file.read_text("utf-8") == TURNS


def test_days_campaigns_and_loudspeakers_change_and_the_rest_stays(planner: Browser, station: Workspace) -> None:
    changed = {**SENT, "days": ["tue"], "campaigns": ["ba", "hai"], "on": ["thu", "loa"], "weeks": "2", "rotate": ""}
    planner.submit(PATH, **changed)
    found = yaml_of(station.schedule_file)["broadcasts"][0]  # type: ignore[index]
    assert (found["days"], found["campaigns"], found["on"]) == (["tue"], ["hai", "ba"], ["thu", "loa"])
    assert found["every_weeks"] == 2
    assert "rotate" not in found
    assert "# chú thích" in station.schedule_file.read_text("utf-8")


def test_what_is_refused_stands_in_the_form_again_with_the_reason(planner: Browser, station: Workspace) -> None:
    page = planner.submit(PATH, 422, **{**SENT, "from": "2/1/2027", "until": "2027-01-01"})
    assert 'value="2/1/2027"' in page  # as it was typed
    assert 'value="01/01/2027"' in page  # as people write it
    assert 'id="wrong-until"' in page
    assert 'id="wrong-from"' in planner.submit(PATH, 422, **{**SENT, "from": ""})
    page = planner.submit(PATH, 422, **{**SENT, "at": "25:00"})
    assert 'id="wrong-at"' in page
    assert station.schedule_file.read_text("utf-8") == TURNS


def test_a_rule_is_said_in_words_and_replaced_by_days_of_the_week(
    planner: Browser, station: Workspace, console: Console
) -> None:
    station.schedule_file.write_text(TURNS.replace("days: [t3, t6]", "rrule: FREQ=MONTHLY;BYDAY=1MO"), "utf-8")
    console.files.forget()
    page = planner.look(PATH)
    assert "every month" in page
    assert "FREQ" not in page
    planner.submit(PATH, **SENT)  # not ticked: the rule stays
    assert "FREQ=MONTHLY" in station.schedule_file.read_text("utf-8")
    planner.submit(PATH, weekly="1", **SENT)
    found = yaml_of(station.schedule_file)["broadcasts"][0]  # type: ignore[index]
    assert found["days"] == ["tue", "fri"]
    assert "rrule" not in found


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("FREQ=MONTHLY;BYDAY=1MO,-1FR", "every month; Monday number 1 of the month, the last Friday of the month"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "every 2 weeks; Tuesday"),
        ("FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=15,-1", "every year; day 15 of the month, the last day of the month; in month 1, 7"),
        ("FREQ=DAILY;COUNT=5", "every day; 5 times in all"),
        ("FREQ=DAILY;UNTIL=20261231T000000", "every day; until 31/12/2026"),
        ("FREQ=YEARLY;BYWEEKNO=20", "FREQ=YEARLY;BYWEEKNO=20"),
    ],
)  # fmt: skip
def test_rules_in_words(rule: str, said: str) -> None:
    assert wording.rule_in_words(rule) == said


def test_days_in_words() -> None:
    wanted = {
        "t3": "Tuesday",
        "first mon": "Monday number 1 of the month",
        "day 15": "day 15 of the month",
        "before tet": "the day before Tet (lunar New Year)",
        "2026-09-01/2026-09-04": "from 01/09/2026 to 04/09/2026",
        "2026-09-02": "02/09/2026",
        "2-9": "2 September",
    }
    assert {text: wording.in_words(text) for text in wanted} == wanted
