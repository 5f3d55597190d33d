import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from loa.errors import WorkspaceError
from loa.files import cannot_write, part_path, remove_leftovers, write_atomic
from loa.workspace import Workspace, read_text, yaml_files
from tests.conftest import Loa


def test_the_nearest_workspace_upward_is_found_from_a_subfolder(station: Workspace) -> None:
    below = station.root / "campaigns" / "cũ"
    below.mkdir()
    assert Workspace.find(below) == station


def test_outside_a_station_the_error_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError) as caught:
        Workspace.find(tmp_path)
    assert "loa new station" in caught.value.findings[0].fix


def test_a_write_is_whole_and_leaves_nothing_beside_it(station: Workspace) -> None:
    target = station.public / "trang" / "bài.md"
    write_atomic(target, "dịch vụ công\n")
    write_atomic(target, "một cửa\n")
    assert target.read_bytes() == "một cửa\n".encode()
    assert [p.name for p in target.parent.iterdir()] == ["bài.md"]


def test_a_full_disk_says_what_to_do() -> None:
    error = cannot_write(Path("x.mp3"), OSError(errno.ENOSPC, "No space left on device"))
    assert "free some space" in error.findings[0].fix


def test_a_folder_in_the_way_is_a_message_not_a_traceback(station: Workspace) -> None:
    (station.public / "x.md").mkdir(parents=True)
    with pytest.raises(WorkspaceError):
        write_atomic(station.public / "x.md", "text")
    assert [p.name for p in station.public.iterdir()] == ["x.md"]


def test_sweep_removes_only_what_dead_writers_left(station: Workspace) -> None:
    station.clips.mkdir(parents=True)
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    dead = station.clips / f".a.wav.{done.pid}.beef.part"
    live = part_path(station.clips / "b.wav")
    dead.touch()
    live.touch()
    assert remove_leftovers(station) == [dead]
    assert live.exists()
    assert str(os.getpid()) in live.name


def test_text_that_notepad_saved_as_unicode_is_read(tmp_path: Path) -> None:
    for encoding in ("utf-8-sig", "utf-16"):
        path = tmp_path / f"{encoding}.txt"
        path.write_bytes("xã Bến Hải".encode(encoding))
        assert read_text(path) == "xã Bến Hải"


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [(b"name: Trung S\xd4n\n", 1, 14), (b"a: 1\nb: \xff\n", 2, 4)],
)
def test_text_that_is_not_utf8_is_refused_at_its_place(tmp_path: Path, content: bytes, line: int, column: int) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    with pytest.raises(WorkspaceError) as caught:
        read_text(path)
    finding = caught.value.findings[0]
    assert (finding.code, finding.line, finding.column) == ("file.encoding", line, column)


def test_a_folder_in_place_of_a_file_and_a_missing_file_have_their_own_messages(tmp_path: Path) -> None:
    codes = []
    for path in (tmp_path, tmp_path / "none.yaml"):
        with pytest.raises(WorkspaceError) as caught:
            read_text(path)
        codes.append(caught.value.findings[0].code)
    assert codes == ["file.folder", "file.missing"]


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(b"\xef\xbb\xbfname: x\n")
    assert read_text(tmp_path / "x.yaml") == "name: x\n"


def test_yaml_files_come_by_name_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.YML", ".hidden.yaml", "c.txt"):
        (tmp_path / name).touch()
    assert [p.name for p in yaml_files(tmp_path)] == ["a.YML", "b.yaml"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_no_command_waits_for_a_pipe_in_place_of_a_file(station: Workspace, loa: Loa) -> None:
    """`loa check` waited for ever; so did `loa stop`, which asks schedule.yaml for its language first."""
    station.schedule_file.unlink()
    template = station.templates / "articles" / "x.md.j2"
    for pipe in (station.schedule_file, station.campaigns / "x.yaml", template):
        os.mkfifo(pipe)
    found = loa("check", "campaigns/x.yaml", "schedule.yaml", cwd=station.root)
    assert found.returncode == 2
    assert found.stdout.count("it is not a file, but a pipe or a device") + found.stderr.count("not a file, but") == 2
    assert "Nothing is on air here." in loa("stop", cwd=station.root).stderr
    assert loa("template", cwd=station.root).returncode == 0


def test_a_text_that_fills_the_memory_is_not_read(tmp_path: Path) -> None:
    """4 GB in the place of a commune's file took 12 GB of memory before anybody looked at its size."""
    (tmp_path / "x.yaml").touch()
    os.truncate(tmp_path / "x.yaml", 100_000_000)
    with pytest.raises(WorkspaceError, match="larger than 64 MB") as caught:
        read_text(tmp_path / "x.yaml")
    assert caught.value.findings[0].fix == "Is this the right file?"


def test_links_that_run_in_a_circle_are_told_of(station: Workspace, loa: Loa) -> None:
    circle = station.campaigns / "vong.yaml"
    circle.symlink_to(circle)
    found = loa("check", cwd=station.root)
    assert (found.returncode, found.stderr.count("itself failed")) == (2, 0)
    assert "campaigns/vong.yaml: error: Cannot read the file" in found.stdout
    assert loa("--workspace", circle, "plan", cwd=station.root).returncode == 2
