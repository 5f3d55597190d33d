"""Whether the computer's clock can be believed, and whether we have just slept."""

import datetime
from dataclasses import dataclass

from loa.automation.timing import Timing
from loa.clock import Clock
from loa.i18n import _

_FLOOR = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
"""No station ran before; a computer without a battery clock starts in 1970."""
_TOLERANCE = datetime.timedelta(minutes=2)
_SMALL_STEP = 15 * 60.0
"""A correction that NTP makes, in seconds: believed at once."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the guard saw. `doubt`: why nothing may be started now; `slept`: seconds since the last look, if many."""

    now: datetime.datetime
    doubt: str | None = None
    slept: float = 0.0
    stepped: float = 0.0


class ClockGuard:
    """Compares the wall clock with the one that only goes forward, and with the last sign of life of a station here.

    `seen`: that sign, the newest row of the log or the last heartbeat, by the clock of then.
    """

    def __init__(self, clock: Clock, timing: Timing, seen: datetime.datetime | None, *, trusted: bool = False) -> None:
        self._clock, self._timing = clock, timing
        self._floor = _FLOOR if trusted or seen is None else max(_FLOOR, seen - _TOLERANCE)
        self._wall, self._ticks, self._suspended = clock.now(), clock.elapsed(), clock.suspended()
        self._doubt_until: float | None = None
        self.gap: tuple[str, datetime.datetime] | None = None
        """Why nothing could start for a while, and until when that was."""

    def gap_reason(self, planned: datetime.datetime | None = None) -> str:
        """Why an airing planned then could not start, "" if it lies after the last gap."""
        return self.gap[0] if self.gap and (planned is None or planned <= self.gap[1]) else ""

    def look(self) -> Reading:
        """To be called about once a second."""
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
            self._floor = _FLOOR  # we saw it go back ourselves; what the log says is from before
        if self._doubt_until is not None and ticks < self._doubt_until:
            return Reading(wall, _("the clock has just jumped"), slept, stepped)
        self._doubt_until = None
        if wall < self._floor:
            doubt = _("the clock says {now}, which is before {floor}, when the station was last seen on air").format(
                now=f"{wall:%Y-%m-%d %H:%M}", floor=f"{self._floor:%Y-%m-%d %H:%M}"
            )
            return Reading(wall, doubt, slept, stepped)
        return Reading(wall, None, slept, stepped if abs(stepped) > 1 else 0.0)
