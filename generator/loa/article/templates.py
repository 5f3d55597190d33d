"""Filling in of templates: the package's own here, all others in a process of its own; an error names file and line."""

from collections.abc import Callable, Mapping
from dataclasses import astuple, replace
from functools import cache, lru_cache
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

import jinja2
from jinja2 import meta, nodes
from jinja2.debug import rewrite_traceback_stack
from jinja2.exceptions import SecurityError
from jinja2.loaders import split_template_path

from loa import template_files
from loa.article import facts as values
from loa.article import template_errors
from loa.article.sandbox import Sandbox
from loa.article.template_errors import Fault
from loa.errors import LimitError, TemplateError, WorkspaceError
from loa.limited import Limits, child, run_limited
from loa.workspace import Workspace, read_text

T = TypeVar("T")
# What the expressions of a template can raise; anything else is a fault of ours and is shown as one.
_RAISED = (
    *(jinja2.TemplateError, SecurityError, SyntaxError),
    *(ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError),
)
LIMITS = Limits(seconds=5, megabytes=200, output=20_000_000)
"""For a template that is not the package's own."""


class _ForeignError(Exception):
    """A template that the package does not know is asked for."""


def _age(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _read(workspace: Workspace, template: str) -> tuple[str, Callable[[], bool]]:
    """The text of a template, the station's own or the package's, and whether it still holds.

    Raises jinja2.TemplateNotFound, TemplateError where it cannot be read.
    """
    name = "/".join(split_template_path(template))
    path = template_files.locate(workspace, name)
    age = _age(path)
    try:
        text = read_text(path)
    except WorkspaceError as error:
        if not path.exists() and not path.is_symlink():
            raise jinja2.TemplateNotFound(template) from error
        raise TemplateError(replace(f, file=workspace.relative(path)) for f in error.findings) from error

    def fresh() -> bool:
        return template_files.locate(workspace, name) == path and _age(path) == age

    return text, fresh


class _Packaged(jinja2.BaseLoader):
    """Gives the templates that come with Loa; raises _ForeignError for those that the station changed or added."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def get_source(
        self, _environment: jinja2.Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """Source, file name, and whether it is still the same."""
        source, fresh = _read(self._workspace, template)
        if template_files.is_own(self._workspace, template):
            raise _ForeignError
        return source, f"<template {template}>", fresh


@lru_cache(maxsize=8)
def environment(workspace: Workspace) -> jinja2.Environment:
    """The environment for one station's templates; they are compiled once and again when their file changes.

    Values in .html templates are escaped; articles are Markdown, and what becomes HTML is sanitised in output.py.
    """
    return Sandbox(_Packaged(workspace))


def fill(workspace: Workspace, name: str, facts: Mapping[str, Any]) -> str:
    """The template `name` filled with `facts`. Raises TemplateError with file:line:column."""
    given = {key: values.plain(value) for key, value in facts.items()}
    try:
        try:
            return environment(workspace).get_template(name).render(given)
        except _ForeignError:
            text, fault = _limited(workspace, name, fill_foreign, values.encode(given))
    except _RAISED as error:
        raise TemplateError(template_errors.finding(workspace, template_errors.fault(name, error), given)) from error
    if fault:
        raise TemplateError(template_errors.finding(workspace, Fault(*fault), given))
    return str(text)


def _limited(workspace: Workspace, name: str, function: Callable[..., Any], *arguments: Any) -> tuple[Any, Any]:
    """What `function` makes of template `name` in a process of its own, and the fault where it cannot."""

    def answer(asked: str) -> str | None:
        try:
            return _read(workspace, asked)[0]
        except jinja2.TemplateNotFound:
            return None

    try:
        made, fault = run_limited(function, name, *arguments, limits=LIMITS, answer=answer)
    except LimitError as error:
        kinds = {"output": "much", "crash": "much"}
        return None, (kinds.get(error.kind, error.kind), "", name, None)
    return made, fault


class _Asked(jinja2.BaseLoader):
    """Gets the templates from the process that reads files."""

    def get_source(
        self, _environment: jinja2.Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """Source, file name, and whether it is still the same."""
        source = child.ask(template)
        if source is None:
            raise jinja2.TemplateNotFound(template)
        return source, f"<template {template}>", lambda: child.ask(template) == source


@cache
def _foreign() -> Sandbox:
    return Sandbox(_Asked())


def fill_foreign(name: str, facts: Any) -> tuple[str | None, tuple[Any, ...] | None]:
    """In the process of its own: the template filled in, or the fault."""
    return _or_fault(name, lambda: _foreign().get_template(name).render(values.decode(facts)))


def names_in_foreign(name: str) -> tuple[list[str] | None, tuple[Any, ...] | None]:
    """In the process of its own: the names of the facts that a template asks for, or the fault."""
    return _or_fault(name, lambda: sorted(_names(_foreign(), name)))


def _or_fault(name: str, make: Callable[[], T]) -> tuple[T | None, tuple[Any, ...] | None]:
    try:
        return make(), None
    except KeyboardInterrupt:  # out of time; Jinja tells the template's own lines for exceptions only
        error = rewrite_traceback_stack()
    except Exception as raised:  # noqa: BLE001  whatever a template of other people's makes the library raise
        error = raised
    return None, astuple(template_errors.fault(name, error))


def asked_for(workspace: Workspace) -> dict[str, frozenset[str]]:
    """For each topic the names of the facts in its template and in what that includes; without those it cannot read.

    A fact of the topic's own list is there as `facts.<name>`, too.
    """
    names = [name for name in template_files.names(workspace, "articles") if name.endswith(".md.j2")]
    return _asked(workspace, tuple((name, _age(template_files.locate(workspace, name))) for name in names))


@lru_cache(maxsize=4)
def _asked(workspace: Workspace, files: tuple[tuple[str, int], ...]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for name, _age in files:
        topic = PurePosixPath(name).name.split(".")[0]
        try:
            names = _names(environment(workspace), name)
        except TemplateError:
            continue
        except _ForeignError:
            try:
                made, fault = _limited(workspace, name, names_in_foreign)
            except TemplateError:
                continue
            if fault:
                continue
            names = frozenset(made)
        found[topic] = found.get(topic, frozenset()) | names
    return found


def _names(made: jinja2.Environment, name: str, seen: frozenset[str] = frozenset()) -> frozenset[str]:
    assert made.loader
    tree = made.parse(made.loader.get_source(made, name)[0])
    seen |= {name}
    included = [_names(made, n, seen) for n in meta.find_referenced_templates(tree) if n and n not in seen]
    asked = meta.find_undeclared_variables(tree)
    if "facts" in asked:
        found = tree.find_all(nodes.Getattr)
        asked |= {f"facts.{n.attr}" for n in found if isinstance(n.node, nodes.Name) and n.node.name == "facts"}
    return frozenset(asked).union(*included)
