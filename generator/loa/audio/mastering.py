"""Master a sentence, jingle or recorded item: high-pass filter, compression, loudness, true-peak limiter.

All samples are at `RATE`. Loudness follows ITU-R BS.1770-4. True peak is measured at 192 kHz, as annex 2
of BS.1770 does (48 kHz, four times oversampled); from our rate that is eight times oversampling.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from loa.audio import filters
from loa.audio.filters import BUTTERWORTH_2, BUTTERWORTH_4, Biquad
from loa.audio.mp3 import RATE
from loa.audio.samples import Preset, Sound

TARGET_LUFS = -16.0
_CLOSE = 0.05  # LU
CEILING_DBTP = -2.5
"""1 dB below the limit of the finished file, because MP3 encoding raises peaks."""
_OVERSAMPLED = 192_000 // RATE
Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Chain:
    """Filters, one after the other, then a compressor.

    Its threshold is in dB relative to the mean level, attack and release in seconds.
    """

    filters: tuple[Biquad, ...]
    threshold: float
    ratio: float
    attack: float
    release: float


def _high_pass(corner: float) -> tuple[Biquad, ...]:
    return tuple(filters.high_pass(corner, quality, RATE) for quality in BUTTERWORTH_4)


# `horn`: 43 % of the energy of speech lies at 120-300 Hz, where a horn passes nothing; at the same loudness it is worth
# more as consonants. `make bench` (outdoors) compares it with the chain before it; docs/bulletin.md has the figures.
CHAINS: dict[Preset, _Chain] = {
    "horn": _Chain(
        (
            *_high_pass(250),
            filters.high_shelf(1500, 5, RATE),
            filters.peak(2800, 4, 0.8, RATE),
            filters.low_pass(6500, *BUTTERWORTH_2, RATE),
        ),
        *(-10, 4.0, 0.003, 0.08),
    ),
    "studio": _Chain(_high_pass(120), -2, 1.8, 0.010, 0.20),
}


def master(sound: Sound, preset: Preset, target: float = TARGET_LUFS) -> Samples:
    """Return `sound` mastered with `preset`: at `RATE`, `target` LUFS and below the ceiling. Silence is not changed."""
    chain = CHAINS[preset]
    samples = resample(sound)
    if not len(samples) or not np.any(samples):
        return samples
    return level(_compress(filters.filtered(samples, chain.filters), chain), target)


def level(samples: NDArray[Any], target: float = TARGET_LUFS) -> Samples:
    """Return `samples` at `target` LUFS and below the ceiling, without compression (for music)."""
    if not np.any(samples):
        return np.asarray(samples, np.float32)
    missing = target - loudness(samples)
    for _round in range(3):  # the limiter lowers the loudness a little: correct it
        samples = limit(np.asarray(samples * 10 ** (missing / 20), np.float32))
        missing = target - loudness(samples)
        if abs(missing) < _CLOSE:
            break
    return np.asarray(samples, np.float32)


def resample(sound: Sound) -> Samples:
    """Return the samples of `sound`, resampled to `RATE`."""
    if sound.rate == RATE:
        return sound.samples
    return np.asarray(soxr.resample(sound.samples, sound.rate, RATE, "HQ"), np.float32)


def loudness(samples: NDArray[Any]) -> float:
    """Return the integrated loudness in LUFS, measured with a pause after the samples and repeated for at least 3 s.

    The meter's gating needs more than a short sentence, and a meter on the whole bulletin counts the pauses too.
    """
    pause = np.zeros(RATE // 2)
    times = -(-3 * RATE // (len(samples) + len(pause)))
    if times > 1:
        samples, pause = np.tile(np.concatenate([samples, pause]), times), pause[:0]
    energy = _block_energies(samples, pause)
    with np.errstate(divide="ignore"):
        loud = -0.691 + 10 * np.log10(energy)
    heard = loud >= _GATE
    if not heard.any():
        return -np.inf
    relative = -0.691 + 10 * np.log10(np.mean(energy[heard])) - 10
    return float(-0.691 + 10 * np.log10(np.mean(energy[heard & (loud > relative)])))


_GATE = -70.0
_BLOCK = 0.4
_CHUNK = 30 * RATE
"""Samples that are worked on at once where a long recording as a whole would need gigabytes."""


def _block_energies(samples: NDArray[Any], pause: NDArray[Any]) -> NDArray[np.float64]:
    """The mean square of each 0.4 s of `samples` and the `pause` after it, K-weighted, in steps of 0.1 s."""
    length = len(samples) + len(pause)
    count = round((length / RATE - _BLOCK) / (_BLOCK * 0.25)) + 1
    bounds = [(int(_BLOCK * (j * 0.25) * RATE), int(_BLOCK * (j * 0.25 + 1) * RATE)) for j in range(count)]
    found: list[float] = []
    held, start = np.zeros(0), 0  # weighted samples from `start` on, as far as blocks still need them
    for weighted in _weighted(samples, pause):
        held = np.concatenate([held, weighted])
        end = start + len(held)
        while len(found) < count and (bounds[len(found)][1] <= end or end == length):
            low, high = bounds[len(found)]
            found.append(float(1 / (_BLOCK * RATE) * np.sum(np.square(held[low - start : high - start]))))
        if len(found) < count:
            done = bounds[len(found)][0] - start
            held, start = held[done:], start + done
    return np.array(found)


def _weighted(samples: NDArray[Any], pause: NDArray[Any]) -> Iterator[NDArray[np.float64]]:
    """`samples` and the `pause` after them as the ear weighs them (K-weighting), in pieces."""
    pieces = (samples[at : at + _CHUNK] for at in range(0, len(samples), _CHUNK))
    yield from filters.stream(itertools.chain(pieces, [pause]), filters.k_weighting(RATE))


def true_peak(samples: NDArray[Any]) -> float:
    """Return the true peak in dBTP (ITU-R BS.1770-4 annex 2)."""
    peak = float(_peaks(samples).max()) if len(samples) else 0.0
    return 20 * float(np.log10(max(peak, 1e-9)))


def limit(samples: NDArray[Any], ceiling: float = CEILING_DBTP) -> NDArray[Any]:
    """Limit true peaks to `ceiling` dBTP with a smooth gain that looks 3 ms ahead and back, so nothing is clipped."""
    top = 10 ** (ceiling / 20)
    peaks = _peaks(samples)
    if peaks.max() <= top:
        return samples
    reach = round(0.003 * RATE)
    gain = np.maximum(peaks, top, out=peaks)  # in place: half an hour of sound is 170 MB each time
    np.divide(top, gain, out=gain)
    gain = filters.smooth_minimum(gain, reach)
    return np.asarray(np.multiply(samples, gain, out=gain))


_MARGIN = 64
"""Samples on each side of a chunk that the filter between samples looks at, and more."""


def _peaks(samples: NDArray[Any]) -> NDArray[Any]:
    """Return the true peak between each sample and the next."""
    found = np.empty_like(samples)
    for at in range(0, len(samples), _CHUNK):
        first = max(0, at - _MARGIN)
        piece = samples[first : at + _CHUNK + _MARGIN]
        peaks = filters.peaks_between(piece, _OVERSAMPLED)
        found[at : at + _CHUNK] = peaks[at - first : at - first + _CHUNK]
    return found


def _compress(samples: NDArray[Any], chain: _Chain) -> NDArray[Any]:
    """Compress the level in steps of 1 ms (feed-forward), relative to the mean level of the audible part."""
    hop = RATE // 1000
    padded = np.pad(samples, (0, -len(samples) % hop))
    level = 10 * np.log10((padded.reshape(-1, hop) ** 2).mean(axis=1) + 1e-10)
    mean = 10 * np.log10((10 ** (level[level > level.max() - 30] / 10)).mean())
    over = np.maximum(0, level - (mean + chain.threshold)) * (1 - 1 / chain.ratio)
    attack, release = (float(np.exp(-0.001 / seconds)) for seconds in (chain.attack, chain.release))
    reduction, current = np.empty_like(over), 0.0
    for index, wanted in enumerate(over):
        keep = attack if wanted > current else release
        current = keep * current + (1 - keep) * wanted
        reduction[index] = current
    centres = (np.arange(len(reduction)) + 0.5) * hop
    return np.asarray(samples * 10 ** (-np.interp(np.arange(len(samples)), centres, reduction) / 20))
