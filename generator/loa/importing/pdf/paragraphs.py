"""The paragraphs, columns and tables of a PDF, from its lines."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from loa.importing.blocks import Block, Cell, Table, from_grid
from loa.importing.pdf.lines import Line, Page, Piece, lines_of, near
from loa.importing.pdf.tables import ruled_tables

_ITEM = re.compile(r"(?:[-+*•–▪●]|\(?\d{1,2}[.)]|[a-zđ][.)]|[IVX]{1,4}[.)]|Điều \d+)\s")


@dataclass(slots=True)
class Run:
    """A paragraph in the making, or a table."""

    block: Block
    top: float
    line: Piece | None = None  # its last line, where it is running text


def blocks_of(page: Page) -> list[Run]:
    """The page's paragraphs and tables from top to bottom."""
    runs: list[Run] = []
    rest = page.chars
    ruled = ruled_tables(page)
    for left, bottom, right, top, grid in ruled:
        rest = [
            c for c in rest if not (left <= (c.left + c.right) / 2 <= right and bottom <= (c.bottom + c.top) / 2 <= top)
        ]
        runs += [Run(block, top - n / 1000) for n, block in enumerate(from_grid(grid))]
    lines = lines_of(rest)
    tables = [(top, bottom) for _left, bottom, _right, top, _texts in ruled]
    margins = _margins(lines)
    n = 0
    while n < len(lines):
        many = _side_by_side(lines, n, tables)
        if many:
            runs += _columns(lines[n : n + many])
        else:
            many = 1
            runs += [Run(piece.text, piece.top, piece if len(lines[n]) == 1 else None) for piece in lines[n]]
        n += many
    return _paragraphs(sorted(runs, key=lambda run: -run.top), margins)


def _between(tables: Sequence[tuple[float, float]], above: Line, below: Line) -> bool:
    """Whether a table stands between two lines."""
    return any(above[0].bottom >= top - 2 and below[0].top <= bottom + 2 for top, bottom in tables)


def _side_by_side(lines: Sequence[Line], start: int, tables: Sequence[tuple[float, float]]) -> int:
    """How many lines from `start` on stand in columns: no letter of them is in the gap between the columns.

    The lines of two columns may stand at different heights.
    """
    many = 0
    held: list[Piece] = []
    for number, line in enumerate(lines[start:]):
        if held and _between(tables, lines[start + number - 1], line):
            break
        held += line
        if _gap(held) is not None:
            many = number + 1
        elif number:
            break
    if many < 1:
        return 0
    pieces = [piece for line in lines[start : start + many] for piece in line]
    gap = _gap(pieces)
    assert gap is not None
    left, right = [p for p in pieces if p.right <= gap], [p for p in pieces if p.left >= gap]
    low = max(min(p.bottom for p in side) for side in (left, right))
    high = min(max(p.top for p in side) for side in (left, right))
    return many if high - low > 0.5 * pieces[0].size else 0


def _gap(pieces: Sequence[Piece]) -> float | None:
    """The middle of the widest gap that no piece reaches into; None where there is none as wide as a letter."""
    edge, best = -1e9, (0.0, 0.0)
    for piece in sorted(pieces, key=lambda p: p.left):
        if edge > -1e9 and piece.left - edge > best[0]:
            best = (piece.left - edge, (piece.left + edge) / 2)
        edge = max(edge, piece.right)
    return best[1] if best[0] > 0.9 * pieces[0].size else None


