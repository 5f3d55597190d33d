"""The clock of a player: the computer's own, corrected by what the station says."""

import datetime
import threading

from loa.clock import Clock, RealClock
from loa.logs import logger

_NTP_LOOK = 1.0
"""Seconds for which an answer of the kernel about NTP counts."""
_TIME_HOLDS = 3600.0
"""Seconds for which what the station said of the time counts."""
_SMALL = 0.005
"""Seconds by which the clock may be wrong: it is not moved for less, nor for what half of the answer's way explains."""


_LEARNS, _SLOW, _MOST = 600.0, 0.1, 2e-4
"""Seconds after which a difference tells how much too quickly or slowly the computer counts; the slowest answer that
tells it; the most that a crystal can be wrong by, as a part.
"""


class PlayerClock:
    """The clock `own` (the computer's) while NTP keeps it; else the time that the station told, counted on.

    It is counted by what only goes forward, so that a computer's clock which somebody sets moves nothing. `offset`:
    seconds by which the computer's clock is ahead of the station's; None: not known.
    """

    def __init__(self, own: Clock | None = None) -> None:
        self._own = own or RealClock()
        self.speed = self._own.speed
        self.offset: float | None = None
        self._told: tuple[float, datetime.datetime] | None = None
        self._told_at, self._rate = float("-inf"), 0.0
        self._ntp, self._ntp_seen = False, float("-inf")

    def now(self) -> datetime.datetime:
        """Return the right time, as far as it is known."""
        if self._told is None or self.by_ntp():
            return self._own.now()
        return self._counted()

    def own(self) -> datetime.datetime:
        """Return what the computer's clock shows."""
        return self._own.now()

    def elapsed(self) -> float:
        """Return the seconds since a fixed moment."""
        return self._own.elapsed()

    def suspended(self) -> float:
        """Return the seconds that the computer slept."""
        return self._own.suspended()

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait until `event` is set or `seconds` have passed. Return whether it is set."""
        return self._own.wait(event, seconds)

    def by_ntp(self) -> bool:
        """Whether NTP keeps the computer's clock."""
        ticks = self._own.elapsed()
        if not 0 <= ticks - self._ntp_seen < _NTP_LOOK:
            self._ntp, self._ntp_seen = self._own.synchronised(), ticks
        return self._ntp

    def synchronised(self) -> bool:
        """Whether NTP keeps it, or the station has told the time within the last hour."""
        return self.by_ntp() or self.elapsed() - self._told_at < _TIME_HOLDS

    def tell(self, offset: float, took: float) -> None:
        """The station says that the computer's clock is ahead by `offset` seconds; the answer took `took` seconds."""
        self.offset, self._told_at = offset, self.elapsed()
        right = self._own.now() - datetime.timedelta(seconds=offset)
        ticks = self._own.elapsed()
        if self._told is None:
            self._told = ticks, right
            return
        error, since = (right - self._counted()).total_seconds(), ticks - self._told[0]
        if since >= _LEARNS and took < _SLOW:
            self._rate = max(-_MOST, min(_MOST, self._rate + error / since / 2))
        if abs(error) > max(_SMALL, took / 2):
            self._told = ticks, right
            logger().info("clock", ahead_of_station=round(offset, 3))

    def _counted(self) -> datetime.datetime:
        """The time that the station told, counted on."""
        assert self._told
        ticks, moment = self._told
        return moment + datetime.timedelta(seconds=(self._own.elapsed() - ticks) * (1.0 + self._rate))
