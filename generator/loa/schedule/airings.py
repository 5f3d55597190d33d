"""The schedule between two instants: every airing, with what is wrong about it. Pure: no clock, no files."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from dateutil.rrule import rrulestr

from loa.i18n import _
from loa.schedule.models import RANK, Broadcast, Priority, Rules, Schedule
from loa.schedule.values import day_rule, days_of

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


_SAME_SESSION = datetime.timedelta(minutes=1)


def with_problems(schedule: Schedule, found: Iterable[Airing]) -> list[Airing]:
    """`found` in the order of the air, each with its problems."""
    order = sorted(found, key=lambda a: (a.planned, RANK[a.priority]))
    problems: dict[str, list[Problem]] = defaultdict(list)
    live = [a for a in order if a.skipped is None and a.priority != "emergency"]
    _clashes(schedule, live, problems)
    for airing in live:
        if not inside_hours(schedule.rules, airing):
            spans = ", ".join(f"{a:%H:%M}-{b:%H:%M}" for a, b in schedule.rules.allowed)
            message = _("outside the hours that the commune allows ({spans})").format(spans=spans)
            problems[airing.id].append(Problem("rule.window", message))
    if schedule.rules.max_minutes or schedule.rules.max_sessions_per_day:
        _sessions(schedule.rules, live, problems)
    return [replace(a, problems=tuple(problems[a.id])) if a.id in problems else a for a in order]


def _clashes(schedule: Schedule, live: list[Airing], problems: dict[str, list[Problem]]) -> None:
    """Normal items that meet on a loudspeaker; the later one will have to wait."""
    busy: dict[str, tuple[datetime.datetime, str]] = {}
    speakers = {names: schedule.loudspeakers(names) for names in {a.outputs for a in live}}
    for airing in live:
        if airing.priority != "normal":
            continue
        met: dict[str, list[str]] = {}
        ends = airing.ends
        for speaker in speakers[airing.outputs]:
            until, before = busy.get(speaker, (airing.planned, ""))
            if until > airing.planned:
                met.setdefault(before, []).append(speaker)
            if until < ends:
                busy[speaker] = ends, airing.broadcast
        for other, where in met.items():
            message = _("meets {other} on {outputs}: it will have to wait").format(
                other=other, outputs=", ".join(where)
            )
            problems[airing.id].append(Problem("plan.clash", message))


def inside_hours(rules: Rules, airing: Airing) -> bool:
    """Whether the whole airing lies in the hours that the commune allows."""
    if not rules.allowed:
        return True
    start, end = airing.planned, airing.ends
    if start.date() != end.date():
        return False
    begins, stops = start.time(), end.time()
    return any(a <= begins and stops <= b for a, b in rules.allowed)


def _sessions(rules: Rules, live: list[Airing], problems: dict[str, list[Problem]]) -> None:
    """A session is what a commune airs without a break: minutes are added up, sessions of a day are counted."""
    per_day: dict[tuple[str, datetime.date], list[Airing]] = defaultdict(list)
    for airing in live:
        per_day[airing.commune, airing.planned.date()].append(airing)
    for items in per_day.values():
        number, minutes, end = 0, 0.0, None
        for airing in items:
            if end is None or airing.planned > end + _SAME_SESSION:
                number, minutes, end = number + 1, 0.0, airing.planned
            minutes += airing.minutes
            end = max(end, airing.planned) + datetime.timedelta(minutes=airing.minutes)
            if rules.max_minutes and minutes > rules.max_minutes:
                message = _("the session gets {minutes:g} minutes long; the commune allows {limit}").format(
                    minutes=minutes, limit=rules.max_minutes
                )
                problems[airing.id].append(Problem("rule.minutes", message))
            if rules.max_sessions_per_day and number > rules.max_sessions_per_day:
                message = _("session number {number} of the day; the commune allows {limit}").format(
                    number=number, limit=rules.max_sessions_per_day
                )
                problems[airing.id].append(Problem("rule.sessions", message))
