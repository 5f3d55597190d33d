"""YAML read the way people mean it: safe, with limits, and with the place of every value kept.

Only `null`, `true`/`false`, whole and decimal numbers are resolved (the YAML 1.2 core, minus octal): `on`, `no`,
`17:00`, `2023-08-08` and `0233825119` stay the text that somebody typed.
"""

import difflib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from generator.errors import Finding, WorkspaceError
from generator.i18n import _
from generator.workspace import read_text

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MAX_NODES = 50_000
_RESOLVE = (
    ("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$")),
    ("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$")),
    ("tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$")),
    ("tag:yaml.org,2002:float", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)\.[0-9]+$")),
)
Path_ = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


class Strict(BaseModel):
    """The base of everything read from a file: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True, str_strip_whitespace=True)


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A loaded file: plain `data`, and where each value and key stands (line and column from 1)."""

    file: str
    data: Any
    values: dict[Path_, tuple[int, int]]
    keys: dict[Path_, tuple[int, int]]
    text: str = ""  # as it was typed

    def place(self, path: Path_, *, key: bool = False) -> tuple[int, int]:
        """Where `path` stands, or the nearest thing around it that exists."""
        while path:
            found = (self.keys if key else self.values).get(path) or self.keys.get(path)
            if found:
                return found
            path = path[:-1]
        return self.values.get((), (1, 1))

    def finding(self, path: Path_, code: str, message: str, mend: str = "", *, key: bool = False) -> Finding:
        """A problem at `path` of this file."""
        line, column = self.place(path, key=key)
        quote = path[-1] if key and path else value_at(self.data, path)
        return Finding(
            code,
            message,
            mend,
            file=self.file,
            line=line,
            column=column,
            quote=None if quote is None or isinstance(quote, dict | list) else str(quote),
        )


def value_at(data: Any, path: Path_) -> Any:
    """What stands at `path` of loaded YAML; None where there is nothing."""
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def load(path: Path, file: str) -> YamlFile:
    """Read `path`, called `file` in messages. Raises WorkspaceError with every problem the parser can tell."""
    try:
        text = read_text(path)
    except WorkspaceError as error:
        raise WorkspaceError(
            Finding(f.code, f.message, f.mend, file=file, line=f.line, column=f.column) for f in error.findings
        ) from error
    return parse(text, file)


