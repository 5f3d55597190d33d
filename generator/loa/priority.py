"""Whatever is on air comes first: the station steps forward, the console and its work stay behind it."""

import contextlib
import os
import sys

import psutil

ON_AIR = -5
"""The `nice` value of the station, where the system lets it have that (root, or the service's unit says so)."""
CONSOLE, LONG_WORK, BACKUP = 5, 10, 19
"""Steps of `nice`. Work started by the console is behind it, and steps back once more if it is long.

A backup also gets the disk only while nobody else wants it, other long work after everybody else (Linux).
"""
_LAST = 7


def step_forward() -> None:
    """Raise this process's priority above other programs, and so that of the console, from which STOP comes: it starts
    from here and steps back. Where the system does not let us, everything stays as it is.
    """
    with contextlib.suppress(psutil.AccessDenied, PermissionError):
        if sys.platform == "win32":
            psutil.Process().nice(psutil.ABOVE_NORMAL_PRIORITY_CLASS)
        elif os.nice(0) > ON_AIR:
            os.nice(ON_AIR - os.nice(0))


def step_back(steps: int) -> None:
    """Lower this process's priority, on top of what it inherited; on Windows the console gets the normal class
    and its long work the one below.

    Linux weighs `nice` only among processes of one session where it groups them by session (`sched_autogroup`): what
    steps back must therefore not be started in a session of its own.
    """
    if sys.platform == "win32":
        behind = psutil.BELOW_NORMAL_PRIORITY_CLASS if steps > CONSOLE else psutil.NORMAL_PRIORITY_CLASS
        psutil.Process().nice(behind)
    else:
        os.nice(steps)
    if sys.platform == "linux" and steps > LONG_WORK:
        psutil.Process().ionice(psutil.IOPRIO_CLASS_IDLE)
    elif sys.platform == "linux" and steps > CONSOLE:
        psutil.Process().ionice(psutil.IOPRIO_CLASS_BE, _LAST)
