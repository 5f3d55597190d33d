"""The text of a PDF. Works in a process of its own (`loa.limited`): pdfminer reads foreign bytes.

A PDF holds letters with their places on the page, and lines drawn between them; words, paragraphs, columns and tables
are found again from where they stand.
"""

import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LTChar, LTCurve, LTFigure, LTImage, LTItem, LTLine, LTPage, LTRect
from pdfminer.pdfdocument import PDFDocument, PDFPasswordIncorrect
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser

from loa.errors import Finding, WorkspaceError
from loa.i18n import _
from loa.importing.blocks import to_json
from loa.importing.pdf.columns import in_parts
from loa.importing.pdf.lines import Char, Line, Page, lines_of
from loa.importing.pdf.paragraphs import blocks_of, joined

MOST_PAGES = 100


def pdf_text(content: bytes, name: str) -> dict[str, object]:
    """`{blocks, pictures, empty_pages}` of a PDF called `name`; `empty_pages`: scans among pages with text.

    Raises WorkspaceError where it is damaged, locked, too long, a scan, or has letters that nobody can tell.
    """
    try:
        pages = list(_pages(content, name))
    except (WorkspaceError, MemoryError, KeyboardInterrupt):
        raise
    except PDFPasswordIncorrect as error:
        message, fix = _("This PDF is locked with a password."), _("Save it without the password, or as .docx.")
        raise _refused("file.pdf-locked", message, fix, name) from error
    except Exception as error:  # whatever a broken file makes the library raise
        message, fix = (
            _("This is not a PDF, or it is damaged."),
            _("Open it in a viewer and save or print it anew as PDF."),
        )
        raise _refused("file.pdf", message, fix, name) from error
    letters = "".join(char.text for page in pages for char in page.chars)
    scans = sum(page.is_scan for page in pages)
    if not letters.strip() or (scans == len(pages) and pages):
        message = _("This PDF is a scan: it holds pictures of pages and no text.")
        fix = _("Ask for the file that it was printed from (Word or PDF), or type the text.")
        raise _refused("file.pdf-scan", message, fix, name)
    strange = sum(unicodedata.category(letter) in {"Co", "Cn", "Cc"} for letter in letters)
    if strange * 5 > len(letters):
        message = _("The letters of this PDF cannot be told: its fonts do not say which ones they are.")
        raise _refused("file.pdf-letters", message, _("Ask for the Word file, or copy the text."), name)
    blocks = joined([blocks_of(part) for page in _without_page_frames(pages) for part in in_parts(page)])
    return {"blocks": to_json(blocks), "pictures": sum(page.pictures for page in pages), "empty_pages": scans}


def _refused(code: str, message: str, fix: str, name: str) -> WorkspaceError:
    return WorkspaceError(Finding(code, message, fix, file=name))


def _pages(content: bytes, name: str) -> Iterator[Page]:
    manager = PDFResourceManager()
    device = PDFPageAggregator(manager, laparams=None)
    interpreter = PDFPageInterpreter(manager, device)
    document = PDFDocument(PDFParser(io.BytesIO(content)))
    for number, page in enumerate(PDFPage.create_pages(document)):
        if number == MOST_PAGES:
            message = _("This PDF has more than {count} pages.").format(count=MOST_PAGES)
            raise _refused("file.size", message, _("Save only the pages that are to be read."), name)
        interpreter.process_page(page)
        layout = device.get_result()
        made = Page(layout.width, layout.height)
        _gather(layout, made)
        yield made


def _gather(layout: LTPage | LTFigure, page: Page) -> None:
    for item in layout:
        if isinstance(item, LTChar):
            text = _told(item.get_text())
            if text and item.upright:
                page.chars.append(Char(text, item.x0, item.x1, item.y0, item.y1))
        elif isinstance(item, LTImage):
            page.pictures += item.width > 30 and item.height > 30
        elif isinstance(item, LTFigure):
            _gather(item, page)
        elif isinstance(item, LTLine | LTRect | LTCurve):
            _rule(item, page)


_LIGATURES = {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\u00ad": "-"}


def _told(text: str) -> str:
    """The letters of a glyph; a private one for a glyph of which nobody knows."""
    if text.startswith("(cid:"):
        return "\ue000"
    return _LIGATURES.get(text, text)


def _rule(item: LTItem, page: Page) -> None:
    """A drawn line, or the edges of a rectangle."""
    x0, y0, x1, y1 = item.bbox  # type: ignore[attr-defined]
    if x1 - x0 > 0.9 * page.width and y1 - y0 > 0.9 * page.height:
        return  # the paper
    if y1 - y0 <= 3 < x1 - x0:
        page.across.append(((y0 + y1) / 2, x0, x1))
    elif x1 - x0 <= 3 < y1 - y0:
        page.down.append(((x0 + x1) / 2, y0, y1))
    elif isinstance(item, LTRect) and x1 - x0 > 3 and y1 - y0 > 3:
        page.across += [(y0, x0, x1), (y1, x0, x1)]
        page.down += [(x0, y0, y1), (x1, y0, y1)]


def _without_page_frames(pages: Sequence[Page]) -> Iterator[Page]:
    """Without page numbers, and without what stands at the same place at the edge of several pages."""
    edges: Counter[tuple[str, int]] = Counter()
    at_edges = [
        [(*place, line) for line in lines_of(page.chars) if (place := _at_edge(line, page))[1]] for page in pages
    ]
    for found in at_edges:
        edges.update({(text, edge) for text, edge, _line in found})
    many = max(2, len(pages) // 2)
    for page, found in zip(pages, at_edges, strict=True):
        for text, edge, line in found:
            if (
                re.fullmatch(
                    r"[-–\s]*#(?:\s*/\s*#)?[-–\s]*|(?:.{0,60}\W\s*)?trang\s*#(?:\s*(?:/|trên)\s*#)?[-–\s]*", text, re.I
                )
                or edges[text, edge] >= many
            ):
                low, high = min(p.bottom for p in line), max(p.top for p in line)
                page.chars = [c for c in page.chars if not (low - 0.1 <= c.bottom and c.top <= high + 0.1)]
        yield page


def _at_edge(line: Line, page: Page) -> tuple[str, int]:
    """A line's text with # for its numbers, and which edge of the page it stands at (0: none)."""
    middle = (line[0].bottom + line[0].top) / 2 / page.height
    edge = 1 if middle > 0.93 else 2 if middle < 0.07 else 0
    return re.sub(r"\d+", "#", " ".join(piece.text for piece in line)), edge
