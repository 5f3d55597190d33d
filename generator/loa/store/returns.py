"""Bulletins that a leader sent back: which sound, and what should be changed."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Engine

from loa.store import console_tables


def add(engine: Engine, bulletin: str, sha256: str, who: str, note: str) -> None:
    """Note that `who` does not approve the sound with this SHA-256."""
    row = {"bulletin": bulletin, "sha256": sha256, "who": who, "note": note}
    with engine.begin() as connection:
        connection.execute(sa.insert(console_tables.returns).values(**row, at=console_tables.now()))


def newest(engine: Engine) -> dict[tuple[str, str], dict[str, Any]]:
    """The last word on each sound that was sent back, by bulletin and SHA-256."""
    query = sa.select(console_tables.returns).order_by(console_tables.returns.c.id)
    return {(row["bulletin"], row["sha256"]): row for row in console_tables.rows(engine, query)}
