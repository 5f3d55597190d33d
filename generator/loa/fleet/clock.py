"""The clock of a player: the computer's own, corrected by what the station says."""

import datetime

from loa.clock import RealClock
from loa.logs import logger

_TIME_HOLDS = 3600.0
"""Seconds for which what the station said of the time counts."""
_SMALL = 0.03
"""Seconds by which the clock may be wrong: it is not moved for less."""


class PlayerClock(RealClock):
    """The computer's clock, corrected by what the station says, unless NTP keeps it.

    `offset`: seconds by which the computer's clock is ahead of the station's; None: not known.
    """

    def __init__(self) -> None:
        super().__init__()
        self.offset: float | None = None
        self._correction, self._told_at = 0.0, float("-inf")

    def now(self) -> datetime.datetime:
        """Return the corrected wall clock."""
        return super().now() + datetime.timedelta(seconds=self._correction)

    def own(self) -> datetime.datetime:
        """Return what the computer's clock shows."""
        return super().now()

    def by_ntp(self) -> bool:
        """Whether NTP keeps the computer's clock."""
        return super().synchronised()

    def synchronised(self) -> bool:
        """Whether NTP keeps it, or the station has told the time within the last hour."""
        return self.by_ntp() or self.elapsed() - self._told_at < _TIME_HOLDS

    def tell(self, offset: float) -> None:
        """The station says that the computer's clock is ahead by `offset` seconds."""
        self.offset, self._told_at = offset, self.elapsed()
        if self.by_ntp():
            self._correction = 0.0
        elif abs(offset + self._correction) > _SMALL:
            self._correction = -offset
            logger().info("clock", ahead_of_station=round(offset, 3))
