"""`loa-player` can be built of this tree: what its modules need is little, and they air with nothing else."""

import datetime
import importlib.metadata
import json
import os
import subprocess
import sys
import tomllib
import wave

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from loa.schedule import UTC
from loa.store.asrun import rows
from loa.store.database import Database
from loa.workspace import Workspace
from tests.conftest import ROOT

from .conftest import Plan

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PLAYER = PROJECT["tool"]["loa"]["player"]
SOON = datetime.datetime(2026, 11, 20, 10, 1, tzinfo=UTC)
HEAVY = {"numpy", "scipy", "soundfile", "soxr", "pyloudnorm", "pydub", "imageio_ffmpeg", "jinja2", "docx", "fastapi"}


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in requirements}


def with_theirs(wanted: set[str]) -> set[str]:
    """`wanted`, what they need, what that needs, as far as it is for this Python and this system."""
    found: set[str] = set()
    todo = set(wanted)
    while todo:
        name = todo.pop()
        found.add(name)
        try:
            needed = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:  # for another Python only: audioop-lts
            continue
        wanted_here = (r for r in map(Requirement, needed) if r.marker is None or r.marker.evaluate({"extra": ""}))
        todo |= {canonicalize_name(r.name) for r in wanted_here} - found
    return found


def test_the_light_player_needs_a_part_of_what_a_station_needs() -> None:
    assert names(PLAYER["dependencies"]) <= names(PROJECT["project"]["dependencies"])


def test_a_recording_is_aired_with_nothing_but_the_light_player(
    released: Workspace, store: Database, plan: Plan
) -> None:
    """On an output that needs no ffmpeg, for there is none: two outputs, one of which keeps what it was given."""
    installed = with_theirs(names(PLAYER["dependencies"]))
    known = importlib.metadata.packages_distributions()
    tops = {top for top, by in known.items() if installed & {canonicalize_name(name) for name in by}}
    missing = [top for top in known if top not in tops and top != "loa"]
    assert set(missing) >= HEAVY
    airing = plan(SOON, on="n, f")
    setup = {"modules": PLAYER["modules"], "missing": missing, "airing": airing}
    command = [sys.executable, "-m", "tests.automation.light_player", str(released.root), json.dumps(setup)]
    done = subprocess.run(
        command, env={**os.environ, "PATH": ""}, capture_output=True, encoding="utf-8", check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert not HEAVY & set(json.loads(done.stdout))
    (row,) = rows(store)
    assert (row.airing, row.outcome, row.output) == (airing, "aired", "n, f")
    (heard,) = (released.root / "audio" / "played" / "f").glob("*.wav")
    with wave.open(str(heard)) as sound:
        assert abs(sound.getnframes() / sound.getframerate() - 4) < 0.2
        assert max(sound.readframes(sound.getnframes())) > 0
