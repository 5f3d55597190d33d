"""What is carried away and brought back: the stick, the backup; and the verbs around them."""

import contextlib
import datetime
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from loa.app.backup import backup
from loa.app.restore import restore
from loa.errors import WorkspaceError
from loa.schedule import UTC
from loa.store.asrun import rows
from loa.store.database import Database
from loa.store.proof import verify
from loa.workspace import Workspace
from tests import zones
from tests.conftest import Loa

from .conftest import Plan

SOON = datetime.datetime.now(UTC).replace(microsecond=0) + datetime.timedelta(hours=2)


def test_a_stick_holds_what_is_released_and_a_timetable(
    released: Workspace, plan: Plan, loa: Loa, tmp_path: Path
) -> None:
    plan(SOON, SOON + datetime.timedelta(days=1))
    stick = tmp_path / "usb"
    done = loa("usb", stick, cwd=released.root)
    assert done.returncode == 0, done.stderr
    files = sorted(path.name for path in stick.glob("*.mp3"))
    assert [name[:3] for name in files] == ["01-", "02-"]
    assert all(name.endswith("-tin.mp3") for name in files)
    assert files[0] in (stick / "lich-phat.html").read_text("utf-8")


def test_a_stick_that_is_used_again_holds_this_weeks_files_and_what_is_the_owners(
    released: Workspace, plan: Plan, loa: Loa, tmp_path: Path
) -> None:
    stick = tmp_path / "usb"
    stick.mkdir()
    for name in ("01-1311-1700-tin.mp3", "nhac-xuan.mp3"):
        (stick / name).write_bytes(b"x")
    plan(SOON)
    assert loa("usb", stick, cwd=released.root).returncode == 0
    names = sorted(path.name for path in stick.iterdir())
    assert names == [
        f"01-{SOON.astimezone(ZoneInfo(zones.STATION)):%d%m-%H%M}-tin.mp3",
        "lich-phat.html",
        "nhac-xuan.mp3",
    ]


def test_a_stick_leaves_out_what_nobody_released_and_says_so(
    air: Workspace, plan: Plan, loa: Loa, tmp_path: Path
) -> None:
    plan(SOON)
    done = loa("usb", tmp_path / "usb", cwd=air.root)
    assert done.returncode == 1
    assert "not released" in done.stderr
    assert not list((tmp_path / "usb").glob("*.mp3"))


@contextlib.contextmanager
def small_stick(folder: Path, kilobytes: int) -> Iterator[Path]:
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    if subprocess.run(["mount", *options], capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let us mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_stick_without_room_is_told_before_anything_is_written(
    released: Workspace, plan: Plan, loa: Loa, tmp_path: Path
) -> None:
    """It got as many files as fitted, and the timetable of last week still lay beside them."""
    plan(SOON, SOON + datetime.timedelta(hours=1), SOON + datetime.timedelta(hours=2))
    with small_stick(tmp_path / "usb", 1_024) as stick:
        (stick / "01-1311-1700-tin.mp3").write_bytes(b"x")
        (stick / "nhac-xuan.mp3").write_bytes(bytes(500_000))
        done = loa("usb", stick, cwd=released.root)
        assert done.returncode == 2
        assert "not enough room" in done.stderr
        assert "1,2 MB are needed" in done.stderr
        assert sorted(path.name for path in stick.iterdir()) == ["01-1311-1700-tin.mp3", "nhac-xuan.mp3"]


def test_last_week_s_files_make_room_where_there_is_not_enough(
    released: Workspace, plan: Plan, loa: Loa, tmp_path: Path
) -> None:
    plan(SOON)
    with small_stick(tmp_path / "usb", 1_500) as stick:
        (stick / "01-1311-1700-tin.mp3").write_bytes(bytes(1_000_000))
        done = loa("usb", stick, cwd=released.root)
        assert done.returncode == 0, done.stderr
        assert sorted(path.name for path in stick.iterdir()) == [
            f"01-{SOON.astimezone(ZoneInfo(zones.STATION)):%d%m-%H%M}-tin.mp3",
            "lich-phat.html",
        ]


def test_a_backup_brings_back_log_releases_and_settings(released: Workspace, store: Database, plan: Plan) -> None:
    plan(SOON)
    file = released.root.parent / "backup.zip"
    before = rows(store, kinds=None)
    assert backup(released, file) >= 4
    for path in (released.schedule_file, released.database, released.campaigns / "ben-hai.yaml"):
        path.unlink()
    store.close()
    restore(released, file, None)
    back = Database(released.database)
    assert rows(back, kinds=None)[:-1] == before  # the last one tells of the restore
    assert verify(back, released.seal) == []
    assert released.schedule_file.exists()
    assert (released.campaigns / "ben-hai.yaml").exists()


@pytest.mark.parametrize(
    "names", [["schedule.yaml"], [".loa/station.db", "../evil.txt"], [".loa/station.db", "/etc/x"]]
)
def test_a_file_that_is_no_backup_changes_nothing(
    released: Workspace, plan: Plan, tmp_path: Path, names: list[str]
) -> None:
    plan(SOON)
    text = released.schedule_file.read_text("utf-8")
    file = tmp_path / "x.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "evil")
    with pytest.raises(WorkspaceError):
        restore(released, file, None)
    assert released.schedule_file.read_text("utf-8") == text
    assert not (tmp_path.parent / "evil.txt").exists()


@pytest.mark.long
def test_the_verbs_from_release_to_log(air: Workspace, plan: Plan, loa: Loa) -> None:
    plan(SOON)
    root = air.root
    assert "waits for a release" in loa("approvals", cwd=root).stdout
    assert loa("air", "tin", "--on", "n", cwd=root).returncode == 1
    assert loa("approve", "tin", "--by", "Chị Hoa", cwd=root).returncode == 0
    assert "Chị Hoa" in loa("approvals", cwd=root).stdout
    done = loa("air", "tin", "--on", "n", "--on", "f", "--by", "Anh Nam", cwd=root)
    assert (done.returncode, "On air on n, f." in done.stderr) == (0, True)
    log = loa("log", cwd=root).stdout
    assert "not aired" in log
    assert ": aired  " in log
    assert "Anh Nam" in log
    assert loa("log", "verify", cwd=root).returncode == 0
    assert loa("stop", cwd=root).returncode == 1
    assert loa("rehearse", cwd=root).returncode == 0
    assert loa("air", "tin", "--on", "nowhere", cwd=root).returncode == 1
