"""The places of automatic backups: a folder, a USB stick, a folder of another computer by SFTP.

A place holds `loa-backup/`: the archives, `recordings/` (each released recording once), and `station`, the number of
the station whose backups these are. Whatever is written is synced, read back, and only then gets its name.
"""

import base64
import contextlib
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Protocol

import psutil

from loa.errors import Finding, WorkspaceError
from loa.files import remove, rename, sync_file, sync_folder
from loa.i18n import _
from loa.schedule.backup import FolderPlace, Place, SftpPlace, StickPlace

TOP = "loa-backup"
_BLOCK = 1 << 20
_PATIENCE = 20.0
"""Seconds for a server to answer; a transfer may stand still for three times as long."""


class Store(Protocol):
    """The folder `loa-backup` of a place that can be reached now. Each method raises OSError, WorkspaceError."""

    def sizes(self, folder: str) -> dict[str, int]:
        """The files of `folder` ("" is the top), with their bytes; none where there is no such folder."""

    def read(self, name: str) -> bytes:
        """A small file. Raises FileNotFoundError."""

    def send(self, source: Path, name: str) -> None:
        """Write a file, read it back and compare it, then give it its name."""

    def delete(self, name: str) -> None:
        """Delete a file, which may be missing."""

    def free(self) -> int | None:
        """Bytes that are free; None where that is not known."""


@contextlib.contextmanager
def opened(place: Place, root: Path, password: str | None) -> Iterator[Store]:
    """The place, if it can be reached now. `root`: the station's folder. Raises WorkspaceError, OSError."""
    if isinstance(place, SftpPlace):
        with _connected(place, password) as store:
            yield store
        return
    folder = _stick(place) if isinstance(place, StickPlace) else _folder(place)
    if folder.resolve().is_relative_to(root.resolve()):
        fix = _("Choose a folder on another disk, a stick, or another computer.")
        raise problem("inside", _("The backups would lie in the station's own folder: {path}").format(path=folder), fix)
    yield _Local(folder / TOP)


def problem(code: str, message: str, fix: str = "") -> WorkspaceError:
    """Why a backup was not made."""
    return WorkspaceError(Finding(f"backup.{code}", message, fix))


def _folder(place: FolderPlace) -> Path:
    folder = Path(place.path)
    if not folder.is_dir():
        fix = _("Make it, or mount the disk or network share that holds it.")
        raise problem("gone", _("The folder for backups is not there: {path}").format(path=folder), fix)
    return folder


def _stick(place: StickPlace) -> Path:
    """Where the stick is mounted. Never the empty folder that is left when it was pulled out."""
    if place.path:
        if os.path.ismount(place.path):
            return Path(place.path)
        fix = _("Plug the stick in, and see that the computer mounts it there.")
        raise problem("no-stick", _("No stick is mounted at {path}.").format(path=place.path), fix)
    label = place.label or ""
    device = _device(label)
    mounted = [Path(part.mountpoint) for part in psutil.disk_partitions(all=True) if _is_it(part, label, device)]
    if mounted:
        return mounted[0]
    message = _("The stick “{label}” is not plugged in, or not mounted.").format(label=label)
    raise problem("no-stick", message, _("Plug it in, and see that the computer mounts it."))


def _device(label: str) -> str | None:
    """The device with this label, as Linux knows it."""
    link = Path("/dev/disk/by-label") / label.replace(" ", "\\x20")
    return str(link.resolve()) if "/" not in label and link.exists() else None


def _is_it(part: Any, label: str, device: str | None) -> bool:
    """Linux and macOS mount a stick below /media, /run/media or /Volumes by its label; Windows tells the label."""
    if device and part.device == device:
        return True
    if sys.platform == "win32":
        return _windows_label(part.mountpoint) == label
    folder = Path(part.mountpoint)
    return folder.name == label and str(folder).startswith(("/media/", "/run/media/", "/Volumes/"))


def _windows_label(root: str) -> str | None:
    if sys.platform != "win32":
        return None
    import ctypes  # only Windows needs it

    text = ctypes.create_unicode_buffer(261)
    found = ctypes.windll.kernel32.GetVolumeInformationW(root, text, 261, None, None, None, None, 0)
    return text.value if found else None


