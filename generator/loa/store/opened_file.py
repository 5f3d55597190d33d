"""The SQLite file on which a database was opened: told when it was deleted or replaced, and brought back.

A program that holds a deleted file open can go on writing into it, and nobody would ever read that. What was deleted is
written anew from the file that is still open; with the write lock of that file held, so that no other process commits
into it meanwhile, and without replacing a file that somebody has put there.
"""

import contextlib
import sqlite3
from pathlib import Path

from loa.files import part_path, place, private_file, remove, rename, sync_file

_TABLES = ("logbook", "approvals")
_OLD = 1
"""The user version of a deleted file that was written anew: another process that still holds it must not do so, too."""
Identity = tuple[int, int] | None


def identity(path: Path) -> Identity:
    """What tells the file at `path` from another one (device and number); None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


class OpenedFile:
    """Holds the file that lies at `path` now. Raises sqlite3.Error."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.identity = identity(path)
        # Autocommit: it holds the file, and no transaction.
        self._connection = sqlite3.connect(path, timeout=1, isolation_level=None, check_same_thread=False)
        self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # opens the write-ahead log, too

    @property
    def moved(self) -> bool:
        """Whether it no longer lies at its place: it was deleted, or another one lies there."""
        return identity(self._path) != self.identity

    def end_of_log(self) -> tuple[int, str] | None:
        """Number and hash of the newest row of the log in it; None where it has none, or cannot be read."""
        with contextlib.suppress(sqlite3.Error):
            row = self._connection.execute("SELECT seq, hash FROM logbook ORDER BY seq DESC LIMIT 1").fetchone()
            return (row[0], row[1]) if row else None
        return None

    @property
    def hides(self) -> bool:
        """Whether another file lies at its place that holds nothing, while this one holds a log: a program that was
        started after the file had been deleted made it. Raises sqlite3.OperationalError where it is locked.
        """
        if self.end_of_log() is None or not self._path.exists():
            return False
        try:
            with contextlib.closing(self._other(1.0)) as other:
                return _is_empty(other)
        except sqlite3.OperationalError:
            raise  # it is being written
        except sqlite3.DatabaseError:
            return False

    def _other(self, patience: float) -> sqlite3.Connection:
        """A connection to the file that lies at its place."""
        uri = f"{self._path.absolute().as_uri()}?mode=rw"
        return sqlite3.connect(uri, uri=True, timeout=patience, isolation_level=None)

    def holds(self, end: tuple[int, str] | None) -> bool:
        """Whether the log in it holds the row `end`."""
        with contextlib.suppress(sqlite3.Error):
            row = self._connection.execute("SELECT hash FROM logbook WHERE seq = ?", [end[0] if end else 0]).fetchone()
            return end is None or (row is not None and row[0] == end[1])
        return False

    def bring_back(self, patience: float, *, over: bool) -> bool:
        """Write the deleted file anew; False where another process has done so, or a file lies there meanwhile.

        `over`: the file there is known to hold nothing, and is replaced.
        `patience`: seconds to wait for a writer. Raises OSError, sqlite3.Error.
        """
        part = part_path(self._path)
        try:
            while True:
                private_file(part)
                version = self._version()
                with contextlib.closing(sqlite3.connect(part)) as copy:
                    self._connection.backup(copy)
                self._connection.execute(f"PRAGMA busy_timeout={round(patience * 1000)}")
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    if self._is_old():
                        return False
                    if self._version() == version:  # nothing was written into it after the copy
                        placed = self._replace(part, patience) if over else self._place(part)
                        if placed:
                            self._connection.execute(f"PRAGMA user_version = {_OLD}")
                        return placed
                finally:
                    self._connection.execute("COMMIT")
        finally:
            for left in (part, part.with_name(f"{part.name}-journal")):
                remove(left)

    def close(self) -> None:
        """Let go of it."""
        self._connection.close()

    def _replace(self, part: Path, patience: float) -> bool:
        """Put `part` in place of the file that holds nothing, while nobody can write into that one."""
        with contextlib.closing(self._other(patience)) as other:
            # Its write-ahead log would be taken for that of the new one.
            busy = other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            other.execute("BEGIN IMMEDIATE")
            replaces = not busy and _is_empty(other)
            if replaces:
                sync_file(part)
                self._remove_log()
                rename(part, self._path)
            other.execute("ROLLBACK")
        return replaces

    def _remove_log(self) -> None:
        for end in ("-wal", "-shm"):  # of the file before: SQLite would take them for those of the new one
            remove(self._path.with_name(f"{self._path.name}{end}"))

    def _place(self, part: Path) -> bool:
        if self._path.exists():
            return False
        self._remove_log()
        return place(part, self._path)

    def _is_old(self) -> bool:
        """Whether another process has written it anew, and goes on with that."""
        return bool(self._connection.execute("PRAGMA user_version").fetchone()[0] == _OLD)

    def _version(self) -> object:
        return self._connection.execute("PRAGMA data_version").fetchone()


def _is_empty(database: sqlite3.Connection) -> bool:
    """Whether it holds neither a row of a log nor an approval. Raises sqlite3.Error."""
    try:
        return all(database.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is None for table in _TABLES)  # noqa: S608
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return True
        raise
