"""A file output writes below the station's folder, whatever a schedule of an earlier version or a link says."""

import threading
from pathlib import Path

import pytest

from loa.clock import RealClock
from loa.errors import PlayoutError
from loa.playout.outputs import not_ready, open_connection
from loa.playout.outputs.base import OutputConnection
from loa.playout.outputs.shared_stream import Carrier
from loa.playout.recording import LoadedRecording
from loa.schedule.outputs import AnyOutput, File, Null
from loa.workspace import Workspace


def kept(folder: str) -> File:
    """An output of a schedule that an earlier version found valid."""
    return File.model_validate({"kind": "file", "folder": folder}, context={"kept": True})


def connect(output: AnyOutput, station: Path, name: str = "loa") -> None:
    at = OutputConnection(name, "tin@2026-11-20T10:00:00Z", "0" * 64, RealClock(), threading.Event(), station)
    open_connection(output, at, Carrier(LoadedRecording("a/b", at.sha256, b"", 0.0), at.clock)).close()


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """A station and the folder beside it, into which links of the station lead."""
    station, beside = tmp_path / "station", tmp_path / "beside"
    (station / "audio").mkdir(parents=True)
    beside.mkdir()
    (station / "link").symlink_to(beside)
    (station / "audio" / "up").symlink_to("../..")
    (station / "loop").symlink_to("loop")
    return station, beside


@pytest.mark.parametrize(
    "folder", ["../beside", "{beside}", "link", "link/deeper", "audio/up/beside", "loop", "audio/../.."]
)
def test_nothing_is_written_beside_the_station(places: tuple[Path, Path], folder: str) -> None:
    station, beside = places
    output = kept(folder.format(beside=beside))
    assert "leads out of the station's folder" in (not_ready(output, station) or "")
    with pytest.raises(PlayoutError, match="leads out of the station's folder"):
        connect(output, station)
    assert list(beside.iterdir()) == []


@pytest.mark.parametrize("name", ["../../../beside/x", "{beside}/x", "..\\x"])
def test_no_output_s_name_leads_out(places: tuple[Path, Path], name: str) -> None:
    station, beside = places
    for output in (kept("audio/played"), Null(kind="null")):
        with pytest.raises(PlayoutError):
            connect(output, station, name.format(beside=beside))
    assert list(beside.iterdir()) == []


def test_a_link_in_place_of_the_file_is_not_followed(places: tuple[Path, Path]) -> None:
    station, beside = places
    folder = station / "audio" / "played" / "loa"
    folder.mkdir(parents=True)
    (folder / "tin-2026-11-20T100000Z.wav").symlink_to(beside / "new.wav")
    with pytest.raises(PlayoutError):
        connect(kept("audio/played"), station)
    assert list(beside.iterdir()) == []


def test_a_folder_inside_is_made_also_where_the_station_itself_is_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "station").symlink_to(tmp_path / "real")
    connect(kept("audio/played"), Workspace(tmp_path / "station").root)
    assert len(list((tmp_path / "real/audio/played/loa").glob("*.wav"))) == 1
