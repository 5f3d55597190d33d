"""Time as the stages on air see it; tests and the demonstration put another clock in its place."""

import datetime
import sys
import threading
import time
from typing import Protocol

_BOOT = getattr(time, "CLOCK_BOOTTIME", None)


class Clock(Protocol):
    """`now`: the wall clock, which people and NTP may step. `elapsed`: seconds that only go forward."""

    speed: float

    def now(self) -> datetime.datetime:
        """The aware instant (UTC)."""

    def elapsed(self) -> float:
        """Seconds since some fixed moment; where the system can tell, with the time that it slept."""

    def suspended(self) -> float:
        """Seconds that the computer slept since some fixed moment; a process that was only late did not sleep."""

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait until `event` is set or `seconds` of this clock have gone; whether it is set."""


class RealClock:
    """The clock of the computer, or one that runs `speed` times as fast, from `start` (else from now) on."""

    def __init__(self, speed: float = 1.0, start: datetime.datetime | None = None) -> None:
        self.speed = speed
        self._made = datetime.datetime.now(datetime.UTC)
        self._start = start or self._made
        self._origin = self._ticks()

    def now(self) -> datetime.datetime:
        """The wall clock; sped up, it runs from the instant when this clock was made."""
        real = datetime.datetime.now(datetime.UTC)
        return real if self.speed == 1 else self._start + (real - self._made) * self.speed

    def elapsed(self) -> float:
        """Seconds since the clock was made, sleep of the computer included where the system counts it."""
        return (self._ticks() - self._origin) * self.speed

    def suspended(self) -> float:
        """CLOCK_BOOTTIME goes on while the computer sleeps, CLOCK_MONOTONIC does not: the difference is the sleep."""
        return max(0.0, self._ticks() - time.monotonic()) * self.speed

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait `seconds` of this clock, or for `event`."""
        return event.wait(max(0.0, seconds) / self.speed)

    @staticmethod
    def _ticks() -> float:
        if sys.platform == "win32" or _BOOT is None:
            return time.monotonic()
        return time.clock_gettime(_BOOT)
