"""How the voice is judged (`benchmarks/wer.py`): a word that is right counts as right, and only that."""

from pathlib import Path

import pytest

from benchmarks.wer import Errors, errors
from loa.normalizer import split_sentences

DATA = Path(__file__).parents[3] / "benchmarks" / "data"


def test_spelling_variants_are_no_error() -> None:
    assert errors("Ủy ban, lý do: hoá đơn!", "uỷ ban lí do hóa đơn") == Errors(0, 0, 0, 6)


def test_a_wrong_tone_is_an_error_that_the_toneless_figure_forgives() -> None:
    assert errors("nộp hồ sơ", "nộp hố sơ") == Errors(words=1, toneless=0, southern=1, of=3)


@pytest.mark.parametrize("pair", ["lan lang", "mắt mắc", "nghĩ nghỉ", "dao giao"])
def test_words_that_the_south_says_alike_are_forgiven_there(pair: str) -> None:
    said, understood = pair.split()
    assert errors(said, understood) == Errors(words=1, toneless=int(pair != "nghĩ nghỉ"), southern=0, of=1)


def test_words_that_the_south_tells_apart_stay_errors() -> None:
    assert errors("lan la trời", "là xa chời").southern == 3


def test_what_is_missing_or_added_counts() -> None:
    assert errors("xin chào bà con", "xin chào").words == 2
    assert errors("xin chào", "xin kính chào").words == 1


def test_the_reported_sentences_are_many_and_no_tuning_may_use_them() -> None:
    unseen, fresh, development = (
        {line for line in (DATA / f"{name}.txt").read_text("utf-8").splitlines() if not line.startswith("#")}
        for name in ("unseen_sentences", "unseen_sentences_2", "development_sentences")
    )
    assert min(len(unseen), len(fresh), len(development)) >= 60
    assert len(unseen | fresh | development) == len(unseen) + len(fresh) + len(development)
    assert all(len(split_sentences(line)) == 1 for line in unseen | fresh)
