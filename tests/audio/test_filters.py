"""Our filters beside scipy's and pyloudnorm's, which they took the place of: the same sound, to a hundred-thousandth."""

import numpy as np
import pyloudnorm
import pytest
from scipy import ndimage, signal

from loa.audio import filters, mastering
from loa.audio.mp3 import RATE

NOISE = np.random.default_rng(7).normal(0, 0.2, 3 * RATE)
LONG = np.tile(NOISE, 2)[: filters._SIZE + 5 * RATE // 4]  # several pieces, and one that ends in the middle
LENGTHS = (1, 50, RATE, len(LONG))


def like(ours: object, theirs: object) -> bool:
    return bool(np.abs(np.asarray(ours) - np.asarray(theirs)).max() < 1e-5)


@pytest.mark.parametrize("length", LENGTHS)
def test_filters_are_those_of_scipy(length: int) -> None:
    sound = LONG[:length]
    high = tuple(filters.high_pass(250, quality, RATE) for quality in filters.BUTTERWORTH_4)
    assert like(
        filters.filtered(sound, high), signal.sosfilt(signal.butter(4, 250, "highpass", fs=RATE, output="sos"), sound)
    )
    low = filters.low_pass(6500, *filters.BUTTERWORTH_2, RATE)
    assert like(
        filters.filtered(sound, (low,)), signal.sosfilt(signal.butter(2, 6500, "lowpass", fs=RATE, output="sos"), sound)
    )
    for each in (filters.high_shelf(1500, 5, RATE), filters.peak(2800, 4, 0.8, RATE)):
        assert like(filters.filtered(sound, (each,)), signal.lfilter(each.b, each.a, sound))
    theirs = sound
    for stage in pyloudnorm.Meter(RATE)._filters.values():
        theirs = stage.apply_filter(theirs)
    assert like(filters.filtered(sound, filters.k_weighting(RATE)), theirs)


def test_sound_in_pieces_is_the_same() -> None:
    pieces = [LONG[:100], LONG[100:100], LONG[100:70_001], LONG[70_001:]]
    weighting = filters.k_weighting(RATE)
    assert like(np.concatenate(list(filters.stream(pieces, weighting))), filters.filtered(LONG, weighting))
    assert len(filters.filtered(LONG[:0], weighting)) == 0


@pytest.mark.parametrize("length", LENGTHS)
def test_peaks_between_samples_are_those_of_scipy(length: int) -> None:
    sound = LONG[:length].astype(np.float32)
    theirs = np.abs(signal.resample_poly(sound, 8, 1)).reshape(-1, 8).max(axis=1)
    assert like(filters.peaks_between(sound, 8), theirs)


@pytest.mark.parametrize("length", [*LENGTHS, 16 * filters._SIZE + 100])
def test_the_smooth_minimum_is_that_of_scipy(length: int) -> None:
    gain = np.resize(np.abs(LONG), length).astype(np.float32)
    lowest = ndimage.minimum_filter1d(gain, 145)
    assert like(filters.smooth_minimum(gain, 72), ndimage.uniform_filter1d(lowest, 145, mode="nearest"))


def test_no_filter_of_the_chains_lasts_longer_than_its_tail() -> None:
    """What rings on beyond the tail would come back at the beginning of its piece."""
    chains = [chain.filters for chain in mastering.CHAINS.values()]
    for chain in (*chains, filters.k_weighting(RATE)):
        impulse = np.zeros(2 * filters._TAIL)
        impulse[0] = 1
        for each in chain:
            impulse = signal.lfilter(each.b, each.a, impulse)
        assert np.abs(impulse[filters._TAIL :]).max() < 1e-9 * np.abs(impulse).max()
