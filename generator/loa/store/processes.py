"""Whether a process that left its number in the database still runs, whatever happened to the clock in between.

A process is told from another one that got its number by when it began. On Linux that is counted in ticks since the
start of the computer (proc(5), field 22 of /proc/PID/stat), and the start of the computer has a number of its own
(/proc/sys/kernel/random/boot_id): neither moves when the clock is set. The time of day at which a process began does:
psutil computes it from `btime` in /proc/stat, which is the clock minus the time since the start.
"""

import functools
import os
import sys
from pathlib import Path

import psutil

PROC = Path("/proc")
_DEAD = frozenset("ZXx")
"""States of a process that has ended and that nobody has waited for (proc(5))."""
_SAME = 2.0
"""Seconds by which two computed times of the same start may differ."""


def identity(pid: int | None = None) -> str:
    """What tells process `pid` (None: this one) from every other one on this computer; "" where it does not run.

    Linux: `<boot id> <pid namespace> <ticks>`. Other systems: the time at which it began, in seconds since 1970, as
    the system has kept it since then.
    """
    number = os.getpid() if pid is None else pid
    if sys.platform == "linux":
        ticks = _ticks(number)
        return f"{boot_id()} {_namespace()} {ticks}" if ticks else ""
    return _began(number)


def boot_id() -> str:
    """The number of this run of the computer's kernel; "" where the system has none."""
    return _boot_id(PROC)


@functools.cache
def _boot_id(proc: Path) -> str:
    """The same; it is asked every few seconds, and never changes."""
    return _text(proc / "sys" / "kernel" / "random" / "boot_id").strip()


def runs(pid: int, known: str) -> bool | None:
    """Whether process `pid` of this computer still is the one whose `identity` was `known`.

    None where that cannot be told from here: it was in another container, its identity is not known, or the system (not
    Linux) now gives another time for its start, which may be due to the clock.
    """
    if sys.platform == "linux":
        boot, _space, rest = known.partition(" ")
        namespace, _space, ticks = rest.partition(" ")
        if not ticks or not boot_id():
            return None
        if boot != boot_id():
            return False
        return None if namespace != _namespace() else _ticks(pid) == ticks
    began = _began(pid)
    if not known or not began:
        return False if known else None
    return True if abs(float(began) - float(known)) < _SAME else None


def began_at(pid: int, started_at: float) -> bool:
    """Whether a process `pid` runs that began at `started_at` by today's clock: all that Loa 0.1 remembered."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and abs(process.create_time() - started_at) < _SAME
    except psutil.Error:
        return False


def _ticks(pid: int) -> str:
    """When the process began, in ticks since the start of the computer; "" where it does not run."""
    _before, _paren, after = _text(PROC / str(pid) / "stat").rpartition(")")  # a name may hold spaces and parentheses
    fields = after.split()
    return fields[19] if len(fields) > 19 and fields[0] not in _DEAD else ""


def _namespace() -> str:
    """The pid namespace of this process: in two containers the same number is two processes."""
    try:
        return (PROC / "self" / "ns" / "pid").readlink().name
    except OSError:
        return "?"


def _began(pid: int) -> str:
    try:
        process = psutil.Process(pid)
        return "" if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.3f}"
    except psutil.Error:
        return ""


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", errors="replace")
    except OSError:
        return ""
