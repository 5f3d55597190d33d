import datetime
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from loa.schedule import UTC
from loa.store.approvals import find
from loa.store.database import Database
from loa.workspace import Workspace
from tests.approving import approve
from tests.sounds import make_mp3
from tests.zones import BOTH, STATION

Plan = Callable[..., str]


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of sound."""
    return make_mp3(tmp_path_factory.mktemp("sound") / "four.mp3", 4)


@pytest.fixture
def air(tmp_path: Path, recording: Path) -> Workspace:
    """A station with one commune, ben-hai, and one bulletin, ben-hai/tin, that nobody has released yet."""
    workspace = Workspace(tmp_path)
    workspace.campaigns.mkdir()
    (workspace.campaigns / "ben-hai.yaml").write_text("campaigns: [{id: dvc}]\n", "utf-8")
    folder = workspace.bulletins / "ben-hai"
    folder.mkdir(parents=True)
    (folder / "tin.mp3").write_bytes(recording.read_bytes())
    return workspace


@pytest.fixture
def store(air: Workspace) -> Database:
    return Database(air.database)


@pytest.fixture
def released(air: Workspace, store: Database) -> Workspace:
    """The same with the bulletin released."""
    approve(air, store, find(air, "tin"), "Chị Hoa", datetime.datetime(2026, 11, 1, tzinfo=UTC))
    return air


@pytest.fixture(params=[STATION])
def zone(request: pytest.FixtureRequest) -> Iterator[ZoneInfo]:
    """The commune's zone; the computer itself is set to the other one."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = BOTH[1] if request.param == BOTH[0] else BOTH[0]
    if hasattr(time, "tzset"):
        time.tzset()
    yield ZoneInfo(request.param)
    os.environ.pop("TZ")
    if before is not None:
        os.environ["TZ"] = before
    if hasattr(time, "tzset"):
        time.tzset()


in_both_zones = pytest.mark.parametrize("zone", BOTH, indirect=True)


@pytest.fixture
def plan(air: Workspace, zone: ZoneInfo) -> Plan:
    """Writes schedule.yaml: one broadcast, `tin`, at the given instants (UTC), and more; gives the first airing's id."""

    def write(*moments: datetime.datetime, on: str = "n", more: str = "", **lines: str) -> str:
        extras = ", ".join(f'"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"' for moment in moments)
        text = (
            f"timezone: {zone.key}\noutputs: {{n: {{kind: null}}, m: {{kind: null}}, f: {{kind: file}}}}\nbroadcasts:\n"
            f"  - {{id: tin, commune: ben-hai, campaigns: [dvc], also: [{extras}], length: {{min: 1s, max: 20s}}, "
            + "".join(f"{key}: {value}, " for key, value in lines.items())
            + f"on: [{on}]}}\n{more}"
        )
        air.schedule_file.write_text(text, "utf-8")
        return f"tin@{moments[0]:%Y-%m-%dT%H:%M:%SZ}" if moments else ""

    return write
