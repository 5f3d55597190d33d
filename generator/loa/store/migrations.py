"""Schema versions: a database of an older Loa is brought to this version when it is opened, a newer one is left alone.

Each database holds its version in the table `schema_version`, one row for each step that was taken; a database of
Loa 0.1 has no such table, and is version 1. A step and its row are one transaction, which begins by taking the write
lock and reading the version again: a process that is killed leaves the version before or the one after, and of two
processes that start at once each step is taken by one. Before the first step a SQLite file is copied aside.
"""

import contextlib
import datetime
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import psutil
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, func, insert, inspect, select, text

from loa import __version__
from loa.errors import Finding, SchemaError
from loa.files import part_path, rename
from loa.i18n import _
from loa.store import console_tables, tables
from loa.store.chain import add_row, canonical
from loa.store.processes import began_at

Step = Callable[[Connection], None]
Transaction = Callable[[], AbstractContextManager[Connection]]

schema_version = Table(
    "schema_version",
    MetaData(),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("program", String(40), nullable=False),
)
"""The steps that were taken, each with the version of Loa that took it; the highest is the database's version."""
_POSTGRESQL_LOCK = 7_601_286
"""Number of the advisory lock under which one process at a time changes the tables of a PostgreSQL database."""
_LEFT = datetime.timedelta(minutes=1)
"""A station that has not moved its heartbeat for so long is no longer on air."""


@dataclass(frozen=True, slots=True)
class Schema:
    """What one of the two databases holds. `steps[0]` brings version 1 to version 2, and so on.

    `durable`: whether a transaction is on the disk when it is committed (`synchronous=FULL`), power cut included.
    """

    metadata: MetaData
    steps: tuple[Step, ...]
    durable: bool

    @property
    def version(self) -> int:
        """The version that this program works with."""
        return len(self.steps) + 1


def prepare(schema: Schema, read: Transaction, write: Transaction, name: str, file: Path | None) -> None:
    """Make the tables, or bring those of an older version to `schema`.

    `read`, `write`: transactions of the database, which people know as `name`; `file`: where it lies, None for a
    server. Raises SchemaError where it is newer than this program, lacks what cannot be added, or is in use by a
    station of an older version; whatever `read` and `write` raise.
    """
    with read() as connection:
        found = version_of(connection, schema)
    _refuse_newer(found, schema, name)
    if found == 0:
        with _alone(write) as connection:
            if version_of(connection, schema) == 0:
                schema.metadata.create_all(connection)
                _note(connection, schema.version)
    first = found
    while 0 < found < schema.version:
        with _alone(write) as connection:
            found = version_of(connection, schema)
            if found < schema.version:
                _refuse_on_air(connection, found)
                if file and found == first:  # else another process has copied it, and gone on
                    copy_database(file, _aside(file, found))
                schema.steps[found - 1](connection)
                _note(connection, found := found + 1)
        _refuse_newer(found, schema, name)
    _complete(schema, read, write, name)


def refuse_newer_file(schema: Schema, file: Path, name: str) -> None:
    """Look at a SQLite file without opening it for writing: not a byte of a newer one changes. Raises SchemaError."""
    if not file.is_file():
        return
    # What is no database at all, or locked, is reported when it is opened for good.
    with contextlib.suppress(sqlite3.Error):
        with contextlib.closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=1)) as looked:
            found = looked.execute("SELECT max(version) FROM schema_version").fetchone()[0]
        _refuse_newer(found or 0, schema, name)


def version_of(connection: Connection, schema: Schema) -> int:
    """The version of a database; 0 where it is empty."""
    there = set(inspect(connection).get_table_names())
    if schema_version.name in there:
        return int(connection.execute(select(func.max(schema_version.c.version))).scalar() or 1)
    return 1 if there.intersection(schema.metadata.tables) else 0


def copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite database page by page while others use it; `target` is complete or absent. Raises OSError."""
    part = part_path(target)
    try:
        with (
            contextlib.closing(sqlite3.connect(source, timeout=30)) as here,
            contextlib.closing(sqlite3.connect(part)) as there,
        ):
            here.backup(there)
        rename(part, target)
    except sqlite3.Error as error:
        raise OSError(str(error)) from error
    finally:
        for left in (part, part.with_name(f"{part.name}-journal")):
            left.unlink(missing_ok=True)


@contextlib.contextmanager
def _alone(write: Transaction) -> Iterator[Connection]:
    """A transaction in which no other process changes tables."""
    with write() as connection:  # SQLite: BEGIN IMMEDIATE has taken the lock
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(select(func.pg_advisory_xact_lock(_POSTGRESQL_LOCK)))
        yield connection


def _note(connection: Connection, version: int) -> None:
    schema_version.create(connection, checkfirst=True)
    moment = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    connection.execute(insert(schema_version).values(version=version, at=moment, program=__version__))


def _aside(file: Path, version: int) -> Path:
    """`station.db` of version 1 is kept as `station-v1-2026-11-29-170000.db`."""
    moment = datetime.datetime.now().astimezone()
    return file.with_name(f"{file.stem}-v{version}-{moment:%Y-%m-%d-%H%M%S}{file.suffix}")


def _refuse_newer(found: int, schema: Schema, name: str) -> None:
    if found > schema.version:
        message = _("{file} was written by a newer version of Loa (its tables have version {found}, ours {known}).")
        fix = _("Install the newer version again, or put back a backup of before: loa restore FILE")
        text_ = message.format(file=name, found=found, known=schema.version)
        raise SchemaError(Finding("store.newer", text_, fix))


def _refuse_on_air(connection: Connection, version: int) -> None:
    """The tables of a station that is on air are not changed under it: the older program would not know them."""
    started_at, heartbeat = ("born", "beat") if version == 1 else ("started_at", "heartbeat")
    if not {"role", "host", "pid", "at", started_at, heartbeat} <= _columns(connection, tables.presence.name):
        return
    query = f"SELECT host, pid, {started_at} AS started_at, at FROM presence WHERE role = 'on-air' AND {heartbeat} >= 0"  # noqa: S608
    for row in connection.execute(text(query)):
        if row.host == socket.gethostname() and began_at(row.pid, row.started_at):
            fresh = True
        else:  # on another computer; or the clock was set, so that the process seems to be another one
            moved = abs(datetime.datetime.now(datetime.UTC) - datetime.datetime.fromisoformat(row.at)) < _LEFT
            fresh = moved and (row.host != socket.gethostname() or psutil.pid_exists(row.pid))
        if fresh:
            message = _("An older version of Loa is on air with this database (process {pid} on {host}).")
            fix = _("End it first, then start this version.")
            raise SchemaError(Finding("store.on-air", message.format(pid=row.pid, host=row.host), fix))


def _complete(schema: Schema, read: Transaction, write: Transaction, name: str) -> None:
    """See that nothing is missing, whatever happened to the database before; add what may be empty."""
    with read() as connection:
        if not _missing(connection, schema):
            return
    with _alone(write) as connection:
        schema.metadata.create_all(connection)
        missing = _missing(connection, schema)
        lost = [f"{column.table.name}.{column.name}" for column in missing if not column.nullable]
        if lost:
            message = _("{file} is damaged, or not a database of Loa: it lacks {columns}.")
            fix = _("Put back the last backup: loa restore FILE")
            raise SchemaError(Finding("store.schema", message.format(file=name, columns=", ".join(lost)), fix))
        quote = connection.dialect.identifier_preparer.quote
        for column in missing:
            kind = column.type.compile(connection.dialect)
            connection.execute(text(f"ALTER TABLE {quote(column.table.name)} ADD COLUMN {quote(column.name)} {kind}"))


def _missing(connection: Connection, schema: Schema) -> list[Column[object]]:
    known = {
        table: {column["name"] for column in columns}
        for (_schema, table), columns in inspect(connection).get_multi_columns().items()
    }
    return [c for t in schema.metadata.tables.values() for c in t.columns if c.name not in known.get(t.name, ())]


def _plain_names(connection: Connection) -> None:
    """Column names that say what they hold."""
    for table, old, new in (
        ("presence", "born", "started_at"),
        ("presence", "beat", "heartbeat"),
        ("presence", "swept", "resolved_until"),
        ("outputs", "took", "last_sound_at"),
    ):
        if old in _columns(connection, table):
            connection.execute(text(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}"))


def _log_of_outputs(connection: Connection) -> None:
    """Rows of format 2: a row for each output, the station, and approvals that hang in the chain.

    Old rows stay as they are. Loa 0.1 wrote an approval and its row of the log one after the other; where it was killed
    in between, the row is written now, so that the approval goes on to count, and the log shows it.
    """
    for column, kind in (("format", "INTEGER"), ("station", "VARCHAR(40)"), ("part_of", "VARCHAR(200)")):
        if column not in _columns(connection, "logbook"):
            connection.execute(text(f"ALTER TABLE logbook ADD COLUMN {column} {kind}"))
    connection.execute(text("CREATE UNIQUE INDEX IF NOT EXISTS logbook_parts ON logbook (part_of, output)"))
    connection.execute(text("CREATE INDEX IF NOT EXISTS logbook_kinds ON logbook (kind, bulletin, sha256)"))
    tables.log_identity.create(connection, checkfirst=True)
    if not _columns(connection, "approvals"):
        return
    alone = text(
        'SELECT bulletin, sha256, "by", at FROM approvals WHERE withdrawn IS NULL AND NOT EXISTS ('
        "SELECT 1 FROM logbook WHERE logbook.kind = 'approval' AND logbook.bulletin = approvals.bulletin "
        "AND logbook.sha256 = approvals.sha256 AND logbook.at = approvals.at) ORDER BY id"
    )
    for row in connection.execute(alone).mappings().all():
        moment = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        reason = _("released by {name}, by an earlier version of Loa, which did not log it").format(name=row["by"])
        details = canonical({"act": "released", "by": row["by"], "at": row["at"], "taken_over": True})
        about = {"kind": "approval", "bulletin": row["bulletin"], "sha256": row["sha256"]}
        add_row(connection, {**about, "at": moment, "reason": reason, "details": details})


_INSTANTS = {
    "users": ("created",),
    "sessions": ("created", "seen"),
    "tokens": ("created", "until", "used"),
    "attempts": ("at",),
    "audit": ("at",),
    "versions": ("at",),
    "jobs": ("created", "ended"),
    "returns": ("at",),
}


def _stamps_and_keys(connection: Connection) -> None:
    """Instants as in the station's tables; and a key for rows that are written later (`outbox`)."""
    for table, columns in _INSTANTS.items():
        for column in _columns(connection, table).intersection(columns):
            connection.execute(
                text(
                    f"UPDATE {table} SET {column} = substr({column}, 1, 23) || '000Z' "  # noqa: S608
                    f"WHERE {column} LIKE '____-__-__T__:__:__.___+00:00'"
                )
            )
    for table in ("audit", "versions"):
        if _columns(connection, table):
            connection.execute(text(f"ALTER TABLE {table} ADD COLUMN key VARCHAR(40)"))
            connection.execute(text(f"CREATE UNIQUE INDEX {table}_key ON {table} (key)"))


