"""The console beside the station, in a process of its own: nothing a browser asks for can hold up a sound."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec

from loa.logs import logger
from loa.workspace import Workspace

_PATIENCE = 3.0
"""Seconds before a console that died is started again."""
_WRONG_USE = 2
_GROUP = None if sys.platform == "win32" else 0
"""A process group of its own: Ctrl+C is for the station, which then ends it. No session of its own: see priority.py."""
NEEDED = ("argon2", "fastapi", "uvicorn")


def installed() -> bool:
    """Whether the extra `console` is there."""
    try:
        return all(find_spec(name) is not None for name in NEEDED)
    except ModuleNotFoundError:
        return False


@contextmanager
def console_beside(workspace: Workspace, options: Sequence[str]) -> Iterator[None]:
    """While inside, `loa console OPTIONS` runs as a child; it is started again when it dies, and ended at the end."""
    stop = threading.Event()
    command = [
        sys.executable, "-m", "loa", "--workspace", str(workspace.root),
        "console", *options, "--parent", str(os.getpid()),
    ]  # fmt: skip
    children: list[subprocess.Popen[bytes]] = []

    def keep() -> None:
        while not stop.is_set():
            try:
                child = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=_GROUP)
            except OSError as error:  # no memory for a process just now: the station goes on, and tries again
                logger("loa.console").warning("not-started", problem=str(error))
                stop.wait(_PATIENCE)
                continue
            children[:] = [child]
            while child.poll() is None and not stop.wait(0.2):
                pass
            if child.poll() == _WRONG_USE:  # it has said why; trying again would say it again
                return
            stop.wait(_PATIENCE)

    keeper = threading.Thread(target=keep, name="console", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join(2)
        for child in children:
            child.terminate()
            try:
                child.wait(5)
            except subprocess.TimeoutExpired:
                child.kill()