def _margins(lines: Sequence[Line]) -> tuple[float, float]:
    """The left and right edge of the running text."""
    whole = [line[0] for line in lines if len(line) == 1 and len(line[0].text) > 30] or [p for li in lines for p in li]
    if not whole:
        return 0.0, 0.0
    lefts, rights = sorted(p.left for p in whole), sorted(p.right for p in whole)
    return lefts[len(lefts) // 10], rights[-1 - len(rights) // 10]


def _columns(lines: Sequence[Line]) -> list[Run]:
    """Lines in columns: a table without lines around its cells, or two texts side by side."""
    starts = near(piece.left for line in lines for piece in line)
    aligned = [
        x for x in starts if sum(any(abs(piece.left - x) <= 3 for piece in line) for line in lines) * 2 > len(lines)
    ]
    if len(lines) >= 2 and len(aligned) >= 2 and (len(lines) >= 3 or len(aligned) >= 3):
        grid: list[list[Cell]] = []
        for n, line in enumerate(lines):
            texts = [""] * len(aligned)
            for piece in line:
                column = max((m for m, x in enumerate(aligned) if x <= piece.left + 3), default=0)
                texts[column] = f"{texts[column]} {piece.text}".strip()
            grid.append([((n, m), text) for m, text in enumerate(texts)])
        return [Run(block, lines[0][0].top - n / 1000) for n, block in enumerate(from_grid(grid))]
    pieces = [piece for line in lines for piece in line]
    gap = _gap(pieces) or 0.0
    texts_in_order = [p.text for p in pieces if p.right <= gap] + [p.text for p in pieces if p.right > gap]
    return [Run(text, lines[0][0].top - n / 1000) for n, text in enumerate(texts_in_order)]


def _paragraphs(runs: Sequence[Run], margins: tuple[float, float]) -> list[Run]:
    """Lines that belong to one paragraph as one."""
    pitch = _pitch([run.line for run in runs if run.line])
    found: list[Run] = []
    for run in runs:
        above = found[-1] if found else None
        if (
            above
            and above.line
            and run.line
            and isinstance(above.block, str)
            and _goes_on(above.block, above.line, run.line, margins, pitch)
        ):
            above.block, above.line = f"{above.block} {run.line.text}", run.line
        else:
            found.append(run)
    return found


def _pitch(lines: Sequence[Piece]) -> float:
    """The usual distance from a line to the next."""
    gaps = sorted(round(a.bottom - b.bottom, 1) for a, b in pairwise(lines) if 0 < a.bottom - b.bottom < 4 * a.size)
    return gaps[len(gaps) // 3] if gaps else 20.0


def _goes_on(text: str, above: Piece, line: Piece, margins: tuple[float, float], pitch: float) -> bool:
    """Whether `line` continues the paragraph `text`, whose last line is `above`."""
    left, right = margins
    size = above.size
    apart = above.bottom - line.bottom
    if apart > 1.45 * pitch and apart > 1.6 * size:
        return False
    if _ITEM.match(line.text) or abs(line.size - size) > 0.25 * size:
        return False
    first = line.text.split(" ", 1)[0]
    room = above.right + len(first) * 0.55 * size
    centred = abs((above.left + above.right) / 2 - (left + right) / 2) < size and above.left > left + 1.5 * size
    if centred:
        also = abs((line.left + line.right) / 2 - (left + right) / 2) < size and abs(line.size - size) < 0.5
        alike = also and not text.isupper() and not line.text.isupper() and len(text.split()) > 3
        return (line.text[:1].islower() or alike) and not text.endswith((".", ":", ";"))
    if line.left > left + 0.8 * size and line.left > above.left + 0.4 * size:
        return False  # a first line is indented
    if room > right - 0.3 * size:
        return not (text.endswith((".", "!", "?")) and above.left < line.left - 0.5 * size)
    return (
        line.text[:1].islower()
        and not text.endswith((".", "!", "?", ":", ";"))
        and above.right > left + 0.5 * (right - left)
    )


def joined(pages: Sequence[Sequence[Run]]) -> list[Block]:
    """All pages as one text: a paragraph, or a table, that goes on overleaf is whole again."""
    found: list[Block] = []
    for page in pages:
        for place, run in enumerate(page):
            whole = _with(found[-1], run.block) if found and place == 0 else None
            if whole is None:
                found.append(run.block)
            else:
                found[-1] = whole
    return found


def _with(before: Block, block: Block) -> Block | None:
    """The last block of a page and the first one of the next as one, where they are one."""
    if isinstance(before, str):
        goes_on = isinstance(block, str) and block[:1].islower() and not before.endswith((".", "!", "?", ":", ";"))
        return f"{before} {block}" if goes_on else None
    if isinstance(block, str) or not _same_table(before, block):
        return None
    again = block.rows[: block.heads] == before.rows[: before.heads] and before.heads == block.heads
    if block.heads and not again and block.rows[0][0].strip().lower() in _NUMBERS:
        return None  # another table, with heads of its own
    above, rows = before.rows, block.rows[block.heads :] if again else block.rows
    if rows and _is_torn(above[-1], rows[0]):
        whole = tuple(f"{upper} {lower}".strip() for upper, lower in zip(above[-1], rows[0], strict=True))
        above, rows = (*above[:-1], whole), rows[1:]
    return Table((*above, *rows), before.heads)


_NUMBERS = frozenset({"stt", "tt", "số tt", "số thứ tự"})
"""What stands above the numbers of rows."""


def _is_torn(row: Sequence[str], below: Sequence[str]) -> bool:
    """Whether a row at the top of a page is the rest of the last one overleaf: no number, and all texts go on."""
    if len(row) != len(below) or not row[0].strip() or below[0].strip():
        return False
    return all(not text.strip() or text.strip()[0].islower() for text in below)


def _same_table(one: Table, other: Table) -> bool:
    return max(map(len, one.rows)) == max(map(len, other.rows))