def _process_identity(connection: Connection) -> None:
    """When a process began, in a form that does not move with the clock."""
    there = _columns(connection, tables.presence.name)
    if there and "identity" not in there:
        connection.execute(text("ALTER TABLE presence ADD COLUMN identity VARCHAR(100)"))


def _guesses_in_memory(connection: Connection) -> None:
    """Wrong log-ins are counted in memory; what was kept of them may hold mistyped passwords."""
    connection.execute(text("DROP TABLE IF EXISTS attempts"))


def _communes_and_authors(connection: Connection) -> None:
    """For which communes people work, and who changed a file by the name for logging in. Whoever is there already
    goes on to work for the whole station.
    """
    for table, column, kind in (("users", "communes", "TEXT"), ("versions", "login", "VARCHAR(40)")):
        there = _columns(connection, table)
        if there and column not in there:
            connection.execute(text(f"ALTER TABLE {table} ADD COLUMN {column} {kind}"))


def _columns(connection: Connection, table: str) -> set[str]:
    """The names of the columns of `table`; empty where there is no such table."""
    looked = inspect(connection)
    return {column["name"] for column in looked.get_columns(table)} if looked.has_table(table) else set()


def _void_rows(connection: Connection) -> None:
    """A mark for rows by a wrong clock; an airing has one outcome *that counts*.

    SQLite cannot take a rule from a column: the rows move to a table of the new form, as they are.
    """
    there = _columns(connection, "logbook")
    if not there or "void" in there:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(text("ALTER TABLE logbook ADD COLUMN void INTEGER"))
        connection.execute(text("ALTER TABLE logbook DROP CONSTRAINT IF EXISTS logbook_airing_key"))
        connection.execute(text("DROP INDEX IF EXISTS logbook_parts"))
        for table, columns in (("airings", "airing"), ("parts", "part_of, output")):
            connection.execute(text(f"CREATE UNIQUE INDEX logbook_{table} ON logbook ({columns}) WHERE void IS NULL"))
        return
    indexes = text("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'logbook' AND sql IS NOT NULL")
    for name in connection.execute(indexes).scalars().all():
        connection.execute(text(f'DROP INDEX "{name}"'))
    connection.execute(text("ALTER TABLE logbook RENAME TO logbook_before"))
    tables.logbook.create(connection)
    kept = ", ".join(column.name for column in tables.logbook.columns if column.name in there)
    connection.execute(text(f"INSERT INTO logbook ({kept}) SELECT {kept} FROM logbook_before ORDER BY seq"))  # noqa: S608
    connection.execute(text("DROP TABLE logbook_before"))


STATION = Schema(tables.metadata, (_plain_names, _process_identity, _log_of_outputs, _void_rows), durable=True)
CONSOLE = Schema(console_tables.metadata, (_stamps_and_keys, _guesses_in_memory, _communes_and_authors), durable=False)
