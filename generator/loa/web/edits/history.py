"""Every change of a file made in the console: checked before it counts, kept, and undone on request."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from loa.campaign import Commune, read_commune
from loa.errors import LoaError
from loa.i18n import _
from loa.schedule import Schedule
from loa.schedule.loader import load_schedule
from loa.store.audit import Outbox
from loa.store.console_tables import versions
from loa.store.database import Database, stamp
from loa.web.forms import FormError
from loa.workspace import Workspace, private_folder, read_text, write_atomic

_lock = threading.Lock()


@dataclass(frozen=True)
class _DraftWorkspace(Workspace):
    """The station as it would be with another schedule."""

    draft: Path

    @property
    def schedule_file(self) -> Path:
        """The schedule to be tried."""
        return self.draft


class History:
    """Saves files of the workspace with their earlier versions."""

    def __init__(
        self, workspace: Workspace, database: Database, outbox: Outbox, saved: Callable[[], None] = lambda: None
    ) -> None:
        self.workspace = workspace
        self._database, self._outbox = database, outbox
        self._saved = saved

    def try_schedule(self, text: str) -> Schedule:
        """The schedule that `text` would be, by the same checks as `loa check`. Raises ScheduleError."""
        with _Tried(self.workspace, "schedule.yaml", text) as path:
            try:
                return load_schedule(_DraftWorkspace(self.workspace.root, path))
            except LoaError as error:
                raise type(error)(replace(f, file="schedule.yaml") for f in error.findings) from error

    def try_commune(self, stem: str, text: str) -> Commune:
        """The commune that `text` would be. Raises WorkspaceError with every problem."""
        with _Tried(self.workspace, f"{stem}.yaml", text) as path:
            return read_commune(path, f"campaigns/{stem}.yaml")[0]

    def save(self, path: Path, before: str, after: str, who: str, note: str) -> None:
        """Write `after`, if the file still is what it was when the change began. Raises FormError, WorkspaceError.

        The version is kept in the database, later where that is held.
        """
        if before == after:
            return
        with _lock:
            if path.exists() and read_text(path) != before:
                text = _("Somebody else changed this meanwhile. Look at the new state, then make your change again.")
                raise FormError({"": text})
            write_atomic(path, after)
            self._saved()
            row = {"file": self.workspace.relative(path), "who": who, "note": note[:200]}
            row |= {"at": stamp(datetime.now(UTC)), "before": before, "after": after}
            self._outbox.add(versions, row)

    def of(self, path: Path, limit: int = 50) -> list[dict[str, Any]]:
        """The changes of a file, newest first. Raises StoreError."""
        query = sa.select(versions).where(versions.c.file == self.workspace.relative(path))
        return self._database.rows(query.order_by(versions.c.id.desc()).limit(limit))

    def one(self, path: Path, id_: int) -> dict[str, Any] | None:
        """One change of a file. Raises StoreError."""
        query = sa.select(versions).where(versions.c.file == self.workspace.relative(path), versions.c.id == id_)
        return next(iter(self._database.rows(query)), None)

    def undoable(self, path: Path) -> dict[str, Any] | None:
        """The last change, if the file still is what that change made of it. Raises StoreError."""
        last = next(iter(self.of(path, 1)), None)
        return last if last and path.exists() and read_text(path) == last["after"] else None


class _Tried:
    """A text as a file of its own for as long as it is looked at."""

    def __init__(self, workspace: Workspace, name: str, text: str) -> None:
        self.path = workspace.state / f"try-{secrets.token_hex(6)}" / name
        self.text = text

    def __enter__(self) -> Path:
        private_folder(self.path.parent)
        self.path.write_text(self.text, encoding="utf-8", newline="\n")
        return self.path

    def __exit__(self, *_error: object) -> None:
        self.path.unlink(missing_ok=True)
        self.path.parent.rmdir()
