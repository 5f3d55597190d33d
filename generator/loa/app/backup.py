"""A copy of what cannot be made again, taken while the station runs: log, approvals, recordings, accounts."""

import shutil
import tempfile
import zipfile
from pathlib import Path

from loa.errors import Finding, WorkspaceError
from loa.i18n import _
from loa.store.database import Database
from loa.store.lease import who_is_on_air
from loa.store.migrations import copy_database
from loa.workspace import Workspace, cannot_write, part_path

_FOLDERS = ("campaigns", "templates", "audio/jingles", ".loa/released", ".loa/outbox")
_FILES = ("schedule.yaml", ".loa/logbook.seal")
_DATABASES = (".loa/station.db", ".loa/console.db")


def backup(workspace: Workspace, target: Path) -> int:
    """Write the station as a ZIP file, whole or not at all; the number of files in it. Raises WorkspaceError.

    SQLite copies its pages while others write, so the database in it is of one instant. A PostgreSQL database is not in
    it: pg_dump copies that.
    """
    part = part_path(target)
    try:
        with tempfile.TemporaryDirectory() as folder:
            copies = [path for path in (workspace.database, workspace.console_database) if path.exists()]
            for path in copies:
                copy_database(path, Path(folder) / path.name)
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
    """Put a backup in place of what is here; the number of files. What was here is kept in `.loa/before-restore`.

    Raises WorkspaceError: no backup, damaged, or the station is on air (`store`: the one in use, to see that).
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
        pass  # told below, as for any other file that is none
    except OSError as error:
        raise cannot_write(workspace.root, error) from error
    message, fix = _("This is not a backup of Loa, or it is damaged."), _("Name a file that loa backup wrote.")
    raise WorkspaceError(Finding("restore.file", message, fix, file=str(source)))


def _contents(workspace: Workspace) -> list[Path]:
    found = [workspace.root / name for name in _FILES]
    for folder in _FOLDERS:
        found += sorted((workspace.root / folder).rglob("*"))
    return [path for path in found if path.is_file() and not path.name.endswith(".part")]


def _harmless(names: list[str]) -> bool:
    """Nothing that would be written outside of the station."""
    return all(".." not in Path(name).parts and name.startswith((*_FOLDERS, *_FILES, *_DATABASES)) for name in names)


def _keep_old(workspace: Workspace) -> None:
    """The database as it was, with its journal, moved out of the way."""
    kept = workspace.state / "before-restore"
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    for database in (workspace.database, workspace.console_database):
        for path in workspace.state.glob(f"{database.name}*"):
            path.replace(kept / path.name)
    if workspace.seal.exists():
        workspace.seal.replace(kept / workspace.seal.name)
