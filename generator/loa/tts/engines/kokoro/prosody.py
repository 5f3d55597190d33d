"""The six tones as pitch contours, the melody of a phrase, and where the voice creaks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loa.tts.engine import Region
from loa.tts.engines.kokoro.phonemes import GLOTTAL, Beat, Part, Phone, Shape

_DECLINATION = 2.0  # semitones a phrase falls from its first syllable to its last
_QUESTION = 2.0  # semitones the last syllable of a question rises above that


@dataclass(frozen=True, slots=True)
class Contour:
    """Pitch over the rime of a syllable: `points` are (place 0..1, semitones from the voice's middle).

    Between the two places of `creak` the vocal folds are pressed and beat slowly (`Timbre.creak`): it is this, more
    than the pitch around it, by which northern listeners know nặng and ngã.
    """

    points: tuple[tuple[float, float], ...]
    creak: tuple[float, float] | None = None


_NORTH = {
    "ngang": Contour(((0, 2), (1, 1.2))),
    "huyền": Contour(((0, 0), (1, -4.5))),
    "sắc": Contour(((0, 0), (0.35, 0.5), (1, 7))),
    "sắc-stop": Contour(((0, 2), (1, 7))),
    "nặng": Contour(((0, 2), (0.4, 0.5), (1, -5)), (0.45, 1.01)),
    "nặng-stop": Contour(((0, 0), (1, -5))),
    "hỏi": Contour(((0, 1), (0.6, -6), (1, -3))),
    "ngã": Contour(((0, 2), (0.3, 0.5), (0.55, 5), (1, 9)), (0.3, 0.55)),
}
_DIPPING = Contour(((0, -1.5), (0.5, -6), (1, 0)))
_SOUTH = _NORTH | {
    "huyền": Contour(((0, -0.5), (1, -3.5))),
    "nặng": Contour(((0, -2), (0.55, -7), (1, -3.5))),
    "hỏi": _DIPPING,
    "ngã": _DIPPING,
}


def contour(syllable: Shape, region: Region = "bac") -> Contour:
    """The contour of the syllable's tone; before p, t, c, ch sắc and nặng have shorter ones."""
    tones = _SOUTH if region == "nam" else _NORTH
    stopped = syllable.stopped and syllable.tone in {"sắc", "nặng"}
    return tones[f"{syllable.tone}-stop" if stopped else syllable.tone]


def semitones(shape: Contour, places: NDArray[np.float64], fallen: float, *, question: bool) -> NDArray[np.float64]:
    """Pitch at `places` of the rime (0..1) of a syllable that stands at `fallen` (-0.5 first, 0.5 last) in its phrase.

    `question`: it is the last syllable of one.
    """
    points = np.array(shape.points)
    rise = _QUESTION if question else 0.0
    pitch: NDArray[np.float64] = np.interp(places, points[:, 0], points[:, 1])
    return pitch - _DECLINATION * fallen + rise * places


_ONSET = {
    GLOTTAL: 0.050, "t": 0.0375, "f": 0.100, "tʰ": 0.100, "s": 0.100, "ʃ": 0.100, "ʂ": 0.100, "x": 0.100, "ŋ": 0.100,
    "l": 0.088,
}  # fmt: skip
_ANY_ONSET = 0.075
_GLIDE = 0.050
_SHORT_VOWELS = frozenset(("ă", "â"))
_TONES = {"nặng": 0.85, "hỏi": 1.10, "ngã": 1.10}  # of the nucleus of the other tones
OWN_PACE = 1.18
"""How much quicker than the lengths below the voice speaks by itself: 3.5 syllables a second, pauses counted."""
_LAST = 1.3  # the last syllable before a pause
_GAP = 0.0125  # seconds between two syllables, which do not run into each other as those of Kokoro's languages do
_CLOSED = 0.030  # the same after a final stop, whose closure is heard as silence
_PAUSES = {",": 0.30, ".": 0.45, "?": 0.45}


@dataclass(frozen=True, slots=True)
class Timed:
    """A sound and its length in seconds."""

    phone: Phone
    seconds: float


def timed(beat: Beat, sounds: Sequence[Phone], *, last: bool) -> tuple[Timed, ...]:
    """The lengths of the sounds of one syllable at pace 1; `last`: a pause follows."""
    stretch = _LAST if last else 1.0
    lengths: dict[Part, float] = {
        "glide": _GLIDE,
        "nucleus": _nucleus(beat.syllable, sounds) * _TONES.get(beat.syllable.tone, 1.0) * stretch,
        "coda": (0.125 if _short(beat.syllable) and not beat.syllable.stopped else 0.075) * stretch,
    }
    return tuple(Timed(p, _ONSET.get(p.symbols, _ANY_ONSET) if p.part == "onset" else lengths[p.part]) for p in sounds)


def _short(syllable: Shape) -> bool:
    """ă and â, and the a of anh and ach."""
    return syllable.nucleus in _SHORT_VOWELS or (syllable.nucleus == "a" and syllable.coda in ("nh", "ch"))


def _nucleus(syllable: Shape, sounds: Sequence[Phone]) -> float:
    """A long vowel must stay long where a glide or nasal follows: "ai" is "ay", "am" is "âm" otherwise."""
    if _short(syllable):
        return 0.050
    seconds = 0.1375 if syllable.coda else 0.175
    if any(p.part == "nucleus" and len(p.symbols) > 1 for p in sounds):
        seconds += 0.025
    if syllable.coda in ("i", "u"):
        return seconds * 1.25
    return seconds * 1.15 if syllable.coda and not syllable.stopped else seconds


def pause_seconds(mark: str) -> float:
    """How long the voice rests at `mark` inside a phrase."""
    return _PAUSES.get(mark, 0.0)


def gap_seconds(syllable: Shape) -> float:
    """How long the voice is silent between `syllable` and the next one of the same breath."""
    return _CLOSED if syllable.stopped else _GAP
