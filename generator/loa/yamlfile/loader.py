"""Load YAML as plain data and remember the place of every value.

Only `null`, `true`/`false` and whole numbers are converted: `on`, `no`, `17:00`, `2023-08-08`, `0233825119`,
`1900.1560` and `1.250` stay text as they were typed; a model that needs a number converts the text itself.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from loa.errors import Finding, WorkspaceError
from loa.i18n import N_, _
from loa.workspace import read_text

_GLUED = re.compile(r"\s*(?:- )?\w+:(?=[^\s/])")  # "name:Côn Đảo", but not "https://"
_FULL_WIDTH = re.compile(r"\s*(?:- )?\w+\s*：")
_BLANKS = re.compile(r"[^\S ]+")  # spaces that YAML does not accept as indentation


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """A syntax problem at `line` and `column` (from 1; None: unknown)."""

    line: int | None
    column: int | None
    message: str
    fix: str


def explain(error: yaml.MarkedYAMLError, text: str) -> SyntaxProblem:
    """Explain the parser's `error` in plain words, at the place where the user made the mistake."""
    lines = text.splitlines()
    problem, context = error.problem or "", str(error.context or "")
    mark = error.problem_mark or error.context_mark
    if error.context_mark and _opened_before(problem, context):
        mark = error.context_mark
    if mark is None:
        return SyntaxProblem(None, None, *_unknown_mistake())
    opened = _quote_left_open(lines[: mark.line + 1]) if "expected <block end>" in problem else None
    if opened:
        return SyntaxProblem(*opened, _("A quotation mark or bracket is opened and not closed."), _("Close it."))
    for number in (mark.line, mark.line - 1):
        line = lines[number] if 0 <= number < len(lines) else ""
        found = _find_mistake(line, line[: mark.column + 1] if number == mark.line else line, problem)
        if found:
            column, message, fix = found
            return SyntaxProblem(number + 1, column, message, fix)
    line = lines[mark.line] if mark.line < len(lines) else ""
    return SyntaxProblem(
        mark.line + 1, mark.column + 1, *_explain_parser(problem, context, line[mark.column : mark.column + 1])
    )


def _opened_before(problem: str, context: str) -> bool:
    """Return whether the mistake is where the parser began to read something, not where it stopped."""
    began = ("scanning a quoted scalar", "scanning a tag", "scanning an anchor", "scanning an alias")
    if any(words in context for words in began) or "could not find expected ':'" in problem:
        return True
    return "parsing a flow" in context and "expected ',' or" in problem


def _quote_left_open(lines: list[str]) -> tuple[int, int] | None:
    """Return line and column of a value that opens a quotation mark and does not close it on its line."""
    for number, line in enumerate(lines, 1):
        opened = re.search(r"""(?::|-)\s+(["'])""", line)
        if opened and line.count(opened[1]) == 1:
            return number, opened.start(1) + 1
    return None


def _find_mistake(line: str, head: str, problem: str) -> tuple[int, str, str] | None:
    """Return column, message and fix if the characters of `line` show the mistake; `head`: the part already parsed."""
    if "\t" in head:
        message = _("There is a tab character in the indentation.")
        return head.index("\t") + 1, message, _("Use spaces to indent, two for each step.")
    indent = line[: len(line) - len(line.lstrip())]
    odd = _BLANKS.search(indent)
    if odd:
        message = _("There is an unusual space in the indentation, as Word or a web page leaves it.")
        return odd.start() + 1, message, _("Delete it and type plain spaces, two for each step.")
    full_width = _FULL_WIDTH.match(line)
    if full_width:
        message = _("This colon (：) is of another alphabet.")
        return full_width.end(), message, _("Type a plain colon and a space: “key: value”.")
    glued = _GLUED.match(line)
    if glued and ("mapping values" in problem or "could not find expected ':'" in problem):
        message = _("There is no space after the colon.")
        return glued.end(), message, _("Write “key: value”, with a space after the colon.")
    return None


