"""The clock of playout and automation. Tests, rehearsals and the demonstration use another one."""

import datetime
import sys
import threading
import time
from typing import Protocol

_BOOT = getattr(time, "CLOCK_BOOTTIME", None)


class Clock(Protocol):
    """`now` is the wall clock, which people and NTP may set. `elapsed` only goes forward."""

    speed: float

    def now(self) -> datetime.datetime:
        """Return the current instant, timezone-aware (UTC)."""

    def elapsed(self) -> float:
        """Return the seconds since a fixed moment; time in suspend is included if the system counts it."""

    def suspended(self) -> float:
        """Seconds that the computer slept since some fixed moment; a process that was only late did not sleep."""

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait until `event` is set or `seconds` of this clock have passed. Return whether `event` is set."""


class RealClock:
    """The computer's clock, or a clock that runs `speed` times as fast and begins at `start` (default: now)."""

    def __init__(self, speed: float = 1.0, start: datetime.datetime | None = None) -> None:
        self.speed = speed
        self._made = datetime.datetime.now(datetime.UTC)
        self._start = start or self._made
        self._origin = self._ticks()

    def now(self) -> datetime.datetime:
        """Return the wall clock. With `speed` above 1 it runs from the instant when this object was created."""
        real = datetime.datetime.now(datetime.UTC)
        return real if self.speed == 1 else self._start + (real - self._made) * self.speed

    def elapsed(self) -> float:
        """Return the seconds since this object was created, including suspend time, if the system counts it."""
        return (self._ticks() - self._origin) * self.speed

    def suspended(self) -> float:
        """CLOCK_BOOTTIME goes on while the computer sleeps, CLOCK_MONOTONIC does not: the difference is the sleep."""
        return max(0.0, self._ticks() - time.monotonic()) * self.speed

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait `seconds` of this clock, or until `event` is set. Return whether it is set."""
        return event.wait(max(0.0, seconds) / self.speed)

    @staticmethod
    def _ticks() -> float:
        if sys.platform == "win32" or _BOOT is None:
            return time.monotonic()
        return time.clock_gettime(_BOOT)
