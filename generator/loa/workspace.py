"""A workspace: the folder of one station. This is the only module that knows the names of its subfolders."""

import codecs
import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from loa.errors import Finding, WorkspaceError
from loa.i18n import _

_PART = ".part"


@dataclass(frozen=True, slots=True)
class Workspace:
    """All paths of one station, below `root`."""

    root: Path

    @classmethod
    def find(cls, start: Path) -> "Workspace":
        """Return the nearest workspace at or above `start`: a folder with `schedule.yaml` and `campaigns/`.

        Raises WorkspaceError if there is none.
        """
        start = start.resolve()
        for folder in (start, *start.parents):
            if (folder / "schedule.yaml").exists() and (folder / "campaigns").exists():
                return cls(folder)
        raise WorkspaceError(
            Finding(
                "workspace.none",
                _("There is no station at or above this folder."),
                _("Go to the station's folder, name it with --workspace, or make one: loa new station FOLDER"),
                file=str(start),
            )
        )

    @property
    def campaigns(self) -> Path:
        """Campaign files: one YAML file per commune."""
        return self.root / "campaigns"

    @property
    def templates(self) -> Path:
        """The Jinja templates that this station changed: articles/, radio/, page/. The others come from the package."""
        return self.root / "templates"

    @property
    def jingles(self) -> Path:
        """Jingles and other station sounds."""
        return self.root / "audio" / "jingles"

    @property
    def clips(self) -> Path:
        """The clip cache: one file per spoken sentence."""
        return self.root / "audio" / "clips"

    @property
    def bulletins(self) -> Path:
        """Finished bulletins: <commune>/<bulletin>.mp3 .vtt .json."""
        return self.root / "audio" / "bulletins"

    @property
    def public(self) -> Path:
        """Published pages, documents and feeds."""
        return self.root / "public"

    @property
    def schedule_file(self) -> Path:
        """The schedule: broadcasts, outputs, rules and alerts."""
        return self.root / "schedule.yaml"

    @property
    def state(self) -> Path:
        """Loa's own data: databases, logs, approved copies."""
        return self.root / ".loa"

    @property
    def last_good_schedule(self) -> Path:
        """A copy of the last valid schedule, used when Loa starts while schedule.yaml is invalid."""
        return self.state / "last-good-schedule.yaml"

    @property
    def database(self) -> Path:
        """The station's SQLite database: as-run log, approvals, ledger of airings."""
        return self.state / "station.db"

    @property
    def seal(self) -> Path:
        """The number and hash of the newest log row, kept outside the database."""
        return self.state / "logbook.seal"

    def relative(self, path: Path) -> str:
        """Return `path` relative to the root, with forward slashes, for messages."""
        try:
            return path.resolve().relative_to(self.root).as_posix()
        except ValueError:
            return path.as_posix()

    def remove_leftovers(self) -> list[Path]:
        """Delete unfinished files whose writing process is dead (a build that was killed). Return the deleted paths."""
        removed = []
        for folder in (self.root / "audio", self.public, self.state):
            for path in folder.rglob(f".*{_PART}"):
                writer = path.name.rsplit(".", 3)[1]
                if not (writer.isdigit() and psutil.pid_exists(int(writer))):
                    path.unlink(missing_ok=True)
                    removed.append(path)
        return removed


def write_atomic(path: Path, content: bytes | str) -> None:
    """Write `path` atomically: write a temporary file beside it, sync it to disk, rename it. Text is UTF-8 with LF.

    Raises WorkspaceError if the disk is full or the folder cannot be written.
    """
    part = part_path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):  # on a read-only disk, even deleting a file that does not exist fails
            part.unlink(missing_ok=True)
        raise cannot_write(path, error) from error


def _sync_folder(folder: Path) -> None:
    """Sync the folder so that the new name survives a power cut (see fsync(2)). Windows has no such call."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def part_path(path: Path) -> Path:
    """Return a name beside `path` for an unfinished file. It holds our process id, for `remove_leftovers`."""
    return path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}{_PART}")


def cannot_write(path: Path, error: OSError) -> WorkspaceError:
    """Return the error to raise when `path` could not be written."""
    fixes = {
        errno.ENOSPC: _("The disk is full: free some space, then run the same command again."),
        errno.EACCES: _("You may not write there: check the folder's permissions."),
        errno.EROFS: _("The disk is read-only: remount it for writing, or use another folder."),
    }
    return WorkspaceError(
        Finding(
            "workspace.write",
            _("Cannot write the file: {reason}").format(reason=error.strerror or error),
            fixes.get(error.errno or 0, _("Check the disk and the folder, then run the same command again.")),
            file=str(path),
        )
    )


def read_text(path: Path) -> str:
    """Read a text file: UTF-8 with or without a byte-order mark, or UTF-16 with one (Notepad's "Unicode").

    Raises WorkspaceError if it is a folder, is missing, cannot be read, or has another encoding (with line and column).
    """
    try:
        raw = path.read_bytes()
    except IsADirectoryError as error:
        raise WorkspaceError(
            Finding("file.folder", _("This is a folder, not a file."), _("Name a file."), file=str(path))
        ) from error
    except FileNotFoundError as error:
        raise WorkspaceError(
            Finding("file.missing", _("There is no such file."), _("Check the name."), file=str(path))
        ) from error
    except OSError as error:
        if path.is_dir():  # Windows answers PermissionError for a folder
            message, fix = _("This is a folder, not a file."), _("Name a file.")
            raise WorkspaceError(Finding("file.folder", message, fix, file=str(path))) from error
        raise WorkspaceError(
            Finding(
                "file.read",
                _("Cannot read the file: {reason}").format(reason=error.strerror or error),
                _("Check the file's permissions."),
                file=str(path),
            )
        ) from error
    try:
        return raw.decode("utf-16" if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        raise WorkspaceError(
            not_unicode(str(path), before.count(b"\n") + 1, len(before) - before.rfind(b"\n"))
        ) from error


def not_unicode(file: str, line: int, column: int) -> Finding:
    """Return the finding for a file that is not Unicode text."""
    return Finding(
        "file.encoding",
        _("The file is not UTF-8 text."),
        _("In Notepad: File, Save As, Encoding: UTF-8. Text in TCVN3 (ABC) or VNI: first convert it with UniKey."),
        file=file,
        line=line,
        column=column,
    )


def yaml_files(folder: Path) -> Iterator[Path]:
    """Yield the YAML files of `folder` (`.yaml`, `.yml`, any case), sorted by name, without hidden files."""
    if folder.is_dir():
        yield from sorted(path for path in folder.iterdir() if is_yaml(path.name))


def is_yaml(name: str) -> bool:
    """Return whether a file of this name is a YAML file."""
    return name.lower().endswith((".yaml", ".yml")) and not name.startswith(".")
