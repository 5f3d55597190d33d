"""Markdown as the microphone hears it: headings, paragraphs and list items, one after the other, without markup."""

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import Literal

from generator.article.alternates import Form, pick

BlockKind = Literal["heading", "paragraph", "item"]
_START = re.compile(r"(?P<heading>#{1,6}[ \t]+)|(?P<item>[ \t]*(?:[-*+]|\d+[.)])[ \t]+)|(?P<quote>>[ \t]?)")
_RULE = re.compile(r"[ \t]*([-*_][ \t]*){3,}$")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|<((?:https?://|mailto:)[^>]+)>|<[^>]+>")
_EMPHASIS = re.compile(r"(?<!\\)(\*{1,3}|(?<![\w])_{1,3}(?=\S)|(?<=\S)_{1,3}(?![\w])|`+)")


@dataclass(frozen=True, slots=True)
class Part:
    """One block as it is heard. `start` and `line` (from 1) tell its place in the page's Markdown; None: radio only."""

    text: str
    kind: BlockKind
    start: int | None
    line: int | None


@dataclass(frozen=True, slots=True)
class Block:
    """One block of Markdown: its kind, its text as written, and where that text starts and ends."""

    kind: BlockKind
    start: int
    end: int


def blocks(markdown: str) -> list[Block]:
    """The headings, paragraphs and list items of `markdown`, in order; rules and blank lines between them fall out."""
    found: list[Block] = []
    position = 0
    going_on = False  # the line above belongs to a block that this line may continue
    for line in markdown.splitlines(keepends=True):
        start, end = position, position + len(line.rstrip())
        position += len(line)
        text = markdown[start:end]
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
    text = _LINK.sub(lambda m: m[1] or m[2] or "", markdown)
    text = re.sub(r"\\([\\`*_{}\[\]()#+.!>-])", r"\1", _EMPHASIS.sub("", text))
    return " ".join(text.split())


def spoken_parts(source: str, form: Form) -> tuple[Part, ...]:
    """What is heard of the rendered `source`; the places are those in the text picked for `form`."""
    heard, shown = pick(source, "radio"), pick(source, form)
    parts = []
    for block in blocks(heard.text):
        text = plain(heard.text[block.start : block.end])
        if text:
            start = _place(heard.origins[block.start : block.end], shown.origins)
            line = None if start is None else shown.text.count("\n", 0, start) + 1
            parts.append(Part(text, block.kind, start, line))
    return tuple(parts)


def _place(origins: list[int], shown: list[int]) -> int | None:
    """Where the first character that both texts have stands in the shown one."""
    for origin in origins:
        at = bisect_left(shown, origin)
        if at < len(shown) and shown[at] == origin:
            return at
    return None
