"""The one way to write, rename and delete a station's files: after a power cut each is the old one or the new one.

A new file is written under a name of its own, synced, renamed, and its folder synced: without the first sync the new
name could hold an empty file, without the second the new name could be gone (fsync(2), rename(2)). tests/crash_points
cuts the power at each of these steps.
"""

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from loa.errors import Finding, WorkspaceError
from loa.i18n import _
from loa.workspace import STATE, Workspace

_PART = ".part"


def write_atomic(path: Path, content: bytes | str) -> None:
    """Write `path`, whole or not at all, and durably. Text is UTF-8 with LF.

    What lies below `.loa` is for this user alone; elsewhere a file that exists keeps its permissions.
    Raises WorkspaceError if the disk is full or the folder cannot be written.
    """
    with writing(path) as part:
        part.write_bytes(content.encode() if isinstance(content, str) else content)


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """Give the place of an unfinished file; what was written there becomes `path` at the end, as in `write_atomic`.

    Where the work inside fails, `path` stays as it was. Raises WorkspaceError if the disk is full or the folder cannot
    be written, and what the work inside raises.
    """
    if path.is_dir():  # “.” has no name beside which to write
        raise cannot_write(path, IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)))
    if path.exists() and not path.is_file():  # a rename would put a file in the place of /dev/null
        raise cannot_write(path, OSError(errno.EINVAL, _("it is not a file, but a pipe or a device")))
    part = part_path(path)
    try:
        state = _state_around(path)
        if state:
            private_file(part)
        else:
            _make_folders(path.parent)
        yield part
        sync_file(part)
        if not state and path.exists():
            part.chmod(stat.S_IMODE(path.stat().st_mode))
        part.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        with contextlib.suppress(OSError):  # on a read-only disk, even deleting a file that does not exist fails
            part.unlink(missing_ok=True)


def show_at_once(path: Path, content: str) -> None:
    """Write `path` below `.loa`, whole or not at all for whoever reads it, without a wait for the disk: a power cut may
    lose it. Raises WorkspaceError as `write_atomic`.
    """
    part = part_path(path)
    try:
        private_file(part)
        part.write_bytes(content.encode())
        part.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def write_in_place(path: Path, text: str) -> None:
    """Write a few bytes over those of before, without a sync: for what may be lost, and must not wear out a disk.

    `text` is always of the same length. A disk that does not take it is not told of: nobody can help it here.
    """
    with contextlib.suppress(OSError):
        if not path.exists():
            private_file(path)
        with path.open("r+b", buffering=0) as file:
            file.write(text.encode())


def sync_file(path: Path) -> None:
    """Sync what the file holds. Raises OSError."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def rename(old: Path, new: Path) -> None:
    """Rename a file that is on the disk, durably; a file at `new` is replaced. Raises OSError."""
    old.replace(new)
    sync_folder(new.parent)
    if old.parent != new.parent:
        sync_folder(old.parent)


def place(part: Path, path: Path) -> bool:
    """Give a finished file the name `path`, durably, unless a file has it; return whether it got it. Raises OSError."""
    sync_file(part)
    try:
        os.link(part, path)
    except FileExistsError:
        return False
    except OSError:  # a file system that has no links
        if path.exists():
            return False
        part.replace(path)
    sync_folder(path.parent)
    return True


def remove(path: Path) -> None:
    """Delete a file, durably; it may be missing. Raises OSError."""
    path.unlink(missing_ok=True)
    if path.parent.is_dir():
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Sync the names in `folder`, so that they survive a power cut. Windows has no such call. Raises OSError."""
    if os.name != "posix":
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EINVAL):  # we may not read it; a network share that has no such call
            raise


def private_folder(folder: Path) -> None:
    """Make `folder` where it is missing, for this user alone; so is the whole `.loa` that it lies in. Raises OSError.

    Windows has no such permissions: there a folder has those of the one around it.
    """
    _make_folders(folder, mode=0o700)
    state = _state_around(folder)
    if state:
        _close(state)


def private_file(path: Path) -> None:
    """Make `path`, empty, where it is missing, for this user alone; so is the `.loa` around it. Raises OSError.

    A file that exists is not opened: to close a database, even once opened for reading, would drop the locks of SQLite
    that this process has on it, and another process could remove the write-ahead log that this one goes on to write.
    """
    private_folder(path.parent)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    _close_one(path, 0o600)


def part_path(path: Path) -> Path:
    """Return a name beside `path` for an unfinished file. It holds our process id, for `remove_leftovers`."""
    return path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}{_PART}")


def remove_leftovers(workspace: Workspace) -> list[Path]:
    """Delete unfinished files whose writing process is dead (a build that was killed). Return the deleted paths."""
    removed = []
    for folder in (workspace.root / "audio", workspace.public, workspace.state):
        for path in folder.rglob(f".*{_PART}"):
            writer = path.name.rsplit(".", 3)[1]
            if not (writer.isdigit() and psutil.pid_exists(int(writer))):
                path.unlink(missing_ok=True)
                removed.append(path)
    return removed


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


def _make_folders(folder: Path, mode: int = 0o777) -> None:
    """Make `folder` and those around it where they are missing, durably. Raises OSError."""
    missing = [part for part in (folder, *folder.parents) if not part.exists()]
    for part in reversed(missing):
        part.mkdir(mode=mode, exist_ok=True)
        sync_folder(part.parent)


def _state_around(path: Path) -> Path | None:
    """The `.loa` of a station that `path` is or lies in."""
    if STATE not in path.parts:
        return None
    folders = (part for part in (path, *path.parents) if part.name == STATE)
    return next((folder for folder in folders if Workspace(folder.parent).has_schedule()), None)


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
