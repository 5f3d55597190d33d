"""What is wrong in a template, in the words of somebody who changes its wording and is no programmer."""

import difflib
import re
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from jinja2.exceptions import SecurityError

from loa import template_files
from loa.article.facts import Record
from loa.article.filters import FILTERS
from loa.errors import Finding
from loa.i18n import _
from loa.reference import law
from loa.workspace import Workspace, not_unicode

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


def finding(workspace: Workspace, name: str, error: Exception, facts: Mapping[str, Any]) -> Finding:
    """`error` of filling the template `name` with `facts`, at its file, line and column."""
    if isinstance(error, jinja2.TemplateNotFound):
        return _missing(workspace, name, error)
    if isinstance(error, UnicodeDecodeError):
        before = bytes(error.object[: error.start])
        file = workspace.relative(template_files.locate(workspace, name))
        return not_unicode(file, before.count(b"\n") + 1, len(before) - before.rfind(b"\n"))
    if isinstance(error, jinja2.TemplateSyntaxError):
        return _at(workspace, error.name or name, error.lineno, _of_syntax(str(error.message)))
    template, line = _line(workspace, error, name)
    text = _text(workspace, template, line)
    if isinstance(error, SecurityError):
        reported = _Told("template.forbidden", _("A template may only put in facts, not do this."))
    elif isinstance(error, jinja2.UndefinedError):
        reported = _of_name(str(error), text, facts)
    else:
        reported = _of_value(error, text)
    return _at(workspace, template, line, reported)


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


def _of_value(error: Exception, text: str) -> _Told:
    """An expression that cannot be worked out with the facts that there are."""
    code = "template.fails"
    if isinstance(error, KeyError) and "law." in text:
        asked = str(error.args[0])
        return _Told(code, _("The law table has no “{name}”.").format(name=asked), _nearest(asked, law.facts()), asked)
    if "NoneType" in str(error):
        message = _("A fact that is null is used here.")
        return _Told(
            code,
            message,
            _("Put the sentence between {start} and {end}.").format(start="{% if … %}", end="{% endif %}"),
        )
    return _Told(code, _("This cannot be worked out with the facts of the campaign."))


def _nearest(name: str, known: Iterable[str], otherwise: str = "") -> str:
    names = list(dict.fromkeys(known))
    near = difflib.get_close_matches(name, names, 1, 0.6)
    if near:
        return _("Did you mean “{near}”?").format(near=near[0])
    return (otherwise or _("Choose: {list}")).format(list=", ".join(names))


def _line(workspace: Workspace, error: BaseException, name: str) -> tuple[str, int]:
    """The innermost template line of the traceback (Jinja maps its frames to template lines)."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        for folder in (workspace.templates, template_files.packaged()):
            if path.is_relative_to(folder):
                return path.relative_to(folder).as_posix(), frame.lineno or 1
    return name, 1


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


def _missing(workspace: Workspace, name: str, error: jinja2.TemplateNotFound) -> Finding:
    missing = str(error.name or name)
    folder, ending = Path(missing).parent, "".join(Path(missing).suffixes[-2:])
    beside = (Path(other) for other in template_files.names(workspace) if other.endswith(ending))
    there = [path.name.removesuffix(ending) for path in beside if path.parent == folder]
    asked = Path(missing).name.removesuffix(ending)
    message = _("There is no template “{name}”.").format(name=asked)
    fix = _nearest(asked, there) if there else _("Write a name that stands in templates/.")
    if missing == name:
        return Finding("template.missing", message, fix, file=workspace.relative(workspace.templates / name))
    return _at(workspace, *_line(workspace, error, name), _Told("template.include", message, fix, missing))
