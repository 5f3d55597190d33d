"""The process in which limited work is done: it takes calls from its standard input, one after the other."""

import _thread
import importlib
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import psutil

import loa
from loa.errors import LoaError
from loa.i18n import current_language, set_language
from loa.limited import frames

_MOST = 200_000_000
_IDLE = 120.0
"""Seconds after which a process that nobody calls ends."""
_FORBIDDEN = (
    "_winapi.", "ctypes.", "fcntl.", "ftplib.", "http.", "imaplib.", "mmap.", "msvcrt.", "nntplib.", "os.", "pathlib.",
    "pickle.", "poplib.", "pty.", "setopencodehook", "shutil.", "signal.", "smtplib.", "socket.",
    "sqlite3.", "subprocess.", "syslog.", "telnetlib.", "tempfile.", "urllib.", "webbrowser.", "winreg.",
)  # fmt: skip
"""Kinds of deeds, as `sys.audit` names them, that no parser needs."""
_LOOKING = frozenset({"os.listdir", "os.scandir", "os.walk"})
_HARMLESS = frozenset({"os.putenv", "os.unsetenv"})

ask: Callable[[str], Any] = str
"""Asks the other process for something by its name; set while a call that may ask is at work."""


def main(function: str, megabytes: str) -> None:
    """Serve calls of `module:name` until the input ends. `megabytes`: what the work may need beyond the code itself."""
    incoming, outgoing = _streams()
    # A process started in the background by a shell ignores this signal, and so would we: `_Watch` could not interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    module, _colon, name = function.partition(":")
    try:
        called: Callable[..., Any] = getattr(importlib.import_module(module), name)
    except Exception:  # noqa: BLE001
        frames.send(outgoing, "crash", [traceback.format_exc()[-4000:]])
        return
    clock = _Idle()
    memory = psutil.Process().memory_info()
    _lock(memory.vms + int(megabytes) * 1_000_000)
    frames.send(outgoing, "ready", [memory.rss])
    while True:
        try:
            _kind, (language, seconds, *arguments) = frames.receive(incoming, _MOST)
        except EOFError:
            return
        with clock:
            if language != current_language():
                set_language(language)
            _serve(incoming, outgoing, called, seconds, arguments)


def _serve(
    incoming: IO[bytes], outgoing: IO[bytes], called: Callable[..., Any], seconds: float, arguments: Sequence[Any]
) -> None:
    def asked(name: str) -> Any:
        frames.send(outgoing, "ask", [name])
        return frames.receive(incoming, _MOST)[1][0]

    globals()["ask"] = asked
    try:
        with _Watch(seconds):
            result = called(*arguments)
    except LoaError as error:
        frames.send(outgoing, "error", [type(error).__name__, [asdict(f) for f in error.findings]])
    except MemoryError:
        frames.send(outgoing, "memory", [])
    except KeyboardInterrupt:
        frames.send(outgoing, "time", [])
    except Exception:  # noqa: BLE001  whatever a library makes of broken bytes
        frames.send(outgoing, "crash", [traceback.format_exc()[-4000:]])
    else:
        frames.send(outgoing, "done", result if isinstance(result, tuple) else [result])


class _Watch:
    """Interrupts the work (KeyboardInterrupt) when it has used `seconds` of the processor: its place is then known."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> None:
        _allow_processor(self._seconds)
        self._started = time.process_time()
        self._thread.start()

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        left = self._seconds
        while not self._over.wait(left):
            left = max(0.05, self._seconds - (time.process_time() - self._started))
            if left <= 0.05:
                _thread.interrupt_main()
                return


class _Idle:
    """Ends the process when it has waited for long."""

    def __init__(self) -> None:
        self._since: float | None = time.monotonic()
        threading.Thread(target=self._look, daemon=True).start()

    def __enter__(self) -> None:
        self._since = None

    def __exit__(self, *_error: object) -> None:
        self._since = time.monotonic()

    def _look(self) -> None:
        while True:
            time.sleep(_IDLE / 10)
            since = self._since
            if since is not None and time.monotonic() - since > _IDLE:
                os._exit(0)


def _streams() -> tuple[IO[bytes], IO[bytes]]:
    """Our ends of the two pipes; what a library prints goes nowhere."""
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(nowhere, number)
    return incoming, outgoing


def _lock(most: int) -> None:
    """From here on: no more than `most` bytes of addresses, no new file, process or connection."""
    if sys.platform != "win32":
        import resource  # Windows has none

        for kind, limit in ((resource.RLIMIT_AS, most), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0)):
            try:
                resource.setrlimit(kind, (limit, limit))
            except (ValueError, OSError):  # macOS has no limit on addresses; the other process looks at the memory too
                continue
    sys.addaudithook(_refuse)


def _allow_processor(seconds: float) -> None:
    """A last means: the system ends a process that runs on although nobody is there to end it."""
    if sys.platform != "win32":
        import resource  # Windows has none

        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + seconds) + 3, resource.RLIM_INFINITY))


_CODE = tuple(str(Path(folder).resolve()) for folder in (sys.prefix, sys.base_prefix, Path(loa.__file__).parent))
"""What may be read: the interpreter's and our own code and tables."""


def _refuse(event: str, arguments: Sequence[Any]) -> None:
    if event == "open":
        path, mode, flags = arguments
        writes = (isinstance(mode, str) and not set(mode) <= set("rbtU")) or (
            isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
        )
        if writes or not _is_code(path):
            raise PermissionError(f"open: {path}")
    elif event in _LOOKING:
        if not _is_code(arguments[0]):
            raise PermissionError(event)
    elif event.startswith(_FORBIDDEN) and event not in _HARMLESS:
        raise PermissionError(event)


def _is_code(path: Any) -> bool:
    return isinstance(path, str | os.PathLike) and str(Path(os.path.abspath(path))).startswith(_CODE)  # noqa: PTH100
