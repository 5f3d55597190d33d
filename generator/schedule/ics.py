"""Airings as an iCalendar file that Google Calendar and Thunderbird accept (RFC 5545)."""

import datetime
from collections.abc import Iterable

from icalendar import Calendar, Event

from generator import __version__
from generator.i18n import _
from generator.schedule.airing import UTC, Airing


def to_ics(airings: Iterable[Airing], stamp: datetime.datetime) -> str:
    """The calendar; `stamp` is when it was made. Instants are UTC, so that every reader shows its own local time."""
    calendar = Calendar()
    calendar.add("prodid", f"-//Loa//{__version__}//VI")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("On air"))
    for airing in airings:
        event = Event()
        event.add("uid", f"{airing.id}@loa")
        event.add("dtstamp", stamp.astimezone(UTC))
        event.add("dtstart", airing.planned.astimezone(UTC))
        event.add("dtend", airing.ends.astimezone(UTC))
        event.add("summary", f"{airing.broadcast} ({airing.commune})")
        event.add("location", ", ".join(airing.outputs))
        event.add("categories", [airing.priority])
        if airing.problems:
            event.add("description", "\n".join(problem.message for problem in airing.problems))
        calendar.add_component(event)
    return str(calendar.to_ical().decode("utf-8"))
