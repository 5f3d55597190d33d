"""Two versions of a text, word by word, for people to read."""

import difflib
import re
from dataclasses import dataclass
from typing import Literal

_PIECE = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that stayed, went or came."""

    kind: Literal["same", "out", "in"]
    text: str


def words(before: str, after: str) -> list[Piece]:
    """The change from `before` to `after`; long runs that stayed are shortened to their ends."""
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    found: list[Piece] = []
    for tag, a1, a2, b1, b2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", _short("".join(old[a1:a2]))))
            continue
        if a2 > a1:
            found.append(Piece("out", "".join(old[a1:a2])))
        if b2 > b1:
            found.append(Piece("in", "".join(new[b1:b2])))
    return found


def lines(before: str, after: str) -> list[list[Piece]]:
    """The lines that changed, each word by word."""
    old, new = before.splitlines(), after.splitlines()
    found = []
    for tag, a1, a2, b1, b2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            found.append(words("\n".join(old[a1:a2]), "\n".join(new[b1:b2])))
    return found


def _short(text: str, keep: int = 120) -> str:
    return text if len(text) <= 2 * keep + 20 else f"{text[:keep]} […] {text[-keep:]}"
