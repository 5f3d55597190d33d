"""What the eye reads and what the ear hears: `{% web %}…{% endweb %}` and `{% radio %}…{% endradio %}`.

The rendered source keeps both, each between two private-use characters; `pick` takes one and remembers where each
character came from, so that a spoken block can be shown at its place on the page.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

from loa.article import tables

Form = Literal["radio", "web"]
_MARKS: dict[str, tuple[str, str]] = {"web": ("\ue000", "\ue001"), "radio": ("\ue002", "\ue003")}
OPENING: dict[Form, str] = {"web": _MARKS["web"][0], "radio": _MARKS["radio"][0]}
CLOSING: dict[Form, str] = {"web": _MARKS["web"][1], "radio": _MARKS["radio"][1]}
_BOLD = "\ue004"
MARKS = "".join(start + end for start, end in _MARKS.values())
# What dropping an alternate leaves behind: spaces at line ends, runs of spaces within a line, runs of blank lines.
_LEFT_BEHIND = (re.compile(r"[ \t]+(?=\n)"), re.compile(r"(?<=\S[ \t])[ \t]+(?=\S)"), re.compile(r"(?<=\n\n)\n+"))


class Alternates(Extension):
    """The two block tags. They do not nest in each other: a text is for the eye or for the ear."""

    tags = {"web", "radio"}  # noqa: RUF012  Jinja's own attribute

    def parse(self, parser: Parser) -> nodes.Node:
        """`{% web %}` body `{% endweb %}` as a call that puts the marks around the body."""
        token = next(parser.stream)
        body = parser.parse_statements((f"name:end{token.value}",), drop_needle=True)
        inside = nodes.Scope(body).find_all(nodes.ExtensionAttribute)
        if any(node.identifier == self.identifier for node in inside):
            parser.fail("one wording inside of the other", token.lineno)
        call = self.call_method("_marked", [nodes.Const(token.value)])
        return nodes.CallBlock(call, [], [], body).set_lineno(token.lineno)

    def _marked(self, form: str, caller: Callable[[], str]) -> str:
        start, end = _MARKS[form]
        return f"{start}{caller()}{end}"


@dataclass(frozen=True, slots=True)
class Picked:
    """One of the two texts, and for each of its characters the offset in the source."""

    text: str
    origins: list[int]


def pick(source: str, form: Form) -> Picked:
    """The text of `source` for `form`, without the gaps that the other alternate leaves; ends with one line break."""
    start, end = _MARKS["web" if form == "radio" else "radio"]
    other = re.compile(f"{start}[^{end}]*{end}|[{MARKS}]")
    text, origins = source, list(range(len(source)))
    for cut in (other, *_LEFT_BEHIND):
        text, origins = _cut(text, origins, cut)
    lead = len(text) - len(text.lstrip())
    body = text.strip()
    return Picked(body + "\n", [*origins[lead : lead + len(body)], len(source)])


def shown(source: str, form: Form) -> str:
    """The text that `pick` gives, without the offsets: several times as fast."""
    start, end = _MARKS["web" if form == "radio" else "radio"]
    text = re.sub(f"{start}[^{end}]*{end}|[{MARKS}]", "", source)
    for cut in _LEFT_BEHIND:
        text = cut.sub("", text)
    return text.strip() + "\n"


def only(source: str, form: Form) -> list[str]:
    """What `source` has for `form` alone."""
    start, end = _MARKS[form]
    return [" ".join(piece.split()) for piece in re.findall(f"{start}([^{end}]*){end}", source) if piece.strip()]


def _cut(text: str, origins: list[int], pattern: re.Pattern[str]) -> tuple[str, list[int]]:
    kept_text: list[str] = []
    kept_origins: list[int] = []
    position = 0
    for match in pattern.finditer(text):
        kept_text.append(text[position : match.start()])
        kept_origins += origins[position : match.start()]
        position = match.end()
    if not position:
        return text, origins
    return "".join([*kept_text, text[position:]]), kept_origins + origins[position:]


BlockKind = Literal["heading", "paragraph", "item", "table"]
_START = re.compile(r"(?P<heading>#{1,6}[ \t]+)|(?P<item>[ \t]*(?:[-*+]|\d+[.)])[ \t]+)|(?P<quote>>[ \t]?)")
_RULE = re.compile(r"[ \t]*([-*_][ \t]*){3,}$")
# Bounded, so that the time grows with the text and not with its square, whatever opens and never closes.
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^)]{0,2000}\)|<((?:https?://|mailto:)[^<>]+)>|<[^<>]+>")
_EMPHASIS = re.compile(r"(?<!\\)(\*{1,3}|(?<![\w])_{1,3}(?=\S)|(?<=\S)_{1,3}(?![\w])|`+)")


@dataclass(frozen=True, slots=True)
class Part:
    """One block as it is heard. `start` and `line` (from 1) tell its place in the page's Markdown; None: radio only.

    `strong`: where what is written bold starts and ends in `text`.
    """

    text: str
    kind: BlockKind
    start: int | None
    line: int | None
    strong: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """One block of Markdown: its kind, its text as written, and where that text starts and ends."""

    kind: BlockKind
    start: int
    end: int


def blocks(markdown: str) -> list[Block]:
    """The headings, paragraphs, list items and tables of `markdown`, in order; rules and blank lines fall out."""
    found: list[Block] = []
    position = 0
    going_on = False  # the line above belongs to a block that this line may continue
    lines = markdown.splitlines(keepends=True)
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        start, end = position, position + len(line.rstrip())
        position += len(line)
        text = markdown[start:end]
        in_table = bool(found) and found[-1].kind == "table" and going_on
        if "|" in text and (in_table or (not going_on and tables.is_table(text, following.rstrip()))):
            found[-1:] = (
                [Block("table", found[-1].start, end)] if in_table else [*found[-1:], Block("table", start, end)]
            )
            going_on = True
            continue
        going_on = going_on and not in_table
        if not text.strip() or _RULE.match(text):
            going_on = False
            continue
        mark = _START.match(text)
        kind: BlockKind = "paragraph"
        if mark and not mark["quote"]:
            kind = "heading" if mark["heading"] else "item"
        if going_on and not mark:
            found[-1] = Block(found[-1].kind, found[-1].start, end)
            continue
        inner = start + (mark.end() if mark else len(text) - len(text.lstrip()))
        found.append(Block(kind, inner, end))
        going_on = kind != "heading"
    return found


def plain(markdown: str) -> str:
    """Inline Markdown as plain text on one line: link texts and addresses stay, markup goes."""
    return " ".join(_without_markup(markdown, "").split())


def strong(markdown: str) -> tuple[tuple[int, int], ...]:
    """Where what is written bold starts and ends in `plain(markdown)`; what is not closed is not bold."""
    if "**" not in markdown and "__" not in markdown:
        return ()
    text, at, turns = plain(markdown), 0, []
    for character in _without_markup(markdown, _BOLD).lstrip():
        if character == _BOLD:
            turns.append(at)
        elif at < len(text) and (text[at] == character or (text[at] == " " and character.isspace())):
            at += 1  # else it is one of several spaces
    return tuple((start, end) for start, end in zip(turns[::2], turns[1::2], strict=False) if start < end)


def _without_markup(markdown: str, bold: str) -> str:
    """Inline Markdown without its marks, with `bold` in place of those for bold text."""
    text = _LINK.sub(lambda m: m[1] or m[2] or "", markdown.replace(_BOLD, ""))
    text = _EMPHASIS.sub(lambda m: bold if len(m[0]) > 1 and m[0][0] != "`" else "", text)
    return re.sub(r"\\([\\`*_{}\[\]()#+.!>-])", r"\1", text)


def spoken_parts(source: str, form: Form) -> tuple[Part, ...]:
    """What is heard of the rendered `source`; the places are those in the text picked for `form`."""
    heard, shown = pick(source, "radio"), pick(source, form)
    parts = []
    for block in blocks(heard.text):
        for kind, text, first, bold in _heard(heard.text, block):
            start = _place(heard.origins[first : block.end], shown.origins)
            line = None if start is None else shown.text.count("\n", 0, start) + 1
            parts.append(Part(text, kind, start, line, bold))
    return tuple(parts)


def _heard(markdown: str, block: Block) -> Iterator[tuple[BlockKind, str, int, tuple[tuple[int, int], ...]]]:
    """What is heard of a block, where that starts, and what is bold: a table row by row, anything else as a whole."""
    written = markdown[block.start : block.end]
    if block.kind != "table":
        if text := plain(written):
            yield block.kind, text, block.start, strong(written)
        return
    heads, rows = tables.rows(written)
    for row in rows:
        if text := tables.spoken([plain(head) for head in heads], [plain(cell) for cell in row.cells]):
            yield "item", text, block.start + row.start, ()


def _place(origins: list[int], shown: list[int]) -> int | None:
    """Where the first character that both texts have stands in the shown one."""
    for origin in origins:
        at = bisect_left(shown, origin)
        if at < len(shown) and shown[at] == origin:
            return at
    return None
