"""Tables of an article: a table on the page and in Word, rows with their heads on air."""

import io
from datetime import date

import docx
import pytest

from loa.article import render
from loa.article.html import to_html
from loa.article.markup import blocks, shown, spoken_parts
from loa.article.tables import joined, spoken, to_lines
from loa.campaign import Campaign, Commune
from loa.checks import review
from loa.publish.word import document
from loa.workspace import Workspace

ROWS = [
    (("STT", "Thôn", "Ngày", "Giờ"), ("1", "Đông", "10/12", "7h30"), "Thôn Đông, ngày 10/12, giờ: 7h30."),
    (("Thôn/buôn", "Cán bộ"), ("Buôn Đrung", "Y Thắng"), "Buôn Đrung, cán bộ: Y Thắng."),
    (("Loại phí", "Mức thu (đồng/tháng)"), ("Rác", "30.000"), "Loại phí: Rác, mức thu: 30.000 đồng/tháng."),
    (("Khu vực", "Lý do"), ("Thôn 1, thôn 2", "Bảo trì"), "Khu vực: Thôn 1, thôn 2; lý do: Bảo trì."),
    (("Ngày", "Ca"), ("Ngày 5/12", "-"), "Ngày 5/12."),
    (("", ""), ("Địa điểm", "Nhà văn hóa"), "Địa điểm: Nhà văn hóa."),
    (("TT", "EVN"), ("1", "x"), ""),
]


@pytest.mark.parametrize(("heads", "cells", "said"), ROWS)
def test_a_row_is_read_as_an_announcer_reads_it(heads: tuple[str, ...], cells: tuple[str, ...], said: str) -> None:
    assert spoken(heads, cells) == said


BODY = ("Lịch như sau:", *to_lines(("Thôn", "Giá | mức"), (("Đông", "5|6"), ("Tây",))), "Hết.")


def test_a_table_is_one_block_of_the_page_and_a_sentence_a_row_on_air() -> None:
    text = shown("\n\n".join(joined(BODY)), "web")
    assert [block.kind for block in blocks(text)] == ["paragraph", "table", "paragraph"]
    parts = spoken_parts(text, "web")
    assert [part.text for part in parts] == ["Lịch như sau:", "Thôn Đông, giá | mức: 5|6.", "Thôn Tây.", "Hết."]
    assert [text[part.start or 0 :].split()[0] for part in parts] == ["Lịch", "Đông", "Tây", "Hết."]
    assert to_html(text).count("<td>") == 4
    assert "<th>" not in to_html("\n".join(to_lines(("", ""), (("Giờ", "7h"),))))


def test_a_line_with_bars_alone_is_no_table_and_heads_need_no_rule() -> None:
    assert joined(("| a | b |", "c")) == ("| a | b |", "c")
    assert joined(("| a | b |", "| 1 | 2 |")) == ("| a | b |\n| --- | --- |\n| 1 | 2 |",)


def test_the_page_word_and_the_checks_know_the_table(station: Workspace) -> None:
    entry = {"id": "gia", "template": "thong-bao", "title": "Giá nước", "as_of": "2026-11-01", "body": BODY}
    commune = Commune.model_validate(
        {"commune": {"name": "An Phú", "province": "Quảng Trị"}, "campaigns": [Campaign.model_validate(entry)]}
    )
    article = render(station, commune, commune.campaigns[0])
    made = docx.Document(io.BytesIO(document(article, commune, commune.campaigns[0])))
    assert [[cell.text for cell in row.cells] for row in made.tables[1].rows][1:] == [["Đông", "5|6"], ["Tây", ""]]
    assert review(article.markdown, date(2026, 11, 1), shape="markdown") == []
