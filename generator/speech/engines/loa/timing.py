"""How long every sound lasts, in seconds, by the structure of its syllable.

The sources of the proportions: Vietnamese codas lengthen after short vowels (Kirby 2011); nặng is the shortest tone,
hỏi and ngã are long (Brunelle 2009, Michaud 2004); the last syllable before a pause is drawn out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from generator.speech.engines.loa.phonemes import GLOTTAL, Part, Phone
from generator.speech.engines.loa.phrases import Beat
from generator.speech.engines.loa.shape import Shape

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
