"""Starts the processes for limited work, gives them their calls, and ends those that go beyond a limit."""

import atexit
import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

import loa
from loa import errors
from loa.errors import Finding, LoaError, Severity
from loa.i18n import current_language
from loa.limited import frames
from loa.limited.limits import Limits, Use, limit_error
from loa.logs import logger

AT_ONCE = 2
"""Calls of one function that are worked on at the same time; more wait for their turn."""
_LOOK = 0.1
"""Seconds between two looks at what a process uses."""
_GRACE = 1.5
"""Seconds of the processor that a process has to tell where it was, before it is ended."""
_START = 60.0
"""Seconds in which a process must have begun."""
_WALL = (10.0, 20.0)
"""What a call may take on a busy machine: so many times its seconds, and so many more."""


def run_limited(
    function: Callable[..., Any],
    *arguments: Any,
    limits: Limits,
    file: str | None = None,
    answer: Callable[[str], Any] | None = None,
) -> Any:
    """`function(*arguments)`, worked out in another process. Arguments and result are bytes or JSON,
    the result also a tuple of such.

    `function` stands in a module by its name; while it works it may call `loa.limited.child.ask(name)` and gets what
    `answer(name)` gives here. Raises what `function` raises of LoaError, what `answer` raises, and LimitError (told of
    `file`) where the work goes beyond a limit or its process breaks down.
    """
    place = f"{function.__module__}:{function.__qualname__}"
    door = _door(place)
    with door.turns:
        again = True
        while True:
            worker = door.take(limits)
            try:
                kind, values = worker.call(arguments, limits, answer)
            except _GoneError:
                worker.end()
                if worker.used and again:  # it ended itself, unused for long, in the moment when we called
                    again = False
                    continue
                kind, values = worker.breach or "crash", [""]
            except BaseException:
                worker.end()
                raise
            break
        door.give(worker, keep=kind in {"done", "error"})
    if kind == "done":
        return values[0] if len(values) == 1 else tuple(values)
    if kind == "error":
        raise _as_error(*values)
    if kind == "crash":
        logger("loa.limited").warning("crash", function=place, file=file, problem=values[0] if values else "")
    raise limit_error(kind, limits, file)


class _GoneError(Exception):
    """The other process is no more."""


class _Worker:
    def __init__(self, place: str, megabytes: int) -> None:
        self.megabytes = megabytes
        self.used = False
        self.breach: str | None = None
        keep = {"PATH", "SYSTEMROOT", "TEMP", "TMP", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH"}
        folders = [str(Path(loa.__file__).parents[1]), *filter(None, sys.path)]
        code = (
            f"import sys; sys.path[:] = {folders!r}; from loa.limited.child import main; main({place!r}, {megabytes})"
        )
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-X", "utf8", "-c", f"import sys; sys.path[:] = {folders!r}; {code}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=tempfile.gettempdir(),
            env={name: value for name, value in os.environ.items() if name.upper() in keep} | {"MALLOC_ARENA_MAX": "1"},
            process_group=None if sys.platform == "win32" else 0,  # Ctrl+C is for us
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        assert self._process.stdin
        assert self._process.stdout
        self._to, self._from = self._process.stdin, self._process.stdout
        self._begun: Use | None = None
        self._memory = 0

    @property
    def lives(self) -> bool:
        return self._process.poll() is None

    def call(
        self, arguments: tuple[Any, ...], limits: Limits, answer: Callable[[str], Any] | None
    ) -> tuple[str, list[Any]]:
        """The kind of the last message and its values. Raises _GoneError, and what `answer` raises."""
        told: list[Any] = []

        def talk() -> None:
            try:
                told.append(self._talk(arguments, limits, answer))
            except BaseException as error:  # noqa: BLE001  raised again in the thread that waits
                told.append(error)

        self._begun = None
        talking = threading.Thread(target=talk, daemon=True)
        talking.start()
        self._wait(talking, limits)
        if isinstance(told[0], BaseException):
            raise told[0]
        self.used = True
        kind, values = told[0]
        return kind, values

    def _talk(
        self, arguments: tuple[Any, ...], limits: Limits, answer: Callable[[str], Any] | None
    ) -> tuple[str, list[Any]]:
        try:
            if not self._memory:
                kind, values = frames.receive(self._from, limits.output)
                if kind != "ready":
                    return kind, values
                (self._memory,) = values
            self._begun = Use(self._process.pid)
            frames.send(self._to, "call", [current_language(), limits.seconds, *arguments])
            while True:
                kind, values = frames.receive(self._from, limits.output)
                if kind != "ask":
                    return kind, values
                frames.send(self._to, "answer", [answer(*values) if answer else None])
        except frames.TooLongError:
            self.breach = "output"
            raise _GoneError from None
        except (EOFError, BrokenPipeError, ConnectionError, psutil.Error):
            raise _GoneError from None

    def _wait(self, talking: threading.Thread, limits: Limits) -> None:
        """Until the talk is over; a process that goes beyond its limits is killed, which ends the talk."""
        started = time.monotonic()
        talking.join(_LOOK)
        while talking.is_alive():
            begun = self._begun
            if begun is None:
                self.breach = "time" if time.monotonic() - started > _START else None
            else:
                self.breach = begun.breach(limits, self._memory)
            if self.breach:
                self._process.kill()
            talking.join(_LOOK)

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._to, self._from):
            with contextlib.suppress(OSError):
                stream.close()


class _Door:
    """The processes of one function; one that is free waits for the next call, so that it comes back at once."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._free: _Worker | None = None
        self._lock = threading.Lock()
        self.turns = threading.BoundedSemaphore(AT_ONCE)

    def take(self, limits: Limits) -> _Worker:
        with self._lock:
            free, self._free = self._free, None
        if free is not None:
            if free.lives and free.megabytes == limits.megabytes:
                return free
            free.end()
        return _Worker(self._place, limits.megabytes)

    def give(self, worker: _Worker, *, keep: bool) -> None:
        if keep:
            with self._lock:
                if self._free is None:
                    self._free = worker
                    return
        worker.end()

    def close(self) -> None:
        with self._lock:
            free, self._free = self._free, None
        if free is not None:
            free.end()


_doors: dict[str, _Door] = {}
_opening = threading.Lock()


def _door(place: str) -> _Door:
    with _opening:
        return _doors.setdefault(place, _Door(place))


@atexit.register
def close() -> None:
    """End the processes that wait."""
    for door in list(_doors.values()):
        door.close()


def _as_error(name: str, findings: list[dict[str, Any]]) -> LoaError:
    """The error that was raised in the other process."""
    kind = getattr(errors, name, LoaError)
    made = [Finding(**{**finding, "severity": Severity(finding["severity"])}) for finding in findings]
    return kind(made) if isinstance(kind, type) and issubclass(kind, LoaError) else LoaError(made)