def _explain_parser(problem: str, context: str, sign: str) -> tuple[str, str]:
    if "mapping values are not allowed" in problem:
        return _("There is a colon too many, or the indentation is wrong."), _(
            "Put text that holds a colon in quotation marks, and check that lines of one group start in one column."
        )
    if "could not find expected ':'" in problem:
        return _("There is no colon in this line."), _("Write “key: value”, with a space after the colon.")
    if "another document" in problem:
        return _("The file holds more than one document (---)."), _("Keep one document in a file.")
    if "quoted scalar" in context or "parsing a flow" in context or "end of stream" in problem:
        return _("A quotation mark or bracket is opened and not closed."), _("Close it.")
    if "expected <block end>" in problem:
        return _("The indentation is wrong, or a colon is missing."), _(
            "Check this line and the one above: “key: value”, and one column for keys of one group."
        )
    if "cannot start any token" in problem or "scanning a" in context:
        return _("Text may not begin with the sign “{sign}” here.").format(sign=sign), _(
            "Put the whole text in quotation marks."
        )
    return _unknown_mistake()


def _unknown_mistake() -> tuple[str, str]:
    return _("This line is not written as YAML asks."), _("Check this line and the one above.")


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a file may hold: its size in bytes, groups inside each other, keys and values; `fix`: what to do
    about a file that holds more.
    """

    bytes: int
    entries: int
    fix: str
    depth: int = 20


FACTS_LIMITS = Limits(1_000_000, 50_000, N_("A commune's facts need a few kB: is this the right file?"))
SCHEDULE_LIMITS = Limits(16_000_000, 1_000_000, N_("Is this the right file?"))
"""Four broadcasts for each of the country's 3 321 communes are 3 MB and 700 000 entries; 250 MB of memory."""
_PLAIN = {"": None, "~": None, "null": None, "true": True, "false": False}
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")  # a number with a leading + or 0 is a telephone number: text
_CURLY = re.compile(
    r"“([^“”]*[^“”.!?…])”"
)  # Word's quotation marks around the whole value are removed; a quoted sentence keeps them
_HALF = re.compile("[\ud800-\udfff]")
Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A loaded file: plain `data`, and the line and column (from 1) of each value and key."""

    file: str
    data: Any
    values: dict[Path_, tuple[int, int]]
    keys: dict[Path_, tuple[int, int]]
    text: str = ""  # the source text

    def place(self, path: Path_, *, key: bool = False) -> tuple[int, int]:
        """Return line and column of the value (or `key`) at `path`, or of its nearest parent that exists."""
        while path:
            found = (self.keys if key else self.values).get(path) or self.keys.get(path)
            if found:
                return found
            path = path[:-1]
        return self.values.get((), (1, 1))

    def finding(self, path: Path_, code: str, message: str, fix: str = "", *, key: bool = False) -> Finding:
        """Return a finding placed at `path` of this file."""
        line, column = self.place(path, key=key)
        quote = path[-1] if key and path else value_at(self.data, path)
        return Finding(
            code,
            message,
            fix,
            file=self.file,
            line=line,
            column=column,
            quote=None if quote is None or isinstance(quote, dict | list) else str(quote),
        )


def value_at(data: Any, path: Path_) -> Any:
    """Return the value at `path` of loaded YAML; None if there is none."""
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def load(path: Path, file: str, limits: Limits = FACTS_LIMITS) -> YamlFile:
    """Read and parse `path`, called `file` in messages. Raises WorkspaceError with every problem that is found."""
    try:
        text = read_text(path)
    except WorkspaceError as error:
        raise WorkspaceError(
            Finding(f.code, f.message, f.fix, file=file, line=f.line, column=f.column) for f in error.findings
        ) from error
    return parse(text, file, limits)


def parse(text: str, file: str, limits: Limits = FACTS_LIMITS) -> YamlFile:
    """`text` as data with places. Raises WorkspaceError: too large or deep, tabs, syntax, duplicate keys, empty."""
    return with_places(tree(text, file, limits), text, file)


def with_places(node: yaml.Node | None, text: str, file: str) -> YamlFile:
    """The `tree` of `text` as data with places. Raises WorkspaceError: duplicate keys, empty."""
    if node is None:
        raise _error(
            file, "yaml.empty", _("The file is empty."), _("Fill it in; docs/huong-dan.md shows a whole example.")
        )
    builder = _Builder(file, text)
    data = builder.build(node, ())
    if builder.problems:
        raise WorkspaceError(builder.problems)
    return YamlFile(file, data, builder.values, builder.keys, text)


def tree(text: str, file: str, limits: Limits = FACTS_LIMITS) -> yaml.Node | None:
    """The nodes of `text` with the offsets where they begin and end; None of an empty file. Raises as `parse`."""
    if len(text.encode()) > limits.bytes:
        raise _error(
            file,
            "yaml.size",
            _("The file is larger than {limit} kB.").format(limit=limits.bytes // 1000),
            _(limits.fix),
        )
    try:
        return _compose(text, file, limits)
    except yaml.MarkedYAMLError as error:
        reported = explain(error, text)
        raise _error(file, "yaml.syntax", reported.message, reported.fix, reported.line, reported.column) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        column = error.position - text.rfind("\n", 0, error.position)
        raise _error(
            file,
            "yaml.character",
            _("There is a character that YAML does not allow (code {code}).").format(code=f"U+{error.character:04X}"),
            _("Delete it; it was probably pasted in without being visible."),
            line=line,
            column=column,
        ) from error


def _error(
    file: str, code: str, message: str, fix: str, line: int | None = 1, column: int | None = 1
) -> WorkspaceError:
    return WorkspaceError(Finding(code, message, fix, file=file, line=line, column=column))


def _compose(text: str, file: str, limits: Limits) -> yaml.Node | None:
    """Return the node tree. libyaml parses (ten times as fast); if it fails, PyYAML parses again for a better error."""
    fast = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # which leaves what a value means to us
    try:
        _check_limits(text, file, fast, limits)
        return yaml.compose(text, Loader=fast)
    except (yaml.MarkedYAMLError, yaml.reader.ReaderError) as error:
        try:
            _check_limits(text, file, yaml.BaseLoader, limits)
            return yaml.compose(text, Loader=yaml.BaseLoader)
        except ValueError:  # PyYAML knows no limit of what "\U00110000" may be, libyaml does
            raise error from None


def _check_limits(text: str, file: str, loader: Any, limits: Limits) -> None:
    """Walk the parser events, without recursion, and check depth, size and aliases (the "billion laughs" attack)."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=loader)):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        mark = event.start_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        if isinstance(event, yaml.AliasEvent):
            message, fix = _("References (*name) are not used here."), _("Write the value out.")
            raise _error(file, "yaml.alias", message, fix, line, column)
        if depth > limits.depth:
            message, fix = _("The file is nested too deeply."), _("Is this the right file?")
            raise _error(file, "yaml.limit", message, fix, line, column)
        if count > limits.entries:
            message = _("The file holds more than {limit} keys and values.").format(limit=limits.entries)
            raise _error(file, "yaml.limit", message, _(limits.fix), line, column)


