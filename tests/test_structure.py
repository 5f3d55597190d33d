"""The rules of docs/architecture.md that a machine can hold us to."""

import ast
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "generator"
STAGES = (
    "lazily errors i18n slugs workspace sample yamlfile vietnamese law places campaign article review script speech bulletin store logbook "
    "approval schedule playout publish build on_air doctor demo console cli"
).split()
ROOT_FILES = {PACKAGE / "__init__.py", PACKAGE / "__main__.py"}
SOURCES = sorted(set(PACKAGE.rglob("*.py")) - ROOT_FILES)


def stage_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported_stages(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            from_root = node.module == "generator"
            names = [f"generator.{alias.name}" if from_root else node.module for alias in node.names]
        for name in names:
            head, _, rest = name.partition(".")
            if head == "generator" and rest and (stage := rest.split(".")[0]) in STAGES:
                yield stage, node.lineno


def test_every_stage_has_its_place_in_the_order() -> None:
    known = {stage_of(path) for path in SOURCES}
    assert known <= set(STAGES), f"not in the order: {known - set(STAGES)}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_a_stage_imports_only_earlier_stages(path: Path) -> None:
    own = STAGES.index(stage_of(path))
    late = [f"line {line}: {name}" for name, line in imported_stages(path) if STAGES.index(name) > own]
    assert not late


def test_only_on_air_imports_apscheduler() -> None:
    users = [p for p in SOURCES if "apscheduler" in p.read_text(encoding="utf-8")]
    assert all(stage_of(p) == "on_air" for p in users), users


@pytest.mark.parametrize("program", ["ffmpeg", "espeak-ng"])
def test_one_module_runs_each_outside_program(program: str) -> None:
    """A module that starts processes and names the program is its door; there is one."""
    doors = [
        path
        for path in SOURCES
        if "subprocess" in (text := path.read_text(encoding="utf-8")) and f'"{program}"' in text
    ]
    assert len(doors) <= 1, doors


def test_no_two_modules_share_a_name_with_the_standard_library() -> None:
    clashing = {"queue", "types", "calendar", "wave", "logging", "signal", "select", "platform", "email", "statistics"}
    assert not [p for p in itertools.chain(SOURCES) if p.stem in clashing]
