"""Change single values of a YAML text; everything else, comments and order included, stays as it is."""

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
    """Writes None as `null`, so that people see which facts are missing."""

    def nothing(self, _data: None) -> ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:null", "null")


_Representer.add_representer(type(None), _Representer.nothing)


def change(text: str, edit: Callable[[Any], None]) -> str:
    """Load `text`, let `edit` change its data in place (ruamel's round-trip types), and return the new text."""
    _data, indent, offset = load_yaml_guess_indent(text)
    yaml = YAML()
    yaml.Representer = _Representer
    yaml.preserve_quotes = True
    yaml.width = 100_000  # never wrap a long line
    yaml.indent(mapping=2, sequence=indent or 4, offset=2 if offset is None else offset)
    data = yaml.load(text)
    if data is None:
        data = CommentedMap()
    edit(data)
    out = io.StringIO()
    yaml.dump(data, out)
    return out.getvalue()


def put(data: Any, path: Path_, value: Any, *, drop: bool = False) -> None:
    """Set the value at `path` of `data`; with `drop`, delete its key. Missing mappings on the way are created."""
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
    """Convert `value` to ruamel's types so that lists and mappings are written on one line."""
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
        return DoubleQuotedScalarString(value)  # YAML 1.1 parsers read 17:00 as a number
    return value


def cut(text: str, path: Path_) -> str:
    """Return `text` without the list item or key at `path`; every other line and comment stays.

    ruamel attaches the comment above an item to the item before it and would delete that comment; so whole lines are
    deleted here, and ruamel is used only if that does not give the expected data.
    """
    source = yamlfile.parse(text, "")
    expected = copy.deepcopy(source.data)
    parent = value_at(expected, path[:-1])
    del parent[path[-1]]
    start, indent = _start(source, path)
    if indent is not None:
        lines = text.splitlines(keepends=True)
        remaining = lines[:start] + lines[_end(lines, start, indent) :]
        if not parent:
            remaining[source.keys[path[:-1]][0] - 1] = _empty_line(lines[source.keys[path[:-1]][0] - 1], parent)
        after = "".join(remaining)
        if _has_data(after, expected):
            return after

    def edit(data: Any) -> None:
        for step in path[:-1]:
            data = data[step]
        del data[path[-1]]

    return change(text, edit)


def add(text: str, path: Path_, value: dict[str, Any]) -> str:
    """Return `text` with a new key at `path`, on one line after the last key of its mapping."""
    source = yamlfile.parse(text, "")
    expected = copy.deepcopy(source.data)
    keys = value_at(expected, path[:-1])
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
            if _has_data(after, expected):
                return after
    return change(text, lambda data: put(data, path, value))


def _start(source: YamlFile, path: Path_) -> tuple[int, int | None]:
    """Return the index of the entry's first line and its indentation; None if it shares the line with other entries."""
    of_list = isinstance(path[-1], int)
    line, column = (source.values if of_list else source.keys)[path]
    before = source.text.splitlines()[line - 1][: column - 1].rstrip()
    if before.strip() != ("-" if of_list else ""):
        return line - 1, None
    return line - 1, len(before) - 1 if of_list else column - 1


def _end(lines: list[str], start: int, indent: int) -> int:
    """Return the index of the first line after the entry that begins at `start`; blank lines after it belong to it."""
    end = start + 1
    while end < len(lines) and (not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > indent):
        end += 1
    return end


def _empty_line(line: str, parent: list[Any] | dict[str, Any]) -> str:
    """Return the line of a key whose value became empty: `outputs:  # a comment` → `outputs: {}  # a comment`."""
    sign = "[]" if isinstance(parent, list) else "{}"
    return re.sub(r":[ \t]*(#.*)?$", rf": {sign}  \1", line.rstrip()).rstrip() + "\n"


def _has_data(text: str, expected: Any) -> bool:
    try:
        return bool(yamlfile.parse(text, "").data == expected)
    except WorkspaceError:
        return False
