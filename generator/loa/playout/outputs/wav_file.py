"""Writes what was played as a WAV file that is whole at every moment, also when the process is killed."""

import array
import json
import struct
import sys
from collections.abc import Callable
from pathlib import Path

from loa.playout.outputs.base import OutputConnection, Paced
from loa.workspace import cannot_write, private_file

_HEADER = 44


class FilePlayer(Paced):
    """One WAV file an airing, below `folder`/<output>/."""

    def __init__(self, line: OutputConnection, folder: str) -> None:
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


_LARGEST = 1_000_000


class NullPlayer(Paced):
    """Notes in `.loa/heard/<output>.jsonl`: the first sound, every second of sound, the end."""

    def __init__(self, line: OutputConnection) -> None:
        super().__init__(line)
        self._noted = 0
        self._path = line.root / ".loa" / "heard" / f"{line.output}.jsonl"
        try:
            private_file(self._path)
            if self._path.exists() and self._path.stat().st_size > _LARGEST:
                self._path.replace(self._path.with_suffix(".old.jsonl"))
                private_file(self._path)
        except OSError as error:
            raise cannot_write(self._path, error) from error

    def begin(self, remaining: Callable[[], float], offset: float) -> bool:
        """As any line; the instant of the first sound is noted."""
        begun = super().begin(remaining, offset)
        if begun:
            self._note("first")
        return begun

    def take(self, chunk: "array.array[int]") -> None:
        """Nothing is heard; each full second is noted."""
        seconds = int((self._frames + len(chunk)) / self.rate)
        if seconds > self._noted:
            self._noted = seconds
            self._note("second")

    def close(self) -> None:
        """Note how far it came."""
        self._note("end")

    def _note(self, what: str) -> None:
        note = {
            "what": what,
            "at": self.line.clock.now().isoformat(),
            "airing": self.line.airing,
            "sha256": self.line.sha256,
            "from": round(self.offset, 3),
            "to": round(self.offset + self._frames / self.rate, 3),
        }
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(note) + "\n")
        except OSError:  # a full disk must not silence what is being tried
            return
