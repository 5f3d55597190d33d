"""Bulletins that a leader sent back: which sound, and what should be changed."""

import datetime
from typing import Any

from sqlalchemy import insert, select

from loa.store import console_tables
from loa.store.database import Database, stamp


def add(database: Database, bulletin: str, sha256: str, who: str, note: str) -> None:
    """Write that `who` does not approve the sound with this SHA-256. Raises StoreError."""
    row = {"bulletin": bulletin, "sha256": sha256, "who": who, "note": note}
    with database.write() as connection:
        connection.execute(insert(console_tables.returns).values(**row, at=stamp(datetime.datetime.now(datetime.UTC))))


def newest(database: Database) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the last word on each sound that was sent back, by bulletin and SHA-256. Raises StoreError."""
    query = select(console_tables.returns).order_by(console_tables.returns.c.id)
    return {(row["bulletin"], row["sha256"]): row for row in database.rows(query)}
