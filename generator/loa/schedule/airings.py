"""Compute the airings between two instants, with their problems. Pure functions: no clock, no files."""

import datetime
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from dateutil.rrule import rrulestr

from loa.i18n import _
from loa.schedule.local_time import LocalTime, local_moment
from loa.schedule.models import RANK, Broadcast, Priority, Schedule
from loa.schedule.values import day_rule, days_of
from loa.schedule.wording import in_words

UTC = datetime.UTC
_ONE_DAY = datetime.timedelta(days=1)
_EVERY_DAY = (day_rule("daily"),)


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem of an airing: `plan.clash`, `plan.quiet` (some of its loudspeakers stay quiet), or a broken rule
    (`rule.window`, `rule.quiet`, `rule.minutes`, `rule.sessions`, `rule.day`), which leaves it out.

    `other`: the broadcast that it clashes with.
    """

    code: str
    message: str
    other: str | None = None


@dataclass(frozen=True, slots=True)
class Airing:
    """One broadcast at one planned instant. `minutes`: its maximum length. `skipped`: why it is not aired, or None.

    `moved`: by the wall clock, where a person moved it to if it is skipped, where it comes from if it is aired.
    `follows`: the airing on other groups after which this one comes (`Schedule.stages`). `test`: as of its broadcast.
    """

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
    moved: datetime.datetime | None = None
    follows: str | None = None
    test: bool = False

    @property
    def details(self) -> dict[str, Any]:
        """What its rows of the log tell of the schedule: a report counts what follows another airing with that one."""
        return {**({"follows": self.follows} if self.follows else {}), **({"test": True} if self.test else {})}

    @property
    def forbidden(self) -> str:
        """Why it is not to be aired: left out, or against a rule; "" if it is."""
        return self.skipped or "; ".join(p.message for p in self.problems if p.code.startswith("rule."))

    @property
    def ends(self) -> datetime.datetime:
        """The latest end, if it starts on time."""
        return self.planned + datetime.timedelta(minutes=self.minutes)


def airing_id(broadcast: str, planned: datetime.datetime) -> str:
    """Return the id: `<broadcast>@<planned UTC instant>`, for example `trung-son-dvc@2023-08-08T10:00:00Z`."""
    return f"{broadcast}@{planned.astimezone(UTC).isoformat(timespec='seconds')[:-6]}Z"


def airings(
    schedule: Schedule, since: datetime.datetime, until: datetime.datetime, *, with_skipped: bool = False
) -> tuple[Airing, ...]:
    """Return all airings planned in [since, until), ordered by instant and priority; skipped ones if `with_skipped`.

    Both instants are timezone-aware. Whole local days around them are computed, so that problems do not depend on where
    the span begins and ends.
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
    stages = schedule.stages(broadcast)
    firsts: list[Airing] = []
    named = {extra.moment for extra in broadcast.extras}
    gone = {move.old: move.new for move in broadcast.moved if move.old != move.new}
    came = {move.new: move.old for move in broadcast.moved}
    excepted = {day: rule.text for rule in reversed(broadcast.except_) for day in days_of(rule, first, last)}
    for local, campaign in _moments(broadcast, first, last):
        instant = local.replace(tzinfo=zone).astimezone(UTC)
        name = airing_id(broadcast.id, instant)
        if name in seen:  # also two wall-clock times that are the same instant after a change of the clocks
            continue
        seen.add(name)
        day = (
            excepted.get(local.date()) if local not in named else None
        )  # a moment that is named by itself is aired on an excepted day, too
        skipped = _("an exception of the schedule: {day}").format(day=in_words(day)) if day else None
        if local in gone and local not in came:
            skipped = _("moved to {moment}").format(moment=f"{gone[local]:%H:%M %d/%m/%Y}")
        made = Airing(
            name,
            broadcast.id,
            broadcast.commune,
            f"{broadcast.commune}/{broadcast.bulletin_name(campaign)}",
            instant.astimezone(zone),
            broadcast.length.max / 60,
            stages[0],
            broadcast.priority,
            (),
            skipped,
            gone.get(local) or came.get(local),
            test=broadcast.test,
        )
        firsts.append(made)
        if len(stages) == 1 or schedule.loudspeakers(stages[0]):  # else players alone air it
            yield made
    step = datetime.timedelta(minutes=math.ceil(broadcast.length.max / 60))
    for number, outputs in enumerate(stages[1:], 1):
        for before in firsts:
            instant = before.planned.astimezone(UTC) + number * step
            while (name := airing_id(broadcast.id, instant)) in seen:
                instant += datetime.timedelta(seconds=1)
            seen.add(name)
            later = instant.astimezone(zone)
            if schedule.loudspeakers(outputs):
                yield replace(before, id=name, planned=later, outputs=outputs, moved=None, follows=before.id)


