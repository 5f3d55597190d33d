"""The console's own tables, in a file of their own: no log-in ever waits for the logbook, or holds it up."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, Text, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from loa.workspace import Workspace, private_file

metadata = MetaData()

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(40), unique=True, nullable=False),  # what is typed to log in, lower case
    Column("shown", String(80), nullable=False),  # how pages and logs call the person
    Column("password", String(200), nullable=False),  # an argon2id hash
    Column("roles", String(120), nullable=False),  # names of roles, with spaces between
    Column("active", Integer, nullable=False, default=1),
    Column("created", String(32), nullable=False),
)
sessions = Table(
    "sessions",
    metadata,
    Column("hash", String(64), primary_key=True),  # SHA-256 of the cookie: a stolen database opens no session
    Column("user_id", Integer, nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("created", String(32), nullable=False),
    Column("seen", String(32), nullable=False),
    Column("address", String(64), nullable=False),
)
tokens = Table(
    "tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hash", String(64), unique=True, nullable=False),
    Column("user_id", Integer, nullable=False, index=True),
    Column("label", String(80), nullable=False),
    Column("roles", String(120), nullable=False),
    Column("created", String(32), nullable=False),
    Column("until", String(32), nullable=False),
    Column("used", String(32)),
)
attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(160), nullable=False, index=True),
    Column("at", String(32), nullable=False),
)
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String(32), nullable=False),
    Column("who", String(80), nullable=False),
    Column("action", String(60), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("detail", Text, nullable=False, default=""),
    Column("address", String(64), nullable=False, default=""),
)
versions = Table(
    "versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("file", String(200), nullable=False, index=True),  # from the root of the workspace
    Column("at", String(32), nullable=False),
    Column("who", String(80), nullable=False),
    Column("note", String(200), nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
)
jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("title", String(200), nullable=False),
    Column("arguments", Text, nullable=False),  # JSON
    Column("who", String(80), nullable=False),
    Column("state", String(12), nullable=False, index=True),  # waiting running done failed cancelled
    Column("done", Integer, nullable=False, default=0),
    Column("total", Integer, nullable=False, default=0),
    Column("message", Text, nullable=False, default=""),
    Column("pid", Integer),
    Column("created", String(32), nullable=False),
    Column("ended", String(32)),
)
returns = Table(
    "returns",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("bulletin", String(200), nullable=False, index=True),
    Column("sha256", String(64), nullable=False),
    Column("at", String(32), nullable=False),
    Column("who", String(80), nullable=False),
    Column("note", Text, nullable=False),
)
sounds = Table(
    "sounds",
    metadata,
    Column("id", String(300), primary_key=True),  # of the bulletin
    Column("mark", String(100), nullable=False),  # age and size of the MP3 and of its record
    Column("sha256", String(64), nullable=False),
    Column("card", Text, nullable=False),  # the record without its long parts, as JSON; "" where there is none
)


def open_tables(workspace: Workspace) -> Engine:
    """The console's database, made where it is missing. SQLite in WAL mode: readers never wait for a writer."""
    return open_file(workspace.state / "console.db")


def open_file(path: Path) -> Engine:
    """The same, by the file's name."""
    private_file(path)
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 10})
    event.listen(engine, "connect", _tune)
    metadata.create_all(engine)
    return engine


def _tune(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


def now() -> str:
    """This instant in UTC as tables keep it: sorts as text."""
    return stamp(datetime.now(UTC))


def stamp(moment: datetime) -> str:
    """`moment` as tables keep it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def rows(engine: Engine, query: sa.Select[Any]) -> list[dict[str, Any]]:
    """What `query` selects, as plain dictionaries."""
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]
