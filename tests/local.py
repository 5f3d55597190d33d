"""Ports and waiting, for tests that start real servers on this machine."""

import contextlib
import os
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path


def wait_for(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Until `condition` holds; fails after `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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
