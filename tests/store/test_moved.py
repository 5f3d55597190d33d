"""The database's file is deleted, or another lies at its place, while programs have it open."""

import datetime
import multiprocessing
import multiprocessing.synchronize
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from loa.errors import StoreError
from loa.store.asrun import NewRow, append, rows
from loa.store.database import Database
from loa.store.proof import verify
from loa.workspace import Workspace
from tests.local import wait_for

NOON = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)
SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def station(tmp_path: Path) -> Workspace:
    (tmp_path / "schedule.yaml").write_text("timezone: UTC\n", "utf-8")
    return Workspace(tmp_path)


def write(store: Database, station: Workspace, first: int, count: int = 3) -> None:
    for number in range(first, first + count):
        append(store, NewRow(airing=f"a@{number}", outcome="aired", planned=NOON), NOON, seal=station.seal)


def in_the_file(station: Workspace) -> list[str]:
    """What somebody finds there who opens it anew."""
    with closing(sqlite3.connect(station.database)) as connection:
        return [name for (name,) in connection.execute("SELECT airing FROM logbook WHERE airing NOT NULL ORDER BY seq")]


def names(count: int) -> list[str]:
    return [f"a@{number}" for number in range(count)]


@pytest.mark.parametrize("gone", ["station.db", "station.db*", "*"])
def test_a_file_that_was_deleted_is_written_anew_and_nothing_is_lost(station: Workspace, gone: str) -> None:
    store, other = Database(station.database), Database(station.database)
    write(store, station, 0)
    seal = station.seal.read_bytes()
    for path in station.state.glob(gone):
        path.unlink()
    if gone == "*":
        station.state.rmdir()
    write(other, station, 3)
    write(store, station, 6)
    assert in_the_file(station) == names(9)
    if gone == "*":
        station.seal.write_bytes(seal + station.seal.read_bytes())
    assert verify(store, station.seal) == []
    for database in (store, other):
        (told,) = database.take_notices()
        assert "was deleted" in told
        assert "nothing is lost" in told
        assert database.take_notices() == []
        database.close()
    assert in_the_file(station) == names(9)
    assert oct(station.database.stat().st_mode & 0o777) == "0o600"
    assert not list(station.state.glob(".*.part*"))


def test_nothing_is_made_in_place_of_a_file_that_cannot_be_brought_back(station: Workspace) -> None:
    """An empty database there would hide the log."""
    store = Database(station.database)
    write(store, station, 0)
    kept = station.root / "elsewhere"
    station.state.rename(kept)
    station.state.write_bytes(b"in the way")
    with pytest.raises(StoreError):
        write(store, station, 3)
    station.state.unlink()
    kept.rename(station.state)
    write(store, station, 3)
    assert in_the_file(station) == names(6)
    assert verify(store, station.seal) == []
    store.close()


def test_a_file_that_was_replaced_is_told_and_the_one_that_is_there_is_used(station: Workspace) -> None:
    store = Database(station.database)
    write(store, station, 0)
    older = station.root / "older.db"
    with closing(sqlite3.connect(station.database)) as here, closing(sqlite3.connect(older)) as there:
        here.backup(there)
    write(store, station, 3)
    for left in station.state.glob("station.db-*"):
        left.unlink()
    older.replace(station.database)
    write(store, station, 10)
    assert in_the_file(station) == ["a@0", "a@1", "a@2", "a@10", "a@11", "a@12"]
    (told,) = store.take_notices()
    assert "was replaced by another one" in told
    assert "row 6" in told
    assert [row.reason for row in rows(store, kinds=("log",))] == [
        "The log does not hold row 6, which was sealed: rows were removed or changed."
    ]
    assert verify(store, station.seal)
    store.close()
    assert in_the_file(station)[-1] == "a@12", "the last to close the old file does not take the new one's log with it"


def test_a_file_that_is_no_database_is_not_touched(station: Workspace) -> None:
    store = Database(station.database)
    write(store, station, 0)
    other = station.root / "other"
    other.write_bytes(b"no database" * 1000)
    for left in station.state.glob("station.db-*"):
        left.unlink()
    other.replace(station.database)
    for _again in range(2):
        with pytest.raises(StoreError) as told:
            write(store, station, 3)
        assert told.value.findings[0].code == "store.broken"
    assert station.database.read_bytes() == b"no database" * 1000
    station.database.unlink()
    write(store, station, 3)
    assert in_the_file(station) == names(6)
    store.close()


def test_an_empty_one_that_a_program_made_after_it_was_deleted_does_not_hide_the_log(station: Workspace) -> None:
    store = Database(station.database)
    write(store, station, 0)
    station.database.unlink()
    started = Database(station.database)
    assert rows(started) == []
    write(store, station, 3)
    assert [row.airing for row in rows(started)] == names(6)
    write(started, station, 6)
    assert in_the_file(station) == names(9)
    assert verify(store, station.seal) == []
    assert "was deleted" in store.take_notices()[0]
    store.close()
    started.close()


def test_a_program_that_did_not_look_for_long_brings_no_old_state_back(station: Workspace) -> None:
    store, idle = Database(station.database), Database(station.database)
    write(store, station, 0)
    station.database.unlink()
    write(store, station, 3)
    store.close()
    station.database.unlink()
    with pytest.raises(StoreError) as gone:
        write(idle, station, 6)
    assert gone.value.findings[0].code == "store.gone"
    assert not station.database.exists()
    idle.close()


def _write_on(folder: Path, name: str, count: int, opened: "multiprocessing.synchronize.Barrier") -> None:
    station = Workspace(folder)
    store = Database(station.database)
    opened.wait(60)
    for number in range(count):
        append(store, NewRow(airing=f"{name}@{number}", outcome="aired", planned=NOON), NOON, seal=station.seal)
        time.sleep(0.02)
    opened.wait(60)
    append(store, NewRow("alarm", reason="the last"), NOON, seal=station.seal)
    store.close()


def test_programs_that_write_while_the_file_is_deleted_again_and_again_lose_no_row(station: Workspace) -> None:
    store = Database(station.database)
    opened = SPAWN.Barrier(4)
    programs = [SPAWN.Process(target=_write_on, args=(station.root, name, 120, opened)) for name in "xyz"]
    for program in programs:
        program.start()
    opened.wait(60)
    for _deletion in range(6):
        time.sleep(0.4)
        wait_for(station.database.exists, 60)
        station.database.unlink()
    opened.wait(120)
    for program in programs:
        program.join()
    assert [program.exitcode for program in programs] == [0] * 3
    append(store, NewRow("alarm", reason="the last"), NOON, seal=station.seal)
    assert sorted(in_the_file(station)) == sorted(f"{name}@{number}" for name in "xyz" for number in range(120))
    assert verify(store, station.seal) == []
    store.close()
