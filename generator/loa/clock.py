"""The clock of playout and automation. Tests, rehearsals and the demonstration use another one."""

import ctypes
import datetime
import sys
import threading
import time
from collections.abc import Callable
from typing import Protocol

_BOOT = getattr(time, "CLOCK_BOOTTIME", None)
_SAME = 2.0
"""Seconds between two readings of one clock."""
_UNSURE = 16_000_000
"""Microseconds: a greater error means that nobody keeps the kernel's clock. `timedatectl` draws the same line."""
_NANOSECONDS = 0x2000


class Clock(Protocol):
    """`now` is the wall clock, which people and NTP may set. `elapsed` only goes forward."""

    speed: float

    def now(self) -> datetime.datetime:
        """Return the current instant, timezone-aware (UTC)."""

    def elapsed(self) -> float:
        """Return the seconds since a fixed moment; time in suspend is included if the system counts it."""

    def suspended(self) -> float:
        """Seconds that the computer slept since some fixed moment; a process that was only late did not sleep."""

    def synchronised(self) -> bool:
        """Whether NTP keeps the wall clock right now; False where the system does not say."""

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

    def synchronised(self) -> bool:
        """As the kernel says (`kernel_clock`), if this is the kernel's clock, which under faketime it is not."""
        kernel = kernel_clock() if self.speed == 1 else None
        return kernel is not None and kernel[1] and abs(kernel[0] - time.time()) < _SAME

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait `seconds` of this clock, or until `event` is set. Return whether it is set."""
        return event.wait(max(0.0, seconds) / self.speed)

    @staticmethod
    def _ticks() -> float:
        if sys.platform == "win32" or _BOOT is None:
            return time.monotonic()
        return time.clock_gettime(_BOOT)


class _Timex(ctypes.Structure):
    """The beginning of `struct timex`, adjtimex(2), with room for the rest."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        *((name, ctypes.c_long) for name in ("offset", "freq", "maxerror", "esterror")),
        ("status", ctypes.c_int),
        *((name, ctypes.c_long) for name in ("constant", "precision", "tolerance", "seconds", "fraction")),
        ("rest", ctypes.c_byte * 256),
    )


def kernel_clock() -> tuple[float, bool] | None:
    """The kernel's time (seconds since 1970), and whether NTP keeps it; None where the system cannot tell.

    Any NTP client (systemd-timesyncd, chrony, ntpd) tells the Linux kernel how far it may be off. A clock that was set
    by hand, or not at all since the start of the computer, has an error of 16 s, and so has one some nine hours after
    its client lost its servers.
    """
    if sys.platform != "linux":
        return None
    state = _Timex()
    try:
        if ctypes.CDLL(None).adjtimex(ctypes.byref(state)) < 0:
            return None
    except (OSError, AttributeError):
        return None
    fraction = state.fraction / (1e9 if state.status & _NANOSECONDS else 1e6)
    return state.seconds + fraction, state.maxerror < _UNSURE


_LOOK = 0.02


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Look again and again until `condition` holds; False where it does not within `seconds`."""
    end = time.monotonic() + seconds
    while not (holds := condition()) and time.monotonic() < end:
        time.sleep(_LOOK)
    return holds
