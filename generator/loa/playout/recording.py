"""What is played: a recording's bytes, checked once and then held, so that no later change of the file is heard."""

import array
import hashlib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import miniaudio

from loa.bulletin.manifest import Manifest
from loa.errors import BulletinError, Finding, PlayoutError, WorkspaceError
from loa.i18n import _
from loa.store.approvals import BulletinFile

FRAMES = 0.02
"""Seconds of sound in one chunk."""


@dataclass(frozen=True, slots=True)
class LoadedRecording:
    """`data`: the MP3. `sentences`: the seconds at which a sentence starts, the places where one may resume."""

    bulletin: str
    sha256: str
    data: bytes
    seconds: float
    sentences: tuple[float, ...] = ()

    @classmethod
    def load(cls, recording: BulletinFile) -> "LoadedRecording":
        """Read a recording into memory. Raises ApprovalError (unreadable), PlayoutError (no sound in it)."""
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
        return cls(recording.id, digest, data, info.duration, _sentences(recording, digest))

    def sentence_before(self, seconds: float) -> float:
        """Where to resume: the start of the sentence that was being said at `seconds`."""
        number = bisect_right(self.sentences, seconds)
        return self.sentences[number - 1] if number else 0.0

    def pcm(self, rate: int, start: float = 0.0) -> Iterator["array.array[int]"]:
        """Mono 16-bit samples at `rate` Hz from `start` seconds on, in chunks of `FRAMES` seconds."""
        frames = round(rate * FRAMES)
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
    """From the manifest beside the recording, if it is this recording's."""
    try:
        manifest = Manifest.load(recording.path.with_suffix(".json"))
    except (BulletinError, WorkspaceError):
        return ()  # a recording from elsewhere has none: it resumes at its beginning
    return tuple(sorted(cue.start for cue in manifest.cues)) if manifest.sha256 == digest else ()
