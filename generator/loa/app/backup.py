"""Back up and restore what cannot be made again (log, approvals, recordings, accounts), while the station runs."""

import errno
import os
import re
import shutil
import tempfile
import zipfile
import zlib
from pathlib import Path

from loa.errors import Finding, WorkspaceError
from loa.files import cannot_write, part_path, private_file, private_folder
from loa.i18n import _
from loa.store.database import Database
from loa.store.lease import who_is_on_air
from loa.store.migrations import copy_database
from loa.workspace import Workspace

_FOLDERS = ("campaigns", "templates", "audio/jingles", ".loa/released", ".loa/outbox")
_FILES = ("schedule.yaml", ".loa/logbook.seal")
_DATABASES = (".loa/station.db", ".loa/console.db")


def backup(workspace: Workspace, target: Path) -> int:
    """Write the station to a ZIP file, atomically; return the number of files in it. Raises WorkspaceError.

    SQLite's backup copies a consistent state of the database while others write. A PostgreSQL database is not included:
    use pg_dump.
    """
    part = part_path(target)
    try:
        with tempfile.TemporaryDirectory() as folder:
            copies = [path for path in (workspace.database, workspace.console_database) if path.exists()]
            for path in copies:
                copy_database(path, Path(folder) / path.name)
            private_file(part)
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
            ours = any(n.startswith(".loa/") for n in names) and _harmless(names, workspace)
            if ours and _fits(archive, source, workspace) and not archive.testzip():
                _keep_old(workspace)
                for name in names:
                    _put_back(archive, name, workspace)
                return len(names)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        pass  # reported below, like any other file that is not a backup
    except OSError as error:
        raise cannot_write(workspace.root, error) from error
    message, fix = _("This is not a backup of Loa, or it is damaged."), _("Name a file that loa backup wrote.")
    raise WorkspaceError(Finding("restore.file", message, fix, file=str(source)))


def _contents(workspace: Workspace) -> list[Path]:
    found = [workspace.root / name for name in _FILES]
    for folder in _FOLDERS:
        found += sorted((workspace.root / folder).rglob("*"))
    root = workspace.root.resolve()
    inside = (path for path in found if path.is_file() and path.resolve().is_relative_to(root))
    return [path for path in inside if not path.name.endswith(".part")]


def _harmless(names: list[str], workspace: Workspace) -> bool:
    """Nothing that would be written outside of the station, links included, and nothing that a backup does not hold."""
    files = {*_FILES, *_DATABASES}
    folders = tuple(f"{folder}/" for folder in _FOLDERS)
    plain = all(not {"", ".", ".."} & set(re.split(r"[/\\]", name)) and ":" not in name for name in names)
    known = all(name in files or name.startswith(folders) for name in names)
    root = workspace.root.resolve()
    below = all((root / name).parent.resolve().is_relative_to(root) for name in names)
    return plain and known and below and len(set(names)) == len(names)


_PACKED = 200
"""How many times larger than the archive its content may be: databases pack well, sounds hardly."""


def _fits(archive: zipfile.ZipFile, source: Path, workspace: Workspace) -> bool:
    """Whether the content is of a size that a backup can have. Raises OSError where the disk has no room for it."""
    size = sum(part.file_size for part in archive.infolist())
    if size > shutil.disk_usage(workspace.root).free:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return size <= _PACKED * source.stat().st_size


def _put_back(archive: zipfile.ZipFile, name: str, workspace: Workspace) -> None:
    """One file, in its place; a link that lies there is replaced, not followed. Raises OSError."""
    target = workspace.root / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_symlink():
        target.unlink()
    if name.startswith(".loa/"):
        private_file(target)
    with archive.open(name) as packed, target.open("wb") as file:
        shutil.copyfileobj(packed, file)


def _keep_old(workspace: Workspace) -> None:
    """Move the old databases, with their journals, to `.loa/before-restore`."""
    kept = workspace.state / "before-restore"
    shutil.rmtree(kept, ignore_errors=True)
    private_folder(kept)
    for database in (workspace.database, workspace.console_database):
        for path in workspace.state.glob(f"{database.name}*"):
            path.replace(kept / path.name)
    if workspace.seal.exists():
        workspace.seal.replace(kept / workspace.seal.name)
