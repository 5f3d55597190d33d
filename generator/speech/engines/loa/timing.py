"""How long every sound lasts, in seconds, by the structure of its syllable.

The sources of the proportions: Vietnamese codas lengthen after short vowels (Kirby 2011); nặng is the shortest tone,
hỏi and ngã are long (Brunelle 2009, Michaud 2004); the last syllable before a pause is drawn out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from generator.speech.engines.loa.phonemes import Part, Phone
from generator.speech.engines.loa.phrases import Beat

_ONSET = {"t": 0.0375, "f": 0.100, "tʰ": 0.100, "s": 0.100, "ʃ": 0.100, "ʂ": 0.100, "x": 0.100, "ŋ": 0.100, "l": 0.088}
_ANY_ONSET = 0.075
_GLIDE = 0.050
_SHORT_VOWELS = frozenset(("ă", "â"))
_PAUSES = {",": 0.30, ".": 0.45, "?": 0.45}


@dataclass(frozen=True, slots=True)
class Timed:
    """A sound and its length in seconds."""

    phone: Phone
    seconds: float


def timed(beat: Beat, sounds: Sequence[Phone], *, last: bool) -> tuple[Timed, ...]:
    """The lengths of the sounds of one syllable at pace 1; `last`: a pause follows."""
    syllable = beat.syllable
    short = syllable.nucleus in _SHORT_VOWELS or (syllable.nucleus == "a" and syllable.coda in ("nh", "ch"))
    nucleus = 0.050 if short else 0.1375 if syllable.coda else 0.175
    if any(p.part == "nucleus" and len(p.symbols) > 1 for p in sounds) and not short:
        nucleus += 0.025
    coda = 0.075 if syllable.stopped else 0.125 if short else 0.075
    nucleus *= {"nặng": 0.65, "hỏi": 1.15, "ngã": 1.15}.get(syllable.tone, 1.0)
    stretch = 1.3 if last else 1.0
    lengths: dict[Part, float] = {"glide": _GLIDE, "nucleus": nucleus * stretch, "coda": coda * stretch}
    return tuple(Timed(p, _ONSET.get(p.symbols, _ANY_ONSET) if p.part == "onset" else lengths[p.part]) for p in sounds)


def pause_seconds(mark: str) -> float:
    """How long the voice rests at `mark` inside a phrase."""
    return _PAUSES.get(mark, 0.0)
