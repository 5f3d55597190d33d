"""Changing a YAML file the way a careful person would: this value and nothing else; comments and order stay.

An edit works on the file's plain data. What it changed is found by comparison and put into the text, one change after
the other; each time the text is read again and must hold what was wanted.
"""

import copy
import difflib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Literal

from loa.errors import Finding, WorkspaceError
from loa.i18n import _
from loa.yamlfile import writing
from loa.yamlfile.layout import Layout, block_text, children, flow, indent
from loa.yamlfile.loader import Path_, value_at


def change(text: str, edit: Callable[[Any], None]) -> str:
    """`text` after `edit` worked on its data: dictionaries and lists of text, whole numbers, true, false and None.

    An empty file is an empty group. Raises WorkspaceError where `text` cannot be read, or is no group of keys.
    """
    page = Layout.of(text)
    if not isinstance(page.data, dict):
        message, fix = _("This must be a group of keys."), _("Write each key on its own line, indented.")
        raise WorkspaceError(Finding("value.type", message, fix, line=1, column=1))
    wanted = copy.deepcopy(page.data)
    edit(wanted)
    for step in list(_steps(page.data, json.loads(json.dumps(wanted, default=str)), ())):
        page = _taken(page, step)
    return page.text


def cut(text: str, path: Path_) -> str:
    """`text` without the entry at `path` of a list or of a group of keys."""

    def edit(data: Any) -> None:
        del value_at(data, path[:-1])[path[-1]]

    return change(text, edit)


def put(data: Any, path: Path_, value: Any, *, drop: bool = False) -> None:
    """Set the value at `path` of loaded data, or `drop` its key; groups on the way are made where they are missing."""
    for step in path[:-1]:
        if isinstance(data, list):
            data = data[int(step)]
            continue
        if not isinstance(data.get(step), dict | list):
            data[step] = {}
        data = data[step]
    if drop:
        data.pop(path[-1], None)
    else:
        data[path[-1]] = value


@dataclass(frozen=True, slots=True)
class _Step:
    """One change: `put` a value in place of the one at `path`, `add` an entry there, or `drop` the entry."""

    kind: Literal["put", "add", "drop"]
    path: Path_
    value: Any = None


