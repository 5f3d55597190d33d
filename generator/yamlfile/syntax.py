"""What the YAML parser's complaint means to somebody who is not a programmer: where, what, and the mend."""

import re
from dataclasses import dataclass

import yaml

from generator.i18n import _

_GLUED = re.compile(r"\s*(?:- )?\w+:(?=[^\s/])")  # "name:Côn Đảo"; "https://" is none
_FULL_WIDTH = re.compile(r"\s*(?:- )?\w+\s*：")
_BLANKS = re.compile(r"[^\S ]+")  # blanks that YAML does not count as indentation


@dataclass(frozen=True, slots=True)
class Complaint:
    """A problem at `line` and `column` (from 1; None: unknown)."""

    line: int | None
    column: int | None
    message: str
    mend: str


def explain(error: yaml.MarkedYAMLError, text: str) -> Complaint:
    """The complaint for `error`, at the place where somebody would look for the slip."""
    lines = text.splitlines()
    problem, context = error.problem or "", str(error.context or "")
    mark = error.problem_mark or error.context_mark
    if error.context_mark and _opened_before(problem, context):
        mark = error.context_mark
    if mark is None:
        return Complaint(None, None, *_unclear())
    opened = _quote_left_open(lines[: mark.line + 1]) if "expected <block end>" in problem else None
    if opened:
        return Complaint(*opened, _("A quotation mark or bracket is opened and not closed."), _("Close it."))
    for number in (mark.line, mark.line - 1):
        line = lines[number] if 0 <= number < len(lines) else ""
        found = _slip_in(line, line[: mark.column + 1] if number == mark.line else line, problem)
        if found:
            column, message, mend = found
            return Complaint(number + 1, column, message, mend)
    line = lines[mark.line] if mark.line < len(lines) else ""
    return Complaint(mark.line + 1, mark.column + 1, *_meaning(problem, context, line[mark.column : mark.column + 1]))


def _opened_before(problem: str, context: str) -> bool:
    """Whether the slip lies where the parser began to read something, not where it gave up."""
    began = ("scanning a quoted scalar", "scanning a tag", "scanning an anchor", "scanning an alias")
    if any(words in context for words in began) or "could not find expected ':'" in problem:
        return True
    return "parsing a flow" in context and "expected ',' or" in problem


def _quote_left_open(lines: list[str]) -> tuple[int, int] | None:
    """Line and column of a value that opens a quotation mark and does not close it; a later one closed it instead."""
    for number, line in enumerate(lines, 1):
        opened = re.search(r"""(?::|-)\s+(["'])""", line)
        if opened and line.count(opened[1]) == 1:
            return number, opened.start(1) + 1
    return None


def _slip_in(line: str, head: str, problem: str) -> tuple[int, str, str] | None:
    """Column, message and mend where the letters of a line show the slip; `head`: the line as far as it was read."""
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


def _meaning(problem: str, context: str, sign: str) -> tuple[str, str]:
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
    return _unclear()


def _unclear() -> tuple[str, str]:
    return _("This line is not written as YAML asks."), _("Check this line and the one above.")
