"""The one way to change a file of the station: checked before it counts, kept with its earlier versions, and undone."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from loa.actions.acts import Act
from loa.actions.offices import WHOLE, Office, may
from loa.actions.schedule_changes import approval_of, changes_only_own
from loa.campaign import Commune, parse_commune
from loa.errors import EditConflictError, Finding, RequestError
from loa.files import remove, sync_file, writing
from loa.i18n import _
from loa.schedule import Schedule
from loa.schedule.loader import parse_schedule
from loa.store.audit import Audit, Outbox
from loa.store.console_tables import versions
from loa.store.database import CONSOLE, Database, stamp
from loa.workspace import Workspace, read_text

_lock = threading.Lock()
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes a file: the name that pages show, the network address that the request came from, the name for
    logging in, and what the person may change.
    """

    name: str
    address: str = ""
    login: str | None = None
    office: Office = WHOLE


class FileHistory:
    """Changes schedule.yaml and the files of schedules/ and campaigns/, and keeps their earlier versions.

    `saved` is called after each change, so that caches of the files can be emptied.
    """

    def __init__(
        self,
        workspace: Workspace,
        database: Database,
        outbox: Outbox,
        audit: Audit,
        saved: Callable[[], None] = lambda: None,
    ) -> None:
        self.workspace = workspace
        self._database, self._outbox = database, outbox
        self.audit, self._saved = audit, saved

    def try_schedule(self, path: Path, text: str) -> Schedule:
        """The schedule that there would be if one of its files were `text`, by the same checks as `loa check`.

        Raises ScheduleError.
        """
        return parse_schedule(text, self.workspace, path)

    def try_commune(self, stem: str, text: str) -> Commune:
        """The commune that `text` would be. Raises WorkspaceError, CampaignError with every problem."""
        return parse_commune(text, stem, f"campaigns/{stem}.yaml")

    def edit_file(
        self,
        path: Path,
        edit: Callable[[str], str],
        by: Author,
        note: str,
        *,
        action: str,
        subject: str = "",
        detail: str = "",
    ) -> str:
        """Read the file, let `edit` make another text of it, check that, save it, keep the version, write the audit.

        A file that does not exist is read as ""; where `edit` gives "" for a commune's file, it is removed. `edit` is
        called again where somebody else saved the file meanwhile. `note` stands in the history; `action`, `subject`
        (else the file) and `detail` (else the note) in the audit trail. Returns the new text.

        Raises what `edit` raises, RequestError (it changes what belongs to others), EditConflictError, WorkspaceError,
        CampaignError, ScheduleError; the file is then as it was.
        """
        for _try in range(_TRIES):
            before = text_of(path)
            after = edit(before)
            if after == before:
                return after
            self._require_own(path, before, after, by.office)
            self._check(path, after)
            try:
                self._save(path, before, after, by, note)
            except EditConflictError:
                continue
            self._saved()
            subject = subject or self.workspace.relative(path)
            self.audit.write(by.name, action, subject, detail or note, by.address)
            return after
        raise conflict(self.workspace.relative(path))

    def _require_own(self, path: Path, before: str, after: str, office: Office) -> None:
        """Raises RequestError where the change touches what belongs to others' communes, or to the station."""
        decides = path != self.workspace.schedule_file or may(office, Act.SET_FOUR_EYES)
        if not decides and approval_of(before) != approval_of(after):
            text = _("Only an administrator decides how bulletins are approved.")
            raise RequestError(Finding("office.approval", text))
        if office.communes is None:
            return
        if self.workspace.is_schedule(path):
            own = changes_only_own(before, after, office, self.workspace, path)
        else:
            own = path.parent == self.workspace.campaigns and office.covers(path.stem)
        if not own:
            text = _("This belongs to another commune or to the station. Ask whoever works for the whole station.")
            raise RequestError(Finding("office.others", text))

    def _check(self, path: Path, text: str) -> None:
        if self.workspace.is_schedule(path):
            self.try_schedule(path, text)
        elif text:
            parse_commune(text, path.stem, self.workspace.relative(path))

    def _save(self, path: Path, before: str, after: str, by: Author, note: str) -> None:
        """Keep the version (in a file, where the console's database is held), and give the new text its name.

        In this order: what is in force can always be undone. Raises EditConflictError where the file is no longer
        `before`, WorkspaceError; the file is then as it was.
        """
        row = self._version(path, before, after, by, note)
        with _lock:
            if text_of(path) != before:
                raise conflict()
            if not after:
                self._outbox.add_durably(versions, row)
                remove(path)
                return
            with writing(path) as part:
                part.write_bytes(after.encode())
                sync_file(part)
                self._outbox.add_durably(versions, row)

    def note_text(self, path: Path, text: str, by: Author, note: str) -> None:
        """Keep who wrote the text of the sound at `path`, which stands in no other file. Raises WorkspaceError."""
        self._outbox.add_durably(versions, self._version(path, "", text, by, note))

    def _version(self, path: Path, before: str, after: str, by: Author, note: str) -> dict[str, Any]:
        """The row of the history for a change made now."""
        return {
            "file": self.workspace.relative(path),
            "who": by.name[:80],
            "login": by.login,
            "note": note[:200],
            "at": stamp(datetime.now(UTC)),
            "before": before,
            "after": after,
        }

    def of(self, path: Path, limit: int = 50) -> list[dict[str, Any]]:
        """The changes of a file, newest first. Raises StoreError."""
        query = select(versions).where(versions.c.file == self.workspace.relative(path))
        return self._database.rows(query.order_by(versions.c.id.desc()).limit(limit))

    def one(self, path: Path, id_: int) -> dict[str, Any] | None:
        """One change of a file. Raises StoreError."""
        query = select(versions).where(versions.c.file == self.workspace.relative(path), versions.c.id == id_)
        return next(iter(self._database.rows(query)), None)

    def marked(self, path: Path, mark: str) -> str | None:
        """The text of a file that had this `mark_of`, as it is or as it was; None where nobody kept it."""
        now = text_of(path)
        if mark_of(now) == mark:
            return now
        texts = (row[side] for row in self.of(path) for side in ("after", "before"))
        return next((text for text in texts if mark_of(text) == mark), None)

    def undoable_schedule(self, office: Office, login: str) -> dict[str, Any] | None:
        """As `undoable`, of the newest change of schedule.yaml or of a commune's own schedule that this person made.

        Raises StoreError.
        """
        own = versions.c.file.like("schedules/%") | (versions.c.file == self.workspace.schedule_file.name)
        query = select(versions.c.file).where(own, versions.c.login == login).order_by(versions.c.id.desc()).limit(50)
        names = dict.fromkeys(str(row["file"]) for row in self._database.rows(query))
        found = (self.undoable(self.workspace.root / name, office, login) for name in names)
        return max((row for row in found if row), key=lambda row: int(row["id"]), default=None)

    def undoable(self, path: Path, office: Office = WHOLE, login: str | None = None) -> dict[str, Any] | None:
        """The last change that was not taken back yet, if the file still is what it made, and the person may undo it.

        `login`: only where this person made it; what somebody else did is not undone in a press.
        """
        standing: list[dict[str, Any]] = []
        for row in reversed(self.of(path)):
            if standing and (row["before"], row["after"]) == (standing[-1]["after"], standing[-1]["before"]):
                standing.pop()  # it took that one back
            else:
                standing.append(row)
        last = standing[-1] if standing else None
        if last is None or text_of(path) != last["after"] or (login is not None and last["login"] != login):
            return None
        try:
            self._require_own(path, last["after"], last["before"], office)
        except RequestError:
            return None
        return last


@contextmanager
def open_history(workspace: Workspace) -> Iterator[FileHistory]:
    """The history of a station's files, for a program that makes one change."""
    database = Database(workspace.console_database, CONSOLE)
    outbox = Outbox(database, workspace.outbox)
    try:
        yield FileHistory(workspace, database, outbox, Audit(database, outbox))
    finally:
        outbox.close()
        database.close()


def mark_of(text: str) -> str:
    """A mark of a file's content, to notice that somebody else changed it meanwhile."""
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def text_of(path: Path) -> str:
    """The file's text; "" where there is no file. Raises WorkspaceError."""
    return read_text(path) if path.exists() else ""


def replacing(before: str, after: str) -> Callable[[str], str]:
    """The edit that makes `after` of `before`. It raises EditConflictError where the file holds something else."""

    def edit(text: str) -> str:
        if text != before:
            raise conflict()
        return after

    return edit


def conflict(file: str | None = None) -> EditConflictError:
    """The error for a file that somebody else changed meanwhile."""
    text = _("Somebody else changed this meanwhile. Look at the new state, then make your change again.")
    return EditConflictError(Finding("file.changed", text, file=file))
