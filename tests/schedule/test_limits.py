"""Quiet places, and the highest volume by weekday, place and hour."""

import datetime
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest

from loa.errors import ScheduleError
from loa.schedule import airings
from loa.schedule.loader import load_schedule
from loa.schedule.models import Rules
from loa.web import yaml_forms
from loa.workspace import Workspace
from tests.zones import STATION

ZONE = ZoneInfo(STATION)
RULES = """\
timezone: Asia/Ho_Chi_Minh
outputs:
  cho: {kind: null}
  truong: {kind: null}
  benh-vien: {kind: null, fade_in: 1s}
  yen: {kind: group, outputs: [truong, benh-vien], fade_in: 3s}
rules:
  limits:
    - {on: truong, days: [mon, t3], hours: "07:00-11:00, 13:30-16:30", max_volume: 0}
    - {on: [yen], hours: ["16:00-24:00"], max_volume: 60}
    - {days: sun, max_volume: 40}
""".replace("Asia/Ho_Chi_Minh", STATION)


def at(day: int, hour: int, minute: int = 0) -> datetime.datetime:
    """An instant of November 2026; the 2nd is a Monday."""
    return datetime.datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def test_the_volume_has_a_limit_by_weekday_place_and_hour(write: Callable[[str], Workspace]) -> None:
    schedule = load_schedule(write(RULES.replace("16:00-24:00", "16:00-23:59")))
    limit = schedule.limit_of
    assert [limit("truong", at(2, h, m)) for h, m in ((6, 59), (7, 0), (10, 59), (11, 0))] == [None, 0, 0, None]
    assert limit("truong", at(4, 8)) is None  # a Wednesday
    assert [limit("benh-vien", at(4, h)) for h in (15, 16)] == [None, 60]
    assert [limit("cho", at(d, 9)) for d in (7, 8)] == [None, 40]
    assert limit("truong", at(3, 16, 10)) == 0  # of several the lowest counts
    assert limit("truong", at(2, 7).astimezone(datetime.UTC)) == 0
    assert schedule.quiet(("cho", "yen"), at(2, 6, 50), at(2, 7, 5)) == {"truong"}
    assert schedule.quiet(("cho", "yen"), at(2, 6, 50), at(2, 7)) == set()
    assert {name: line.fade_in for name, line in schedule.lines(("yen", "cho")).items()} == {
        "truong": 3.0, "benh-vien": 3.0, "cho": 0.0
    }  # fmt: skip


def test_the_plan_says_where_a_broadcast_stays_quiet_and_leaves_out_one_that_would_be_heard_nowhere(
    write: Callable[[str], Workspace],
) -> None:
    text = RULES.replace("16:00-24:00", "16:00-23:59") + (
        "broadcasts:\n"
        "  - {id: tin, commune: ben-hai, campaigns: [dvc], days: [mon, wed], at: ['06:50'], on: [yen, cho]}\n"
        "  - {id: hoc, commune: ben-hai, campaigns: [dvc], days: [mon], at: ['08:00'], on: [truong]}\n"
        "  - {id: lu, commune: ben-hai, campaigns: [dvc], days: [mon], at: ['09:00'], on: [truong],"
        " priority: emergency}\n"
    )
    found = airings(load_schedule(write(text)), at(2, 0), at(5, 0))
    assert [(a.broadcast, [p.code for p in a.problems]) for a in found] == [
        ("tin", ["plan.quiet"]), ("hoc", ["rule.quiet"]), ("lu", []), ("tin", [])
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{on: [khong-co], max_volume: 0}", "output.unknown"),
        ("{on: truong}", "key.missing"),
        ("{hours: 11:00-07:00, max_volume: 0}", "value.wrong"),
        ("{days: thu-hai, max_volume: 0}", "value.wrong"),
        ("{max_volume: 300}", "value.range"),
    ],
)
def test_a_wrong_limit_is_refused_with_its_place(write: Callable[[str], Workspace], line: str, code: str) -> None:
    text = RULES.partition("    - {on: truong")[0] + f"    - {line}\n"
    with pytest.raises(ScheduleError) as caught:
        load_schedule(write(text))
    assert [(f.code, f.line) for f in caught.value.findings] == [(code, 9)]


def test_a_limit_is_a_line_of_the_form_and_reads_back() -> None:
    (field,) = (f for f in yaml_forms.fields_of(Rules) if f.name == "limits")
    held = [
        {"max_volume": 0, "hours": ["07:00-11:00", "13:30-16:30"], "on": "truong"},
        {"days": "sun", "max_volume": 40},
    ]
    text = yaml_forms.as_rows(held, field.options)
    assert text == "truong |  | 07:00-11:00, 13:30-16:30 | 0\n | sun |  | 40"
    cells = [dict(zip(field.options, (c.strip() for c in row.split("|")), strict=False)) for row in text.split("\n")]
    again = Rules.model_validate({"limits": [{k: v for k, v in row.items() if v} for row in cells]})
    assert again == Rules.model_validate({"limits": held})
