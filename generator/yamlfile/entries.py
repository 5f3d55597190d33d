"""Whole entries put into a YAML file or taken out of it, line by line.

ruamel hangs the comment above an entry on the entry before: taking that one out would lose the comment, and a new last
entry would come after the comment of what follows. Where a file is not written line by line, ruamel does it.
"""

import copy
import re
from typing import Any

from generator import yamlfile
from generator.errors import WorkspaceError
from generator.yamlfile import Path_, YamlFile, changing, value_at


def cut(text: str, path: Path_) -> str:
    """`text` without the entry at `path` of a list or of a group of keys; every other line and comment stays."""
    source = yamlfile.parse(text, "")
    wanted = copy.deepcopy(source.data)
    around = value_at(wanted, path[:-1])
    del around[path[-1]]
    start, indent = _start(source, path)
    if indent is not None:
        lines = text.splitlines(keepends=True)
        kept = lines[:start] + lines[_end(lines, start, indent) :]
        if not around:
            kept[source.keys[path[:-1]][0] - 1] = _emptied(lines[source.keys[path[:-1]][0] - 1], around)
        after = "".join(kept)
        if _holds(after, wanted):
            return after

    def edit(data: Any) -> None:
        for step in path[:-1]:
            data = data[step]
        del data[path[-1]]

    return changing.change(text, edit)


def add(text: str, path: Path_, value: dict[str, Any]) -> str:
    """`text` with a new key at `path`, after the last key of its group and on one line."""
    source = yamlfile.parse(text, "")
    wanted = copy.deepcopy(source.data)
    keys = value_at(wanted, path[:-1])
    if keys:
        start, indent = _start(source, (*path[:-1], list(keys)[-1]))
        if indent is not None:
            lines = text.splitlines(keepends=True)
            end = _end(lines, start, indent)
            while not lines[end - 1].strip():
                end -= 1
            line = changing.change("", lambda data: changing.put(data, (path[-1],), value)).strip()
            after = "".join([*lines[:end], " " * indent, line, "\n", *lines[end:]])
            keys[path[-1]] = value
            if _holds(after, wanted):
                return after
    return changing.change(text, lambda data: changing.put(data, path, value))


def _start(source: YamlFile, path: Path_) -> tuple[int, int | None]:
    """The number of the entry's first line, and how far it is indented; None where it shares that line with others."""
    of_list = isinstance(path[-1], int)
    line, column = (source.values if of_list else source.keys)[path]
    before = source.text.splitlines()[line - 1][: column - 1].rstrip()
    if before.strip() != ("-" if of_list else ""):
        return line - 1, None
    return line - 1, len(before) - 1 if of_list else column - 1


def _end(lines: list[str], start: int, indent: int) -> int:
    """The first line after the entry that begins at `start`; the blank lines after it are counted to it."""
    end = start + 1
    while end < len(lines) and (not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > indent):
        end += 1
    return end


def _emptied(line: str, around: list[Any] | dict[str, Any]) -> str:
    """`outputs:  # a comment` with the sign for nothing."""
    sign = "[]" if isinstance(around, list) else "{}"
    return re.sub(r":[ \t]*(#.*)?$", rf": {sign}  \1", line.rstrip()).rstrip() + "\n"


def _holds(text: str, wanted: Any) -> bool:
    try:
        return bool(yamlfile.parse(text, "").data == wanted)
    except WorkspaceError:
        return False
