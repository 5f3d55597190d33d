"""A live preview is looked at after every pause in typing: it must not touch the disk, least of all an SD card."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from loa.actions.offices import Role
from loa.web.context import Console
from loa.workspace import Workspace
from tests.web.conftest import Browser, LogIn

CAMPAIGN = "/campaigns/ben-hai/thong-bao"
_watched: list[tuple[Path, list[str]]] = []
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = {"os.mkdir", "os.rmdir", "os.remove", "os.rename", "os.link", "os.symlink", "os.truncate", "os.utime"}


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if not _watched or not arguments or not isinstance(arguments[0], str | os.PathLike):
        return
    root, seen = _watched[-1]
    writes = event in _CHANGES or (event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING)
    if writes and str(arguments[0]).startswith(str(root)):
        seen.append(f"{event} {arguments[0]}")


sys.addaudithook(_hook)  # Python has no way to take one off: it looks only while somebody watches


@contextmanager
def watched(station: Workspace) -> Iterator[list[str]]:
    """What Python writes below the station meanwhile, and what is another file than before (databases aside)."""
    before, seen = _files(station), []  # type: ignore[var-annotated]
    _watched.append((station.root, seen))
    try:
        yield seen
    finally:
        _watched.pop()
    seen += [f"changed {name}" for name in sorted(_files(station).items() ^ before.items())]


def _files(station: Workspace) -> dict[str, tuple[int, int]]:
    """Age and size of every file and folder."""
    found = {}
    for path in [station.root, *station.root.rglob("*")]:
        if ".db" not in path.name:
            stat = path.stat()
            found[str(path)] = (stat.st_mtime_ns, stat.st_size)
    return found


def test_the_watch_sees_what_is_written(station: Workspace) -> None:
    with watched(station) as seen:
        (station.state / "try").mkdir(parents=True)
        (station.state / "try" / "x.yaml").write_text("x", "utf-8")
    assert len([line for line in seen if "changed" not in line]) >= 2
    assert any("x.yaml" in line for line in seen)


@pytest.fixture
def officer(log_in: LogIn) -> Browser:
    browser = log_in(Role.OFFICER)
    browser.look(CAMPAIGN)
    return browser


@pytest.mark.parametrize(
    ("title", "status", "says"),
    [("Một tên mới", 200, "Một tên mới"), ("", 422, "campaigns/ben-hai.yaml:")],
    ids=["good", "wrong"],
)
def test_a_live_preview_writes_nothing(
    officer: Browser, station: Workspace, title: str, status: int, says: str
) -> None:
    sent = {"csrf": officer.csrf, "title": title, "as_of": "2026-11-01", "template": "thong-bao", "body": "Bà con."}
    officer.post(f"{CAMPAIGN}/preview", data=sent)  # what is loaded or made once is there now
    with watched(station) as seen:
        answer = officer.post(f"{CAMPAIGN}/preview", data={**sent, "body": "Bà con lưu ý."})
    assert answer.status_code == status
    assert says in answer.text
    assert seen == []


def test_a_look_at_what_would_be_saved_writes_nothing(officer: Browser, station: Workspace) -> None:
    sent = {"csrf": officer.csrf, "title": "Một tên mới", "as_of": "2026-11-01", "template": "thong-bao", "look": "1"}
    officer.post(CAMPAIGN, data=sent)
    with watched(station) as seen:
        assert "Bà con lưu ý." in officer.post(CAMPAIGN, data={**sent, "body": "Bà con lưu ý."}).text
    assert seen == []


@pytest.mark.parametrize("break_it", [str, lambda text: text + "x: [\n"], ids=["good", "wrong"])
def test_a_schedule_is_tried_without_a_file(
    console: Console, station: Workspace, break_it: Callable[[str], str]
) -> None:
    text = station.schedule_file.read_text("utf-8")
    with watched(station) as seen:
        try:
            console.history.try_schedule(station.schedule_file, break_it(text))
        except Exception as error:  # noqa: BLE001
            assert "schedule.yaml" in str(error)  # noqa: PT017
    assert seen == []
