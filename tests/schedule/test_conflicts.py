import datetime
from collections.abc import Callable

import pytest

from loa.errors import ScheduleError
from loa.schedule import UTC, Schedule, airings

Make = Callable[..., Schedule]


def codes(schedule: Schedule) -> dict[str, list[str]]:
    found = airings(schedule, datetime.datetime(2026, 11, 3, tzinfo=UTC), datetime.datetime(2026, 11, 4, tzinfo=UTC))
    return {f"{a.broadcast} {a.planned:%H:%M}": [p.code for p in a.problems] for a in found}


def another(at: str, *, output: str = "loa", more: str = "") -> str:
    return (
        f'  - {{id: khac, commune: ben-hai, campaigns: [dvc], at: ["{at}"], length: {{min: 1m, max: 10m}}, '
        f"on: [{output}]{more}}}\n"
    )


def test_two_normal_items_on_one_loudspeaker_are_a_clash_for_the_later(schedule: Make) -> None:
    assert codes(schedule(another("17:10"))) == {"sang 17:00": [], "khac 17:10": ["plan.clash"]}


def test_the_same_hour_on_another_loudspeaker_is_none(schedule: Make) -> None:
    assert codes(schedule(another("17:10", output="loa-2"))) == {"sang 17:00": [], "khac 17:10": []}


def test_back_to_back_is_none(schedule: Make) -> None:
    assert codes(schedule(another("17:15"))) == {"sang 17:00": [], "khac 17:15": []}


def messages(schedule: Schedule) -> dict[str, list[str]]:
    found = airings(schedule, datetime.datetime(2026, 11, 3, tzinfo=UTC), datetime.datetime(2026, 11, 4, tzinfo=UTC))
    return {f"{a.broadcast} {a.planned:%H:%M}": [p.message for p in a.problems] for a in found}


def test_an_emergency_clashes_with_nothing(schedule: Make) -> None:
    assert codes(schedule(another("17:05", more=", priority: emergency"))) == {"sang 17:00": [], "khac 17:05": []}


def test_priority_goes_first_at_the_same_instant_and_the_ordinary_airing_waits(schedule: Make) -> None:
    made = schedule(another("17:00", more=", priority: priority"))
    assert list(messages(made).items()) == [
        ("khac 17:00", []),
        ("sang 17:00", ["meets khac on loa: it will have to wait"]),
    ]


def test_priority_cuts_an_ordinary_airing_and_the_plan_says_so_at_both(schedule: Make) -> None:
    later = another("17:05", more=", priority: priority")
    assert messages(schedule(later)) == {
        "sang 17:00": ["khac has priority and cuts it at 17:05 on loa; it goes on afterwards"],
        "khac 17:05": ["has priority and cuts sang on loa"],
    }
    ended = schedule(later, resume_after_cut="false")
    assert messages(ended)["sang 17:00"] == [
        "khac has priority and cuts it at 17:05 on loa; it does not go on afterwards"
    ]


def test_of_two_with_priority_the_later_waits(schedule: Make) -> None:
    made = schedule(another("17:05", more=", priority: priority"), priority="priority")
    assert codes(made) == {"sang 17:00": [], "khac 17:05": ["plan.clash"]}


def test_hours_that_the_commune_does_not_allow(schedule: Make) -> None:
    rules = 'rules: {allowed: ["05:30-08:00", "16:30-17:10"]}\n'
    assert codes(schedule(rules)) == {"sang 17:00": ["rule.window"]}
    assert codes(schedule(rules, at='["16:55"]')) == {"sang 16:55": []}


def test_a_session_adds_up(schedule: Make) -> None:
    made = schedule(another("17:15") + "rules: {max_minutes: 20}\n")
    assert codes(made) == {"sang 17:00": [], "khac 17:15": ["rule.minutes"]}
    apart = schedule(another("18:00") + "rules: {max_minutes: 20}\n")
    assert codes(apart) == {"sang 17:00": [], "khac 18:00": []}


def test_sessions_of_a_day_are_counted(schedule: Make) -> None:
    made = schedule("rules: {max_sessions_per_day: 2}\n", at='["06:00", "11:00", "17:00"]')
    assert codes(made) == {"sang 06:00": [], "sang 11:00": [], "sang 17:00": ["rule.sessions"]}


def test_minutes_of_a_day_are_counted_where_they_are_heard(schedule: Make) -> None:
    rules = "rules: {max_minutes_per_day: 40}\n"
    made = schedule(another("11:30") + rules, at='["06:00", "17:00"]')
    assert codes(made) == {"sang 06:00": [], "khac 11:30": [], "sang 17:00": []}
    longer = schedule(another("11:30", more=", also: ['2026-11-03 12:00']") + rules, at='["06:00", "17:00"]')
    assert codes(longer)["sang 17:00"] == ["rule.day"]
    elsewhere = schedule(another("11:30", output="loa-2", more=", also: ['2026-11-03 12:00']") + rules, at='["06:00"]')
    assert set(map(tuple, codes(elsewhere).values())) == {()}


def test_a_chime_that_tests_the_equipment_is_no_session_but_keeps_to_the_hours(schedule: Make) -> None:
    chime = "  - {id: chuong, commune: ben-hai, test: true, at: ['HOUR'], items: [{kind: music, file: chime, length: 20s}], "
    chime += "length: {max: 1m}, on: [loa]}\n"
    rules = 'rules: {allowed: ["16:30-19:00"], max_sessions_per_day: 1, max_minutes: 15, max_minutes_per_day: 15}\n'
    assert codes(schedule(chime.replace("HOUR", "16:55") + rules)) == {"chuong 16:55": [], "sang 17:00": []}
    assert codes(schedule(chime.replace("HOUR", "05:55") + rules))["chuong 05:55"] == ["rule.window"]
    with pytest.raises(ScheduleError, match="Nothing would be heard"):
        schedule(chime.replace("HOUR", "16:55").replace(", length: 20s}", "}"))
    with pytest.raises(ScheduleError, match="a minute at most"):
        schedule(chime.replace("HOUR", "16:55").replace("max: 1m", "max: 2m"))


def test_an_emergency_is_exempt_from_all_rules(schedule: Make) -> None:
    made = schedule('rules: {allowed: ["05:00-06:00"], max_minutes: 1}\n', priority="emergency")
    assert codes(made) == {"sang 17:00": []}
