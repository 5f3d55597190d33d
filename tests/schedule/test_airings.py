import datetime
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loa.schedule import UTC, Alerts, Rules, Schedule, airings
from loa.schedule.loader import load_schedule
from loa.schedule.models import Broadcast

Make = Callable[..., Schedule]


def days(schedule: Schedule, first: str, last: str) -> list[str]:
    zone = schedule.timezone
    span = [datetime.datetime.fromisoformat(day).replace(tzinfo=zone) for day in (first, last)]
    return [f"{a.planned:%m-%d %H:%M}" for a in airings(schedule, span[0], span[1])]


def test_an_airing_is_named_by_its_planned_instant_in_utc(schedule: Make) -> None:
    (airing,) = airings(
        schedule(), datetime.datetime(2026, 11, 3, tzinfo=UTC), datetime.datetime(2026, 11, 4, tzinfo=UTC)
    )
    assert airing.id == "sang@2026-11-03T10:00:00Z"
    assert airing.planned.isoformat() == "2026-11-03T17:00:00+07:00"
    assert (airing.bulletin, airing.minutes, airing.outputs) == ("ben-hai/sang", 15, ("loa",))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ({"days": "[tue, t6]"}, ["11-03", "11-06", "11-10", "11-13"]),
        ({"days": "[mon]", "every_weeks": "2"}, ["11-09"]),
        ({"days": '["first mon", "second fri"]'}, ["11-02", "11-13"]),
        ({"days": '["day 5", "last day"]'}, ["11-05"]),
        ({"days": "[]", "also": '["2026-11-07 06:15"]'}, ["11-07"]),
        ({"days": "[2026-11-04/2026-11-06]", "except": "[thu]"}, ["11-04", "11-06"]),
        ({"rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE"}, ["11-11"]),
        ({"days": "[mon]", "until": "2026-11-08"}, ["11-02"]),
        ({"days": "[mon]", "from": "2026-11-03"}, ["11-09"]),
    ],
)
def test_days_as_people_say_them(schedule: Make, lines: dict[str, str], expected: list[str]) -> None:
    assert [day[:5] for day in days(schedule(**lines), "2026-11-01", "2026-11-15")] == expected


@pytest.mark.parametrize(
    ("rule", "first", "last", "expected"),
    [
        ("tet", "2026-02-01", "2026-03-01", ["02-16", "02-17", "02-18", "02-19", "02-20"]),
        ("tet", "2027-01-20", "2027-02-20", [f"02-{n:02}" for n in range(4, 11)]),
        ("gio-to", "2027-04-01", "2027-04-29", ["04-16"]),
        ("gio-to", "2030-04-01", "2030-04-29", ["04-12"]),
        ("before tet", "2026-02-01", "2026-03-01", ["02-15"]),
        ("after tet", "2026-02-01", "2026-03-01", ["02-21"]),
        ("before holidays", "2026-04-20", "2026-05-05", ["04-25", "04-29"]),
        ("holidays", "2025-04-20", "2025-05-05", ["04-30", "05-01", "05-02"]),
    ],
)
def test_holidays_and_the_days_around_them(
    schedule: Make, rule: str, first: str, last: str, expected: list[str]
) -> None:
    """Dates of the State's calendar; Giỗ Tổ is the 10th of the 3rd lunar month."""
    found = days(schedule(days=f'["{rule}"]', from_="2020-01-01"), first, last)
    assert [day[:5] for day in found] == expected


def test_an_exception_is_left_out_but_can_be_asked_for(schedule: Make) -> None:
    made = schedule(except_="[2026-11-03]")
    assert days(made, "2026-11-02", "2026-11-05") == ["11-02 17:00", "11-04 17:00"]
    start = datetime.datetime(2026, 11, 3, tzinfo=made.timezone)
    (airing,) = airings(made, start, start + datetime.timedelta(days=1), with_skipped=True)
    assert airing.skipped
    assert "03/11/2026" in airing.skipped  # as people write a day


