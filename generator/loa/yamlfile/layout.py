"""Where the entries of a YAML text stand: the offsets of keys, values, hyphens, commas, lines and comments."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

import yaml

from loa.yamlfile.loader import SCHEDULE_LIMITS, Path_, tree, with_places

BLANKS = " \t\r\n"
_BREAK = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")
_COMMENT = re.compile(r"(?<!\S)#[^\r\n\x85\u2028\u2029]*")


class Layout:
    """A text, its `data` ({} of an empty file) and the `root` of its nodes (None of an empty file).

    An entry is a key with its value, or an item of a list; its path ends with the key or the item's number.
    """

    def __init__(self, text: str, data: Any, root: yaml.Node | None) -> None:
        self.text, self.data, self.root = text, data, root
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self._starts = [0, *(found.end() for found in _BREAK.finditer(text))]

    @classmethod
    def of(cls, text: str) -> "Layout":
        """Raises WorkspaceError where `text` cannot be read."""
        root = tree(text, "", SCHEDULE_LIMITS)
        data = with_places(root, text, "").data if root else None
        return cls(text, {} if data is None else data, root)

    def node(self, path: Path_) -> yaml.Node:
        """The value at `path`."""
        node = self.root
        for step in path:
            node = children(node)[step][1]
        assert node is not None
        return node

    def in_brackets(self, path: Path_) -> bool:
        """Whether a list or group around the entry is written in brackets."""
        return any(flow(self.node(path[:length])) for length in range(len(path)))

    def line(self, at: int) -> int:
        """The offset at which the line of the offset `at` begins."""
        return self._starts[bisect_right(self._starts, at) - 1]

    def line_end(self, at: int) -> int:
        """Where that line ends, its line break not counted."""
        found = _BREAK.search(self.text, at)
        return found.start() if found else len(self.text)

    def next_line(self, at: int) -> int:
        """Where the line after it begins."""
        found = _BREAK.search(self.text, at)
        return found.end() if found else len(self.text)

    def column(self, at: int) -> int:
        """How many characters stand before `at` in its line."""
        return at - self.line(at)

    def head(self, path: Path_) -> int:
        """Where the entry begins: its key, or its hyphen."""
        key, value = children(self.node(path[:-1]))[path[-1]]
        return int(key.start_mark.index) if key else self._hyphen(value)

    def _hyphen(self, item: yaml.Node) -> int:
        """The hyphen before an item, across comments between the two."""
        at = int(item.start_mark.index)
        while True:
            start = self.line(at)
            found = self.text[start:at].partition("#")[0].rstrip(BLANKS)
            if found.endswith("-"):
                return start + len(found) - 1
            at = start - 1

    def behind(self, path: Path_) -> int:
        """Just after the entry's colon or hyphen."""
        key, _value = children(self.node(path[:-1]))[path[-1]]
        if key is None:
            return self.head(path) + 1
        return self.text.index(":", int(key.end_mark.index)) + 1

    def end(self, path: Path_) -> int:
        """Where the entry ends: after its last letter, or after the bracket that closes it."""
        node = self.node(path)
        if children(node) and not flow(node):
            return self.end((*path, list(children(node))[-1]))
        if block_text(node):
            return len(self.text[: node.end_mark.index].rstrip(BLANKS))
        return max(int(node.end_mark.index), 0 if self.in_brackets(path) else self.behind(path))

    def after(self, path: Path_, *, blank: bool = True) -> int:
        """Where the first line after the entry begins. Comments that are indented more belong to the entry.

        `blank`: so do the blank lines after it.
        """
        column, at = self.column(self.head(path)), self.next_line(self.end(path))
        kept = at
        while at < len(self.text):
            line = self.text[at : self.line_end(at)]
            if line.strip() and not (line.lstrip(BLANKS).startswith("#") and indent(line) > column):
                break
            at = self.next_line(at)
            kept = at if line.strip() else kept
        return at if blank else kept

    def span(self, path: Path_) -> tuple[int, int]:
        """Where an entry in brackets begins and ends."""
        key, value = children(self.node(path[:-1]))[path[-1]]
        return int((key or value).start_mark.index), self.end(path)

    def comma(self, start: int, end: int) -> int:
        """The comma between two offsets, which may stand after a comment; `end` where there is none."""
        at = start
        while at < end and self.text[at] != ",":
            at = self.line_end(at) if self.text[at] == "#" else at + 1
        return min(at, end)

    def comments(self, start: int, end: int) -> list[tuple[int, str]]:
        """The comments between two offsets, each with its own offset."""
        letters, done = [], 0
        for node in _scalars(self.root):
            first, last = int(node.start_mark.index), int(node.end_mark.index)
            first = self.line_end(first) if block_text(node) else first  # a comment may stand beside the sign |
            letters += [self.text[done:first], re.sub(r"\S", "x", self.text[first:last])]
            done = max(first, last)
        masked = "".join([*letters, self.text[done:]])
        return [(found.start(), self.text[slice(*found.span())]) for found in _COMMENT.finditer(masked, start, end)]

    def step(self, path: Path_) -> int:
        """How far the group at `path` of a list stands from its hyphen."""
        node, hyphen = self.node(path), self.head(path)
        start = int(node.start_mark.index)
        beside = isinstance(node, yaml.MappingNode) and not flow(node) and self.line(start) < hyphen
        return start - hyphen if beside else 2

    def list_indent(self) -> int:
        """How far this file indents lists below their keys."""
        for key, value in _pairs(self.root):
            if isinstance(value, yaml.SequenceNode) and value.value and not flow(value):
                return max(0, self.column(self._hyphen(value.value[0])) - self.column(int(key.start_mark.index)))
        return 2

    def joined(self, lines: list[str]) -> str:
        """Lines with the line breaks of this file between them."""
        return self.newline.join(lines)

    def until(self, at: int) -> str:
        """The text before `at`, with a line break at its end."""
        text = self.text[:at]
        return text if not text or _BREAK.fullmatch(text[-1]) else text + self.newline


def children(node: yaml.Node | None) -> dict[str | int, tuple[yaml.Node | None, yaml.Node]]:
    """Key and value of each entry, by the key's text or the item's number; items have no key."""
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): (key, value) for key, value in node.value}
    return {n: (None, item) for n, item in enumerate(node.value)} if isinstance(node, yaml.SequenceNode) else {}


def flow(node: yaml.Node) -> bool:
    """Whether it is a list or group in brackets."""
    return isinstance(node, yaml.CollectionNode) and bool(node.flow_style)


def block_text(node: yaml.Node) -> bool:
    """Whether it is text below `|` or `>`."""
    return isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}


def indent(line: str) -> int:
    """How many blanks the line begins with."""
    return len(line) - len(line.lstrip(" \t"))


def _pairs(node: yaml.Node | None) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    for key, value in children(node).values():
        if key is not None:
            yield key, value
        yield from _pairs(value)


def _scalars(node: yaml.Node | None) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    for key, value in children(node).values():
        yield from _scalars(key)
        yield from _scalars(value)
