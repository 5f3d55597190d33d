"""Python calls this at its start, in every process of a run under another clock; it does what libfaketime 0.9.10 (Debian 12) does not.

- libfaketime shifts what `clock_nanosleep` is given although CLOCK_MONOTONIC is not to be faked, and the call, by which
  `time.sleep` of Python 3.11 waits, fails. We wait in `select`.
- It knows only the names that `stat` had before glibc 2.33: the times of files stay true. We move them by as much as it moves
  what `os.utime` is given (FAKE_UTIME). `DirEntry.stat` stays true; compare it with itself alone.
"""

import functools
import os
import select
import time
from collections.abc import Callable
from typing import Any

_TIMES = ("atime", "mtime", "ctime")


def _sleep(seconds: float, /) -> None:
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    select.select((), (), (), seconds)


def _moved(look: Callable[..., os.stat_result], seconds: int) -> Callable[..., os.stat_result]:
    @functools.wraps(look)
    def stat(*arguments: Any, **options: Any) -> os.stat_result:
        kind, (shown, more) = look(*arguments, **options).__reduce__()
        for name in _TIMES:
            more[f"st_{name}"] += seconds
            more[f"st_{name}_ns"] += seconds * 10**9
        return kind((*shown[:7], *(second + seconds for second in shown[7:10])), more)

    return stat


time.sleep = _sleep
if "libfaketime" in os.environ.get("LD_PRELOAD", ""):  # some tests take it from their processes
    _seconds = int(os.environ["FAKETIME"].removesuffix("s"))
    for _name in ("stat", "lstat", "fstat"):
        setattr(os, _name, _moved(getattr(os, _name), _seconds))
