"""The text of a PDF. Works in a process of its own (`loa.limited`): pdfminer reads foreign bytes.

A PDF holds letters with their places on the page, and lines drawn between them; words, paragraphs, columns and tables
are found again from where they stand.
"""

import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LTChar, LTCurve, LTFigure, LTImage, LTItem, LTLine, LTPage, LTRect
from pdfminer.pdfdocument import PDFDocument, PDFPasswordIncorrect
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser

from loa.errors import Finding, WorkspaceError
from loa.i18n import _
from loa.importing.blocks import Block, Cell, Table, from_grid, to_json

MOST_PAGES = 100
_LETTER = 30
"""A page with fewer letters than this and with a picture is a scan."""
_ITEM = re.compile(r"(?:[-+*•–▪●]|\(?\d{1,2}[.)]|[a-zđ][.)]|[IVX]{1,4}[.)]|Điều \d+)\s")


def pdf_text(content: bytes, name: str) -> dict[str, object]:
    """`{blocks, pictures, empty_pages}` of a PDF called `name`; `empty_pages`: scans among pages with text.

    Raises WorkspaceError where it is damaged, locked, too long, a scan, or has letters that nobody can tell.
    """
    try:
        pages = list(_pages(content, name))
    except (WorkspaceError, MemoryError, KeyboardInterrupt):
        raise
    except PDFPasswordIncorrect as error:
        message, fix = _("This PDF is locked with a password."), _("Save it without the password, or as .docx.")
        raise _refused("file.pdf-locked", message, fix, name) from error
    except Exception as error:  # whatever a broken file makes the library raise
        message, fix = (
            _("This is not a PDF, or it is damaged."),
            _("Open it in a viewer and save or print it anew as PDF."),
        )
        raise _refused("file.pdf", message, fix, name) from error
    letters = "".join(char.text for page in pages for char in page.chars)
    scans = sum(page.is_scan for page in pages)
    if not letters.strip() or (scans == len(pages) and pages):
        message = _("This PDF is a scan: it holds pictures of pages and no text.")
        fix = _("Ask for the file that it was printed from (Word or PDF), or type the text.")
        raise _refused("file.pdf-scan", message, fix, name)
    strange = sum(unicodedata.category(letter) in {"Co", "Cn", "Cc"} for letter in letters)
    if strange * 5 > len(letters):
        message = _("The letters of this PDF cannot be told: its fonts do not say which ones they are.")
        raise _refused("file.pdf-letters", message, _("Ask for the Word file, or copy the text."), name)
    blocks = _joined([_blocks_of(page) for page in _without_page_frames(pages)])
    return {"blocks": to_json(blocks), "pictures": sum(page.pictures for page in pages), "empty_pages": scans}


def _refused(code: str, message: str, fix: str, name: str) -> WorkspaceError:
    return WorkspaceError(Finding(code, message, fix, file=name))


@dataclass(frozen=True, slots=True)
class _Placed:
    text: str
    left: float
    right: float
    bottom: float
    top: float


class _Char(_Placed):
    """A letter."""

    __slots__ = ()

    @property
    def size(self) -> float:
        return self.top - self.bottom


@dataclass(slots=True)
class _Page:
    width: float
    height: float
    chars: list[_Char] = field(default_factory=list)
    across: list[tuple[float, float, float]] = field(default_factory=list)  # lines drawn: y, from x, to x
    down: list[tuple[float, float, float]] = field(default_factory=list)  # x, from y, to y
    pictures: int = 0

    @property
    def is_scan(self) -> bool:
        return self.pictures > 0 and sum(not char.text.isspace() for char in self.chars) < _LETTER


def _pages(content: bytes, name: str) -> Iterator[_Page]:
    manager = PDFResourceManager()
    device = PDFPageAggregator(manager, laparams=None)
    interpreter = PDFPageInterpreter(manager, device)
    document = PDFDocument(PDFParser(io.BytesIO(content)))
    for number, page in enumerate(PDFPage.create_pages(document)):
        if number == MOST_PAGES:
            message = _("This PDF has more than {count} pages.").format(count=MOST_PAGES)
            raise _refused("file.size", message, _("Save only the pages that are to be read."), name)
        interpreter.process_page(page)
        layout = device.get_result()
        made = _Page(layout.width, layout.height)
        _gather(layout, made)
        yield made


