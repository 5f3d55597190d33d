from hypothesis import given
from hypothesis import strategies as st

from loa.article.filters import count, host, link, listing, spell
from loa.article.markup import pick, plain, spoken_parts

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
