"""A workspace: the folder of one station. Nothing else in Loa knows the names of its folders."""

import codecs
import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from loa.errors import Finding, WorkspaceError
from loa.i18n import _

_PART = ".part"
_STATE = ".loa"


@dataclass(frozen=True, slots=True)
class Workspace:
    """All paths of a station, below `root`."""

    root: Path

    @classmethod
    def find(cls, start: Path) -> "Workspace":
        """The nearest workspace at or above `start`: a folder with `schedule.yaml` and `campaigns/`.

        Raises WorkspaceError where there is none.
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
        """One YAML file a commune."""
        return self.root / "campaigns"

    @property
    def templates(self) -> Path:
        """Jinja templates: articles/, radio/, page/, document/."""
        return self.root / "templates"

    @property
    def jingles(self) -> Path:
        """Station sounds."""
        return self.root / "audio" / "jingles"

    @property
    def clips(self) -> Path:
        """The clip cache: one spoken sentence a file."""
        return self.root / "audio" / "clips"

    @property
    def bulletins(self) -> Path:
        """Finished bulletins: <commune>/<bulletin>.mp3 .vtt .json."""
        return self.root / "audio" / "bulletins"

    @property
    def public(self) -> Path:
        """Pages, documents and feeds for the web editor."""
        return self.root / "public"

    @property
    def schedule_file(self) -> Path:
        """When what goes on air, where, within which rules."""
        return self.root / "schedule.yaml"

    @property
    def state(self) -> Path:
        """What Loa keeps for itself: the database, logs, the running process."""
        return self.root / _STATE

    @property
    def last_good_schedule(self) -> Path:
        """The schedule that was in force last: for a start while schedule.yaml is broken."""
        return self.state / "last-good-schedule.yaml"

    @property
    def database(self) -> Path:
        """The logbook, the approvals and the ledger of airings."""
        return self.state / "station.db"

    @property
    def seal(self) -> Path:
        """How far the logbook had come, kept beside the database."""
        return self.state / "logbook.seal"

    def relative(self, path: Path) -> str:
        """`path` as people of this station write it: from the root, with forward slashes."""
        try:
            return path.resolve().relative_to(self.root).as_posix()
        except ValueError:
            return path.as_posix()

    def sweep(self) -> list[Path]:
        """Remove half-written files whose writer is dead (a build that was killed). Returns what was removed."""
        removed = []
        for folder in (self.root / "audio", self.public, self.state):
            for path in folder.rglob(f".*{_PART}"):
                writer = path.name.rsplit(".", 3)[1]
                if not (writer.isdigit() and psutil.pid_exists(int(writer))):
                    path.unlink(missing_ok=True)
                    removed.append(path)
        return removed


def write_atomic(path: Path, content: bytes | str) -> None:
    """Write `path` whole or not at all: beside it, synced to disk, then renamed. Text is UTF-8 with LF.

    What lies below `.loa` is for this user alone; elsewhere a file that is there already keeps its permissions.
    Raises WorkspaceError with what to do where the disk is full or the folder is closed to us.
    """
    part = part_path(path)
    try:
        state = _state_around(path)
        if state:
            private_file(part)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        if not state and path.exists():
            part.chmod(stat.S_IMODE(path.stat().st_mode))
        part.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):  # on a read-only disk even taking away what is not there fails
            part.unlink(missing_ok=True)
        raise cannot_write(path, error) from error


def _sync_folder(folder: Path) -> None:
    """The new name, too, outlives a power cut (fsync(2)); Windows knows no such thing."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def private_folder(folder: Path) -> None:
    """Make `folder` where it is missing, for this user alone; so is the whole `.loa` that it lies in. Raises OSError.

    Windows has no such permissions: there a folder has those of the one around it.
    """
    missing = [part for part in (folder, *folder.parents) if not part.exists()]
    for part in reversed(missing):
        part.mkdir(mode=0o700, exist_ok=True)
    state = _state_around(folder)
    if state:
        _close(state)


def private_file(path: Path) -> None:
    """Make `path`, empty, where it is missing, for this user alone; so is the `.loa` around it. Raises OSError."""
    private_folder(path.parent)
    os.close(os.open(path, os.O_CREAT | os.O_RDONLY, 0o600))
    _close_one(path, 0o600)


def _state_around(path: Path) -> Path | None:
    """The `.loa` of a station that `path` is or lies in."""
    if _STATE not in path.parts:
        return None
    folders = (part for part in (path, *path.parents) if part.name == _STATE)
    return next((folder for folder in folders if (folder.parent / "schedule.yaml").exists()), None)


def _close(folder: Path) -> None:
    """Take away what others may do with a folder, and, where they could enter it, with all that is in it."""
    if os.name != "posix" or not stat.S_IMODE(folder.stat().st_mode) & 0o077:
        return
    _close_one(folder, 0o700)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            _close_one(path, 0o700 if path.is_dir() else 0o600)


def _close_one(path: Path, mode: int) -> None:
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        with contextlib.suppress(PermissionError):  # it belongs to somebody else, who can do so
            path.chmod(mode)


def part_path(path: Path) -> Path:
    """A name beside `path` for a file in the making; `Workspace.sweep` knows whose it is."""
    return path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}{_PART}")


def cannot_write(path: Path, error: OSError) -> WorkspaceError:
    """The error to show when `path` could not be written."""
    mends = {
        errno.ENOSPC: _("The disk is full: free some space, then run the same command again."),
        errno.EACCES: _("You may not write there: check the folder's permissions."),
        errno.EROFS: _("The disk is read-only: remount it for writing, or use another folder."),
    }
    return WorkspaceError(
        Finding(
            "workspace.write",
            _("Cannot write the file: {reason}").format(reason=error.strerror or error),
            mends.get(error.errno or 0, _("Check the disk and the folder, then run the same command again.")),
            file=str(path),
        )
    )


def read_text(path: Path) -> str:
    """The text of `path`: UTF-8 with or without a byte-order mark, or UTF-16 with one (what Notepad calls Unicode).

    Raises WorkspaceError for a folder, a missing or closed file, or another encoding (with the line where it breaks).
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
    """The finding for a file in one of the encodings of before Unicode."""
    return Finding(
        "file.encoding",
        _("The file is not UTF-8 text."),
        _("In Notepad: File, Save As, Encoding: UTF-8. Text in TCVN3 (ABC) or VNI: first convert it with UniKey."),
        file=file,
        line=line,
        column=column,
    )


def yaml_files(folder: Path) -> Iterator[Path]:
    """The YAML files in `folder` (`.yaml`, `.yml`, any case), in order of name; hidden and part files are left out."""
    if folder.is_dir():
        yield from sorted(path for path in folder.iterdir() if is_yaml(path.name))


def is_yaml(name: str) -> bool:
    """Whether a file of this name counts as YAML."""
    return name.lower().endswith((".yaml", ".yml")) and not name.startswith(".")
