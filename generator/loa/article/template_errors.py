"""What is wrong in a template, in the words of somebody who changes its wording and is no programmer."""

import difflib
import re
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import jinja2
from jinja2.exceptions import SecurityError

from loa import template_files
from loa.article.facts import Record
from loa.article.filters import FILTERS
from loa.article.sandbox import TooMuchError
from loa.errors import Finding
from loa.i18n import _
from loa.reference import law
from loa.workspace import Workspace

_UNDEFINED = re.compile(r"'([^']+)' is undefined|has no attribute '([^']+)'")
_QUOTED = re.compile(r"'([^']+)'")
_CLOSERS = {"if": "endif", "for": "endfor", "web": "endweb", "radio": "endradio", "macro": "endmacro"}


@dataclass(frozen=True, slots=True)
class _Told:
    """A complaint; `at`: the letters that it is about, to find the column."""

    code: str
    message: str
    fix: str = ""
    at: str = ""


Kind = Literal["missing", "syntax", "forbidden", "much", "time", "memory", "undefined", "value"]
PLACE = re.compile(r"<template (.*)>")
"""The file name under which templates are compiled."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong in `template` (a name below templates/), told by the process in which it was filled in.

    `text`: Jinja's or Python's own words; for `missing` the name of the template that is not there.
    """

    kind: Kind
    text: str
    template: str
    line: int | None


def fault(name: str, error: BaseException) -> Fault:
    """What `error` of filling in the template `name` means."""
    template, line = _line(error, name)
    if isinstance(error, jinja2.TemplateNotFound):
        missing = str(error.name or name)
        return Fault("missing", missing, template, line)
    if isinstance(error, jinja2.TemplateSyntaxError):
        return Fault("syntax", str(error.message), error.name or name, error.lineno)
    if isinstance(error, SyntaxError):  # Python's compiler has limits of its own: a tag within a tag within a tag
        return Fault("much", str(error), template, line)
    kinds: tuple[tuple[type[BaseException], Kind], ...] = (
        *((TooMuchError, "much"), (RecursionError, "much"), (MemoryError, "memory"), (KeyboardInterrupt, "time")),
        *((SecurityError, "forbidden"), (OSError, "forbidden"), (jinja2.UndefinedError, "undefined")),
    )
    kind: Kind = next((kind for type_, kind in kinds if isinstance(error, type_)), "value")
    return Fault(kind, str(error.args[0]) if isinstance(error, KeyError) else str(error), template, line)


def finding(workspace: Workspace, reported: Fault, facts: Mapping[str, Any]) -> Finding:
    """What to tell of `reported`, which came of filling in a template with `facts`, at its file, line and column."""
    if reported.kind == "missing":
        return _missing(workspace, reported)
    text = _text(workspace, reported.template, reported.line or 1)
    match reported.kind:
        case "syntax":
            told = _of_syntax(reported.text)
        case "forbidden":
            told = _Told("template.forbidden", _("A template may only put in facts, not do this."))
        case "much" | "time" | "memory":
            told = _of_size(reported.kind)
        case "undefined":
            told = _of_name(reported.text, text, facts)
        case "value":
            told = _of_value(reported.text, text)
    return _at(workspace, reported.template, reported.line or 1, told)


def _of_size(kind: str) -> _Told:
    """A template that would fill the disk or never end."""
    messages = {
        "much": _("This makes far more text than an article has."),
        "time": _("Filling in this template takes too long."),
        "memory": _("Filling in this template needs too much memory."),
    }
    return _Told(f"template.{kind}", messages[kind], _("Take the loop, or what makes the text long, out."))


def _of_syntax(problem: str) -> _Told:
    """Jinja's English complaint about how a tag is written."""
    code = "template.syntax"
    named = _QUOTED.search(problem)
    name = named[1] if named else ""
    if problem.startswith("No filter"):
        return _Told(code, _("There is no filter “{name}”.").format(name=name), _nearest(name, FILTERS), name)
    if "needs to be closed is" in problem and "Unexpected end" in problem:
        opened = _QUOTED.findall(problem)[-1]
        closer = _CLOSERS.get(opened, f"end{opened}")
        return _Told(
            code, _unclosed(f"{{% {opened} %}}"), _("Write {sign} where it ends.").format(sign=f"{{% {closer} %}}")
        )
    if "unknown tag" in problem:
        known = [*_CLOSERS, *_CLOSERS.values(), "set", "else", "elif"]
        expected = _QUOTED.findall(problem.partition("following tags:")[2].partition(".")[0])
        if name in _CLOSERS.values() and not expected:
            message = _("Nothing is open that “{name}” could close.").format(name=name)
            return _Told(code, message, _("Take it out, or write what it should close."), name)
        message = _("There is no tag “{name}” here.").format(name=name)
        return _Told(code, message, _nearest(name, expected or known), name)
    if "end of print statement" in problem or problem == "unexpected '}'":
        return _Told(code, _unclosed("{{"), _("Write {sign} where it ends.").format(sign="}}"), "{{")
    if "end of statement block" in problem:
        return _Told(code, _unclosed("{%"), _("Write {sign} where it ends.").format(sign="%}"), "{%")
    if "unexpected char" in problem:
        message = _("The sign “{sign}” may not stand inside of a tag.").format(sign=name)
        return _Told(code, message, _('Use plain quotation marks (") there.'), name)
    if problem.startswith("one wording"):
        return _Told(
            code,
            _("The wordings {one} and {other} may not stand inside of each other.").format(
                one="{% web %}", other="{% radio %}"
            ),
            _("Close the one first."),
        )
    return _Told(code, _("This line is not written as templates ask."))


