"""What somebody said at the microphone, written while it sounds: the log's recording, also after a power cut."""

import array
import datetime
import hashlib
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from loa.bulletin.manifest import Manifest
from loa.errors import PlayoutError, WorkspaceError
from loa.files import cannot_write, private_file, rename, sync_file
from loa.i18n import _
from loa.logs import logger
from loa.playout.outputs.encoding import Encoding, FfmpegEncoder
from loa.store.approvals import approved_copy
from loa.workspace import Workspace, commune_of, leads_out

_KILOBITS = 64
_LAST_WORDS = 5.0
"""Seconds that the end may take: by then the sound is off."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded. `sha256`: of the MP3 in `.loa/released`; "" where nothing could be written, and `why`."""

    sha256: str
    seconds: float
    why: str = ""


@dataclass(slots=True)
class _Writing:
    file: IO[bytes]
    digest: Any = field(default_factory=hashlib.sha256)

    def add(self, frames: Sequence[bytes]) -> None:
        data = b"".join(frames)
        self.file.write(data)
        self.digest.update(data)


class TalkRecording:
    """Writes the sound of `bulletin` below `.loa/live`, in whole MP3 frames. One thread opens, feeds and ends it."""

    def __init__(self, workspace: Workspace, bulletin: str, title: str) -> None:
        self._workspace, self._bulletin, self._title = workspace, bulletin, title
        self._path = talk_path(workspace, bulletin)
        self._writing: _Writing | None = None
        self._encoder: FfmpegEncoder | None = None
        self._seconds, self._why = 0.0, ""
        self._known = threading.Event()
        self._recorded = Recorded("", 0.0)

    def open(self) -> None:
        """Begin. Where it cannot be written, somebody speaks all the same, and the log says so."""
        if self._path is None:
            self._why = _("“{name}” cannot be the name of a file").format(name=self._bulletin)
            return
        try:
            private_file(self._path)
            self._writing = _Writing(self._path.open("ab", buffering=0))
            self._encoder = FfmpegEncoder(Encoding("MP3", _KILOBITS), self._writing.add)
        except (OSError, PlayoutError, WorkspaceError) as error:
            self._why = str(error)
            logger().warning("microphone", problem=self._why)

    def feed(self, chunk: bytes, seconds: float) -> None:
        """Add mono 16-bit samples at 44 100 Hz."""
        self._seconds += seconds
        if self._encoder:
            self._encoder.feed(array.array("h", chunk))

    def end(self, day: datetime.date) -> None:
        """Write the rest; from then on `recorded` answers. The file gets its place among what was aired."""
        try:
            if self._encoder:
                self._encoder.finish(_LAST_WORDS)
            digest = self._writing.digest.hexdigest() if self._writing and self._seconds else ""
            self._recorded = Recorded(digest, self._seconds, self._why)
        finally:
            self._known.set()
        if self._writing and self._path:
            self._writing.file.close()
            try:
                _keep(self._workspace, self._path, self._bulletin, self._title, digest, self._seconds, day)
            except (OSError, WorkspaceError) as error:
                logger().warning("microphone", problem=str(error))

    def recorded(self, seconds: float) -> Recorded:
        """What was recorded, at the latest after `seconds` of real time."""
        self._known.wait(seconds)
        return self._recorded


def talk_path(workspace: Workspace, bulletin: str) -> Path | None:
    """Where a talk is written while it sounds; None for a name that leads elsewhere."""
    name = f"{bulletin.rpartition('/')[2]}.mp3"
    return None if leads_out(name) or "/" in name else workspace.live / name


def adopt(workspace: Workspace, bulletin: str, title: str, day: datetime.date) -> str:
    """Keep what a process recorded before it was killed; its SHA-256, "" where there is nothing. Raises OSError,
    WorkspaceError.
    """
    path = talk_path(workspace, bulletin)
    if path is None or not path.is_file():
        return ""
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest() if data else ""
    _keep(workspace, path, bulletin, title, digest, len(data) * 8 / (1000 * _KILOBITS), day)
    return digest


def _keep(
    workspace: Workspace, path: Path, bulletin: str, title: str, digest: str, seconds: float, day: datetime.date
) -> None:
    if not digest:
        with suppress(OSError):
            path.unlink()
        return
    kept = approved_copy(workspace, digest)
    commune, name = commune_of(bulletin), bulletin.rpartition("/")[2]
    record = Manifest(
        id=bulletin, commune=commune, name=name, title=title, date=day, campaigns=(), seconds=seconds, sha256=digest,
        engine="", voice="",
    )  # fmt: skip
    record.save(kept.with_suffix(".json"))
    try:
        sync_file(path)
        rename(path, kept)
    except OSError as error:
        raise cannot_write(kept, error) from error
