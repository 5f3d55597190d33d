from collections.abc import Callable
from pathlib import Path

import pytest

from loa.schedule import Schedule
from loa.schedule.loader import load_schedule
from loa.workspace import Workspace

BROADCAST = """
  - id: sang
    commune: ben-hai
    campaigns: [dvc, lua-dao]
    at: ["17:00"]
    from: 2026-11-01
    length: {min: 10m, max: 15m}
    on: [loa]
"""
HEAD = "timezone: Asia/Ho_Chi_Minh\noutputs:\n  loa: {kind: null}\n  loa-2: {kind: file}\nbroadcasts:"


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Workspace]:
    """Writes schedule.yaml of a station with one commune, ben-hai, that has the campaigns dvc and lua-dao."""

    def writer(text: str) -> Workspace:
        (tmp_path / "campaigns").mkdir(exist_ok=True)
        (tmp_path / "campaigns" / "ben-hai.yaml").write_text("campaigns: [{id: dvc}, {id: lua-dao}]\n", "utf-8")
        (tmp_path / "schedule.yaml").write_text(text, "utf-8")
        return Workspace(tmp_path)

    return writer


@pytest.fixture
def schedule(write: Callable[[str], Workspace]) -> Callable[..., Schedule]:
    """A schedule with the given lines in place of those of one broadcast, and more text after it."""

    def maker(more: str = "", **lines: str) -> Schedule:
        given = {key.rstrip("_"): value for key, value in lines.items()}
        kept = [line for line in BROADCAST.strip("\n").splitlines() if line.strip().split(":")[0] not in given]
        added = [f"    {key}: {value}" for key, value in given.items()]
        return load_schedule(write(HEAD + "\n" + "\n".join([*kept, *added]) + "\n" + more))

    return maker
