"""An article as a Word document in the layout of official documents.

Nghị định số 30/2020/NĐ-CP, Phụ lục I: A4; margins 20-25 mm at top and bottom, 30-35 mm left, 15-20 mm right; Times
New Roman, black. The font sizes that the appendix prescribes are noted where they are used.
"""

import io
import zipfile
from datetime import UTC, date, datetime, time

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from loa.article import Article, tables
from loa.article.markup import blocks, plain
from loa.campaign import Campaign, Commune

_FONT = "Times New Roman"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_EARLIEST = date(1601, 1, 1)


def document(article: Article, commune: Commune, campaign: Campaign) -> bytes:
    """Return the .docx. The same article gives the same bytes. Signature and name stay empty for the clerk."""
    made = docx.Document()
    paper(made)
    notice = campaign.template == "thong-bao"
    _head(made, commune, campaign, "TB-UBND" if notice else "UBND")
    _title(made, article, (campaign.kind or "thông báo").upper() if notice else "BÀI TUYÊN TRUYỀN")
    _body(made, article.markdown)
    _foot(made, commune, campaign)
    properties = made.core_properties
    properties.title, properties.author = article.title[:255], commune.issuer(campaign)[:255]  # its library's limit
    properties.language = "vi-VN"
    day = max(article.as_of, _EARLIEST)
    properties.created = properties.modified = datetime.combine(day, time(), UTC).replace(tzinfo=None)
    properties.last_modified_by, properties.comments = "Loa", ""
    return stable(made)


def paper(made: Document) -> None:
    """Set paper, margins, base font, and page numbers from the second page on (centred at the top, size 13)."""
    section = made.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(20)
    section.header_distance = Mm(10)
    style = made.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(14)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(script), _FONT)
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    run = number.add_run("2")
    run.font.size = Pt(13)
    field.append(run._r)
    number._p.append(field)


