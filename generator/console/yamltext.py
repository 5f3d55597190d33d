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

from generator import yamlfile
from generator.errors import WorkspaceError
from generator.yamlfile import Path_


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
    edit(data)
    out = io.StringIO()
    yaml.dump(data, out)
    return out.getvalue()


def cut(text: str, path: Path_) -> str:
    """`text` without the list item at `path`: its own lines go, every other line and comment stays as it is.

    ruamel hangs the comment above an item on the item before, so taking that one out would lose it; hence by lines.
    """
    source = yamlfile.parse(text, "")
    line, column = source.values[path]
    lines = text.splitlines(keepends=True)
    dash = lines[line - 1][: column - 1].rstrip()
    wanted = copy.deepcopy(source.data)
    items = yamlfile.value_at(wanted, path[:-1])
    del items[path[-1]]
    if dash.strip() == "-":
        end = _item_end(lines, line, len(dash) - 1)
        kept = lines[: line - 1] + lines[end:]
        if not items:
            head = source.keys[path[:-1]][0] - 1
            kept[head] = re.sub(r":[ \t]*(#.*)?$", r": []  \1", kept[head].rstrip()).rstrip() + "\n"
        after = "".join(kept)
        if _data(after) == wanted:
            return after

    def edit(data: Any) -> None:
        for step in path[:-1]:
            data = data[step]
        del data[path[-1]]

    return change(text, edit)


def _item_end(lines: list[str], after: int, dash: int) -> int:
    """The first line from `after` on that is not of the item whose dash stands in column `dash`, blank lines after it
    included."""
    end = after
    while end < len(lines) and (not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > dash):
        end += 1
    return end


def _data(text: str) -> Any:
    try:
        return yamlfile.parse(text, "").data
    except WorkspaceError:
        return None


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
