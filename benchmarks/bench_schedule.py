"""A year of forty broadcasts, planned and checked for conflicts; beside dateutil's rules alone."""

import datetime
import time
from zoneinfo import ZoneInfo

from dateutil.rrule import WEEKLY, rrule

from loa.schedule import Alerts, Broadcast, Rules, Schedule, airings
from loa.schedule.outputs import Null

BROADCASTS = 40
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def run() -> list[str]:
    """Seconds for a year; the ratio to listing the same instants with python-dateutil and no checks."""
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    broadcasts = tuple(
        Broadcast.model_validate(
            {
                "id": f"b{n}",
                "commune": f"c{n % 8}",
                "campaigns": ["a", "b"],
                "rotate": n % 4 == 0,
                "days": [DAYS[n % 7], DAYS[(n + 3) % 7], "first mon", "before holidays"],
                "at": [f"{5 + n % 3:02}:{n % 6}0", f"{16 + n % 3:02}:{n % 6}5"],
                "from": "2026-01-01",
                "except": ["tet"],
                "length": {"min": "5m", "max": "10m"},
                "on": [f"o{n % 10}"],
            }
        )
        for n in range(BROADCASTS)
    )
    rules = Rules.model_validate(
        {"allowed": ["05:00-08:00", "16:00-19:30"], "max_minutes": 30, "max_sessions_per_day": 4}
    )
    schedule = Schedule(zone, broadcasts, {f"o{n}": Null(kind="null") for n in range(10)}, rules, Alerts())
    start = datetime.datetime(2027, 1, 1, tzinfo=zone)
    end = datetime.datetime(2028, 1, 1, tzinfo=zone)
    began = time.process_time()
    found = airings(schedule, start, end)
    seconds = time.process_time() - began
    problems = sum(bool(airing.problems) for airing in found)
    began = time.process_time()
    airings(schedule, start, end)
    again = time.process_time() - began
    began = time.process_time()
    first = datetime.datetime(2027, 1, 1)  # noqa: DTZ001  dateutil's rules are told in local time
    plain = sum(
        len(list(rrule(WEEKLY, first, until=first.replace(year=2028), byweekday=(n % 7, (n + 3) % 7), byhour=(6, 17))))
        for n in range(BROADCASTS)
    )
    plain_seconds = time.process_time() - began
    per_airing, per_plain = again / len(found), plain_seconds / plain
    return [
        f"schedule: a year of {BROADCASTS} broadcasts, {len(found)} airings ({problems} with problems): "
        f"{seconds:.2f} s of processor time (at most 1), and {again:.2f} s once the holidays are known",
        f"schedule: {per_airing / per_plain:.1f} x the time of python-dateutil per instant, which checks nothing",
    ]
