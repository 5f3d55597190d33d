"""Jinja, sandboxed and strict: a template sees facts and nothing else, and an error names its file and line."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from generator.article import complaints
from generator.article.alternates import Alternates
from generator.article.filters import FILTERS
from generator.errors import TemplateError
from generator.workspace import Workspace

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
        raise TemplateError(complaints.finding(workspace, name, error, facts)) from error
