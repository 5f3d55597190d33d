"""The shape of a Vietnamese syllable: onset, glide, nucleus, coda, tone; and whether a word is one.

The rules are those of the standard orthography (Quyết định 1989/QĐ-BGDĐT and school grammars): which onsets exist,
which rhymes exist, that stops (p, t, c, ch) carry only the tones sắc and nặng, and that k, gh,
ngh stand before i, e, ê.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Tone = Literal["ngang", "huyền", "sắc", "hỏi", "ngã", "nặng"]

_MARKS: dict[str, Tone] = {"\u0300": "huyền", "\u0301": "sắc", "\u0309": "hỏi", "\u0303": "ngã", "\u0323": "nặng"}
_ONSETS = ("ngh", "ch", "gh", "gi", "kh", "ng", "nh", "ph", "qu", "th", "tr", *"bcdđghklmnprstvx")
# Every rhyme that the orthography has, without tone: glide and nucleus, then the codas that follow it.
_RHYMES = {
    "a": "_ c ch i m n ng nh o p t u y",
    "ă": "c m n ng p t",
    "â": "c m n ng p t u y",
    "e": "_ c m n ng o p t",
    "ê": "_ ch m n nh p t u",
    "i": "_ ch m n nh p t u",
    "y": "_ t",
    "o": "_ c i m n ng p t",
    "oo": "c ng",
    "ô": "_ c i m n ng p t",
    "ơ": "_ i m n p t",
    "u": "_ c i m n ng p t",
    "ư": "_ c i m n ng t u",
    "ia": "_",
    "ya": "_",
    "iê": "c m n ng p t u",
    "yê": "m n ng t u",
    "ua": "_",
    "uô": "c i m n ng p t",
    "ưa": "_",
    "ươ": "c i m n ng p t u",
    "oa": "_ c ch i m n ng nh o p t y",
    "oă": "c m n ng t",
    "oe": "_ m n o t",
    "ue": "_ n o t",
    "uâ": "c n ng t y",
    "uê": "_ ch n nh",
    "uy": "_ ch n nh p t u",
    "uyê": "n t",
    "uya": "_",
    "uơ": "_",
}
_GLIDES = {
    "oa": "a",
    "oă": "ă",
    "oe": "e",
    "ue": "e",
    "uâ": "â",
    "uê": "ê",
    "uy": "y",
    "uyê": "yê",
    "uya": "ya",
    "uơ": "ơ",
}
_SPELLING = {
    f"{vowels}{'' if coda == '_' else coda}": (vowels, "" if coda == "_" else coda)
    for vowels, codas in _RHYMES.items()
    for coda in codas.split()
}
_SHAPE = re.compile(rf"({'|'.join(_ONSETS)})?([aăâeêioôơuưy][a-zăâêôơư]{{0,4}})")


@dataclass(frozen=True, slots=True)
class Syllable:
    """One written syllable. `onset`, `glide` ("o", "u" or ""), `nucleus`, `coda` are letters without tone mark."""

    onset: str
    glide: str
    nucleus: str
    coda: str
    tone: Tone


def parse(word: str) -> Syllable | None:
    """The parts of `word` (any case, composed or not, old or new tone placement), or None if it is no syllable."""
    return _parse(word) if 0 < len(word) <= 14 else None


def is_syllable(word: str) -> bool:
    """Whether `word` can be a Vietnamese syllable."""
    return parse(word) is not None


def all_syllables() -> frozenset[str]:
    """Every spelling of a syllable without its tone mark (about 3,500)."""
    joined = {onset + rhyme for onset in ("", *_ONSETS) for rhyme in _SPELLING}
    return frozenset(word for word in joined if is_syllable(word) or is_syllable(_with_acute(word)))


def _with_acute(word: str) -> str:
    """`word` with a sharp tone somewhere: stops carry no level tone."""
    vowel = next((i for i, letter in enumerate(word) if letter in "aăâeêioôơuưy"), 0)
    return word[: vowel + 1] + "\u0301" + word[vowel + 1 :]


@lru_cache(maxsize=16_384)
def _parse(word: str) -> Syllable | None:
    bare, tone = _split_tone(word.lower())
    if tone is None:
        return None
    match = _SHAPE.fullmatch(bare)
    if match is None:
        return None
    onset, rhyme = match[1] or "", match[2]
    if onset == "gi" and rhyme[0] == "ê":  # giếng, giết: the i is the nucleus' own too
        rhyme = "i" + rhyme
    if onset == "g" and rhyme in _SPELLING and rhyme[0] == "i":  # gì, gìn
        onset = "gi"
    if onset == "qu" and rhyme not in _SPELLING:  # quỳnh, quýt: the u is the glide of the rhyme
        rhyme = "u" + rhyme
    if rhyme not in _SPELLING:
        return None
    vowels, coda = _SPELLING[rhyme]
    front = vowels[0] in "eêiy"
    if (onset in {"k", "gh", "ngh"}) != front and onset in {"k", "gh", "ngh", "c", "ng"}:
        return None
    if onset == "g" and vowels[0] in "eê":
        return None
    if coda in {"c", "ch", "p", "t"} and tone not in {"sắc", "nặng"}:
        return None
    if vowels in {"ya", "yê"} and onset and onset != "qu":
        return None
    nucleus = _GLIDES.get(vowels, vowels)
    glide = vowels[: len(vowels) - len(nucleus)]
    if onset == "qu":
        onset, glide, nucleus = "q", "u", nucleus
    return Syllable(onset, glide, nucleus, coda, tone)


def _split_tone(word: str) -> tuple[str, Tone | None]:
    """The word without its tone mark, and the tone; a word with two tone marks has none (None)."""
    tone: Tone | None = "ngang"
    kept: list[str] = []
    for mark in unicodedata.normalize("NFD", word):
        if mark in _MARKS:
            if tone != "ngang" or "".join(kept).rstrip("\u0302\u0306\u031b")[-1:] not in tuple(
                "aeiouy"
            ):  # two marks, or a mark on a consonant
                return word, None
            tone = _MARKS[mark]
        else:
            kept.append(mark)
    return unicodedata.normalize("NFC", "".join(kept)), tone
