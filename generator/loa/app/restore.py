"""Put a backup in place of what is here: as a whole, or not at all, whatever happens meanwhile.

Everything is unpacked and made ready in `.loa/restoring`. The file `plan.json` there, written last, is the decision:
without it the next start throws the rest away; with it every file is moved to its place, by the next start if this
process was killed. What was here before is kept in `.loa/before-restore`.
"""

import contextlib
import datetime
import errno
import getpass
import json
import os
import re
import shutil
import socket
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import DatabaseError

from loa.app.approved import bring_back
from loa.app.backup import DATABASES, FILES, FOLDERS, LIST, SOUNDS, Contents, log_end_in, sha256_of
from loa.errors import Finding, LoaError, Severity, WorkspaceError
from loa.files import cannot_write, part_path, private_folder, remove, sync_file, sync_folder, write_atomic
from loa.i18n import _, ngettext
from loa.schedule.loader import load_schedule
from loa.store.asrun import NewRow, append, end_of_log
from loa.store.database import Database
from loa.store.lease import leave_behind, who_is_on_air
from loa.workspace import Workspace, is_state, yaml_files

_PACKED = 200
"""How many times larger than the archive its content may be: databases pack well, sounds hardly."""
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Restored:
    """The result: how many files were put back, which bulletins are current again, and what could not be had."""

    files: int
    bulletins: tuple[str, ...]
    notices: tuple[Finding, ...] = ()


def restore(workspace: Workspace, source: Path, store: Database | None) -> Restored:
    """Replace the station's data by a backup: all of it, or nothing.

    The approved recordings are the current bulletins again, and a row of the log says that and from what it was
    restored. `workspace` may be an empty folder. `store`: the open database, to check that the station is not on air.
    Raises WorkspaceError if it is on air, if `source` is not a backup or is damaged, or if there is no room; StoreError
    if its database is of a newer version of Loa. Then the station is as it was.
    """
    replaced = None
    if store is not None:
        on_air = who_is_on_air(store)
        replaced = None if on_air else _end_of(store)
        store.close()
        if on_air:
            message = _("The station is on air (process {pid}).").format(pid=on_air["pid"])
            raise WorkspaceError(
                Finding(
                    "restore.on-air",
                    message,
                    _("Stop the station first (as a service: sudo systemctl stop loa), restore, then start it again."),
                )
            )
    try:
        private_folder(workspace.state)
        with _alone(workspace):
            _finish(workspace)
            staged = workspace.restoring / "station"
            try:
                contents, notices = _unpacked(workspace, source, Workspace(staged))
                bulletins = _made_ready(Workspace(staged), source, contents, replaced)
                names = sorted(path.relative_to(staged).as_posix() for path in staged.rglob("*") if path.is_file())
                _check_places(workspace, names)
                _sync(staged)
                write_atomic(workspace.restore_plan, json.dumps(names, ensure_ascii=False))
            finally:
                if not workspace.restore_plan.exists():
                    shutil.rmtree(workspace.restoring, ignore_errors=True)
            _finish(workspace)
    except OSError as error:
        raise cannot_write(workspace.root, error) from error
    _note_in_server(workspace, source, contents)
    return Restored(len(names), tuple(bulletins), tuple(notices))


def finish_restore(workspace: Workspace) -> None:
    """What a restore that was interrupted had decided, if there was one. Raises WorkspaceError."""
    try:
        with _alone(workspace):
            _finish(workspace)
    except OSError as error:
        raise cannot_write(workspace.root, error) from error


@contextlib.contextmanager
def _alone(workspace: Workspace) -> Iterator[None]:
    from filelock import FileLock  # imports asyncio: nothing else here needs it

    with FileLock(workspace.state / "restore.lock", mode=0o600):
        yield


def _end_of(store: Database) -> tuple[int, str] | None:
    with contextlib.suppress(LoaError):  # a damaged log is what many restore for
        return end_of_log(store)
    return None


def _unpacked(workspace: Workspace, source: Path, staged: Workspace) -> tuple[Contents | None, list[Finding]]:
    """Everything that the backup holds, below `staged`. Raises WorkspaceError, OSError."""
    shutil.rmtree(workspace.restoring, ignore_errors=True)
    private_folder(staged.root)
    try:
        with zipfile.ZipFile(source) as archive:
            names = archive.namelist()
            contents = Contents.read(archive)
            elsewhere = contents.elsewhere if contents else {}
            outside = [f".loa/released/{name}" for name in elsewhere]
            if _harmless([*names, *outside], workspace) and _fits(archive, source, workspace, elsewhere):
                for name in names:
                    if name != LIST:
                        _unpack(archive, name, staged)
                if contents is None or _as_listed(staged, names, contents):
                    return contents, _fetch(source, staged, elsewhere)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, DatabaseError):
        pass  # reported below, like any other file that is not a backup
    message, fix = _("This is not a backup of Loa, or it is damaged."), _("Name a file that loa backup wrote.")
    raise WorkspaceError(Finding("restore.file", message, fix, file=str(source)))


