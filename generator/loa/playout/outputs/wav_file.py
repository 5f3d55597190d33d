"""Outputs without a loudspeaker: a WAV file of what was played, and the silent null output."""

import array
import json
import struct
import sys
from collections.abc import Callable
from pathlib import Path, PurePath

from loa.files import cannot_write, private_file
from loa.i18n import _
from loa.playout.outputs.base import OutputConnection, Paced, output_error
from loa.workspace import below

_HEADER = 44


class FilePlayer(Paced):
    """Writes one WAV file per airing below `folder`/<output>/. The file is valid even if the process is killed."""

    def __init__(self, connection: OutputConnection, folder: str) -> None:
        super().__init__(connection)
        name = f"{connection.airing_id.replace(':', '').replace('/', '-').replace('@', '-')}.wav"
        path = below(connection.root, str(PurePath(folder, connection.output, name)))
        if not path:
            raise output_error(leads_out_text(folder), _("Choose a folder below the station's."))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path = _free_path(path)
            self._file = path.open("xb")  # "x": it never follows a link that somebody put there
        except OSError as error:
            raise cannot_write(path, error) from error
        self._path, self._bytes = path, 0
        self._header()

    def send(self, chunk: "array.array[int]") -> None:
        """Append the chunk; the header is updated about twice a second."""
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
        """Write the final header and close the file."""
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


def leads_out_text(folder: str) -> str:
    """Return the words for a folder that is not below the station's."""
    return _("the folder {folder} leads out of the station's folder").format(folder=folder)


def _free_path(path: Path) -> Path:
    """Return `path`, or the path with -2, -3, ... if an earlier part of the airing already has that name."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_stem(f"{path.stem}-{number}")
    return free


_MAX_BYTES = 1_000_000


class NullPlayer(Paced):
    """Writes to `.loa/heard/<output>.jsonl`: the first sound, every second of sound, the end."""

    def __init__(self, connection: OutputConnection) -> None:
        super().__init__(connection)
        self._noted = 0
        self._path = connection.root / ".loa" / "heard" / f"{connection.output}.jsonl"
        try:
            private_file(self._path)
            if self._path.exists() and self._path.stat().st_size > _MAX_BYTES:
                self._path.replace(self._path.with_suffix(".old.jsonl"))
                private_file(self._path)
        except OSError as error:
            raise cannot_write(self._path, error) from error

    def begin(self, remaining: Callable[[], float], offset: float) -> bool:
        """Wait like any paced output, and note the instant of the first sound."""
        begun = super().begin(remaining, offset)
        if begun:
            self._note("first")
        return begun

    def send(self, chunk: "array.array[int]") -> None:
        """Note each full second; there is no sound."""
        seconds = int((self._frames + len(chunk)) / self.rate)
        if seconds > self._noted:
            self._noted = seconds
            self._note("second")

    def close(self) -> None:
        """Note the final position."""
        self._note("end")

    def _note(self, what: str) -> None:
        note = {
            "what": what,
            "at": self.connection.clock.now().isoformat(),
            "airing": self.connection.airing_id,
            "sha256": self.connection.sha256,
            "from": round(self.offset, 3),
            "to": round(self.offset + self._frames / self.rate, 3),
        }
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(note) + "\n")
        except OSError:  # a full disk must not stop playout
            return
