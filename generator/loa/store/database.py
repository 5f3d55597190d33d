"""The station's database: tables and short transactions. SQLite in the workspace, or PostgreSQL by URL.

Instants are kept as text, UTC with microseconds: they sort as text, and a hash of a row is the same everywhere.
"""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from loa.errors import Finding, StoreError
from loa.i18n import _
from loa.workspace import private_file

metadata = MetaData()

ledger = Table(
    "ledger",
    metadata,
    Column("airing", String(200), primary_key=True),
    Column("broadcast", String(100), nullable=False),
    Column("commune", String(100), nullable=False),
    Column("bulletin", String(300), nullable=False),
    Column("planned", String(32), nullable=False),
    Column("outputs", Text, nullable=False),
    Column("priority", String(20), nullable=False),
    Column("holder", String(200), nullable=False),
    Column("claimed", String(32), nullable=False),
    Column("started", String(32)),
    Column("position", Float),
    Column("sha256", String(64)),
    Column("note", Text),
)
"""Airings that a process has taken on: one row each, so that none is started twice. `position`: seconds played."""

logbook = Table(
    "logbook",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", String(32), nullable=False, index=True),
    Column("kind", String(20), nullable=False),
    Column("airing", String(200), unique=True),
    Column("broadcast", String(100)),
    Column("commune", String(100)),
    Column("output", Text),
    Column("planned", String(32), index=True),
    Column("started", String(32)),
    Column("ended", String(32)),
    Column("outcome", String(20)),
    Column("reason", Text),
    Column("bulletin", String(300)),
    Column("sha256", String(64)),
    Column("details", Text, nullable=False),
    Column("previous", String(64), nullable=False, unique=True),
    Column("hash", String(64), nullable=False),
)
"""The as-run log. `previous` is unique, so that the chain cannot fork; `airing`, so that it has one outcome."""

approvals = Table(
    "approvals",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("bulletin", String(300), nullable=False, index=True),
    Column("sha256", String(64), nullable=False, index=True),
    Column("by", String(200), nullable=False),
    Column("at", String(32), nullable=False),
    Column("withdrawn", String(32)),
    Column("withdrawn_by", String(200)),
)

presence = Table(
    "presence",
    metadata,
    Column("token", String(200), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("host", String(200), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("born", Float, nullable=False),
    Column("beat", Integer, nullable=False),
    Column("at", String(32), nullable=False),
    Column("swept", String(32)),
    Column("state", Text, nullable=False),
)
"""The processes on this workspace; the row with the role `on-air` is the one that may make sound."""

outputs = Table(
    "outputs",
    metadata,
    Column("output", String(100), primary_key=True),
    Column("place", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("since", String(32), nullable=False),
    Column("error", Text),
    Column("took", String(32)),
)
"""How each output of the station on air is getting on; `place`: its order in the schedule; `took`: its last sound."""

requests = Table(
    "requests",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", String(32), nullable=False),
    Column("verb", String(20), nullable=False),
    Column("payload", Text, nullable=False),
    Column("taken", String(32), index=True),
)
"""What other processes (`loa air`, `loa stop`, the console) ask of the one that is on air."""

alarms = Table(
    "alarms",
    metadata,
    Column("event", String(300), primary_key=True),
    Column("at", String(32), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("message", Text, nullable=False),
    Column("cleared", String(32)),
)
deliveries = Table(
    "deliveries",
    metadata,
    Column("event", String(300), primary_key=True),
    Column("channel", String(20), primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("next", String(32), nullable=False),
    Column("sent", String(32)),
    Column("error", Text),
)
"""Alarms, each told once on every channel; `next`: not before that instant (back-off)."""


class Database:
    """The database of one station. `patience`: seconds to wait for another process that is writing."""

    def __init__(self, url: str, *, patience: float = 10.0) -> None:
        self.url = url
        self.full = False
        """Whether the last write failed for want of room."""
        try:
            self._engine = _engine(url, patience)
        except (ArgumentError, NoSuchModuleError, ImportError) as error:
            raise StoreError(
                Finding(
                    "store.url",
                    _("The database cannot be used: {reason}").format(reason=error),
                    _(
                        "Check “database” in schedule.yaml (PostgreSQL wants: pip install loa[postgres]); "
                        "leave it out to keep the data in the station's folder."
                    ),
                )
            ) from error
        with _translated():
            metadata.create_all(self._engine)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads. Raises StoreError."""
        with _translated(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes: committed whole at its end, or not at all. Raises StoreError."""
        try:
            with _translated(), self._engine.connect() as connection:
                writer = connection.execution_options(loa_writes=True)
                with writer.begin():
                    yield writer
        except StoreError as error:
            self.full = error.findings[0].code == "store.full"
            raise
        self.full = False

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()


def open_store(folder_database: Path, url: str | None = None, *, patience: float = 10.0) -> Database:
    """The store of a workspace: `url`, else the SQLite file. Raises StoreError."""
    if url is None:
        try:
            private_file(folder_database)
        except OSError as error:
            raise _trouble(error) from error
    return Database(url or f"sqlite:///{folder_database.as_posix()}", patience=patience)


def stamp(moment: datetime.datetime) -> str:
    """An aware instant as the text that the database keeps."""
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def instant(text: str) -> datetime.datetime:
    """The aware instant of a `stamp`."""
    return datetime.datetime.fromisoformat(text)


def _engine(url: str, patience: float) -> Engine:
    address = make_url(url)
    if address.drivername == "postgresql":  # SQLAlchemy would take psycopg 2; our extra installs psycopg 3
        address = address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() != "sqlite":
        wait = {"connect_timeout": max(2, round(patience))} if address.get_backend_name() == "postgresql" else {}
        return create_engine(address, pool_pre_ping=True, connect_args=wait)
    engine = create_engine(url, connect_args={"timeout": patience, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _connect(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: pysqlite's own comes too late for a lock
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.cursor().execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("loa_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise
    except (DatabaseError, OSError) as error:
        raise _trouble(error) from error


def _trouble(error: Exception) -> StoreError:
    text = str(getattr(error, "orig", None) or error) or type(error).__name__
    for word, code, message, fix in (
        (
            "locked",
            "store.busy",
            _("Another program is holding the station's database."),
            _("Close the program that has .loa/station.db open; Loa goes on by itself."),
        ),
        (
            "full",
            "store.full",
            _("The disk is full: the station's database cannot be written."),
            _("Free some space; Loa goes on by itself and writes what it has kept."),
        ),
        (
            "readonly",
            "store.closed",
            _("The station's database may not be written."),
            _("Check the permissions of the folder .loa."),
        ),
        (
            "connection",
            "store.away",
            _("The database server does not answer: {reason}").format(reason=text.strip().splitlines()[0]),
            _("Start it, or check “database” in schedule.yaml; Loa goes on by itself."),
        ),
        (
            "malformed",
            "store.broken",
            _("The station's database is damaged."),
            _("Put back the last backup: loa restore FILE"),
        ),
    ):
        if word in text:
            return StoreError(Finding(code, message, fix))
    return StoreError(
        Finding(
            "store.trouble",
            _("The station's database does not work: {reason}").format(reason=text),
            _("Check the disk and the permissions of the folder .loa."),
        )
    )
