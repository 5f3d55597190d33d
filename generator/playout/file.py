"""Writes what was played as a WAV file that is whole at every moment, also when the process is killed."""

import array
import struct
import sys
from pathlib import Path

from generator.playout.player import Line, Paced
from generator.workspace import cannot_write

_HEADER = 44


class FilePlayer(Paced):
    """One WAV file an airing, below `folder`/<output>/."""

    def __init__(self, line: Line, folder: str) -> None:
        super().__init__(line)
        name = f"{line.airing.replace(':', '').replace('/', '-').replace('@', '-')}.wav"
        path = line.root / folder / line.output / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path = _unused(path)
            self._file = path.open("wb")
        except OSError as error:
            raise cannot_write(path, error) from error
        self._path, self._bytes = path, 0
        self._header()

    def take(self, chunk: "array.array[int]") -> None:
        """Append; the header is brought up to date about twice a second."""
        if sys.byteorder == "big":
            chunk.byteswap()
        try:
            self._file.write(chunk.tobytes())
            self._bytes += len(chunk) * 2
            if self._bytes // self.rate != (self._bytes - len(chunk) * 2) // self.rate:
                self._header()
        except OSError as error:
            raise cannot_write(self._path, error) from error

    def close(self) -> None:
        """Close the file with a true header."""
        try:
            self._header()
            self._file.close()
        except (OSError, ValueError) as error:
            if isinstance(error, OSError):
                raise cannot_write(self._path, error) from error

    def _header(self) -> None:
        self._file.flush()
        self._file.seek(0)
        riff = struct.pack("<4sI4s", b"RIFF", self._bytes + _HEADER - 8, b"WAVE")
        form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, self.rate, self.rate * 2, 2, 16)
        self._file.write(riff + form + struct.pack("<4sI", b"data", self._bytes))
        self._file.flush()
        self._file.seek(0, 2)


def _unused(path: Path) -> Path:
    """`path`, or the same with -2, -3, ... where an earlier part of the airing is kept."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_stem(f"{path.stem}-{number}")
    return free
