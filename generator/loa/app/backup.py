"""Write what cannot be made again (log, approvals, recordings, accounts, facts) to one file, while the station runs.

The archive is a ZIP file. Its first part, `backup.json`, lists the SHA-256 of every other part; so a backup can be
verified after it was written, and before it is put back (`app.restore`).
"""

import contextlib
import datetime
import hashlib
import json
import os
import sqlite3
import sys
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from loa import __version__
from loa.errors import Finding, LoaError, WorkspaceError
from loa.files import cannot_write, part_path, private_file, sync_file, writing
from loa.i18n import _
from loa.schedule.loader import load_schedule
from loa.store.approvals import recordings
from loa.store.migrations import copy_database
from loa.workspace import Workspace, below, is_state

LIST = "backup.json"
FORMAT = 1
FOLDERS = (
    "campaigns",
    "schedules",
    "templates",
    "audio",
    "keys",
    ".loa/released",
    ".loa/outbox",
    ".loa/inbox",
    ".loa/last-good-schedules",
)
FILES = ("schedule.yaml", "inbox.yaml", ".loa/last-good-schedule.yaml", ".loa/station-id", ".loa/logbook.seal")
DATABASES = (".loa/station.db", ".loa/console.db")
SOUNDS = (".mp3", ".wav", ".flac", ".ogg", ".m4a")
"""Endings of recorded items, which may lie anywhere in the station."""
_RELEASED = ".loa/released"
_MADE_AGAIN = ("clips", "bulletins", "played")
"""Folders of `audio/` that need no backup: a build makes clips and bulletins again."""
_PASSING = ("sessions", "tokens", "attempts", "jobs")
"""Tables of the console that a backup does not hold: who is logged in, tokens (one that was withdrawn since would work
again), wrong log-ins as earlier versions kept them, and work in hand, which would begin again."""
_BLOCK = 1 << 20


@dataclass(slots=True)
class Contents:
    """What a backup says about itself. `files`: SHA-256 by name. `elsewhere`: recordings that lie beside the archive.

    `bulletins`: the SHA-256 of each bulletin as it was made last; `log`: number and hash of the newest row of the log.
    """

    made: datetime.datetime
    files: dict[str, str] = field(default_factory=dict)
    elsewhere: dict[str, str] = field(default_factory=dict)
    bulletins: dict[str, str] = field(default_factory=dict)
    log: tuple[int, str] | None = None

    def text(self) -> str:
        """As `backup.json`."""
        rows: dict[str, Any] = {"format": FORMAT, "loa": __version__, "made": self.made.isoformat()}
        log = {"seq": self.log[0], "hash": self.log[1]} if self.log else None
        rows |= {"log": log, "bulletins": self.bulletins, "elsewhere": self.elsewhere, "files": self.files}
        return json.dumps(rows, ensure_ascii=False, indent=1)

    @classmethod
    def read(cls, archive: zipfile.ZipFile) -> "Contents | None":
        """The list of an archive; None for one that an earlier version wrote, which has none. Raises ValueError."""
        try:
            rows = json.loads(archive.read(LIST))
        except KeyError:
            return None
        if not isinstance(rows, dict) or rows.get("format") != FORMAT:
            raise ValueError(LIST)
        files, elsewhere, bulletins = (_texts(rows.get(key)) for key in ("files", "elsewhere", "bulletins"))
        log = rows.get("log")
        end = (log["seq"], log["hash"]) if isinstance(log, dict) and log.keys() == {"seq", "hash"} else None
        return cls(datetime.datetime.fromisoformat(str(rows.get("made"))), files, elsewhere, bulletins, end)


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise ValueError(LIST)
    return value


