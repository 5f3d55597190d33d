"""The Word document: the layout of Nghị định số 30/2020/NĐ-CP, Phụ lục I, read back from the file."""

import io
from datetime import date

import docx
import pytest
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from loa.article import Article, render
from loa.campaign import Commune, load_commune
from loa.publish.word import document
from loa.workspace import Workspace


@pytest.fixture
def article(built: Workspace, commune: Commune) -> Article:
    return render(built, commune, commune.campaigns[0])


@pytest.fixture
def made(article: Article, commune: Commune) -> Document:
    return docx.Document(io.BytesIO(document(article, commune, commune.campaigns[0])))


def test_paper_margins_and_font(made: Document) -> None:
    section = made.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert 20 <= round(section.top_margin.mm) <= 25
    assert 20 <= round(section.bottom_margin.mm) <= 25
    assert 30 <= round(section.left_margin.mm) <= 35
    assert 15 <= round(section.right_margin.mm) <= 20
    assert made.styles["Normal"].font.name == "Times New Roman"
    assert Pt(13) <= made.styles["Normal"].font.size <= Pt(14)


def test_head_and_foot_hold_the_parts_of_an_official_document(made: Document) -> None:
    head, foot = made.tables
    left, right = (cell.text for cell in head.rows[0].cells)
    assert left.split("\n")[:2] == ["ỦY BAN NHÂN DÂN", "XÃ TRUNG SƠN"]
    agency = head.rows[0].cells[0].paragraphs[:2]
    assert all(run.bold for line in agency for run in line.runs)  # one name on two lines: the issuer itself
    assert "Số:" in left
    assert right.split("\n")[:2] == ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"]
    assert "Trung Sơn, ngày 08 tháng 8 năm 2023" in right
    receivers, signer = (cell.text for cell in foot.rows[0].cells)
    assert receivers.startswith("Nơi nhận:")
    assert "Lưu: VT" in receivers
    assert signer.startswith("TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH")
    motto = head.rows[0].cells[1].paragraphs[1].runs[0]
    assert (motto.bold, motto.font.size) == (True, Pt(14))


def test_pages_are_numbered_from_the_second_on(made: Document) -> None:
    section = made.sections[0]
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header._element.xml
    assert "PAGE" not in section.first_page_header._element.xml


def test_the_body_is_justified_and_holds_every_paragraph(made: Document, article: Article) -> None:
    texts = [paragraph.text for paragraph in made.paragraphs]
    assert texts[0] == "BÀI TUYÊN TRUYỀN"
    assert texts[1] == article.title
    for part in article.spoken_parts[1:]:
        assert any(part.text in text for text in texts), part.text
    body = next(p for p in made.paragraphs if p.text.startswith("Đưa công nghệ"))
    assert body.alignment == WD_ALIGN_PARAGRAPH.JUSTIFY
    assert "Trang" not in "\n".join(texts).replace("trang", "")


@pytest.mark.parametrize(
    ("day", "written"), [(date(2024, 2, 9), "ngày 09 tháng 02"), (date(2024, 3, 10), "ngày 10 tháng 3")]
)
def test_days_and_the_first_two_months_have_two_digits(
    article: Article, commune: Commune, day: date, written: str
) -> None:
    made = docx.Document(
        io.BytesIO(
            document(article, commune, commune.campaigns[0].model_copy(update={"as_of": day, "template": "thong-bao"}))
        )
    )
    assert written in made.tables[0].rows[0].cells[1].text
    assert made.paragraphs[0].text == "THÔNG BÁO"


def test_the_same_article_gives_the_same_bytes(article: Article, commune: Commune) -> None:
    assert document(article, commune, commune.campaigns[0]) == document(article, commune, commune.campaigns[0])


def test_numbered_steps_keep_their_numbers(built: Workspace) -> None:
    commune = load_commune(built, "hung-thinh")
    made = docx.Document(
        io.BytesIO(document(render(built, commune, commune.campaigns[0]), commune, commune.campaigns[0]))
    )
    assert any(paragraph.text.startswith("6. Theo dõi") for paragraph in made.paragraphs)
