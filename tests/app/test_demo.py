from pathlib import Path

import pytest

from loa.app import demo
from loa.errors import WorkspaceError
from loa.workspace import Workspace


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
