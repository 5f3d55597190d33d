"""YAML as people write it: the same data in every layout, with comments anywhere.

Each comment names the entry that it stands in: `#7 at broadcasts/0/days`. When that entry goes, its comments may go too.
"""

import json
import random
import re
from typing import Any

from loa.errors import WorkspaceError
from loa.yamlfile import parse

Place = tuple[str | int, ...]
COMMENT = re.compile(r"#(\d+) at ([^\s#]*)")


def comments(text: str) -> dict[int, Place]:
    """The comments of a text by their number, each with the entry that it stands in."""
    return {
        int(number): tuple(int(step) if step.isdigit() else step for step in place.split("/") if step)
        for number, place in COMMENT.findall(text)
    }


def same(one: Any, other: Any) -> bool:
    """Whether two files hold the same; true is not 1."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _last(path: Place, value: Any) -> Place:
    """The last entry in the entry at `path`: a comment behind it that is indented more is in all of them."""
    while isinstance(value, dict | list) and value:
        path, value = (
            ((*path, list(value)[-1]), list(value.values())[-1])
            if isinstance(value, dict)
            else ((*path, len(value) - 1), value[-1])
        )
    return path


class Writer:
    """One person's habits, drawn by chance."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.count = 0
        self.step = chance.choice((2, 2, 2, 4, 1, 7))
        self.offset = chance.choice((2, 2, 0, 4, 1))
        self.gap = chance.choice((1, 1, 1, 3))
        self.comments = chance.choice((0.0, 0.15, 0.5))

    def write(self, data: dict[str, Any]) -> str:
        """The file."""
        self.count = 0
        lines = self.group(data, (), self.chance.choice((0, 0, 0, 2)))
        if self.chance.random() < 0.15:
            lines = [*self.notes((), 0), "---", *lines]
        if self.chance.random() < 0.1:
            lines = [*lines, "..."]
        newline = self.chance.choice(("\n", "\n", "\r\n"))
        text = newline.join([*lines, *self.notes((), 0)])
        text += "" if self.chance.random() < 0.2 else newline
        try:
            good = same(parse(text, "").data, data)
        except WorkspaceError:
            good = False
        return text if good else self.write(data)  # nobody writes on with a file that does not load

    def note(self, place: Place, around: str = "  ") -> str:
        """A comment beside something, or nothing."""
        if self.chance.random() >= self.comments:
            return self.chance.choice(("", "", "", " "))
        self.count += 1
        more = self.chance.choice(("", "", " \"không phải' [chữ: {", "\tcó tab", " # nữa"))
        return f"{around}#{self.count} at {'/'.join(map(str, place))}{more}"

    def notes(self, place: Place, column: int, before: Place | None = None) -> list[str]:
        """Lines of comments, and blank ones; a comment that is indented more belongs to the entry `before` it."""
        found = []
        while self.chance.random() < self.comments / 2:
            indent = self.chance.choice((column, column, column, 0, *([column + 3] if before else [])))
            text = self.note((before if before and indent > column else place), " " * indent)
            found.append(text if "#" in text else "")
        if self.chance.random() < 0.1:
            found.append(self.chance.choice(("", "", "  ")))
        return found

    def key(self, key: str) -> str:
        """A key, in marks or not."""
        return self.chance.choice((key, key, key, f'"{key}"', f"'{key}'"))

    def group(self, data: dict[str, Any], path: Place, column: int) -> list[str]:
        """The lines of a mapping."""
        lines: list[str] = []
        before: Place | None = None
        for key, value in data.items():
            below = (*path, key)
            lines += self.notes(path, column, before) if lines or not path else []
            before = _last(below, value)
            first, *more = self.behind(value, below, column)
            lines += [f"{' ' * column}{self.key(key)}:{first}", *more]
        return lines

    def entries(self, data: list[Any], path: Place, column: int) -> list[str]:
        """The lines of a list."""
        lines: list[str] = []
        before: Place | None = None
        for number, item in enumerate(data):
            below = (*path, number)
            lines += self.notes(path, column, before) if lines else []
            before = _last(below, item)
            if isinstance(item, dict) and item and self.chance.random() < 0.8:
                first, *more = self.group(item, below, column + 1 + self.gap)
                if self.chance.random() < 0.1:
                    lines += [f"{' ' * column}-{self.note(below)}", first, *more]
                else:
                    lines += [f"{' ' * column}-{first[column + 1 :]}", *more]
            else:
                first, *more = self.behind(item, below, column)
                lines += [f"{' ' * column}-{first}", *more]
        return lines

    def behind(self, value: Any, path: Place, column: int) -> list[str]:
        """A value behind its key or hyphen at `column`."""
        if isinstance(value, dict | list) and value and self.chance.random() < 0.6:
            top = [self.note(path), *self.notes(path, column + self.step)]
            if isinstance(value, dict):
                return [*top, *self.group(value, path, column + self.step)]
            return [
                *top,
                *self.entries(value, path, column + (self.offset if isinstance(path[-1], str) else self.step)),
            ]
        if isinstance(value, dict | list):
            text = self.flow(value, path, column + self.step)
        elif isinstance(value, str) and self.chance.random() < 0.5 and (block := self.block(value, path, column)):
            return block
        else:
            text = self.scalar(value, column + self.step, flow=False)
        first, *more = text.split("\n")
        if first and self.chance.random() < 0.07:
            return [self.note(path), *self._noted([" " * (column + self.step) + first, *more], path)]
        return self._noted([f"{' ' * self.gap}{first}" if first else "", *more], path)

    def _noted(self, lines: list[str], path: Place) -> list[str]:
        return [*lines[:-1], lines[-1] + self.note(path)]

    def block(self, value: str, path: Place, column: int) -> list[str]:
        """Text below `|` or `>`; nothing where it cannot be written so."""
        sign = self.chance.choice(("|", "|-", "|+", ">", ">-"))
        lines = value.rstrip("\n").split("\n")
        if sign[0] == ">" and len(lines) == 1 and " " in value.strip():
            lines = value.replace(" ", "\n", 1).rstrip("\n").split("\n")
        indent = " " * (column + self.step)
        written = [f" {sign}{self.note(path)}", *(indent + line if line else "" for line in lines)]
        try:
            whole = "\n".join([" " * column + "x:" + written[0], *written[1:], " " * column + "y: 1", ""])
            return written if parse(whole, "").data == {"x": value, "y": 1} else []
        except WorkspaceError:
            return []

    def flow(self, value: Any, path: Place, column: int) -> str:
        """A value in brackets, on one line or several."""
        if not isinstance(value, dict | list):
            return self.scalar(value, column, flow=True)
        lists = isinstance(value, list)
        items = list(enumerate(value)) if lists else list(value.items())
        torn = items and self.chance.random() < 0.3
        parts = []
        for number, (key, item) in enumerate(items):
            text = self.flow(item, (*path, key), column)
            text = text if lists else f"{self.key(key)}: {text}"
            last = number + 1 == len(items)
            comma = "," if not last or self.chance.random() < 0.1 else ""
            parts.append(
                text + comma + (self.note((*path, key)) + "\n" + " " * column if torn else "" if last else " ")
            )
        inner = "".join(parts)
        start = (self.note(path) + "\n" + " " * column) if torn else self.chance.choice(("", "", " "))
        return f"{'[' if lists else '{'}{start}{inner}{']' if lists else '}'}"

    def scalar(self, value: Any, column: int, *, flow: bool) -> str:
        """A single value, in one of the ways of writing it."""
        if value is None:
            return self.chance.choice(("null", "~", "Null") if flow else ("null", "~", "", ""))
        if not isinstance(value, str):
            return str(value).lower()
        quoted = '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
        ways = [value, value, "'" + value.replace("'", "''") + "'", quoted]
        if " " in value.strip() and value[:1].isalpha():
            torn = value.replace(" ", "\n" + " " * column, 1)
            ways += [torn, f'"{torn}"']
        self.chance.shuffle(ways)
        for text in ways:
            try:
                if parse(f"x: [{text}]\n" if flow else f"x: {text} # y\n", "").data["x"] == (
                    [value] if flow else value
                ):
                    return text
            except WorkspaceError:
                continue
        return quoted
