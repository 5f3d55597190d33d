import datetime
from zoneinfo import ZoneInfo

import pytest

from loa import formats

EVENING = datetime.datetime(2026, 11, 22, 23, 30, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0:00"), (59.6, "1:00"), (200, "3:20"), (725, "12:05"), (3599.7, "1:00:00"), (3723, "1:02:03")],
)
def test_a_length_is_written_one_way(seconds: float, shown: str) -> None:
    assert formats.lasting(seconds) == shown


@pytest.mark.parametrize("text", ["2026-11-22", " 2026-11-22 ", datetime.date(2026, 11, 22)])
def test_a_day_is_read_one_way(text: object) -> None:
    assert formats.day_of(text) == datetime.date(2026, 11, 22)


@pytest.mark.parametrize(
    "text", ["20261122", "2026-W47-7", "22/11/2026", "2026-11-31", "1795305600", "", 5, None, "2026-1-5"]
)
def test_what_is_no_day_is_told_with_the_way_to_write_one(text: object) -> None:
    with pytest.raises(ValueError, match="2026-11-01"):
        formats.day_of(text)


def test_an_instant_is_shown_by_the_clock_that_is_asked_for() -> None:
    saigon = ZoneInfo("Asia/Ho_Chi_Minh")
    assert formats.moment(EVENING, saigon) == formats.moment(EVENING.isoformat(), saigon) == "06:30 23/11/2026"
    assert formats.moment(EVENING, datetime.UTC) == "23:30 22/11/2026"
    assert (formats.clock(EVENING, saigon), formats.clock(EVENING.replace(tzinfo=None), saigon)) == ("06:30", "23:30")
    assert formats.moment(None) == "–"
