"""What is wrong with planned airings: two at once on one loudspeaker, and the rules of the commune."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from generator.i18n import _
from generator.schedule.airing import Airing, Problem
from generator.schedule.broadcast import RANK
from generator.schedule.model import Rules, Schedule

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
