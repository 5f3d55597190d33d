"""A page of a PDF whose text stands in two columns, as parts that are read one after the other."""

from collections.abc import Iterator, Sequence

from loa.importing.pdf.lines import Char, Page, rows_of
from loa.importing.pdf.tables import ruled_tables

_FEWEST = 6
"""Lines of each column that stand beside the other, at least; a letterhead has fewer."""
Box = tuple[float, float, float, float]
"""Left, bottom, right and top of a table."""


def in_parts(page: Page) -> Iterator[Page]:
    """`page` as it is, or what stands above its columns, the left one, the right one, and what stands below."""
    boxes = [(left, bottom, right, top) for left, bottom, right, top, _grid in ruled_tables(page)]
    rows = rows_of([char for char in page.chars if not any(_within(char, box) for box in boxes)])
    found = _columns(rows, boxes, page.width)
    if found is None:
        yield page
        return
    start, end, gutter = found
    high, low = max(c.top for c in rows[start]), min(c.bottom for c in rows[end - 1])
    for left, bottom, right, top in boxes:  # a table within a column
        if (right <= gutter or left >= gutter) and bottom < high and top > low:
            high, low = max(high, top), min(low, bottom)
    middle = [char for char in page.chars if low <= (char.bottom + char.top) / 2 <= high]
    parts = (
        [char for char in page.chars if (char.bottom + char.top) / 2 > high],
        [char for char in middle if char.right <= gutter],
        [char for char in middle if char.right > gutter],
    )
    for part in parts:
        if part:
            yield _cut(page, part)
    below = [char for char in page.chars if (char.bottom + char.top) / 2 < low]
    if below:
        yield from in_parts(_cut(page, below))


def _within(char: Char, box: Box) -> bool:
    left, bottom, right, top = box
    return left <= (char.left + char.right) / 2 <= right and bottom <= (char.bottom + char.top) / 2 <= top


def _cut(page: Page, chars: list[Char]) -> Page:
    low, high = min(c.bottom for c in chars) - 20, max(c.top for c in chars) + 20
    left, right = min(c.left for c in chars) - 20, max(c.right for c in chars) + 20
    across = [line for line in page.across if low <= line[0] <= high and left <= (line[1] + line[2]) / 2 <= right]
    down = [line for line in page.down if left <= line[0] <= right and low <= (line[1] + line[2]) / 2 <= high]
    return Page(page.width, page.height, chars, across, down, page.pictures)


def _columns(rows: Sequence[Sequence[Char]], boxes: Sequence[Box], width: float) -> tuple[int, int, float] | None:
    """First line, line behind the last, and the middle of the gap between two columns of running text."""
    best: tuple[int, int, float] | None = None
    for place in range(int(width * 0.3), int(width * 0.7), 2):
        across = [(top, bottom) for left, bottom, right, top in boxes if left < place < right]
        start: int | None = None
        for number in range(len(rows) + 1):
            parted = 0 < number < len(rows) and any(
                rows[number - 1][0].bottom >= bottom and rows[number][0].top <= top for top, bottom in across
            )
            if number < len(rows) and not parted and _leaves_free(rows[number], place):
                start = number if start is None else start
                continue
            longer = start is not None and (best is None or number - start > best[1] - best[0])
            if longer and start is not None and _is_text(rows[start:number], place):
                best = (start, number, float(place))
            start = number if number < len(rows) and _leaves_free(rows[number], place) else None
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
    sides: list[list[tuple[float, float, float]]] = [[], []]
    for row in rows:
        letters = [char for char in row if not char.text.isspace()]
        parts = ([c for c in letters if c.right <= place], [c for c in letters if c.right > place])
        for side, part in zip(sides, parts, strict=True):
            if part:
                side.append((part[0].left, part[-1].right, part[0].bottom))
    if not all(sides):
        return False
    high = min(max(y for _a, _b, y in side) for side in sides)
    low = max(min(y for _a, _b, y in side) for side in sides)
    for side in sides:
        left, right = min(a for a, _b, _y in side), max(b for _a, b, _y in side)
        full = sum(b - a > 0.75 * (right - left) for a, b, _y in side)
        beside = sum(low <= y <= high for _a, _b, y in side)
        if beside < _FEWEST or right - left < 90 or full * 2 < len(side):
            return False
    return True
