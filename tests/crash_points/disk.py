"""The door between the station and its disk: every call of the C library that changes a file (disk.c)."""

import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from enum import IntEnum
from pathlib import Path

SOURCE = Path(__file__).with_name("disk.c")


class Fault(IntEnum):
    """What happens at a point. The numbers are those of disk.c."""

    NONE = 1
    KILL = 2
    """The process ends as by kill -9, before the call is made."""
    BROKEN = 3
    """The call fails once: EIO."""
    FULL = 4
    """From the point on everything that needs room fails: ENOSPC. What is deleted makes room."""
    LOCKED = 5
    """From the point on another program has the write lock: SQLite itself finds it taken, and gives up."""


def library() -> Path:
    """The compiled door. Raises RuntimeError where there is no compiler."""
    made = Path(tempfile.gettempdir()) / f"loa-disk-{hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]}.so"
    if not made.exists():
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            raise RuntimeError("no C compiler")
        part = made.with_suffix(f".{os.getpid()}")
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", part, SOURCE, "-ldl"], check=True)
        part.replace(made)
    return made


def stand_at_the_door(module: str) -> None:
    """Run this program again, under the door, if it is not there already."""
    door = str(library())
    if door not in os.environ.get("LD_PRELOAD", ""):
        quiet = {"LD_PRELOAD": door, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        os.execve(sys.executable, [sys.executable, "-m", module, *sys.argv[1:]], {**os.environ, **quiet})


class Disk:
    """The door as seen from inside a process that stands at it."""

    def __init__(self) -> None:
        self._door = ctypes.CDLL(None)

    def watch(self, folder: Path, fault: Fault, point: int = 0, record: int = -1) -> None:
        """From now on, do `fault` at the `point`-th call below `folder` (of LOCKED: the point-th lock of a writer).

        `record`: a file that gets each call (see `power.py`), -1 for none.
        """
        self._door.disk_watch(str(folder).encode(), int(fault), point, record)

    def heal(self) -> None:
        """The person made room; the other program let go."""
        self._door.disk_heal()

    def ignore(self) -> None:
        """Watch no longer."""
        self._door.disk_ignore()

    def mark(self, text: str) -> None:
        """Write into the record that this was told to a person now."""
        self._door.disk_mark(text.encode())

    @property
    def points(self) -> int:
        """Calls so far."""
        return int(self._door.disk_points())

    @property
    def locks(self) -> int:
        """Locks of writers so far."""
        return int(self._door.disk_locks())

    @property
    def struck(self) -> bool:
        """Whether the fault has met a call."""
        return bool(self._door.disk_hit())
