"""How often syllables follow each other: the statistical model of the spelling check.

`data/ngrams.xz` is made by `scripts/make_ngrams.py`, whose docstring says of which texts. "#" is a number, "<" and ">"
are the ends of a run of words, "?" is a name or a word that the model does not know.
"""

import lzma
import struct
import sys
from array import array
from bisect import bisect_left
from functools import cache, lru_cache

from loa.checks.words import lexicon as syl

FUNCTION_WORDS = frozenset(
    "và của là các những được cho trong với để tại theo này đã sẽ về bằng do khi trên phải từ đến một có không ở vào "
    "ra hay hoặc như thì mà bị nếu #".split()
)
SIGNS = frozenset({"#", "<", ">", "?"})
LISTED, OFFICE = 4, 12
"""What a pair of the word list, and one of the vocabulary of offices, counts beside what was counted."""
_DISCOUNT = 0.75
_BITS = 13


class Model:
    """Counts of syllables, pairs and triples, and the probabilities that they give (absolute discounting)."""

    def __init__(self, data: bytes) -> None:
        parts: list[bytes] = []
        at = 0
        while at < len(data):
            (size,) = struct.unpack_from("<I", data, at)
            parts.append(data[at + 4 : at + 4 + size])
            at += 4 + size
        self._number = {word: index for index, word in enumerate(parts[0].decode().split())}
        self._count, self._everyday = _array("I", parts[1]), _array("I", parts[2])
        self._tables = tuple((_array("Q", keys), _array("H", counts)) for keys, counts in (parts[3:5], parts[5:7]))
        self._all, self._all_everyday = sum(self._count), sum(self._everyday)

    def knows(self, word: str) -> bool:
        """Whether `word` (lower case) was seen."""
        return word in self._number

    def total(self, word: str) -> int:
        """How often `word` was seen."""
        number = self._number.get(word)
        return self._count[number] if number is not None else 0

    @lru_cache(maxsize=50_000)  # noqa: B019  there is one model
    def pair(self, first: str, second: str) -> int:
        """How often `second` follows `first`, as counted and by the lists of words."""
        listed = OFFICE if second in syl.office_pairs().get(first, ()) else 0
        listed += LISTED if second in syl.pairs().get(first, ()) else 0
        return self._counted(0, (first, second)) + listed

    def followed(self, word: str) -> int:
        """How often anything follows `word`."""
        return self._following(word)[0]

    def triple(self, first: str, second: str, third: str) -> int:
        """How often the three follow each other; 0 also for once."""
        return self._counted(1, (first, second, third))

    @lru_cache(maxsize=20_000)  # noqa: B019
    def alone(self, word: str) -> float:
        """The probability of `word`: half by the counted texts, half by everyday ones."""
        number = self._number.get(word)
        if number is None:
            return 1e-7
        return 0.5 * (self._count[number] + 0.1) / self._all + 0.5 * (self._everyday[number] + 0.5) / self._all_everyday

    def after(self, first: str, second: str) -> float:
        """The probability that `second` follows `first`."""
        whole, kinds = self._following(first)
        if not whole:
            return self.alone(second)
        found = max(self.pair(first, second) - _DISCOUNT, 0.0)
        return found / whole + min(1.0, _DISCOUNT * kinds / whole) * self.alone(second)

    def after_two(self, first: str, second: str, third: str) -> float:
        """The probability that `third` follows `first second`."""
        whole, kinds = self._following_two(first, second)
        if not whole:
            return self.after(second, third)
        found = max(self.triple(first, second, third) - _DISCOUNT, 0.0)
        return found / whole + min(1.0, _DISCOUNT * kinds / whole) * self.after(second, third)

    @lru_cache(maxsize=20_000)  # noqa: B019
    def _following(self, first: str) -> tuple[int, int]:
        """How often anything follows `first`, and how many different words do."""
        listed, office = syl.pairs().get(first, frozenset()), syl.office_pairs().get(first, frozenset())
        whole, kinds = self._span(0, (first,))
        return whole + LISTED * len(listed) + OFFICE * len(office), kinds + len(listed | office)

    @lru_cache(maxsize=50_000)  # noqa: B019
    def _following_two(self, first: str, second: str) -> tuple[int, int]:
        return self._span(1, (first, second))

    def _span(self, table: int, words: tuple[str, ...]) -> tuple[int, int]:
        """The sum and the number of the rows of a table that begin with `words`."""
        key = self._key(words)
        if key is None:
            return 0, 0
        keys, counts = self._tables[table]
        low, high = bisect_left(keys, key << _BITS), bisect_left(keys, (key + 1) << _BITS)
        return sum(counts[low:high]), high - low

    def _counted(self, table: int, words: tuple[str, ...]) -> int:
        key = self._key(words)
        if key is None:
            return 0
        keys, counts = self._tables[table]
        at = bisect_left(keys, key)
        return counts[at] if at < len(keys) and keys[at] == key else 0

    def _key(self, words: tuple[str, ...]) -> int | None:
        key = 0
        for word in words:
            number = self._number.get(word)
            if number is None:
                return None
            key = key << _BITS | number
        return key


def _array(kind: str, data: bytes) -> "array[int]":
    values = array(kind)
    values.frombytes(data)
    if sys.byteorder == "big":
        values.byteswap()
    return values


@cache
def model() -> Model:
    """The counts of the package; read once, when first asked for."""
    return Model(lzma.decompress((syl.DATA / "ngrams.xz").read_bytes()))
