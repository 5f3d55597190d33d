"""What holds for every text, number and date."""

import datetime
import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loa.normalizer import breaths, read, repair, split_sentences, spoken
from loa.normalizer.numbers import DIGITS, cardinal
from loa.normalizer.syllables import all_syllables, is_syllable, parse
from tests.normalizer.score import CASES, load

REGIONS = ("bac", "trung", "nam")
LETTERS = set("abcdefghijklmnopqrstuvwxyzàáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ ")
LINES = [text for path in sorted(CASES.glob("*.tsv")) for _, text, _ in load(path)]
# Pieces that readers care about, put together at random: likelier to trip one than characters at random.
PIECES = st.sampled_from(
    "ngày|tháng|quý|UBND|HĐND|TT|QĐ-TTg|NĐ-CP|01/7/2025|10-15/9|7h30|07:00|1.250.000|đ|/kg|%|°C|(|)|-|–|/|.|,|:|;|./.|…|+|x|&|@|"
    "https://|www.|gov.vn|quangtri|0912 345 678|1900|113|gọi|II|XIV|khóa|lần thứ|thứ|4|1|T7|CN|Km5+300|ST25|PC06|H5N1|N.V.T.|TP.|"
    "\u0301|\u200b|\u00a0|🙂|字|é|ß|Ⅲ|½|²|\n|\t|a)|1.1.|«|”|>|≥|mã hồ sơ|số|STK|lớp|điểm đ|và|đến|từ".split("|")
)
MIXED = st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=14).map(" ".join)
GLUED = st.lists(PIECES, max_size=10).map("".join)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.text(), MIXED, GLUED), st.sampled_from(REGIONS))
def test_any_text_is_read_in_vietnamese_letters_only_and_keeps_its_places(text, region):
    reading = read(text, region=region)
    assert set(reading.text) <= LETTERS
    assert "  " not in reading.text
    last = 0
    for word in reading.words:
        assert 0 <= word.start <= word.end <= len(text)
        assert word.pause in {"", ",", ";", ":", ".", "?", "!"}
        assert word.text == word.text.strip() != ""
        assert word.start >= last
        last = word.start
    for doubt in reading.doubts:
        assert text[doubt.start : doubt.end] == doubt.quote


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), MIXED, GLUED))
def test_what_was_read_is_read_again_without_change(text):
    once = spoken(text)
    assert spoken(once) == once


@pytest.mark.parametrize("region", REGIONS)
def test_every_case_read_twice_is_the_same(region):
    for line in LINES:
        once = spoken(line, region=region)
        assert spoken(once, region=region) == once, line


_VALUE = {word: value for value, word in enumerate(DIGITS)} | {"mốt": 1, "tư": 4, "lăm": 5, "mười": 10}


def number_of(words: str) -> int:
    """The number that `words` say, in any region's words. Raises ValueError for other words."""
    total = group = ones = 0
    for word in words.split():
        if word in _VALUE:
            ones += _VALUE[word]
        elif word == "trăm":
            group, ones = ones * 100, 0
        elif word == "mươi":
            ones *= 10
        elif word in {"linh", "lẻ"}:
            continue
        elif word in {"nghìn", "ngàn", "triệu"}:
            total, group, ones = total + (group + ones) * (1_000_000 if word == "triệu" else 1000), 0, 0
        elif word == "tỷ":
            total, group, ones = (total + group + ones) * 10**9, 0, 0
        else:
            raise ValueError(word)
    return total + group + ones


@settings(max_examples=500, deadline=None)
@given(st.integers(0, 10**15), st.sampled_from(REGIONS))
def test_every_number_reads_and_reads_back(number, region):
    assert number_of(cardinal(number, region)) == number
    assert spoken(f"{number:,}".replace(",", ".") + " đồng", region=region) == cardinal(number, region) + " đồng"


@pytest.mark.parametrize(("region", "every"), [(REGIONS[0], 1), *((region, 11) for region in REGIONS[1:])])
def test_every_day_from_1900_to_2100_reads(region, every):
    """In the others every eleventh: each day of each month, and each year."""
    day, last = datetime.date(1900, 1, 1), datetime.date(2100, 12, 31)
    years = {year: cardinal(year, region) for year in range(1900, 2101)}
    text = []
    wanted = []
    while day <= last:
        text.append(f"{day.day}/{day.month}/{day.year}")
        month = "tư" if day.month == 4 else cardinal(day.month, region)
        wanted.append(f"ngày {cardinal(day.day, region)} tháng {month} năm {years[day.year]}")
        day += datetime.timedelta(days=every)
    assert spoken("\n".join(text), region=region) == " ".join(wanted)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), MIXED))
def test_sentences_hold_every_character_but_the_spaces_between(text):
    spans = split_sentences(text)
    assert "".join(text[a:b] for a, b in spans).replace(" ", "").split() == text.replace(" ", "").split() or (
        "".join("".join(text[a:b] for a, b in spans).split()) == "".join(text.split())
    )
    assert all(a < b for a, b in spans)
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(spans))


@settings(max_examples=200, deadline=None)
@given(MIXED)
def test_breaths_follow_each_other_and_hold_every_word(text):
    reading = read(text)
    pieces = breaths(text, reading)
    assert [index for a, b in pieces for index in range(a, b)] == list(range(len(reading.words)))
    for _start, end in pieces[:-1]:
        assert reading.words[end - 1].pause


@settings(max_examples=200, deadline=None)
@given(st.text())
def test_repair_is_stable(text):
    assert repair(repair(text).text).text == repair(text).text


def test_every_syllable_that_exists_is_one_in_any_case():
    for syllable in all_syllables():
        toned = syllable if is_syllable(syllable) else None
        if toned:
            assert parse(toned.upper()) == parse(toned)
    assert not any(map(is_syllable, ["ubnd", "hđnd", "email", "gov", "zalo", "kia1", "", "ngan gh", "cát̀"]))
