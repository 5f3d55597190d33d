"""Which facts the templates of articles ask for."""

from functools import lru_cache
from pathlib import Path

import jinja2
from jinja2 import meta

from generator.article.engine import environment
from generator.workspace import Workspace


def asked_for(workspace: Workspace) -> dict[str, frozenset[str]]:
    """For each topic the names of the facts in its template and in what that includes; without those it cannot read."""
    paths = sorted((workspace.templates / "articles").glob("*.md.j2"))
    return _asked(workspace.templates, tuple((path.name, path.stat().st_mtime_ns) for path in paths))


@lru_cache(maxsize=4)
def _asked(templates: Path, files: tuple[tuple[str, int], ...]) -> dict[str, frozenset[str]]:
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
