"""Places, pauses, doubts, the station's own words, forms for the microphone."""

import pytest

from loa.article.filters import spell_address
from loa.normalizer import DOUBTS, breaths, read, spoken, survey
from loa.normalizer.syllables import parse


def test_every_word_keeps_its_place_in_the_text_that_was_given():
    text = "Uỷ\u200b ban: 10 đến 15/9, gọi 114."
    reading = read(text)
    assert [text[w.start : w.end] for w in reading.words][:2] == ["Uỷ\u200b", "ban"]
    assert {text[w.start : w.end] for w in reading.words if w.text in {"mười", "lăm"}} == {"10", "15"}
    assert [text[w.start : w.end] for w in reading.words][-3:] == ["114", "114", "114"]


@pytest.mark.parametrize(
    ("text", "phrased"),
    [
        ("Kính thưa bà con, hôm nay (thứ hai) nghỉ.", "kính thưa bà con, hôm nay, thứ hai, nghỉ."),
        ("Ba việc: ăn; ở; đi lại…", "ba việc: ăn; ở; đi lại."),
        ("Xã Cam Lộ – nơi tôi sống – đổi mới!", "xã cam lộ, nơi tôi sống, đổi mới!"),
        ("- 02 bản sao;\n- 01 ảnh", "hai bản sao; một ảnh"),
        ("Tiêu đề\nĐoạn văn.", "tiêu đề. đoạn văn."),
        ("7h-11h30, nghỉ trưa", "bảy giờ đến mười một giờ ba mươi, nghỉ trưa"),
        ("Hỏi ai? Hỏi tôi./.", "hỏi ai? hỏi tôi."),
    ],
)
def test_pauses_follow_the_punctuation(text: str, phrased: str):
    assert read(text).phrased == phrased


def test_an_unknown_abbreviation_is_spelt_and_reported():
    reading = read("Ban QXZK họp")
    (doubt,) = reading.doubts
    assert (doubt.code, doubt.quote) == ("abbreviation.unknown", "QXZK")
    assert reading.text == f"ban {doubt.taken} họp"


def test_an_ambiguous_reading_is_taken_by_rule_and_reported():
    for text, quote in (("còn lại 3/4", "3/4"), ("họp 10-12.", "10-12")):
        (doubt,) = read(text).doubts
        assert (doubt.code, doubt.quote) == ("reading.ambiguous", quote)
        assert doubt.others
    assert not read("từ 10-12 người").doubts


def test_two_senses_that_the_words_beside_call_for_are_reported():
    (doubt,) = read("gửi về BIDV CN Quảng Trị").doubts
    assert (doubt.quote, doubt.taken, doubt.others) == ("CN", "chi nhánh", ("cử nhân",))
    assert not read("gửi về BIDV CN tỉnh").doubts


def test_the_least_sure_places_of_a_text_come_first():
    text = "Ban QXZK và GS Hà xem https://docs.google.com/forms/d/e/1FAIpQLSd/viewform; LêThị Hoa, ĐứcMạnh và Ban QXZK nghỉ."
    reading = read(text)
    assert {doubt.code for doubt in reading.doubts} == set(DOUBTS)
    assert [doubt.quote for doubt in reading.doubts].count("QXZK") == 2
    listed = reading.doubtful()
    assert [doubt.quote for doubt in listed].count("QXZK") == 1
    assert [doubt.confidence for doubt in listed] == sorted(doubt.confidence for doubt in listed)
    assert reading.doubtful(2) == listed[:2]
    assert reading.confidence == listed[0].confidence < 0.5
    assert read("Kính thưa bà con.").confidence == 1.0


@pytest.mark.parametrize(
    ("about", "sentence", "words"),
    [
        ("Lịch tuyển sinh lớp 10: học sinh mang theo thẻ, giáo viên coi thi.", "TS có mặt.", "thí sinh"),
        ("Tàu cá của ngư dân khai thác, nuôi trồng thủy sản.", "Chi cục TS họp.", "thủy sản"),
        ("Bóng đá nam: các trận đấu vòng bảng, bán kết của giải đấu.", "Xem CK.", "chung kết"),
        ("Ngân hàng cho vay vốn, thanh toán, tiền gửi.", "Xem CK.", "chuyển khoản"),
    ],
)
def test_what_the_document_is_about_decides_between_senses(about: str, sentence: str, words: str):
    assert words in read(sentence, subject=survey(about + "\n" + sentence)).text
    assert words in read(f"{about}\n{sentence}").text


