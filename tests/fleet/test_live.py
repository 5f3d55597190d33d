"""A required relay reaches the clusters: each player opens it itself, bridges a gap, and says so."""

import datetime
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from loa.bulletin.programme import RELAYS, RelayPoint, pack
from loa.bulletin.writer import id3
from loa.schedule import UTC
from loa.store.approvals import find
from tests.approving import approve
from tests.local import wait_for
from tests.playout.test_relay import HOLD, FarStation, far_mp3, heard_in
from tests.sounds import make_mp3

from .conftest import Fleet


@pytest.fixture
def far(tmp_path: Path) -> Iterator[FarStation]:
    station = FarStation(far_mp3(tmp_path, 60).read_bytes())
    yield station
    station.close()


@pytest.mark.long
def test_a_player_relays_another_station_by_itself_and_bridges_its_gap(fleet: Fleet, far: FarStation) -> None:
    relay = RelayPoint(far.url(), "Đài tỉnh", "vi", 0.0, 4.9, seconds=8.0, length=8.0)
    hold = make_mp3(fleet.root / "hold.mp3", 5, tone=HOLD).read_bytes()
    mp3 = fleet.station.bulletins / "ben-hai" / "tin.mp3"
    head = id3("Tiếp sóng", "xã Bến Hải", datetime.date(2026, 11, 1), [], notes={RELAYS: pack([relay])})
    mp3.write_bytes(head + hold)
    store = fleet.store
    approve(fleet.station, store, find(fleet.station, "tin"), "Hoa", datetime.datetime.now(UTC))
    store.close()
    item = f"items: [{{kind: relay, url: '{far.url()}', length: 8s}}], "

    def plan(offset: float) -> str:
        (airing,) = fleet.plan(offset, players={"p1": ""})
        text = fleet.station.schedule_file.read_text("utf-8")
        fleet.station.schedule_file.write_text(text.replace("campaigns: [dvc], ", item, 1), "utf-8")
        return airing

    plan(3600)
    fleet.run("xa")
    fleet.serves()
    fleet.join("p1")
    fleet.run("p1")
    wait_for(lambda: bool((fleet.register()["p1"]["state"] or {}).get("plan")), 60)  # type: ignore[attr-defined]
    airing = plan((datetime.datetime.now(UTC) - fleet.begin).total_seconds() // 1 + 20)
    begins = datetime.datetime.fromisoformat(airing.split("@")[1])
    wait_for(lambda: datetime.datetime.now(UTC) > begins + datetime.timedelta(seconds=2.5), 60)
    far.mode = "break"
    wait_for(lambda: datetime.datetime.now(UTC) > begins + datetime.timedelta(seconds=4.5), 60)
    far.mode = "send"
    wait_for(lambda: "" in fleet.outcomes(airing), 60)
    row = fleet.outcomes(airing)["p1"]
    assert row.outcome == "aired"
    assert re.search(r"Đài tỉnh: .* heard, .* bridged", row.reason or "")
    (path,) = fleet.heard("p1")
    sounds = heard_in(path)
    assert sounds.count("far") > 30
    assert sounds.count("hold") > 5
    assert len(sounds) == pytest.approx(80, abs=3), "it ends hard"