def _gather(layout: LTPage | LTFigure, page: _Page) -> None:
    for item in layout:
        if isinstance(item, LTChar):
            text = _told(item.get_text())
            if text and item.upright:
                page.chars.append(_Char(text, item.x0, item.x1, item.y0, item.y1))
        elif isinstance(item, LTImage):
            page.pictures += item.width > 30 and item.height > 30
        elif isinstance(item, LTFigure):
            _gather(item, page)
        elif isinstance(item, LTLine | LTRect | LTCurve):
            _rule(item, page)


_LIGATURES = {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\u00ad": "-"}


def _told(text: str) -> str:
    """The letters of a glyph; a private one for a glyph of which nobody knows."""
    if text.startswith("(cid:"):
        return "\ue000"
    return _LIGATURES.get(text, text)


def _rule(item: LTItem, page: _Page) -> None:
    """A drawn line, or the edges of a rectangle."""
    x0, y0, x1, y1 = item.bbox  # type: ignore[attr-defined]
    if x1 - x0 > 0.9 * page.width and y1 - y0 > 0.9 * page.height:
        return  # the paper
    if y1 - y0 <= 3 < x1 - x0:
        page.across.append(((y0 + y1) / 2, x0, x1))
    elif x1 - x0 <= 3 < y1 - y0:
        page.down.append(((x0 + x1) / 2, y0, y1))
    elif isinstance(item, LTRect) and x1 - x0 > 3 and y1 - y0 > 3:
        page.across += [(y0, x0, x1), (y1, x0, x1)]
        page.down += [(x0, y0, y1), (x1, y0, y1)]


# -- lines --


class _Piece(_Placed):
    """Words beside each other without a wide gap."""

    __slots__ = ()

    @property
    def size(self) -> float:
        return max(self.top - self.bottom, 1.0)


Line = tuple[_Piece, ...]


def _lines(chars: Sequence[_Char]) -> list[Line]:
    """The letters as lines from top to bottom, each as its pieces from left to right."""
    rows: list[list[_Char]] = []
    for char in sorted(chars, key=lambda c: (-(c.bottom + c.top), c.left)):
        middle = (char.bottom + char.top) / 2
        for row in rows[-3:]:
            first = row[0]
            if first.bottom < middle < first.top and abs(first.bottom - char.bottom) < 0.3 * first.size:
                row.append(char)
                break
        else:
            rows.append([char])
    return [line for row in rows if (line := tuple(_pieces(sorted(row, key=lambda c: c.left))))]


def _pieces(row: Sequence[_Char]) -> Iterator[_Piece]:
    held: list[_Char] = []
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


def _space_between(row: Sequence[_Char], before: _Char, after: _Char) -> bool:
    middle = (before.right + after.left) / 2
    return any(
        char.text.isspace() and char.left - 0.5 <= middle <= char.right + 0.5
        for char in row
        if before.left <= char.left <= after.left
    )


def _piece(text: str, chars: Sequence[_Char]) -> _Piece:
    return _Piece(
        unicodedata.normalize("NFC", text),
        chars[0].left,
        max(char.right for char in chars),
        min(char.bottom for char in chars),
        max(char.top for char in chars),
    )


def _without_page_frames(pages: Sequence[_Page]) -> Iterator[_Page]:
    """Without page numbers, and without what stands at the same place at the edge of several pages."""
    edges: Counter[tuple[str, int]] = Counter()
    at_edges = [[(*place, line) for line in _lines(page.chars) if (place := _at_edge(line, page))[1]] for page in pages]
    for found in at_edges:
        edges.update({(text, edge) for text, edge, _line in found})
    many = max(2, len(pages) // 2)
    for page, found in zip(pages, at_edges, strict=True):
        for text, edge, line in found:
            if re.fullmatch(r"[-–\s]*(?:trang\s*)?#(?:\s*/\s*#)?[-–\s]*", text, re.I) or edges[text, edge] >= many:
                low, high = min(p.bottom for p in line), max(p.top for p in line)
                page.chars = [c for c in page.chars if not (low - 0.1 <= c.bottom and c.top <= high + 0.1)]
        yield page


def _at_edge(line: Line, page: _Page) -> tuple[str, int]:
    """A line's text with # for its numbers, and which edge of the page it stands at (0: none)."""
    middle = (line[0].bottom + line[0].top) / 2 / page.height
    edge = 1 if middle > 0.93 else 2 if middle < 0.07 else 0
    return re.sub(r"\d+", "#", " ".join(piece.text for piece in line)), edge


# -- tables with lines --


def _near(values: Iterable[float]) -> list[float]:
    """Values that are all but equal as one, in order."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > 3:
            found.append(value)
    return found


def _ruled(page: _Page) -> list[tuple[float, float, float, float, list[list[Cell]]]]:
    """The tables whose cells have lines around them: left, bottom, right, top, and the grid of texts."""
    found = []
    for across, down in _drawn_together(page):
        columns, levels = _near(x for x, _a, _b in down), _near(y for y, _a, _b in across)[::-1]
        if len(columns) < 3 or len(levels) < 3 or len(columns) * len(levels) > 20_000:
            continue
        found.append((columns[0], levels[-1], columns[-1], levels[0], _grid(page, across, down, columns, levels)))
    return found


Rules = list[tuple[float, float, float]]


def _drawn_together(page: _Page) -> Iterator[tuple[Rules, Rules]]:
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
    page: _Page, across: Rules, down: Rules, columns: Sequence[float], levels: Sequence[float]
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
    inside: dict[int, list[_Char]] = {}
    for char in page.chars:
        x, y = (char.left + char.right) / 2, (char.bottom + char.top) / 2
        column = sum(x > edge for edge in columns) - 1
        row = sum(y < edge for edge in levels) - 1
        if 0 <= column < wide and 0 <= row < tall:
            inside.setdefault(root(row * wide + column), []).append(char)
    texts = {
        key: " ".join(" ".join(piece.text for piece in line) for line in _lines(chars)) for key, chars in inside.items()
    }
    return [
        [(root(row * wide + column), texts.get(root(row * wide + column), "")) for column in range(wide)]
        for row in range(tall)
    ]


# -- blocks --


@dataclass(slots=True)
class _Run:
    """A paragraph in the making, or a table."""

    block: Block
    top: float
    line: _Piece | None = None  # its last line, where it is running text


def _blocks_of(page: _Page) -> list[_Run]:
    """The page's paragraphs and tables from top to bottom."""
    runs: list[_Run] = []
    rest = page.chars
    ruled = _ruled(page)
    for left, bottom, right, top, grid in ruled:
        rest = [
            c for c in rest if not (left <= (c.left + c.right) / 2 <= right and bottom <= (c.bottom + c.top) / 2 <= top)
        ]
        runs += [_Run(block, top - n / 1000) for n, block in enumerate(from_grid(grid))]
    lines = _lines(rest)
    tables = [(top, bottom) for _left, bottom, _right, top, _texts in ruled]
    margins = _margins(lines)
    n = 0
    while n < len(lines):
        many = _side_by_side(lines, n, tables)
        if many:
            runs += _columns(lines[n : n + many])
        else:
            many = 1
            runs += [_Run(piece.text, piece.top, piece if len(lines[n]) == 1 else None) for piece in lines[n]]
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
    held: list[_Piece] = []
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


def _gap(pieces: Sequence[_Piece]) -> float | None:
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


def _columns(lines: Sequence[Line]) -> list[_Run]:
    """Lines in columns: a table without lines around its cells, or two texts side by side."""
    starts = _near(piece.left for line in lines for piece in line)
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
        return [_Run(block, lines[0][0].top - n / 1000) for n, block in enumerate(from_grid(grid))]
    pieces = [piece for line in lines for piece in line]
    gap = _gap(pieces) or 0.0
    texts_in_order = [p.text for p in pieces if p.right <= gap] + [p.text for p in pieces if p.right > gap]
    return [_Run(text, lines[0][0].top - n / 1000) for n, text in enumerate(texts_in_order)]


def _paragraphs(runs: Sequence[_Run], margins: tuple[float, float]) -> list[_Run]:
    """Lines that belong to one paragraph as one."""
    pitch = _pitch([run.line for run in runs if run.line])
    found: list[_Run] = []
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


def _pitch(lines: Sequence[_Piece]) -> float:
    """The usual distance from a line to the next."""
    gaps = sorted(round(a.bottom - b.bottom, 1) for a, b in pairwise(lines) if 0 < a.bottom - b.bottom < 4 * a.size)
    return gaps[len(gaps) // 3] if gaps else 20.0


def _goes_on(text: str, above: _Piece, line: _Piece, margins: tuple[float, float], pitch: float) -> bool:
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


def _joined(pages: Sequence[Sequence[_Run]]) -> list[Block]:
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
    return Table((*before.rows, *(block.rows[block.heads :] if again else block.rows)), before.heads)


def _same_table(one: Table, other: Table) -> bool:
    return max(map(len, one.rows)) == max(map(len, other.rows))
