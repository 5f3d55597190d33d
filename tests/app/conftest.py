from pathlib import Path

import pytest

from loa.store.approvals import find
from loa.store.database import Database
from loa.workspace import Workspace
from tests.app.station import DAY, make, schedule
from tests.approving import approve
from tests.sounds import make_mp3


@pytest.fixture(scope="session")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two short recordings."""
    folder = tmp_path_factory.mktemp("sound")
    return [make_mp3(folder / f"{tone}.mp3", 2, tone=tone) for tone in (300, 500)]


@pytest.fixture
def here(tmp_path: Path, sounds: list[Path]) -> Workspace:
    """A station whose one bulletin is approved."""
    station = Workspace(tmp_path / "A")
    station.campaigns.mkdir(parents=True)
    (station.campaigns / "ben-hai.yaml").write_text("campaigns: [{id: dvc}]\n", "utf-8")
    station.schedule_file.write_text(schedule(), "utf-8")
    make(station, "tin", sounds[0])
    store = Database(station.database)
    approve(station, store, find(station, "tin"), "Chị Hoa", DAY)
    store.close()
    return station
