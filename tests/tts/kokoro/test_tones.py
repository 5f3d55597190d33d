"""The tones as curves, without the model: `test_voice.py` hears them in the sound."""

from itertools import combinations

import numpy as np
import pytest

from loa.normalizer.syllables import parse
from loa.tts.engines.kokoro.phonemes import shape
from loa.tts.engines.kokoro.prosody import Contour, contour, semitones

PLACES = np.linspace(0, 1, 41)


def tone(word: str, region: str = "bac") -> Contour:
    written = parse(word)
    assert written is not None
    return contour(shape(written), region)  # type: ignore[arg-type]


def curve(word: str, region: str = "bac") -> np.ndarray:
    return semitones(tone(word, region), PLACES, 0.0, question=False)


@pytest.mark.parametrize("pair", list(combinations(["ma", "mà", "má", "mạ", "mả", "mã"], 2)), ids="-".join)
def test_every_two_northern_tones_differ_by_ear(pair: tuple[str, str]) -> None:
    one, two = pair
    differently_voiced = tone(one).creak != tone(two).creak
    assert float(np.abs(curve(one) - curve(two)).max()) >= 3 or differently_voiced


def test_level_stays_rising_rises_falling_falls() -> None:
    assert abs(curve("ma")[-1] - curve("ma")[0]) <= 1
    assert curve("má")[-1] - curve("má")[0] >= 5
    assert curve("mà")[-1] - curve("mà")[0] <= -3


def test_hoi_dips_and_comes_back() -> None:
    low = int(np.argmin(curve("mả")))
    assert 0.4 <= PLACES[low] <= 0.8
    assert curve("mả")[-1] >= curve("mả")[low] + 2


def test_nang_holds_its_pitch_and_then_breaks_into_creak() -> None:
    creak = tone("mạ").creak
    assert creak is not None
    assert creak[1] > 1
    before = curve("mạ")[creak[0] > PLACES]
    assert before.max() - before.min() <= 3


def test_nga_creaks_in_its_middle_and_ends_highest() -> None:
    creak = tone("mã").creak
    assert creak is not None
    assert 0.2 <= creak[0] < creak[1] <= 0.7
    assert curve("mã")[-1] == max(curve(word).max() for word in ("ma", "mà", "má", "mạ", "mả", "mã"))


def test_the_south_says_hoi_and_nga_alike_and_does_not_creak() -> None:
    assert tone("mả", "nam") == tone("mã", "nam")
    assert all(tone(word, "nam").creak is None for word in ("ma", "mà", "má", "mạ", "mả", "mã"))


def test_before_a_stop_there_are_two_tones_a_high_and_a_low() -> None:
    assert curve("mát").min() > curve("mạt").max() - 0.5
    assert curve("mát")[-1] > curve("mát")[0]
    assert curve("mạt")[-1] < curve("mạt")[0]
