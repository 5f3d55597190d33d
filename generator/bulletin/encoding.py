"""Mastered samples become a piece: encoded, decoded again at once, and turned down where MP3 added too much peak."""

import io

import numpy as np
import soundfile

from generator.bulletin.frames import FRAME_BYTES, FRAME_SAMPLES, KILOBITS, RATE, are_whole
from generator.bulletin.mastering import Samples, limit, true_peak
from generator.bulletin.piece import Piece, Stretch
from generator.errors import BulletinError, Finding
from generator.i18n import _
from generator.speech import ffmpeg

MAX_DBTP = -1.6
"""The finished file must stay below -1.5 dBTP, and a meter may differ by a little."""
_LAME_SCALE = 0.95  # LAME turns everything down by this much at our bit rate, and ffmpeg has no switch for it
_DELAY = 1105  # samples before the first that LAME was given: 576 of its own, 529 of every decoder


def encode(key: str, samples: Samples, stretches: tuple[Stretch, ...]) -> Piece:
    """The piece `key` of mastered `samples` at `RATE`. Raises BulletinError where the encoder fails."""
    for ceiling in (None, -3.5, -4.5, -6.0):
        if ceiling is not None:
            samples = np.asarray(limit(samples, ceiling), np.float32)
        frames = _frames(samples)
        heard, _rate = soundfile.read(io.BytesIO(frames), dtype="float32")
        if true_peak(heard) <= MAX_DBTP:
            break
    lead = _DELAY - FRAME_SAMPLES  # the first frame holds only the encoder's own silence: it is left out
    return Piece(key, frames, lead, len(samples), stretches, _peaks(samples))


def _frames(samples: Samples) -> bytes:
    padded = np.concatenate([samples, np.zeros(2 * FRAME_SAMPLES, samples.dtype)])
    pcm = np.clip(np.round(padded * (32768 / _LAME_SCALE)), -32768, 32767).astype("<i2").tobytes()
    frames = ffmpeg.encode_mp3(pcm, RATE, KILOBITS)[FRAME_BYTES:]
    if not are_whole(frames) or len(frames) // FRAME_BYTES * FRAME_SAMPLES < len(samples):
        raise BulletinError(
            Finding(
                "ffmpeg.frames",
                _("This ffmpeg writes MP3 that cannot be joined."),
                _("Install another: sudo apt-get install ffmpeg, or pip install imageio-ffmpeg"),
            )
        )
    return frames


def _peaks(samples: Samples) -> bytes:
    """The loudest sample of each twentieth of a second, for pictures of the wave."""
    step = RATE // 20
    padded = np.abs(np.pad(samples, (0, -len(samples) % step))).reshape(-1, step)
    return bytes(np.minimum(255, padded.max(axis=1) * 255).astype(np.uint8))
