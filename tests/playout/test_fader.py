import array

import numpy as np
import pytest

from loa.playout.fader import Fader

RATE = 44100
CHUNK = 882  # 20 ms


def chunks(fader: Fader, count: int, level: int = 10_000) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """What comes out for `count` chunks of a steady level."""
    out = [fader.apply(array.array("h", [level] * CHUNK), RATE) for _ in range(count)]
    return np.concatenate([np.array(chunk, dtype=float) for chunk in out])


def test_the_level_is_the_volume_from_the_first_sample() -> None:
    assert set(chunks(Fader(30), 2)) == {3000.0}


def test_full_volume_leaves_the_sound_as_it_is() -> None:
    chunk = array.array("h", [1, -2, 32767])
    assert Fader(100).apply(chunk, RATE) is chunk


@pytest.mark.parametrize(("before", "after"), [(100, 20), (20, 100), (100, 0), (0, 200)])
def test_a_new_volume_is_reached_in_fifty_milliseconds_without_a_click(before: int, after: int) -> None:
    fader = Fader(before)
    chunks(fader, 1)
    fader.volume = after
    sound = chunks(fader, 5)
    whole = abs(after - before) * 100
    assert np.abs(np.diff(sound, prepend=before * 100)).max() <= whole / (0.05 * RATE) + 1
    assert sound[round(0.025 * RATE)] == pytest.approx((before + after) * 50, abs=whole * 0.01)
    assert set(sound[round(0.051 * RATE) :]) == {after * 100.0}


def test_turned_again_on_the_way_it_goes_on_from_where_it_is() -> None:
    fader = Fader(100)
    fader.volume = 0
    first = chunks(fader, 1)
    fader.volume = 100
    second = chunks(fader, 4)
    assert abs(second[0] - first[-1]) < 10
    assert second[-1] == 10_000


def test_too_loud_is_clipped_not_wrapped() -> None:
    assert set(chunks(Fader(200), 1, 30_000)) == {32767.0}
    assert set(chunks(Fader(200), 1, -30_000)) == {-32768.0}


def test_a_gentle_start_rises_steadily_and_then_stays() -> None:
    fader = Fader(80, rise=2.0)
    heard = chunks(fader, 150)  # three seconds
    assert np.all(np.diff(heard) >= 0)
    assert heard[0] < 10
    assert heard[RATE] == pytest.approx(4000, abs=10)  # half of it after a second
    assert set(heard[2 * RATE + 1 :]) == {8000.0}
    fader.volume = 40
    assert chunks(fader, 5)[-1] == 4000  # later changes take effect at once
