"""What the tests have done in a process of its own: the deeds of a parser that somebody took over, and plain ones."""

import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from loa.errors import CampaignError, Finding
from loa.limited import child


def echo(value: object) -> object:
    return value


def number() -> int:
    return os.getpid()


def spin() -> None:
    while True:
        pass


def spin_without_python() -> int:
    return sum(range(10**11))


def wait() -> None:
    time.sleep(1000)


def grow() -> int:
    return len([bytes(10_000_000) for _ in range(300)])


def grow_at_once() -> int:
    return len(bytearray(2_000_000_000))


def tell_much(size: int) -> str:
    return "x" * size


def fail() -> None:
    raise ZeroDivisionError("in the work")


def die() -> None:
    os._exit(3)


def be_killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def refuse() -> None:
    raise CampaignError(Finding("a.code", "what", "how", line=3))


def ask(name: str) -> object:
    return child.ask(name)


def print_much() -> str:
    print("x" * 100_000)
    sys.stdout.flush()
    os.write(1, b"noise")
    return "done"


def variable(name: str) -> str | None:
    return os.environ.get(name)


def read(path: str) -> str:
    return Path(path).read_text("utf-8")


def write(path: str) -> None:
    Path(path).write_text("x", encoding="utf-8")


def look(path: str) -> list[str]:
    return [str(found) for found in Path(path).iterdir()]


def remove(path: str) -> None:
    Path(path).unlink()


def start() -> None:
    subprocess.run(["true"], check=False)


def shell() -> None:
    os.system("true")


def fork() -> None:
    os.fork()


def connect(port: int) -> None:
    socket.create_connection(("127.0.0.1", port))


def unpickle() -> object:
    return pickle.loads(b"cos\nsystem\n(S'true'\ntR.")


def signal_parent() -> None:
    os.kill(os.getppid(), signal.SIGTERM)
