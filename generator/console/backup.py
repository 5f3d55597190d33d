"""The station's backup, with the console's accounts and history in it."""

import sqlite3
import tempfile
import zipfile
from pathlib import Path

from generator.on_air import backup as station
from generator.workspace import Workspace


def write_backup(workspace: Workspace, target: Path) -> None:
    """Write what `loa backup` writes to `target`, and a whole copy of the console's database. Raises WorkspaceError."""
    station.backup(workspace, target)
    database = workspace.state / "console.db"
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        copy = Path(folder) / database.name
        _copy(database, copy)
        archive.write(copy, workspace.relative(database))


def _copy(database: Path, copy: Path) -> None:
    """A whole copy of a SQLite file, taken between two transactions of whoever writes to it."""
    source, target = sqlite3.connect(database), sqlite3.connect(copy)
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()