def backup(workspace: Workspace, target: Path, *, with_recordings: bool = True) -> int:
    """Write the station to a ZIP file, atomically, and verify it; return the number of files in it.

    `with_recordings`: put the released recordings into it; else their names stand in the list, for a place that keeps
    each recording once. A consistent state of the databases is copied while others write. A PostgreSQL database is not
    included: use pg_dump. Raises WorkspaceError (no room, a place that cannot be written, a damaged database, something
    else than a backup in its place).
    """
    try:
        if target.is_file():
            if not _is_backup(target):
                message = _("There is a file of this name, and it is no backup: it is not replaced.")
                fix = _("Give the backup another name, for example loa.zip.")
                raise WorkspaceError(Finding("backup.taken", message, fix, file=str(target)))
            private_file(target)  # what is replaced is a backup, too
        with writing(target) as part:
            private_file(part)
            with part.open("r+b") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                contents = _write(workspace, archive, with_recordings=with_recordings)
            sync_file(part)
            verify(part)
    except OSError as error:
        raise cannot_write(target, error) from error
    return len(contents.files)


def _is_backup(path: Path) -> bool:
    """Whether a backup may take the place of this file: a backup, whole or not, or nothing yet."""
    if not path.stat().st_size:
        return True
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name == LIST or name.startswith(".loa/") for name in archive.namelist())
    except (zipfile.BadZipFile, ValueError):
        return False


def verify(path: Path) -> Contents:
    """Read every byte of an archive back, and compare it with the list. Raises OSError, WorkspaceError."""
    with path.open("rb") as file:
        if sys.platform == "linux":  # what was written just now is read from the disk, not from memory
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        try:
            with zipfile.ZipFile(file) as archive:
                contents = Contents.read(archive)
                if contents and all(_digest(archive, name) == sha256 for name, sha256 in contents.files.items()):
                    return contents
        except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError):
            pass  # reported below
    message = _("The backup was written, but it cannot be read back.")
    fix = _("Its disk or stick may be failing: use another one.")
    raise WorkspaceError(Finding("backup.unreadable", message, fix, file=str(path)))


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    with archive.open(name) as packed:
        return hashlib.file_digest(packed, "sha256").hexdigest()  # type: ignore[arg-type]


def _write(workspace: Workspace, archive: zipfile.ZipFile, *, with_recordings: bool) -> Contents:
    """Databases first: then every recording that an approval in them names is still to come."""
    contents = Contents(datetime.datetime.now(datetime.UTC))
    if workspace.seal.is_file():  # before the log: a seal that is older than the log is right, a newer one is not
        _add(archive, workspace.seal, FILES[-1], contents)
    for path in (workspace.database, workspace.console_database):
        if path.is_file():
            with _copied(workspace, path) as copy:
                if path == workspace.database:
                    contents.log = log_end_in(copy)
                _add(archive, copy, f".loa/{path.name}", contents)
    for path in _files(workspace):
        _add(archive, path, workspace.relative(path), contents)
    kept = set[str]()
    for path in released_files(workspace):
        kept.add(path.stem)
        if with_recordings:
            _add(archive, path, workspace.relative(path), contents)
        else:
            contents.elsewhere[path.name] = sha256_of(path)
    for recording in recordings(workspace):
        with contextlib.suppress(LoaError):  # a build is replacing it
            sha256 = contents.bulletins[recording.id] = recording.sha256
            for path in [] if sha256 in kept else [recording.path.with_suffix(s) for s in (".mp3", ".json", ".vtt")]:
                _add(archive, path, workspace.relative(path), contents)
    with archive.open(LIST, "w") as file:
        file.write(contents.text().encode())
    return contents


def _add(archive: zipfile.ZipFile, path: Path, name: str, contents: Contents) -> None:
    """One file, if it is there and no link out of the station. Raises OSError, WorkspaceError."""
    shown = name.encode("utf-8", "replace").decode()
    if shown != name:  # of an old stick in TCVN3: neither a ZIP nor the list can hold it
        message, fix = _("No backup can hold this file: its name is not Unicode."), _("Rename it, then try again.")
        raise WorkspaceError(Finding("backup.name", message, fix, file=shown))
    try:
        if not path.is_file() or name in contents.files:
            return
        info = zipfile.ZipInfo.from_file(path, name, strict_timestamps=False)
        info.compress_type = zipfile.ZIP_STORED if name.endswith((".mp3", ".ogg", ".m4a")) else zipfile.ZIP_DEFLATED
        with path.open("rb") as file, archive.open(info, "w", force_zip64=True) as packed:
            contents.files[name] = _copy(file, packed)
    except FileNotFoundError:  # replaced or deleted since it was listed
        return


