"""What `pip install` gets: one package with everything in it, which works far from the source tree."""

import ast
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import click
import psutil
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from release.player import make
from tests.conftest import ROOT

NEEDED = (
    *("pyproject.toml", "hatch_build.py", "hatch_version.py", "README.md", "LICENSE", "NOTICE", "schedule.yaml"),
    *("generator", "campaigns", "templates", "schemas", "audio/jingles"),
)
"""All that a wheel is made of: what is missing here would be missing in a release made from a fresh clone."""
EDITABLE = "import sys; from hatchling.build import build_editable; build_editable(sys.argv[1])"
Run = Callable[..., str]


def run(*command: str | Path, cwd: Path) -> str:
    """Run `command` without the source tree on its path, nor another clock (what tests/clocks needs for one lies there)."""
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "LD_PRELOAD"}}
    env = kept | {"LOA_LANG": "en"}
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, env=env, capture_output=True, encoding="utf-8", check=False, timeout=300
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy to build from: other tests read the compiled catalogue in the tree, which a build writes anew."""
    root = tmp_path_factory.mktemp("source")
    for name in NEEDED:
        path = ROOT / name
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, root / name, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
        else:
            shutil.copy(path, root / name)
    return root


@pytest.fixture(scope="module")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, source, cwd=out)
    (made,) = out.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def loa(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """`loa` of a fresh environment with the wheel; the packages that it needs are those of this environment."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=True)
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / Path(sys.executable).name
    run(python, "-m", "pip", "install", "-q", "--no-index", "--no-deps", wheel, cwd=folder)
    place = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip()
    needed = {Path(package.__file__).parents[1] for package in (click, psutil)}  # pure Python, and not
    Path(place, "needed.pth").write_text("".join(f"{folder}\n" for folder in needed), "utf-8")
    return lambda *arguments, cwd: run(scripts / "loa", *arguments, cwd=cwd)


def test_the_wheel_holds_one_package_with_every_file_of_it(wheel: Path, source: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"loa"}
    package = source / "generator"
    files = [path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    expected = {path.relative_to(package).as_posix() for path in files}
    for name in ("campaigns", "templates", "schemas", "audio/jingles"):
        shipped = (path for path in (source / name).rglob("*") if path.is_file())
        expected |= {f"loa/sample_station/{path.relative_to(source).as_posix()}" for path in shipped}
    assert expected <= names
    assert {"loa/locale/vi/LC_MESSAGES/loa.mo", "loa/sample_station/schedule.yaml"} <= names


def test_every_package_that_is_imported_is_declared() -> None:
    """As a dependency or in an extra: what another package happens to bring may be gone with its next version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = (wanted for extra, wanted in project["optional-dependencies"].items() if extra != "test")
    declared = {canonicalize_name(Requirement(text).name) for text in chain(project["dependencies"], *extras)}
    known = importlib.metadata.packages_distributions()
    missing = {
        f"{path.name}: {top}"
        for path in (ROOT / "generator").rglob("*.py")
        for top in imported(path) - {"loa", *sys.stdlib_module_names}
        if not {canonicalize_name(name) for name in known.get(top, [top])} & declared
    }
    assert not missing


def imported(path: Path) -> set[str]:
    """The top-level packages that a module imports, anywhere in it."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {name.partition(".")[0] for name in plain | {str(n.module) for n in nodes if isinstance(n, ast.ImportFrom)}}


@pytest.mark.long
def test_an_installed_loa_makes_a_station_and_its_first_bulletin(loa: Run, tmp_path: Path) -> None:
    root = tmp_path / "Đài xã"
    loa("new", "station", root, cwd=tmp_path)
    assert loa("new", "commune", "Bến Hải", "--province", "Quảng Trị", cwd=root).strip() == "campaigns/ben-hai.yaml"
    campaigns = (root / "campaigns" / "ben-hai.yaml").read_text("utf-8").partition("campaigns:")[0] + "campaigns:\n"
    names = {p.name.split(".")[0] for p in (ROOT / "templates" / "articles").iterdir() if p.name.endswith(".md.j2")}
    assert {line.split()[0] for line in loa("topic", cwd=root).splitlines()} == names
    facts = "{thon: thôn Một, ngay: 2026-12-05, gio: 19:30, dia_diem: nhà văn hóa, noi_dung: [làm đường]}"
    campaigns += f"  - {{id: hop, template: hop-thon, title: Họp thôn, as_of: 2026-11-01, facts: {facts}}}\n"
    campaigns += "  - {id: thong-bao, template: thong-bao, title: Cúp nước, as_of: 2026-11-01, body: [Mai cúp nước.]}\n"
    (root / "campaigns" / "ben-hai.yaml").write_text(campaigns, "utf-8")
    assert "nhà văn hóa" in loa("article", "ben-hai", "hop", cwd=root)
    assert loa("template", "opening", cwd=root).strip() == "templates/radio/opening.txt.j2"
    kept = campaigns.partition("campaigns:")[0] + "campaigns:\n" + campaigns.splitlines(keepends=True)[-1]
    (root / "campaigns" / "ben-hai.yaml").write_text(kept, "utf-8")
    loa("check", cwd=root)
    assert "1 bulletin made" in loa("build", "--voice", "espeak", cwd=root)
    assert (root / "audio" / "bulletins" / "ben-hai" / "thong-bao.mp3").is_file()
    loa("approve", "thong-bao", "--by", "Chị Hoa", cwd=root)
    loa("publish", cwd=root)
    assert (root / "public" / "ben-hai" / "thong-bao" / "index.html").is_file()


def test_a_development_install_puts_only_a_path_into_site_packages(source: Path, tmp_path: Path) -> None:
    run(sys.executable, "-c", EDITABLE, tmp_path, cwd=source)
    (made,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(made) as archive:
        assert [name for name in archive.namelist() if ".dist-info/" not in name] == ["_loa.pth"]


def test_the_wheel_of_the_player_holds_its_part_and_starts(wheel: Path, tmp_path: Path) -> None:
    player = make(wheel, tmp_path)
    with zipfile.ZipFile(player) as archive:
        names = archive.namelist()
        (place,) = {name.partition("/")[0] for name in names if ".dist-info/" in name}
        needed = archive.read(f"{place}/METADATA").decode().partition("Requires-Dist")[2].lower()
        record = archive.read(f"{place}/RECORD").decode()
    assert {name.partition(",")[0] for name in record.split()} == set(names)
    assert "loa/fleet/program.py" in names
    assert "loa/locale/vi/LC_MESSAGES/loa.mo" in names
    assert not [name for name in names if re.match(r"loa/(web|cli|tts|normalizer|checks|sample_station)/", name)]
    assert not re.search(r"numpy|scipy|ffmpeg|click|fastapi", needed)
    installed = tmp_path / "installed"
    with zipfile.ZipFile(player) as archive:
        archive.extractall(installed)
    code = f"import sys; sys.path.insert(0, {str(installed)!r}); from loa.fleet.program import main; main(['--help'])"
    said = run(sys.executable, "-c", code, cwd=tmp_path)
    assert "loa-player" in said
