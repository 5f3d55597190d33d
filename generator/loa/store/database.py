"""A database of Loa: short transactions, and its troubles in words. SQLite, or PostgreSQL by URL."""

import contextlib
import datetime
import errno
import itertools
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, Select, create_engine, event, make_url
from sqlalchemy import exc as sql
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from loa.errors import Finding, SchemaError, StoreError
from loa.files import private_file, remove
from loa.i18n import _
from loa.store import migrations
from loa.store.migrations import CONSOLE, STATION, Schema
from loa.store.opened_file import OpenedFile, identity

__all__ = ["CONSOLE", "STATION", "Database", "instant", "stamp"]

_TRIES = 20
"""How often a transaction is begun anew because the file was deleted or replaced just then."""
_HELD = 3.0
"""Seconds after a reader was locked out in which the next readers do not wait at all: a page reads many times."""


class Database:
    """The tables of `schema` in a SQLite file (a path) or on a server (a URL), brought to this version's when opened.

    `patience`: seconds that a writer waits for another one; `glance`: seconds that a reader waits (None: as long). In
    the mode that we use (write-ahead log) a reader waits only for a program that locks readers out, too.
    Raises SchemaError where the database is not one for this version of Loa, StoreError where it does not answer.
    """

    def __init__(
        self, place: Path | str, schema: Schema = STATION, *, patience: float = 10.0, glance: float | None = None
    ) -> None:
        self.full = False
        """Whether the last write failed for want of room."""
        self._patience, self._glance = patience, patience if glance is None else glance
        self._durable = schema.durable
        self._locked_out = float("-inf")
        self._schema = schema
        self._opened: OpenedFile | None = None
        self._moving = threading.RLock()
        self._notices: list[str] = []
        try:
            address = make_url(f"sqlite:///{place.as_posix()}" if isinstance(place, Path) else place)
            self._engine = _engine(address, patience)
        except (sql.ArgumentError, sql.NoSuchModuleError, ImportError) as error:
            raise _unusable(error) from error
        self.file = file = _file(address)
        """Where a SQLite database lies; None for a server, and in memory."""
        self._name = f"{file.parent.name}/{file.name}" if file else address.render_as_string(hide_password=True)
        try:
            if file:
                with self._translated():
                    new = not file.exists()
                    private_file(file)
                    for end in ("-wal", "-shm") if new else ():  # of a file that was deleted
                        remove(file.with_name(f"{file.name}{end}"))
            self._open()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        """Look at the tables, and bring them to this version. Raises SchemaError, StoreError."""
        if self.file:
            with self._translated():
                migrations.refuse_newer_file(self._schema, self.file, self._name)
                self._use_wal()
                self._opened = OpenedFile(self.file)
        migrations.prepare(self._schema, self.read, self.write, self._name, self.file)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads. Raises StoreError."""
        glance = 0.0 if time.monotonic() - self._locked_out < _HELD else self._glance
        try:
            with self._translated(), contextlib.ExitStack() as stack:
                yield self._connect(stack).execution_options(loa_patience=glance)
        except StoreError as error:
            if is_busy(error):
                self._locked_out = time.monotonic()
            raise

    def rows(self, query: Select[Any]) -> list[dict[str, Any]]:
        """What `query` selects, as plain dictionaries. Raises StoreError."""
        with self.read() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    @contextmanager
    def write(self, patience: float | None = None, *, durable: bool | None = None) -> Iterator[Connection]:
        """A transaction that writes: committed as a whole at its end, or not at all.

        `patience`: seconds to wait for another writer (None: as the database was opened); `durable`: whether it is on
        the disk when it is committed (None: as the schema says). Raises StoreError.
        """
        wait = self._patience if patience is None else patience
        sure = self._durable if durable is None else durable
        try:
            with self._translated(), contextlib.ExitStack() as stack:
                writer = self._begin(stack, wait, durable=sure)
                if writer.dialect.name == "postgresql":
                    if patience is not None:
                        writer.exec_driver_sql(f"SET LOCAL lock_timeout = {max(1, round(wait * 1000))}")
                    if not sure:
                        writer.exec_driver_sql("SET LOCAL synchronous_commit = off")
                yield writer
        except StoreError as error:
            self.full = error.findings[0].code == "store.full"
            raise
        self.full = False

    def close(self) -> None:
        """Let go of the file, or of the server."""
        self._engine.dispose()
        if self._opened:
            self._opened.close()

    def take_notices(self) -> list[str]:
        """What happened to the file since the last call, in words for people."""
        found, self._notices = self._notices, []
        return found

    def _begin(self, stack: contextlib.ExitStack, wait: float, *, durable: bool) -> Connection:
        """A transaction that writes into the file that lies at its place; it ends with `stack`."""
        for tries in itertools.count(1):
            before = identity(self.file) if self.file else (0, 0)
            try:
                writer = self._connect(stack).execution_options(loa_writes=True, loa_patience=wait, loa_durable=durable)
                stack.enter_context(writer.begin())
            except (sql.DBAPIError, sqlite3.Error, StoreError) as error:
                now = identity(self.file) if self.file else before
                if tries == _TRIES or (now == before is not None and not isinstance(error, _MovedError)):
                    raise
                stack.close()
            else:
                return writer
        raise AssertionError

    def _connect(self, stack: contextlib.ExitStack) -> Connection:
        """A connection to the file that lies at its place; it ends with `stack`."""
        for _try in range(_TRIES):
            self.follow_file()
            connection = stack.enter_context(self._engine.connect())
            if self._opened is None or connection.info["identity"] == self._opened.identity:
                return connection
            connection.invalidate()  # made while the file was deleted or replaced
            stack.close()
        raise _MovedError

    def follow_file(self) -> None:
        """Where the file was deleted, bring it back; where another lies at its place, go on with that one.

        Raises SchemaError where that is not one for this version of Loa, StoreError.
        """
        if self._opened is None or not self._opened.moved:
            return
        with self._moving, self._translated():
            opened = self._opened
            if self.file is None or not opened.moved:
                return
            end, hidden = opened.end_of_log(), opened.hides
            deleted = hidden or not self.file.exists()
            if deleted and not opened.bring_back(self._patience, over=hidden) and opened.hides:
                raise _MovedError
            if not self.file.exists():
                message = _("The database {file} was deleted.").format(file=self._name)
                raise StoreError(Finding("store.gone", message, _("Put back the last backup: loa restore FILE")))
            self._engine.dispose()
            try:
                self._open()
            except BaseException:
                if self._opened and self._opened is not opened:
                    self._opened.close()
                self._opened = opened  # look again the next time: nothing is written into either
                raise
            opened.close()
            self._notices.append(self._what_happened(end, deleted=deleted or self._opened.holds(end)))

    def _what_happened(self, end: tuple[int, str] | None, *, deleted: bool) -> str:
        if deleted:
            message = _(
                "The database {file} was deleted or moved away while Loa was running. Loa has written it anew from "
                "what it held open: nothing is lost."
            )
        else:
            message = _(
                "The database {file} was replaced by another one while Loa was running. The log of the one before "
                "ended with row {seq} (hash {hash}), which the new one does not hold. Loa goes on with the new one; if "
                "that is not what you want, put back the last backup: loa restore FILE"
            )
        return message.format(file=self._name, seq=end[0] if end else 0, hash=end[1] if end else "-")

    def _use_wal(self) -> None:
        """Write-ahead log: a mode that the file keeps. A disk that cannot have it (a network share) does without."""
        end = time.monotonic() + self._patience
        while not self._uses_wal(last_try=time.monotonic() > end):
            time.sleep(0.05)

    def _uses_wal(self, *, last_try: bool) -> bool:
        try:
            with contextlib.closing(self._engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA journal_mode=WAL")
        except (sql.DBAPIError, sqlite3.Error) as error:
            if last_try or _kind(error) != "busy":
                raise
            return False
        return True

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sql.IntegrityError:
            raise
        except (sql.DBAPIError, sql.TimeoutError, sqlite3.Error, OSError) as error:
            raise _trouble(error, self._name, self.file) from error


class _MovedError(sqlite3.OperationalError):
    """The file of a connection does not lie at its place any more."""


def is_busy(error: StoreError) -> bool:
    """Whether another program is holding the database: what did not work now works once it lets go."""
    return error.findings[0].code == "store.busy"


def stamp(moment: datetime.datetime) -> str:
    """An aware instant as the text that every table keeps: UTC, microseconds, sorts as text."""
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def instant(text: str) -> datetime.datetime:
    """The aware instant of a `stamp`."""
    return datetime.datetime.fromisoformat(text)


def _file(address: URL) -> Path | None:
    """Where a SQLite database lies; None for a server, and in memory."""
    name = address.database if address.get_backend_name() == "sqlite" else None
    return Path(name) if name and name != ":memory:" else None


def _engine(address: URL, patience: float) -> Engine:
    """However many pages wait for a writer, STOP finds a connection (max_overflow): there are as many as threads."""
    if address.drivername == "postgresql":  # SQLAlchemy would take psycopg 2; our extra installs psycopg 3
        address = address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() != "sqlite":
        wait: dict[str, object] = {}
        if address.get_backend_name() == "postgresql":
            wait = {
                "connect_timeout": max(2, round(patience)),
                "options": f"-c lock_timeout={max(1, round(patience * 1000))}",
            }
        return create_engine(address, pool_pre_ping=True, connect_args=wait, max_overflow=-1)
    file = _file(address)
    about: dict[str, Any] = {"timeout": 0.5, "check_same_thread": False}
    if file:  # never make a file here: where it was deleted, it is brought back
        uri = f"{file.absolute().as_uri()}?mode=rw"
        engine = create_engine(address, creator=lambda: sqlite3.connect(uri, uri=True, **about), max_overflow=-1)
    else:
        engine = create_engine(address, connect_args=about)

    @event.listens_for(engine, "connect")
    def _connect(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        record.info["identity"] = identity(file) if file else None
        connection.isolation_level = None  # we say BEGIN ourselves: pysqlite's own comes too late for a lock
        connection.cursor().execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        """The driver's own connection: several times as quick, and a station begins a dozen transactions a second."""
        options = connection.get_execution_options()
        sqlite = connection.connection.driver_connection
        assert isinstance(sqlite, sqlite3.Connection)
        sqlite.execute(f"PRAGMA busy_timeout={round(options['loa_patience'] * 1000)}")
        if options.get("loa_writes"):
            sqlite.execute(f"PRAGMA synchronous={'FULL' if options['loa_durable'] else 'NORMAL'}")
            sqlite.execute("BEGIN IMMEDIATE")
            if file and connection.info["identity"] != identity(file):  # the lock is held: nobody brings it back now
                sqlite.execute("ROLLBACK")
                raise _MovedError
        else:
            sqlite.execute("BEGIN")

    return engine


