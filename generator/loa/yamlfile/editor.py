"""Changing a YAML file the way a careful person would: this value and nothing else; comments and order stay."""

import copy
import io
import re
from collections.abc import Callable
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString
from ruamel.yaml.util import load_yaml_guess_indent

from loa import yamlfile
from loa.errors import WorkspaceError
from loa.yamlfile import Path_, YamlFile, value_at


class _Representer(RoundTripRepresenter):
    """Writes `null` where there is nothing: people are to see that a fact is missing."""

    def nothing(self, _data: None) -> ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:null", "null")


_Representer.add_representer(type(None), _Representer.nothing)


def change(text: str, edit: Callable[[Any], None]) -> str:
    """`text` after `edit` worked on its data (ruamel's round-trip mappings and lists)."""
    _data, indent, offset = load_yaml_guess_indent(text)
    yaml = YAML()
    yaml.Representer = _Representer
    yaml.preserve_quotes = True
    yaml.width = 100_000  # never break a line that somebody wrote whole
    yaml.indent(mapping=2, sequence=indent or 4, offset=2 if offset is None else offset)
    data = yaml.load(text)
    if data is None:
        data = CommentedMap()
    edit(data)
    out = io.StringIO()
    yaml.dump(data, out)
    return out.getvalue()


def put(data: Any, path: Path_, value: Any, *, drop: bool = False) -> None:
    """Set the value at `path`, or `drop` its key; mappings on the way are made where they are missing."""
    for step in path[:-1]:
        if isinstance(data, list):
            data = data[int(step)]
            continue
        if data.get(step) is None:
            data[step] = CommentedMap()
        data = data[step]
    if drop:
        data.pop(path[-1], None)
    else:
        data[path[-1]] = plain(value)


def plain(value: Any) -> Any:
    """Lists and mappings as people write short ones: on one line."""
    if isinstance(value, list | tuple):
        made = CommentedSeq([plain(item) for item in value])
        made.fa.set_flow_style()
        return made
    if isinstance(value, dict):
        mapping = CommentedMap((key, plain(item)) for key, item in value.items())
        mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, str) and "\n" in value:
        return LiteralScalarString(value)
    if isinstance(value, str) and ":" in value:
        return DoubleQuotedScalarString(value)  # older programs would read 17:00 as a number
    return value


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

    return change(text, edit)


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
            line = change("", lambda data: put(data, (path[-1],), value)).strip()
            after = "".join([*lines[:end], " " * indent, line, "\n", *lines[end:]])
            keys[path[-1]] = value
            if _holds(after, wanted):
                return after
    return change(text, lambda data: put(data, path, value))


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
