"""A page of a PDF whose text stands in two columns, as parts that are read one after the other."""

from collections.abc import Iterator, Sequence

from loa.importing.pdf_lines import Char, Page, rows_of
from loa.importing.pdf_tables import ruled_tables

_FEWEST = 6
"""Lines that stand in both columns, at least; a letterhead has fewer."""


def in_parts(page: Page) -> Iterator[Page]:
    """`page` as it is, or what stands above its columns, the left one, the right one, and what stands below."""
    rows = rows_of(page.chars)
    tables = [(top, bottom) for _left, bottom, _right, top, _grid in ruled_tables(page)]
    found = _columns([row if not _within(row, tables) else [] for row in rows], page.width)
    if found is None:
        yield page
        return
    start, end, gutter = found
    middle = [char for row in rows[start:end] for char in row]
    parts = (
        [char for row in rows[:start] for char in row],
        [char for char in middle if char.right <= gutter],
        [char for char in middle if char.right > gutter],
    )
    for part in parts:
        if part:
            yield _cut(page, part)
    below = [char for row in rows[end:] for char in row]
    if below:
        yield from in_parts(_cut(page, below))


def _within(row: Sequence[Char], tables: Sequence[tuple[float, float]]) -> bool:
    middle = (row[0].bottom + row[0].top) / 2
    return any(bottom <= middle <= top for top, bottom in tables)


def _cut(page: Page, chars: list[Char]) -> Page:
    low, high = min(c.bottom for c in chars) - 20, max(c.top for c in chars) + 20
    left, right = min(c.left for c in chars) - 20, max(c.right for c in chars) + 20
    across = [line for line in page.across if low <= line[0] <= high and left <= (line[1] + line[2]) / 2 <= right]
    down = [line for line in page.down if left <= line[0] <= right and low <= (line[1] + line[2]) / 2 <= high]
    return Page(page.width, page.height, chars, across, down, page.pictures)


def _columns(rows: Sequence[Sequence[Char]], width: float) -> tuple[int, int, float] | None:
    """First line, line behind the last, and the middle of the gap between two columns of running text."""
    best: tuple[int, int, float] | None = None
    for place in range(int(width * 0.3), int(width * 0.7), 2):
        start: int | None = None
        for number in range(len(rows) + 1):
            if number < len(rows) and _leaves_free(rows[number], place):
                start = number if start is None else start
                continue
            longer = start is not None and (best is None or number - start > best[1] - best[0])
            if longer and start is not None and _is_text(rows[start:number], place):
                best = (start, number, float(place))
            start = None
    return best


def _leaves_free(row: Sequence[Char], place: float) -> bool:
    if not row:
        return False
    size = row[0].size or 1.0
    return not any(
        char.left < place + 0.3 * size and char.right > place - 0.3 * size for char in row if not char.text.isspace()
    )


def _is_text(rows: Sequence[Sequence[Char]], place: float) -> bool:
    """Whether both sides of `place` are running text, whose lines are nearly all as wide as their column."""
    sides: list[list[tuple[float, float]]] = [[], []]
    both = 0
    for row in rows:
        letters = [char for char in row if not char.text.isspace()]
        parts = ([c for c in letters if c.right <= place], [c for c in letters if c.right > place])
        both += all(parts)
        for side, part in zip(sides, parts, strict=True):
            if part:
                side.append((part[0].left, part[-1].right))
    if both < _FEWEST:
        return False
    for side in sides:
        left, right = min(a for a, _b in side), max(b for _a, b in side)
        full = sum(b - a > 0.75 * (right - left) for a, b in side)
        if right - left < 90 or full * 2 < len(side):
            return False
    return True
