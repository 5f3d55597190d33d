"""A backup that comes from a stranger writes nothing outside of the station, fills no disk, and is refused in words."""

import errno
import os
import shutil
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from loa.app.backup import backup
from loa.app.restore import restore
from loa.errors import WorkspaceError
from loa.store.database import Database
from loa.workspace import Workspace

LOG = ".loa/logbook.seal"


@pytest.fixture
def archive(station: Workspace, tmp_path: Path) -> Path:
    """A true backup of the station."""
    Database(station.database).close()
    backup(station, tmp_path / "copy.zip")
    return tmp_path / "copy.zip"


def files(folder: Path) -> dict[str, bytes]:
    found = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    return {name: content for name, content in found.items() if not name.endswith("/restore.lock")}  # it is empty


def add(archive: Path, name: str, content: bytes = b"owned") -> None:
    with warnings.catch_warnings(), zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED) as file:
        warnings.simplefilter("ignore")  # of names that are there twice
        file.writestr(name, content)


@pytest.mark.parametrize(
    "name",
    [
        "../owned",
        "campaigns/../../owned",
        "/tmp/owned",
        "campaigns/..\\..\\owned",
        "C:\\owned",
        pytest.param("campaigns/C:owned", marks=pytest.mark.skipif(os.name == "posix", reason="a plain name here")),
        "schedule.yaml.bat",
        "campaignsX/owned",
        "owned.py",
        ".loa/secrets/icecast",
        ".loa/released/",
        "campaigns//owned",
        "schedule.yaml",
    ],
)
def test_a_name_that_a_backup_does_not_hold_is_refused(station: Workspace, archive: Path, name: str) -> None:
    add(archive, name)
    refused_without_a_trace(station, archive)


def refused_without_a_trace(station: Workspace, archive: Path) -> None:
    around = station.root.parent
    before = files(around)
    with pytest.raises(WorkspaceError) as error:
        restore(station, archive, None)
    assert error.value.findings[0].code == "restore.file"
    assert error.value.findings[0].fix
    assert files(around) == before
    assert not Path("/tmp/owned").exists()


def test_a_link_in_the_station_leads_nothing_out_of_it(station: Workspace, archive: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    shutil.rmtree(station.jingles)
    station.jingles.symlink_to(outside)
    refused_without_a_trace(station, archive)
    assert not any(outside.iterdir())


def test_a_link_in_place_of_a_file_is_replaced(station: Workspace, archive: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text("mine", encoding="utf-8")
    station.schedule_file.unlink()
    station.schedule_file.symlink_to(kept)
    restore(station, archive, None)
    assert kept.read_text("utf-8") == "mine"
    assert not station.schedule_file.is_symlink()


def test_content_that_would_fill_the_disk_is_refused(
    station: Workspace, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(archive, "campaigns/bomb.yaml", bytes(200_000_000))
    with zipfile.ZipFile(archive) as file:
        packed = next(i for i in file.infolist() if i.filename == "campaigns/bomb.yaml")
    assert packed.compress_size < 300_000
    refused_without_a_trace(station, archive)
    monkeypatch.setattr("loa.app.restore._PACKED", 10_000)
    free = shutil.disk_usage(station.root)._replace(free=1_000_000)
    monkeypatch.setattr("loa.app.restore.shutil.disk_usage", lambda _path: free)
    with pytest.raises(WorkspaceError) as error:
        restore(station, archive, None)
    assert os.strerror(errno.ENOSPC) in error.value.findings[0].message


def spoil(change: Callable[[bytearray], None]) -> Callable[[Path], None]:
    def spoiled(archive: Path) -> None:
        raw = bytearray(archive.read_bytes())
        change(raw)
        archive.write_bytes(raw)

    return spoiled


def encrypt(raw: bytearray) -> None:
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = raw.find(mark)
        while start >= 0:
            raw[start + at] |= 1
            start = raw.find(mark, start + 4)


def unknown_method(raw: bytearray) -> None:
    raw[raw.rfind(b"PK\x01\x02") + 10] = 77


def broken_stream(raw: bytearray) -> None:
    raw[200:2000] = bytes(1800)


def cut(raw: bytearray) -> None:
    del raw[len(raw) // 2 :]


@pytest.mark.parametrize("change", [encrypt, unknown_method, broken_stream, cut])
def test_a_damaged_archive_is_refused_and_the_station_stays(
    station: Workspace, archive: Path, change: Callable[[bytearray], None]
) -> None:
    spoil(change)(archive)
    refused_without_a_trace(station, archive)


def test_a_true_backup_goes_back(station: Workspace, archive: Path) -> None:
    before = (station.campaigns / "trung-son.yaml").read_bytes()
    (station.campaigns / "trung-son.yaml").unlink()
    restore(station, archive, None)
    assert (station.campaigns / "trung-son.yaml").read_bytes() == before
