"""Segments: a sentence, a jingle or an opening over music, mastered and encoded once.

A segment is stored beside the clips as an MP3 that any player can play: our frames after an ID3 tag with one private
frame, whose JSON says where the sound is within the frames and which SHA-256 they have. If it does not match, the
segment is made again.
"""

import hashlib
import io
import json
import struct
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from loa.audio import ffmpeg
from loa.audio.mp3 import FRAME_BYTES, FRAME_SAMPLES, KILOBITS, RATE, are_complete
from loa.errors import BulletinError, Finding
from loa.files import write_atomic
from loa.i18n import _
from loa.tts.cache import clip_path
from loa.workspace import Workspace

if TYPE_CHECKING:
    from loa.audio.mastering import Samples

    Render = Callable[[], tuple[Samples, tuple["Stretch", ...]]]

RULES = "piece 4"
"""Part of the cache key of every segment: change it when mastering or encoding changes the sound."""
_OWNER = b"loa\0"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A sentence within a segment: its first sample, its length in samples, its word marks (s)."""

    start: int
    length: int
    marks: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """MP3 `frames`: the sound starts after `lead` samples and lasts `length` samples. `peaks`: 20 per second, 0-255."""

    key: str
    frames: bytes
    lead: int
    length: int
    stretches: tuple[Stretch, ...]
    peaks: bytes
    render: "Render | None" = field(default=None, compare=False, repr=False)
    """Returns the mastered samples again, for lossless files."""

    @property
    def count(self) -> int:
        """The number of frames."""
        return len(self.frames) // FRAME_BYTES

    @property
    def seconds(self) -> float:
        """The duration of its sound in seconds."""
        return self.length / RATE


def load_or_render(workspace: Workspace, key: str, render: "Render") -> Segment:
    """Return the segment `key` from the cache; else call `render`, encode its samples and store the segment."""
    path = clip_path(workspace, key, ".mp3")
    try:
        found = unpack(path.read_bytes(), key)
    except FileNotFoundError:
        found = None
    if found is None:
        found = encode(key, *render())
        write_atomic(path, pack(found))
    return replace(found, render=render)


def pack(segment: Segment) -> bytes:
    """Return the file content of a segment."""
    about = {
        "key": segment.key,
        "sha256": hashlib.sha256(segment.frames).hexdigest(),
        "lead": segment.lead,
        "length": segment.length,
        "stretches": [asdict(stretch) for stretch in segment.stretches],
        "peaks": segment.peaks.hex(),
    }
    body = _OWNER + json.dumps(about, separators=(",", ":")).encode()
    tag = b"PRIV" + struct.pack(">IH", len(body), 0) + body
    return b"ID3\x03\0\0" + _syncsafe(len(tag)) + tag + segment.frames


def unpack(raw: bytes, key: str) -> Segment | None:
    """Return the segment in `raw`; None if it is incomplete or does not have this key."""
    if raw[:6] != b"ID3\x03\0\0" or raw[10:14] != b"PRIV" or raw[20 : 20 + len(_OWNER)] != _OWNER:
        return None
    end = 20 + struct.unpack(">I", raw[14:18])[0]
    frames = raw[end:]
    try:
        about = json.loads(raw[20 + len(_OWNER) : end])
        if about["key"] != key or about["sha256"] != hashlib.sha256(frames).hexdigest():
            return None
        stretches = tuple(Stretch(s["start"], s["length"], tuple(s["marks"])) for s in about["stretches"])
        return Segment(key, frames, about["lead"], about["length"], stretches, bytes.fromhex(about["peaks"]))
    except (ValueError, KeyError, TypeError):
        return None


def _syncsafe(size: int) -> bytes:
    return bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))


MAX_DBTP = -1.6
"""The finished file must stay below -1.5 dBTP; meters differ slightly."""
_LAME_SCALE = 0.95  # LAME scales everything by this factor at our bit rate, and ffmpeg has no option to change it
_DELAY = 1105  # samples before the first input sample: 576 added by LAME, 529 by every decoder


def encode(key: str, samples: "Samples", stretches: tuple[Stretch, ...]) -> Segment:
    """Encode mastered `samples` at `RATE` to the segment `key`. Raises BulletinError if the encoder fails."""
    import numpy as np  # 0.1 s, 16 MB, only where a piece is not in the cache
    import soundfile

    from loa.audio.mastering import limit, true_peak

    for ceiling in (None, -3.5, -4.5, -6.0):
        if ceiling is not None:
            samples = np.asarray(limit(samples, ceiling), np.float32)
        frames = _frames(samples)
        heard, _rate = soundfile.read(io.BytesIO(frames), dtype="float32")
        if true_peak(heard) <= MAX_DBTP:
            break
    lead = _DELAY - FRAME_SAMPLES  # the first frame holds only silence of the encoder and is dropped
    return Segment(key, frames, lead, len(samples), stretches, _peaks(samples))


def _frames(samples: "Samples") -> bytes:
    import numpy as np  # as above

    padded = np.concatenate([samples, np.zeros(2 * FRAME_SAMPLES, samples.dtype)])
    pcm = np.clip(np.round(padded * (32768 / _LAME_SCALE)), -32768, 32767).astype("<i2").tobytes()
    frames = ffmpeg.encode_mp3(pcm, RATE, KILOBITS)[FRAME_BYTES:]
    if not are_complete(frames) or len(frames) // FRAME_BYTES * FRAME_SAMPLES < len(samples):
        raise BulletinError(
            Finding(
                "ffmpeg.frames",
                _("This ffmpeg writes MP3 that cannot be joined."),
                _("Install another: sudo apt-get install ffmpeg, or pip install imageio-ffmpeg"),
            )
        )
    return frames


def _peaks(samples: "Samples") -> bytes:
    """Return the loudest sample of each twentieth of a second (0-255), for the picture of the wave."""
    import numpy as np  # as above

    step = RATE // 20
    padded = np.abs(np.pad(samples, (0, -len(samples) % step))).reshape(-1, step)
    return bytes(np.minimum(255, padded.max(axis=1) * 255).astype(np.uint8))
