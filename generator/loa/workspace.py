"""A workspace: the folder of one station. This is the only module that knows the names of its subfolders."""

import codecs
import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

from loa.errors import Finding, WorkspaceError
from loa.i18n import N_, _

STATE = ".loa"
_MOST_TEXT = 64_000_000
"""Bytes of a text that are read at all; the schedule of the whole country has 3 000 000."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """All paths of one station, below `root`."""

    root: Path

    @classmethod
    def find(cls, start: Path, *, damaged: bool = False) -> "Workspace":
        """Return the nearest workspace at or above `start`: a folder with `schedule.yaml` and `campaigns/`.

        Without `schedule.yaml` it is one if the last valid schedule was kept, or if a restore is about to bring one.
        `damaged`: if there is none, accept a folder with one of them or with `.loa/` (to find out what is wrong).
        Raises WorkspaceError if there is none.
        """
        start = _resolved(start)
        for folder in (start, *start.parents):
            if cls(folder).is_station():
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

    @classmethod
    def for_restore(cls, start: Path) -> "Workspace":
        """Return the workspace that a backup is put into: the one at or above `start`, or `start` if it is empty.

        Raises WorkspaceError if it is neither.
        """
        with contextlib.suppress(WorkspaceError):
            return cls.find(start)
        here = cls(_resolved(start))
        ours = {here.restoring.name, "restore.lock"}  # of a restore that was interrupted
        if not here.root.is_dir() or not {path.name for path in here.root.iterdir()} - {STATE}:
            state = {path.name for path in here.state.iterdir()} if here.state.is_dir() else set()
            if not state - ours:
                return here
        return cls.find(start, damaged=True)

    def is_station(self) -> bool:
        """Whether this folder is a station."""
        return (self.has_schedule() and self.campaigns.exists()) or self.restore_plan.is_file()

    def has_schedule(self) -> bool:
        """Whether there is a schedule to follow, if only a copy of the last valid one."""
        return self.schedule_file.exists() or self.last_good_schedule.is_file()

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
    def recordings(self) -> Path:
        """Recordings of people that were taken in for programmes."""
        return self.root / "audio" / "recordings"

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
    def published_file(self) -> Path:
        """What public/ holds, and whether each article is there as it was signed."""
        return self.state / "published.json"

    @property
    def schedule_file(self) -> Path:
        """The schedule: broadcasts, outputs, rules and alerts."""
        return self.root / "schedule.yaml"

    @property
    def schedules(self) -> Path:
        """Broadcasts of a commune in a file of its own, called by its stem, beside those in `schedule_file`."""
        return self.root / "schedules"

    def is_schedule(self, path: Path) -> bool:
        """Return whether `path` is `schedule_file`, or the schedule of one commune."""
        return path == self.schedule_file or path.parent == self.schedules

    @property
    def inbox_file(self) -> Path:
        """Who may send messages from outside, and what becomes of them."""
        return self.root / "inbox.yaml"

    @property
    def inbox(self) -> Path:
        """The watched folder: messages that programs on this computer put there."""
        return self.root / "inbox"

    @property
    def received(self) -> Path:
        """Messages from outside as they came, by their SHA-256: the evidence of what was signed."""
        return self.state / "inbox"

    @property
    def received_sounds(self) -> Path:
        """Recordings that came with messages from outside."""
        return self.root / "audio" / "inbox"

    @property
    def state(self) -> Path:
        """Loa's own data: databases, logs, approved copies."""
        return self.root / STATE

    @property
    def logs(self) -> Path:
        """What the program itself did, and why work of the console broke off."""
        return self.state / "logs"

    @property
    def live(self) -> Path:
        """What is said at the microphone, while it is being recorded."""
        return self.state / "live"

    @property
    def returned(self) -> Path:
        """What was said in each bulletin that was sent back last: its record, by the bulletin's id."""
        return self.state / "returned"

    @property
    def last_good_schedule(self) -> Path:
        """A copy of the last valid schedule, used when Loa starts while schedule.yaml is invalid."""
        return self.state / "last-good-schedule.yaml"

    @property
    def last_good_schedules(self) -> Path:
        """Copies of the last valid files of `schedules`, each by itself: one that is invalid holds up no other."""
        return self.state / "last-good-schedules"

    @property
    def backups_file(self) -> Path:
        """What came of the automatic backups to each place."""
        return self.state / "backups.json"

    @property
    def station_id(self) -> Path:
        """A number of this station, by which it knows its own backups."""
        return self.state / "station-id"

    @property
    def secrets_file(self) -> Path:
        """Passwords and tokens that were typed in the console; in no backup."""
        return self.state / "secrets.json"

    @property
    def restoring(self) -> Path:
        """What a restore has unpacked and not yet put in its place."""
        return self.state / "restoring"

    @property
    def restore_plan(self) -> Path:
        """The files that a restore has decided to move to their places."""
        return self.restoring / "plan.json"

    @property
    def database(self) -> Path:
        """The station's SQLite database: as-run log, approvals, ledger of airings."""
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
    def first_run_code(self) -> Path:
        """While nobody can log in: the one-time code of the console that runs, and its address, a line each."""
        return self.state / "first-run-code"

    @property
    def outbox(self) -> Path:
        """Rows of the console's database that could not be written yet."""
        return self.state / "outbox"

    @property
    def fleet(self) -> Path:
        """What a station and its players keep about each other: keys, the plan, what the broker is set to; in no backup
        but the keys."""
        return self.state / "players"

    @property
    def player_file(self) -> Path:
        """On a player: its own outputs."""
        return self.root / "player.yaml"

    @property
    def stop_file(self) -> Path:
        """Somebody on this computer wants silence: the station obeys and removes it, whoever holds the database."""
        return self.state / "stop.json"

    @property
    def stopped_file(self) -> Path:
        """The last STOP that the station took from `stop_file`, and what it cut: the answer, which a restart keeps."""
        return self.state / "stopped.json"

    @property
    def proved_file(self) -> Path:
        """The segments of the log that were verified, for the next verification."""
        return self.state / "logbook-proved.json"

    @property
    def seal(self) -> Path:
        """The number and hash of the newest log row, kept outside the database."""
        return self.state / "logbook.seal"

    def relative(self, path: Path) -> str:
        """Return `path` relative to the root, with forward slashes, for messages."""
        for found in (path, _resolved(path)):
            if ".." not in found.parts and found.is_relative_to(self.root):
                return found.relative_to(self.root).as_posix()
        return path.as_posix()