def parse(text: str, file: str) -> YamlFile:
    """`text` as data with places. Raises WorkspaceError: too large or deep, tabs, syntax, duplicate keys, empty."""
    if len(text.encode()) > MAX_BYTES:
        raise _refuse(
            file,
            "yaml.size",
            _("The file is larger than {limit} kB.").format(limit=MAX_BYTES // 1000),
            _("A commune's facts need a few kB: is this the right file?"),
        )
    try:
        node = _compose(text, file)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
        raise _refuse(file, "yaml.syntax", *_explain(error, text), line=line, column=column) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - text.rfind("\n", 0, error.position)
        raise _refuse(
            file,
            "yaml.character",
            _("There is a character that YAML does not allow (code {code}).").format(code=f"U+{error.character:04X}"),
            _("Delete it; it was probably pasted in without being visible."),
            line=line,
            column=column,
        ) from error
    if node is None:
        raise _refuse(
            file, "yaml.empty", _("The file is empty."), _("Fill it in; docs/huong-dan.md shows a whole example.")
        )
    builder = _Builder(file)
    data = builder.build(node, ())
    if builder.problems:
        raise WorkspaceError(builder.problems)
    return YamlFile(file, data, builder.values, builder.keys, text)


def validate(model: type[Model], source: YamlFile, path: Path_ = ()) -> Model:
    """The part of `source` at `path` as `model`. Raises WorkspaceError with all problems, each at its place."""
    try:
        return model.model_validate(value_at(source.data, path))
    except ValidationError as error:
        raise WorkspaceError(_finding(model, source, path, detail) for detail in error.errors()) from error


def _finding(model: type[BaseModel], source: YamlFile, path: Path_, detail: ErrorDetails) -> Finding:
    loc = (*path, *detail["loc"])
    kind, context = detail["type"], detail.get("ctx", {})
    name = str(loc[-1]) if loc else ""
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(name, _fields_at(model, detail["loc"][:-1]), 1, 0.6)
        mend = _("Did you mean “{near}”?").format(near=near[0]) if near else _("Remove it, or check the spelling.")
        return source.finding(loc, "key.unknown", _("“{key}” is not known here.").format(key=name), mend, key=True)
    if kind == "missing":
        message = _("“{key}” is missing.").format(key=name)
        return source.finding(loc[:-1], "key.missing", message, _("Add “{key}:” here.").format(key=name))
    messages = {
        "date": (_("This is not a date."), _("Write year-month-day, for example 2026-11-01.")),
        "int": (_("This must be a whole number."), _("Write digits only, for example 60.")),
        "string": (_("This must be text."), _("Put it in quotation marks.")),
        "bool": (_("This must be true or false."), _("Write true or false.")),
        "list": (_("This must be a list."), _("Write it in square brackets: [a, b].")),
        "tuple": (_("This must be a list."), _("Write it in square brackets: [a, b].")),
        "model": (_("This must be a group of keys."), _("Write each key on its own line, indented.")),
        "dict": (_("This must be a group of keys."), _("Write each key on its own line, indented.")),
    }
    if kind in {"literal_error", "enum"}:
        message = _("“{value}” is not one of the choices.").format(value=detail["input"])
        return source.finding(loc, "value.choice", message, _("Choose: {list}").format(list=context["expected"]))
    if kind == "string_pattern_mismatch":
        message = _("“{value}” has letters that may not stand here.").format(value=detail["input"])
        return source.finding(loc, "value.letters", message, _("Use a-z, 0-9 and single hyphens: my-campaign."))
    if kind == "value_error":
        what, _sep, mend = str(context["error"]).partition("\n")
        return source.finding(loc, "value.wrong", what, mend)
    if kind.startswith(("greater_than", "less_than")):
        bounds = {
            "ge": _("Write {limit} or more."),
            "gt": _("Write more than {limit}."),
            "le": _("Write {limit} or less."),
            "lt": _("Write less than {limit}."),
        }
        mend = next(text.format(limit=context[bound]) for bound, text in bounds.items() if bound in context)
        return source.finding(loc, "value.range", _("This number is out of range."), mend)
    if kind.endswith("too_short"):
        return source.finding(loc, "value.empty", _("This is empty."), _("Fill it in, or take the whole key out."))
    if kind == "multiple_of":
        mend = _("Write a multiple of {number}.").format(number=context["multiple_of"])
        return source.finding(loc, "value.range", _("This number does not fit here."), mend)
    what, mend = messages.get(kind.split("_")[0], (detail["msg"], ""))
    return source.finding(loc, "value.type", what, mend)


def _fields_at(model: type[BaseModel], loc: Path_) -> list[str]:
    """The keys that are known at `loc` below `model`, aliases included."""
    current: Any = model
    for step in loc:
        if isinstance(step, str) and isinstance(current, type) and issubclass(current, BaseModel):
            fields = {(f.alias or n): f.annotation for n, f in current.model_fields.items()}
            current = model_in(fields.get(step))
        else:
            current = model_in(current)
    if isinstance(current, type) and issubclass(current, BaseModel):
        return [f.alias or n for n, f in current.model_fields.items()]
    return []


def model_in(annotation: Any) -> Any:
    """The model inside `X | None`, `list[X]`, `dict[str, X]`, ..."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for arg in get_args(annotation) if (found := model_in(arg)) is not None), None)


def _refuse(
    file: str, code: str, message: str, mend: str, line: int | None = 1, column: int | None = 1
) -> WorkspaceError:
    return WorkspaceError(Finding(code, message, mend, file=file, line=line, column=column))


def _compose(text: str, file: str) -> yaml.Node | None:
    """The node tree, by libyaml where PyYAML has it (ten times as fast); its complaints are told by PyYAML's parser."""
    fast = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _check_limits(text, file, fast)
        return yaml.compose(text, Loader=fast)
    except (yaml.MarkedYAMLError, yaml.reader.ReaderError):
        _check_limits(text, file, yaml.SafeLoader)
        return yaml.compose(text, Loader=yaml.SafeLoader)


def _check_limits(text: str, file: str, loader: Any) -> None:
    """Walk the events, which costs no recursion: depth, count, and no aliases (the road of the "billion laughs")."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=loader)):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        mark = event.start_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        if isinstance(event, yaml.AliasEvent):
            message, mend = _("References (*name) are not used here."), _("Write the value out.")
            raise _refuse(file, "yaml.alias", message, mend, line, column)
        if depth > MAX_DEPTH or count > MAX_NODES:
            message, mend = _("The file is nested too deeply or holds too much."), _("Is this the right file?")
            raise _refuse(file, "yaml.limit", message, mend, line, column)


def _explain(error: yaml.MarkedYAMLError, text: str) -> tuple[str, str]:
    """What PyYAML's complaint means to somebody who is not a programmer, and the mend."""
    mark = error.problem_mark
    lines = text.splitlines()
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    problem = error.problem or ""
    if "\t" in line[: (mark.column if mark else 0) + 1]:
        return _("There is a tab character in the indentation."), _("Use spaces to indent, two for each step.")
    if "mapping values are not allowed" in problem:
        return _("There is a colon too many, or the indentation is wrong."), _(
            "Put text that holds a colon in quotation marks, and check that lines of one group start in one column."
        )
    if "expected <block end>" in problem or "could not find expected ':'" in problem:
        return _("The indentation is wrong, or a colon is missing."), _(
            "Check this line and the one above: “key: value”, and one column for keys of one group."
        )
    if "expected a single document" in problem:
        return _("The file holds more than one document (---)."), _("Keep one document in a file.")
    if "end of stream" in problem or "while scanning a quoted scalar" in str(error.context):
        return _("A quotation mark or bracket is opened and not closed."), _("Close it.")
    return _("This is not valid YAML: {problem}").format(problem=problem), _("Check this line and the one above.")


class _Builder:
    """Turns nodes into plain data and remembers places; collects duplicate keys and odd keys instead of stopping."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.values: dict[Path_, tuple[int, int]] = {}
        self.keys: dict[Path_, tuple[int, int]] = {}
        self.problems: list[Finding] = []

    def build(self, node: yaml.Node, path: Path_) -> Any:
        self.values[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, i)) for i, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path_) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line, column = key_node.start_mark.line + 1, key_node.start_mark.column + 1
            if not isinstance(key_node, yaml.ScalarNode):
                message, mend = _("A key must be a plain word."), _("Write “key: value”.")
                self.problems.append(Finding("yaml.key", message, mend, file=self.file, line=line, column=column))
                continue
            key = str(key_node.value)
            if key in data:
                message = _("“{key}” stands here twice (first on line {line}).").format(
                    key=key, line=self.keys[(*path, key)][0]
                )
                mend = _("Keep one of the two.")
                self.problems.append(
                    Finding("yaml.duplicate", message, mend, file=self.file, line=line, column=column, quote=key)
                )
                continue
            self.keys[(*path, key)] = (line, column)
            data[key] = self.build(value_node, (*path, key))
        return data


def _scalar(node: yaml.Node) -> Any:
    text = str(node.value)
    if getattr(node, "style", None):  # quoted or block text stays text
        return text
    tag = next((tag for tag, pattern in _RESOLVE if pattern.match(text)), "")
    match tag.rsplit(":", 1)[-1]:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            return int(text) if len(text) < 20 else text
        case "float":
            return float(text)
    return text
