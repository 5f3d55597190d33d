"""Whatever is on air comes first: the console and its work step back behind it."""

import os
import sys

import psutil

CONSOLE, LONG_WORK, BACKUP = 5, 10, 19
"""Steps of `nice`. Work started by the console is behind it, and steps back once more if it is long.

A backup also gets the disk only while nobody else wants it (Linux).
"""


def step_back(steps: int) -> None:
    """Lower this process's priority, on top of what it inherited; on Windows to the class below normal.

    Linux weighs `nice` only among processes of one session where it groups them by session (`sched_autogroup`): what
    steps back must therefore not be started in a session of its own.
    """
    if sys.platform == "win32":
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(steps)
    if sys.platform == "linux" and steps > LONG_WORK:
        psutil.Process().ionice(psutil.IOPRIO_CLASS_IDLE)
