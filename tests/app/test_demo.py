import re
from pathlib import Path

import pytest

from loa.app import demo
from loa.audio.ffmpeg import decode
from loa.bulletin.manifest import Manifest
from loa.campaign import load_commune, load_communes
from loa.errors import WorkspaceError
from loa.workspace import Workspace
from tests.conftest import Loa


def test_a_demonstration_never_touches_a_folder_that_is_not_one(tmp_path: Path) -> None:
    (tmp_path / "thư.txt").write_text("quan trọng", encoding="utf-8")
    with pytest.raises(WorkspaceError) as caught:
        demo.prepare(tmp_path)
    assert caught.value.findings[0].code == "demo.folder"
    assert [p.name for p in tmp_path.iterdir()] == ["thư.txt"]


def test_a_second_demonstration_starts_afresh_but_keeps_the_clips(tmp_path: Path) -> None:
    station = demo.prepare(tmp_path / "demo")
    clip = station.clips / "ab" / "x.flac"
    clip.parent.mkdir(parents=True)
    clip.touch()
    station.database.touch()
    (station.campaigns / "la.yaml").touch()
    again = demo.prepare(tmp_path / "demo")
    assert clip.exists()
    assert not again.database.exists()
    assert not (again.campaigns / "la.yaml").exists()


@pytest.mark.parametrize("names", [["xin-loi", "dvc"], ["dvc", "xin-loi"]])
def test_the_table_shows_the_bulletin_not_the_apology(tmp_path: Path, names: list[str]) -> None:
    station = Workspace(tmp_path)
    folder = station.bulletins / "ben-hai"
    folder.mkdir(parents=True)
    for name in names:
        (folder / f"{name}.json").touch()
    assert demo.bulletin_of(station, "ben-hai").stem == "dvc"


def test_the_sample_of_the_voice_is_how_the_article_begins(tmp_path: Path) -> None:
    station = demo.prepare(tmp_path / "demo")
    said = demo.beginning(station, load_commune(station, demo.AIRED))
    assert "Bến Hải" in said
    assert 20 < len(said.split()) <= 60


@pytest.mark.long
def test_the_demonstration_is_spoken_by_the_quick_voice_and_the_offline_voice_says_a_sample(
    loa: Loa, tmp_path: Path
) -> None:
    shown = loa("demo", tmp_path / "demo")
    assert shown.returncode == 0, shown.stderr
    station = Workspace(tmp_path / "demo")
    made = [Manifest.load(demo.bulletin_of(station, commune.stem)) for commune in load_communes(station)]
    assert len({manifest.commune for manifest in made}) == 6
    assert all(manifest.speakers.startswith("espeak") for manifest in made)
    (ready,) = re.findall(r"Ready to listen to: (\S+)", shown.stdout)
    assert (station.bulletins / "ben-hai").samefile(Path(ready).parent)
    assert "aired" in shown.stdout
    seconds = len(decode(station.root / "giong-loa.mp3", 8000, 60.0)) / 2 / 8000
    assert 8 < seconds <= 20
    assert " build ben-hai --voice loa" in shown.stdout
