"""A player fetches recordings by their SHA-256, goes on where the line broke, and keeps only what was released."""

import hashlib
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path

from loa.errors import WorkspaceError
from loa.files import private_folder, remove, rename, sync_file, write_atomic
from loa.fleet.keys import Key
from loa.fleet.messages import Release
from loa.fleet.server import RECORDINGS
from loa.logs import logger
from loa.store.approvals import approved_copy
from loa.workspace import Workspace

_PATIENCE = 15.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 60.0
_CHUNK = 65536
_LARGEST_RECORD = 5_000_000


class Fetcher:
    """Fetches in a thread what is wanted and not there, the first of the list first. `on_new`: one has come."""

    def __init__(self, workspace: Workspace, address: str, key: Key, on_new: Callable[[], None] = lambda: None) -> None:
        self._workspace, self._address, self._key = workspace, address.rstrip("/"), key
        self._on_new = on_new
        self._wanted: tuple[Release, ...] = ()
        self._wake, self._stop = threading.Event(), threading.Event()
        self.refused = 0
        """How many were not what was released."""
        self._thread = threading.Thread(target=self._run, name="fetch", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End; what is half fetched stays for the next time."""
        self._stop.set()
        self._wake.set()

    def want(self, releases: Iterable[Release]) -> None:
        """Say what is wanted now."""
        self._wanted = tuple(releases)
        self._wake.set()

    def missing(self) -> list[Release]:
        """What is wanted and not there yet."""
        return [release for release in self._wanted if not approved_copy(self._workspace, release.sha256).is_file()]

    def _run(self) -> None:
        pause = _FIRST_PAUSE
        while not self._stop.is_set():
            self._wake.clear()
            failed = False
            for release in self.missing():
                if self._stop.is_set():
                    return
                try:
                    if self._fetch(release):
                        self._on_new()
                    else:
                        failed = True
                except (OSError, WorkspaceError, ValueError) as error:  # HTTP errors are OSErrors
                    logger().info("fetch", bulletin=release.bulletin, problem=str(error))
                    failed = True
            if not failed:
                pause = _FIRST_PAUSE
            self._wake.wait(pause if failed else None)
            pause = min(2 * pause, _LONGEST_PAUSE) if failed else _FIRST_PAUSE

    def _fetch(self, release: Release) -> bool:
        """Fetch one; False where it is not what was released. Raises OSError, WorkspaceError."""
        target = approved_copy(self._workspace, release.sha256)
        part = self._workspace.fleet / f"{release.sha256}.part"
        private_folder(part.parent)
        there = part.stat().st_size if part.is_file() else 0
        if there > release.size:
            remove(part)
            there = 0
        if there < release.size:
            self._load(f"{release.sha256}.mp3", part, there, release.size)
        if _sha256(part) != release.sha256:
            remove(part)
            self.refused += 1
            logger().warning("fetch", bulletin=release.bulletin, problem="not what was released")
            return False
        if release.record:
            record = self._read(f"{release.sha256}.json")
            if hashlib.sha256(record).hexdigest() == release.record:
                write_atomic(target.with_suffix(".json"), record)
        sync_file(part)
        private_folder(target.parent)
        rename(part, target)
        return True

    def _load(self, name: str, part: Path, start: int, size: int) -> None:
        with urllib.request.urlopen(self._asked(name, start), timeout=_PATIENCE) as answer:  # noqa: S310  our own address
            goes_on = start and answer.status == 206
            with part.open("ab" if goes_on else "wb") as file:
                held = start if goes_on else 0
                while held < size and (chunk := answer.read(min(_CHUNK, size - held))):
                    file.write(chunk)
                    held += len(chunk)
                    if self._stop.is_set():
                        raise OSError("ended")
        if held < size:
            raise OSError("the line broke")

    def _read(self, name: str) -> bytes:
        with urllib.request.urlopen(self._asked(name, 0), timeout=_PATIENCE) as answer:  # noqa: S310
            return bytes(answer.read(_LARGEST_RECORD))

    def _asked(self, name: str, start: int) -> urllib.request.Request:
        path = RECORDINGS + name
        headers = {"x-loa-player": self._key.id, "x-loa-signature": self._key.sign_text("fetch", path)}
        if start:
            headers["range"] = f"bytes={start}-"
        return urllib.request.Request(self._address + path, headers=headers)  # noqa: S310


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
