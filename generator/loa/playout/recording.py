"""The recording that is played: its bytes are read and hashed once, so that later changes of the file are not heard."""

import array
import hashlib
import io
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import miniaudio
from mutagen import MutagenError
from mutagen.id3 import ID3

from loa.bulletin.manifest import Content, Manifest
from loa.bulletin.programme import RELAYS, RelayPoint, unpack
from loa.errors import BulletinError, Finding, PlayoutError, WorkspaceError
from loa.i18n import _
from loa.playout.outputs.base import CHUNK_SECONDS
from loa.store.approvals import BulletinFile
from loa.store.requests import LiveSource


@dataclass(frozen=True, slots=True)
class LoadedRecording:
    """A recording in memory. `data`: the MP3. `sentences`: where sentences start (s); playout may resume there.

    `seconds`: how long it lasts on air. `title`, `station`: what its tag says; "" without one. `relays`: where another
    station comes in live. `languages`: seconds in each language, `contents`: what is heard, where its record tells.
    `talk`: somebody speaks, and nothing is there beforehand; `sha256` is "" then, `seconds` the longest it may last.
    """

    bulletin: str
    sha256: str
    data: bytes
    seconds: float
    sentences: tuple[float, ...] = ()
    title: str = ""
    station: str = ""
    relays: tuple[RelayPoint, ...] = ()
    languages: Mapping[str, float] = field(default_factory=dict)
    contents: tuple[Content, ...] = ()
    talk: LiveSource | None = None

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
        title, station, relays = _named(data)
        manifest = _record(recording, digest)
        starts = tuple(sorted(cue.start for cue in manifest.cues)) if manifest else ()
        languages, contents = (manifest.languages, manifest.contents) if manifest else ({}, ())
        longer = sum(relay.seconds - relay.hold for relay in relays)
        seconds = info.duration + longer
        return cls(recording.id, digest, data, seconds, starts, title, station, relays, languages, contents)

    @property
    def file_seconds(self) -> float:
        """The length of the file itself, in seconds."""
        return miniaudio.mp3_get_info(self.data).duration if self.relays else self.seconds

    def sentence_before(self, seconds: float) -> float:
        """Return the start of the sentence that is said at `seconds`: the position to resume at."""
        if self.relays or self.talk:
            return seconds
        number = bisect_right(self.sentences, seconds)
        return self.sentences[number - 1] if number else 0.0

    def pcm(self, rate: int, start: float = 0.0, _delay: float = 0.0, /) -> Iterator["array.array[int]"]:
        """Decode to mono 16-bit samples at `rate` Hz, from `start` seconds on, in chunks of `CHUNK_SECONDS`."""
        return self.file_pcm(rate, start)

    def file_pcm(self, rate: int, start: float, end: float | None = None) -> Iterator["array.array[int]"]:
        """Do the same with the file from `start` to `end` seconds, without relays."""
        left = round((end - start) * rate) if end is not None else None
        frames = round(rate * CHUNK_SECONDS)
        stream = miniaudio.stream_memory(
            self.data, miniaudio.SampleFormat.SIGNED16, nchannels=1, sample_rate=rate, frames_to_read=frames
        )
        skip = round(start * rate)
        for chunk in stream:
            if skip >= len(chunk):
                skip -= len(chunk)
                continue
            piece = chunk[skip:] if skip else chunk
            skip = 0
            if left is not None:
                piece = piece[:left]
                left -= len(piece)
            if piece:
                yield piece
            if left == 0:
                return


def _record(recording: BulletinFile, digest: str) -> Manifest | None:
    """Return the manifest beside the recording, if it belongs to this recording."""
    try:
        manifest = Manifest.load(recording.path.with_suffix(".json"))
    except (BulletinError, WorkspaceError):
        return None  # a recording without manifest resumes at its beginning
    return manifest if manifest.sha256 == digest else None


def _named(data: bytes) -> tuple[str, str, tuple[RelayPoint, ...]]:
    """Return title, station and relays from the tag of the MP3; "" for what it does not have."""
    try:
        tag = ID3(io.BytesIO(data))
    except MutagenError:
        return "", "", ()
    title, station = (str(tag[name]) if name in tag else "" for name in ("TIT2", "TPE1"))
    try:
        relays = unpack(str(tag[f"TXXX:{RELAYS}"])) if f"TXXX:{RELAYS}" in tag else ()
    except ValueError:
        relays = ()
    return title, station, relays