def test_rotation_takes_turns_and_does_not_depend_on_the_span_looked_at(schedule: Make) -> None:
    made = schedule(rotate="true", days="[tue, fri]", at='["06:00", "17:00"]')
    zone = made.timezone
    everything = airings(made, datetime.datetime(2026, 11, 1, tzinfo=zone), datetime.datetime(2027, 3, 1, tzinfo=zone))
    assert [a.bulletin.removeprefix("ben-hai/sang-") for a in everything[:4]] == ["dvc", "lua-dao", "dvc", "lua-dao"]
    later = airings(made, datetime.datetime(2027, 1, 8, tzinfo=zone), datetime.datetime(2027, 3, 1, tzinfo=zone))
    assert later == everything[-len(later) :]


def test_a_campaign_named_for_an_instant_goes_before_the_turn_of_that_hour(schedule: Make) -> None:
    """Rotation alone would air lua-dao on the 2nd, dvc on the 3rd, lua-dao on the 4th."""
    named = '["2026-11-02 17:00 dvc", "2026-11-04 17:00", "2026-11-05 08:00 dvc"]'
    made = schedule(rotate="true", also=named)
    first = datetime.datetime(2026, 11, 2, tzinfo=made.timezone)
    found = airings(made, first, first + datetime.timedelta(days=4))
    assert [(f"{a.planned:%d %H}", a.bulletin.removeprefix("ben-hai/sang-")) for a in found] == [
        ("02 17", "dvc"),  # as named
        ("03 17", "dvc"),  # the others keep their turns
        ("04 17", "lua-dao"),  # nothing is named: its turn
        ("05 08", "dvc"),
        ("05 17", "dvc"),
    ]


@pytest.mark.parametrize(
    ("zone", "day", "hour", "utc"),
    [
        ("America/New_York", "2026-03-08", "02:30", "2026-03-08T07:30:00Z"),  # that hour does not exist
        ("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30:00Z"),  # that hour comes twice: the first
        ("Europe/Berlin", "2026-07-01", "17:00", "2026-07-01T15:00:00Z"),
        ("Europe/Berlin", "2026-12-01", "17:00", "2026-12-01T16:00:00Z"),
    ],
)
def test_the_clock_of_the_wall_counts_where_it_changes(
    write: Callable[[str], object], zone: str, day: str, hour: str, utc: str
) -> None:
    text = (
        f"timezone: {zone}\noutputs: {{loa: {{kind: null}}}}\nbroadcasts:\n  - {{id: a, commune: ben-hai, campaigns: "
        f'[dvc], at: ["{hour}"], length: {{min: 1m, max: 2m}}, on: [loa]}}\n'
    )
    made = load_schedule(write(text))  # type: ignore[arg-type]
    start = datetime.datetime.fromisoformat(day).replace(tzinfo=made.timezone)
    assert [a.id for a in airings(made, start, start + datetime.timedelta(hours=23))] == [f"a@{utc}"]


@settings(deadline=None)
@given(cut=st.integers(1, 200 * 24), days_=st.sampled_from([["mon", "wed"], ["last fri"], ["holidays"]]))
def test_a_span_cut_in_two_holds_the_same_airings(cut: int, days_: list[str]) -> None:
    broadcast = {
        "id": "a",
        "commune": "c",
        "campaigns": ["x", "y"],
        "rotate": True,
        "from": "2026-01-01",
        "days": days_,
        "at": ["02:30", "17:00"],
        "length": {"min": "1m", "max": "2m"},
        "on": ["o"],
    }
    zone = ZoneInfo("America/New_York")
    made = Schedule(zone, (Broadcast.model_validate(broadcast),), {}, Rules(), Alerts())
    start = datetime.datetime(2026, 2, 1, tzinfo=UTC)
    middle, end = start + datetime.timedelta(hours=cut), start + datetime.timedelta(days=201)
    assert airings(made, start, middle) + airings(made, middle, end) == airings(made, start, end)
