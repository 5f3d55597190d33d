"""Decide whether the computer's clock can be trusted, and detect that the process was stopped or suspended."""

import datetime
from dataclasses import dataclass

from loa import RELEASED
from loa.automation.intervals import Timing
from loa.clock import Clock
from loa.i18n import _

_FLOOR = datetime.datetime.combine(RELEASED, datetime.time(), datetime.UTC)
"""An earlier time must be wrong: this program did not exist. A computer without a battery clock starts in 1970."""
_CEILING = _FLOOR + datetime.timedelta(days=15 * 365)
"""A later time must be wrong: a clock chip whose battery was empty shows 2099, for one."""
_TOLERANCE = datetime.timedelta(minutes=2)
_AHEAD = datetime.timedelta(days=7)
"""How far the clock may be ahead of when the station was last seen on air, unless NTP or a person vouches for it."""
_BACK = datetime.timedelta(days=1)
"""How far it may be set back while the station runs, unless NTP or a person vouches for it."""
_SMALL_STEP = 15 * 60.0
"""Seconds; a smaller step is a correction by NTP and is trusted immediately."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A result of `ClockGuard.check`.

    `doubt`: why nothing may start now, or None. `slept`: seconds that the process stood still, else 0. `stepped`:
    seconds by which the wall clock was set. `vouched`: whether NTP says that the clock is right, or a person has said
    so since the reading before.
    """

    now: datetime.datetime
    doubt: str | None = None
    slept: float = 0.0
    stepped: float = 0.0
    vouched: bool = False


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Between which times the clock is plausible, `ticks` being the other clock's time for both."""

    low: datetime.datetime
    high: datetime.datetime
    ticks: float


class ClockGuard:
    """Compares the wall clock with the monotonic clock, with the last time at which the station was on air, with NTP.

    `seen`: the newest log row or the last heartbeat, `heartbeat`: the latter. `trusted`: a person vouches.
    """

    def __init__(
        self,
        clock: Clock,
        timing: Timing,
        seen: datetime.datetime | None,
        heartbeat: datetime.datetime | None = None,
        *,
        trusted: bool = False,
    ) -> None:
        self._clock, self._timing = clock, timing
        self._wall, self._ticks, self._suspended = clock.now(), clock.elapsed(), clock.suspended()
        low = max(_FLOOR, seen - _TOLERANCE) if seen else _FLOOR
        high = min(_CEILING, max(heartbeat, low) + _AHEAD) if heartbeat else _CEILING
        self._bounds = _Bounds(low, high, self._ticks)
        self._ever_believed = False
        self._doubt_until: float | None = None
        self._vouched = False
        self.gap: tuple[str, datetime.datetime] | None = None
        """The last period in which nothing could start: the reason and the end."""
        if trusted:
            self.trust()

    def gap_reason(self, planned: datetime.datetime | None = None) -> str:
        """Return why an airing planned at `planned` could not start; "" if it is after the last gap."""
        return self.gap[0] if self.gap and (planned is None or planned <= self.gap[1]) else ""

    def trust(self) -> None:
        """A person or NTP says that the clock is right now."""
        self._believe(self._clock.now(), self._clock.elapsed())
        self._doubt_until, self._vouched = None, True

    def check(self) -> Reading:
        """Compare the clocks; call it about once a second."""
        wall, ticks = self._clock.now(), self._clock.elapsed()
        stepped = (wall - self._wall).total_seconds() - (ticks - self._ticks)
        suspended = self._clock.suspended()
        slept = suspended - self._suspended
        self._wall, self._ticks, self._suspended = wall, ticks, suspended
        slept = slept if slept > self._timing.asleep else 0.0
        if self._clock.synchronised():
            self.trust()
        elif abs(stepped) > _SMALL_STEP:
            self._doubt_until = ticks + self._timing.doubt
        if self._doubt_until is not None and ticks < self._doubt_until:
            return Reading(wall, _("the clock has just jumped"), slept, stepped)
        self._doubt_until = None
        vouched, self._vouched = self._vouched, False
        doubt = self._implausible(wall, ticks)
        if not doubt and not self._ever_believed:
            high = self._bounds.high + datetime.timedelta(seconds=ticks - self._bounds.ticks)
            self._believe(wall, ticks, high)
        return Reading(wall, doubt, slept, stepped if doubt or abs(stepped) > 1 else 0.0, vouched)

    def _believe(self, wall: datetime.datetime, ticks: float, high: datetime.datetime = _CEILING) -> None:
        """Measure later jumps from here. A jump that only seems plausible does not move the bounds."""
        self._ever_believed = True
        self._bounds = _Bounds(wall - _BACK, min(high, wall + _AHEAD), ticks)

    def _implausible(self, wall: datetime.datetime, ticks: float) -> str | None:
        """Return why `wall` cannot be the time; None if it can."""
        gone = datetime.timedelta(seconds=ticks - self._bounds.ticks)
        # Before it was ever believed, `low` is what the log says: a restart would look at nothing else.
        low = self._bounds.low + (gone if self._ever_believed else datetime.timedelta())
        high = self._bounds.high + gone
        now = f"{wall:%Y-%m-%d %H:%M}"
        if wall < low and wall < _FLOOR:
            return _("the clock says {now}, which is before this version of Loa was made").format(now=now)
        if wall < low:
            return _("the clock says {now}, which is before {floor}, when the station was last seen on air").format(
                now=now, floor=f"{low:%Y-%m-%d %H:%M}"
            )
        if wall > high:
            return _("the clock says {now}, which is long after the station was last on air").format(now=now)
        return None
