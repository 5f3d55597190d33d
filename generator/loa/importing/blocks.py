"""What a file holds, in the order of reading: paragraphs, and tables as rows of cells."""

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from loa.article.tables import is_rule
from loa.checks.text import Shape
from loa.errors import Finding, WorkspaceError
from loa.i18n import _
from loa.importing.words import words


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; `heads`: how many of them are heads. A row of one cell stands across the whole table."""

    rows: tuple[tuple[str, ...], ...]
    heads: int = 1


class Paragraph(str):
    """A paragraph of a file that tells how it is set: in the middle, or in bold letters throughout."""

    centred = False
    bold = False

    @classmethod
    def of(cls, text: str, like: str = "", *, centred: bool = False, bold: bool = False) -> "Paragraph":
        """`text`, set as `like` is, or as told."""
        made = cls(text)
        made.centred = centred or (isinstance(like, Paragraph) and like.centred)
        made.bold = bold or (isinstance(like, Paragraph) and like.bold)
        return made


Block = str | Table


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a file and its shape (`plain`, `markdown`: its paragraphs may be torn into lines).

    What was left out is only counted: pictures, and pages that are pictures.
    """

    blocks: tuple[Block, ...]
    shape: Shape = "paragraphs"
    pictures: int = 0
    empty_pages: int = 0

    @property
    def lines(self) -> tuple[str, ...]:
        """Each paragraph and each row of a table as a line."""
        found: list[str] = []
        for block in self.blocks:
            if isinstance(block, Table):
                found += [", ".join(" ".join(cell.split()) for cell in row if cell.strip()) for row in block.rows]
            else:
                found.append(" ".join(block.split("\n")))
        return tuple(found)


def to_json(blocks: Sequence[Block]) -> list[Any]:
    """For the way between two processes; `from_json` makes them again."""
    return [
        [block.heads, *map(list, block.rows)]
        if isinstance(block, Table)
        else {"text": str(block), "centred": block.centred, "bold": block.bold}
        if isinstance(block, Paragraph)
        else block
        for block in blocks
    ]


def from_json(values: Sequence[Any]) -> tuple[Block, ...]:
    """The blocks that `to_json` wrote."""
    return tuple(
        value
        if isinstance(value, str)
        else Paragraph.of(value["text"], centred=value["centred"], bold=value["bold"])
        if isinstance(value, dict)
        else Table(tuple(tuple(row) for row in value[1:]), value[0])
        for value in values
    )


Cell = tuple[Hashable, str]
"""A place in a grid: which cell covers it, and that cell's text. A merged cell covers several places."""


def from_grid(grid: Sequence[Sequence[Cell]]) -> list[Block]:
    """A grid as a table, or as the paragraphs that it only arranges (a letterhead, a frame around a text)."""
    grid = [row for row in grid if any(text.strip() for _key, text in row)]
    if not grid:
        return []
    each = [_each_once(row) for row in grid]
    texts = [text for row in each for text in row]
    if len(grid) == 1 or max(len(row) for row in each) == 1 or _arranges(texts):
        return list(_in_columns(grid) if len(grid) > 1 else (line for text in texts for line in _lines(text)))
    heads = _heads(grid)
    if heads and len(each[0]) == 1:  # the first row is a title that stands across the table
        return [*_lines(each[0][0]), *from_grid(grid[1:])]
    rows = [tuple(once) if len(once) == 1 else _row(row) for row, once in zip(grid[heads:], each[heads:], strict=True)]
    if heads == 0:
        return [Table(tuple(rows), 0)]
    head = tuple(text for _key, text in grid[0])
    if heads == 2:
        head = tuple(
            top if upper == lower or not bottom.strip() or bottom == top else _under(top, bottom)
            for (upper, top), (lower, bottom) in zip(grid[0], grid[1], strict=False)
        )
    return [Table((head, *rows), 1)]


def _row(row: Sequence[Cell]) -> tuple[str, ...]:
    """The texts of a row; of a cell that covers several columns in it the first has the text."""
    return tuple(text if number == 0 or row[number - 1][0] != key else "" for number, (key, text) in enumerate(row))


def _under(top: str, bottom: str) -> str:
    """A head and the one below it as one; what the first names already is not said twice."""
    if bottom.lower() in top.lower():  # “Số hộ, số khẩu” above “Hộ” and “Khẩu”
        return bottom
    return f"{top} {_small(bottom)}"


def _small(text: str) -> str:
    return text if text.isupper() and len(text) < 6 else text[:1].lower() + text[1:]


def _each_once(row: Sequence[Cell]) -> list[str]:
    return [text for number, (key, text) in enumerate(row) if number == 0 or row[number - 1][0] != key]


def _lines(text: str) -> Iterator[str]:
    yield from (line for line in text.split("\n") if line.strip())


def _in_columns(grid: Sequence[Sequence[Cell]]) -> Iterator[str]:
    """The cells of a grid that only arranges, column by column: what stands below each other belongs together."""
    seen = set()
    for column in range(max(map(len, grid))):
        for row in grid:
            if column < len(row) and row[column][0] not in seen:
                seen.add(row[column][0])
                yield from _lines(row[column][1])


_FRAME = ("cộng hòa xã hội", "cộng hoà xã hội", "độc lập - tự do", "nơi nhận:", "nơi nhận", "đảng cộng sản việt nam")


def _arranges(texts: Sequence[str]) -> bool:
    """Whether cells hold a letterhead or a signature, or paragraphs: no table then."""
    if any(text.strip().lower().startswith(_FRAME) or "\ncộng hòa xã hội" in text.lower() for text in texts):
        return True
    long = sum(len(text.split()) > 60 for text in texts)
    return long * 2 > len(texts)


