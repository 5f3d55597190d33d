"""Dates, lengths and sizes as people here write them."""

from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from generator.console.called import alarm_kind, deed, output_kind, topic
from generator.console.onair import outcome_name
from generator.i18n import _, ngettext

_zone: list[tzinfo | None] = [None]


def use_zone(zone: tzinfo | None) -> None:
    """Show instants in this time zone, the station's; None: the computer's."""
    _zone[0] = zone


def local(value: datetime) -> datetime:
    """An instant on the station's clock."""
    return value.astimezone(_zone[0])


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


def clock(value: datetime) -> str:
    """`17:00`."""
    return f"{local(value) if value.tzinfo else value:%H:%M}"


def moment(value: datetime | str | None) -> str:
    """`17:00 22/11/2026` on the station's clock; text is what tables keep."""
    if value is None:
        return "–"
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return f"{local(value) if value.tzinfo else value:%H:%M %d/%m/%Y}"


def lasting(seconds: float) -> str:
    """`12:05`."""
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


FILTERS: dict[str, Callable[..., Any]] = {
    "weekday": weekday,
    "day": day,
    "long_day": long_day,
    "clock": clock,
    "moment": moment,
    "lasting": lasting,
    "wait": wait,
    "size": size,
    "deed": deed,
    "outcome": outcome_name,
    "output_kind": output_kind,
    "alarm_kind": alarm_kind,
    "topic": topic,
}
