"""A workspace: the folder of one station. Nothing else in Loa knows the names of its folders."""

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
    """All paths of a station, below `root`."""

    root: Path

    @classmethod
    def find(cls, start: Path, *, damaged: bool = False) -> "Workspace":
        """The nearest workspace at or above `start`: a folder with `schedule.yaml` and `campaigns/`.

        `damaged`: where there is none, a folder with one of them or with `.loa/` will do, for who looks what is wrong.
        Raises WorkspaceError where there is none.
        """
        start = start.resolve()
        for folder in (start, *start.parents):
            if (folder / "schedule.yaml").exists() and (folder / "campaigns").exists():
                return cls(folder)
        for folder in (start, *start.parents) if damaged else ():
            if any((folder / name).exists() for name in ("schedule.yaml", "campaigns", ".loa")):
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
        return self.root / ".loa"

    @property
    def last_good_schedule(self) -> Path:
        """The schedule that was in force last: for a start while schedule.yaml is broken."""
        return self.state / "last-good-schedule.yaml"

    @property
    def database(self) -> Path:
        """The logbook, the approvals and the ledger of airings."""
        return self.state / "station.db"

    @property
    def console_database(self) -> Path:
        """Accounts, sessions, the audit trail, jobs: what only the console needs."""
        return self.state / "console.db"

    @property
    def bulletins_version(self) -> Path:
        """The version of Loa that has looked at every bulletin (see `app.approved`)."""
        return self.state / "bulletins-version"

    @property
    def outbox(self) -> Path:
        """Rows of the console's database that could not be written yet."""
        return self.state / "outbox"

    @property
    def stop_file(self) -> Path:
        """A STOP that the station's database could not take."""
        return self.state / "stop.json"

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

    Raises WorkspaceError with what to do where the disk is full or the folder is closed to us.
    """
    part = part_path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):  # on a read-only disk even taking away what is not there fails
            part.unlink(missing_ok=True)
        raise cannot_write(path, error) from error


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on the disk, so that they outlive a power cut (fsync(2)); Windows cannot."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


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