def _harmless(names: list[str], workspace: Workspace) -> bool:
    """Nothing that would be written outside of the station, links included, and nothing that a backup does not hold.

    A colon is a drive or a stream on Windows, and elsewhere a letter that a sound may have in its name (“10:30.mp3”).
    """
    files = {*FILES, *DATABASES, LIST}
    folders = tuple(f"{folder}/" for folder in FOLDERS)
    plain = all(not {"", ".", ".."} & set(re.split(r"[/\\]", name)) for name in names)
    plain = plain and (os.name == "posix" or not any(":" in name for name in names))
    known = all(
        name in files or name.startswith(folders) or (name.lower().endswith(SOUNDS) and not is_state(name))
        for name in names
    )
    root = workspace.root.resolve()
    below = all((root / name).parent.resolve().is_relative_to(root) for name in names)
    ours = any(name.startswith(".loa/") for name in names)
    return ours and plain and known and below and len(set(names)) == len(names)


def _fits(archive: zipfile.ZipFile, source: Path, workspace: Workspace, elsewhere: dict[str, str]) -> bool:
    """Whether the content is of a size that a backup can have. Raises OSError where the disk has no room for it."""
    size = sum(part.file_size for part in archive.infolist())
    beside = sum(path.stat().st_size for path in (_beside(source, name) for name in elsewhere) if path.is_file())
    if size + beside > shutil.disk_usage(workspace.root).free:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return size <= _PACKED * source.stat().st_size


def _unpack(archive: zipfile.ZipFile, name: str, staged: Workspace) -> None:
    target = staged.root / name
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as packed, target.open("xb") as file:
        shutil.copyfileobj(packed, file, _BLOCK)


def _as_listed(staged: Workspace, names: list[str], contents: Contents) -> bool:
    """Whether the backup holds the files of its list, as they were, and no others, and the log that the list names."""
    if {*names} != {LIST, *contents.files}:
        return False
    same = all(sha256_of(staged.root / name) == sha256 for name, sha256 in contents.files.items())
    return same and (not staged.database.is_file() or log_end_in(staged.database) == contents.log)


def _beside(source: Path, name: str) -> Path:
    """Where a place of automatic backups keeps the recordings of all of them (`app.backup_places`)."""
    return source.absolute().parent / "recordings" / name


def _fetch(source: Path, staged: Workspace, elsewhere: dict[str, str]) -> list[Finding]:
    """Copy the recordings that lie beside the archive; one that is missing or damaged is told, and left out."""
    lost = []
    (staged.state / "released").mkdir(parents=True, exist_ok=True)
    for name, sha256 in elsewhere.items():
        target = staged.state / "released" / name
        try:
            shutil.copyfile(_beside(source, name), target)
            whole = sha256_of(target) == sha256
        except FileNotFoundError:
            whole = False
        if not whole:
            target.unlink(missing_ok=True)
            lost.append(name)
    if not lost:
        return []
    message = ngettext(
        "{n} released recording is missing beside the backup, or damaged: {list}",
        "{n} released recordings are missing beside the backup, or damaged: {list}",
        len(lost),
    )
    text = message.format(n=len(lost), list=", ".join(lost[:5]) + (", …" if len(lost) > 5 else ""))
    fix = _("Copy the folder “recordings” of the place of backups beside it, and restore again.")
    return [Finding("restore.recordings", text, fix, severity=Severity.WARNING, file=str(source))]


def _made_ready(
    staged: Workspace, source: Path, contents: Contents | None, replaced: tuple[int, str] | None
) -> list[str]:
    """Make of what was unpacked a station that may air, with a row in its log. Gives the bulletins brought back.

    Raises StoreError, WorkspaceError.
    """
    if not staged.database.is_file():
        return []  # its log is in PostgreSQL
    store = Database(staged.database)
    try:
        leave_behind(store)
        bulletins = bring_back(staged, store, contents.bulletins if contents else {})
        append(store, _row(source, contents, replaced), datetime.datetime.now(datetime.UTC), seal=staged.seal)
    finally:
        store.close()
    for left in staged.state.glob("*"):  # the journals of the databases, and a copy that a migration made
        if left.is_file() and left.name.startswith(("station", "console")) and f".loa/{left.name}" not in DATABASES:
            if left.name.endswith("-wal") and left.stat().st_size:  # what it holds did not get into the database
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            left.unlink()
    return bulletins


