"""Sound files of other people's making, as samples."""

import io

from generator.errors import LoaError, SpeechError
from generator.speech import ffmpeg
from generator.speech.engine import Sound


def decode(raw: bytes) -> Sound | None:
    """`raw` (MP3, WAV, FLAC, Ogg) as mono sound; None where it is not sound."""
    import numpy as np
    import soundfile

    try:
        samples, rate = soundfile.read(io.BytesIO(raw), dtype="float32", always_2d=True)
    except soundfile.LibsndfileError:
        return None
    return Sound(np.ascontiguousarray(samples.mean(axis=1, dtype=np.float32)), rate) if len(samples) else None


def at_pace(sound: Sound, pace: float) -> Sound:
    """`sound` at `pace`, at the same pitch, for engines that know only one; marks move along. Raises SpeechError."""
    import numpy as np

    if pace == 1.0:
        return sound
    pcm = np.clip(np.round(sound.samples * 32767), -32768, 32767).astype("<i2").tobytes()
    try:
        changed = ffmpeg.change_tempo(pcm, sound.rate, pace)
    except LoaError as error:
        raise SpeechError(error.findings) from error
    samples = np.frombuffer(changed, "<i2").astype(np.float32) / np.float32(32767)
    return Sound(samples, sound.rate, tuple(mark / pace for mark in sound.marks))
