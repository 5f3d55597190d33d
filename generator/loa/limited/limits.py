"""What work on other people's bytes may use, and how that is watched."""

import time
from dataclasses import dataclass

import psutil

from loa.errors import Finding, LimitError
from loa.i18n import _

_GRACE = 1.5
"""Seconds of the processor that a process has to tell where it was, before it is ended."""
_WALL = (10.0, 20.0)
"""What a call may take on a busy machine: so many times its seconds, and so many more."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a call may use: `seconds` of the processor, `megabytes` beyond the code itself, bytes of `output`."""

    seconds: float
    megabytes: int
    output: int = 50_000_000


class Use:
    """What the process `pid` uses from now on. Raises psutil.Error where there is none."""

    def __init__(self, pid: int) -> None:
        self._started = time.monotonic()
        self._process = psutil.Process(pid)
        self._processor = sum(self._process.cpu_times()[:2])

    def breach(self, limits: Limits, memory: int) -> str | None:
        """The limit that it went beyond; `memory`: what it had in bytes before it was called for the first time."""
        try:
            if self._process.memory_info().rss > memory + limits.megabytes * 1_000_000:
                return "memory"
            processor = sum(self._process.cpu_times()[:2]) - self._processor
        except psutil.Error:  # it is gone: the talk ends by itself
            return None
        late = time.monotonic() - self._started > _WALL[0] * limits.seconds + _WALL[1]
        return "time" if late or processor > limits.seconds + _GRACE else None


def limit_error(kind: str, limits: Limits, file: str | None) -> LimitError:
    """The error of work on `file` that went beyond a limit: `time`, `memory`, `output` or `crash`."""
    messages = {
        "time": _("This takes too long to read: more than {n} seconds of work.").format(n=f"{limits.seconds:g}"),
        "memory": _("This needs too much memory to read: more than {n} MB.").format(n=limits.megabytes),
        "output": _("There is far too much in this."),
        "crash": _("This cannot be read: it made the program that reads it fail."),
    }
    fix = _("Is this the right file? If so, make it smaller or simpler, or save it anew.")
    return LimitError(Finding(f"limit.{kind}", messages[kind], fix, file=file), kind)
