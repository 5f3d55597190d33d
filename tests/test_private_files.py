"""What holds passwords' hashes, the log or secrets is for the station's user alone, whatever the umask was."""

import contextlib
import os
import socket
import stat
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from loa.files import private_folder, write_atomic
from loa.workspace import Workspace
from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")


def open_to_others(folder: Path) -> list[str]:
    """Every file and folder that others may read, write or enter, with its mode."""
    found = [folder, *folder.rglob("*")]
    return [f"{p.name} {stat.S_IMODE(p.stat().st_mode):o}" for p in found if stat.S_IMODE(p.stat().st_mode) & 0o077]


def loa(station: Workspace, umask: int, *arguments: str | Path) -> None:
    command = [sys.executable, "-m", "loa", "--workspace", station.root, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, umask=umask, check=False, cwd=ROOT)
    assert done.returncode in {0, 1}, done.stderr


@pytest.mark.parametrize(
    "umask", [0o000, pytest.param(0o022, marks=pytest.mark.long), pytest.param(0o077, marks=pytest.mark.long)]
)
def test_databases_logs_and_backups_are_for_this_user_alone(station: Workspace, tmp_path: Path, umask: int) -> None:
    with on_air(station, umask):
        loa(station, umask, "stop")
        loa(station, umask, "backup", tmp_path / "copy.zip")
        assert {p.name for p in station.state.iterdir()} >= {"station.db", "console.db", "logs", "reserve"}
        assert open_to_others(station.state) == []
    assert stat.S_IMODE((tmp_path / "copy.zip").stat().st_mode) == 0o600
    assert zipfile.ZipFile(tmp_path / "copy.zip").testzip() is None
    loa(station, umask, "restore", tmp_path / "copy.zip")
    assert (station.state / "before-restore").is_dir()
    assert open_to_others(station.state) == []


@contextlib.contextmanager
def on_air(station: Workspace, umask: int) -> Iterator[None]:
    """`loa run`, the station and its console, as processes of their own while inside."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-m", "loa", "--workspace", station.root, "run", "--console", address]
    with (
        (station.root / "said.txt").open("w") as said,
        subprocess.Popen(command, stdout=said, stderr=said, umask=umask, cwd=ROOT) as process,
    ):
        try:
            until = time.monotonic() + 90
            while not answers(address):
                assert process.poll() is None, (station.root / "said.txt").read_text("utf-8")
                assert time.monotonic() < until
                time.sleep(0.1)
            yield
        finally:
            process.terminate()


def answers(address: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://{address}/health", timeout=5):
        return True
    return False


def test_what_an_earlier_version_left_open_is_closed_at_the_next_start(station: Workspace) -> None:
    loa(station, 0o022, "log")
    (station.state / "released").mkdir(exist_ok=True)
    (station.state / "released" / "a.mp3").write_bytes(b"x")
    for path in (station.state, *station.state.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    loa(station, 0o022, "log")
    assert open_to_others(station.state) == []


def test_what_people_share_keeps_its_permissions(station: Workspace) -> None:
    """Pages are for the web server; a schedule that somebody closed stays closed when the console writes it."""
    old = os.umask(0o022)
    try:
        write_atomic(station.public / "index.html", "x")
        station.schedule_file.chmod(0o640)
        write_atomic(station.schedule_file, station.schedule_file.read_text("utf-8") + "\n")
    finally:
        os.umask(old)
    assert stat.S_IMODE((station.public / "index.html").stat().st_mode) == 0o644
    assert stat.S_IMODE(station.public.stat().st_mode) == 0o755
    assert stat.S_IMODE(station.schedule_file.stat().st_mode) == 0o640


def test_nothing_outside_of_the_stations_own_folder_is_closed(tmp_path: Path, station: Workspace) -> None:
    """A station below a folder that happens to be called .loa; a backup into a folder that others use."""
    shared = tmp_path / ".loa" / "shared"
    shared.mkdir(parents=True)
    shared.chmod(0o755)
    (shared / "theirs.txt").touch(0o644)
    private_folder(shared / "new")
    loa(station, 0o022, "backup", shared / "copy.zip")
    assert open_to_others(shared) == ["shared 755", "theirs.txt 644"]


def test_a_link_out_of_the_released_recordings_is_not_followed(station: Workspace, tmp_path: Path) -> None:
    """Neither into a backup nor when permissions are corrected."""
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    secret.chmod(0o644)
    loa(station, 0o022, "log")
    (station.campaigns / "z.yaml").symlink_to(secret)
    (station.state / "link").symlink_to(secret)
    station.state.chmod(0o755)
    loa(station, 0o022, "backup", tmp_path / "copy.zip")
    assert stat.S_IMODE(secret.stat().st_mode) == 0o644
    assert "campaigns/z.yaml" not in zipfile.ZipFile(tmp_path / "copy.zip").namelist()
