"""Decide whether the computer's clock can be trusted, and detect that the process was stopped or suspended."""

import datetime
from dataclasses import dataclass

from loa.automation.timing import Timing
from loa.clock import Clock
from loa.i18n import _

_FLOOR = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
"""An earlier time must be wrong: a computer without a battery-backed clock starts in 1970."""
_TOLERANCE = datetime.timedelta(minutes=2)
_SMALL_STEP = 15 * 60.0
"""Seconds; a smaller step is a correction by NTP and is trusted immediately."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A result of `ClockGuard.look`.

    `doubt`: why nothing may start now, or None. `slept`: seconds that the process stood still, else 0. `stepped`:
    seconds by which the wall clock was set.
    """

    now: datetime.datetime
    doubt: str | None = None
    slept: float = 0.0
    stepped: float = 0.0


class ClockGuard:
    """Compares the wall clock with the monotonic clock, and with the last time at which the station was on air.

    `seen`: that time, from the newest log row or the last heartbeat. `trusted`: do not compare with it.
    """

    def __init__(self, clock: Clock, timing: Timing, seen: datetime.datetime | None, *, trusted: bool = False) -> None:
        self._clock, self._timing = clock, timing
        self._floor = _FLOOR if trusted or seen is None else max(_FLOOR, seen - _TOLERANCE)
        self._wall, self._ticks, self._suspended = clock.now(), clock.elapsed(), clock.suspended()
        self._doubt_until: float | None = None
        self.gap: tuple[str, datetime.datetime] | None = None
        """The last period in which nothing could start: the reason and the end."""

    def gap_reason(self, planned: datetime.datetime | None = None) -> str:
        """Return why an airing planned at `planned` could not start; "" if it is after the last gap."""
        return self.gap[0] if self.gap and (planned is None or planned <= self.gap[1]) else ""

    def check(self) -> Reading:
        """Compare the clocks; call it about once a second."""
        wall, ticks = self._clock.now(), self._clock.elapsed()
        gone = ticks - self._ticks
        stepped = (wall - self._wall).total_seconds() - gone
        suspended = self._clock.suspended()
        slept = suspended - self._suspended
        self._wall, self._ticks, self._suspended = wall, ticks, suspended
        slept = slept if slept > self._timing.asleep else 0.0
        if abs(stepped) > _SMALL_STEP:
            self._doubt_until = ticks + self._timing.doubt
        if stepped < -_SMALL_STEP:
            self._floor = _FLOOR  # we observed the step back ourselves, so the log's newer times no longer count
        if self._doubt_until is not None and ticks < self._doubt_until:
            return Reading(wall, _("the clock has just jumped"), slept, stepped)
        self._doubt_until = None
        if wall < self._floor:
            doubt = _("the clock says {now}, which is before {floor}, when the station was last seen on air").format(
                now=f"{wall:%Y-%m-%d %H:%M}", floor=f"{self._floor:%Y-%m-%d %H:%M}"
            )
            return Reading(wall, doubt, slept, stepped)
        return Reading(wall, None, slept, stepped if abs(stepped) > 1 else 0.0)
