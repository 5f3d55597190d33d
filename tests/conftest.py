"""What many tests need: the sample station as a copy of its own, and `loa` as a real process."""

import os
import subprocess
import sys
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
settings.register_profile("repeatable", derandomize=True)
settings.load_profile("repeatable")
ROOT = Path(__file__).parent.parent
Loa = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(autouse=True)
def english_messages() -> None:
    """Unit tests read the source messages, whatever the machine's language."""
    set_language("en")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real browser for the tests of one module."""
    with chromium() as made:
        yield made


@pytest.fixture
def station(tmp_path: Path) -> Workspace:
    """A copy of the sample station, in a folder with spaces and Vietnamese letters."""
    return sample.copy(tmp_path / "Đài xã Bến Hải")


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
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join((str(ROOT / "generator"), str(ROOT))),
                "LOA_LANG": "en",
                **(env or {}),
            },
            check=False,
            timeout=300,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    return run