def _heads(grid: Sequence[Sequence[Cell]]) -> int:
    """How many of the first rows are heads: none in a list of names and what belongs to them."""
    first = grid[0]
    texts = [text.strip() for _key, text in first]
    if len(_each_once(first)) == 1:
        return 1
    if len(grid) > 2:
        below = grid[1]
        wide = any(a[0] == b[0] for a, b in pairwise(first))
        tall = any(a[0] == b[0] for a, b in zip(first, below, strict=False))
        if wide and (tall or _is_under(first, below)):
            return 2
    if len(first) == 2 and _names_facts(grid):
        return 0
    if len(first) > 2 and not _is_data(texts[0]) and all(map(_DAY.fullmatch, texts[1:])):
        return int(not any(_DAY.fullmatch(text.strip()) for row in grid[1:] for _key, text in row[1:]))
    return 0 if any(map(_is_data, texts)) else 1


_DAY = re.compile(r"(?:(?:thứ \w+|chủ nhật|ngày)\s*,?\s*)?\d{1,2}\s*[/-]\s*\d{1,2}(?:\s*[/-]\s*\d{4})?", re.IGNORECASE)
"""A day, which may be the head of a column, or data."""


def _is_under(first: Sequence[Cell], below: Sequence[Cell]) -> bool:
    """Whether the second row names only what stands below a head over several columns, and is empty elsewhere."""
    shared = [a[0] == b[0] for a, b in zip([*first[1:], first[0]], first, strict=True)]
    over = [both or shared[number - 1] for number, both in enumerate(shared)]
    texts = [text.strip() for _key, text in below]
    named = [text for text, covered in zip(texts, over, strict=False) if covered]
    return not any(text for text, covered in zip(texts, over, strict=False) if not covered) and not any(
        map(_is_data, named)
    )


_FACTS = words("facts")


def _names_facts(grid: Sequence[Sequence[Cell]]) -> bool:
    """Whether the left column holds names of facts (“Thời gian”, “Địa điểm”) and the right one the facts."""
    left = [row[0][1].strip().lower().rstrip(":") for row in grid]
    named = sum(text.startswith(tuple(_FACTS)) or grid[n][0][1].strip().endswith(":") for n, text in enumerate(left))
    return named * 2 > len(left) and left[0].startswith(tuple(_FACTS)) and _is_data_or_long(grid[0][1][1])


def _is_data_or_long(text: str) -> bool:
    return any(character.isdigit() for character in text) or len(text.split()) > 3


def _is_data(text: str) -> bool:
    """Whether a cell holds a fact and no head: mostly digits, a date, a time."""
    letters = sum(character.isalpha() for character in text)
    digits = sum(character.isdigit() for character in text)
    return digits > 0 and digits * 2 >= letters and not text.lower().startswith(("năm", "tháng", "quý", "đợt", "mũi"))


def from_text(lines: Sequence[str]) -> list[Block]:
    """Lines of typed or pasted text: rows of cells with tabs, `|` or wide gaps between them become tables."""
    found: list[Block] = []
    rows: list[list[str]] = []

    def close() -> None:
        if len(rows) >= 2:
            found.extend(from_grid(_even(rows)))
        else:
            found.extend("\t".join(row) for row in rows)
        rows.clear()

    barred = _barred(lines)
    for number, line in enumerate(lines):
        if rows and "|" in line and is_rule(line):
            continue
        cells = [cell.strip() for cell in line.split("|")] if number in barred else cells_of(line)
        if cells and (not rows or _belongs(rows, cells)):
            rows.append(cells)
            continue
        close()
        if cells:
            rows.append(cells)
        else:
            found.append(line)
    close()
    return found


def _barred(lines: Sequence[str]) -> set[int]:
    """The lines with one `|` between two cells, where three of them or more follow each other."""
    alone = [line.count("|") == 1 and all(cell.strip() for cell in line.split("|")) for line in lines]
    return {
        n
        for n, barred in enumerate(alone)
        if barred and any(all(alone[m : m + 3]) and len(alone[m : m + 3]) == 3 for m in range(max(0, n - 2), n + 1))
    }


def _belongs(rows: Sequence[Sequence[str]], cells: Sequence[str]) -> bool:
    return abs(len(cells) - len(rows[0])) <= (1 if len(rows[0]) > 2 else 0)


def _even(rows: Sequence[Sequence[str]]) -> list[list[Cell]]:
    wide = max(map(len, rows))
    return [[((n, m), row[m] if m < len(row) else "") for m in range(wide)] for n, row in enumerate(rows)]


def cells_of(line: str) -> list[str] | None:
    """The cells of a line that is a row of a table: between tabs, `|`, or gaps of three spaces and more."""
    text = line.strip()
    if text.count("|") >= 2 or (text.startswith("|") and text.endswith("|") and len(text) > 2):
        inner = text.removeprefix("|").removesuffix("|")
        return [cell.strip() for cell in inner.split("|")]
    if "\t" in text:
        return [cell.strip() for cell in text.split("\t")]
    gaps = [part.strip() for part in text.split("   ") if part.strip()]
    return gaps if len(gaps) >= 3 else None


def too_large(name: str) -> WorkspaceError:
    """What to say of a file that no article can be."""
    message = _("This file is much larger than a text.")
    return WorkspaceError(Finding("file.size", message, _("Remove its pictures and save it again."), file=name))
