from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loa.normalizer.syllables import parse
from loa.tts.engine import Utterance
from loa.tts.engines.kokoro.phonemes import phones, phrases, shape
from loa.tts.engines.kokoro.prosody import gap_seconds, timed_phones
from loa.tts.engines.kokoro.synthesis import symbols

SYLLABLES = """quốc quy quê qua quynh giếng giặt gì nghiêng nghĩ khuỷu khuya thuở yêu yến ngoằn ngoèo tuyệt hoạch nguệch
xoáy mười lưới cứu hươu rượu muối đường xoong kẻ ghế ngã uể oải ý ừ ở""".split()


def sounds(word: str, region: str = "bac") -> str:
    written = parse(word)
    assert written is not None, word
    return "".join(phone.symbols for phone in phones(shape(written), region))  # type: ignore[arg-type]


@pytest.mark.parametrize("region", ["bac", "trung", "nam"])
@pytest.mark.parametrize("word", SYLLABLES)
def test_every_syllable_becomes_symbols_that_the_model_knows(word: str, region: str) -> None:
    assert set(sounds(word, region)) <= set(symbols())


def test_spelling_variants_sound_alike() -> None:
    assert sounds("quý") == sounds("quí")
    assert sounds("lý") == sounds("lí")
    assert sounds("ghe")[0] == sounds("ga")[0]


def test_the_north_keeps_apart_what_the_south_merges() -> None:
    assert sounds("lan") != sounds("lang")
    assert sounds("lan", "nam") == sounds("lang", "nam")
    assert sounds("mắt", "nam") == sounds("mắc", "nam")
    assert sounds("da", "nam").startswith("j")
    assert sounds("da").startswith("z")


def test_a_phrase_ends_at_a_stop_and_a_long_one_at_a_comma() -> None:
    assert [len(p) for p in phrases("kính thưa bà con. xin chào")] == [4, 2]
    long = " ".join(["bà con"] * 9) + ", " + " ".join(["xin nghe"] * 9)
    assert [len(p) for p in phrases(long)] == [18, 18]


def test_a_sentence_without_any_pause_is_cut_into_breaths() -> None:
    assert max(len(p) for p in phrases(" ".join(["nghe"] * 200))) <= 32


def test_beats_count_words_as_the_utterance_does() -> None:
    utterance = Utterance("xin chào, b2b facebook.", "")
    (phrase,) = phrases(utterance.text)
    assert {beat.word for beat in phrase} == set(range(len(utterance.words)))


@pytest.mark.parametrize("word", ["gdp", "wifi", "kăng", "2024", "bup", "ngr", "schmidt"])
def test_what_is_no_syllable_is_still_said(word: str) -> None:
    assert phrases(word)


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_no_text_breaks_it(text: str) -> None:
    for phrase in phrases(text):
        for beat in phrase:
            for region in ("bac", "trung", "nam"):
                assert phones(beat.syllable, region)  # type: ignore[arg-type]


@pytest.mark.parametrize("word", ["ăn", "uống", "ở", "oan", "y", "yêu"])
def test_a_vowel_begins_with_a_closed_glottis(word: str) -> None:
    written = parse(word)
    assert written is not None
    first = phones(shape(written))[0]
    assert first.silent_closure
    assert not first.voiced


def test_stressed_words_are_slower_and_follow_a_short_silence() -> None:
    (phrase,) = phrases("nộp trước mười bảy giờ, ngày mai.", {2, 3, 4})
    plain = phrases("nộp trước mười bảy giờ, ngày mai.")[0]
    assert [beat.stressed for beat in phrase] == [False, False, True, True, True, False, False]
    lengths = [
        [sum(t.seconds for t in timed_phones(b, phones(b.syllable), last=bool(b.pause))) for b in beats]
        for beats in (phrase, plain)
    ]
    assert [round(one / other, 2) for one, other in zip(*lengths, strict=True)] == [1, 1, 1.15, 1.15, 1.15, 1, 1]
    gaps = [gap_seconds(one, other) for one, other in pairwise(phrase)]
    assert [gap > 0.1 for gap in gaps] == [False, True, False, False, False, False]
