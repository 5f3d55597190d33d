"""The calendar: a day, a week or a month of airings, laid out on a grid of hours and days."""

import datetime
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from loa.errors import Finding
from loa.schedule import Schedule
from loa.web.views.airings import AiringList, Slot

Span = Literal["day", "week", "month"]
_ONE_DAY = datetime.timedelta(days=1)
STEP = 5
"""Minutes to which a box is drawn."""
_SHORTEST = 15
"""Minutes that a box is high at least: what is shorter could not be read."""
_LONGEST = 240
"""Minutes that a box is high at most; `length.max` allows no more."""
_LANES = {"day": 6, "week": 3, "month": 1}
"""Airings at one time that stand beside each other; of more, the last place says how many."""
_A_DAY = {"day": 150, "week": 14, "month": 4}
"""Airings that a page shows of a day."""
_FEW_HOURS = (6, 17)
"""What a grid shows where nothing is planned and every hour is allowed."""


@dataclass(frozen=True, slots=True)
class Box:
    """An airing in the row of the hour in which it begins: `start` and `steps` count steps of 5 minutes, `lane` of
    `lanes` is its place beside others. `more`: in place of an airing, how many have no place.
    """

    slot: Slot
    start: int
    steps: int
    lane: int = 0
    lanes: int = 1
    more: int = 0