def _resolved(path: Path) -> Path:
    """`path` without links; as it is written where its links run in a circle, or no file can have such a name."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return path.absolute()


def _at_once(path: str, flags: int) -> int:
    """Open without waiting for somebody at the other end of a pipe."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def read_regular(path: Path, most: int | None = _MOST_TEXT) -> bytes:
    """The bytes of a regular file. Raises OSError, also where `path` is a pipe or a device, because who reads it could
    wait for ever, and where the file has more than `most` bytes.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    with open(path, "rb", opener=_at_once) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, _("it is not a file, but a pipe or a device"))
        if most is not None and found.st_size > most:
            raise OSError(errno.EFBIG, _("it is larger than {limit} MB").format(limit=most // 1_000_000))
        return file.read()


_WHAT_TO_DO = {
    errno.EINVAL: N_("Put a file in its place."),
    errno.EFBIG: N_("Is this the right file?"),
    errno.ELOOP: N_("Put a file in the place of the link."),
}


def read_text(path: Path) -> str:
    """Read a text file: UTF-8 with or without a byte-order mark, or UTF-16 with one (Notepad's "Unicode").

    Raises WorkspaceError if it is a folder, is missing, cannot be read, or has another encoding (with line and column).
    """
    try:
        raw = read_regular(path)
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
                _(_WHAT_TO_DO.get(error.errno or 0, N_("Check the file's permissions."))),
                file=str(path),
            )
        ) from error
    try:
        return raw.decode("utf-16" if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        raise WorkspaceError(
            _not_unicode(str(path), before.count(b"\n") + 1, len(before) - before.rfind(b"\n"))
        ) from error


def _not_unicode(file: str, line: int, column: int) -> Finding:
    """Return the finding for a file that is not Unicode text."""
    return Finding(
        "file.encoding",
        _("The file is not UTF-8 text."),
        _("In Notepad: File, Save As, Encoding: UTF-8. Text in TCVN3 (ABC) or VNI: first convert it with UniKey."),
        file=file,
        line=line,
        column=column,
    )


def leads_out(name: str) -> bool:
    """Return whether the text of a relative path leads out of its folder: absolute, with a drive, or by `..`.

    The rules of Windows hold everywhere, because a station moves from one computer to another. Links: see `below`.
    """
    path = PureWindowsPath(name)
    climbs = any(len(part) > 1 and not part.strip(" .") for part in path.parts)  # Windows takes "... " for ".."
    return bool(path.anchor) or climbs or any(ord(letter) < 32 for letter in name)


def below(folder: Path, name: str) -> Path | None:
    """Return the path `name` below `folder`, whether or not it exists; None if it leads out, also by a link."""
    path = folder / name
    try:
        inside = not leads_out(name) and path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):  # no such path can exist; a circle of links
        return None
    return path if inside else None


def commune_of(bulletin: str) -> str:
    """The stem of the commune to which a bulletin belongs: the folder in its id, `ben-hai/tin`."""
    return bulletin.partition("/")[0]


def is_state(name: str) -> bool:
    """Return whether the relative path `name` leads into `.loa`."""
    return any(part.rstrip(" .").casefold() == STATE for part in PureWindowsPath(name).parts[:1])


def yaml_files(folder: Path) -> Iterator[Path]:
    """Yield the YAML files of `folder` (`.yaml`, `.yml`, any case), sorted by name, without hidden files."""
    if folder.is_dir():
        yield from sorted(path for path in folder.iterdir() if is_yaml(path.name))


def is_yaml(name: str) -> bool:
    """Return whether a file of this name is a YAML file."""
    return name.lower().endswith((".yaml", ".yml")) and not name.startswith(".")