def _copy(source: IO[bytes], target: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := source.read(_BLOCK):
        digest.update(block)
        target.write(block)
    return digest.hexdigest()


def sha256_of(path: Path) -> str:
    """Of a file's bytes. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def released_files(workspace: Workspace) -> list[Path]:
    """The released recordings, and the record beside each."""
    found = sorted((workspace.root / _RELEASED).glob("*"))
    return [path for path in found if path.suffix in {".mp3", ".json"} and not path.name.startswith(".")]


def _files(workspace: Workspace) -> Iterator[Path]:
    """What people wrote, and what waits to be written; no link out of the station, nothing unfinished."""
    found = [workspace.root / name for name in FILES[:-1]]
    for folder in FOLDERS:
        if folder not in {"audio", _RELEASED}:
            found += sorted((workspace.root / folder).rglob("*"))
    for path in sorted((workspace.root / "audio").glob("*")):
        if path.name not in _MADE_AGAIN:
            found += sorted(path.rglob("*")) if path.is_dir() else [path]
    found += _items(workspace)
    root = workspace.root.resolve()
    for path in dict.fromkeys(found):
        if path.is_file() and path.resolve().is_relative_to(root) and not path.name.endswith(".part"):
            yield path


def _items(workspace: Workspace) -> list[Path]:
    """The recorded items of the schedule, which may lie anywhere in the station."""
    try:
        schedule = load_schedule(workspace)
    except LoaError:  # the folders of a station are backed up whatever is in them
        return []
    named = {name for broadcast in schedule.broadcasts for name in broadcast.files() if name.lower().endswith(SOUNDS)}
    return [path for name in sorted(named) if not is_state(name) and (path := below(workspace.root, name))]


@contextlib.contextmanager
def _copied(workspace: Workspace, database: Path) -> Iterator[Path]:
    """A copy of a database that nobody writes to, whole. Raises OSError, WorkspaceError."""
    copy = part_path(workspace.state / f"copy-of-{database.name}")
    try:
        copy_database(database, copy)
        _close_to_others(copy)
        with contextlib.closing(sqlite3.connect(copy)) as connection:
            try:
                whole = connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
                if whole and database == workspace.console_database:
                    _forget_what_passes(connection)
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise OSError(str(error)) from error
                whole = False
        if not whole:
            message = _("The database {file} is damaged.").format(file=workspace.relative(database))
            raise WorkspaceError(Finding("backup.damaged", message, _("Put back the last backup: loa restore FILE")))
        yield copy
    finally:
        for left in (copy, copy.with_name(f"{copy.name}-journal")):
            left.unlink(missing_ok=True)


def _close_to_others(path: Path) -> None:
    if os.name == "posix":
        path.chmod(0o600)


def _forget_what_passes(connection: sqlite3.Connection) -> None:
    """Without VACUUM what is deleted would still stand in free pages."""
    there = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for table in _PASSING:
        if table in there:
            connection.execute(f"DELETE FROM {table}")  # noqa: S608  our own names
    connection.commit()
    connection.execute("VACUUM")


def log_end_in(database: Path) -> tuple[int, str] | None:
    """Number and hash of the newest row of the log in a copy of the database; None where there is no log.

    Raises OSError where it cannot be read: a list without the log's end would make a backup that is refused.
    """
    try:
        with contextlib.closing(sqlite3.connect(database)) as connection:
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'logbook'").fetchone():
                return None
            row = connection.execute("SELECT seq, hash FROM logbook ORDER BY seq DESC LIMIT 1").fetchone()
            return (int(row[0]), str(row[1])) if row else None
    except sqlite3.OperationalError as error:
        raise OSError(str(error)) from error
