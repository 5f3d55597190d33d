"""The station's sounds: recordings of people, jingles and music, taken in and kept as FLAC.

What comes in is decoded in a process of its own, its silence at both ends is cut, and it is brought to the loudness of
bulletins. The file itself is never kept.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from loa.bulletin.jingles import SUFFIXES
from loa.errors import Finding, WorkspaceError
from loa.files import write_atomic
from loa.i18n import _
from loa.limited import Limits, run_limited
from loa.text import slug
from loa.workspace import Workspace

Shelf = Literal["recording", "station"]
LONGEST: dict[Shelf, float] = {"recording": 600.0, "station": 60.0}
"""Seconds that are kept of a recording (for a programme), and of a station sound (jingle, music)."""
_LIMITS = Limits(seconds=60, megabytes=700)


@dataclass(frozen=True, slots=True)
class KeptSound:
    """A sound of the station. `seconds`: None where only its player could tell; `size` in bytes."""

    shelf: Shelf
    name: str
    path: Path
    seconds: float | None
    size: int

    @property
    def key(self) -> str:
        """Its path below the station, as programmes name it."""
        return f"audio/{'recordings' if self.shelf == 'recording' else 'jingles'}/{self.path.name}"


@dataclass(frozen=True, slots=True)
class TakenIn:
    """A sound that was taken in: how long it is, and the seconds of silence that were cut."""

    sound: KeptSound
    cut: float


def folder(workspace: Workspace, shelf: Shelf) -> Path:
    """Where the sounds of a shelf lie."""
    return workspace.recordings if shelf == "recording" else workspace.jingles


def sounds(workspace: Workspace) -> Iterator[KeptSound]:
    """Every sound, recordings first, by name."""
    shelves: tuple[Shelf, ...] = ("recording", "station")
    for shelf in shelves:
        for path in sorted(folder(workspace, shelf).glob("*.*"), key=lambda path: path.stem):
            if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file():
                yield KeptSound(shelf, path.stem, path, _seconds(path), path.stat().st_size)


def take_in(workspace: Workspace, shelf: Shelf, wanted: str, content: bytes, file: str) -> TakenIn:
    """Keep a sound as `wanted`; one that has this name already stays, and the new one gets a number.

    Raises WorkspaceError: no sound, nothing but silence; LimitError.
    """
    import numpy as np  # with soundfile 0.1 s, 25 MB: few ever take in a sound
    import soundfile

    from loa.audio import taking_in  # soundfile and miniaudio: 0.1 s, 25 MB

    decoded = run_limited(taking_in.taken_in, content, LONGEST[shelf], limits=_LIMITS, file=file)
    if decoded is None:
        message = _("This is not a sound file that can be read (MP3, WAV, FLAC, OGG).")
        raise WorkspaceError(Finding("sound.unreadable", message, file=file))
    rate, raw, cut = decoded
    samples = np.frombuffer(raw, dtype=np.int16)
    if not len(samples):
        raise WorkspaceError(Finding("sound.silent", _("There is no sound in this file."), file=file))
    flac = io.BytesIO()
    soundfile.write(flac, samples, rate, format="FLAC", subtype="PCM_16")
    path = _free(folder(workspace, shelf), slug(wanted, 40) or "am-thanh")
    write_atomic(path, flac.getvalue())
    return TakenIn(KeptSound(shelf, path.stem, path, len(samples) / rate, path.stat().st_size), cut)


def _free(place: Path, name: str) -> Path:
    taken = {path.stem for path in place.glob("*.*")}
    names = (name, *(f"{name}-{number}" for number in range(2, 1000)))
    return place / f"{next(free for free in names if free not in taken)}.flac"


def _seconds(path: Path) -> float | None:
    """The length of a FLAC, from its head (RFC 9639, 8.2: rate in 20 bits, samples in 36); None of other kinds."""
    with path.open("rb") as file:
        head = file.read(26)
    if path.suffix.lower() != ".flac" or head[:4] != b"fLaC" or len(head) < 26:
        return None
    packed = struct.unpack(">Q", head[18:26])[0]
    rate, samples = packed >> 44, packed & 0xFFFFFFFFF
    return samples / rate if rate else None
