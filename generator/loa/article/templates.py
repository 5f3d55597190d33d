"""Jinja, sandboxed and strict: a template sees facts and nothing else, and an error names its file and line."""

import contextlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

import jinja2
from jinja2 import meta
from jinja2.exceptions import SecurityError
from jinja2.loaders import split_template_path
from jinja2.sandbox import ImmutableSandboxedEnvironment

from loa import template_files
from loa.article import template_errors
from loa.article.facts import plain
from loa.article.filters import FILTERS
from loa.article.markup import Alternates
from loa.errors import TemplateError
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


class _Loader(jinja2.BaseLoader):
    """Reads a station's templates and the package's; a compiled one is read again when its file changes."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:  # noqa: ARG002 (jinja's signature)
        """Text, path, and whether they still hold. Raises jinja2.TemplateNotFound, UnicodeDecodeError."""
        name = "/".join(split_template_path(template))
        path = template_files.locate(self._workspace, name)
        try:
            age = path.stat().st_mtime_ns
            text = path.read_text("utf-8")
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise jinja2.TemplateNotFound(template) from error

        def fresh() -> bool:
            with contextlib.suppress(FileNotFoundError):
                return template_files.locate(self._workspace, name) == path and path.stat().st_mtime_ns == age
            return False

        return text, str(path), fresh


@lru_cache(maxsize=8)
def environment(workspace: Workspace) -> jinja2.Environment:
    """The environment for one station's templates; they are compiled once and again when their file changes.

    Values in .html templates are escaped; articles are Markdown, and what becomes HTML is sanitised in output.py.
    """
    made = _Sandbox(
        loader=_Loader(workspace),
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
    """The template `name` filled with `facts`. Raises TemplateError with file:line:column."""
    facts = {key: plain(value) for key, value in facts.items()}
    try:
        return environment(workspace).get_template(name).render(facts)
    except _RAISED as error:
        raise TemplateError(template_errors.finding(workspace, name, error, facts)) from error


def asked_for(workspace: Workspace) -> dict[str, frozenset[str]]:
    """For each topic the names of the facts in its template and in what that includes; without those it cannot read."""
    names = [name for name in template_files.names(workspace, "articles") if name.endswith(".md.j2")]
    return _asked(workspace, tuple((name, template_files.locate(workspace, name).stat().st_mtime_ns) for name in names))


@lru_cache(maxsize=4)
def _asked(workspace: Workspace, files: tuple[tuple[str, int], ...]) -> dict[str, frozenset[str]]:
    made = environment(workspace)
    found: dict[str, frozenset[str]] = {}
    for name, _age in files:
        topic = PurePosixPath(name).name.split(".")[0]
        try:
            found[topic] = found.get(topic, frozenset()) | _names(made, name)
        except (jinja2.TemplateError, UnicodeDecodeError):
            continue
    return found


def _names(made: jinja2.Environment, name: str) -> frozenset[str]:
    assert made.loader
    tree = made.parse(made.loader.get_source(made, name)[0])
    included = [_names(made, other) for other in meta.find_referenced_templates(tree) if other and other != name]
    return frozenset(meta.find_undeclared_variables(tree)).union(*included)
