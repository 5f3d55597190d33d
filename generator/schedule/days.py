"""Days as people name them: `tue`, `t3`, `first mon`, `day 15`, `tet`, `before holidays`, `2026-09-01/2026-09-04`."""

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BeforeValidator

from generator.i18n import _
from generator.schedule import holiday
from generator.schedule.fields import calendar_day

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
VIETNAMESE_WEEKDAYS = ("t2", "t3", "t4", "t5", "t6", "t7", "cn")
_NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DayRule:
    """What somebody wrote, and whether a day is meant by it."""

    text: str
    matches: Callable[[datetime.date], bool] = field(compare=False)


@lru_cache(maxsize=128)
def days_of(rule: DayRule, first: datetime.date, last: datetime.date) -> frozenset[datetime.date]:
    """The days from `first` to `last` that `rule` means. (Broadcasts share their rules: a span is asked for often.)"""
    days = (first + number * _ONE_DAY for number in range((last - first).days + 1))
    return frozenset(day for day in days if rule.matches(day))


def day_rule(value: Any) -> DayRule:
    """The rule that `value` names. Raises ValueError, with the mend on a second line."""
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
        ).format(weekdays=", ".join(WEEKDAYS), holidays=", ".join(holiday.NAMES))
    )


def _weekday(text: str) -> Callable[[datetime.date], bool] | None:
    for names in (WEEKDAYS, VIETNAMESE_WEEKDAYS):
        if text in names:
            number = names.index(text)
            return lambda day: day.weekday() == number
    return (lambda _day: True) if text == "daily" else None


def _nth(text: str) -> Callable[[datetime.date], bool] | None:
    """`first mon`, `last fri`."""
    nth, _space, weekday = text.partition(" ")
    on_weekday = _weekday(weekday) if weekday != "daily" else None
    if nth not in _NTH or not on_weekday:
        return None
    week = _NTH[nth]
    if week < 0:
        return lambda day: on_weekday(day) and (day + 7 * _ONE_DAY).month != day.month
    return lambda day: on_weekday(day) and (day.day - 1) // 7 + 1 == week


def _day_of_month(text: str) -> Callable[[datetime.date], bool] | None:
    """`day 15`, `last day`."""
    if text == "last day":
        return lambda day: (day + _ONE_DAY).day == 1
    found = re.fullmatch(r"day (\d{1,2})", text)
    if not found or not 1 <= int(found[1]) <= 31:
        return None
    number = int(found[1])
    return lambda day: day.day == number


def _dates(text: str) -> Callable[[datetime.date], bool] | None:
    """`2026-09-02`, `2026-09-01/2026-09-04`."""
    if not re.match(r"\d{4}-", text):
        return None
    first_text, slash, last_text = text.partition("/")
    first = calendar_day(first_text)
    last = calendar_day(last_text) if slash else first
    if last < first:
        raise ValueError(_("The span ends before it starts.") + "\n" + _("Put the earlier date first."))
    return lambda day: first <= day <= last


def _holiday(text: str) -> Callable[[datetime.date], bool] | None:
    """`tet`, `before holidays`, `after gio-to`: the day before the first, or after the last, of a run of days off."""
    head, _space, rest = text.partition(" ")
    if text in holiday.NAMES:
        return lambda day: holiday.is_holiday(day, text)
    if head not in {"before", "after"} or rest not in holiday.NAMES:
        return None
    step = _ONE_DAY if head == "before" else -_ONE_DAY
    return lambda day: holiday.is_holiday(day + step, rest) and not holiday.is_holiday(day, rest)


Days = Annotated[DayRule, BeforeValidator(day_rule)]
