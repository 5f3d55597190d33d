"""The schedule between two instants: every airing, with what is wrong about it. Pure: no clock, no files."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from dateutil.rrule import rrulestr

from generator.i18n import _
from generator.schedule.broadcast import Broadcast, Priority
from generator.schedule.days import day_rule, days_of
from generator.schedule.model import Schedule

UTC = datetime.UTC
_ONE_DAY = datetime.timedelta(days=1)
_EVERY_DAY = (day_rule("daily"),)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an airing: `plan.clash`, or a rule of the commune (`rule.window`, `.minutes`, `.sessions`)."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Airing:
    """One broadcast at one planned instant. `minutes`: the longest it may last. `skipped`: why it is left out."""

    id: str
    broadcast: str
    commune: str
    bulletin: str
    planned: datetime.datetime
    minutes: float
    outputs: tuple[str, ...]
    priority: Priority
    problems: tuple[Problem, ...] = ()
    skipped: str | None = None

    @property
    def ends(self) -> datetime.datetime:
        """When it is over at the latest, if it starts on time."""
        return self.planned + datetime.timedelta(minutes=self.minutes)


def airing_id(broadcast: str, planned: datetime.datetime) -> str:
    """`<broadcast>@<planned UTC instant>`, for instance `trung-son-dvc@2023-08-08T10:00:00Z`."""
    return f"{broadcast}@{planned.astimezone(UTC).isoformat(timespec='seconds')[:-6]}Z"


def airings(
    schedule: Schedule, since: datetime.datetime, until: datetime.datetime, *, with_skipped: bool = False
) -> tuple[Airing, ...]:
    """All airings planned in [since, until), by instant, the more urgent first; those left out only if asked for.

    Both instants are aware. Whole local days around them are looked at, so that a rule or a clash does not depend
    on where the span is cut.
    """
    from generator.schedule.conflicts import with_problems

    first = since.astimezone(schedule.timezone).date() - _ONE_DAY
    last = until.astimezone(schedule.timezone).date() + _ONE_DAY
    found = [airing for b in schedule.broadcasts for airing in _of_broadcast(schedule, b, first, last)]
    checked = with_problems(schedule, found)
    return tuple(a for a in checked if since <= a.planned < until and (with_skipped or a.skipped is None))


def _of_broadcast(
    schedule: Schedule, broadcast: Broadcast, first: datetime.date, last: datetime.date
) -> Iterator[Airing]:
    seen: set[str] = set()
    zone = schedule.timezone
    named = {extra.moment for extra in broadcast.also}
    excepted = {day: rule.text for rule in reversed(broadcast.except_) for day in days_of(rule, first, last)}
    for local, campaign in _moments(broadcast, first, last):
        instant = local.replace(tzinfo=zone).astimezone(UTC)
        name = airing_id(broadcast.id, instant)
        if name in seen:  # two wall-clock hours that a change of the clocks makes one
            continue
        seen.add(name)
        day = excepted.get(local.date()) if local not in named else None  # who named this moment means it all the same
        yield Airing(
            name,
            broadcast.id,
            broadcast.commune,
            f"{broadcast.commune}/{broadcast.bulletin_name(campaign)}",
            instant.astimezone(zone),
            broadcast.length.max / 60,
            broadcast.on,
            broadcast.priority,
            (),
            _("an exception of the schedule: {day}").format(day=day) if day else None,
        )


def _moments(
    broadcast: Broadcast, first: datetime.date, last: datetime.date
) -> Iterator[tuple[datetime.datetime, str | None]]:
    """Wall-clock moments from `first` to `last`, with the campaign whose turn it is where they rotate."""
    start = broadcast.from_ if broadcast.rotate and broadcast.from_ else first
    turn, hours = 0, sorted(set(broadcast.at))
    for day in _days(broadcast, min(start, first) if broadcast.rotate else first, last):
        for hour in hours:
            if day >= first:
                yield datetime.datetime.combine(day, hour), broadcast.campaigns[turn % len(broadcast.campaigns)]
            turn += 1
    for extra in broadcast.also:
        if first <= extra.moment.date() <= last:
            yield extra.moment, extra.campaign or broadcast.campaigns[0]


def _days(broadcast: Broadcast, first: datetime.date, last: datetime.date) -> Iterator[datetime.date]:
    """The days that its rule means, exceptions included, in order."""
    first = max(first, broadcast.from_) if broadcast.from_ else first
    last = min(last, broadcast.until) if broadcast.until else last
    if broadcast.rrule and broadcast.from_:
        rule = rrulestr(broadcast.rrule, dtstart=datetime.datetime.combine(broadcast.from_, datetime.time()))
        start, end = (datetime.datetime.combine(day, datetime.time()) for day in (first, last))
        yield from sorted({moment.date() for moment in rule.between(start, end, inc=True)})
        return
    anchor = broadcast.from_ - datetime.timedelta(days=broadcast.from_.weekday()) if broadcast.from_ else first
    rules = _EVERY_DAY if broadcast.days is None else broadcast.days
    for day in sorted(set().union(*(days_of(rule, first, last) for rule in rules))):
        if broadcast.every_weeks == 1 or (day - anchor).days // 7 % broadcast.every_weeks == 0:
            yield day
