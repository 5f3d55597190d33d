"""Spoken text -> phrases: what is said in one breath, syllable by syllable. Takes any text; never raises."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from generator.speech.engines.loa.shape import Shape, shape
from generator.vietnamese.syllables import parse

_TOKEN = re.compile(r"[^\W_]+|[,.;:?!…–—]")
_BREATH = 32  # syllables: about eight seconds, and what keeps the model's memory small
_LETTERS = {
    "b": "bê", "c": "xê", "d": "dê", "đ": "đê", "f": "ép phờ", "g": "gờ", "h": "hát", "j": "gi", "k": "ca", "l": "lờ",
    "m": "mờ", "n": "nờ", "p": "pê", "q": "quy", "r": "rờ", "s": "sờ", "t": "tê", "v": "vê", "w": "vê kép", "x": "ích",
    "z": "dét", "0": "không", "1": "một", "2": "hai", "3": "ba", "4": "bốn", "5": "năm", "6": "sáu", "7": "bảy",
    "8": "tám", "9": "chín",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Beat:
    """One syllable of a phrase: the word it belongs to (counted over the utterance) and the pause mark after it."""

    syllable: Shape
    word: int
    pause: str = ""


Phrase = tuple[Beat, ...]


def phrases(text: str) -> list[Phrase]:
    """`text` cut into breaths: at stops, at commas once a breath is long, at the latest after 32 syllables."""
    found: list[Phrase] = []
    breath: list[Beat] = []
    for beat in _beats(text):
        breath.append(beat)
        long = len(breath) >= _BREATH
        if beat.pause in {".", "?"} or long or (beat.pause and len(breath) >= _BREATH // 2):
            found.append(tuple(breath))
            breath = []
    return [*found, tuple(breath)] if breath else found


def _beats(text: str) -> Iterator[Beat]:
    waiting: Beat | None = None
    word = -1
    for piece in unicodedata.normalize("NFC", text.lower()).split():
        word += bool(piece.strip(",.?!;:"))  # counted as `Utterance.words` counts
        for token in _TOKEN.findall(piece):
            if token[0].isalnum():
                for syllable in _syllables(token):
                    if waiting:
                        yield waiting
                    waiting = Beat(syllable, word)
            elif waiting and not waiting.pause:
                waiting = Beat(waiting.syllable, waiting.word, _pause(token))
    if waiting:
        yield waiting


def _pause(mark: str) -> str:
    return {"?": "?", ".": ".", "!": ".", "…": "."}.get(mark, ",")


def _syllables(word: str) -> list[Shape]:
    """`word` as syllables; a word that is none is read by the syllables within it, else by the names of its letters."""
    found: list[Shape] = []
    start = 0
    while start < len(word):
        ends = range(min(len(word), start + 7), start, -1)
        end, syllable = next(((e, s) for e in ends if (s := parse(word[start:e]))), (start + 1, None))
        found += [shape(syllable)] if syllable else []
        start = end
    names = " ".join(_LETTERS.get(letter, "") for letter in word).split()
    return found or [shape(name) for name in map(parse, names) if name]
