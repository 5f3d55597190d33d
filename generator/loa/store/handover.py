"""What passes between those who write and those who sign: drafts that were not sent yet, bulletins that were sent back.

A draft is a campaign that somebody wrote on in the console and did not send to the leader yet. What is made at the
command line, or was there before, is no draft: it waits for its signature at once.
"""

import datetime
from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, insert, select

from loa.store import console_tables
from loa.store.console_tables import drafts
from loa.store.database import Database, stamp


def mark_drafts(database: Database, campaigns: Iterable[str], who: str, patience: float | None = None) -> None:
    """Write that `campaigns` (`commune/campaign`) are drafts of `who`'s. `patience` in seconds. Raises StoreError."""
    at = stamp(datetime.datetime.now(datetime.UTC))
    rows = [{"campaign": campaign, "who": who[:80], "at": at} for campaign in campaigns]
    if rows:
        with database.write(patience) as connection:
            connection.execute(delete(drafts).where(drafts.c.campaign.in_([row["campaign"] for row in rows])))
            connection.execute(insert(drafts), rows)


def send(database: Database, campaign: str) -> bool:
    """The campaign is a draft no more; whether it was one. Raises StoreError."""
    with database.write() as connection:
        return connection.execute(delete(drafts).where(drafts.c.campaign == campaign)).rowcount > 0


def marked_drafts(database: Database) -> frozenset[str]:
    """Return every draft. Raises StoreError."""
    return frozenset(row["campaign"] for row in database.rows(select(drafts.c.campaign)))


def write_return(database: Database, bulletin: str, sha256: str, who: str, note: str) -> None:
    """Write that `who` does not approve the sound with this SHA-256. Raises StoreError."""
    row = {"bulletin": bulletin, "sha256": sha256, "who": who, "note": note}
    with database.write() as connection:
        connection.execute(insert(console_tables.returns).values(**row, at=stamp(datetime.datetime.now(datetime.UTC))))


def newest_returns(database: Database) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the last word on each sound that was sent back, by bulletin and SHA-256. Raises StoreError."""
    query = select(console_tables.returns).order_by(console_tables.returns.c.id)
    return {(row["bulletin"], row["sha256"]): row for row in database.rows(query)}
