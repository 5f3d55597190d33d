"""The paragraphs of a text as somebody wrote them, out of lines that a program broke, ran together or encoded."""

import re
from collections.abc import Sequence
from itertools import groupby

from loa.article.markup import plain
from loa.checks import Shape
from loa.importing.blocks import Block, Paragraph, Table, from_text
from loa.importing.letters import modern
from loa.importing.lines import ABOUT, KIND
from loa.importing.web_text import CREDIT_BEHIND, caption, furniture

NUMBERING = re.compile(
    r"^\s*(?:[-*+•–▪●✓➢►❖]\s+|#{1,6}\s+|(?:[\u2190-\u2bff\U0001f000-\U0001faff]\ufe0f?(?:\u200d[^\w\s])?\s*)+)"
)
"""The bullet or picture before a paragraph."""
_ITEM = re.compile(r"\s*(?:[-+*•–▪●]|\d{1,2}[.)]|[a-zđ][.)]|[IVX]{1,4}[.)]|#{1,6}\s)")


def whole_paragraphs(blocks: Sequence[Block], shape: Shape) -> list[Block]:
    """Each paragraph as one block, each table as one: lines that a program broke at a width are joined again."""
    blocks = _in_lines(blocks)
    if shape == "paragraphs":
        return list(blocks)
    width = _width([block for block in blocks if isinstance(block, str)])
    found: list[Block] = []
    above: Block = ""
    for line in blocks:
        torn = isinstance(line, str) and isinstance(above, str) and above.strip() and line.strip()
        if torn and isinstance(line, str) and isinstance(above, str) and _torn(above.strip(), line, width, shape):
            found[-1] = f"{str(found[-1]).rstrip()} {line.strip()}"
        else:
            found.append(line)
        above = line
    if shape == "markdown":
        return [plain(NUMBERING.sub("", line)) if isinstance(line, str) else line for line in found]
    return found


def _width(lines: Sequence[str]) -> int | None:
    """The width at which a program broke the lines; None where none did."""
    long = sorted(len(line.strip()) for line in lines if len(line.strip()) > 55)
    if len(long) < 4 or long[-1] > 140:
        return None
    width = long[-1 - len(long) // 20]
    return width if sum(length > width - 14 for length in long) * 2 >= len(long) else None


def _torn(above: str, line: str, width: int | None, shape: Shape) -> bool:
    """Whether `line` goes on with what the line above it says."""
    text = line.strip()
    if furniture(above) > 2 or furniture(line) > 2:
        return False
    if _ITEM.match(line) or above.startswith("#"):
        return False
    if shape == "markdown" or (above[-1].isdigit() and re.fullmatch(r"\d{3,4}[.,;)]?", text)):  # a torn number
        return True
    if text[:1].islower():
        return not above.endswith((".", "!", "?", ":", ";"))
    full = width is not None and len(above) + 1 + len(text.split()[0]) > width
    if ABOUT.match(above) or KIND.match(above):
        return False
    return full and not above.isupper() and not text.isupper() and not above.endswith((".", "!", "?", ":", ";"))


def _in_lines(blocks: Sequence[Block]) -> list[Block]:
    """Paragraphs with breaks as their lines; lines with tabs at the same places as the table that they are."""
    lines: list[Block] = []
    for block in blocks:
        if isinstance(block, Table):
            lines.append(block)
            continue
        for line in block.split("\n"):
            caption_and_credit = _with_credit(line)
            lines += [Paragraph.of(part, block) for part in caption_and_credit]
    found: list[Block] = []
    for is_table, group in groupby(lines, key=lambda line: isinstance(line, Table)):
        held = list(group)
        found += held if is_table else from_text([line for line in held if isinstance(line, str)])
    return found


def _with_credit(line: str) -> list[str]:
    """A caption, and who took the picture, as two lines."""
    captioned = caption(line.strip()) is not None or line.rstrip(" .)").split(":")[-1].isupper()
    behind = CREDIT_BEHIND.search(line) if captioned else None
    return [line[: behind.start()], behind.group().strip()] if behind else [line]


def in_unicode(blocks: Sequence[Block]) -> list[Block]:
    """All texts in Unicode as people type it today."""
    texts = [
        text for block in blocks for text in ([block] if isinstance(block, str) else [c for r in block.rows for c in r])
    ]
    made = iter(modern(texts))
    return [
        Paragraph.of(next(made), block)
        if isinstance(block, str)
        else Table(tuple(tuple(next(made) for _ in row) for row in block.rows), block.heads)
        for block in blocks
    ]
