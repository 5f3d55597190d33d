"""Decide how often each item is read, so that the bulletin has the wanted length. Pure arithmetic on seconds.

A bulletin reads every item once, then again from the start until its minimum length is reached. The smallest change
that fits is used, in this order: complete readings without change; shorter or longer pauses; a last reading of the
first items only; a slower or faster voice; a last reading that ends between two sections. Where there is a summary,
it is read in place of one more complete reading if that is enough.

The same text is read at most three times: nobody listens to a notice of a quarter of a minute nineteen times. What is
shorter than its minimum even then stays short (`Fit.short`).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from loa.bulletin.models import BulletinPlan
from loa.errors import BulletinError, Finding
from loa.formats import lasting
from loa.i18n import _, ngettext

STRETCH = (0.5, 1.4)
"""Minimum and maximum factor for the pauses of the script."""
PACE = (0.92, 1.08)
_MARGIN = 0.5  # seconds of distance from both limits: segments start on a frame, and the pace of engines is not exact
MAX_READINGS = 3
_SYLLABLES_A_SECOND = 4


@dataclass(frozen=True, slots=True)
class Length:
    """Seconds of speech (depends on the pace), of pauses (may be stretched), and of fixed parts."""

    speech: float = 0.0
    pauses: float = 0.0
    fixed: float = 0.0

    def __add__(self, other: "Length") -> "Length":
        """Add two lengths."""
        return Length(self.speech + other.speech, self.pauses + other.pauses, self.fixed + other.fixed)

    def at(self, pace: float = 1.0, stretch: float = 1.0) -> float:
        """Return the total seconds at this pace and this factor for pauses."""
        return self.speech / pace + self.pauses * stretch + self.fixed


Rounds = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """The result: `rounds[r][i]` sections of item `i` are read in round `r`; the factor for pauses; the pace;
    whether the bulletin stays below its minimum; whether the summary is read after the rounds.
    """

    rounds: Rounds
    stretch: float = 1.0
    pace: float = 1.0
    short: bool = False
    summary: bool = False


Items = tuple[tuple[Length, ...], ...]
LastReading = Literal["whole", "items", "sections"]
_STEPS: tuple[tuple[LastReading, bool], ...] = (
    ("whole", False),
    ("items", False),
    ("whole", True),
    ("items", True),
    ("sections", True),
)


def fit(plan: BulletinPlan, frame: Length, bridge: Length, items: Items, summary: Length | None = None) -> Fit:
    """Fit `items` (the lengths of their sections) between `plan.min_seconds` and `plan.max_seconds`.

    `frame` is the length of all that is heard once (jingles, opening, closing), `bridge` that of the text before each
    further reading, `summary` that of the summary and what leads to it, where there is one. Raises BulletinError where
    it is too long even once, with by how much and how to correct it.
    """
    for last_reading, change_pace in _STEPS:
        for rounds in _candidates(plan, frame, bridge, items, last_reading):
            found = _adjust(plan, total(frame, bridge, items, rounds), rounds, change_pace)
            if found:
                return found
            if summary and last_reading == "whole" and not change_pace:
                found = _adjust(plan, total(frame, bridge, items, rounds) + summary, rounds, change_pace=False)
                if found:
                    return replace(found, summary=True)
    full = tuple(len(sections) for sections in items)
    for number in range(MAX_READINGS, 0, -1):
        rounds = (full,) * number
        if summary and (total(frame, bridge, items, rounds) + summary).at() <= plan.max_seconds:
            return Fit(rounds, short=True, summary=True)
        if total(frame, bridge, items, rounds).at() <= plan.max_seconds:
            return Fit(rounds, short=True)
    raise too_long(plan, frame, items)


def total(frame: Length, bridge: Length, items: Items, rounds: Rounds) -> Length:
    """Return the total length if `rounds` are read."""
    length = frame
    for number, counts in enumerate(rounds):
        if number:
            length += bridge
        for sections, count in zip(items, counts, strict=True):
            length = sum(sections[:count], length)
    return length


def stretch_for(length: Length, plan: BulletinPlan) -> float | None:
    """Return the factor for pauses, nearest to 1, that fits `length` into `plan`; None if no allowed factor does."""
    low, high = plan.min_seconds + _MARGIN, plan.max_seconds - _MARGIN
    natural = length.at()
    if low <= natural <= high:
        return 1.0
    wanted = 1 + ((low if natural < low else high) - natural) / max(length.pauses, 1e-9)
    return wanted if STRETCH[0] <= wanted <= STRETCH[1] else None


def _adjust(plan: BulletinPlan, length: Length, rounds: Rounds, change_pace: bool) -> Fit | None:
    """Fit `rounds` by stretching pauses and, if `change_pace`, by the smallest change of pace; None if impossible."""
    stretch = stretch_for(length, plan)
    if stretch is not None:
        return Fit(rounds, stretch)
    if not change_pace:
        return None
    slow = length.at() < plan.min_seconds
    target = plan.min_seconds + 2 * _MARGIN if slow else plan.max_seconds - 2 * _MARGIN
    stretch = STRETCH[1] if slow else STRETCH[0]
    room = target - length.pauses * stretch - length.fixed
    pace = length.speech / room if room > 0 else 0.0
    return Fit(rounds, stretch, pace) if PACE[0] <= pace <= PACE[1] else None


def _candidates(
    plan: BulletinPlan, frame: Length, bridge: Length, items: Items, last_reading: LastReading
) -> Iterator[Rounds]:
    """Yield rounds to try, shortest first: complete readings, or complete readings and a part of one more."""
    full = tuple(len(sections) for sections in items)
    rounds: Rounds = (full,)
    while (
        total(frame, bridge, items, rounds).at(PACE[1], STRETCH[0]) <= plan.max_seconds and len(rounds) <= MAX_READINGS
    ):
        if last_reading == "whole":
            yield rounds
        elif len(rounds) < MAX_READINGS:
            for index, sections in enumerate(items):
                for count in range(1, len(sections) + 1) if last_reading == "sections" else (len(sections),):
                    yield (*rounds, (*full[:index], count, *(0 for _ in full[index + 1 :])))
        rounds = (*rounds, full)


def too_long(plan: BulletinPlan, frame: Length, items: Items) -> BulletinError:
    """Return the error for a bulletin that is longer than its maximum even if everything is read once."""
    full = tuple(len(sections) for sections in items)
    seconds = total(frame, Length(), items, (full,)).at()
    over = max(seconds - plan.max_seconds, 1.0)
    syllables = math.ceil(over * _SYLLABLES_A_SECOND / 10) * 10
    message = _("“{title}” lasts {length}, {over} more than its longest {max}.").format(
        title=plan.title, length=lasting(seconds), over=lasting(over), max=lasting(plan.max_seconds)
    )
    fix = ngettext(
        "Leave out about {count} syllable, or raise length.max in schedule.yaml.",
        "Leave out about {count} syllables, or raise length.max in schedule.yaml.",
        syllables,
    ).format(count=syllables)
    return BulletinError(Finding("bulletin.too-long", message, _without_last(plan, frame, items) or fix))


def _without_last(plan: BulletinPlan, frame: Length, items: Items) -> str:
    """Return the advice to leave out the last (least important) items; "" if even the first item is too long."""
    names = (*plan.campaigns, *plan.recordings)
    for kept in range(len(items) - 1, 0, -1):
        seconds = total(frame, Length(), items[:kept], (tuple(map(len, items[:kept])),)).at()
        if seconds <= plan.max_seconds:
            advice = _("Leave out {names}: then it lasts {length}. Or raise length.max in schedule.yaml.")
            return advice.format(names=", ".join(names[kept:]), length=lasting(seconds))
    return ""