def _row(source: Path, contents: Contents | None, replaced: tuple[int, str] | None) -> NewRow:
    """The row of the log: from what, by whom, and where the log that it replaced had ended."""
    made = f" ({contents.made.astimezone():%d/%m/%Y %H:%M})" if contents else ""
    reason = _("restored from the backup {file}{made}").format(file=source.name, made=made)
    details: dict[str, object] = {"file": source.name, "by": _who()}
    if contents:
        details["made"] = contents.made.isoformat()
        details["log"] = list(contents.log or ())
    if replaced:
        details["replaced"] = list(replaced)
    return NewRow("restore", reason=reason, details=details)


def _who() -> str:
    """The user of the computer, who needs no account of the console."""
    try:
        return f"{getpass.getuser()}@{socket.gethostname()}"
    except (OSError, KeyError):  # a user without a name
        return socket.gethostname()


def _note_in_server(workspace: Workspace, source: Path, contents: Contents | None) -> None:
    """The row of the log where that is in PostgreSQL. A server that is away costs only this row."""
    with contextlib.suppress(LoaError):
        url = load_schedule(workspace).database
        if url:
            store = Database(url)
            append(store, _row(source, contents, None), datetime.datetime.now(datetime.UTC), seal=workspace.seal)
            store.close()


def _check_places(workspace: Workspace, names: list[str]) -> None:
    """See that every folder can be written, before anything is moved. Raises OSError."""
    for folder in sorted({(workspace.root / name).parent for name in names}):
        folder.mkdir(parents=True, exist_ok=True)
        probe = part_path(folder / "restore")
        probe.touch()
        probe.unlink()


def _sync(folder: Path) -> None:
    """Everything below `folder` is on the disk. Raises OSError."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            sync_folder(path)
        else:
            sync_file(path)
    sync_folder(folder)


def _finish(workspace: Workspace) -> None:
    """Move what was decided to its place; throw away what was not. May be repeated at any point. Raises OSError."""
    staging = workspace.restoring
    plan, before = workspace.restore_plan, staging / "before"
    if plan.is_file():
        private_folder(before)
        names = json.loads(plan.read_text("utf-8"))
        for name in names:
            staged, target = staging / "station" / name, workspace.root / name
            if staged.is_file():  # else it is in its place already
                if os.name == "posix":
                    staged.chmod(_mode(name, target))
                _keep_old(workspace, name, before)
                _move(workspace, staged, target)
        for name in _other_schedules(workspace, names):  # they would not fit the schedule.yaml that comes back
            _keep_old(workspace, name, before)
        workspace.campaigns.mkdir(exist_ok=True)
        for folder in {(workspace.root / name).parent for name in names}:
            sync_folder(folder)
        if before.is_dir():
            shutil.rmtree(workspace.state / "before-restore", ignore_errors=True)
            before.replace(workspace.state / "before-restore")
            sync_folder(workspace.state)
        remove(plan)
    if staging.exists():
        shutil.rmtree(staging)


def _other_schedules(workspace: Workspace, names: list[str]) -> list[str]:
    """The schedules of single communes, and their copies, that the backup does not hold."""
    folders = (workspace.schedules, workspace.last_good_schedules) if "schedule.yaml" in names else ()
    found = (workspace.relative(path) for folder in folders for path in yaml_files(folder))
    return [name for name in found if name not in names]


def _mode(name: str, target: Path) -> int:
    """What is in `.loa` is for this user alone; elsewhere a file keeps its permissions."""
    if name.startswith(".loa/"):
        return 0o600
    with contextlib.suppress(OSError):
        return stat.S_IMODE(target.stat(follow_symlinks=False).st_mode) if target.is_file() else 0o644
    return 0o644


def _keep_old(workspace: Workspace, name: str, before: Path) -> None:
    """Move what is at `name`, of a database its journals too; recordings are the same wherever they come from."""
    target = workspace.root / name
    if name.startswith(".loa/released/"):
        return
    for old in sorted(target.parent.glob(f"{target.name}*"), reverse=True) if name in DATABASES else [target]:
        if old.is_symlink() or old.is_file():
            _move(workspace, old, before / old.relative_to(workspace.root).as_posix().removeprefix(".loa/"))


def _move(workspace: Workspace, source: Path, target: Path) -> None:
    """Rename; across two disks (an `audio/` of its own) copy first. A link is moved, not followed. Raises OSError."""
    if target.is_relative_to(workspace.state):
        private_folder(target.parent)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV or source.is_symlink():
            raise
        half = part_path(target)
        shutil.copy2(source, half)
        sync_file(half)
        half.replace(target)
        source.unlink()
    if os.name == "posix" and target.is_relative_to(workspace.state) and not target.is_symlink():
        target.chmod(0o600)
