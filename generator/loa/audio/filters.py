"""Filters for mastering, by numpy alone (scipy is 110 MB and takes 0.6 s to load): biquads, true peaks, smooth gains.

The formulas of the biquads are R. Bristow-Johnson's (Audio EQ Cookbook). A filter is worked out in the frequency domain
in pieces; its response beyond `_TAIL` samples, below 1e-9 of its highest value, is left out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[Any]
_SIZE = 65_536
_TAIL = 8_192
"""Samples after which a filter has died away. At 24 kHz the slowest one here, 38 Hz with Q 0.5, needs 3000."""
_STEP = _SIZE - _TAIL
BUTTERWORTH_2 = (0.5**0.5,)
BUTTERWORTH_4 = (0.541196100146197, 1.306562964876377)
"""The quality of each biquad of a Butterworth filter of that order."""


@dataclass(frozen=True, slots=True)
class Biquad:
    """One filter: the coefficients of numerator and denominator, b0, b1, b2 and a0, a1, a2."""

    b: tuple[float, float, float]
    a: tuple[float, float, float]


def high_pass(corner: float, quality: float, rate: int) -> Biquad:
    """A high-pass filter of second order; `corner` and `rate` in Hz."""
    cosine, alpha = _angle(corner, quality, rate)
    b = (1 + cosine) / 2
    return Biquad((b, -2 * b, b), (1 + alpha, -2 * cosine, 1 - alpha))


def low_pass(corner: float, quality: float, rate: int) -> Biquad:
    """A low-pass filter of second order."""
    cosine, alpha = _angle(corner, quality, rate)
    b = (1 - cosine) / 2
    return Biquad((b, 2 * b, b), (1 + alpha, -2 * cosine, 1 - alpha))


def high_shelf(corner: float, gain: float, rate: int) -> Biquad:
    """A shelf of `gain` dB above `corner` Hz, slope 1."""
    amplitude = 10 ** (gain / 40)
    cosine, alpha = _angle(corner, 0.5**0.5, rate)
    plus, minus, width = amplitude + 1, amplitude - 1, 2 * amplitude**0.5 * alpha
    b = (plus + minus * cosine + width, -2 * (minus + plus * cosine), plus + minus * cosine - width)
    a = (plus - minus * cosine + width, 2 * (minus - plus * cosine), plus - minus * cosine - width)
    return Biquad((b[0] * amplitude, b[1] * amplitude, b[2] * amplitude), a)


def peak(centre: float, gain: float, quality: float, rate: int) -> Biquad:
    """A peak of `gain` dB at `centre` Hz."""
    amplitude = 10 ** (gain / 40)
    cosine, alpha = _angle(centre, quality, rate)
    return Biquad(
        (1 + alpha * amplitude, -2 * cosine, 1 - alpha * amplitude),
        (1 + alpha / amplitude, -2 * cosine, 1 - alpha / amplitude),
    )


def k_weighting(rate: int) -> tuple[Biquad, ...]:
    """How BS.1770 weighs sound as the ear does: a shelf and a high-pass (as pyloudnorm has them at every rate)."""
    return high_shelf(1500.0, 4.0, rate), high_pass(38.0, 0.5, rate)


def _angle(frequency: float, quality: float, rate: int) -> tuple[float, float]:
    omega = 2 * np.pi * frequency / rate
    return float(np.cos(omega)), float(np.sin(omega)) / (2 * quality)


def filtered(samples: Samples, filters: tuple[Biquad, ...]) -> NDArray[np.float64]:
    """`samples` after all `filters`, one after the other."""
    parts = list(stream([samples], filters))
    return np.concatenate(parts) if parts else np.zeros(0)


def stream(pieces: Iterable[Samples], filters: tuple[Biquad, ...]) -> Iterator[NDArray[np.float64]]:
    """The same for sound that comes in `pieces`; what comes out is as long, in pieces of its own."""
    response, tail = _response(filters), np.zeros(_TAIL)
    for piece in pieces:
        for at in range(0, len(piece), _STEP):
            part = piece[at : at + _STEP]
            made = np.fft.irfft(np.fft.rfft(part, _SIZE) * response, _SIZE)
            made[:_TAIL] += tail
            tail = made[len(part) : len(part) + _TAIL].copy()
            yield made[: len(part)]


@cache
def _response(filters: tuple[Biquad, ...]) -> NDArray[np.complex128]:
    """The product of all filters at the frequencies of `numpy.fft.rfft`."""
    delay = np.exp(-2j * np.pi * np.arange(_SIZE // 2 + 1) / _SIZE)
    found = np.ones(len(delay), np.complex128)
    for each in filters:
        found *= np.polyval(each.b[::-1], delay) / np.polyval(each.a[::-1], delay)
    return found


_REACH = 10
"""Samples on each side of which a sample between two others is made."""


def peaks_between(samples: Samples, times: int) -> NDArray[np.float64]:
    """The highest value among each sample and the `times` - 1 between it and the next (BS.1770 annex 2)."""
    found = np.zeros(len(samples))
    for taps in _phases(times):
        made = np.convolve(samples, taps)[_REACH : _REACH + len(samples)]
        np.maximum(found, np.abs(made, out=made), out=found)
    return found


@cache
def _phases(times: int) -> tuple[NDArray[np.float64], ...]:
    """A low-pass at the old rate's end (Kaiser window, beta 5), taken apart: one filter for each sample in between."""
    place = np.arange(2 * _REACH * times + 1) - _REACH * times
    taps = np.sinc(place / times) * np.kaiser(len(place), 5.0)
    taps *= times / taps.sum()
    return tuple(taps[phase::times] for phase in range(times))


def smooth_minimum(gain: Samples, reach: int) -> Samples:
    """For each place the mean of the lowest values within `reach` to both sides; so it is nowhere above `gain`.

    Worked out in pieces: half an hour of sound is 170 MB.
    """
    made, end = np.empty_like(gain), len(gain)
    for at in range(0, end, 16 * _SIZE):
        to = min(at + 16 * _SIZE, end)
        first, last = max(at - reach, 0), min(to + reach, end)  # of the lowest values that are needed
        low, high = max(first - reach, 0), min(last + reach, end)
        outside = (low - (first - reach), last + reach - high)
        lowest = _sliding_minimum(np.pad(gain[low:high], outside, constant_values=np.inf), 2 * reach + 1)
        lowest = np.pad(lowest, (first - (at - reach), to + reach - last), mode="edge")
        sums = np.concatenate([[0.0], np.cumsum(lowest, dtype=np.float64)])
        made[at:to] = (sums[2 * reach + 1 :] - sums[: to - at]) / (2 * reach + 1)
    return made


def _sliding_minimum(values: Samples, width: int) -> Samples:
    """The lowest of each `width` values in a row."""
    span = 1
    while span * 2 <= width:
        values = np.minimum(values[:-span], values[span:])
        span *= 2
    rest = width - span
    return np.minimum(values[:-rest], values[rest:]) if rest else values
