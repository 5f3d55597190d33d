"""`loa plan`: what goes on air, when, and what stands in its way."""

import datetime
import json
from collections.abc import Iterable

import click

from loa import __version__
from loa.cli.app import CliContext, loa, pass_station
from loa.cli.options import span_options, to_span
from loa.formats import long_day
from loa.i18n import _
from loa.schedule import UTC, Airing, airings
from loa.schedule.loader import load_schedule


def to_ics(airings: Iterable[Airing], stamp: datetime.datetime) -> str:
    """The calendar; `stamp` is when it was made. Instants are UTC, so that every reader shows its own local time."""
    from icalendar import Calendar, Event  # 40 ms, 8 MB: only for this form

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


@loa.command(help=_("The airings to come, with conflicts and broken rules."))
@span_options
@click.option("--format", "form", type=click.Choice(["text", "json", "ics"]), default="text", help=_("Form of output."))
@pass_station
def plan(station: CliContext, since: str | None, until: str | None, form: str) -> None:
    """Print the airings of the span (the next seven days, unless told)."""
    schedule = load_schedule(station.workspace)
    now = datetime.datetime.now(UTC)
    first, last = to_span(since, until, schedule.timezone, now)
    found = airings(schedule, first, last, with_skipped=form == "text")
    if form == "json":
        click.echo(json.dumps([plan_item(airing) for airing in found], ensure_ascii=False, indent=2))
    elif form == "ics":
        click.echo(to_ics(found, now), nl=False)
    else:
        for line in plan_lines(found):
            click.echo(line)


def plan_item(airing: Airing) -> dict[str, object]:
    """The documented JSON item."""
    return {
        "airing": airing.id,
        "broadcast": airing.broadcast,
        "commune": airing.commune,
        "bulletin": airing.bulletin,
        "planned": airing.planned.isoformat(),
        "minutes": airing.minutes,
        "outputs": list(airing.outputs),
        "priority": airing.priority,
        "problems": [{"code": problem.code, "message": problem.message} for problem in airing.problems],
    }


def plan_lines(found: tuple[Airing, ...]) -> list[str]:
    """One block a day, one line an airing, problems below it."""
    if not found:
        return [_("Nothing is planned in these days.")]
    lines, day = [], None
    for airing in found:
        if airing.planned.date() != day:
            day = airing.planned.date()
            lines.append(click.style(long_day(day), bold=True))
        text = _("{minutes:g} min, {bulletin} on {outputs}").format(
            minutes=airing.minutes, bulletin=airing.bulletin, outputs=", ".join(airing.outputs)
        )
        lines.append(f"  {airing.planned:%H:%M}  {airing.broadcast}  ({text})")
        if airing.skipped:
            lines.append(click.style("         " + _("left out: {reason}").format(reason=airing.skipped), fg="cyan"))
        lines += [click.style(f"         ! {p.message} [{p.code}]", fg="yellow") for p in airing.problems]
    return lines
