"""Prosody: pitch contours of the six tones, creaky voice, declination of a phrase, and the lengths of sounds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loa.tts.engine import Region
from loa.tts.engines.kokoro.phonemes import GLOTTAL, Part, Phone, PhraseSyllable, Shape

_DECLINATION = 2.0  # semitones by which the pitch falls from the first syllable of a phrase to the last
_QUESTION = 2.0  # semitones by which the last syllable of a question rises above that


@dataclass(frozen=True, slots=True)
class Contour:
    """Pitch over the rime of a syllable: `points` are (place 0..1, semitones from the voice's middle pitch).

    Between the two places of `creak` the voice is creaky (`Timbre.creak`). Northern listeners recognise nặng and ngã
    by this more than by the pitch.
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
    """Return the contour of the syllable's tone; sắc and nặng have shorter contours before p, t, c, ch."""
    tones = _SOUTH if region == "nam" else _NORTH
    stopped = syllable.stopped and syllable.tone in {"sắc", "nặng"}
    return tones[f"{syllable.tone}-stop" if stopped else syllable.tone]


def semitones(shape: Contour, places: NDArray[np.float64], progress: float, *, question: bool) -> NDArray[np.float64]:
    """Return the pitch, in semitones from the voice's middle, at `places` (0..1) of the rime.

    `progress` is the syllable's place in its phrase, from -0.5 (first) to 0.5 (last); `question`: it ends a question.
    """
    points = np.array(shape.points)
    rise = _QUESTION if question else 0.0
    pitch: NDArray[np.float64] = np.interp(places, points[:, 0], points[:, 1])
    return pitch - _DECLINATION * progress + rise * places


_ONSET = {
    GLOTTAL: 0.050, "t": 0.0375, "f": 0.100, "tʰ": 0.100, "s": 0.100, "ʃ": 0.100, "ʂ": 0.100, "x": 0.100, "ŋ": 0.100,
    "l": 0.088,
}  # fmt: skip
_ANY_ONSET = 0.075
_GLIDE = 0.050
_SHORT_VOWELS = frozenset(("ă", "â"))
_TONES = {"nặng": 0.85, "hỏi": 1.10, "ngã": 1.10}  # factor for the length of the nucleus
OWN_PACE = 1.18
"""The voice's own pace relative to the lengths below: 3.5 syllables a second, pauses included."""
_LAST = 1.3  # factor for the last syllable before a pause
_GAP = 0.0125  # seconds of silence between two syllables, which Kokoro's own languages do not have
_CLOSED = 0.030  # the same after a final stop, whose closure is silent
_STRESSED = 1.15
"""Factor for the lengths of a stressed syllable."""
_BEFORE_STRESS = 0.12
"""Seconds of silence before stressed words."""
_PAUSES = {",": 0.30, ".": 0.45, "?": 0.45}


@dataclass(frozen=True, slots=True)
class TimedPhone:
    """A sound and its duration in seconds."""

    phone: Phone
    seconds: float


def timed_phones(item: PhraseSyllable, sounds: Sequence[Phone], *, last: bool) -> tuple[TimedPhone, ...]:
    """Return the durations of the sounds of one syllable at pace 1; `last`: a pause follows."""
    stretch = _LAST if last else 1.0
    stress = _STRESSED if item.stressed else 1.0
    lengths: dict[Part, float] = {
        "glide": _GLIDE,
        "nucleus": _nucleus(item.syllable, sounds) * _TONES.get(item.syllable.tone, 1.0) * stretch,
        "coda": (0.125 if _short(item.syllable) and not item.syllable.stopped else 0.075) * stretch,
    }
    return tuple(
        TimedPhone(p, stress * (_ONSET.get(p.symbols, _ANY_ONSET) if p.part == "onset" else lengths[p.part]))
        for p in sounds
    )


def _short(syllable: Shape) -> bool:
    """Return whether the vowel is short: ă, â, and the a of anh and ach."""
    return syllable.nucleus in _SHORT_VOWELS or (syllable.nucleus == "a" and syllable.coda in ("nh", "ch"))


def _nucleus(syllable: Shape, sounds: Sequence[Phone]) -> float:
    """Return the duration of the nucleus; long before a glide or nasal, or "ai" would sound like "ay"."""
    if _short(syllable):
        return 0.050
    seconds = 0.1375 if syllable.coda else 0.175
    if any(p.part == "nucleus" and len(p.symbols) > 1 for p in sounds):
        seconds += 0.025
    if syllable.coda in ("i", "u"):
        return seconds * 1.25
    return seconds * 1.15 if syllable.coda and not syllable.stopped else seconds


def pause_seconds(mark: str) -> float:
    """Return the pause in seconds at punctuation `mark` inside a phrase."""
    return _PAUSES.get(mark, 0.0)


def gap_seconds(item: PhraseSyllable, following: PhraseSyllable) -> float:
    """Return the silence in seconds between two syllables of the same phrase, but for the pause of a mark."""
    stress = _BEFORE_STRESS if following.stressed and not item.stressed and not item.pause else 0.0
    return stress + (_CLOSED if item.syllable.stopped else _GAP)
