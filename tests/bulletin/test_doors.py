"""No name of a sound leads out of the station."""

from pathlib import Path

import pytest

from loa.bulletin import jingles
from loa.bulletin.models import BulletinPlan, Style
from loa.errors import BulletinError
from loa.workspace import Workspace
from tests.sounds import make_mp3

NAMES = ["../../beside", "{out}/beside", "link/beside", "sound-link"]


@pytest.fixture
def station(tmp_path: Path) -> Workspace:
    """A station whose audio/jingles holds links to a sound two folders above."""
    jingles_ = tmp_path / "station" / "audio" / "jingles"
    jingles_.mkdir(parents=True)
    for folder in (tmp_path / "station", tmp_path):
        make_mp3(folder / "beside.mp3", 1)
    (jingles_ / "link").symlink_to(tmp_path)
    (jingles_ / "sound-link.mp3").symlink_to(tmp_path / "beside.mp3")
    return Workspace(tmp_path / "station")


@pytest.mark.parametrize("name", NAMES)
def test_a_jingle_is_one_of_the_station_s_sounds(station: Workspace, name: str) -> None:
    name = name.format(out=station.root.parent)
    with pytest.raises(BulletinError, match="no station sound"):
        jingles.jingle(station, name)
    plan = BulletinPlan("ben-hai", "tin", "", ("tin",), 0, 60, style=Style(music=name))
    assert [f.code for f in jingles.absent(station, plan, name)] == ["bulletin.jingle"] * 2


@pytest.mark.parametrize(
    "name", ["../beside.mp3", "{out}/beside.mp3", "audio/jingles/link/beside.mp3", "audio/jingles/sound-link.mp3"]
)
def test_a_recording_lies_below_the_station(station: Workspace, name: str) -> None:
    name = name.format(out=station.root.parent)
    plan = BulletinPlan("ben-hai", "tin", "", ("tin",), 0, 60, recordings=(name,), style=Style(music=None))
    assert "bulletin.sound" in [f.code for f in jingles.absent(station, plan, "none")]
    with pytest.raises(BulletinError, match="no sound file"):
        jingles.recording(station, name)
