"""Back up and restore what cannot be made again (log, approvals, recordings, accounts), while the station runs."""

import contextlib
import shutil
import sqlite3
import tempfile
import zipfile
from pathlib import Path

from loa.errors import Finding, WorkspaceError
from loa.i18n import _
from loa.store.database import Database
from loa.store.lease import who_is_on_air
from loa.workspace import Workspace, cannot_write, part_path

_DATABASE, _ACCOUNTS = "station.db", "console.db"
_FOLDERS = ("campaigns", "templates", "audio/jingles", ".loa/released")
_FILES = ("schedule.yaml", ".loa/logbook.seal")


def backup(workspace: Workspace, target: Path) -> int:
    """Write the station to a ZIP file, atomically; return the number of files in it. Raises WorkspaceError.

    SQLite's backup copies a consistent state of the database while others write. A PostgreSQL database is not included:
    use pg_dump.
    """
    part = part_path(target)
    try:
        with tempfile.TemporaryDirectory() as folder:
            copies = [path for path in (workspace.database, workspace.state / _ACCOUNTS) if path.exists()]
            for path in copies:
                _copy_database(path, Path(folder) / path.name)
            with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
                for path in copies:
                    archive.write(Path(folder) / path.name, f".loa/{path.name}")
                for path in _contents(workspace):
                    archive.write(path, workspace.relative(path))
                count = len(archive.namelist())
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise cannot_write(target, error) from error
    return count


def restore(workspace: Workspace, source: Path, store: Database | None) -> int:
    """Replace the station's data by a backup; return the number of files.

    The old databases are kept in `.loa/before-restore`. `store`: the open database, to check that the station is not on
    air. Raises WorkspaceError if it is on air, or if `source` is not a backup or is damaged.
    """
    if store is not None:
        on_air = who_is_on_air(store)
        store.close()
        if on_air:
            message = _("The station is on air (process {pid}).").format(pid=on_air["pid"])
            raise WorkspaceError(Finding("restore.on-air", message, _("End loa run first.")))
    try:
        with zipfile.ZipFile(source) as archive:
            names = archive.namelist()
            if not archive.testzip() and any(n.startswith(".loa/") for n in names) and _harmless(names):
                _keep_old(workspace)
                archive.extractall(workspace.root)
                return len(names)
    except zipfile.BadZipFile:
        pass  # reported below, like any other file that is not a backup
    except OSError as error:
        raise cannot_write(workspace.root, error) from error
    message, fix = _("This is not a backup of Loa, or it is damaged."), _("Name a file that loa backup wrote.")
    raise WorkspaceError(Finding("restore.file", message, fix, file=str(source)))


def _contents(workspace: Workspace) -> list[Path]:
    found = [workspace.root / name for name in _FILES]
    for folder in _FOLDERS:
        found += sorted((workspace.root / folder).rglob("*"))
    return [path for path in found if path.is_file() and not path.name.endswith(".part")]


def _copy_database(source: Path, target: Path) -> None:
    try:
        with (
            contextlib.closing(sqlite3.connect(source, timeout=30)) as here,
            contextlib.closing(sqlite3.connect(target)) as there,
        ):
            here.backup(there)
    except sqlite3.Error as error:
        raise OSError(str(error)) from error


def _harmless(names: list[str]) -> bool:
    """Return whether no file would be written outside the station's own files and folders."""
    roots = (*_FOLDERS, *_FILES, f".loa/{_DATABASE}", f".loa/{_ACCOUNTS}")
    return all(".." not in Path(name).parts and name.startswith(roots) for name in names)


def _keep_old(workspace: Workspace) -> None:
    """Move the old databases, with their journals, to `.loa/before-restore`."""
    kept = workspace.state / "before-restore"
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    for name in (_DATABASE, _ACCOUNTS):
        for path in workspace.state.glob(f"{name}*"):
            path.replace(kept / path.name)
    if workspace.seal.exists():
        workspace.seal.replace(kept / workspace.seal.name)
