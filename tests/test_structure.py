"""The rules of docs/architecture.md that a machine can hold us to."""

import ast
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "generator" / "loa"
LAYERS = (
    "errors i18n formats names text clock file_cache workspace sample logs yamlfile normalizer reference campaign article script checks audio "
    "tts bulletin schedule store playout automation publish app web cli"
).split()
"""The packages and single modules of `loa`, from the ground up: each imports only what stands before it."""
SOURCES = sorted(PACKAGE.rglob("*.py"))
MODULES = {
    ".".join(("loa", *p.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__"): p for p in SOURCES
}
PACKAGES = sorted(p.parent for p in SOURCES if p.name == "__init__.py")


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@cache
def imports(module: str) -> frozenset[tuple[str, int]]:
    """The modules of Loa that `module` imports anywhere in its text, type checking included, and the lines."""
    return frozenset(_imports(ast.parse(MODULES[module].read_text(encoding="utf-8"))))


def _imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"a relative import in line {node.lineno}"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                if full in MODULES:
                    yield full, node.lineno
                elif node.module in MODULES:
                    yield str(node.module), node.lineno


def layer(module: str) -> str:
    return module.split(".")[1]


def test_every_package_and_module_has_its_layer() -> None:
    known = {
        p.stem if p.is_file() else p.name
        for p in PACKAGE.iterdir()
        if p.suffix == ".py" or (p / "__init__.py").exists()
    }
    assert known - {"__init__", "__main__"} == set(LAYERS)


@pytest.mark.parametrize("module", [m for m in MODULES if m not in {"loa", "loa.__main__"}])
def test_imports_go_only_downwards(module: str) -> None:
    own = LAYERS.index(layer(module))
    upward = [f"line {n}: {m}" for m, n in imports(module) if m != "loa" and LAYERS.index(layer(m)) > own]
    assert not upward


def circles(graph: dict[str, set[str]]) -> list[set[str]]:
    """The sets of nodes that reach each other."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        todo = [start]
        while todo:
            for following in graph.get(todo.pop(), ()):
                if following not in seen:
                    seen.add(following)
                    todo.append(following)
        return seen

    reach = {node: reached(node) for node in graph}
    found = [frozenset(other for other in reach[node] if node in reach[other]) for node in graph if node in reach[node]]
    return [set(circle) for circle in dict.fromkeys(found)]


def test_no_modules_import_each_other_in_a_circle() -> None:
    """A package's `__init__` imports its own parts: it is left out."""
    plain = {m for m, p in MODULES.items() if p.name != "__init__.py"}
    graph = {m: {target for target, _line in imports(m)} & plain for m in plain}
    assert circles(graph) == []
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == [{"b", "c"}]  # it would have been found


@pytest.mark.parametrize("package", PACKAGES, ids=name_of)
def test_no_folder_holds_more_than_twenty_modules(package: Path) -> None:
    assert len(list(package.glob("*.py"))) <= 20


@pytest.mark.parametrize("package", PACKAGES, ids=name_of)
def test_every_package_says_in_a_line_what_it_is_for(package: Path) -> None:
    doc = ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8")))
    assert doc
    assert doc.splitlines()[0].endswith(".")


def test_few_modules_are_slivers() -> None:
    """A sliver: a short module with one definition and one importer. It belongs into the module that uses it."""
    importers: dict[str, set[str]] = defaultdict(set)
    for module in MODULES:
        for target, _line in imports(module):
            importers[target].add(module)
    slivers = []
    for module, path in MODULES.items():
        text = path.read_text(encoding="utf-8")
        held = [n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
        short = len(held) <= 1 and len(text.splitlines()) < 45
        if path.name != "__init__.py" and short and len(importers[module]) == 1:
            slivers.append(module)
    assert len(slivers) <= 3, slivers


def test_only_automation_imports_apscheduler() -> None:
    users = [m for m, p in MODULES.items() if "from apscheduler" in p.read_text(encoding="utf-8")]
    assert {layer(m) for m in users} == {"automation"}


@pytest.mark.parametrize("program", ["ffmpeg", "espeak-ng"])
def test_one_module_runs_each_outside_program(program: str) -> None:
    """A module that starts processes and names the program is its door; there is one."""
    doors = [
        name_of(path)
        for path in SOURCES
        if "subprocess" in (text := path.read_text(encoding="utf-8")) and f'"{program}"' in text
    ]
    assert len(doors) <= 1, doors


def test_no_module_shadows_the_standard_library() -> None:
    clashing = {"queue", "types", "calendar", "wave", "logging", "signal", "select", "platform", "email", "statistics"}
    assert not [name_of(p) for p in SOURCES if p.stem in clashing]


def test_test_folders_are_named_as_the_packages() -> None:
    """Beside them: `faults` (real processes that are killed, stopped and starved) and `workspaces` (sample stations)."""
    folders = Counter(p.name for p in (ROOT / "tests").iterdir() if p.is_dir() and p.name != "__pycache__")
    assert set(folders) - {"faults", "workspaces"} <= {p.name for p in PACKAGES}


def test_the_package_holds_nothing_but_loa() -> None:
    """`generator/` is the folder's name; what is installed is the one package `loa`."""
    assert [p.name for p in (ROOT / "generator").iterdir() if p.name != "__pycache__"] == ["loa"]
    code = "import loa, sys; sys.exit(0 if loa.__name__ == 'loa' else 1)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
