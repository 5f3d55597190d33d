"""Recordings for tests, made with ffmpeg: a voice-like sound without silence, the same bytes every time.

And what a recorder has of them: each sample, or what is missing and what is too much.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import imageio_ffmpeg
import numpy as np

Samples: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.int16]]"
_PIECE = 32
"""So many samples tell a place of a recording from any other."""


def make_mp3(path: Path, seconds: float, *, tone: int = 300) -> Path:
    """An MP3 (64 kbit/s mono, 24 kHz): noise over a tone, so that every moment of it can be told from any other."""
    path.parent.mkdir(parents=True, exist_ok=True)
    source = f"sine=frequency={tone}:sample_rate=24000:duration={seconds}[a];anoisesrc=r=24000:a=0.2:seed={tone}:d={seconds}[b];[a][b]amix=inputs=2"
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-loglevel",
        "error",
        "-y",
        "-filter_complex",
        source,
        "-ac",
        "1",
        "-b:a",
        "64k",
        str(path),
    ]
    subprocess.run(command, check=True)
    return path


@dataclass(frozen=True, slots=True)
class Break:
    """Where a recording does not go on as it should: samples of it that are not heard, and of silence put in."""

    place: int
    missing: int
    silence: int


@dataclass(frozen=True, slots=True)
class Heard:
    """What a recorder has of a recording. `foreign`: samples that are neither the recording's nor silence."""

    breaks: tuple[Break, ...]
    foreign: int

    @property
    def amiss(self) -> int:
        """Samples that are missing, or in which there is silence instead."""
        return sum(max(one.missing, one.silence) for one in self.breaks)


def follow(sent: Samples, heard: Samples) -> Heard:
    """Go through what was heard beside what was sent, sample by sample; silence at both ends does not count."""
    sent, heard = np.trim_zeros(sent), np.trim_zeros(heard)
    text = sent.tobytes()
    breaks, foreign = list[Break](), 0
    i = j = 0
    while True:
        length = min(len(sent) - i, len(heard) - j)
        same = _first(sent[i : i + length] != heard[j : j + length])
        i, j = i + same, j + same
        quiet = _first(heard[j:] != 0)
        piece = heard[j + quiet : j + quiet + _PIECE]
        if not len(piece):
            break
        found = text.find(piece.tobytes(), 2 * i)
        if found < 0:  # nothing that was sent, or not once more
            foreign, j = foreign + 1, j + quiet + 1
            continue
        breaks.append(Break(i, found // 2 - i, quiet))
        i, j = found // 2, j + quiet
    if i < len(sent):
        breaks.append(Break(i, len(sent) - i, 0))
    return Heard(tuple(breaks), foreign)


def _first(true: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> int:
    """The place of the first True; the length where there is none."""
    return int(np.argmax(true)) if true.any() else len(true)
