"""Sounds that the station keeps: trimmed and levelled, in the process that decodes them (`loa.limited`)."""

import numpy as np

from loa.audio import foreign
from loa.audio.mp3 import RATE


def taken_in(content: bytes, seconds: float) -> tuple[int, bytes, float] | None:
    """A sound for the station: rate, 16-bit mono, and the seconds of silence cut at its ends; None: no sound.

    At most `seconds` of it, at the loudness of bulletins. Of nothing but silence no sample is left.
    """
    from loa.audio import mastering  # numpy: only here, in the process that decodes

    raw = foreign.uploaded(content, RATE, seconds)
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
