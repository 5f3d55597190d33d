"""What the crash points have found, each in a test that needs no door."""

import contextlib
import datetime
import sqlite3
from pathlib import Path

import pytest

from loa.actions.file_history import Author, open_history
from loa.errors import WorkspaceError
from loa.store import seal as seals
from loa.store.asrun import NewRow, append
from loa.store.database import CONSOLE, Database
from loa.store.proof import verify
from loa.workspace import Workspace

NOW = datetime.datetime(2026, 11, 30, 10, tzinfo=datetime.UTC)


def test_a_power_cut_before_the_first_row_is_sealed_is_no_removed_seal(
    station: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_arguments: object) -> None:
        raise OSError("the power is gone")

    store = Database(station.database)
    monkeypatch.setattr(seals, "add", cut)
    append(store, NewRow("station"), NOW, seal=station.seal)
    assert verify(store, station.seal) == []
    station.seal.unlink()
    assert verify(store, station.seal) != []
    store.close()


def test_lines_that_a_power_cut_turned_into_zeros_are_no_changed_lines(tmp_path: Path) -> None:
    seal = tmp_path / "logbook.seal"
    for number in (1, 2, 3, 4):
        seals.add(seal, number, f"{number}" * 64)
    whole = seal.read_bytes()
    seal.write_bytes(whole[:67] + bytes(134) + whole[201:])
    found = seals.read(seal)
    assert found is not None
    assert [end.seq for end in found.ends] == [1, 4]
    assert found.damaged == ()


def test_what_cannot_be_undone_later_is_not_changed(station: Workspace) -> None:
    """Neither the database nor the outbox takes the version: the file stays as it was, and the person is told."""
    before = station.schedule_file.read_text("utf-8")
    Database(station.console_database, CONSOLE).close()
    with contextlib.closing(sqlite3.connect(station.console_database)) as other, open_history(station) as history:
        station.outbox.write_text("a file where a folder should be", "utf-8")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(WorkspaceError):
            history.edit_file(
                station.schedule_file, lambda text: text + "# lịch\n", Author("Hoa"), "lịch", action="schedule"
            )
        assert station.schedule_file.read_text("utf-8") == before
        station.outbox.unlink()
        history.edit_file(station.schedule_file, lambda text: text + "# lịch\n", Author("Hoa"), "lịch", action="x")
        other.rollback()
    with open_history(station) as history:
        assert history.undoable(station.schedule_file)
    assert not [left.name for left in station.root.glob(".*.part")]