def _unusable(error: Exception) -> StoreError:
    return SchemaError(
        Finding(
            "store.url",
            _("The database cannot be used: {reason}").format(reason=error),
            _(
                "Check “database” in schedule.yaml (PostgreSQL wants: pip install loa[postgres]); "
                "leave it out to keep the data in the station's folder."
            ),
        )
    )


_SQLITE = {5: "busy", 6: "busy", 8: "closed", 11: "broken", 13: "full", 14: "closed", 15: "busy", 26: "broken"}
"""What SQLite's primary result codes mean to us."""
_POSTGRESQL = {"55P03": "busy", "53100": "full", "25006": "closed"}
"""The same of PostgreSQL's SQLSTATE."""


def _trouble(error: Exception, name: str, file: Path | None) -> StoreError:
    """The error in words. `name`: of the database; `file`: where it lies, None for a server."""
    reason = _reason(error)
    messages = {
        "busy": (
            _("Another program is holding the database {file}.").format(file=name),
            _("Close the program that has it open; Loa goes on by itself."),
        ),
        "full": (
            _("The disk is full: the database {file} cannot be written.").format(file=name),
            _("Free some space; Loa goes on by itself and writes what it has kept."),
        ),
        "closed": (
            _("The database {file} may not be written: {reason}").format(file=name, reason=reason),
            _("Check the permissions of the folder .loa."),
        ),
        "away": (
            _("The database server does not answer: {reason}").format(reason=reason),
            _("Start it, or check “database” in schedule.yaml; Loa goes on by itself."),
        ),
        "broken": (
            _("The database {file} is damaged.").format(file=name),
            _("Put back the last backup: loa restore FILE"),
        ),
        "trouble": (
            _("The database {file} does not work: {reason}").format(file=name, reason=reason),
            _("Check the disk and the permissions of the folder .loa."),
        ),
    }
    kind = _kind(error)
    if kind in ("closed", "trouble") and file and _is_full(file.parent):
        kind = "full"
    message, fix = messages[kind]
    return StoreError(Finding(f"store.{kind}", message, fix))


_LEAST_ROOM = 65_536
"""Bytes that SQLite needs to begin: its journal, and 32 KB of memory shared between processes."""


def _is_full(folder: Path) -> bool:
    """Whether a disk has no room: SQLite then says only that it cannot open a file, or "disk I/O error"."""
    try:
        return shutil.disk_usage(folder).free < _LEAST_ROOM
    except OSError:
        return False


def _kind(error: Exception) -> str:
    """What the error means to us."""
    original = getattr(error, "orig", None) or error
    code, state = getattr(original, "sqlite_errorcode", 0), getattr(original, "sqlstate", None)
    known = _SQLITE.get(code & 0xFF) or _POSTGRESQL.get(state or "")
    if known:
        return known
    if isinstance(error, sql.TimeoutError | _MovedError):
        return "busy"
    reason = _reason(error)
    if isinstance(error, OSError):
        return "full" if error.errno == errno.ENOSPC or "full" in reason else "closed"
    return "away" if "connection" in reason else "trouble"


def _reason(error: Exception) -> str:
    original = getattr(error, "orig", None) or error
    return next(iter(str(original).strip().splitlines()), "") or type(original).__name__