def test_a_sense_that_nothing_decides_is_reported_with_the_others():
    (doubt,) = read("Xem CK nhé").doubts
    assert (doubt.code, doubt.quote, doubt.taken) == ("reading.ambiguous", "CK", "chuyển khoản")
    assert "chung kết" in doubt.others
    assert 0.5 < doubt.confidence < 0.8


def test_what_a_document_explains_is_known_in_every_piece_of_it():
    document = "Ban chỉ huy Quân xứ Zeta (QXZ) họp.\nQXZ kết luận."
    subject = survey(document)
    assert subject.defined == {"QXZ": "quân xứ zeta"}
    assert read("QXZ kết luận.", subject=subject).text == "quân xứ zeta kết luận"


def test_an_abbreviation_that_the_text_explains_is_known_from_there_on():
    reading = read("Ban chỉ huy Quân xứ Zeta (QXZ) họp; QXZ kết luận.")
    assert reading.text.endswith("quân xứ zeta kết luận")


@pytest.mark.parametrize("written", ["VNeID", "TT", "COVID-19", "ST25", "Zalo", "KT-XH", "bà"])
def test_the_stations_own_words_win_over_every_table(written: str):
    assert "ta ri" in spoken(f"xem {written} nhé", pronounce={written: "ta ri"})


def test_an_address_is_repeated_slowly_and_stays_as_it_is_when_read():
    said = spell_address("https://dichvucong.gov.vn/")
    assert said.startswith(
        "dịch vụ công chấm gov chấm vn; xin nhắc lại, viết liền không dấu: dịch vụ công, chấm gov, chấm vn"
    )
    assert spoken(said) == said.replace(",", "").replace(";", "").replace(":", "")


def test_long_sentences_are_cut_at_a_pause_within_one_breath():
    text = "Bà con " + ", ".join("làm việc này việc kia rồi việc nọ" for _ in range(8)) + "."
    reading = read(text)
    pieces = breaths(text, reading)
    assert len(pieces) > 1
    assert all(end - start <= 30 for start, end in pieces)


@pytest.mark.parametrize(
    "number", ["0912.345.678", "0233 3825 119", "(0233) 3825 119", "0912345678", "0123.4567.8901", "4251-000-123-456"]
)
def test_no_breath_is_taken_within_a_number(number):
    """The leader heard “không chín một hai”, and then a new sentence: “ba bốn năm …”."""
    text = (
        "Mọi thông tin chi tiết, đề nghị bà con trong thôn liên hệ trực tiếp với cán bộ phụ trách của trạm, vào giờ "
        f"hành chính các ngày trong tuần, số điện thoại {number} gặp chị Hà để được hướng dẫn cụ thể."
    )
    reading = read(text)
    pieces = breaths(text, reading)
    assert len(pieces) > 1
    said = [" ".join(word.text for word in reading.words[a:b]) for a, b in pieces]
    assert len([one for one in said if set(one.split()) & {"một", "hai", "ba", "không", "chín"}]) == 1


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("nghiêng", ("ngh", "", "iê", "ng", "ngang")),
        ("Quốc", ("q", "u", "ô", "c", "sắc")),
        ("giếng", ("gi", "", "iê", "ng", "sắc")),
        ("gì", ("gi", "", "i", "", "huyền")),
        ("hoà", ("h", "o", "a", "", "huyền")),
        ("THUỶ", ("th", "u", "y", "", "hỏi")),
        ("khuya", ("kh", "u", "ya", "", "ngang")),
        ("ở", ("", "", "ơ", "", "hỏi")),
    ],
)
def test_a_syllable_has_parts(word: str, parts: tuple[str, ...]):
    found = parse(word)
    assert found is not None
    assert (found.onset, found.glide, found.nucleus, found.coda, found.tone) == parts


@pytest.mark.parametrize("word", ["", "b", "ubnd", "cac", "keng1", "kac", "gha", "ngi", "mat̀", "zalo", "aaa", "gov"])
def test_what_is_no_syllable_is_none(word: str):
    assert parse(word) is None


def test_a_station_may_say_how_several_words_together_are_read() -> None:
    said = {"cống rãnh": "cống thoát nước", "QL1A": "quốc lộ một a", "rãnh": "rành"}
    reading = read("Khơi cống rãnh dọc QL1A, rãnh sâu; cống rãnhs.", pronounce=said)
    assert reading.phrased.startswith("khơi cống thoát nước dọc quốc lộ một a, rành sâu")
    assert "cống thoát nước" not in reading.phrased[20:]
