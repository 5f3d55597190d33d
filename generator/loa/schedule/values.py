"""Parse the values of schedule.yaml: durations, times of day, dates, and days such as `t3`, `first mon`, `tet`."""

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, PlainValidator, ValidationInfo, WithJsonSchema

from loa.formats import day_of
from loa.i18n import N_, _
from loa.schedule import holidays_vn
from loa.schedule.local_time import LocalTime
from loa.workspace import is_state, leads_out
from loa.yamlfile import is_kept

PASSWORD_VARIABLE = N_("Name of the password")
SECRET = N_(
    "Passwords do not stand in the file: they are typed in the console (Settings, Passwords), or stand in an "
    "environment variable of this name, which begins with LOA_."
)
_VARIABLE = re.compile(r"LOA_[A-Z0-9_]+")
_UNIT_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST_SPAN = 3660 * 86400.0
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*")
_HOUR = re.compile(r"(\d{1,2})(?::|h)(\d{2})?(?::(\d{2}))?")


def seconds(value: Any) -> float:
    """Parse `10m`, `1h30m`, `45s`, `300ms` to seconds. Raises ValueError with how to correct it on a second line."""
    text = str(value).strip()
    parts = _DURATION.findall(text)
    if isinstance(value, bool) or not parts or _DURATION.sub("", text):
        raise ValueError(
            _("This is not a length of time.") + "\n" + _("Write a number and a unit: 45s, 10m, 1h30m or 2d.")
        )
    found = float(sum(float(number) * _UNIT_SECONDS[unit] for number, unit in parts))
    if found > _LONGEST_SPAN:  # no date can be counted from it
        raise ValueError(_("This is longer than ten years.") + "\n" + _("Write a shorter time."))
    return found


def time_of_day(value: Any) -> LocalTime:
    """Parse `17:00`, `5:30`, `17h30` or `17:00:05`. Raises ValueError."""
    if isinstance(value, LocalTime):
        return value
    text = str(value).strip()
    found = _HOUR.fullmatch(text)
    hour, minute, second = (int(part or 0) for part in found.groups()) if found else (24, 0, 0)
    if hour > 23 or minute > 59 or second > 59 or text.endswith(":"):
        raise ValueError(
            _("This is not a time of day.") + "\n" + _("Write hour:minute between 00:00 and 23:59, for example 17:00.")
        )
    return LocalTime(hour, minute, second)


def moment(value: Any) -> datetime.datetime:
    """Parse `2026-12-24 17:00`, a wall-clock time in the schedule's time zone. Raises ValueError."""
    if isinstance(value, datetime.datetime):
        return value
    day, _space, hour = str(value).strip().replace("T", " ").partition(" ")
    if not hour:
        raise ValueError(_("A day without a time of day.") + "\n" + _("Write both, for example 2026-12-24 17:00."))
    return time_of_day(hour).on(day_of(day))


def window(value: Any) -> tuple[LocalTime, LocalTime]:
    """Parse `05:30-08:00`; the end must be after the start. Raises ValueError."""
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
    """Parse the IANA name of a time zone. Raises ValueError."""
    try:
        return value if isinstance(value, ZoneInfo) else ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(_("This time zone is not known.") + "\n" + _("Write for example Asia/Ho_Chi_Minh.")) from None


def secret_name(name: str, info: ValidationInfo) -> str:
    """Check the name of an environment variable that is sent to another computer. Raises ValueError.

    Only names that begin with LOA_: a schedule must not send away other things that the computer keeps in variables.
    """
    if _VARIABLE.fullmatch(name) or is_kept(info):
        return name
    example = "LOA_" + (re.sub(r"[^A-Z0-9]+", "_", name.upper().removeprefix("LOA_")).strip("_") or "PASSWORD")
    what = _("The variable “{name}” may not be used here: its name must begin with LOA_ (A-Z, 0-9 and _ only).")
    fix = _(
        "Write {example} here, rename the variable to {example} where Loa is started, and start Loa again. Until then "
        "the last schedule that was in order stays in force."
    )
    raise ValueError(what.format(name=name) + "\n" + fix.format(example=example))


def station_path(name: str, info: ValidationInfo) -> str:
    """Check a path relative to the station's folder. Raises ValueError."""
    if leads_out(name) and not is_kept(info):
        fix = _("Write a path from the station's folder, without “..”, for example {example}")
        raise ValueError(_("This path leads out of the station's folder.") + "\n" + fix.format(example="audio/played"))
    return name


def station_folder(name: str, info: ValidationInfo) -> str:
    """Check a folder in which the station writes sound, as `station_path`; it is not Loa's own. Raises ValueError."""
    if is_state(name) and not is_kept(info):
        what, fix = _("In .loa Loa keeps its own data."), _("Choose another folder, for example {example}")
        raise ValueError(what + "\n" + fix.format(example="audio/played"))
    return station_path(name, info)


def database_url(text: str | None, info: ValidationInfo) -> str | None:
    """Check the URL of a PostgreSQL server. Raises ValueError; for a kept copy, another URL counts as none."""
    if text is None or is_postgresql(text):
        return text
    if is_kept(info):
        return None
    fix = _("Write postgresql://…, or take the line out: the station then uses its own file in .loa.")
    raise ValueError(_("This is not the address of a PostgreSQL server.") + "\n" + fix)