def _head(made: Document, commune: Commune, campaign: Campaign, sign: str) -> None:
    """Write agency and number on the left; the state's name, its motto, place and date on the right."""
    day = campaign.issued or campaign.as_of
    left, right = columns(made, 6.0, 10.0)
    # 12-13, bold: the committee is the issuer itself, with no superior agency above it (mục II.2), on two lines.
    if campaign.issuer:
        line(left.paragraphs[0], campaign.issuer.upper(), 13, bold=True)
    else:
        line(left.paragraphs[0], "ỦY BAN NHÂN DÂN", 13, bold=True)
        line(left.add_paragraph(), commune.unit.full_name.upper(), 13, bold=True)
    rule(left.add_paragraph(), 2.0, 6.0)
    line(left.add_paragraph(), f"Số: {campaign.number}" if campaign.number else f"Số:          /{sign}", 13)
    line(right.paragraphs[0], "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 13, bold=True)  # 12-13, bold
    line(right.add_paragraph(), "Độc lập - Tự do - Hạnh phúc", 14, bold=True)  # 13-14, bold
    rule(right.add_paragraph(), 6.2, 10.0)
    place = commune.unit.name or "…"
    # Days below 10 and the months 1 and 2 are written with a leading zero (Phụ lục I, mục II.4).
    month = f"{day.month:02}" if day.month < 3 else str(day.month)
    line(right.add_paragraph(), f"{place}, ngày {day.day:02} tháng {month} năm {day.year}", 14, italic=True)


def _title(made: Document, article: Article, kind: str) -> None:
    """Write the kind of document and its subject: size 13-14, bold, centred, with a short line below."""
    first = made.add_paragraph()
    first.paragraph_format.space_before = Pt(18)
    line(first, kind, 14, bold=True)
    line(made.add_paragraph(), article.title, 14, bold=True)
    rule(made.add_paragraph(), 5.0, 16.0)
    made.add_paragraph().paragraph_format.space_after = Pt(0)


def _body(made: Document, markdown: str) -> None:
    """Write the paragraphs: size 13-14, justified, first line indented 1-1.27 cm, at least 6 pt between them."""
    skipped_title = False
    for block in blocks(markdown):
        text = plain(markdown[block.start : block.end])
        if block.kind == "heading" and not skipped_title:
            skipped_title = True
            continue
        if block.kind == "table":
            _grid(made, markdown[block.start : block.end])
            continue
        paragraph = made.add_paragraph()
        layout = paragraph.paragraph_format
        layout.first_line_indent, layout.space_after, layout.line_spacing = Cm(1.27), Pt(6), 1.15
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        if block.kind == "heading":
            paragraph.add_run(text).bold = True
            paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT
            layout.keep_with_next = True
        else:
            mark = markdown[markdown.rfind("\n", 0, block.start) + 1 : block.start].strip()
            paragraph.add_run(f"{mark} {text}" if block.kind == "item" else text)


def _grid(made: Document, table: str) -> None:
    """Write a table of the text with its lines: heads bold, size 13."""
    heads, rows = tables.rows(table)
    lines = [heads, *(row.cells for row in rows)]
    wide = max(len(line) for line in lines)
    grid = made.add_table(rows=len(lines), cols=wide, style="Table Grid")
    for number, (row, texts) in enumerate(zip(grid.rows, lines, strict=True)):
        for cell, text in zip(row.cells, [*texts, *[""] * (wide - len(texts))], strict=True):
            run = cell.paragraphs[0].add_run(plain(text))
            run.font.size, run.bold = Pt(13), number == 0
    made.add_paragraph().paragraph_format.space_after = Pt(0)


def _foot(made: Document, commune: Commune, campaign: Campaign) -> None:
    """Write the receivers (left: size 12 bold italic, then 11) and the signature (right: 13-14, bold, capitals)."""
    made.add_paragraph().paragraph_format.space_after = Pt(0)
    left, right = columns(made, 8.0, 8.0)
    line(left.paragraphs[0], "Nơi nhận:", 12, bold=True, italic=True, centred=False)
    for receiver in (f"- {commune.call[0].upper()}{commune.call[1:]};", "- Trang thông tin điện tử;", "- Lưu: VT."):
        line(left.add_paragraph(), receiver, 11, centred=False)
    if campaign.issuer:
        line(right.paragraphs[0], campaign.issuer.upper(), 14, bold=True)
    else:
        line(right.paragraphs[0], "TM. ỦY BAN NHÂN DÂN", 14, bold=True)
        line(right.add_paragraph(), "CHỦ TỊCH", 14, bold=True)
    for _empty in range(4):
        line(right.add_paragraph(), "", 14)


def columns(made: Document, left: float, right: float) -> tuple[_Cell, _Cell]:
    """Add two cells side by side without borders; widths in cm."""
    table = made.add_table(rows=1, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    cells = table.rows[0].cells
    for cell, column, width in zip(cells, table.columns, (left, right), strict=True):
        cell.width = column.width = Cm(width)
    return cells[0], cells[1]


def line(
    paragraph: Paragraph, text: str, size: float, *, bold: bool = False, italic: bool = False, centred: bool = True
) -> None:
    """Write `text` into a paragraph, `size` points, with nothing below it."""
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centred else WD_ALIGN_PARAGRAPH.LEFT
    paragraph.paragraph_format.space_after = Pt(0)


def rule(paragraph: Paragraph, wide: float, column: float) -> None:
    """Draw a thin line, `wide` cm, in a column of `column` cm: an empty, indented paragraph with a top border."""
    layout = paragraph.paragraph_format
    layout.space_after, layout.line_spacing = Pt(6), Pt(3)
    layout.left_indent = layout.right_indent = Cm((column - wide - 0.4) / 2)
    borders = OxmlElement("w:pBdr")
    top = OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    paragraph._p.get_or_add_pPr().append(borders)


def stable(made: Document) -> bytes:
    """Return the .docx with constant time stamps in its ZIP."""
    packed, stable = io.BytesIO(), io.BytesIO()
    made.save(packed)
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(stable, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, _EPOCH), source.read(name), zipfile.ZIP_DEFLATED)
    return stable.getvalue()
