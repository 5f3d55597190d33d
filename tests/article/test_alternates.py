from hypothesis import given
from hypothesis import strategies as st

from loa.article.filters import count, host, link, listing, spell
from loa.article.markup import pick, plain, spoken_parts, strong

WEB, END_WEB, RADIO, END_RADIO = "\ue000", "\ue001", "\ue002", "\ue003"
SOURCE = (
    f"# Tên\n\n{RADIO}\nKính chào!\n\n{END_RADIO}\nVào {WEB}[x](https://x.vn){END_WEB}{RADIO}trang x{END_RADIO} ngay.\n"
)


def test_the_eye_and_the_ear_get_their_own_words_without_gaps() -> None:
    assert pick(SOURCE, "web").text == "# Tên\n\nVào [x](https://x.vn) ngay.\n"
    assert pick(SOURCE, "radio").text == "# Tên\n\nKính chào!\n\nVào trang x ngay.\n"


@given(st.lists(st.sampled_from([WEB, END_WEB, RADIO, END_RADIO, "a", " ", "\n", "bà con"]), max_size=30))
def test_each_kept_character_knows_where_it_came_from(pieces: list[str]) -> None:
    source = "".join(pieces)
    for form in ("web", "radio"):
        picked = pick(source, form)
        assert len(picked.origins) == len(picked.text)
        assert "".join(source[i] for i in picked.origins[:-1]) == picked.text[:-1]


def test_a_part_that_is_only_heard_has_no_place_on_the_page() -> None:
    title, greeting, body = spoken_parts(SOURCE, "web")
    assert (title.kind, title.line) == ("heading", 1)
    assert (greeting.text, greeting.start) == ("Kính chào!", None)
    assert (body.text, body.line) == ("Vào trang x ngay.", 3)


@given(
    st.lists(st.sampled_from(["**", "__", "*", "***", "a", " ", "\t", "\n", "`", "\\*", "bà con", "[x](y)", "\ue004"]))
)
def test_what_is_bold_lies_inside_the_plain_text(pieces: list[str]) -> None:
    written = "".join(pieces)
    spans = strong(written)
    assert all(0 <= start < end <= len(plain(written)) for start, end in spans)
    assert spans == tuple(sorted(spans))


def test_what_is_bold_is_found_whatever_stands_around_it() -> None:
    written = "Nộp  trước\n**17 giờ**,\tngày __30/11__ tại [**một cửa**](https://x.vn), **hết"
    assert [plain(written)[start:end] for start, end in strong(written)] == ["17 giờ", "30/11", "một cửa"]


def test_markup_is_not_spoken() -> None:
    assert (
        plain("**Bước 1:** vào [cổng](https://x.vn/a_b) _ngay_ `x` <https://y.vn>")
        == "Bước 1: vào cổng ngay x https://y.vn"
    )


def test_lists_quotes_and_wrapped_lines_become_blocks() -> None:
    parts = spoken_parts("- một\n  dài\n- hai\n\n1. ba\n\n> trích\n> dẫn\n\n---\n\nhết", "web")
    assert [(p.kind, p.text) for p in parts] == [
        ("item", "một dài"), ("item", "hai"), ("item", "ba"), ("paragraph", "trích"), ("paragraph", "dẫn"), ("paragraph", "hết"),
    ]  # fmt: skip


def test_filters_write_as_vietnamese_texts_do() -> None:
    assert [spell(n) for n in (0, 5, 10, 15, 21, 24, 101, 1005, 60_053)] == [
        "không", "năm", "mười", "mười lăm", "hai mươi mốt", "hai mươi tư", "một trăm linh một",
        "một nghìn không trăm linh năm", "sáu mươi nghìn không trăm năm mươi ba",
    ]  # fmt: skip
    assert spell("https://dichvucong.gov.vn/").endswith("viết liền không dấu: dịch vụ công, chấm gov, chấm vn")
    assert count(1250, "dịch vụ") == "1.250 dịch vụ"
    assert listing(["a", "b", "c"]) == "a, b và c"
    assert (host("https://x.gov.vn/"), link("x.gov.vn")) == ("x.gov.vn", "[x.gov.vn](https://x.gov.vn)")