class _Builder:
    """Converts nodes to plain data and remembers places; collects invalid and duplicate keys instead of stopping."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self._halves = "\\u" in text or "\\U" in text
        """Whether half a character may have been written: "\\ud800"."""
        self.values: dict[Path_, tuple[int, int]] = {}
        self.keys: dict[Path_, tuple[int, int]] = {}
        self.problems: list[Finding] = []

    def build(self, node: yaml.Node, path: Path_) -> Any:
        self.values[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*path, i)) for i, item in enumerate(node.value)]
        self._check_letters(node)
        return _scalar(node)

    def _check_letters(self, node: yaml.Node) -> None:
        half = _HALF.search(node.value) if self._halves else None
        if half:
            message = _("There is a character that YAML does not allow (code {code}).")
            self.problems.append(
                Finding(
                    "yaml.character",
                    message.format(code=f"U+{ord(half[0]):04X}"),
                    _("Write the character itself."),
                    file=self.file,
                    line=node.start_mark.line + 1,
                    column=node.start_mark.column + 1,
                )
            )

    def _mapping(self, node: yaml.MappingNode, path: Path_) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line, column = key_node.start_mark.line + 1, key_node.start_mark.column + 1
            if not isinstance(key_node, yaml.ScalarNode):
                message, fix = _("A key must be a plain word."), _("Write “key: value”.")
                self.problems.append(Finding("yaml.key", message, fix, file=self.file, line=line, column=column))
                continue
            self._check_letters(key_node)
            key = str(key_node.value)
            if key in data:
                message = _("“{key}” stands here twice (first on line {line}).").format(
                    key=key, line=self.keys[(*path, key)][0]
                )
                fix = _("Keep one of the two.")
                self.problems.append(
                    Finding("yaml.duplicate", message, fix, file=self.file, line=line, column=column, quote=key)
                )
                continue
            self.keys[(*path, key)] = (line, column)
            data[key] = self.build(value_node, (*path, key))
        return data


def _scalar(node: yaml.Node) -> Any:
    text = str(node.value)
    if getattr(node, "style", None):  # quoted and block scalars stay text
        return text
    if text.lower() in _PLAIN:
        return _PLAIN[text.lower()]
    if _WHOLE.fullmatch(text):
        return int(text)
    curly = _CURLY.fullmatch(text)
    return curly[1] if curly else text
