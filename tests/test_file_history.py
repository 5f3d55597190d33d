"""Changes of the station's files: checked, kept with what was before, taken back; by the console and by `loa` alike."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from loa.actions.file_history import Author, FileHistory, open_history, replacing
from loa.errors import EditConflictError, LoaError
from loa.workspace import Workspace
from tests.conftest import ROOT, Loa

LAN = Author("Lan", "10.0.0.7")
MODEL = (ROOT / "campaigns" / "ben-hai.yaml").read_text("utf-8")


@pytest.fixture
def history(station: Workspace) -> Iterator[FileHistory]:
    with open_history(station) as made:
        yield made


def adding(line: str) -> Callable[[str], str]:
    return lambda text: text + line


def test_a_change_is_kept_with_its_author_and_stands_in_the_audit(history: FileHistory, station: Workspace) -> None:
    file = station.campaigns / "ben-hai.yaml"
    after = history.edit_file(file, adding("# một\n"), LAN, "thử", action="commune.saved", subject="ben-hai")
    assert file.read_text("utf-8") == after == MODEL + "# một\n"
    (row,) = history.of(file)
    assert (row["file"], row["who"], row["note"], row["before"]) == ("campaigns/ben-hai.yaml", "Lan", "thử", MODEL)
    (entry,) = history.audit.read()
    assert [entry[key] for key in ("who", "action", "subject", "detail", "address")] == [
        *("Lan", "commune.saved", "ben-hai", "thử", "10.0.0.7")
    ]


def test_a_change_that_changes_nothing_is_none(history: FileHistory, station: Workspace) -> None:
    history.edit_file(station.schedule_file, str, LAN, "không", action="schedule.changed")
    assert history.of(station.schedule_file) == []
    assert history.audit.read() == []


@pytest.mark.parametrize("name", ["schedule.yaml", "campaigns/ben-hai.yaml", "campaigns/moi.yaml"])
def test_what_would_not_load_is_refused_with_its_place_and_nothing_is_written(
    history: FileHistory, station: Workspace, name: str
) -> None:
    path = station.root / name
    before = path.read_text("utf-8") if path.exists() else None
    with pytest.raises(LoaError) as refused:
        history.edit_file(path, adding("x: [\n"), LAN, "hỏng", action="commune.saved")
    assert (refused.value.findings[0].file, bool(refused.value.findings[0].line)) == (name, True)
    assert (path.read_text("utf-8") if path.exists() else None) == before
    assert history.of(path) == []


def test_the_last_change_can_be_taken_back_unless_the_file_moved_on(history: FileHistory, station: Workspace) -> None:
    text = station.schedule_file.read_text("utf-8")
    history.edit_file(station.schedule_file, adding("# một\n"), LAN, "một", action="schedule.changed")
    last = history.undoable(station.schedule_file)
    assert last
    station.schedule_file.write_text(text + "# ở ngoài\n", "utf-8")
    assert history.undoable(station.schedule_file) is None
    with pytest.raises(EditConflictError):
        history.edit_file(
            station.schedule_file, replacing(last["after"], last["before"]), LAN, "lùi", action="schedule.undone"
        )
    assert station.schedule_file.read_text("utf-8") == text + "# ở ngoài\n"


def test_a_new_file_is_taken_back_once(history: FileHistory, station: Workspace) -> None:
    path = station.campaigns / "moi.yaml"
    history.edit_file(path, replacing("", MODEL), LAN, "thêm", action="commune.imported")
    last = history.undoable(path)
    assert last
    history.edit_file(path, replacing(last["after"], last["before"]), LAN, "lùi", action="commune.restored")
    assert not path.exists()
    assert history.undoable(path) is None  # taking back is not itself taken back: it would toggle
    assert [row["note"] for row in history.of(path)] == ["lùi", "thêm"]


def test_the_schedule_is_never_removed(history: FileHistory, station: Workspace) -> None:
    with pytest.raises(LoaError):
        history.edit_file(station.schedule_file, lambda _text: "", LAN, "xóa", action="schedule.changed")
    assert station.schedule_file.exists()


def test_changes_at_the_same_time_are_all_made(history: FileHistory, station: Workspace) -> None:
    file = station.campaigns / "ben-hai.yaml"

    def work(number: int) -> None:
        with open_history(station) as own:
            own.edit_file(file, adding(f"# {number}\n"), LAN, str(number), action="commune.saved")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(file.read_text("utf-8").removeprefix(MODEL).split()) == sorted("# 0 # 1 # 2 # 3".split())
    assert len(history.of(file)) == 4


def test_a_change_that_comes_between_reading_and_saving_is_not_lost(history: FileHistory, station: Workspace) -> None:
    file = station.campaigns / "ben-hai.yaml"

    def edit(text: str) -> str:
        if "# Ba" not in text:
            file.write_text(text + "# Ba\n", "utf-8")  # somebody saves in a text editor just now
        return text + "# Lan\n"

    history.edit_file(file, edit, LAN, "cùng lúc", action="commune.saved")
    assert file.read_text("utf-8") == MODEL + "# Ba\n# Lan\n"
    assert [row["before"] for row in history.of(file)] == [MODEL + "# Ba\n"]


NOTICE = "THÔNG BÁO VỀ VIỆC HỌP THÔN\n\nSáng thứ Bảy các thôn họp,bà con tham gia đông đủ.\n"


def test_what_the_command_line_changes_has_its_version_and_can_be_taken_back(
    station: Workspace, loa: Loa, history: FileHistory, tmp_path: Path
) -> None:
    file = station.campaigns / "ben-hai.yaml"
    (tmp_path / "hop.txt").write_text(NOTICE, "utf-8")
    done = loa("import", tmp_path / "hop.txt", "--commune", "ben-hai", "--as-of", "2026-11-02", cwd=station.root)
    assert done.returncode == 0, done.stderr
    (row,) = history.of(file)
    assert (row["before"], row["after"]) == (MODEL, file.read_text("utf-8"))
    assert "loa" in row["who"]
    slip = file.read_text("utf-8").replace("title: Hỏi đáp về", "title: Thủ tuc và")
    file.write_text(slip, "utf-8")
    assert loa("check", "--fix", "campaigns/ben-hai.yaml", cwd=station.root).returncode == 0
    assert (history.of(file)[0]["before"], history.of(file)[0]["after"]) == (slip, file.read_text("utf-8"))
    assert "title: Thủ tục và" in file.read_text("utf-8")
    assert loa("new", "commune", "Côn Đảo", cwd=station.root).returncode == 0
    (made,) = history.of(station.campaigns / "con-dao.yaml")
    assert made["before"] == ""
    actions = [entry["action"] for entry in history.audit.read()]
    assert actions == ["commune.added", "campaign.mended", "campaign.imported"]


def test_a_file_of_no_station_is_mended_without_a_history(loa: Loa, tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(MODEL.replace("title: Hỏi đáp về", "title: Thủ tuc và"), "utf-8")
    assert loa("check", "--fix", "x.yaml", cwd=tmp_path).returncode in {0, 2}
    assert "title: Thủ tục và" in (tmp_path / "x.yaml").read_text("utf-8")
    assert not (tmp_path / ".loa").exists()
