"""Abbreviations: the station's own, those that the text itself explains, the tables, and compounds of known parts."""

import re
from functools import cache, lru_cache
from typing import Any

from loa.normalizer.scanner import Scan
from loa.normalizer.tables import abbreviations, table


@cache
def ambiguous() -> dict[str, list[tuple[str, Any, Any]]]:
    """Abbreviation → options (words, pattern of the text before, pattern of the text after)."""

    def compiled(option: dict[str, str]) -> tuple[str, Any, Any]:
        after = re.compile(rf"(?:^|[^\w])(?:{option['after']})$") if "after" in option else None
        return option["say"], after, re.compile(option["before"]) if "before" in option else None

    return {str(key): [compiled(option) for option in options] for key, options in table("ambiguous").items()}


def expand(scan: Scan, key: str, start: int, end: int) -> str | None:
    """The words for an abbreviation at text[start:end], or None."""
    if key in scan.pronounce:
        return scan.pronounce[key]
    if key in scan.defined:
        return scan.defined[key]
    options = ambiguous().get(key)
    if options is not None:
        before, after = scan.left(start).lower(), scan.after(end)
        for say, wants_before, wants_after in options:
            if (wants_before is None or wants_before.search(before)) and (
                wants_after is None or wants_after.match(after)
            ):
                return say
    if key not in abbreviations() and _NUMBERED.match(scan.after(end, 8)):
        kind: str | None = table("bodies")["kinds"].get(key)
        return kind
    return abbreviations().get(key)


_NUMBERED = re.compile(r" ?(?:số )?\d")


@cache
def foreign() -> dict[str, str]:
    """Foreign word, lower case → how Vietnamese voices should say it."""
    return {str(key): str(words) for key, words in table("foreign")["words"].items()}


@lru_cache(maxsize=2048)
def decompose(word: str) -> str | None:
    """An unknown run of capitals as the fewest known parts: TTBTXH → trung tâm + bảo trợ xã hội."""
    if not 3 <= len(word) <= 16 or not word.isupper():
        return None
    parts: dict[str, str] = table("parts")["parts"]
    best: list[tuple[int, tuple[str, ...]] | None] = [(0, ())] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - 8), end):
            so_far = best[start]
            if so_far is None or (start, end) == (0, len(word)):
                continue
            piece = word[start:end]
            said = table("parts")["heads"].get(piece) if start == 0 else None
            said = said or (parts.get(piece) if len(piece) <= 2 else abbreviations().get(piece) or parts.get(piece))
            if said is None:
                continue
            cost = so_far[0] + (3 if len(piece) == 1 else 2 if len(piece) == 2 else 1)
            current = best[end]
            if current is None or cost < current[0]:
                best[end] = (cost, (*so_far[1], said))
    whole = best[len(word)]
    if whole is None or (len(whole[1]) > 2 and whole[1][0] not in table("parts")["heads"].values()):
        return None  # three guesses without an office at the head make nonsense as a rule: letters are better
    return " ".join(whole[1])
