"""How much of a sentence an independent recogniser (`viet-asr`, whose wheel holds its model) hears in a sound."""

import tempfile
import unicodedata
import wave
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MARKS = frozenset("\u0300\u0301\u0303\u0309\u0323")
_BEFORE, _AFTER = 0.3, 0.6  # seconds of silence: the recogniser loses what touches the edge


@dataclass(frozen=True, slots=True)
class Errors:
    """Wrong, missing and added words: as written, and with the tone marks left out; of how many words."""

    words: int
    toneless: int
    of: int

    def __add__(self, other: "Errors") -> "Errors":
        return Errors(self.words + other.words, self.toneless + other.toneless, self.of + other.of)


@cache
def _recogniser() -> Any:
    import vietasr

    pipeline = vietasr.Pipeline.preset("transcribe")
    pipeline.build()
    return pipeline


def heard(samples: NDArray[np.float32], rate: int) -> str:
    """What the recogniser hears."""
    peak = float(np.abs(samples).max()) or 1.0
    padded = np.concatenate([np.zeros(int(_BEFORE * rate)), samples / peak * 0.7, np.zeros(int(_AFTER * rate))])
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
        len(reference),
    )


def _words(text: str) -> list[tuple[str, str]]:
    kept = "".join(c if c.isalnum() or unicodedata.category(c) == "Mn" else " " for c in text.lower())
    return [_bare_and_tone(word) for word in kept.split()]


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
