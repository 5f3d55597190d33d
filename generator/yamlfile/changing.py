"""Changing a YAML file the way a careful person would: this value and nothing else; comments and order stay."""

import io
from collections.abc import Callable
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString
from ruamel.yaml.util import load_yaml_guess_indent

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
