"""The real model speaks here; one short sentence for each question, since a second of speech costs as much to make."""

from functools import cache

import numpy as np
import pytest

from loa.audio.samples import Sound
from loa.errors import SpeechError
from loa.tts.engine import Engine, Utterance
from loa.tts.engines.kokoro import Loa


@cache
def said(text: str, voice: str = "nu", pace: float = 1.0, region: str = "bac") -> Sound:
    return Loa().say(Utterance(text, "", region), voice, pace)  # type: ignore[arg-type]


def pitch(sound: Sound, start: float, end: float) -> float:
    """The pitch in Hz of a stretch, by its autocorrelation."""
    part = sound.samples[int(start * sound.rate) : int(end * sound.rate)]
    part = part - part.mean()
    spread = np.correlate(part, part, "full")[len(part) - 1 :]
    low, high = sound.rate // 400, sound.rate // 70
    return sound.rate / (low + int(np.argmax(spread[low:high])))


def test_it_is_an_engine_and_it_is_ready() -> None:
    engine = Loa()
    assert isinstance(engine, Engine)
    assert engine.state().ready
    assert engine.voices()[0] == "nu"
    assert "/" in engine.version


def test_it_speaks_at_a_commune_announcers_pace() -> None:
    sound = said("bà con đi tiêm chủng, đúng giờ.")
    assert 1.3 < sound.seconds < 3.2
    assert 0.02 < float(np.sqrt(np.mean(sound.samples**2))) < 0.5
    assert float(np.abs(sound.samples).max()) <= 1


def test_every_word_has_its_mark_inside_the_sound() -> None:
    sound = said("bà con đi tiêm chủng, đúng giờ.")
    assert len(sound.marks) == 7
    assert list(sound.marks) == sorted(sound.marks)
    assert 0.03 <= sound.marks[0] < 0.1
    assert sound.marks[-1] < sound.seconds


def test_a_quicker_pace_is_shorter_by_as_much() -> None:
    usual, quick = said("bà con đi tiêm chủng, đúng giờ."), said("bà con đi tiêm chủng, đúng giờ.", pace=1.25)
    assert quick.seconds == pytest.approx(usual.seconds / 1.25, rel=0.06)


def test_tones_are_heard_as_pitch() -> None:
    level, rising, falling = (said(word) for word in ("ma.", "má.", "mà."))

    def last(sound: Sound) -> float:
        return pitch(sound, sound.seconds * 0.65, sound.seconds * 0.85)

    assert last(rising) > last(level) * 1.1
    assert last(falling) < last(level) * 0.92


def test_nang_starts_as_high_as_the_level_tone_and_huyen_below() -> None:
    level, heavy, falling = (said(f"{word} ma.") for word in ("ma", "mạ", "mà"))

    def middle(sound: Sound) -> float:
        return pitch(sound, sound.marks[0] + 0.06, sound.marks[0] + 0.12)

    assert middle(heavy) == pytest.approx(middle(level), rel=0.08)
    assert middle(falling) < middle(level) * 0.92


def quietest(sound: Sound) -> float:
    """The quietest 10 ms around the start of the second word, as a share of the loudest 10 ms of all."""
    window = sound.rate // 100
    short = sound.samples[: len(sound.samples) // window * window].reshape(-1, window)
    loudness = np.sqrt((short**2).mean(1))
    second = round(sound.marks[1] * 100)
    return float(loudness[second - 4 : second + 6].min() / loudness.max())


@pytest.mark.parametrize("voice", ["nu", "nam"])
def test_a_vowel_does_not_run_into_the_one_before(voice: str) -> None:
    assert quietest(said("hà an.", voice)) < 0.2


def test_a_final_stop_is_followed_by_silence() -> None:
    assert quietest(said("lật la.")) < 0.05
    assert quietest(said("là la.")) > 0.1


def test_a_question_ends_higher_than_a_statement() -> None:
    statement, question = said("có ma."), said("có ma?")

    def last(sound: Sound) -> float:
        return pitch(sound, sound.seconds * 0.75, sound.seconds * 0.88)

    assert last(question) > last(statement) * 1.06


def test_the_man_is_lower_than_the_woman() -> None:
    woman, man = said("ma."), said("ma.", "nam")
    assert pitch(man, 0.22, 0.32) < pitch(woman, 0.22, 0.32) * 0.75


def test_the_same_request_sounds_the_same() -> None:
    first = Loa().say(Utterance("xin chào.", ""), "nu", 1.0)
    second = Loa().say(Utterance("xin chào.", ""), "nu", 1.0)
    assert np.array_equal(first.samples, second.samples)


def test_an_unknown_voice_and_an_empty_sentence_say_what_is_wrong() -> None:
    with pytest.raises(SpeechError, match="no voice"):
        said("xin chào", "tenor")
    with pytest.raises(SpeechError, match="nothing"):
        said("… ,")