def is_postgresql(text: str) -> bool:
    """Return whether the URL of a database is one of a server: a path could be any file of the computer."""
    return text.startswith(("postgresql://", "postgresql+psycopg://"))


StationPath = Annotated[str, AfterValidator(station_path)]
StationFolder = Annotated[str, AfterValidator(station_folder)]
DatabaseUrl = Annotated[str | None, AfterValidator(database_url)]
SecretName = Annotated[
    str, AfterValidator(secret_name), WithJsonSchema({"type": "string", "pattern": f"^{_VARIABLE.pattern}$"})
]
Seconds = Annotated[float, BeforeValidator(seconds)]
_HOUR_SCHEMA = {"type": "string", "format": "time"}
Hour = Annotated[LocalTime, PlainValidator(time_of_day), WithJsonSchema(_HOUR_SCHEMA)]
Day = Annotated[datetime.date, BeforeValidator(day_of)]
Window = Annotated[
    tuple[LocalTime, LocalTime],
    PlainValidator(window),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "array", "minItems": 2, "maxItems": 2, "prefixItems": [_HOUR_SCHEMA, _HOUR_SCHEMA]},
                {"type": ["string", "null"]},
            ]
        }
    ),
]
Zone = Annotated[ZoneInfo, BeforeValidator(zone)]


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
VIETNAMESE_WEEKDAYS = ("t2", "t3", "t4", "t5", "t6", "t7", "cn")
_NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DayRule:
    """The text of a rule for days, and a function that says whether a day matches it."""

    text: str
    matches: Callable[[datetime.date], bool] = field(compare=False)


@lru_cache(maxsize=128)
def days_of(rule: DayRule, first: datetime.date, last: datetime.date) -> frozenset[datetime.date]:
    """Return the days from `first` to `last` that match `rule`. Cached, because broadcasts share rules."""
    days = (first + number * _ONE_DAY for number in range((last - first).days + 1))
    return frozenset(day for day in days if rule.matches(day))


def day_rule(value: Any) -> DayRule:
    """Parse a rule for days. Raises ValueError with how to correct it on a second line."""
    if isinstance(value, DayRule):
        return value
    text = " ".join(str(value).lower().split())
    for read in (_weekday, _nth, _day_of_month, _dates, _holiday):
        matches = read(text)
        if matches:
            return DayRule(text, matches)
    raise ValueError(
        _("“{text}” is not a day.").format(text=value)
        + "\n"
        + _(
            "Write a weekday ({weekdays}), “first mon”, “last fri”, “day 15”, “last day”, a date, two dates with a "
            "slash between them, or a holiday ({holidays}), also with “before” or “after”."
        ).format(weekdays=", ".join(WEEKDAYS), holidays=", ".join(holidays_vn.NAMES))
    )


def _weekday(text: str) -> Callable[[datetime.date], bool] | None:
    for names in (WEEKDAYS, VIETNAMESE_WEEKDAYS):
        if text in names:
            number = names.index(text)
            return lambda day: day.weekday() == number
    return (lambda _day: True) if text == "daily" else None


def _nth(text: str) -> Callable[[datetime.date], bool] | None:
    """Parse `first mon`, `last fri`."""
    nth, _space, weekday = text.partition(" ")
    on_weekday = _weekday(weekday) if weekday != "daily" else None
    if nth not in _NTH or not on_weekday:
        return None
    week = _NTH[nth]
    if week < 0:
        return lambda day: on_weekday(day) and (day + 7 * _ONE_DAY).month != day.month
    return lambda day: on_weekday(day) and (day.day - 1) // 7 + 1 == week


def _day_of_month(text: str) -> Callable[[datetime.date], bool] | None:
    """Parse `day 15`, `last day`."""
    if text == "last day":
        return lambda day: (day + _ONE_DAY).day == 1
    found = re.fullmatch(r"day (\d{1,2})", text)
    if not found or not 1 <= int(found[1]) <= 31:
        return None
    number = int(found[1])
    return lambda day: day.day == number


def _dates(text: str) -> Callable[[datetime.date], bool] | None:
    """Parse `2026-09-02`, `2026-09-01/2026-09-04`."""
    if not re.match(r"\d{4}-", text):
        return None
    first_text, slash, last_text = text.partition("/")
    first = day_of(first_text)
    last = day_of(last_text) if slash else first
    if last < first:
        raise ValueError(_("The span ends before it starts.") + "\n" + _("Put the earlier date first."))
    return lambda day: first <= day <= last


def _holiday(text: str) -> Callable[[datetime.date], bool] | None:
    """Parse `tet`, `before holidays`, `after gio-to`: a holiday, the day before the first or after the last day off."""
    head, _space, rest = text.partition(" ")
    if text in holidays_vn.NAMES:
        return lambda day: holidays_vn.is_holiday(day, text)
    if head not in {"before", "after"} or rest not in holidays_vn.NAMES:
        return None
    step = _ONE_DAY if head == "before" else -_ONE_DAY
    return lambda day: holidays_vn.is_holiday(day + step, rest) and not holidays_vn.is_holiday(day, rest)


Days = Annotated[DayRule, BeforeValidator(day_rule)]
