"""Tables of a PDF whose cells have lines around them."""

from collections.abc import Iterator, Sequence

from loa.importing.blocks import Cell
from loa.importing.pdf.lines import Char, Page, lines_of, near


def ruled_tables(page: Page) -> list[tuple[float, float, float, float, list[list[Cell]]]]:
    """The tables whose cells have lines around them: left, bottom, right, top, and the grid of texts."""
    found = []
    for across, down in _drawn_together(page):
        columns, levels = near(x for x, _a, _b in down), near(y for y, _a, _b in across)[::-1]
        if len(columns) < 3 or len(levels) < 3 or len(columns) * len(levels) > 20_000:
            continue
        found.append((columns[0], levels[-1], columns[-1], levels[0], _grid(page, across, down, columns, levels)))
    return found


Rules = list[tuple[float, float, float]]


def _drawn_together(page: Page) -> Iterator[tuple[Rules, Rules]]:
    """The drawn lines in groups: those of a group meet each other."""
    across, down = _unique(page.across), _unique(page.down)
    if len(across) * len(down) > 400_000:
        return
    root = _Groups(len(across) + len(down))
    for n, (y, left, right) in enumerate(across):
        for m, (x, low, high) in enumerate(down):
            if left - 4 <= x <= right + 4 and low - 4 <= y <= high + 4:
                root.join(n, len(across) + m)
    groups: dict[int, tuple[Rules, Rules]] = {}
    for n, line in enumerate(across):
        groups.setdefault(root(n), ([], []))[0].append(line)
    for m, line in enumerate(down):
        groups.setdefault(root(len(across) + m), ([], []))[1].append(line)
    yield from groups.values()


class _Groups:
    """Numbers that are joined into groups; called with one, it gives the number that stands for its group."""

    def __init__(self, many: int) -> None:
        self._parent = list(range(many))

    def __call__(self, node: int) -> int:
        parent = self._parent
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    def join(self, one: int, other: int) -> None:
        self._parent[self(one)] = self(other)


def _unique(lines: Rules) -> Rules:
    return list({(round(a), round(b), round(c)): (a, b, c) for a, b, c in lines}.values())


def _grid(
    page: Page, across: Rules, down: Rules, columns: Sequence[float], levels: Sequence[float]
) -> list[list[Cell]]:
    """The cells between the lines; where a line is missing, two places are one cell."""
    tall, wide = len(levels) - 1, len(columns) - 1
    root = _Groups(tall * wide)
    for row in range(tall):
        for column in range(wide):
            middle_x = (columns[column] + columns[column + 1]) / 2
            middle_y = (levels[row] + levels[row + 1]) / 2
            if column and not any(abs(x - columns[column]) <= 3 and a <= middle_y <= b for x, a, b in down):
                root.join(row * wide + column, row * wide + column - 1)
            if row and not any(abs(y - levels[row]) <= 3 and a <= middle_x <= b for y, a, b in across):
                root.join(row * wide + column, (row - 1) * wide + column)
    inside: dict[int, list[Char]] = {}
    for char in page.chars:
        x, y = (char.left + char.right) / 2, (char.bottom + char.top) / 2
        column = sum(x > edge for edge in columns) - 1
        row = sum(y < edge for edge in levels) - 1
        if 0 <= column < wide and 0 <= row < tall:
            inside.setdefault(root(row * wide + column), []).append(char)
    texts = {
        key: " ".join(" ".join(piece.text for piece in line) for line in lines_of(chars))
        for key, chars in inside.items()
    }
    return [
        [(root(row * wide + column), texts.get(root(row * wide + column), "")) for column in range(wide)]
        for row in range(tall)
    ]
