"""The seal of the log: a file beside the database that remembers the ends which the log has had.

It only grows: each time rows are written, the number and hash of the last one are added as a line (`57 3fa2...`). An
end that was cut off, and rows that were written anew, contradict it even after the station has gone on. It is read
before the log is: what is in the seal was in the log before. Only its first line is synced: after a power cut it may
lag behind.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from loa.files import private_file, sync_folder

_LINE = re.compile(rb"(\d{1,18}) ([0-9a-f]{64})")
_TORN = re.compile(rb"[0-9a-f \0]{0,90}")
"""What a power cut may leave of a line; of whole lines it may leave zeros, as many as they had bytes."""
_TAIL = 4096


@dataclass(frozen=True, slots=True)
class Sealed:
    """Row `seq` had this hash when it was the last."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Seal:
    """The ends that are remembered, in the order of writing; `damaged`: the lines (from 1) that Loa did not write."""

    ends: tuple[Sealed, ...]
    damaged: tuple[int, ...]


def read(path: Path) -> Seal | None:
    """The whole seal; None where there is none. Raises OSError where it cannot be read."""
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return None
    ends, damaged = [], []
    for number, line in enumerate(lines, 1):
        found = _end(line)
        if found:
            ends.append(found)
        elif not _TORN.fullmatch(line.strip(b"\0")):
            damaged.append(number)
    return Seal(tuple(ends), tuple(damaged))


def newest(path: Path) -> Sealed | None:
    """The end that was written last; None where there is none. Raises OSError where the seal cannot be read."""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
        lines = file.read().split(b"\n")
    return next((found for line in reversed(lines) if (found := _end(line))), None)


def begin(path: Path) -> None:
    """See that there is a seal before there is a row: else a power cut in between would look as if it were removed.

    Raises OSError.
    """
    if not path.exists():
        private_file(path)
        sync_folder(path.parent)


def add(path: Path, seq: int, digest: str) -> None:
    """Remember that row `seq` is the last now. The first line is synced. Raises OSError."""
    private_file(path)
    # Two processes may write at once: each line is one write at the end of the file.
    handle = os.open(path, os.O_RDWR | os.O_APPEND | getattr(os, "O_BINARY", 0))
    try:
        size = os.fstat(handle).st_size
        torn = size and os.pread(handle, 1, size - 1) != b"\n" if hasattr(os, "pread") else False
        os.write(handle, (b"\n" if torn else b"") + f"{seq} {digest}\n".encode())
        if not size:
            os.fsync(handle)
    finally:
        os.close(handle)


def _end(line: bytes) -> Sealed | None:
    found = _LINE.fullmatch(line.strip(b"\0"))
    return Sealed(int(found[1]), found[2].decode()) if found else None
