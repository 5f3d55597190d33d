"""Ports and waiting, for tests that start real servers on this machine; and whether it let us run."""

import contextlib
import itertools
import os
import pickle
import random
import shutil
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

BEHIND = 300.0
"""Seconds to wait for work that steps back (`loa.priority`): beside busy tests a process of `nice` 19 gets a hundredth of
what they get, and a disk that others use.
"""


def wait_for(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Until `condition` holds; fails after `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


# Below what the kernel gives out by itself (32768-60999): there, a stranger's connection may take the port between our
# asking and the server's start, and who knocks at a port that nobody listens on yet may be connected to himself.
_PORTS = range(10000, 32000)
_next_port = itertools.count(random.SystemRandom().randrange(len(_PORTS)))


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody uses. Each worker of pytest-xdist looks in a part of its own."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    mine = _PORTS[worker % 8 :: 8]
    for _ in mine:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", mine[next(_next_port) % len(mine)]))
            return int(probe.getsockname()[1])
    raise OSError("no free port")


def free_even_port() -> int:
    """A UDP port for RTP, which wants an even one (the kernel, asked for any, gives odd ones)."""
    for port in range(20000, 30000, 2):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port + os.getpid() % 500 * 2))
            return int(probe.getsockname()[1])
    raise OSError("no free port")


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@contextlib.contextmanager
def locked(*databases: Path) -> Iterator[None]:
    """Another program holds SQLite databases for writing."""
    with contextlib.ExitStack() as stack:
        for database in databases:
            connection = stack.enter_context(contextlib.closing(sqlite3.connect(database, timeout=20)))
            connection.isolation_level = None
            connection.execute("BEGIN EXCLUSIVE")
        yield


def preloaded(library: Path) -> dict[str, str]:
    """The variable by which a process loads `library` before its own, beside what we were told to load ourselves."""
    return {"LD_PRELOAD": ":".join(filter(None, [str(library), os.environ.get("LD_PRELOAD")]))}


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Any]) -> Any:
    """What `make` gives for a new folder; the workers of pytest-xdist share it (by pickle), so nobody may change it."""
    folder = factory.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else factory.getbasetemp()
    place, kept = folder / name, folder / f"{name}.pickle"
    end = time.monotonic() + 300
    while not kept.exists():
        try:
            place.mkdir()
        except FileExistsError:
            assert time.monotonic() < end, f"nobody has made {name}"
            time.sleep(0.05)
            continue
        try:
            part = kept.with_suffix(".part")
            part.write_bytes(pickle.dumps(make(place)))
            part.replace(kept)
        except BaseException:
            shutil.rmtree(place)  # another worker tries, and tells the same
            raise
    return pickle.loads(kept.read_bytes())


class Metronome:
    """A thread that wants to run every 5 ms. `held_up`: seconds, in all, for which the machine did not let it.

    Up to 10 ms at a time are usual and do not count.
    """

    def __init__(self) -> None:
        self.held_up = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> "Metronome":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        before = time.monotonic()
        while not self._stop.wait(0.005):
            now = time.monotonic()
            self.held_up += max(0.0, now - before - 0.015)
            before = now
