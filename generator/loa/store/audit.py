"""What people did in the console: the audit trail, and rows that a held database gets later."""

import contextlib
import json
import re
import threading
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, or_, select
from sqlalchemy.dialects.sqlite import insert

from loa.errors import StoreError, WorkspaceError
from loa.files import write_atomic
from loa.logs import logger
from loa.store import console_tables
from loa.store.database import Database, stamp

_AT_ONCE = 0.2
"""Seconds for which a row waits for another writer; then it is written later, and nobody waits for it."""
_AGAIN = 1.0
"""Seconds between two tries to write what waits."""
_NAME = re.compile(r"(\d{20})-[0-9a-f]{32}\.json")
"""Of a file that waits: its place in the order, and the key of its row."""


class Outbox:
    """Rows for the console's database that tell of something done, which must not fail because the row cannot be
    written: they are written later, in their order, each once.

    What waits is a file each in `folder` (where even that cannot be written: in memory), so that it outlives a
    restart. Each row has a `key`, which its table holds once: a row that was written although its file is still
    there is not written again. Safe for several threads and processes.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self._database, self._folder = database, folder
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._in_memory: list[tuple[str, dict[str, Any]]] = []
        self._last = 0
        self._log = logger("loa.console")
        if self._files():
            self._write_later()

    def add(self, table: Table, row: Mapping[str, Any]) -> None:
        """Write `row` to `table` (`audit` or `versions`), now or later. Raises nothing for what the disk does."""
        keyed = _with_key(row)
        with self._lock:
            try:
                self._write_now_or_keep(table.name, keyed)
            except WorkspaceError:
                self._in_memory.append((table.name, keyed))
                self._log.error("outbox", table=table.name, row=keyed)
                self._write_later()

    def add_durably(self, table: Table, row: Mapping[str, Any]) -> None:
        """As `add`, but what returns is on the disk. Raises WorkspaceError where there is no place for it."""
        with self._lock:
            self._write_now_or_keep(table.name, _with_key(row))

    def flush(self) -> bool:
        """Try to write what waits; whether nothing is left."""
        with self._lock:
            waiting = [(file, found) for file in self._files() if (found := self._load(file))]
            try:
                self._write([*(found for _file, found in waiting), *self._in_memory])
            except StoreError:
                return False
            self._in_memory.clear()
            try:
                for file, _found in waiting:
                    file.unlink(missing_ok=True)
            except OSError as error:  # the key keeps them from being written twice
                self._log.warning("outbox", problem=str(error))
            self._thread = None  # a row that waits from now on starts another one
            return True

    def close(self) -> None:
        """Try once more, and end; what still waits is written at the next start."""
        self._stop.set()
        thread = self._thread
        if thread:
            thread.join()
        self.flush()

    def _write(self, rows: list[tuple[str, dict[str, Any]]]) -> None:
        """All in one transaction that a power cut does not undo. Raises StoreError."""
        if not rows:
            return
        with self._database.write(_AT_ONCE, durable=True) as connection:
            for table, row in rows:
                connection.execute(insert(console_tables.metadata.tables[table]).values(row).on_conflict_do_nothing())

    def _write_now_or_keep(self, table: str, row: dict[str, Any]) -> None:
        """Into the database, else into a file. Raises WorkspaceError."""
        if not self._in_memory and not self._files():  # else it would overtake what waits there
            with contextlib.suppress(StoreError):
                self._write([(table, row)])
                return
        text = json.dumps({"table": table, "row": row}, ensure_ascii=False)
        write_atomic(self._folder / f"{self._place():020}-{row['key']}.json", text)
        self._write_later()

    def _place(self) -> int:
        """Where the next file stands in the order of names: by time, and never before one that is there."""
        there = max((int(file.name.partition("-")[0]) for file in self._files()), default=0)
        self._last = max(self._last + 1, there + 1, time.time_ns())
        return self._last

    def _files(self) -> list[Path]:
        with contextlib.suppress(OSError):  # no folder: nothing waits
            return sorted(file for file in self._folder.iterdir() if _NAME.fullmatch(file.name))
        return []

    def _load(self, file: Path) -> tuple[str, dict[str, Any]] | None:
        """What waits in `file`; one that holds no row is put out of the way."""
        try:
            found = json.loads(file.read_text("utf-8"))
            columns = console_tables.metadata.tables[found["table"]].columns
            if set(found["row"]) == {column.name for column in columns if not column.primary_key}:
                return found["table"], found["row"]
        except FileNotFoundError:  # another process was quicker
            return None
        except (OSError, ValueError, LookupError, TypeError):
            pass  # handled as any other file that holds no row
        self._log.error("outbox", unreadable=file.name)
        with contextlib.suppress(OSError):
            file.rename(file.with_suffix(".unreadable"))
        return None

    def _write_later(self) -> None:
        if not self._stop.is_set() and self._thread is None:
            self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(_AGAIN):
            if self.flush():
                return


def _with_key(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "key": uuid.uuid4().hex}


class Audit:
    """The audit trail: who did what, when, from where. Only ever added to."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database, self._outbox = database, outbox

    def write(self, who: str, action: str, subject: str = "", detail: str = "", address: str = "") -> None:
        """Note that `who` did `action` (a stable English name such as `bulletin.signed`) to `subject`.

        What was done is done: this raises nothing where the database is held, and does not wait for it.
        """
        row = {"who": who[:80], "action": action, "subject": subject[:200], "detail": detail[:4000], "address": address}
        self._outbox.add(console_tables.audit, {"at": stamp(datetime.now(UTC)), **row})

    def read(self, *, limit: int = 100, before: int | None = None, word: str = "") -> list[dict[str, Any]]:
        """The newest rows, older than row `before`, that hold `word` anywhere. Raises StoreError."""
        table = console_tables.audit
        query = select(table).order_by(table.c.id.desc()).limit(limit)
        if before:
            query = query.where(table.c.id < before)
        if word:
            columns = (table.c.who, table.c.action, table.c.subject)
            query = query.where(or_(*(column.contains(word, autoescape=True) for column in columns)))
        return self._database.rows(query)
