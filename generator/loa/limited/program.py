"""An outside program that reads other people's bytes, with limits on time, memory and output."""

import contextlib
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import IO

import psutil

from loa.limited.limits import Limits, Use, limit_error
from loa.station_secrets import program_environment

_LOOK = 0.05
_MOST_SAID = 100_000
"""Bytes of what it says on stderr that are kept."""
_CODE = 1_500
"""MB of addresses that a program takes for its own code and threads."""


def run_program(command: Sequence[str], *, limits: Limits, file: str | None = None) -> tuple[int, bytes, str]:
    """Run `command`, which reads nothing from us; gives its exit code, its output, and what it said on stderr.

    Raises OSError where it cannot be started, LimitError (told of `file`) where it goes beyond a limit.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=program_environment(),
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    with process:
        _hold(process.pid, limits)
        assert process.stdout
        assert process.stderr
        output, said = _Reader(process.stdout, limits.output), _Reader(process.stderr, _MOST_SAID)
        breach = _watch(process, output, limits)
        output.join()
        said.join()
    if breach or output.more:
        raise limit_error(breach or "output", limits, file)
    return process.returncode, bytes(output.data), said.data.decode("utf-8", "replace")


def _hold(pid: int, limits: Limits) -> None:
    """The system's own limits, where it has them."""
    if sys.platform == "linux":
        with contextlib.suppress(psutil.Error, OSError):
            most = (limits.megabytes + _CODE) * 1_000_000
            psutil.Process(pid).rlimit(psutil.RLIMIT_AS, (most, most))
            psutil.Process(pid).rlimit(psutil.RLIMIT_CPU, (int(limits.seconds) + 3, int(limits.seconds) + 3))


def _watch(process: "subprocess.Popen[bytes]", output: "_Reader", limits: Limits) -> str | None:
    """Wait for its end, which comes when it goes beyond a limit; which one, or None."""
    breach = None
    with contextlib.suppress(psutil.Error):
        use = Use(process.pid)
        while breach is None and process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_LOOK)
            breach = "output" if output.more else use.breach(limits, 0)
    if breach:
        process.kill()
    process.wait()
    return breach


class _Reader(threading.Thread):
    """Reads a pipe to its end; keeps the first `most` bytes, `more`: whether there were others."""

    def __init__(self, pipe: IO[bytes], most: int) -> None:
        super().__init__(daemon=True)
        self._pipe, self._most = pipe, most
        self.data = bytearray()
        self.more = False
        self.start()

    def run(self) -> None:
        """Read."""
        while chunk := self._pipe.read(65536):
            room = self._most - len(self.data)
            self.data += chunk[:room]
            self.more = self.more or len(chunk) > room
