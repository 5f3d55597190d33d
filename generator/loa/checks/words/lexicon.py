"""Which syllables and pairs of syllables Vietnamese has, and what a word may have been meant to be."""

import unicodedata
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

from loa.normalizer.unicode import one_tone_place
from loa.text import toneless

DATA = Path(__file__).parent.parent / "data"


@lru_cache(maxsize=100_000)
def normal(word: str) -> str:
    """`word` in lower case and NFC, its tone mark where the table has it: "Hoà" → "hòa", "Uỷ" → "ủy"."""
    word = unicodedata.normalize("NFC", word.lower())
    return word if word.isascii() else one_tone_place(word)


@cache
def bare(word: str) -> str:
    """`word` without marks: "nghị" → "nghi", "đinh" → "dinh"."""
    return toneless(word.lower())


@cache
def syllables() -> frozenset[str]:
    """Every attested syllable."""
    return frozenset(_lines("syllables.txt"))


@cache
def pairs() -> dict[str, frozenset[str]]:
    """For a syllable, those that follow it within a word."""
    return {first: frozenset(rest) for first, *rest in (line.split() for line in _lines("pairs.txt"))}


def is_pair(first: str, second: str) -> bool:
    """Whether `first second` stands within a word of the list, of the officials' vocabulary or of villages' texts."""
    return second in pairs().get(first, ()) or second in office_pairs().get(first, ())


@cache
def _joined(name: str) -> dict[str, frozenset[str]]:
    """The phrases of a list, as pairs."""
    found: dict[str, set[str]] = {}
    for line in _lines(name):
        parts = normal(line).split()
        for first, second in pairwise(parts):
            found.setdefault(first, set()).add(second)
    return {first: frozenset(rest) for first, rest in found.items()}


@cache
def company() -> dict[str, int]:
    """For a syllable, how many words of two syllables hold it: few where it hardly ever stands alone."""
    found: dict[str, int] = {}
    for first, rest in pairs().items():
        found[first] = found.get(first, 0) + len(rest)
        for second in rest:
            found[second] = found.get(second, 0) + 1
    return found


@cache
def office_pairs() -> dict[str, frozenset[str]]:
    """The vocabulary of offices (data/office.txt) and what villages' texts join (data/village.txt), as pairs."""
    office, village = _joined("office.txt"), _joined("village.txt")
    return {first: office.get(first, frozenset()) | village.get(first, frozenset()) for first in {*office, *village}}


@cache
def office_words() -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    """The words of two and three syllables among them, by pairs: what a slip is measured against."""
    forward: dict[str, set[str]] = {}
    backward: dict[str, set[str]] = {}
    for line in _lines("office.txt"):
        parts = normal(line).split()
        for first, second in pairwise(parts) if len(parts) < 4 else ():
            forward.setdefault(first, set()).add(second)
            backward.setdefault(second, set()).add(first)
    return (
        {first: frozenset(seconds) for first, seconds in forward.items()},
        {second: frozenset(firsts) for second, firsts in backward.items()},
    )


@cache
def office_lines() -> frozenset[str]:
    """The words of the offices' vocabulary, whole."""
    return frozenset(" ".join(normal(line).split()) for line in _lines("office.txt"))


@cache
def phrase_triples() -> frozenset[tuple[str, str, str]]:
    """Three syllables in a row of the longer phrases of offices (data/phrases.txt)."""
    found: set[tuple[str, str, str]] = set()
    for line in (*_lines("phrases.txt"), *_lines("office.txt")):
        parts = normal(line).split()
        found.update(zip(parts, parts[1:], parts[2:], strict=False))
    return frozenset(found)


@cache
def bound() -> dict[str, tuple[frozenset[str], str]]:
    """Syllables that live in a few words only (data/bound.txt): their neighbours there, and what they are typed for."""
    rows = ([part.strip() for part in line.split("|")] for line in _lines("bound.txt"))
    return {syllable: (frozenset(beside.split()), meant) for syllable, beside, meant in rows}


@cache
def by_bare() -> dict[str, tuple[str, ...]]:
    """The syllables that differ only in their marks."""
    found: dict[str, list[str]] = {}
    for syllable in sorted(syllables()):
        found.setdefault(bare(syllable), []).append(syllable)
    return {key: tuple(values) for key, values in found.items()}


def _lines(name: str) -> list[str]:
    text = (DATA / name).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
