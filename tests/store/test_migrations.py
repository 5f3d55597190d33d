"""A database of another version: brought to this one whatever happens on the way, or refused in words and untouched."""

import datetime
import multiprocessing
import os
import random
import re
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil
import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, text

from loa.errors import SchemaError
from loa.store.asrun import rows
from loa.store.database import CONSOLE, STATION, Database, stamp
from loa.store.migrations import Schema
from loa.store.proof import verify
from loa.workspace import Workspace
from tests.conftest import Loa
from tests.local import free_port

SPAWN = multiprocessing.get_context("spawn")


def ask(file: Path, query: str) -> list[tuple[object, ...]]:
    """What SQLite itself says."""
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(query).fetchall()


def change(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def columns(file: Path, table: str) -> set[object]:
    return {row[1] for row in ask(file, f"PRAGMA table_info({table})")}


def aside(file: Path) -> list[Path]:
    return sorted(file.parent.glob(f"{file.stem}-v*"))


# --- from 0.1 ---


def test_a_station_of_0_1_is_copied_aside_and_gets_the_new_names(old_station: Workspace) -> None:
    file = old_station.database
    before = ask(file, "SELECT * FROM logbook"), ask(file, "SELECT * FROM presence"), ask(file, "SELECT * FROM outputs")
    store = Database(file)
    assert {"started_at", "heartbeat", "resolved_until"} < columns(file, "presence")
    assert not {"born", "beat", "swept"} & columns(file, "presence")
    assert "last_sound_at" in columns(file, "outputs")
    log, presence, outputs = before
    assert [row[: len(log[0])] for row in ask(file, "SELECT * FROM logbook")] == log
    presence[:] = [(*row, None) for row in presence]  # the identity that no process of then has left
    assert ask(file, "SELECT * FROM presence") == presence
    assert ask(file, "SELECT * FROM outputs") == outputs
    assert verify(store, old_station.seal) == []
    assert [row.outcome for row in rows(store)] == ["aired"]
    store.close()
    (copy,) = aside(file)
    assert re.fullmatch(r"station-v1-\d{4}-\d\d-\d\d-\d{6}\.db", copy.name)
    assert "born" in columns(copy, "presence")
    assert ask(copy, "SELECT * FROM logbook") == before[0]
    assert not list(file.parent.glob(".*.part*"))
    Database(file).close()
    assert aside(file) == [copy], "it is migrated once"


def test_an_outcome_that_is_void_makes_room_for_another(old_station: Workspace) -> None:
    """The rule "one outcome for an airing" stood in the table itself until version 4, which SQLite cannot change."""
    file = old_station.database
    assert "void" not in columns(file, "logbook")
    store = Database(file)
    before = [(row.seq, row.hash) for row in rows(store, kinds=None)]
    assert verify(store, old_station.seal) == []
    aired = next(row for row in rows(store) if row.airing)
    copy = f"INSERT INTO logbook (at, kind, airing, details, previous, hash) SELECT at, kind, airing, details, 'x', 'y' FROM logbook WHERE seq = {aired.seq}"
    with pytest.raises(sqlite3.IntegrityError, match="airing"):
        change(file, copy)
    change(file, f"UPDATE logbook SET void = 1 WHERE seq = {aired.seq}", copy)
    assert [(row.seq, row.hash) for row in rows(store, kinds=None)] != before
    assert ask(file, "SELECT name FROM sqlite_master WHERE name LIKE '%logbook_before%'") == []
    store.close()


def test_a_console_of_0_1_keeps_every_row_and_its_instants_read_alike(old_station: Workspace) -> None:
    """But wrong log-ins: the names that were typed may be passwords."""
    file = old_station.console_database
    tables = [str(name) for (name,) in ask(file, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    tables.remove("attempts")
    before = {table: len(ask(file, f"SELECT 1 FROM {table}")) for table in tables}
    instants = [datetime.datetime.fromisoformat(str(at)) for (at,) in ask(file, "SELECT at FROM audit")]
    Database(file, CONSOLE).close()
    assert {table: len(ask(file, f"SELECT 1 FROM {table}")) for table in tables} == before
    kept = [str(at) for (at,) in ask(file, "SELECT at FROM audit")]
    assert [datetime.datetime.fromisoformat(at) for at in kept] == instants
    assert [stamp(instant) for instant in instants] == kept
    assert ask(file, "SELECT 1 FROM sqlite_master WHERE name = 'attempts'") == []
    assert len(aside(file)) == 1


def test_a_station_of_0_1_that_is_on_air_is_not_changed_under_its_feet(old_station: Workspace, loa: Loa) -> None:
    me = psutil.Process()
    row = f"'x', 'on-air', '{socket.gethostname()}', {me.pid}, {me.create_time()}, 7, '2026-01-05T10:00:00Z', NULL, ''"
    change(old_station.database, "DELETE FROM presence", f"INSERT INTO presence VALUES ({row})")
    done = loa("log", cwd=old_station.root)
    assert done.returncode == 2
    assert "An older version of Loa is on air" in done.stderr
    assert str(me.pid) in done.stderr
    assert "born" in columns(old_station.database, "presence")
    assert aside(old_station.database) == []
    change(old_station.database, "UPDATE presence SET pid = 0")
    Database(old_station.database).close()


# --- a newer one ---


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file that holds something; what a reader of SQLite lays beside a database holds no data."""
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file() and p.suffix in {".db", ".seal", ".db-wal"}}


@pytest.mark.parametrize("words", [["log"], ["run", "--no-console"], ["approvals"]])
def test_a_newer_station_is_refused_in_words_and_untouched(old_station: Workspace, loa: Loa, words: list[str]) -> None:
    make_newer(old_station.database)
    before = bytes_of(old_station.state)
    done = loa(*words, cwd=old_station.root)
    assert done.returncode == 2
    assert ".loa/station.db was written by a newer version of Loa (its tables have version 99" in done.stderr
    after = bytes_of(old_station.state)
    assert {name: after[name] for name in before} == before


def test_a_newer_console_is_refused_in_words_and_untouched(old_station: Workspace, loa: Loa) -> None:
    make_newer(old_station.console_database)
    before = old_station.console_database.read_bytes()
    done = loa("console", "--listen", f"127.0.0.1:{free_port()}", cwd=old_station.root)
    assert done.returncode == 2
    assert ".loa/console.db was written by a newer version of Loa" in done.stderr
    assert old_station.console_database.read_bytes() == before


@pytest.mark.parametrize("mode", ["wal", "delete"])
def test_what_a_killed_newer_program_left_is_untouched_too(tmp_path: Path, mode: str) -> None:
    """Its last rows may lie in the write-ahead log, which whoever opens and closes the file would bring into it."""
    file = tmp_path / ".loa" / "station.db"
    file.parent.mkdir()
    child = SPAWN.Process(target=_newer_that_is_killed, args=(file, mode))
    child.start()
    child.join()
    before = {path.name: path.read_bytes() for path in file.parent.iterdir() if not path.name.endswith("-shm")}
    with pytest.raises(SchemaError) as refused:
        Database(file)
    assert refused.value.findings[0].code == "store.newer"
    after = {path.name: path.read_bytes() for path in file.parent.iterdir()}
    assert {name: after[name] for name in before} == before


def make_newer(file: Path) -> None:
    change(
        file,
        "CREATE TABLE schema_version (version INTEGER PRIMARY KEY, at TEXT, program TEXT)",
        "INSERT INTO schema_version VALUES (99, '2030-01-01T00:00:00.000000Z', '9.0')",
    )


def _newer_that_is_killed(file: Path, mode: str) -> None:
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute(f"PRAGMA journal_mode={mode}")
    connection.execute("CREATE TABLE schema_version (version INTEGER PRIMARY KEY, at TEXT, program TEXT)")
    connection.execute("INSERT INTO schema_version VALUES (99, '', '')")
    os.kill(os.getpid(), signal.SIGKILL)


# --- one that lacks something ---


@pytest.mark.parametrize("schema", [STATION, CONSOLE], ids=["station", "console"])
def test_a_database_that_lacks_a_column_gets_it_or_is_refused_by_name(tmp_path: Path, schema: Schema) -> None:
    tried = 0
    for table in schema.metadata.tables.values():
        for column in table.columns:
            file = tmp_path / f"{table.name}-{column.name}.db"
            Database(file, schema).close()
            for index in ask(
                file, f"SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '%({column.name})'"
            ):
                change(file, f"DROP INDEX {index[0]}")
            try:
                change(file, f'ALTER TABLE "{table.name}" DROP COLUMN "{column.name}"')
            except sqlite3.OperationalError:  # of a primary or unique key
                continue
            tried += 1
            if column.nullable:
                Database(file, schema).close()
                assert column.name in columns(file, table.name)
            else:
                with pytest.raises(SchemaError) as refused:
                    Database(file, schema)
                assert f"{table.name}.{column.name}" in str(refused.value)
                assert "loa restore" in refused.value.findings[0].fix
    assert tried > 30


def test_a_missing_table_is_made(tmp_path: Path) -> None:
    Database(tmp_path / "station.db").close()
    change(tmp_path / "station.db", "DROP TABLE outputs")
    Database(tmp_path / "station.db").close()
    assert "last_sound_at" in columns(tmp_path / "station.db", "outputs")


@pytest.mark.long
def test_a_backup_can_be_put_back_in_place_of_a_database_that_cannot_be_used(
    old_station: Workspace, loa: Loa, tmp_path: Path
) -> None:
    assert loa("backup", tmp_path / "loa.zip", cwd=old_station.root).returncode == 0
    make_newer(old_station.database)
    assert loa("log", cwd=old_station.root).returncode == 2
    done = loa("restore", tmp_path / "loa.zip", cwd=old_station.root)
    assert done.returncode == 0, done.stderr
    assert loa("log", "verify", cwd=old_station.root).returncode == 0


# --- killed, and two at once: with steps of our own, so that there are many ---


def made_up(pause: float = 0.0, killed_in: int = 0) -> Schema:
    """Version 7 of a database whose version 1 holds `things` and `steps`; step n adds a column and a row (n)."""
    metadata = MetaData()
    names = [Column(f"c{n}", Integer) for n in range(1, 7)]
    Table("things", metadata, Column("id", Integer, primary_key=True), Column("name", String(20)), *names)
    Table("steps", metadata, Column("number", Integer))
    return Schema(metadata, tuple(_Step(n, pause, killed=n == killed_in) for n in range(1, 7)), durable=True)


class _Step:
    def __init__(self, number: int, pause: float, *, killed: bool) -> None:
        self.number, self.pause, self.killed = number, pause, killed

    def __call__(self, connection: Connection) -> None:
        connection.execute(text(f"ALTER TABLE things ADD COLUMN c{self.number} INTEGER"))
        time.sleep(self.pause)
        connection.execute(text(f"INSERT INTO steps VALUES ({self.number})"))
        connection.execute(text(f"UPDATE things SET c{self.number} = id"))
        if self.killed:
            os.kill(os.getpid(), signal.SIGKILL)


def version_one(file: Path) -> None:
    change(
        file,
        "CREATE TABLE things (id INTEGER PRIMARY KEY, name VARCHAR(20))",
        "CREATE TABLE steps (number INTEGER)",
        *(f"INSERT INTO things VALUES ({n}, 'x')" for n in range(200)),
    )


def _migrate(file: Path, pause: float, killed_in: int = 0) -> None:
    Database(file, made_up(pause, killed_in), patience=60).close()


def check_migrated(file: Path) -> None:
    assert [number for (number,) in ask(file, "SELECT number FROM steps ORDER BY rowid")] == [1, 2, 3, 4, 5, 6]
    assert ask(file, "SELECT count(*) FROM things WHERE c1 = id AND c6 = id") == [(200,)]
    assert ask(file, "SELECT max(version) FROM schema_version") == [(7,)]
    assert ask(file, "PRAGMA integrity_check") == [("ok",)]
    for copy in aside(file):
        assert ask(copy, "PRAGMA integrity_check") == [("ok",)]
        version = int(copy.name.split("-v")[1].split("-")[0])
        assert len(ask(copy, "SELECT * FROM steps")) == version - 1, "a copy is of the version in its name"


@pytest.mark.parametrize("step", [1, 2, 6])
def test_a_process_killed_in_a_step_leaves_the_version_before_it(tmp_path: Path, step: int) -> None:
    file = tmp_path / "made-up.db"
    version_one(file)
    child = SPAWN.Process(target=_migrate, args=(file, 0.0, step))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    assert len(ask(file, "SELECT * FROM steps")) == step - 1
    Database(file, made_up()).close()
    check_migrated(file)


@pytest.mark.long
def test_processes_killed_at_any_moment_lose_nothing_and_do_nothing_twice(tmp_path: Path) -> None:
    chance = random.Random(11)
    for attempt in range(6):
        file = tmp_path / str(attempt) / "made-up.db"
        file.parent.mkdir()
        version_one(file)
        with _children(2, file, 0.05) as children:
            _until_it_began(file)
            time.sleep(chance.random() * 0.4)
            for child in children:
                child.kill()
        Database(file, made_up()).close()
        check_migrated(file)


def test_processes_that_start_at_once_take_each_step_once(tmp_path: Path) -> None:
    file = tmp_path / "made-up.db"
    version_one(file)
    with _children(4, file, 0.05) as children:
        for child in children:
            child.join(60)
        assert [child.exitcode for child in children] == [0] * 4
    check_migrated(file)
    assert len(aside(file)) == 1


def test_processes_that_make_a_new_database_at_once_all_find_it_whole(tmp_path: Path) -> None:
    file = tmp_path / "made-up.db"
    with _children(4, file, 0.0) as children:
        for child in children:
            child.join(60)
        assert [child.exitcode for child in children] == [0] * 4
    assert ask(file, "SELECT version FROM schema_version") == [(7,)]
    assert aside(file) == []


@contextmanager
def _children(count: int, file: Path, pause: float) -> Iterator[list["multiprocessing.context.SpawnProcess"]]:
    children = [SPAWN.Process(target=_migrate, args=(file, pause)) for _n in range(count)]
    for child in children:
        child.start()
    try:
        yield children
    finally:
        for child in children:
            child.kill()
            child.join()


def _until_it_began(file: Path) -> None:
    end = time.monotonic() + 60
    while not aside(file) and not list(file.parent.glob(".*.part")):
        assert time.monotonic() < end
        time.sleep(0.005)
