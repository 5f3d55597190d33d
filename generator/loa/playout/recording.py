"""The recording that is played: its bytes are read and hashed once, so that later changes of the file are not heard."""

import array
import hashlib
import io
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import miniaudio
from mutagen import MutagenError
from mutagen.id3 import ID3

from loa.bulletin.manifest import Manifest
from loa.errors import BulletinError, Finding, PlayoutError, WorkspaceError
from loa.i18n import _
from loa.store.approvals import BulletinFile

CHUNK_SECONDS = 0.02
"""Seconds of sound per chunk."""


@dataclass(frozen=True, slots=True)
class LoadedRecording:
    """A recording in memory. `data`: the MP3. `sentences`: where sentences start (s); playout may resume there.

    `title`, `station`: what its tag says; "" without one.
    """

    bulletin: str
    sha256: str
    data: bytes
    seconds: float
    sentences: tuple[float, ...] = ()
    title: str = ""
    station: str = ""

    @classmethod
    def load(cls, recording: BulletinFile) -> "LoadedRecording":
        """Read a recording into memory. Raises ApprovalError (unreadable), PlayoutError (not an MP3 file)."""
        data = recording.read()
        try:
            info = miniaudio.mp3_get_info(data)
        except miniaudio.MiniaudioError as error:
            raise PlayoutError(
                Finding(
                    "recording.sound",
                    _("The recording is not an MP3 file: {reason}").format(reason=error),
                    _("Make it again: loa build"),
                    file=str(recording.path),
                )
            ) from error
        digest = hashlib.sha256(data).hexdigest()
        named = _named(data)
        return cls(recording.id, digest, data, info.duration, _sentences(recording, digest), *named)

    def sentence_before(self, seconds: float) -> float:
        """Return the start of the sentence that is said at `seconds`: the position to resume at."""
        number = bisect_right(self.sentences, seconds)
        return self.sentences[number - 1] if number else 0.0

    def pcm(self, rate: int, start: float = 0.0) -> Iterator["array.array[int]"]:
        """Decode to mono 16-bit samples at `rate` Hz, from `start` seconds on, in chunks of `CHUNK_SECONDS`."""
        frames = round(rate * CHUNK_SECONDS)
        stream = miniaudio.stream_memory(
            self.data, miniaudio.SampleFormat.SIGNED16, nchannels=1, sample_rate=rate, frames_to_read=frames
        )
        skip = round(start * rate)
        for chunk in stream:
            if skip >= len(chunk):
                skip -= len(chunk)
                continue
            yield chunk[skip:] if skip else chunk
            skip = 0


def _sentences(recording: BulletinFile, digest: str) -> tuple[float, ...]:
    """Return the starts of sentences from the manifest beside the recording, if it belongs to this recording."""
    try:
        manifest = Manifest.load(recording.path.with_suffix(".json"))
    except (BulletinError, WorkspaceError):
        return ()  # a recording without manifest resumes at its beginning
    return tuple(sorted(cue.start for cue in manifest.cues)) if manifest.sha256 == digest else ()


def _named(data: bytes) -> tuple[str, str]:
    """Return title and station from the tag of the MP3; "" for what it does not have."""
    try:
        tag = ID3(io.BytesIO(data))
    except MutagenError:
        return "", ""
    title, station = (str(tag[name]) if name in tag else "" for name in ("TIT2", "TPE1"))
    return title, station
