import numpy as np
import pytest

from loa.audio.samples import Sound, trim

RATE = 22_050


def test_silence_at_both_ends_goes_and_marks_move_along():
    tone = 0.3 * np.sin(np.arange(RATE) / 10)
    noise = np.random.default_rng(1).normal(0, 1e-4, RATE // 2)
    sound = Sound(np.concatenate([noise, tone, noise]).astype(np.float32), RATE, (0.5, 1.0))
    cut = trim(sound)
    assert cut.seconds == pytest.approx(1.05, abs=0.02)
    assert cut.marks == pytest.approx((0.01, 0.51), abs=0.011)


def test_the_cut_ends_do_not_click():
    cut = trim(Sound(np.full(RATE, 0.5, np.float32), RATE))
    assert cut.samples[0] == cut.samples[-1] == 0


@pytest.mark.parametrize("samples", [np.zeros(RATE, np.float32), np.zeros(0, np.float32)])
def test_silence_becomes_nothing(samples):
    assert len(trim(Sound(samples, RATE)).samples) == 0


def test_a_pause_within_the_sentence_stays():
    tone, gap = 0.3 * np.sin(np.arange(RATE) / 10), np.zeros(RATE)
    cut = trim(Sound(np.concatenate([tone, gap, tone]).astype(np.float32), RATE))
    assert cut.seconds == pytest.approx(3.0, abs=0.03)