def _moments(
    broadcast: Broadcast, first: datetime.date, last: datetime.date
) -> Iterator[tuple[datetime.datetime, str | None]]:
    """Yield the wall-clock moments from `first` to `last`, each with its campaign if the campaigns rotate.

    A moment may come twice; the first one counts: what is named by itself goes before the turn of that hour.
    """
    extras = [extra for extra in broadcast.extras if first <= extra.moment.date() <= last]
    yield from ((extra.moment, extra.campaign) for extra in extras if extra.campaign)
    start = broadcast.from_ if broadcast.rotate and broadcast.from_ else first
    turn, hours = 0, sorted(set(broadcast.at))
    for day in _days(broadcast, min(start, first) if broadcast.rotate else first, last):
        for hour in hours:
            if day >= first:
                yield hour.on(day), _turn(broadcast, turn)
            turn += 1
    yield from ((extra.moment, _turn(broadcast, 0)) for extra in extras if not extra.campaign)


def _turn(broadcast: Broadcast, number: int) -> str | None:
    """Return the campaign of the airing with this number; None for a programme without articles."""
    return broadcast.campaigns[number % len(broadcast.campaigns)] if broadcast.campaigns else None


def _days(broadcast: Broadcast, first: datetime.date, last: datetime.date) -> Iterator[datetime.date]:
    """Yield the days of the broadcast in order, excepted days included."""
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
    """Return `found` ordered by instant and priority, with problems filled in."""
    order = sorted(found, key=lambda a: (a.planned, RANK[a.priority]))
    problems: dict[str, list[Problem]] = defaultdict(list)
    live = [a for a in order if a.skipped is None and a.priority != "emergency"]
    _clashes(schedule, live, problems)
    for airing in live:
        if not inside_hours(schedule, airing):
            message = _("outside the hours that the commune allows ({spans})").format(spans=schedule.rules.hours)
            problems[airing.id].append(Problem("rule.window", message))
        quiet = schedule.quiet(airing.outputs, airing.planned, airing.ends)
        if quiet:
            everywhere = quiet == set(schedule.loudspeakers(airing.outputs))
            message = _("it must be quiet then at {outputs}").format(outputs=", ".join(sorted(quiet)))
            problems[airing.id].append(Problem("rule.quiet" if everywhere else "plan.quiet", message))
    rules = schedule.rules
    if rules.max_minutes or rules.max_sessions_per_day or rules.max_minutes_per_day:
        _sessions(schedule, live, problems)
    return [replace(a, problems=tuple(problems[a.id])) if a.id in problems else a for a in order]


def _clashes(schedule: Schedule, live: list[Airing], problems: dict[str, list[Problem]]) -> None:
    """Find airings that overlap on a loudspeaker: one with priority cuts an ordinary one, else the later one waits."""
    busy: dict[str, dict[Priority, Airing]] = defaultdict(dict)
    speakers = {names: schedule.loudspeakers(names) for names in {a.outputs for a in live}}
    for airing in live:
        waits: dict[str, list[str]] = {}
        cuts: dict[str, tuple[Airing, list[str]]] = {}
        ends = airing.ends
        for speaker in speakers[airing.outputs]:
            here = busy[speaker]
            for other in here.values():
                if other.ends <= airing.planned:
                    continue
                if RANK[airing.priority] < RANK[other.priority]:
                    cuts.setdefault(other.id, (other, []))[1].append(speaker)
                else:
                    waits.setdefault(other.broadcast, []).append(speaker)
            last = here.get(airing.priority)
            if last is None or last.ends < ends:
                here[airing.priority] = airing
        for name, where in waits.items():
            message = _("meets {other} on {outputs}: it will have to wait")
            problems[airing.id].append(_clash(message, other=name, outputs=", ".join(where)))
        for other, where in cuts.values():
            message = _("has priority and cuts {other} on {outputs}")
            problems[airing.id].append(_clash(message, other=other.broadcast, outputs=", ".join(where)))
            broadcast = schedule.broadcast(other.broadcast)
            message = (
                _("{other} has priority and cuts it at {time} on {outputs}; it goes on afterwards")
                if broadcast is None or broadcast.resume_after_cut
                else _("{other} has priority and cuts it at {time} on {outputs}; it does not go on afterwards")
            )
            time, place = f"{airing.planned:%H:%M}", ", ".join(where)
            problems[other.id].append(_clash(message, other=airing.broadcast, time=time, outputs=place))


