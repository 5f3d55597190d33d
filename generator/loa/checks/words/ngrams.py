"""How often syllables follow each other in Vietnam's laws: the statistical model of the spelling check.

`data/ngrams.xz` is made by `scripts/make_ngrams.py`, whose docstring says of which text. Numbers are one sign, "#".
"""

import lzma
import math
import struct
import sys
from array import array
from bisect import bisect_left
from functools import cache, lru_cache

from loa.checks.words.lexicon import DATA

FUNCTION_WORDS = frozenset(
    "và của là các những được cho trong với để tại theo này đã sẽ về bằng do khi trên phải từ đến một có không ở vào "
    "ra hay hoặc như thì mà bị nếu #".split()
)
_BOUND_COUNT = 20
"""A pair that stands less often in the laws proves nothing."""


class Model:
    """Counts of pairs and triples of syllables. A syllable outside of the vocabulary is never counted."""

    def __init__(self, data: bytes) -> None:
        parts: list[bytes] = []
        at = 0
        while at < len(data):
            (size,) = struct.unpack_from("<I", data, at)
            parts.append(data[at + 4 : at + 4 + size])
            at += 4 + size
        self._number = {word: index for index, word in enumerate(parts[0].decode().split())}
        self._first, self._second = _array("I", parts[1]), _array("I", parts[2])
        self._tables = tuple((_array("Q", keys), _array("H", counts)) for keys, counts in (parts[3:5], parts[5:7]))

    def knows(self, word: str) -> bool:
        """Whether `word` (lower case) is in the vocabulary."""
        return word in self._number

    def total(self, word: str) -> int:
        """How often `word` stands before another syllable."""
        number = self._number.get(word)
        return self._first[number] if number is not None else 0

    def pair(self, first: str, second: str) -> int:
        """How often `second` follows `first`."""
        return self._count(0, (first, second))

    def triple(self, first: str, second: str, third: str) -> int:
        """How often the three follow each other; 0 also for once."""
        return self._count(1, (first, second, third))

    def bound(self, first: str, second: str) -> float:
        """From 0 to 1, how much the two belong together (the geometric mean of both conditional probabilities).

        0 where one is a function word, the pair is rare, or neither calls for the other.
        """
        if first in FUNCTION_WORDS or second in FUNCTION_WORDS:
            return 0.0
        count = self.pair(first, second)
        if count < _BOUND_COUNT:
            return 0.0
        forward = count / self._first[self._number[first]]
        backward = count / self._second[self._number[second]]
        if max(forward, backward) < 0.10 or min(forward, backward) < 0.01:
            return 0.0
        return math.sqrt(forward * backward)

    def _count(self, table: int, words: tuple[str, ...]) -> int:
        key = 0
        for word in words:
            number = self._number.get(word)
            if number is None:
                return 0
            key = key << 12 | number
        keys, counts = self._tables[table]
        at = bisect_left(keys, key)
        return counts[at] if at < len(keys) and keys[at] == key else 0


def _array(kind: str, data: bytes) -> "array[int]":
    values = array(kind)
    values.frombytes(data)
    if sys.byteorder == "big":
        values.byteswap()
    return values


@cache
def model() -> Model:
    """The counts of the package; read once, when first asked for."""
    return Model(lzma.decompress((DATA / "ngrams.xz").read_bytes()))


@lru_cache(maxsize=100_000)
def bound(first: str, second: str) -> float:
    """`Model.bound` of the package's counts."""
    return model().bound(first, second)
