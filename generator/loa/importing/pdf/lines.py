"""The letters of a PDF's page, and the lines and words that they make."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

_LETTER = 30
"""A page with fewer letters than this and with a picture is a scan."""


@dataclass(frozen=True, slots=True)
class _Placed:
    text: str
    left: float
    right: float
    bottom: float
    top: float


class Char(_Placed):
    """A letter."""

    __slots__ = ()

    @property
    def size(self) -> float:
        """Its height, in points."""
        return self.top - self.bottom


@dataclass(slots=True)
class Page:
    """What stands on a page; places in points from its lower left corner."""

    width: float
    height: float
    chars: list[Char] = field(default_factory=list)
    across: list[tuple[float, float, float]] = field(default_factory=list)  # lines drawn: y, from x, to x
    down: list[tuple[float, float, float]] = field(default_factory=list)  # x, from y, to y
    pictures: int = 0

    @property
    def is_scan(self) -> bool:
        """Whether it is a picture, with hardly a letter."""
        return self.pictures > 0 and sum(not char.text.isspace() for char in self.chars) < _LETTER


class Piece(_Placed):
    """Words beside each other without a wide gap."""

    __slots__ = ()

    @property
    def size(self) -> float:
        """Its height, in points, at least one."""
        return max(self.top - self.bottom, 1.0)


Line = tuple[Piece, ...]


def lines_of(chars: Sequence[Char]) -> list[Line]:
    """The letters as lines from top to bottom, each as its pieces from left to right."""
    return [line for row in rows_of(chars) if (line := tuple(_pieces(row)))]


def rows_of(chars: Sequence[Char]) -> list[list[Char]]:
    """The letters of each line from left to right, from the top line down."""
    sizes = sorted(char.size for char in chars if not char.text.isspace())
    usual = sizes[len(sizes) // 2] if sizes else 0.0
    raised = [char for char in chars if char.size < 0.88 * usual and not char.text.isspace()]
    small = set(map(id, raised))
    rows: list[list[Char]] = []
    for char in sorted((c for c in chars if id(c) not in small), key=lambda c: (-(c.bottom + c.top), c.left)):
        middle = (char.bottom + char.top) / 2
        for row in rows[-3:]:
            first = row[0]
            if first.bottom < middle < first.top and abs(first.bottom - char.bottom) < 0.3 * first.size:
                row.append(char)
                break
        else:
            rows.append([char])
    alone = [char for char in raised if not _raised_in(char, rows)]
    rows = [sorted(row, key=lambda c: c.left) for row in rows]
    if alone:  # a line of small print
        rows = sorted([*rows, *rows_of(alone)], key=lambda row: -(row[0].bottom + row[0].top))
    return rows


_UNIT = ("m", "km", "cm", "dm", "mm", "ha", "°", "o")


def _raised_in(char: Char, rows: Sequence[list[Char]]) -> bool:
    """Put a small letter beside others into their line (m²), or leave it out where it is the mark of a footnote."""
    for row in rows:
        size = row[0].size
        if not row[0].bottom - 0.3 * size <= (char.bottom + char.top) / 2 <= row[0].top + 0.3 * size:
            continue
        before = [c for c in row if -0.2 * size < char.left - c.right < 0.6 * size and not c.text.isspace()]
        after = [c for c in row if -0.2 * size < c.left - char.right < 0.6 * size and not c.text.isspace()]
        if not before and not after:
            continue
        word = ""
        for letter in sorted((c for c in row if c.left < char.left), key=lambda c: -c.left):
            if not letter.text.isalpha() and letter.text != "°":
                break
            word = letter.text + word
        is_mark = (
            char.text.isdigit() and char.bottom > row[0].bottom + 0.2 * size and word.lower() not in _UNIT and before
        )
        if not is_mark:
            row.append(char)
        return True
    return False


def _pieces(row: Sequence[Char]) -> Iterator[Piece]:
    held: list[Char] = []
    text = ""
    for char in row:
        if char.text.isspace():
            continue
        if held:
            gap = char.left - held[-1].right
            size = min(char.size, held[-1].size) or 1.0
            if gap > 1.9 * size:
                yield _piece(text, held)
                held, text = [], ""
            elif gap > 0.14 * size or _space_between(row, held[-1], char):
                text += " "
            elif gap < -0.6 * size and char.text == held[-1].text and abs(char.left - held[-1].left) < 0.3 * size:
                continue  # bold, drawn by printing twice
        held.append(char)
        text += char.text
    if held:
        yield _piece(text, held)


def _space_between(row: Sequence[Char], before: Char, after: Char) -> bool:
    middle = (before.right + after.left) / 2
    return any(
        char.text.isspace() and char.left - 0.5 <= middle <= char.right + 0.5
        for char in row
        if before.left <= char.left <= after.left
    )


def _piece(text: str, chars: Sequence[Char]) -> Piece:
    return Piece(
        unicodedata.normalize("NFC", text),
        chars[0].left,
        max(char.right for char in chars),
        min(char.bottom for char in chars),
        max(char.top for char in chars),
    )


def near(values: Iterable[float]) -> list[float]:
    """Values that are all but equal as one, in order."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > 3:
            found.append(value)
    return found