def _clash(message: str, **words: str) -> Problem:
    return Problem("plan.clash", message.format(**words), words["other"])


def inside_hours(schedule: Schedule, airing: Airing) -> bool:
    """Return whether the whole airing is within the hours that the commune allows, by the commune's clocks.

    `airing.planned` may be given in any time zone: an airing on request is planned in UTC.
    """
    allowed, zone = schedule.rules.allowed, schedule.timezone
    if not allowed:
        return True
    if local_moment(airing.planned, zone).date() != local_moment(airing.ends, zone).date():
        return False
    begins, stops = LocalTime.of(airing.planned, zone), LocalTime.of(airing.ends, zone)
    return any(first <= begins and stops <= last for first, last in allowed)


def hours_end(schedule: Schedule, airing: Airing) -> datetime.datetime | None:
    """Return when the allowed hours end in which the airing begins: a late start must not sound after them, either.

    None where they do not bind it: there are none, it begins outside of them, or it is an emergency.
    """
    zone = schedule.timezone
    begins = LocalTime.of(airing.planned, zone)
    for first, last in schedule.rules.allowed if airing.priority != "emergency" else ():
        if first <= begins < last:
            return last.on(local_moment(airing.planned, zone).date()).replace(tzinfo=zone)
    return None


def _sessions(schedule: Schedule, live: list[Airing], problems: dict[str, list[Problem]]) -> None:
    """Check the minutes of each session, and the sessions and minutes of each day, as a listener beside a loudspeaker
    counts them.

    A session is what is aired there without a break. Each commune's airings are counted by themselves; a test of the
    equipment is not.
    """
    rules = schedule.rules
    live = [airing for airing in live if not airing.test]
    speakers = {names: schedule.loudspeakers(names) for names in {a.outputs for a in live}}
    heard: dict[tuple[str, datetime.date, str], list[Airing]] = defaultdict(list)
    for airing in live:
        day = local_moment(airing.planned, schedule.timezone).date()
        for speaker in speakers[airing.outputs]:
            heard[airing.commune, day, speaker].append(airing)
    places: dict[tuple[str, ...], list[str]] = defaultdict(list)
    same: dict[tuple[str, ...], list[Airing]] = {}
    for (_commune, _day, speaker), items in heard.items():
        key = tuple(airing.id for airing in items)
        places[key].append(speaker)
        same[key] = items
    longest: dict[str, dict[float, list[str]]] = defaultdict(lambda: defaultdict(list))
    most: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    whole: dict[str, dict[float, list[str]]] = defaultdict(lambda: defaultdict(list))
    for key, items in same.items():
        number, minutes, day_minutes, end = 0, 0.0, 0.0, None
        for airing in items:
            if end is None or airing.planned > end + _SAME_SESSION:
                number, minutes, end = number + 1, 0.0, airing.planned
            minutes += airing.minutes
            day_minutes += airing.minutes
            end = max(end, airing.planned) + datetime.timedelta(minutes=airing.minutes)
            if rules.max_minutes and minutes > rules.max_minutes:
                longest[airing.id][minutes] += places[key]
            if rules.max_sessions_per_day and number > rules.max_sessions_per_day:
                most[airing.id][number] += places[key]
            if rules.max_minutes_per_day and day_minutes > rules.max_minutes_per_day:
                whole[airing.id][day_minutes] += places[key]
    for airing in live:
        for minutes, where in sorted(longest.get(airing.id, {}).items())[-1:]:
            message = _("the session gets {minutes:g} minutes long; the commune allows {limit}").format(
                minutes=minutes, limit=rules.max_minutes
            )
            problems[airing.id].append(Problem("rule.minutes", _at(message, where, speakers[airing.outputs])))
        for number, where in sorted(most.get(airing.id, {}).items())[-1:]:
            message = _("session number {number} of the day; the commune allows {limit}").format(
                number=number, limit=rules.max_sessions_per_day
            )
            problems[airing.id].append(Problem("rule.sessions", _at(message, where, speakers[airing.outputs])))
        for minutes, where in sorted(whole.get(airing.id, {}).items())[-1:]:
            message = _("{minutes:g} minutes on this day; the commune allows {limit}").format(
                minutes=minutes, limit=rules.max_minutes_per_day
            )
            problems[airing.id].append(Problem("rule.day", _at(message, where, speakers[airing.outputs])))


def _at(message: str, where: list[str], all_: tuple[str, ...]) -> str:
    """Say where it is so, unless it is so on every loudspeaker of the airing."""
    if len(where) == len(all_):
        return message
    return _("{problem} (on {outputs})").format(problem=message, outputs=", ".join(where))
