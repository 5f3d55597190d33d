"""Dates, lengths and sizes as people here write them, and a day as they type it."""

import re
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from loa.i18n import _, ngettext


def day_of(value: Any) -> date:
    """`2026-11-22`, or a date as it is. Raises ValueError: what is wrong and, on a second line, how to correct it."""
    if isinstance(value, date):
        return value
    text = str(value).strip()
    wrong = ValueError(_("This is not a date.") + "\n" + _("Write year-month-day, for example 2026-11-01."))
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):  # fromisoformat alone would take 20261122 and 2026-W47
        raise wrong
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise wrong from None


def weekday(day: date) -> str:
    """`thứ Ba`."""
    names = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
    return names[day.weekday()]


def day(value: date) -> str:
    """`22/11/2026`."""
    return f"{value:%d/%m/%Y}"


def long_day(value: date) -> str:
    """`Chủ nhật, 22/11/2026`."""
    return f"{weekday(value)}, {value:%d/%m/%Y}"


def clock(value: datetime, zone: tzinfo | None = None) -> str:
    """`17:00`; an instant by the clock of `zone` (None: the computer's)."""
    return f"{value.astimezone(zone) if value.tzinfo else value:%H:%M}"


def moment(value: datetime | str | None, zone: tzinfo | None = None) -> str:
    """`17:00 22/11/2026`; text is what tables keep, None a moment that has not come. `zone`: as in `clock`."""
    if value is None:
        return "–"
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return f"{value.astimezone(zone) if value.tzinfo else value:%H:%M %d/%m/%Y}"


def lasting(seconds: float) -> str:
    """`12:05`, `1:02:03`: a length of sound, or a place in it."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def wait(value: timedelta) -> str:
    """`2 giờ 5 phút`: how long until something, to the minute."""
    minutes = max(0, round(value.total_seconds() / 60))
    if minutes >= 48 * 60:
        return ngettext("{n} day", "{n} days", minutes // 1440).format(n=minutes // 1440)
    if minutes >= 60:
        return _("{hours} h {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)
    return ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)


def size(count: int) -> str:
    """`1,4 MB`, with a decimal comma."""
    if count >= 1_000_000:
        return f"{count / 1_000_000:.1f} MB".replace(".", ",")
    return f"{max(1, round(count / 1000))} kB"


def sentence(text: str) -> str:
    """A reason by itself: with a capital letter and a full stop."""
    return text[:1].upper() + text[1:] + ("" if not text or text[-1] in ".!?:" else ".")
