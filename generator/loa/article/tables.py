"""Tables of an article: Markdown with `|`; a table for the eye, read row by row with its heads for the ear."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_DELIMITER = re.compile(r"\s*\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?\s*)?$")
_CELL_END = re.compile(r"(?<!\\)\|")
_ORDER = frozenset("stt|tt|số tt|số thứ tự|thứ tự|#|no".split("|"))
_COUNTS = re.compile(r"(?:\d{1,4}|[IVXLivxl]{1,6}|[A-Za-z]|\*)[.)]?$")
"""What a column of order numbers holds; “Tổng cộng” below it is said."""
_EMPTY = frozenset({"", "-", "–", "—", "/", "x", "//"})
_UNIT = re.compile(r"\s*\((?:đvt|đơn vị(?: tính)?)?\s*:?\s*(?P<unit>[^()]{1,20})\)", re.IGNORECASE)
_MEASURE = re.compile(
    r"(?:(?:nghìn|ngàn|triệu|tỷ) )?đồng.*|đ|vnđ|%|kg|tấn|tạ|ha|m2|m²|m3|m³|km|lít|người|hộ|con|liều|suất|cây|ngày|giờ|"
    r"phút",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[\d.,\s–-]+$")
_NAMED = frozenset(
    "ngày thứ thôn ấp xóm bản buôn làng khóm tổ đội lớp khối tuyến lô đợt xã phường khu mẫu số tháng buổi".split()
)
"""Heads of one word that stand before a name or number without a colon: “thôn Đông”, “ngày 10/12”."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the heads: its cells as plain Markdown, and where the first of them starts in the table's text."""

    start: int
    cells: tuple[str, ...]


def is_table(line: str, following: str) -> bool:
    """Whether a table begins: a line of heads, and below it the line of hyphens."""
    return "|" in line and bool(_DELIMITER.match(following))


def is_rule(line: str) -> bool:
    """Whether `line` is the one that divides a table's heads from its rows."""
    return bool(_DELIMITER.match(line))


def rows(table: str) -> tuple[tuple[str, ...], list[Row]]:
    """The heads and the rows of a Markdown `table`."""
    heads: tuple[str, ...] = ()
    found: list[Row] = []
    position = 0
    for number, line in enumerate(table.splitlines(keepends=True)):
        cells = _cells(line)
        if number == 0:
            heads = cells
        elif not _DELIMITER.match(line.rstrip()):
            lead = len(line) - len(line.lstrip("| \t"))
            found.append(Row(position + lead, cells))
        position += len(line)
    return heads, found


def _cells(line: str) -> tuple[str, ...]:
    inner = line.strip().removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return tuple(cell.strip().replace("\\|", "|") for cell in _CELL_END.split(inner))


def spoken(heads: Sequence[str], cells: Sequence[str]) -> str:
    """A row as an announcer reads it: `Thôn Đông, ngày 10/12, địa điểm: nhà văn hóa.` Order numbers are not said."""
    filled = [(_head(heads, n), cell) for n, cell in enumerate(cells) if cell.lower() not in _EMPTY]
    said = [
        cell if head.lower().rstrip(".") in _ORDER else _said(head, cell)
        for head, cell in filled
        if head.lower().rstrip(".") not in _ORDER or not _COUNTS.match(cell)
    ]
    if not said:
        return ""
    if len(cells) == 2 and not any(heads) and len(said) == 2:  # a name and what belongs to it
        text = f"{said[0].rstrip(': ')}: {said[1]}"
    else:
        text = ("; " if any("," in part or ";" in part for part in said) else ", ").join(
            part.rstrip(" .;,") for part in said
        )
    text = text[0].upper() + text[1:]
    return text if text.endswith((".", "!", "?", ":")) else f"{text.rstrip(';, ')}."


def _head(heads: Sequence[str], number: int) -> str:
    return " ".join(heads[number].split()).rstrip(": ") if number < len(heads) else ""


def _said(head: str, cell: str) -> str:
    unit = _UNIT.search(head)
    if unit and _MEASURE.fullmatch(unit["unit"]):
        head = head[: unit.start()] + head[unit.end() :]
        if _NUMBER.match(cell):
            cell = f"{cell} {unit['unit']}"
    if not head or cell.lower().startswith(head.lower()):
        return cell
    words = head.split()
    first = cell.split()[0].lower()
    if first in _NAMED and first in re.split(r"[/, ]+", head.lower()):  # “Thôn/buôn | Buôn Đrung”
        return cell
    if cell.lower().startswith(f"{words[-1].lower()} ") and len(words) > 1:  # “Tên thôn | Thôn Đông”
        return cell
    head = head if head.isupper() and len(head) < 6 else head[0].lower() + head[1:]
    if head.lower() in _NAMED and len(cell.split()) <= 6:
        return f"{head} {cell}"
    return f"{head}: {cell}"


def to_lines(heads: Sequence[str], body: Sequence[Sequence[str]]) -> list[str]:
    """A table as the lines of Markdown; a row that is shorter than the longest one gets empty cells."""
    wide = max(len(row) for row in [heads, *body])
    lines = [_line(heads, wide), f"|{' --- |' * wide}"]
    return lines + [_line(row, wide) for row in body]


def _line(cells: Sequence[str], wide: int) -> str:
    texts = [" ".join(cell.split()).replace("|", "\\|") for cell in cells] + [""] * (wide - len(cells))
    return f"| {' | '.join(texts)} |"


def joined(paragraphs: Sequence[str]) -> tuple[str, ...]:
    """Paragraphs of a body, those that begin with `|` and follow each other as one: the table that they are."""
    found: list[str] = []
    for paragraph in paragraphs:
        row = paragraph.lstrip().startswith("|")
        if row and found and found[-1].lstrip().startswith("|"):
            found[-1] += f"\n{paragraph.strip()}"
        else:
            found.append(paragraph.strip() if row else paragraph)
    return tuple(_ruled(text) if text.startswith("|") else text for text in found)


def _ruled(table: str) -> str:
    """The table with its line of hyphens, which people leave out."""
    first, *more = table.split("\n")
    if not more or is_rule(more[0]):
        return table
    return "\n".join([first, f"|{' --- |' * len(_cells(first))}", *more])