@dataclass(frozen=True, slots=True)
class Shade:
    """A part of an hour in which broadcasting is allowed (or, `quiet`, nothing may sound); in steps, as a box."""

    start: int
    steps: int
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """An hour of a day. `now`: how many steps of it have gone, in the present hour; else None."""

    boxes: tuple[Box, ...] = ()
    shades: tuple[Shade, ...] = ()
    now: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """An hour on each day; or hours in which nothing is, from `hour` to before `until`, as one thin row."""

    hour: int
    until: int
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """The airings of a day: those that the page shows, how many there are, how many are in trouble."""

    date: datetime.date
    slots: tuple[Slot, ...]
    count: int = 0
    trouble: int = 0

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.slots)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days around `day`, as `span` says; `chosen`: the airing that is open beside the grid.

    A month has whole weeks; days of other months are in them.
    """

    span: Span
    day: datetime.date
    today: datetime.date
    days: tuple[Day, ...]
    rows: tuple[Row, ...] = ()
    schedule: Schedule | None = None
    findings: tuple[Finding, ...] = ()
    chosen: Slot | None = None
    weeks: tuple[tuple[Day, ...], ...] = field(default=())

    @property
    def first(self) -> datetime.date:
        """The first day."""
        return _reach(self.span, self.day)[0]

    @property
    def last(self) -> datetime.date:
        """The last day."""
        return _reach(self.span, self.day)[1]

    @property
    def before(self) -> datetime.date:
        """A day of the span before."""
        return self.first - _ONE_DAY

    @property
    def after(self) -> datetime.date:
        """A day of the span after."""
        return self.last + _ONE_DAY

    @property
    def strip(self) -> tuple[datetime.date, ...]:
        """The seven days of the week of `day`."""
        monday = self.day - self.day.weekday() * _ONE_DAY
        return tuple(monday + n * _ONE_DAY for n in range(7))


def _reach(span: Span, day: datetime.date) -> tuple[datetime.date, datetime.date]:
    """The first and the last day."""
    if span == "day":
        return day, day
    if span == "week":
        monday = day - day.weekday() * _ONE_DAY
        return monday, monday + 6 * _ONE_DAY
    first = day.replace(day=1)
    return first, (first + 31 * _ONE_DAY).replace(day=1) - _ONE_DAY


def _moments(schedule: Schedule, span: Span, day: datetime.date) -> tuple[datetime.datetime, datetime.datetime]:
    """From when to before when a page shows airings: the days around `day`, of a month its whole weeks."""
    first, last = _reach(span, day)
    if span == "month":
        first, last = _reach("week", first)[0], _reach("week", last)[1]
    midnight = datetime.time()
    return (
        datetime.datetime.combine(first, midnight, schedule.timezone),
        datetime.datetime.combine(last + _ONE_DAY, midnight, schedule.timezone),
    )


def work_ahead(airings: AiringList) -> None:
    """Work out one span of those that people open first, where it is not known yet: the console does so each second,
    because the month of five hundred communes takes a tenth of a second.
    """
    schedule = airings.files.plan().schedule
    if schedule is None:
        return
    today = airings.files.now().date()
    week, (first, last) = 7 * _ONE_DAY, _reach("month", today)
    wanted: list[tuple[Span, datetime.date]] = [("week", today), ("day", today), ("month", today)]
    wanted += [("month", last + _ONE_DAY), ("week", today + week), ("week", today - week), ("month", first - _ONE_DAY)]
    for span, day in wanted:
        since, until = _moments(schedule, span, day)
        if not airings.knows(schedule, since, until):
            airings.planned(schedule, since, until)
            return


def calendar(airings: AiringList, span: Span, day: datetime.date, *, zone: str = "", open_: str = "") -> Calendar:
    """The calendar around `day`; `zone` as in `AiringList.between`, `open_`: the id of the airing that is open.

    Raises StoreError.
    """
    plan = airings.files.plan()
    schedule = plan.schedule
    if schedule is None:
        return Calendar(span, day, day, (), findings=plan.findings)
    now = datetime.datetime.now(schedule.timezone)
    since, until = _moments(schedule, span, day)
    first, last = since.date(), until.date() - _ONE_DAY
    slots = airings.between(schedule, since, until, zone) + airings.beside(schedule, since, until, zone)
    by_day: dict[datetime.date, list[Slot]] = {}
    for slot in slots:
        by_day.setdefault(slot.local.date(), []).append(slot)
    dates = [first + n * _ONE_DAY for n in range((last - first).days + 1)]
    days = tuple(_day(date, by_day.get(date, []), _A_DAY[span]) for date in dates)
    made = Calendar(span, day, now.date(), days, schedule=schedule, findings=plan.findings)
    if span == "month":
        return replace(made, weeks=tuple(days[n : n + 7] for n in range(0, len(days), 7)))
    chosen = next((slot for slot in slots if slot.airing.id == open_), None) if open_ else None
    return replace(made, rows=_rows(made, schedule, zone, now), chosen=chosen)


def _day(date: datetime.date, slots: list[Slot], most: int) -> Day:
    """Those with trouble and those to come before those that are over, where there are too many."""
    kept = sorted(slots, key=_urgency)[:most]
    trouble = sum(slot.tone in {"bad", "warn"} for slot in slots)
    return Day(date, tuple(sorted(kept, key=lambda slot: slot.local)), len(slots), trouble)


def _urgency(slot: Slot) -> tuple[bool, bool, datetime.datetime]:
    return slot.tone not in {"bad", "warn"}, slot.past, slot.local


def _minute(moment: datetime.datetime) -> int:
    return moment.hour * 60 + moment.minute


def _shades(schedule: Schedule, date: datetime.date, zone: str) -> list[tuple[int, int, bool]]:
    """From which minute to which broadcasting is allowed, or must be quiet everywhere (with `zone`: there)."""
    midnight = datetime.datetime.combine(date, datetime.time())
    allowed = [(_minute(a.on(date)), _minute(b.on(date)), False) for a, b in schedule.rules.allowed]
    quiet = [
        (_minutes_since(midnight, begins), _minutes_since(midnight, ends), True)
        for limit in schedule.rules.limits
        if limit.max_volume == 0 and (not limit.on or (zone and zone in schedule.loudspeakers(limit.on)))
        for begins, ends in limit.spans(date, date)
    ]
    return [*(allowed or [(0, 24 * 60, False)]), *quiet]


def _minutes_since(midnight: datetime.datetime, moment: datetime.datetime) -> int:
    return round((moment - midnight).total_seconds() / 60)


def _rows(made: Calendar, schedule: Schedule, zone: str, now: datetime.datetime) -> tuple[Row, ...]:
    """Every hour in which something is or may be, and a thin row for the hours between."""
    boxes = [_boxes(day.slots, _LANES[made.span]) for day in made.days]
    shades = [_shades(schedule, day.date, zone) for day in made.days]
    hours = {hour for of_day in boxes for box in of_day for hour in _hours(box)}
    if schedule.rules.allowed:
        hours |= {
            hour for of_day in shades for begins, ends, quiet in of_day if not quiet for hour in _between(begins, ends)
        }
    hours = hours or set(_FEW_HOURS)
    rows: list[Row] = []
    for hour in range(min(hours), max(hours) + 1):
        if hour in hours:
            cells = (
                Cell(
                    tuple(box for box in of_day if box.slot.local.hour == hour),
                    tuple(_of_hour(shaded, hour)),
                    now.minute // STEP if (day.date, hour) == (now.date(), now.hour) else None,
                )
                for day, of_day, shaded in zip(made.days, boxes, shades, strict=True)
            )
            rows.append(Row(hour, hour + 1, tuple(cells)))
        elif rows and not rows[-1].cells:
            rows[-1] = replace(rows[-1], until=hour + 1)
        else:
            rows.append(Row(hour, hour + 1))
    return tuple(rows)


def _hours(box: Box) -> range:
    begins = box.slot.local.hour * 60 + box.start * STEP
    return _between(begins, min(begins + box.steps * STEP, 24 * 60))


def _between(first: int, last: int) -> range:
    """The hours of a day that a span of minutes touches."""
    return range(first // 60, -(-last // 60))


def _of_hour(spans: Iterable[tuple[int, int, bool]], hour: int) -> Iterable[Shade]:
    for begins, ends, quiet in spans:
        first, last = max(begins - hour * 60, 0), min(ends - hour * 60, 60)
        if first < last:
            yield Shade(first // STEP, -(-last // STEP) - first // STEP, quiet)


def _boxes(slots: Sequence[Slot], lanes: int) -> list[Box]:
    """The airings of a day with their places; those that meet stand beside each other."""
    found: list[Box] = []
    group: list[Box] = []
    end = -1
    for slot in sorted(slots, key=lambda slot: slot.local):
        start = slot.local.minute // STEP
        length = min(max(slot.airing.minutes, _SHORTEST), _LONGEST)
        box = Box(slot, start, math.ceil((slot.local.minute % STEP + length) / STEP))
        begins = slot.local.hour * 60 + start * STEP
        if group and begins >= end:
            found += _placed(group, lanes)
            group, end = [], -1
        group.append(box)
        end = max(end, begins + box.steps * STEP)
    return found + _placed(group, lanes)


def _placed(group: list[Box], lanes: int) -> list[Box]:
    """Boxes that meet, each in the first lane that is free; those in trouble choose first where there are too many."""
    if not group:
        return []
    taken: list[list[Box]] = []
    kept: list[tuple[Box, int]] = []
    left: list[Box] = []
    crowded = _most_at_once(group) > lanes
    for box in sorted(group, key=lambda b: _urgency(b.slot)) if crowded else group:
        lane = next((n for n, there in enumerate(taken) if not any(_meet(box, other) for other in there)), len(taken))
        if lane >= (lanes - 1 if crowded else lanes):
            left.append(box)
            continue
        if lane == len(taken):
            taken.append([])
        taken[lane].append(box)
        kept.append((box, lane))
    many = lanes if left else len(taken)
    placed = [replace(box, lane=lane, lanes=many) for box, lane in kept]
    if left:
        first = min(left, key=lambda box: box.slot.local)
        placed.append(replace(first, lane=lanes - 1, lanes=lanes, more=len(left)))
    return placed


def _begins(box: Box) -> int:
    return box.slot.local.hour * 60 + box.start * STEP


def _meet(one: Box, other: Box) -> bool:
    return _begins(one) < _begins(other) + other.steps * STEP and _begins(other) < _begins(one) + one.steps * STEP


def _most_at_once(group: list[Box]) -> int:
    return max(
        (sum(_begins(o) <= _begins(box) < _begins(o) + o.steps * STEP for o in group) for box in group), default=0
    )
