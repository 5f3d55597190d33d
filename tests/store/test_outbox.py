"""What tells of something done: written although the database is held, later, in order, once."""

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from loa.store.audit import Audit, Outbox
from loa.store.database import CONSOLE, Database
from tests.local import locked, wait_for


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "console.db"


@pytest.fixture
def database(file: Path) -> Iterator[Database]:
    made = Database(file, CONSOLE)
    yield made
    made.close()


def note(outbox: Outbox, database: Database, *names: str) -> None:
    for name in names:
        Audit(database, outbox).write("Lan", name)


def written(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return [str(action) for (action,) in connection.execute("SELECT action FROM audit ORDER BY id")]


def test_a_row_is_there_at_once_where_nobody_holds_the_database(database: Database, file: Path, tmp_path: Path) -> None:
    outbox = Outbox(database, tmp_path / "outbox")
    note(outbox, database, "mot")
    assert written(file) == ["mot"]
    assert not (tmp_path / "outbox").exists()
    outbox.close()


def test_rows_of_a_held_database_wait_for_nobody_and_are_written_in_order(
    database: Database, file: Path, tmp_path: Path
) -> None:
    outbox = Outbox(database, tmp_path / "outbox")
    with locked(file):
        begin = time.monotonic()
        note(outbox, database, *(f"{n}" for n in range(10)))
        assert time.monotonic() - begin < 1.5
        assert written(file) == []
        time.sleep(1.2)
        assert written(file) == []
    note(outbox, database, "danach")  # may not overtake those that wait
    wait_for(lambda: len(written(file)) == 11, 5)
    assert written(file) == [*(f"{n}" for n in range(10)), "danach"]
    wait_for(lambda: not list((tmp_path / "outbox").iterdir()), 5)
    note(outbox, database, "wieder")
    assert written(file)[-1] == "wieder"
    outbox.close()


def test_what_waits_outlives_a_restart_and_stays_before_what_comes_after_it(
    database: Database, file: Path, tmp_path: Path
) -> None:
    with locked(file):
        first = Outbox(database, tmp_path / "outbox")
        note(first, database, "mot", "hai")
        first.close()
        second = Outbox(database, tmp_path / "outbox")
        note(second, database, "ba")
    wait_for(lambda: len(written(file)) == 3, 5)
    assert written(file) == ["mot", "hai", "ba"]
    second.close()


def test_a_process_killed_between_writing_and_forgetting_writes_nothing_twice(
    database: Database, file: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "outbox"
    with locked(file):
        outbox = Outbox(database, folder)
        note(outbox, database, "mot", "hai")
        shutil.copytree(folder, tmp_path / "as-it-was")
    outbox.close()
    assert written(file) == ["mot", "hai"]
    shutil.copytree(tmp_path / "as-it-was", folder, dirs_exist_ok=True)
    again = Outbox(database, folder)
    wait_for(lambda: not list(folder.iterdir()), 5)
    note(again, database, "ba")
    assert written(file) == ["mot", "hai", "ba"]
    again.close()


def test_two_consoles_keep_one_order(file: Path, tmp_path: Path) -> None:
    databases = [Database(file, CONSOLE) for _n in range(2)]
    boxes = [Outbox(database, tmp_path / "outbox") for database in databases]
    with locked(file):
        for n in range(6):
            note(boxes[n % 2], databases[n % 2], str(n))
    note(boxes[0], databases[0], "6")
    wait_for(lambda: len(written(file)) == 7, 5)
    for box, database in zip(boxes, databases, strict=True):
        box.close()
        database.close()
    assert written(file) == [str(n) for n in range(7)]


@pytest.mark.skipif(os.name != "posix", reason="a file in the way of a folder")
def test_where_no_file_can_be_written_rows_wait_in_memory(database: Database, file: Path, tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("in the way")
    outbox = Outbox(database, tmp_path / "outbox")
    with locked(file):
        note(outbox, database, "mot", "hai")
    wait_for(lambda: len(written(file)) == 2, 5)
    note(outbox, database, "ba")
    assert written(file) == ["mot", "hai", "ba"]
    outbox.close()


def test_a_file_that_holds_no_row_stops_nobody(database: Database, file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    folder.mkdir()
    (folder / f"{1:020}-{'0' * 32}.json").write_text("{", "utf-8")
    (folder / f"{2:020}-{'1' * 32}.json").write_text('{"table": "audit", "row": {"unknown": 1}}', "utf-8")
    outbox = Outbox(database, folder)
    note(outbox, database, "mot")
    wait_for(lambda: written(file) == ["mot"], 5)
    assert sorted(path.suffix for path in folder.iterdir()) == [".unreadable"] * 2
    outbox.close()