class _Local:
    """A folder of this computer."""

    def __init__(self, top: Path) -> None:
        self._top = top

    def sizes(self, folder: str) -> dict[str, int]:
        place = self._top / folder
        if not place.is_dir():
            return {}
        return {path.name: path.stat().st_size for path in place.iterdir() if path.is_file()}

    def read(self, name: str) -> bytes:
        return (self._top / name).read_bytes()

    def send(self, source: Path, name: str) -> None:
        target = self._top / name
        self._make(target.parent)
        half = target.with_name(f".{target.name}.part")
        try:
            remove(half)
            os.close(os.open(half, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            shutil.copyfile(source, half)
            sync_file(half)
            with half.open("rb") as file, source.open("rb") as original:
                if sys.platform == "linux":  # from the stick, not from memory
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
                _compare(file, original, target.name)
            rename(half, target)
        finally:
            with contextlib.suppress(OSError):
                half.unlink(missing_ok=True)

    def delete(self, name: str) -> None:
        remove(self._top / name)

    def free(self) -> int | None:
        return shutil.disk_usage(next(path for path in (self._top, *self._top.parents) if path.exists())).free

    def _make(self, folder: Path) -> None:
        for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
            missing.mkdir(mode=0o700)
            sync_folder(missing.parent)


def _compare(written: IO[bytes], original: IO[bytes], name: str) -> None:
    digests = []
    for file in (written, original):
        digest = hashlib.sha256()
        while block := file.read(_BLOCK):
            digest.update(block)
        digests.append(digest.digest())
    if digests[0] != digests[1]:
        message = _("What was written is not what can be read back: {name}").format(name=name)
        raise problem("unreadable", message, _("Its disk or stick may be failing: use another one."))


@contextlib.contextmanager
def _connected(place: SftpPlace, password: str | None) -> Iterator[Store]:
    try:
        import paramiko  # an extra, and 0.3 s of start-up
    except ImportError as error:
        message = _("SFTP is not installed.")
        raise problem("no-sftp", message, _("Install it: pip install 'loa[sftp]'")) from error

    class Known(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]  # paramiko has no types
        """Only the key whose fingerprint stands in schedule.yaml; nothing is sent to another one."""

        def missing_host_key(self, _client: Any, _hostname: Any, key: Any) -> None:
            shown = "SHA256:" + base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")
            if place.host_key == shown:
                return
            message = _("The server {host} shows the key {key} ({kind}), which nobody has confirmed.")
            fix = _("Compare it on the server. If it is the same there, write it as host_key.")
            if place.host_key:
                message = _("The server {host} shows another key than the one that is known: {key} ({kind}).")
                fix = _("Ask who looks after the server before you change host_key.")
            raise problem("host-key", message.format(host=place.host, key=shown, kind=key.get_name()), fix)

    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(Known())
    where = f"{place.user}@{place.host}:{place.port}"
    try:
        try:
            client.connect(
                place.host,
                place.port,
                place.user,
                password=None if place.key_file else password or "",
                key_filename=place.key_file,
                timeout=_PATIENCE,
                banner_timeout=_PATIENCE,
                auth_timeout=_PATIENCE,
                channel_timeout=_PATIENCE,
                allow_agent=False,
                look_for_keys=False,
            )
            sftp = client.open_sftp()
        except paramiko.AuthenticationException as error:
            message = _("The server {where} does not let us in: the password or the key is wrong.").format(where=where)
            fix = _("Check the user name, and the password or the file of the key.")
            raise problem("refused", message, fix) from error
        except (paramiko.SSHException, OSError, EOFError) as error:
            message = _("The server {where} does not answer: {reason}").format(where=where, reason=error)
            raise problem("away", message, _("Check the address and the network.")) from error
        sftp.get_channel().settimeout(3 * _PATIENCE)
        try:
            yield _Sftp(sftp, place.path)
        except (paramiko.SSHException, EOFError, TimeoutError) as error:
            message = _("The connection to {where} broke off: {reason}").format(where=where, reason=error)
            raise problem("away", message, _("It is tried again within the hour.")) from error
    finally:
        client.close()


class _Sftp:
    """A folder of another computer. `sftp`: paramiko's client, which has no types."""

    def __init__(self, sftp: Any, path: str) -> None:
        self._sftp, self._top = sftp, f"{path.rstrip('/')}/{TOP}"

    def sizes(self, folder: str) -> dict[str, int]:
        try:
            found = self._sftp.listdir_attr(f"{self._top}/{folder}".rstrip("/"))
        except FileNotFoundError:
            return {}
        return {entry.filename: int(entry.st_size or 0) for entry in found if not (entry.st_mode or 0) & 0o040000}

    def read(self, name: str) -> bytes:
        with self._sftp.open(f"{self._top}/{name}", "rb") as file:
            return bytes(file.read())

    def send(self, source: Path, name: str) -> None:
        target = f"{self._top}/{name}"
        folder, _slash, last = target.rpartition("/")
        self._make(folder)
        half = f"{folder}/.{last}.part"
        try:
            with self._sftp.open(half, "wb") as file, source.open("rb") as original:
                self._sftp.chmod(half, 0o600)
                file.set_pipelined(True)
                shutil.copyfileobj(original, file, _BLOCK)
            with self._sftp.open(half, "rb") as file, source.open("rb") as original:
                file.prefetch(source.stat().st_size)
                _compare(file, original, last)
            self._sftp.posix_rename(half, target)
        finally:
            with contextlib.suppress(Exception):  # the connection may be gone; the next backup overwrites it
                if last not in self.sizes(folder.removeprefix(f"{self._top}").strip("/")):
                    self._sftp.remove(half)

    def delete(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._sftp.remove(f"{self._top}/{name}")

    def free(self) -> int | None:
        return None

    def _make(self, folder: str) -> None:
        """Make a folder, and those above it that are missing."""
        parts = folder.split("/")
        for number in range(1, len(parts) + 1):
            path = "/".join(parts[:number])
            if not path:
                continue
            try:
                self._sftp.stat(path)
            except FileNotFoundError:
                self._sftp.mkdir(path, 0o700)
