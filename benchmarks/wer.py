"""How much of a sentence an independent recogniser (`viet-asr`, whose wheel holds its model) hears in a sound."""

import tempfile
import unicodedata
import wave
from dataclasses import astuple, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loa.normalizer.syllables import parse
from loa.tts.engines.kokoro.phonemes import phones, shape
from loa.tts.engines.kokoro.prosody import contour

_MARKS = frozenset("\u0300\u0301\u0303\u0309\u0323")
SHIFTS = (0.300, 0.325, 0.360)
"""Seconds of silence before the sentence. The recogniser is nervous: the same sound a little later is heard otherwise,
so a figure is the mean over these three."""
_AFTER = 0.6  # seconds of silence: the recogniser loses what touches the edge


@dataclass(frozen=True, slots=True)
class Errors:
    """Wrong, missing and added words, of how many; `words` as written, `toneless` with the tone marks left out,
    `southern` with words forgiven that the southern accent does not tell apart."""

    words: int = 0
    toneless: int = 0
    southern: int = 0
    of: int = 0

    def __add__(self, other: "Errors") -> "Errors":
        return Errors(*(mine + its for mine, its in zip(astuple(self), astuple(other), strict=True)))


@cache
def _recogniser() -> Any:
    import vietasr

    pipeline = vietasr.Pipeline.preset("transcribe")
    pipeline.build()
    return pipeline


def heard(samples: NDArray[np.float32], rate: int, before: float = SHIFTS[0]) -> str:
    """What the recogniser hears after so many seconds of silence."""
    peak = float(np.abs(samples).max()) or 1.0
    padded = np.concatenate([np.zeros(int(before * rate)), samples / peak * 0.7, np.zeros(int(_AFTER * rate))])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes((padded * 32767).astype("<i2").tobytes())
        return str(_recogniser().transcribe(str(path)).text)


def errors(said: str, understood: str) -> Errors:
    """Compares two texts word by word; "hoá" is "hóa" and "lý" is "lí"."""
    reference, guess = _words(said), _words(understood)
    return Errors(
        _distance(reference, guess),
        _distance([bare for bare, _ in reference], [bare for bare, _ in guess]),
        _distance(*([_southern(word) for word in _spelt(text)] for text in (said, understood))),
        len(reference),
    )


def _words(text: str) -> list[tuple[str, str]]:
    return [_bare_and_tone(word) for word in _spelt(text)]


def _spelt(text: str) -> list[str]:
    kept = "".join(c if c.isalnum() or unicodedata.category(c) == "Mn" else " " for c in text.lower())
    return kept.split()


def _southern(word: str) -> tuple[object, ...]:
    """`word` as the southern accent of the engine `loa` says it: two words that it says alike are equal."""
    syllable = parse(word)
    if syllable is None:
        return (word,)
    spoken = shape(syllable)
    return (*(phone.symbols for phone in phones(spoken, "nam")), contour(spoken, "nam"))


def _bare_and_tone(word: str) -> tuple[str, str]:
    letters = unicodedata.normalize("NFD", word)
    bare = unicodedata.normalize("NFC", "".join(c for c in letters if c not in _MARKS))
    if bare.endswith("y") and len(bare) > 1 and not set(bare[:-1]) & set("aăâeêioôơuư"):
        bare = bare[:-1] + "i"
    return bare, "".join(c for c in letters if c in _MARKS)


def _distance(one: list[Any], two: list[Any]) -> int:
    row = list(range(len(two) + 1))
    for i, left in enumerate(one, 1):
        previous, row[0] = row[0], i
        for j, right in enumerate(two, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (left != right))
    return row[-1]
