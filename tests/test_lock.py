"""The lock files: every package that pyproject.toml asks for, in a version that it admits, each with hashes."""

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
STATION = ("espeak", "voice", "console")
EXTRAS = {
    "station": STATION,
    "development": tuple(extra for extra in PROJECT["project"]["optional-dependencies"] if extra != "release"),
    "release": ("release",),
}


def read(name: str) -> list[tuple[Requirement, int]]:
    """The packages of a lock file, each with the number of its hashes."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    return [(Requirement(line.split(" --hash=")[0].strip()), line.count("--hash=sha256:")) for line in lines]


@pytest.mark.parametrize("name", EXTRAS)
def test_a_lock_holds_all_that_is_asked_for_and_only_with_hashes(name: str) -> None:
    locked = read(name)
    assert all(hashes for _, hashes in locked)
    asked = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["build"]]
    for extra in EXTRAS[name]:
        asked += PROJECT["project"]["optional-dependencies"][extra]
    for wanted in map(Requirement, asked):
        found = [pin for pin, _ in locked if canonicalize_name(pin.name) == canonicalize_name(wanted.name)]
        assert found, f"{wanted.name} is not in requirements/{name}.txt: make lock"
        for pin in found:
            (version,) = (str(part.version) for part in pin.specifier)
            assert wanted.specifier.contains(version), f"{wanted} but {pin} in requirements/{name}.txt: make lock"


@pytest.mark.parametrize("name", ["station", "release"])
def test_the_locks_agree(name: str) -> None:
    versions: dict[str, set[str]] = {}
    for pin, _ in read("development"):
        versions.setdefault(canonicalize_name(pin.name), set()).add(str(pin.specifier))
    for pin, _ in read(name):
        allowed = versions.get(canonicalize_name(pin.name))
        assert allowed is None or str(pin.specifier) in allowed, f"{pin} in requirements/{name}.txt: make lock"


def test_a_set_up_takes_nothing_without_its_hash() -> None:
    """pip and uv alike: each install is of a lock file with hashes, or of Loa itself without its dependencies."""
    lines = (ROOT / "Makefile").read_text("utf-8").splitlines()
    installs = [line for line in lines if "pip install" in line]
    assert len(installs) >= 4
    assert [
        line
        for line in installs
        if "--require-hashes" not in line and "--no-deps --no-build-isolation -e ." not in line
    ] == []
