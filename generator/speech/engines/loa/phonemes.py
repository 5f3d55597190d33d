"""A Vietnamese syllable as symbols that Kokoro knows, for the accents of the north and of the south.

Kokoro's alphabet is IPA as its nine languages use it; Vietnamese is none of them. Every sound here is the nearest
one it has heard: dental and retroflex stops from Hindi and Mandarin, ɣ and ɲ from Spanish, ɯ from Japanese. A vowel
that lies between two it knows (ô, ơ) is the mean of both, taken inside the text encoder (`other`).

The northern accent is the careful one of announcers: s/x, tr/ch, r/d stay apart, so that listeners of every region
hear which word is meant. The southern accent merges what it merges in Ho Chi Minh City: d/gi with j, hỏi with ngã
(see tones.py), final n and t with ng and c after most vowels. Source for both: Hoàng Thị Châu, Phương ngữ học tiếng
Việt (2004); Kirby, "Vietnamese (Hanoi Vietnamese)", JIPA 41 (2011).
"""

from dataclasses import dataclass
from typing import Literal

from generator.speech.engine import Region
from generator.speech.engines.loa.shape import STOPS, Shape

Part = Literal["onset", "glide", "nucleus", "coda"]


@dataclass(frozen=True, slots=True)
class Phone:
    """One sound: `symbols` of Kokoro's alphabet; `other`, where given, are blended half and half with them."""

    part: Part
    symbols: str
    voiced: bool = True
    other: str = ""

    @property
    def held(self) -> bool:
        """Whether it is a closure that nothing is heard of: a final stop, or the glottal stop before a vowel."""
        return self.symbols == GLOTTAL or (self.part == "coda" and not self.voiced)


GLOTTAL = " "  # the stop before a vowel: Kokoro hardly knows ʔ, but does know the silence between words
_ONSETS = {
    "": GLOTTAL, "b": "b", "m": "m", "v": "v", "ph": "f", "th": "tʰ", "t": "t", "đ": "d", "n": "n", "l": "l", "x": "s",
    "s": "ʃ", "r": "z", "d": "z", "gi": "z", "ch": "c", "tr": "ʈʂ", "nh": "ɲ", "c": "k", "kh": "x", "g": "ɣ",
    "ng": "ŋ", "h": "h", "p": "p",
}  # fmt: skip
_SOUTHERN_ONSETS = {"d": "j", "gi": "j", "r": "ɹ", "s": "ʂ"}
_NUCLEI = {
    "a": "a", "ă": "a", "â": "ʌ", "e": "ɛ", "ê": "e", "i": "i", "o": "ɔ", "ô": "o|ɔ", "ơ": "əː|ɤː", "u": "u",
    "ư": "ɯ", "iê": "iə", "uô": "uʌ", "ươ": "ɯə",
}  # fmt: skip
_CODAS = {"p": "p", "t": "t", "c": "k", "ch": "k", "m": "m", "n": "n", "ng": "ŋ", "nh": "ŋ", "i": "j", "u": "w"}
_RIMES = {
    ("ê", "nh"): "ɛ|e",
    ("ơ", "i"): "ɜː|ɤː",
    ("a", "nh"): "aj",
    ("e", "nh"): "aj",
    ("a", "ch"): "aj",
    ("ô", "ng"): "ow|ɔw",
}
_SOUTHERN_RIMES = _RIMES | {
    ("i", "nh"): "i|ɨ",
    ("i", "ch"): "i|ɨ",
    ("ê", "nh"): "e|ə",
    ("ê", "ch"): "e|ə",
    ("a", "nh"): "a",
    ("a", "ch"): "a",
    ("e", "nh"): "a",
}
_VOICELESS = frozenset(("", "p", "t", "th", "ch", "tr", "c", "kh", "ph", "s", "x"))
_SOUTHERN_BACKING = frozenset(("a", "ă", "â", "e", "o", "ơ", "iê", "uô", "ươ", "u", "ư"))


def phones(syllable: Shape, region: Region = "bac") -> tuple[Phone, ...]:
    """The sounds of `syllable`, in order: an onset and a nucleus at least. Codas p, t, c, ch are unreleased stops."""
    rime, coda = (syllable.nucleus, syllable.coda), syllable.coda
    onsets, rimes = _ONSETS, _RIMES
    if region == "nam":
        onsets, rimes, coda = _ONSETS | _SOUTHERN_ONSETS, _SOUTHERN_RIMES, _southern_coda(syllable)
    found = [_phone("onset", onsets[syllable.onset], syllable.onset not in _VOICELESS)]
    if syllable.glide:
        found.append(_phone("glide", "w"))
    found.append(_phone("nucleus", rimes.get(rime, _NUCLEI[syllable.nucleus])))
    if coda:
        found.append(_phone("coda", _CODAS[coda], coda not in STOPS))
    return tuple(found)


def _phone(part: Part, symbols: str, voiced: bool = True) -> Phone:
    known, _, other = symbols.partition("|")
    return Phone(part, known, voiced, other)


def _southern_coda(syllable: Shape) -> str:
    """Final n and t move back to ng and c after most vowels; nh and ch come forward to n and t."""
    if syllable.coda in ("n", "t") and syllable.nucleus in _SOUTHERN_BACKING:
        return {"n": "ng", "t": "c"}[syllable.coda]
    return {"nh": "n", "ch": "t"}.get(syllable.coda, syllable.coda)
