"""Cut a clip to what is heard, so that the pauses on air are the script's and not the engine's."""

from generator.speech.engine import Sound

FLOOR_DB = -42.0
"""Below the loudest 10 ms of the clip; breath and room tone lie under it, the softest final consonant above."""
_HOP = 0.01
_LEAD, _TAIL = 0.010, 0.040  # kept before the first and after the last audible hop: a soft onset, a dying vowel


def trim(sound: Sound) -> Sound:
    """`sound` without the silence at its ends, faded over 5 ms there; marks move along. Silence becomes empty."""
    import numpy as np

    hop = max(1, round(sound.rate * _HOP))
    whole = len(sound.samples) // hop * hop
    if not whole:
        return sound
    power = (sound.samples[:whole].astype(np.float64).reshape(-1, hop) ** 2).mean(axis=1)
    heard = np.flatnonzero(power > max(power.max() * 10 ** (FLOOR_DB / 10), 1e-10))
    if not len(heard):
        return Sound(sound.samples[:0], sound.rate)
    first = max(0, int(heard[0]) * hop - round(sound.rate * _LEAD))
    last = min(len(sound.samples), (int(heard[-1]) + 1) * hop + round(sound.rate * _TAIL))
    samples = sound.samples[first:last].copy()
    fade = min(round(sound.rate * 0.005), len(samples) // 2)
    if fade:
        ramp = np.linspace(0, 1, fade, dtype=np.float32)
        samples[:fade] *= ramp
        samples[-fade:] *= ramp[::-1]
    length = len(samples) / sound.rate
    marks = tuple(min(max(0.0, mark - first / sound.rate), length) for mark in sound.marks)
    return Sound(samples, sound.rate, marks)
