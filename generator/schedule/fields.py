"""How people write times in schedule.yaml, and what the program keeps: seconds, times of day, dates."""

import datetime
import re
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator

from generator.i18n import _

_UNIT_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*")
_HOUR = re.compile(r"(\d{1,2})(?::|h)(\d{2})?(?::(\d{2}))?")


def seconds(value: Any) -> float:
    """`10m`, `1h30m`, `45s`, `300ms` as seconds. Raises ValueError with the mend on a second line."""
    text = str(value).strip()
    parts = _DURATION.findall(text)
    if isinstance(value, bool) or not parts or _DURATION.sub("", text):
        raise ValueError(
            _("This is not a length of time.") + "\n" + _("Write a number and a unit: 45s, 10m, 1h30m or 2d.")
        )
    return float(sum(float(number) * _UNIT_SECONDS[unit] for number, unit in parts))


def time_of_day(value: Any) -> datetime.time:
    """`17:00`, `5:30`, `17h30` or `17:00:05`. Raises ValueError."""
    if isinstance(value, datetime.time):
        return value
    text = str(value).strip()
    found = _HOUR.fullmatch(text)
    hour, minute, second = (int(part or 0) for part in found.groups()) if found else (24, 0, 0)
    if hour > 23 or minute > 59 or second > 59 or text.endswith(":"):
        raise ValueError(
            _("This is not a time of day.") + "\n" + _("Write hour:minute between 00:00 and 23:59, for example 17:00.")
        )
    return datetime.time(hour, minute, second)


def calendar_day(value: Any) -> datetime.date:
    """`2026-11-01`. Raises ValueError."""
    if isinstance(value, datetime.date):
        return value
    wrong = ValueError(_("This is not a date.") + "\n" + _("Write year-month-day, for example 2026-11-01."))
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", str(value).strip()):
        raise wrong
    try:
        return datetime.date.fromisoformat(str(value).strip())
    except ValueError:
        raise wrong from None


def moment(value: Any) -> datetime.datetime:
    """`2026-12-24 17:00`: a wall-clock moment of the schedule's time zone. Raises ValueError."""
    if isinstance(value, datetime.datetime):
        return value
    day, _space, hour = str(value).strip().replace("T", " ").partition(" ")
    if not hour:
        raise ValueError(_("A day without a time of day.") + "\n" + _("Write both, for example 2026-12-24 17:00."))
    return datetime.datetime.combine(calendar_day(day), time_of_day(hour))


def window(value: Any) -> tuple[datetime.time, datetime.time]:
    """`05:30-08:00`, the end after the start. Raises ValueError."""
    if isinstance(value, tuple):
        return value
    first, dash, last = str(value).partition("-")
    if not dash:
        raise ValueError(_("This is not a span of hours.") + "\n" + _("Write for example 05:30-08:00."))
    start, end = time_of_day(first), time_of_day(last)
    if end <= start:
        raise ValueError(
            _("The span ends before it starts.") + "\n" + _("Put the earlier hour first; for a night write two spans.")
        )
    return start, end


def zone(value: Any) -> ZoneInfo:
    """The IANA name of a time zone. Raises ValueError."""
    try:
        return value if isinstance(value, ZoneInfo) else ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(_("This time zone is not known.") + "\n" + _("Write for example Asia/Ho_Chi_Minh.")) from None


Seconds = Annotated[float, BeforeValidator(seconds)]
Hour = Annotated[datetime.time, BeforeValidator(time_of_day)]
Day = Annotated[datetime.date, BeforeValidator(calendar_day)]
Window = Annotated[tuple[datetime.time, datetime.time], BeforeValidator(window)]
Zone = Annotated[ZoneInfo, BeforeValidator(zone)]
