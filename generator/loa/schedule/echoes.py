"""Where two horns that speak at once are heard one after the other, worked out from their positions."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

from loa.i18n import _
from loa.schedule.display_names import output_name
from loa.schedule.models import Schedule
from loa.schedule.outputs import AnyOutput, Placed

SPEED = 343.0
"""Metres that sound travels in a second, at 20 °C."""
_HARMFUL = (0.1, 0.2)
"""Seconds between two voices at which speech is understood worst."""
_REACH = 500.0
"""Metres at which a horn is still heard as loud as its neighbour's sound behind it."""
_EARTH = 6_371_000.0


@dataclass(frozen=True, slots=True)
class Echo:
    """Two loudspeakers that air `broadcast` at once, `metres` apart; one is heard up to `seconds` later."""

    broadcast: str
    first: str
    second: str
    metres: float
    seconds: float


def metres(one: str, other: str) -> float:
    """How far two positions (degrees north and east) are from each other."""
    (north, east), (north_2, east_2) = (map(math.radians, map(float, text.split(","))) for text in (one, other))
    half = (north_2 - north) / 2, (east_2 - east) / 2
    across = math.sin(half[0]) ** 2 + math.cos(north) * math.cos(north_2) * math.sin(half[1]) ** 2
    return 2 * _EARTH * math.asin(math.sqrt(across))


def echoes(schedule: Schedule) -> Iterator[Echo]:
    """Yield each pair of loudspeakers that a house hears 100 to 200 ms one after the other, once.

    Behind the nearer horn, at half their distance from it, the farther one is as much later as sound takes between
    them, and still loud enough to disturb (three times as far: 10 dB less). Emergencies go everywhere at once.
    """
    seen: set[tuple[str, str]] = set()
    for broadcast in schedule.broadcasts:
        if broadcast.priority == "emergency":
            continue
        at_once = [
            [(name, line) for name, line in schedule.lines(names).items() if _position(line)]
            for names in schedule.stages(broadcast)
        ]
        for placed in at_once:
            for (name, line), (other, line_2) in itertools.combinations(placed, 2):
                apart = metres(_position(line), _position(line_2))
                if apart * 1.5 > _REACH or (name, other) in seen:
                    continue
                shift = line.delay - line_2.delay
                at_ends = (abs(apart / SPEED + shift), abs(-apart / SPEED + shift))
                latest = max(at_ends)
                if latest >= _HARMFUL[0] and (min(at_ends) <= _HARMFUL[1] or abs(shift) < apart / SPEED):
                    seen.add((name, other))
                    yield Echo(broadcast.id, name, other, apart, latest)


def _position(output: AnyOutput) -> str:
    return output.position or "" if isinstance(output, Placed) else ""


def echo_text(schedule: Schedule, echo: Echo) -> str:
    """What is wrong, for people."""
    return _(
        "{first} and {second} speak at once and stand {metres} m apart: houses hear one up to {ms} ms later."
    ).format(
        first=output_name(schedule, echo.first),
        second=output_name(schedule, echo.second),
        metres=round(echo.metres),
        ms=round(echo.seconds * 1000),
    )


def echo_fix() -> str:
    """What can be done about it."""
    return _("Put them into two groups, one “after” the other, or turn one of them down.")
