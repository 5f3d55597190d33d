"""Convert Vietnamese syllables to symbols that Kokoro knows, with northern or southern accent.

Kokoro's symbols are the IPA of its nine languages; Vietnamese is not one of them. For every sound we use the nearest
one that it knows: dental and retroflex stops from Hindi and Mandarin, ɣ and ɲ from Spanish, ɯ from Japanese. A vowel
between two known ones (ô, ơ) is the mean of both, computed after the text encoder (`other`).

The northern accent is that of announcers: s/x and tr/ch are kept apart, so that listeners of every region hear which
word is meant; r, d and gi are one sound, because Kokoro knows none that is near enough to a northern r. The southern
accent merges the sounds that Ho Chi Minh City merges: d/gi with j, hỏi with ngã (see prosody.py), final n and t with ng
and c after most vowels. Source for both: Hoàng Thị Châu, Phương ngữ học tiếng Việt (2004); Kirby, "Vietnamese (Hanoi
Vietnamese)", JIPA 41 (2011).
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from loa.normalizer.syllables import Syllable, parse
from loa.tts.engine import Region

_ONSET_SOUNDS = {"k": "c", "q": "c", "gh": "g", "ngh": "ng"}
_NUCLEUS_SOUNDS = {"y": "i", "ia": "iê", "ya": "iê", "yê": "iê", "ua": "uô", "ưa": "ươ", "oo": "o"}
_CODA_SOUNDS = {"y": "i", "o": "u"}
STOPS = frozenset(("p", "t", "c", "ch"))


@dataclass(frozen=True, slots=True)
class Shape:
    """A spoken syllable: onset, glide (w or none), nucleus, coda (i and u for the glides of ai, ao) and tone."""

    onset: str
    glide: bool
    nucleus: str
    coda: str
    tone: str

    @property
    def stopped(self) -> bool:
        """Whether it ends in a stop: p, t, c, ch."""
        return self.coda in STOPS


def shape(written: Syllable) -> Shape:
    """Return the sounds of a written syllable: "quốc" is c-uô-c, "cày" is c-ă-i, "ghi" is g-i."""
    glide, nucleus = bool(written.glide), _NUCLEUS_SOUNDS.get(written.nucleus, written.nucleus)
    if written.nucleus == "a" and written.coda in ("y", "u"):
        nucleus = "ă"
    if written.onset == "q" and nucleus == "ô":
        glide, nucleus = False, "uô"
    onset = _ONSET_SOUNDS.get(written.onset, written.onset)
    return Shape(onset, glide, nucleus, _CODA_SOUNDS.get(written.coda, written.coda), written.tone)


Part = Literal["onset", "glide", "nucleus", "coda"]


@dataclass(frozen=True, slots=True)
class Phone:
    """One sound: `symbols` of Kokoro's alphabet; if `other` is given, the mean of both is used."""

    part: Part
    symbols: str
    voiced: bool = True
    other: str = ""

    @property
    def silent_closure(self) -> bool:
        """Whether it is a silent closure: a final stop, or the glottal stop before a vowel."""
        return self.symbols == GLOTTAL or (self.part == "coda" and not self.voiced)


GLOTTAL = " "  # the glottal stop before a vowel: Kokoro hardly knows ʔ, but it knows the silence between words
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
    ("ô", "ng"): "ɔw|ʌw",
}
_SOUTHERN_RIMES = _RIMES | {
    ("ô", "ng"): "ow|ɔw",
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
    """Return the sounds of `syllable`, at least an onset and a nucleus. Codas p, t, c, ch are unreleased stops."""
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
    """Return the southern coda: n and t become ng and c after most vowels; nh and ch become n and t."""
    if syllable.coda in ("n", "t") and syllable.nucleus in _SOUTHERN_BACKING:
        return {"n": "ng", "t": "c"}[syllable.coda]
    return {"nh": "n", "ch": "t"}.get(syllable.coda, syllable.coda)


_TOKEN = re.compile(r"[^\W_]+|[,.;:?!…–—]")
_MAX_SYLLABLES = 32  # syllables: about eight seconds; longer phrases would need more memory
_LETTERS = {
    "b": "bê", "c": "xê", "d": "dê", "đ": "đê", "f": "ép phờ", "g": "gờ", "h": "hát", "j": "gi", "k": "ca", "l": "lờ",
    "m": "mờ", "n": "nờ", "p": "pê", "q": "quy", "r": "rờ", "s": "sờ", "t": "tê", "v": "vê", "w": "vê kép", "x": "ích",
    "z": "dét", "0": "không", "1": "một", "2": "hai", "3": "ba", "4": "bốn", "5": "năm", "6": "sáu", "7": "bảy",
    "8": "tám", "9": "chín",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PhraseSyllable:
    """One syllable of a phrase, the index of its word in the utterance, and the punctuation mark after it."""

    syllable: Shape
    word: int
    pause: str = ""
    stressed: bool = False


Phrase = tuple[PhraseSyllable, ...]


def phrases(text: str, stressed: Collection[int] = ()) -> list[Phrase]:
    """Split `text` into phrases: at full stops, at commas if the phrase is long, at the latest after 32 syllables.

    `stressed`: the indices of its stressed words.
    """
    found: list[Phrase] = []
    phrase: list[PhraseSyllable] = []
    for item in _phrase_syllables(text, stressed):
        phrase.append(item)
        long = len(phrase) >= _MAX_SYLLABLES
        if item.pause in {".", "?"} or long or (item.pause and len(phrase) >= _MAX_SYLLABLES // 2):
            found.append(tuple(phrase))
            phrase = []
    return [*found, tuple(phrase)] if phrase else found


def _phrase_syllables(text: str, stressed: Collection[int]) -> Iterator[PhraseSyllable]:
    waiting: PhraseSyllable | None = None
    word = -1
    for piece in unicodedata.normalize("NFC", text.lower()).split():
        word += bool(piece.strip(",.?!;:"))  # the same count as in `Utterance.words`
        for token in _TOKEN.findall(piece):
            if token[0].isalnum():
                for syllable in _syllables(token):
                    if waiting:
                        yield waiting
                    waiting = PhraseSyllable(syllable, word, stressed=word in stressed)
            elif waiting and not waiting.pause:
                waiting = replace(waiting, pause=_pause(token))
    if waiting:
        yield waiting


def _pause(mark: str) -> str:
    return {"?": "?", ".": ".", "!": ".", "…": "."}.get(mark, ",")


def _syllables(word: str) -> list[Shape]:
    """Split `word` into syllables. Other words are read by the syllables inside them, else by their letters' names."""
    found: list[Shape] = []
    start = 0
    while start < len(word):
        ends = range(min(len(word), start + 7), start, -1)
        end, syllable = next(((e, s) for e in ends if (s := parse(word[start:e]))), (start + 1, None))
        found += [shape(syllable)] if syllable else []
        start = end
    names = " ".join(_LETTERS.get(letter, "") for letter in word).split()
    return found or [shape(name) for name in map(parse, names) if name]