def _unclosed(sign: str) -> str:
    return _("{sign} is opened and not closed.").format(sign=sign)


def _of_name(problem: str, text: str, facts: Mapping[str, Any]) -> _Told:
    """A name that no campaign gives, and the names that are near."""
    match = _UNDEFINED.search(problem)
    asked = (match[1] or match[2]) if match else problem
    owner = re.search(rf"(\w+)\.{re.escape(asked)}\b", text) if match and match[2] else None
    group = facts.get(owner[1]) if owner else None
    known = list(group.facts) if isinstance(group, Record) else sorted(facts)
    message = _("No campaign gives “{name}”.").format(name=f"{owner[1]}.{asked}" if owner else asked)
    fix = _nearest(asked, known, _("A template may use: {list}"))
    return _Told("template.undefined", message, fix, asked)


def _of_value(problem: str, text: str) -> _Told:
    """An expression that cannot be worked out with the facts that there are."""
    code = "template.fails"
    asked = problem
    if f'"{asked}"' in text.replace("'", '"') and "law." in text:
        return _Told(code, _("The law table has no “{name}”.").format(name=asked), _nearest(asked, law.facts()), asked)
    if "NoneType" in problem:
        message = _("A fact that is null is used here.")
        return _Told(
            code,
            message,
            _("Put the sentence between {start} and {end}.").format(start="{% if … %}", end="{% endif %}"),
        )
    return _Told(code, _("This cannot be worked out with the facts of the campaign."))


def _nearest(name: str, known: Iterable[str], otherwise: str = "") -> str:
    names = list(dict.fromkeys(known))
    longer = [known for known in names if known.startswith(f"{name}-")]  # a name of which the end was left out
    near = longer[:1] or difflib.get_close_matches(name, names, 1, 0.6)
    if near:
        return _("Did you mean “{near}”?").format(near=near[0])
    return (otherwise or _("Choose: {list}")).format(list=", ".join(names))


def _line(error: BaseException, name: str) -> tuple[str, int | None]:
    """The innermost template and line of the traceback (Jinja maps its frames to template lines)."""
    found: tuple[str, int | None] = (name, None)
    for frame, line in traceback.walk_tb(error.__traceback__):
        place = PLACE.fullmatch(frame.f_code.co_filename)
        if place:
            found = place[1], line
    return found


def _text(workspace: Workspace, name: str, line: int) -> str:
    try:
        return template_files.locate(workspace, name).read_text("utf-8", "replace").splitlines()[line - 1]
    except (OSError, IndexError):
        return ""


def _at(workspace: Workspace, name: str, line: int, reported: _Told) -> Finding:
    text = _text(workspace, name, line)
    tag = re.search(r"\{[{%]", text)
    found = text.find(reported.at, tag.start() if tag else 0) if reported.at else -1
    column = found if found >= 0 else tag.start() if tag else len(text) - len(text.lstrip())
    fix = reported.fix or _("Correct this line of the template; docs/articles.md lists what templates may use.")
    fix = template_files.how_to_change(workspace, name, fix)
    file = workspace.relative(template_files.locate(workspace, name))
    return Finding(
        reported.code, reported.message, fix, file=file, line=line, column=column + 1, quote=text.strip() or None
    )


def _missing(workspace: Workspace, reported: Fault) -> Finding:
    missing = reported.text
    folder, ending = Path(missing).parent, "".join(Path(missing).suffixes[-2:])
    beside = (Path(other) for other in template_files.names(workspace) if other.endswith(ending))
    there = [path.name.removesuffix(ending) for path in beside if path.parent == folder]
    asked = Path(missing).name.removesuffix(ending)
    message = _("There is no template “{name}”.").format(name=asked)
    fix = _nearest(asked, there) if there else _("Write a name that stands in templates/.")
    if reported.line is None:
        return Finding("template.missing", message, fix, file=workspace.relative(workspace.templates / missing))
    return _at(workspace, reported.template, reported.line, _Told("template.include", message, fix, missing))
