"""Values as people write YAML by hand: short ones on the line of their key, long ones a line each."""

import json
import re
from typing import Any

from loa.errors import WorkspaceError
from loa.yamlfile.loader import parse

_WIDTH = 100
"""Columns that a list or a group may fill on one line."""
_MANY = 3
"""Keys of a group in a list that still stand on one line."""
_SENTENCE = re.compile(r"[.!?…”\"]$")
_PLAIN = re.compile(r"[^\W_][^:]*$")  # with a colon, older programs would read 17:00 as a number
_NAME = re.compile(r"[^\W\d_][\w./-]*")
_HIDDEN = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")  # JSON leaves these as they are; YAML reads some as line ends
_ELSEWHERE = re.compile(  # what other programs do not take for text
    r"y|n|yes|no|on|off|true|false|null|0[xob][\da-f_]+|\d[\d_]*(\.[\d_]*)?(e[-+]?\d+)?", re.IGNORECASE
)


def inline(value: Any) -> str:
    """`value` on one line: `[a, b]`, `{a: 1}`, `null`, `"17:00"`."""
    if isinstance(value, list):
        return f"[{', '.join(map(inline, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name(key)}: {inline(item)}' for key, item in value.items())}}}"
    return scalar(value)


def scalar(value: Any, *, flow: bool = True, quote: str = "") -> str:
    """Text, a number, true, false or null as one token.

    `flow`: it stands in brackets. `quote`: the mark that the value before it had; else text has marks where other
    programs, or we, would read it as something else.
    """
    if not isinstance(value, str):
        return json.dumps(value)
    quoted = _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))
    tokens = [quoted]
    if quote == "'":
        tokens.insert(0, "'" + value.replace("'", "''") + "'")
    elif not quote and _PLAIN.match(value) and not _ELSEWHERE.fullmatch(value):
        tokens.insert(0, value)
    return next((token for token in tokens if _read_back(f"[{token}]" if flow else token) == value), quoted)


def name(key: str) -> str:
    """A key as one token; `on` is a word like any other."""
    return key if _NAME.fullmatch(key) else scalar(key)


def _read_back(text: str) -> Any:
    try:
        found = parse(f"x: {text}\n", "").data["x"]
    except WorkspaceError:
        return None
    return found[0] if isinstance(found, list) and len(found) == 1 else found


def behind(value: Any, column: int, offset: int = 2, quote: str = "") -> list[str]:
    """The lines of `value` behind a `key:` or a `-` at `column`; the first belongs on the same line.

    `offset`: how far a list below a key is indented. `quote`: as in `scalar`.
    """
    if isinstance(value, str) and "\n" in value:
        return _literal(value, column) or [f" {scalar(value)}"]
    if not isinstance(value, dict | list):
        return [f" {scalar(value, flow=False, quote=quote)}"]
    text = inline(value)
    if not value or not _long(value, column + len(text)):
        return [f" {text}"]
    return ["", *(group(value, column + 2) if isinstance(value, dict) else entries(value, column + offset))]


def group(value: dict[str, Any], column: int, offset: int = 2) -> list[str]:
    """The lines of a mapping whose keys stand at `column`."""
    lines = []
    for key, item in value.items():
        first, *more = behind(item, column, offset)
        lines += [f"{' ' * column}{name(key)}:{first}", *more]
    return lines


def entries(value: list[Any], column: int, step: int = 2) -> list[str]:
    """The lines of a list whose hyphens stand at `column`; a group in it begins `step` columns further."""
    lines = []
    for item in value:
        if isinstance(item, dict) and item:
            first, *more = group(item, column + step)
            lines += [f"{' ' * column}-{first[column + 1 :]}", *more]
        else:
            first, *more = behind(item, column)
            lines += [f"{' ' * column}-{first}", *more]
    return lines


def _long(value: dict[str, Any] | list[Any], width: int) -> bool:
    """Whether people would not write this on one line."""
    if isinstance(value, dict):
        return width > _WIDTH or any(isinstance(item, dict) and item for item in value.values())
    sentences = any(isinstance(item, str) and " " in item and _SENTENCE.search(item) for item in value)
    return width > _WIDTH or sentences or any(isinstance(item, dict) and len(item) > _MANY for item in value)


def _literal(text: str, column: int) -> list[str] | None:
    """Text of several lines below `|`; None where that would not be read back as it is."""
    sign = "|" if text.endswith("\n") else "|-"
    if text.endswith("\n\n") or not text.strip("\n"):
        return None
    lines = [f" {sign}", *(f"{' ' * (column + 2)}{line}" if line else "" for line in text.rstrip("\n").split("\n"))]
    whole = "\n".join([f"{' ' * column}x:{lines[0]}", *lines[1:], ""])
    try:
        return lines if parse(whole, "").data == {"x": text} else None
    except WorkspaceError:
        return None
