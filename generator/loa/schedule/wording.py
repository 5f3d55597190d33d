"""The days of a broadcast in words: weekdays, holidays, recurrence rules."""

import re
from datetime import date, timedelta

from loa.formats import day, weekday
from loa.i18n import _, ngettext
from loa.schedule.values import VIETNAMESE_WEEKDAYS, WEEKDAYS

_MONDAY = date(2026, 1, 5)
_ICAL = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_KNOWN = frozenset({"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYMONTH", "COUNT", "UNTIL", "WKST"})


def weekday_key(text: str) -> str | None:
    """`tue` for `tue` and `t3`; None for what is no weekday."""
    for names in (WEEKDAYS, VIETNAMESE_WEEKDAYS):
        if text in names:
            return WEEKDAYS[names.index(text)]
    return None


def weekday_names() -> list[tuple[str, str]]:
    """The seven days: the word for the file, and what people call it."""
    return [(key, _weekday_name(number)) for number, key in enumerate(WEEKDAYS)]


def in_words(text: str) -> str:
    """One rule of `days` or `except`: `first mon`, `day 15`, `before tet`, two dates with a slash, …"""
    key = weekday_key(text)
    if key:
        return _weekday_name(WEEKDAYS.index(key))
    if text == "daily":
        return _("every day")
    if text == "last day":
        return _("the last day of the month")
    head, _space, rest = text.partition(" ")
    if head == "day":
        return _("day {n} of the month").format(n=rest)
    if head in {"before", "after"}:
        name = _holiday(rest)
        return (
            _("the day before {holiday}").format(holiday=name)
            if head == "before"
            else _("the day after {holiday}").format(holiday=name)
        )
    nth = weekday_key(rest)
    if nth:
        return _nth({"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}[head], WEEKDAYS.index(nth))
    if re.match(r"\d{4}-", text):
        first, slash, last = (day(date.fromisoformat(part)) if "-" in part else part for part in text.partition("/"))
        return _("from {first} to {last}").format(first=first, last=last) if slash else first
    return _holiday(text)


def rule_in_words(rule: str) -> str:
    """An RFC 5545 rule such as `FREQ=MONTHLY;BYDAY=1MO`; the rule itself where it says more than we have words for."""
    parts = dict(part.split("=", 1) for part in rule.upper().split(";") if "=" in part)
    if not set(parts) <= _KNOWN:
        return rule
    every = int(parts.get("INTERVAL", "1"))
    units = {
        "DAILY": (_("every day"), _("every {n} days")),
        "WEEKLY": (_("every week"), _("every {n} weeks")),
        "MONTHLY": (_("every month"), _("every {n} months")),
        "YEARLY": (_("every year"), _("every {n} years")),
    }
    said = [units[parts["FREQ"]][every > 1].format(n=every)]
    days = [_ical_day(text) for text in parts.get("BYDAY", "").split(",") if text]
    days += [_month_day(text) for text in parts.get("BYMONTHDAY", "").split(",") if text]
    if days:
        said.append(", ".join(days))
    if "BYMONTH" in parts:
        said.append(_("in month {list}").format(list=parts["BYMONTH"].replace(",", ", ")))
    if "COUNT" in parts:
        count = int(parts["COUNT"])
        said.append(ngettext("{n} time in all", "{n} times in all", count).format(n=count))
    if "UNTIL" in parts:
        until = date.fromisoformat(parts["UNTIL"][:8])
        said.append(_("until {day}").format(day=day(until)))
    return "; ".join(said)


def _weekday_name(number: int) -> str:
    return weekday(_MONDAY + timedelta(days=number))


def _nth(nth: int, number: int) -> str:
    name = _weekday_name(number)
    if nth == -1:
        return _("the last {weekday} of the month").format(weekday=name)
    return _("{weekday} number {n} of the month").format(weekday=name, n=nth)


def _ical_day(text: str) -> str:
    nth, name = text[:-2], text[-2:]
    return _nth(int(nth), _ICAL.index(name)) if nth else _weekday_name(_ICAL.index(name))


def _month_day(text: str) -> str:
    return _("the last day of the month") if text == "-1" else _("day {n} of the month").format(n=text)


def _holiday(name: str) -> str:
    return {
        "holidays": _("public holidays"),
        "new-year": _("New Year's Day"),
        "tet": _("Tet (lunar New Year)"),
        "gio-to": _("the Hung Kings' day"),
        "30-4": _("30 April"),
        "1-5": _("1 May"),
        "2-9": _("2 September"),
        "24-11": _("24 November"),
    }.get(name, name)
