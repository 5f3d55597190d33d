"""The audit trail: who did what, when, from where. Only ever added to."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Engine

from loa.store import console_tables


class Audit:
    """The table of what people did in the console."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def write(self, who: str, action: str, subject: str = "", detail: str = "", address: str = "") -> None:
        """Note that `who` did `action` (a stable English name such as `bulletin.approve`) to `subject`."""
        row = {"who": who[:80], "action": action, "subject": subject[:200], "detail": detail[:4000], "address": address}
        with self.engine.begin() as connection:
            connection.execute(sa.insert(console_tables.audit).values(at=console_tables.now(), **row))

    def read(self, *, limit: int = 100, before: int | None = None, word: str = "") -> list[dict[str, Any]]:
        """The newest rows, older than row `before`, that hold `word` anywhere."""
        table = console_tables.audit
        query = sa.select(table).order_by(table.c.id.desc()).limit(limit)
        if before:
            query = query.where(table.c.id < before)
        if word:
            columns = (table.c.who, table.c.action, table.c.subject)
            query = query.where(sa.or_(*(column.contains(word, autoescape=True) for column in columns)))
        return console_tables.rows(self.engine, query)
