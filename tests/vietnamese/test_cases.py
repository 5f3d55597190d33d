"""Every case of the tables is read as an announcer of the house would."""

from pathlib import Path

import pytest

from generator.vietnamese import read, split_sentences
from tests.vietnamese.score import CASES, failures


@pytest.mark.parametrize(
    "path", sorted([*CASES.glob("*.tsv"), *(CASES.parent / "fresh").glob("*.tsv")]), ids=lambda path: path.stem
)
def test_every_case_is_read_as_accepted(path: Path):
    wrong, total = failures(path)
    assert total > 0
    assert not wrong, "\n".join(wrong)


def test_every_word_keeps_its_place_in_the_text_that_was_given():
    text = "Uỷ\u200b ban: 10 đến 15/9, gọi 114."
    reading = read(text)
    for word in reading.words:
        assert 0 <= word.start <= word.end <= len(text)
    assert [text[w.start : w.end] for w in reading.words][:2] == ["Uỷ\u200b", "ban"]


def test_sentences_are_not_cut_at_abbreviations_numbers_and_addresses():
    text = "TP. Hồ Chí Minh có 1.250.000 hồ sơ tại dichvucong.gov.vn. Bước 1. Đăng nhập, v.v. và nộp./."
    assert [text[a:b] for a, b in split_sentences(text)] == [
        "TP. Hồ Chí Minh có 1.250.000 hồ sơ tại dichvucong.gov.vn.",
        "Bước 1. Đăng nhập, v.v. và nộp./.",
    ]
