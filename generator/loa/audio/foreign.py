"""Decoding of sounds from elsewhere. Works in a process of its own (`loa.limited`): the decoders are written in C."""

import io

import miniaudio
import numpy as np
import soundfile


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
