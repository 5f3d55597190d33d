"""A backup that can be taken while on air: one ZIP of what cannot be made again."""

import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from generator.workspace import Workspace

FOLDERS = ("campaigns", "templates", "audio/jingles", ".loa/released")


def write_backup(workspace: Workspace, target: Path) -> None:
    """Write campaigns, templates, schedule, sounds, released recordings and whole copies of the databases to `target`.

    A PostgreSQL database that the schedule names is not in it: its own tools back it up.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive, tempfile.TemporaryDirectory() as folder:
        for path in _files(workspace):
            archive.write(path, path.relative_to(workspace.root))
        for database in (workspace.database, workspace.state / "console.db"):
            if database.is_file():
                copy = Path(folder) / database.name
                _copy(database, copy)
                archive.write(copy, database.relative_to(workspace.root))


def _files(workspace: Workspace) -> Iterator[Path]:
    yield from (path for path in (workspace.schedule_file, workspace.seal) if path.is_file())
    for name in FOLDERS:
        found = (workspace.root / name).rglob("*")
        yield from sorted(path for path in found if path.is_file() and not path.name.startswith("."))


def _copy(database: Path, copy: Path) -> None:
    """A whole copy of a SQLite file, taken between two transactions of whoever writes to it."""
    source, target = sqlite3.connect(database), sqlite3.connect(copy)
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()
