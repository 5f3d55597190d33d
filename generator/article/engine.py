"""Jinja, sandboxed and strict: a template sees facts and nothing else, and an error names its file and line."""

import re
import traceback
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from generator.article.alternates import Alternates
from generator.article.filters import FILTERS
from generator.errors import Finding, TemplateError
from generator.i18n import _
from generator.workspace import Workspace

# What the expressions of a template can raise; anything else is a fault of ours and is shown as one.
_RAISED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_NAME = re.compile(r"'([^']+)' is undefined|has no attribute '([^']+)'")


class _Sandbox(ImmutableSandboxedEnvironment):
    """No private attributes, no changes to facts, and no `'x' * 10**9`."""

    intercepted_binops = frozenset(["*", "**"])

    def call_binop(self, context: jinja2.runtime.Context, operator: str, left: Any, right: Any) -> Any:
        """Multiply small numbers only."""
        if operator == "**" or not all(isinstance(x, int | float) and abs(x) < 1e9 for x in (left, right)):
            raise SecurityError(f"{operator} is not allowed here")
        return super().call_binop(context, operator, left, right)


@lru_cache(maxsize=8)
def environment(templates: Path) -> jinja2.Environment:
    """The environment for one folder of templates; templates are compiled once and again when their file changes.

    Values in .html templates are escaped; articles are Markdown, and what becomes HTML is sanitised in output.py.
    """
    made = _Sandbox(
        loader=jinja2.FileSystemLoader(templates),
        undefined=jinja2.StrictUndefined,
        extensions=[Alternates],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=lambda name: bool(name and name.endswith((".html", ".html.j2"))),
    )
    made.filters.update(FILTERS)
    return made


def fill(workspace: Workspace, name: str, facts: Mapping[str, Any]) -> str:
    """The template `name` (below templates/) filled with `facts`. Raises TemplateError with file:line."""
    try:
        return environment(workspace.templates).get_template(name).render(facts)
    except jinja2.TemplateNotFound as error:
        raise TemplateError(_missing(workspace, str(error.name or name))) from error
    except jinja2.TemplateSyntaxError as error:
        finding = _at(workspace, error.name or name, error.lineno, "template.syntax", str(error.message))
        raise TemplateError(finding) from error
    except UnicodeDecodeError as error:
        message = _("The template is not UTF-8 text.")
        raise TemplateError(_at(workspace, name, 1, "file.encoding", message)) from error
    except SecurityError as error:
        where = _line(workspace, error, name)
        message = _("A template may not do this: {reason}").format(reason=error)
        raise TemplateError(_at(workspace, *where, "template.forbidden", message)) from error
    except jinja2.UndefinedError as error:
        raise TemplateError(_undefined(workspace, error, name, facts)) from error
    except _RAISED as error:
        where = _line(workspace, error, name)
        message = _("The template fails here: {reason}").format(reason=error)
        raise TemplateError(_at(workspace, *where, "template.fails", message)) from error


def _line(workspace: Workspace, error: BaseException, name: str) -> tuple[str, int]:
    """The innermost template line of the traceback (Jinja maps its frames to template lines)."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(workspace.templates):
            return path.relative_to(workspace.templates).as_posix(), frame.lineno or 1
    return name, 1


def _at(workspace: Workspace, name: str, line: int, code: str, message: str, mend: str = "") -> Finding:
    path = workspace.templates / name
    try:
        text = path.read_text("utf-8", "replace").splitlines()[line - 1]
    except (OSError, IndexError):
        text = ""
    brace = re.search(r"\{[{%]", text)
    column = brace.start() + 1 if brace else len(text) - len(text.lstrip()) + 1
    mend = mend or _("Correct this line of the template; docs/articles.md lists what templates may use.")
    file = workspace.relative(path)
    return Finding(code, message, mend, file=file, line=line, column=column, quote=text.strip() or None)


def _undefined(workspace: Workspace, error: Exception, name: str, facts: Mapping[str, Any]) -> Finding:
    template, line = _line(workspace, error, name)
    match = _NAME.search(str(error))
    asked = (match[1] or match[2]) if match else str(error)
    message = _("No campaign gives “{name}”.").format(name=asked)
    mend = _("A template may use: {list}").format(list=", ".join(sorted(facts)))
    return _at(workspace, template, line, "template.undefined", message, mend)


def _missing(workspace: Workspace, name: str) -> Finding:
    folder = (workspace.templates / name).parent
    ending = "".join(Path(name).suffixes[-2:])
    there = ", ".join(sorted(p.name.removesuffix(ending) for p in folder.glob(f"*{ending}"))) or "-"
    return Finding(
        "template.missing",
        _("There is no template “{name}”.").format(name=name),
        _("Choose: {list}").format(list=there),
        file=workspace.relative(workspace.templates / name),
    )
