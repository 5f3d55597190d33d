"""Decoding of sounds from elsewhere. Works in a process of its own (`loa.limited`): the decoders are written in C."""

import io

import miniaudio
import numpy as np
import soundfile

from loa.audio.mp3 import RATE


def uploaded(content: bytes, rate: int, seconds: float) -> bytes | None:
    """The first `seconds` of an MP3, WAV, FLAC or Ogg as 16-bit mono at `rate` Hz; None where it is none of these."""
    made, most = bytearray(), int(seconds * rate) * 2
    try:
        for piece in miniaudio.stream_memory(content, miniaudio.SampleFormat.SIGNED16, 1, rate, rate):
            made += memoryview(piece).cast("B")
            if len(made) >= most:
                break
    except miniaudio.MiniaudioError:
        return None
    return bytes(made[:most])


def spoken(content: bytes, seconds: float) -> tuple[int, bytes] | None:
    """Rate and float32 samples (mono) of what a service sent; None where it is no sound, or longer than `seconds`."""
    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            most = int(seconds * file.samplerate)
            samples = file.read(frames=most + 1, dtype="float32", always_2d=True)
            rate = int(file.samplerate)
    except soundfile.LibsndfileError:
        return None
    if not 0 < len(samples) <= most:
        return None
    return rate, np.ascontiguousarray(samples.mean(axis=1, dtype=np.float32)).tobytes()


def taken_in(content: bytes, seconds: float) -> tuple[int, bytes, float] | None:
    """A sound for the station: rate, 16-bit mono, and the seconds of silence cut at its ends; None: no sound.

    At most `seconds` of it, at the loudness of bulletins. Of nothing but silence no sample is left.
    """
    from loa.audio import mastering  # scipy: only here, in the process that decodes

    raw = uploaded(content, RATE, seconds)
    if raw is None:
        return None
    samples = np.frombuffer(raw, np.int16).astype(np.float32) / 32768
    step = RATE // 50
    frames = samples[: len(samples) // step * step].reshape(-1, step)
    heard = np.flatnonzero(np.sqrt((frames**2).mean(axis=1)) > _SILENCE) if len(frames) else np.empty(0, int)
    if not len(heard):
        return RATE, b"", len(samples) / RATE
    start = max(0, int(heard[0]) * step - int(_BEFORE * RATE))
    end = min(len(samples), (int(heard[-1]) + 1) * step + int(_AFTER * RATE))
    made = mastering.level(samples[start:end])
    cut = (len(samples) - (end - start)) / RATE
    return RATE, np.round(np.clip(made, -1, 1) * 32767).astype(np.int16).tobytes(), cut


_SILENCE, _BEFORE, _AFTER = 10 ** (-50 / 20), 0.15, 0.3
"""Below -50 dB of full scale it is silence; seconds of it that stay before the first sound and after the last."""
