"""The rules of docs/architecture.md that a machine can hold us to."""

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "generator" / "loa"
LAYERS = (
    "errors i18n plugins formats names text clock file_cache workspace files priority station_secrets stop_file sample template_files logs ending limited "
    "yamlfile normalizer reference hazards campaign article script checks importing audio tts bulletin schedule outgoing store playout automation fleet inbox messages feedback publish actions app web "
    "cli"
).split()
"""The packages and single modules of `loa`, from the ground up: each imports only what stands before it."""
SOURCES = sorted(PACKAGE.rglob("*.py"))
MODULES = {
    ".".join(("loa", *p.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__"): p for p in SOURCES
}
PACKAGES = sorted(p.parent for p in SOURCES if p.name == "__init__.py")
DOCUMENTS = (*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md")
MADE = (
    "schedules/",
    "inbox.yaml",
    "inbox/",
    "loa-backup/",
    "recordings/",
    "public/",
    "audio/bulletins/",
    "audio/recordings/",
    "audio/clips/",
    "demo-station/",
    "dist/",
    "console.db",
    "fragment.txt",
)
"""What Loa and its makers' commands make: documents name it, and no checkout holds it."""


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def name_of_document(path: Path) -> str:
    return path.name


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


def test_the_light_player_loads_only_what_it_is_installed_with() -> None:
    """tests/automation/test_light_player.py airs so; this says it in a moment, to whoever adds an import anywhere."""
    held = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["loa"]["player"]["modules"]
    inside = lambda module: any(f"{module}.".startswith(f"{name}.") for name in held)  # noqa: E731
    parents = {name.rpartition(".")[0] for name in held} | {"loa"}
    outside = []
    for module in (m for m in MODULES if inside(m) or m in parents):
        tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
        at_once = ast.Module([n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)], [])
        for target, line in _imports(at_once):
            if not inside(target) and target not in parents:
                outside.append(f"{module}, line {line}: {target}")
    assert not outside


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


ITS_OWN_WAY = {
    "files": "it is the one way",
    "app.backup": "copies of databases on their way",
    "app.backups": "files on their way to a place of backups",
    "app.backup_places": "a stick or another disk, written, read back and then renamed",
    "app.restore": "a whole station at once",
    "app.demo": "throws the last demo away",
    "sample": "a new station, before it has anything to lose",
    "automation.commands": "a STOP that nobody meant",
    "automation.disk": "the reserve, and copies that nobody needs",
    "stop_file": "silence does not wait for a disk",
    "store.seal": "it only grows, a line at a time",
    "store.audit": "what waits is in the database already",
    "store.migrations": "unfinished copies",
    "bulletin.writer": "unfinished files",
    "tts.downloads": "a download that goes on where it broke off",
    "web.jobs": "what a job says",
    "playout.outputs.wav_file": "sound, as it is played",
    "playout.talk_recording": "sound, as it is spoken",
}
"""Modules that write, rename or delete files by themselves, and what: everything else goes through `loa.files`."""


def writes_by_itself(tree: ast.AST) -> Iterator[int]:
    """The lines where a file is written, renamed or deleted without `loa.files`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        name = called.rpartition(".")[2]
        modes = [a.value for a in node.args[:2] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        opens = name == "open" and any(set(mode) <= set("rwxabt+") and set(mode) & set("wxa+") for mode in modes)
        renames = name in {"replace", "rename"} and "." in called and len(node.args) == 1 and not node.keywords
        system = called.startswith(("os.", "shutil.")) and name in {
            *("replace", "rename", "renames", "remove", "unlink", "fsync", "truncate", "link", "symlink"),
            *("rmtree", "copy", "copy2", "copyfile", "copytree", "move"),
        }
        writes = (
            name in {"unlink", "write_text", "write_bytes"} and called != "part.write_bytes"
        )  # what `writing` gives
        if opens or renames or system or writes:
            yield node.lineno


@pytest.mark.parametrize("module", MODULES)
def test_files_are_written_in_one_way(module: str) -> None:
    """Otherwise a power cut leaves half a file (tests/crash_points)."""
    lines = list(writes_by_itself(ast.parse(MODULES[module].read_text(encoding="utf-8"))))
    assert bool(lines) == (module.removeprefix("loa.") in ITS_OWN_WAY), lines


HEAVY = {
    *(
        "numpy",
        "soundfile",
        "soxr",
        "pydub",
        "miniaudio",
        "loa.audio.mastering",
        "loa.audio.foreign",
        "loa.audio",
        "loa.bulletin.writer",
    ),
    *("loa.tts.engines.kokoro.synthesis", "loa.tts.engines.kokoro.model", "vietasr"),  # onnxruntime
    *("requests", "gtts", "aiohttp", "edge_tts", "piper", "espeakng_loader", "imageio_ffmpeg"),
    *(
        "docx",
        "loa.importing.word_reader",
        "loa.importing.pdf.reader",
        "loa.publish.word",
        "xlsxwriter",
        "icalendar",
        "holidays",
        "filelock",
        "rich",
        "segno",
    ),
    *("loa.web.server", "loa.web.auth.accounts", "loa.web.forms"),  # an extra that may not be installed
    *(
        "loa.automation",
        "loa.app.chores",
        "loa.fleet",
    ),  # in `loa run`, while which they load the console already does
    "loa.playout.outputs.sound_card",  # miniaudio: of the console only the form of a sound card asks which there are
    "loa.playout.listening",  # the same: who speaks chooses a microphone
    "loa.campaign",  # the light player has none, and sends alarms too
    "loa.actions.file_history",  # SQLAlchemy: verbs that read need none
    "resource",  # there is none on Windows
    *("paramiko", "ctypes"),  # an extra; only on Windows
    "loa.app.restore",  # numpy: of the verbs of one module only one restores
    "loa.app.upgrade",  # campaigns and templates: the same
    *("loa.cli.options", "loa.actions.on_air", "importlib.metadata"),  # click, SQLAlchemy: `loa stop` needs none
    *("loa.automation.disk", "loa.automation.schedule_watch"),  # the same: where no station obeyed
    "loa.cli.app",  # its texts are translated when it is imported: not before the language is known
}
"""What may be imported within a function, because starting on a small computer gains by it, and nothing else."""


def late_imports(text: str) -> Iterator[tuple[str, int, bool]]:
    """Imports within functions: package or module, line, and whether a comment says why (once for lines in a row)."""
    lines, explained = text.splitlines(), set[int]()
    functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    found = {n.lineno: n for f in functions for n in ast.walk(f) if isinstance(n, ast.Import | ast.ImportFrom)}
    for number, node in sorted(found.items()):
        before = next((n for n in (number - 1, number - 2) if n in found and not "".join(lines[n : number - 1])), None)
        if "#" in lines[number - 1] or lines[number - 2].lstrip().startswith("#") or before in explained:
            explained.add(number)
        for name in [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]:
            yield str(name), number, number in explained


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_imports_stand_at_the_top_unless_starting_gains(path: Path) -> None:
    wrong = [
        f"line {number}: {name}"
        for name, number, explained in late_imports(path.read_text(encoding="utf-8"))
        if not explained or not any(name == heavy or name.startswith(f"{heavy}.") for heavy in HEAVY)
    ]
    assert not wrong, "to the top with it; or a comment why not, and the package in HEAVY"


def test_a_late_import_is_found_with_its_reason() -> None:
    text = "def f():\n    import a  # slow\n    import b\n\n    import c\n    d = 1\n    import e\n"
    assert list(late_imports(text)) == [("a", 2, True), ("b", 3, True), ("c", 5, True), ("e", 7, False)]


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


def test_programs_that_are_not_loa_get_no_secrets() -> None:
    """A broker that listens on the network held the passwords of Icecast, mail and webhook in its environment."""
    bare = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"subprocess.Popen", "subprocess.run"}:
                given = {word.arg: ast.unparse(word.value) for word in node.keywords}
                if "env" not in given:
                    bare.append(name_of(path))
    # these start Loa itself, which needs them
    assert bare == ["app/chores.py", "web/console_process.py", "web/jobs.py"]


def test_no_module_shadows_the_standard_library() -> None:
    clashing = {"queue", "types", "calendar", "wave", "logging", "signal", "select", "platform", "email", "statistics"}
    assert not [name_of(p) for p in SOURCES if p.stem in clashing]


def test_test_folders_are_named_as_the_packages() -> None:
    """Beside them: real processes killed and starved, the disk broken at every write, worlds from seeds, stations."""
    folders = Counter(p.name for p in (ROOT / "tests").iterdir() if p.is_dir() and p.name != "__pycache__")
    assert set(folders) - {"clocks", "crash_points", "faults", "simulation", "workspaces"} <= {p.name for p in PACKAGES}


def test_the_package_holds_nothing_but_loa() -> None:
    """`generator/` is the folder's name; what is installed is the one package `loa`."""
    assert [p.name for p in (ROOT / "generator").iterdir() if p.name != "__pycache__"] == ["loa"]
    code = "import loa, sys; sys.exit(0 if loa.__name__ == 'loa' else 1)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def dotted(package: Path) -> str:
    return ".".join(package.relative_to(PACKAGE).parts)


def tree_in(architecture: str) -> dict[str, str]:
    """The packages of the first block of code, dotted, each with the text beside it; two spaces lead one level down."""
    found: dict[str, str] = {}
    path: list[str] = []
    for line in architecture.split("```")[1].splitlines():
        entry = re.match(r"( *)([a-z_]+)/ +(\S.*)", line)
        if entry:
            path = [*path[: len(entry[1]) // 2], entry[2]]
            found[".".join(path)] = entry[3]
    return found


def test_the_tree_in_the_architecture_has_every_package() -> None:
    tree = tree_in((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))
    assert {dotted(p) for p in PACKAGES} - {""} <= tree.keys()
    assert "tts.engines.kokoro" in tree  # the levels are read


@pytest.mark.parametrize("package", [p for p in PACKAGES if p != PACKAGE], ids=name_of)
def test_the_glossary_names_every_package(package: Path) -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert re.search(rf"`{re.escape(dotted(package))}[.`]", glossary)


def code_words(document: Path) -> list[str]:
    """The words that stand in `code`; blocks of code, which hold commands and drawings, are left out."""
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [word for span in re.findall(r"`([^`\n]+)`", text) for word in span.split()]


def named_paths(words: list[str]) -> Iterator[str]:
    """Files of the source tree, and folders with a slash at their end; no patterns, no addresses, nothing hidden."""
    for word in words:
        file = re.fullmatch(r"(?:[\w-]+/)*[\w-][\w.-]*\.(?:py|yaml|tsv|txt|toml|j2)", word)
        folder = re.fullmatch(r"(?:[\w-]+/)+(?:[\w-]+\.(?:md|json|sh|css|js|html))?", word)
        if (file or folder) and not word.startswith(MADE):
            yield word


def exists(path: str) -> bool:
    places = (ROOT, PACKAGE, PACKAGE / "web")
    if any((place / path).exists() for place in places):
        return True
    tops = ("generator", "tests", "scripts", "benchmarks", "templates", "campaigns")
    return "/" not in path and any(next((ROOT / top).rglob(path), None) for top in tops)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of_document)
def test_every_path_in_the_documents_exists(document: Path) -> None:
    assert not [path for path in named_paths(code_words(document)) if not exists(path)]
    assert not any(map(exists, ("generator/vietnamese/", "complaints.py")))  # it would have been found


def defined_in(module: str) -> set[str]:
    names: set[str] = set()
    for node in ast.parse(MODULES[module].read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
    return names


def is_there(name: str) -> bool:
    """Whether a dotted name is a module of Loa, or something that one defines."""
    parts = ["loa", *name.removeprefix("loa.").split(".")]
    for length in range(len(parts), 1, -1):
        module = ".".join(parts[:length])
        if module in MODULES:
            return length == len(parts) or parts[length] in defined_in(module)
    return False


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of_document)
def test_every_module_in_the_documents_exists(document: Path) -> None:
    """`store.asrun`, `bulletin.writer.make`: dotted names that begin with a package or module of Loa."""
    tops = {layer(m) for m in MODULES if m.count(".") == 1}
    files = re.compile(r"\.(?:py|yaml|db|md|docx|txt|json|wav|mp3)$")
    names = [w.removesuffix("()") for w in code_words(document)]
    named = [w for w in names if re.fullmatch(r"(?:loa\.)?[a-z_]+(?:\.[A-Za-z_]+)+", w) and not files.search(w)]
    assert not [w for w in named if w.removeprefix("loa.").split(".")[0] in tops and not is_there(w)]
    assert [is_there(name) for name in ("store.asrun.append", "store.asrun.nothing")] == [True, False]
