"""Spans of days as people give them to verbs: `--from 2026-11-01 --to 2026-11-30`, both days included."""

import contextlib
import datetime
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import click

from generator.i18n import _

_WEEK = datetime.timedelta(days=7)


class DayType(click.ParamType):
    """A day, as 2026-11-01 or as 1/11/2026."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime.date:
        """Refuses what is no day, with an example of one."""
        for form in ("%Y-%m-%d", "%d/%m/%Y"):
            with contextlib.suppress(ValueError):
                return datetime.datetime.strptime(value.strip(), form).date()  # noqa: DTZ007  a day has no zone
        message = _("“{text}” is not a day; write year-month-day, for example 2026-11-01.").format(text=value)
        raise click.BadParameter(message, ctx, param)


DAY = DayType()


def span_options(verb: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--from` and `--to`."""
    verb = click.option("--to", "until", metavar="D", help=_("Last day (2026-11-30), or a moment (2026-11-30T17:00)."))(
        verb
    )
    return click.option("--from", "since", metavar="D", help=_("First day (2026-11-01), or a moment."))(verb)


def to_span(
    since: str | None, until: str | None, zone: ZoneInfo, now: datetime.datetime, *, past: bool = False
) -> tuple[datetime.datetime, datetime.datetime]:
    """Aware instants [first, last). Without options: the next seven days, or everything `past`.

    Raises click.BadParameter for what is no day.
    """
    long_ago = datetime.datetime(2000, 1, 1, tzinfo=zone)
    first = _instant(since, zone, "--from") if since else (long_ago if past else now)
    if until:
        last = _instant(until, zone, "--to", end=True)
    else:
        last = now + _WEEK if past else max(first, now if since is None else first) + _WEEK
    if last < first:
        raise click.BadParameter(_("The span ends before it starts."), param_hint="--to")
    return first, last


def _instant(text: str, zone: ZoneInfo, option: str, *, end: bool = False) -> datetime.datetime:
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        message = _("“{text}” is not a day; write year-month-day, for example 2026-11-01.").format(text=text)
        raise click.BadParameter(message, param_hint=option) from None
    whole_day = len(text.strip()) <= len("2026-11-01")
    moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return moment + datetime.timedelta(days=1) if whole_day and end else moment
