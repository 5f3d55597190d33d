"""Sentences of official text, and where a long one may be cut for breath."""

import re

from loa.normalizer.scanner import Reading
from loa.normalizer.tables import contexts
from loa.text import LOWER, UPPER

BREATH = 30
"""Syllables that an announcer says in one breath at most, where punctuation allows a cut."""
_END = re.compile(
    rf"(?:\./\.|[.!?…]+)[\"”’')\]»]*(?=\s|$)|(?<=[^\W\d_]{{2}})\.(?=[{UPPER}][{LOWER}]+\s)|\n\s*\n\s*"
    r"|\n\s*(?=[-+•*–▪●○]|\(?\d{1,2}[.)]\s|[a-zđ]\)\s|[IVX]{1,4}\.)|(?P<wrap>\n)"
)
_LAST = re.compile(r"([^\W_]+(?:[.&/-][^\W_]+)*)$")
_COUNTER = re.compile(
    r"^\s*(?:\(?\d{1,3}|[IVX]{1,5}|[a-zđA-ZĐ]"
    r"|(?:Bước|Câu|Điều|Mục|Phần|Bài|Chương|Khoản|Lưu ý|Bậc)\s\d{1,3}|\d{1,2}(?:\.\d{1,2}){1,3})$"
)
_IN_NUMBER = re.compile(r"[ .()–-]{0,3}")


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences of `text`, without the spaces around them; every other character is in exactly one."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        if match.start() >= start and _ends(text, start, match):
            _add(spans, text, start, match.end())
            start = match.end()
    _add(spans, text, start, len(text))
    return spans


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    lead = len(piece) - len(piece.lstrip())
    kept = piece.strip()
    if kept:
        spans.append((start + lead, start + lead + len(kept)))


def _ends(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether a mark ends a sentence: not after an abbreviation, a heading's number, or before a small letter."""
    mark = match[0]
    if match["wrap"]:  # a heading in capitals, then running text; other single new lines are wrapped text
        line = text[max(start, match.start() - 200) : match.start()].rsplit("\n", 1)[-1]
        return line.isupper() and len(line) > 3 and not text[match.end() : match.end() + 12].isupper()
    if mark.startswith("\n"):
        return True
    left = text[max(start, match.start() - 40) : match.start()]
    right = text[match.end() : match.end() + 8].lstrip()
    if mark.startswith("."):
        last = _LAST.search(left)
        word = last[1] if last else ""
        if word in contexts("dotted") and mark == "." and right[:1].isupper() | right[:1].isdecimal():
            return False
        if (
            _COUNTER.search(text[start : min(match.start(), start + 24)])
            and text[start : match.start()].strip()
            and len(text[start : match.start()].strip()) < 12
        ):
            return False
        if len(word) == 1 and word.isupper() and mark == "." and re.search(r"[A-ZĐ]\.\s?[A-ZĐ]$", left):
            return not right or right[:1].isupper()
        if right[:1].islower() and (mark in {".", "...", "…", "…."} or word.lower() in {"v.v", "vv"}):
            return False
    elif mark.startswith("…") and right[:1].islower():
        return False
    return True


def breaths(text: str, reading: Reading, longest: int = BREATH) -> list[tuple[int, int]]:
    """Ranges of the words of `reading` (of `text`) of at most `longest` syllables, each cut after a pause.

    A stretch without any pause stays whole, however long; so does a number that is said in groups.
    """
    words = reading.words
    stops = [
        index + 1
        for index, word in enumerate(words)
        if word.pause and not (index + 1 < len(words) and _one_number(text, word.end, words[index + 1].start))
    ]
    total = len(reading.words)
    if not stops or stops[-1] != total:
        stops.append(total)
    pieces: list[tuple[int, int]] = []
    start = 0
    last = 0
    for stop in stops:
        if stop - start > longest and last > start:
            pieces.append((start, last))
            start = last
        last = stop
    if total > start:
        pieces.append((start, total))
    return pieces


def _one_number(text: str, end: int, start: int) -> bool:
    """Whether what ends at `end` and what begins at `start` are groups of one number: 0912.345.678."""
    digits = text[end - 1 : end].isdigit() and text[start : start + 1].isdigit()
    return digits and _IN_NUMBER.fullmatch(text, end, start) is not None
