"""Python calls this at its start, in every process of a run under another clock.

libfaketime 0.9.10 (Debian 12) shifts what `clock_nanosleep` is given although CLOCK_MONOTONIC is not to be faked, and the
call, by which `time.sleep` of Python 3.11 waits, fails. We wait in `select`.
"""

import select
import time


def _sleep(seconds: float, /) -> None:
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    select.select((), (), (), seconds)


time.sleep = _sleep
