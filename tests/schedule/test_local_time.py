"""Hours of the commune are no instants."""

import datetime
from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from loa.schedule import UTC, Airing, Schedule, airings
from loa.schedule.airings import inside_hours
from loa.schedule.local_time import LocalTime, local_moment
from tests.zones import BOTH

INSTANT = datetime.datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
SEVENTEEN = LocalTime(17)


def test_an_hour_of_an_instant_needs_a_zone() -> None:
    assert LocalTime.of(INSTANT, ZoneInfo("Asia/Ho_Chi_Minh")) == SEVENTEEN
    assert LocalTime.of(INSTANT, ZoneInfo("America/New_York")) == LocalTime(5)
    with pytest.raises(ValueError, match="without a time zone"):
        LocalTime.of(INSTANT.replace(tzinfo=None), UTC)


def test_hours_sort_and_are_written_as_the_schedule_has_them() -> None:
    hours = [LocalTime(17, 30), LocalTime(5), LocalTime(17), LocalTime(5)]
    assert [f"{hour:%H:%M}" for hour in sorted(set(hours))] == ["05:00", "17:00", "17:30"]
    assert SEVENTEEN.on(datetime.date(2026, 11, 20)) == datetime.datetime(2026, 11, 20, 17, 0)  # noqa: DTZ001


def test_an_hour_of_the_commune_compares_with_no_other_kind_of_time() -> None:
    """Nor does mypy let it be ordered: `make lint` checks this file, and fails if a comment is needed no longer."""
    for compare in (
        lambda: SEVENTEEN < INSTANT,  # type: ignore[operator]
        lambda: SEVENTEEN >= INSTANT,  # type: ignore[operator]
        lambda: INSTANT.time() <= SEVENTEEN,  # type: ignore[operator]
        lambda: INSTANT.timetz() < SEVENTEEN,  # type: ignore[operator]
        lambda: INSTANT.time() == SEVENTEEN,
        lambda: INSTANT != SEVENTEEN,
    ):
        with pytest.raises(TypeError):
            compare()


@pytest.mark.parametrize("zone", BOTH)
@pytest.mark.parametrize(
    ("first", "last", "inside"),
    [(0, 600, True), (-3600, 599, False), (1, 3600, False), (-7 * 3600, 0, False), (-5, 7 * 3600, True)],
)
def test_permitted_hours_are_the_communes_whatever_zone_an_instant_is_given_in(
    schedule: Callable[..., Schedule], zone: str, first: int, last: int, *, inside: bool
) -> None:
    """`first`, `last`: seconds from the start of an airing of ten minutes to the first and the last permitted instant."""
    planned = datetime.datetime(2026, 11, 20, 12, 0, tzinfo=ZoneInfo(zone))
    span = "-".join(f"{planned + datetime.timedelta(seconds=seconds):%H:%M:%S}" for seconds in (first, last))
    made = replace(schedule(f'rules: {{allowed: ["{span}"]}}\n'), timezone=ZoneInfo(zone))
    for given in (planned, planned.astimezone(UTC), planned.astimezone(ZoneInfo("Asia/Tokyo"))):
        airing = Airing("x@y", "x", "ben-hai", "ben-hai/x", given, 10, ("loa",), "normal")
        assert inside_hours(made, airing) is inside


def test_an_airing_over_midnight_is_within_no_hours(schedule: Callable[..., Schedule]) -> None:
    made = schedule('rules: {allowed: ["00:00-23:59:59"]}\n')
    late = datetime.datetime(2026, 11, 20, 16, 55, tzinfo=UTC)  # 23:55 in Vietnam
    assert not inside_hours(made, Airing("x@y", "x", "ben-hai", "ben-hai/x", late, 10, ("loa",), "normal"))


@pytest.mark.parametrize("zone", BOTH)
def test_a_slot_at_a_permitted_hour_has_no_problem_in_any_zone(schedule: Callable[..., Schedule], zone: str) -> None:
    rules = 'rules: {allowed: ["16:30-17:30"], max_sessions_per_day: 1}\n'
    made = replace(schedule(rules), timezone=ZoneInfo(zone))
    first = datetime.datetime(2026, 11, 1, tzinfo=UTC)
    found = airings(made, first, first + datetime.timedelta(days=130))
    assert found
    assert {local_moment(airing.planned, ZoneInfo(zone)).hour for airing in found} == {17}
    assert [airing.problems for airing in found if airing.problems] == []
