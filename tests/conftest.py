"""What many tests need: the sample station as a copy of its own, and `loa` as a real process."""

import hashlib
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser

from loa import sample
from loa.i18n import set_language
from loa.workspace import Workspace
from tests.browser import chromium

# The same examples every time: a failure belongs to the change that made it. `pytest --hypothesis-profile=default` explores.
# No deadline: an example that takes long beside other tests is no fault.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")
ROOT = Path(__file__).parent.parent
# Processes that tests start run this tree, wherever the package that is installed lies.
_PLACES = (str(ROOT / "generator"), str(ROOT), os.environ.get("PYTHONPATH", ""))
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, _PLACES))
# The packages that are about nothing but hours and days: under every clock of tests/clocks. Of the others each module has its
# turn under each clock; so does playout, which knows instants and no days, and waits four minutes for its sound.
KNOW_TIME = frozenset({"campaign", "publish", "schedule"})
Loa = Callable[..., "subprocess.CompletedProcess[str]"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--shuffle", metavar="SEED", help="run the modules, and the tests of each, in this seed's order")
    parser.addoption(
        "--part", metavar="K/N", help="part K of N of the modules, and those of the packages that know the time"
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A module of another part is not even imported."""
    part = config.getoption("--part")
    if part is None or not collection_path.match("test_*.py"):
        return None
    number, parts = map(int, part.split("/"))
    module = collection_path.relative_to(ROOT).as_posix()
    if module.split("/")[1] in KNOW_TIME or int.from_bytes(_place("", module)[:4]) % parts == number:
        return None
    return True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    seed = config.getoption("--shuffle")
    if seed is not None:
        items.sort(key=lambda item: (_place(seed, item.nodeid.split("::")[0]), _place(seed, item.nodeid)))


def _place(seed: str, name: str) -> bytes:
    """Where `name` comes in the order of `seed`, the same in every process."""
    return hashlib.sha256(f"{seed} {name}".encode()).digest()


@pytest.fixture(autouse=True)
def english_messages() -> Iterator[None]:
    """Unit tests read the source messages, whatever the machine's language and the test before."""
    yield
    set_language("en")


set_language("en")  # before the first test, and before what is made for a whole module or session


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real browser for the tests of one module."""
    with chromium() as made:
        yield made


@pytest.fixture
def station(tmp_path: Path) -> Workspace:
    """A copy of the sample station, in a folder with spaces and Vietnamese letters."""
    made = sample.copy(tmp_path / "Đài xã Bến Hải")
    (made.templates / "articles").mkdir(parents=True)  # for the templates that tests write
    return made


@pytest.fixture
def old_station(tmp_path: Path) -> Workspace:
    """A station as Loa 0.1 (commit 05c6d47) left it; scripts/make_old_station.py made it."""
    with tarfile.open(ROOT / "tests" / "workspaces" / "station-0.1.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    return Workspace((tmp_path / "station").resolve())


@pytest.fixture
def loa(tmp_path: Path) -> Loa:
    """Runs `loa ARGUMENTS` in `cwd` as users do; gives exit code, stdout and stderr (never a traceback)."""

    def run(
        *arguments: str | Path, cwd: Path = tmp_path, text: str | None = None, env: dict[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            [sys.executable, "-m", "loa", *map(str, arguments)],
            cwd=cwd,
            input=text,
            capture_output=True,
            encoding="utf-8",
            env={**os.environ, "LOA_LANG": "en", **(env or {})},
            check=False,
            timeout=300,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return run