def _mark(value: Any) -> str:
    """A value as text that differs wherever YAML differs: true is not 1."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _steps(before: Any, after: Any, path: Path_) -> Iterator[_Step]:
    """What leads from `before` to `after`, in an order in which no step moves the path of a later one."""
    if _mark(before) == _mark(after):
        return
    if isinstance(before, dict) and isinstance(after, dict) and before:
        for key in before:
            if key in after:
                yield from _steps(before[key], after[key], (*path, key))
        yield from (_Step("add", (*path, key), after[key]) for key in after if key not in before)
        yield from (_Step("drop", (*path, key)) for key in before if key not in after)
    elif isinstance(before, list) and isinstance(after, list) and before:
        matcher = difflib.SequenceMatcher(None, [*map(_mark, before)], [*map(_mark, after)], autojunk=False)
        for tag, a1, a2, b1, b2 in reversed(matcher.get_opcodes()):
            same = min(a2 - a1, b2 - b1) if tag == "replace" else a2 - a1 if tag == "equal" else 0
            yield from (_Step("drop", (*path, n)) for n in reversed(range(a1 + same, a2)))
            yield from (_Step("add", (*path, a1 + same), item) for item in reversed(after[b1 + same : b2]))
            for n in range(same):
                yield from _steps(before[a1 + n], after[b1 + n], (*path, a1 + n))
    else:
        yield _Step("put", path, after)


def _done(data: Any, step: _Step, path: Path_) -> Any:
    """`data` with the step taken; what lies beside its `path` is shared, not copied."""
    if not path:
        return step.value
    data, key = copy.copy(data), path[0]
    if len(path) > 1 or step.kind == "put":
        data[key] = _done(data[key], step, path[1:])
    elif step.kind == "drop":
        del data[key]
    elif isinstance(data, list):
        data.insert(int(key), step.value)
    else:
        data[key] = step.value
    return data


def _taken(page: Layout, step: _Step) -> Layout:
    """`page` with one change."""
    wanted = _done(page.data, step, step.path)
    for text in _ways(page, step, wanted):
        try:
            found = Layout.of(text)
        except WorkspaceError:
            continue
        if _mark(found.data) == _mark(wanted):
            return found
    notes = [note for _at, note in page.comments(0, len(page.text))]
    return Layout.of(page.joined([*notes, *writing.group(wanted, 0), ""]))


def _ways(page: Layout, step: _Step, wanted: Any) -> Iterator[str]:
    """Texts that may hold `wanted`, the most careful first.

    Some ways of writing YAML (`? key`, anchors) leave no room for a change: then the group around it is written anew.
    """
    if page.root is None or not step.path:
        yield _filled(page, wanted)
        return
    if step.kind == "put":
        yield from _reworded(page, step.path, step.value)
        yield _put(page, step.path, step.value)
    elif step.kind == "add":
        yield from _added(page, step.path, step.value)
    else:
        yield _dropped(page, step.path)
    for length in range(len(step.path) - 1, 0, -1):
        yield _put(page, step.path[:length], value_at(wanted, step.path[:length]), anew=True)


def _filled(page: Layout, data: Any) -> str:
    """A file that held nothing but comments, or `{}`."""
    lines = writing.group(data, 0)
    if page.root is not None and page.root.end_mark.index > page.root.start_mark.index:
        start, end = int(page.root.start_mark.index), int(page.root.end_mark.index)
        return page.text[:start] + page.joined(lines) + page.text[end:]
    return page.until(len(page.text)) + page.joined([*lines, ""])


def _put(page: Layout, path: Path_, value: Any, *, anew: bool = False) -> str:
    """Another value in place of the one at `path`. `anew`: the group or list is given lines of its own."""
    node, text = page.node(path), page.text
    start, end = int(node.start_mark.index), page.end(path)
    if page.in_brackets(path):
        gap = " " if start == end and text[start - 1 : start] == ":" else ""
        return text[:start] + gap + writing.inline(value) + text[end:]
    behind, column = page.behind(path), page.column(page.head(path))
    first, *more = _anew(page, path, value, column) if anew else _behind(page, path, value, column)
    if not more and not block_text(node) and (flow(node) or not children(node)):
        return text[:start] + (first if start == behind else first[1:]) + text[end:]
    line, after = page.line(behind - 1), page.after(path, blank=False)
    notes = page.comments(behind, after)
    beside = "".join(f"  {note}" for at, note in notes if at < page.line_end(behind))
    below = [note for at, note in notes if at > page.line_end(behind)]
    lines = [text[line:behind] + first + beside, *more]
    if isinstance(value, str):  # no comment may get into a text
        lines[0:0] = [f"{' ' * column}{note}" for note in below]
    else:
        lines[1:1] = [f"{' ' * (indent(more[0]) if more else column + 2)}{note}" for note in below]
    return text[:line] + page.joined([*lines, ""]) + text[after:]


def _reworded(page: Layout, path: Path_, value: Any) -> Iterator[str]:
    """Text that fills several lines keeps them: only the words that differ are replaced."""
    old, text = value_at(page.data, path), page.text
    start, end = (int(mark.index) for mark in (page.node(path).start_mark, page.node(path).end_mark))
    if not isinstance(old, str) or not isinstance(value, str) or page.next_line(start) >= end:
        return
    first = _alike(old, value)
    first = max(old.rfind(sign, 0, first) for sign in (" ", "\n")) + 1  # whole words are found again more surely
    last = _alike(old[:first:-1], value[:first:-1])
    gone, come = old[first : len(old) - last], value[first : len(value) - last]
    at = start - 1
    for _time in range(old.count(gone, 0, first) + 1 if gone else 0):
        at = text.find(gone, at + 1, end)
        if at < 0:
            return
    if gone:
        yield text[:at] + come + text[at + len(gone) :]


def _alike(one: str, other: str) -> int:
    """How many letters they begin with in common."""
    return sum(1 for _both in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _behind(page: Layout, path: Path_, value: Any, column: int) -> list[str]:
    """The lines of a value, with the quotation marks of the one before."""
    style = str(getattr(page.node(path), "style", None) or "")
    return writing.behind(value, column, _list_indent(page, path), style if style in {"'", '"'} else "")


def _anew(page: Layout, path: Path_, value: Any, column: int) -> list[str]:
    """The lines of a group or list below its key or hyphen."""
    if not value or not isinstance(value, dict | list):
        return writing.behind(value, column)
    if isinstance(value, list):
        return ["", *writing.entries(value, column + _list_indent(page, path))]
    if isinstance(path[-1], str):
        return ["", *writing.group(value, column + 2)]
    first, *more = writing.entries([value], column)
    return [first[column + 1 :], *more]


def _list_indent(page: Layout, path: Path_) -> int:
    return page.list_indent() if isinstance(path[-1], str) else 2


def _added(page: Layout, path: Path_, value: Any) -> Iterator[str]:
    """A new key after the last one, or a new item of a list before the one that has this number."""
    text, names = page.text, list(children(page.node(path[:-1])))
    at_end = isinstance(path[-1], str) or path[-1] >= len(names)
    neighbour = (*path[:-1], names[-1] if at_end else path[-1])
    if page.in_brackets(neighbour):
        new = writing.inline(value)
        new = f"{writing.name(path[-1])}: {new}" if isinstance(path[-1], str) else new
        at = page.end(neighbour) if at_end else int(page.node(neighbour).start_mark.index)
        yield f"{text[:at]}, {new}{text[at:]}" if at_end else f"{text[:at]}{new}, {text[at:]}"
        return
    first = (*path[:-1], names[0])
    column = page.column(page.head(first))
    if isinstance(path[-1], str):
        lines = writing.group({path[-1]: value}, column, page.list_indent())
    else:
        lines = writing.entries([value], column, page.step(first))
    if at_end:
        for blank in (False, True):  # blank lines may belong to the text above
            at = page.after(neighbour, blank=blank)
            yield page.until(at) + page.joined([*lines, ""]) + text[at:]
    else:
        at = page.head(neighbour)
        yield text[:at] + page.joined([lines[0][column:], *lines[1:], " " * column]) + text[at:]


def _dropped(page: Layout, path: Path_) -> str:
    """Without the entry at `path`: without its lines, or without its place between the commas."""
    text, names = page.text, list(children(page.node(path[:-1])))
    number = names.index(path[-1])
    if page.in_brackets(path):
        return _dropped_in_brackets(page, path, names, number)
    head, after = page.head(path), page.after(path)
    line = page.line(head)
    if len(names) == 1 and len(path) > 1:
        behind, sign = page.behind(path[:-1]), "[]" if isinstance(path[-1], int) else "{}"
        between = page.newline if line <= behind else text[behind:line]
        return f"{text[:behind]} {sign}{between}{text[after:]}"
    if not text[line:head].strip():
        return text[:line] + text[after:]
    following = page.head((*path[:-1], names[number + 1]))  # the entry stands beside the hyphen of a list's item
    if page.comments(page.next_line(page.end(path)), following):
        return text[:head].rstrip(" ") + text[page.line_end(page.end(path)) :]
    return text[:head] + text[following:]


def _dropped_in_brackets(page: Layout, path: Path_, names: list[str | int], number: int) -> str:
    text, around = page.text, path[:-1]
    start, end = page.span(path)
    last = number + 1 == len(names)
    limit = int(page.node(around).end_mark.index) - 1 if last else page.span((*around, names[number + 1]))[0]
    comma = page.comma(end, limit)
    if comma < limit:  # its own
        return text[:start] + text[comma + 1 :].lstrip(" ")
    if number == 0:
        return text[:start] + text[end:]
    comma = page.comma(page.span((*around, names[number - 1]))[1], start)
    return text[:comma] + (text[comma + 1 : start] if page.comments(comma, start) else "") + text[end:]
