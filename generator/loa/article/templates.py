"""Jinja, sandboxed and strict: a template sees facts and nothing else, and an error names its file and line."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import meta
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from loa.article import template_errors
from loa.article.filters import FILTERS
from loa.article.markup import Alternates
from loa.errors import TemplateError
from loa.file_cache import marks_in
from loa.workspace import Workspace

# What the expressions of a template can raise; anything else is a fault of ours and is shown as one.
_RAISED = (
    *(jinja2.TemplateError, SecurityError),
    *(ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError),
)


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
    """The template `name` (below templates/) filled with `facts`. Raises TemplateError with file:line:column."""
    try:
        return environment(workspace.templates).get_template(name).render(facts)
    except _RAISED as error:
        raise TemplateError(template_errors.finding(workspace, name, error, facts)) from error


def asked_for(workspace: Workspace) -> dict[str, frozenset[str]]:
    """For each topic the names of the facts in its template and in what that includes; without those it cannot read."""
    marks = marks_in(workspace.templates / "articles", lambda name: name.endswith(".md.j2"))
    return _asked(workspace.templates, tuple(marks.items()))


@lru_cache(maxsize=4)
def _asked(templates: Path, files: tuple[tuple[str, str], ...]) -> dict[str, frozenset[str]]:
    made = environment(templates)
    found: dict[str, frozenset[str]] = {}
    for name, _age in files:
        topic = name.split(".")[0]
        try:
            found[topic] = found.get(topic, frozenset()) | _names(made, f"articles/{name}")
        except (jinja2.TemplateError, UnicodeDecodeError):
            continue
    return found


def _names(made: jinja2.Environment, name: str) -> frozenset[str]:
    assert made.loader
    tree = made.parse(made.loader.get_source(made, name)[0])
    included = [_names(made, other) for other in meta.find_referenced_templates(tree) if other and other != name]
    return frozenset(meta.find_undeclared_variables(tree)).union(*included)
