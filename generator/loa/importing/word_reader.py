"""The text of a Word document. Works in a process of its own (`loa.limited`): lxml reads foreign bytes."""

import io
import unicodedata
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
from docx.document import Document
from docx.oxml.ns import qn
from docx.table import Table

from loa.errors import Finding, WorkspaceError
from loa.i18n import _
from loa.importing.blocks import Block, from_grid, to_json, too_large
from loa.importing.word_numbers import Numbers

MAX_UNPACKED = 60_000_000  # bytes
MAX_PARTS = 2000
_GONE = frozenset(map(qn, ("w:del", "w:moveFrom", "w:instrText", "w:delText", "w:pPr", "w:rPr")))
_ELSEWHERE = frozenset({qn("w:txbxContent"), "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"})
_SPACES = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}


def word_text(content: bytes, name: str) -> dict[str, object]:
    """`{blocks, pictures}` of a .docx called `name`; nothing in it is run, and no address in it is asked.

    Raises WorkspaceError where it is damaged, or would take more memory than a text needs (a "zip bomb").
    """
    try:
        if not _can_be_a_text(content):
            raise too_large(name)  # noqa: TRY301
        document = docx.Document(io.BytesIO(content))
        blocks = list(_Reader(document).blocks(document.element.body))
        pictures = len(document.element.body.xpath(".//w:drawing//pic:pic | .//w:pict//*[local-name()='imagedata']"))
    except (WorkspaceError, MemoryError):
        raise
    except Exception as error:  # whatever broken XML makes these libraries raise
        raise WorkspaceError(
            Finding(
                "file.docx",
                _("This is not a Word document, or it is damaged."),
                _("Open it in a word processor and save it again as .docx."),
                file=name,
            )
        ) from error
    return {"blocks": to_json(blocks), "pictures": pictures}


def _can_be_a_text(content: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        return sum(part.file_size for part in parts) <= MAX_UNPACKED and len(parts) <= MAX_PARTS


class _Reader:
    """Reads what a person sees: also what was inserted, in fields, in text boxes; not what was struck out."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._numbers = Numbers(document)

    def blocks(self, parent: Any) -> Iterator[Block]:
        """The paragraphs and tables of a body, a cell or a frame."""
        for element in parent:
            if element.tag == qn("w:p"):
                yield self._paragraph(element)
                for box in element.iter(qn("w:txbxContent")):
                    if not any(above.tag in _ELSEWHERE for above in box.iterancestors() if above is not box):
                        yield from self.blocks(box)
            elif element.tag == qn("w:tbl"):
                yield from self._table(element)
            elif element.tag in {qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml"), qn("w:moveTo")}:
                yield from self.blocks(element)

    def _paragraph(self, element: Any) -> str:
        return unicodedata.normalize("NFC", self._numbers.of(element) + "".join(_texts(element)))

    def _table(self, element: Any) -> Iterator[Block]:
        if element.find(f".//{qn('w:tc')}//{qn('w:tbl')}") is not None:
            cells = list(element.iterfind(f"{qn('w:tr')}/{qn('w:tc')}"))
            rows = [row for row in element.iterfind(qn("w:tr")) if "".join(row.itertext()).strip()]
            if len(rows) == 1 or all(len(row.findall(qn("w:tc"))) == 1 for row in rows):  # a frame around a text
                for cell in cells:
                    yield from self.blocks(cell)
                return
        table = Table(element, self._document)  # all that it asks of a parent is its part
        grid = []
        texts: dict[int, str] = {}
        held = []  # lxml makes its objects anew when nobody holds them: their ids would be those of others
        for row in table.rows:
            cells = []
            for cell in row.cells:
                key = id(cell._tc)
                if key not in texts:
                    held.append(cell._tc)
                    texts[key] = self._cell(cell._tc)
                cells.append((key, texts[key]))
            grid.append(cells)
        yield from from_grid(grid)

    def _cell(self, element: Any) -> str:
        lines: list[str] = []
        for block in self.blocks(element):
            if isinstance(block, str):
                lines.append(block.strip())
            else:
                lines += [", ".join(filter(None, row)) for row in block.rows]
        return "\n".join(filter(None, lines))


def _texts(element: Any) -> Iterator[str]:
    for child in element:
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag in _SPACES:
            yield _SPACES[child.tag]
        elif child.tag not in _GONE and child.tag not in _ELSEWHERE and isinstance(child.tag, str):
            yield from _texts(child)
