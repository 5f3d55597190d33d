"""The text of a Word document. Works in a process of its own (`loa.limited`): lxml reads foreign bytes."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.table import Table

from loa.errors import Finding, WorkspaceError
from loa.i18n import _
from loa.importing.blocks import Block, Paragraph, from_grid, to_json, too_large
from loa.importing.word_numbers import Numbers

MAX_UNPACKED = 60_000_000  # bytes
MAX_PARTS = 2000
_GONE = frozenset(map(qn, ("w:del", "w:moveFrom", "w:instrText", "w:delText", "w:pPr", "w:rPr")))
_ELSEWHERE = frozenset({qn("w:txbxContent"), "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"})
_NOTE_MARKS = tuple(map(qn, ("w:footnoteReference", "w:endnoteReference")))
_ADDRESS = re.compile(r"https?://[\w./?&=%+-]{4,120}")
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
        self._notes = dict(_notes(document))

    def blocks(self, parent: Any, *, notes: bool = True) -> Iterator[Block]:
        """The paragraphs and tables of a body, a cell or a frame. `notes`: with their footnotes as paragraphs."""
        for element in parent:
            if element.tag == qn("w:p"):
                yield self._paragraph(element)
                if notes:
                    yield from self._notes_of(element)
                for box in element.iter(qn("w:txbxContent")):
                    if not any(above.tag in _ELSEWHERE for above in box.iterancestors() if above is not box):
                        yield from self.blocks(box, notes=False)
            elif element.tag == qn("w:tbl"):
                yield from self._table(element)
            elif element.tag in {qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml"), qn("w:moveTo")}:
                yield from self.blocks(element, notes=notes)

    def _notes_of(self, element: Any) -> Iterator[Block]:
        """The footnotes of a paragraph or table, right below it: a listener cannot look at the foot of the page."""
        for mark in element.iter(*_NOTE_MARKS):
            note = self._notes.get((mark.tag, mark.get(qn("w:id"))))
            if note:
                yield f"Ghi chú: {note}"

    def _paragraph(self, element: Any) -> str:
        told = "".join(_texts(element))
        ended = re.search(r"[.;:!]\s*$", told)
        place = ended.start() if ended else len(told)  # within the sentence
        told = told[:place].rstrip() + self._links(element, told) + told[place:] if told.strip() else told
        text = unicodedata.normalize("NFC", self._numbers.of(element) + told)
        setting = element.find(f"{qn('w:pPr')}/{qn('w:jc')}")
        runs = [
            run for run in element.iter(qn("w:r")) if any((part.text or "").strip() for part in run.iter(qn("w:t")))
        ]
        bold = bool(runs) and all(map(_is_bold, runs))
        centred = setting is not None and setting.get(qn("w:val")) == "center"
        return Paragraph.of(text, centred=centred, bold=bold)

    def _links(self, element: Any, told: str) -> str:
        """The web addresses behind words of a paragraph: who hears it, or reads it printed, cannot press them."""
        relations = self._document.part.rels
        addresses = []
        for link in element.iter(qn("w:hyperlink")):
            key = link.get(qn("r:id"))
            relation = relations.get(key)
            address = relation.target_ref if relation is not None and relation.is_external else ""
            if _ADDRESS.fullmatch(address) and address.split("://")[1].rstrip("/") not in told:
                addresses.append(address)
        return f" ({', '.join(addresses)})" if addresses else ""

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
        yield from self._notes_of(element)

    def _cell(self, element: Any) -> str:
        lines: list[str] = []
        for block in self.blocks(element, notes=False):
            if isinstance(block, str):
                lines.append(block.strip())
            else:
                lines += [", ".join(filter(None, row)) for row in block.rows]
        return "\n".join(filter(None, lines))


def _is_bold(run: Any) -> bool:
    mark = run.find(f"{qn('w:rPr')}/{qn('w:b')}")
    return mark is not None and mark.get(qn("w:val")) not in {"0", "false", "off"}


def _notes(document: Document) -> Iterator[tuple[tuple[str, str], str]]:
    """The footnotes and endnotes by their mark and number."""
    for relation in document.part.rels.values():
        kind = relation.reltype.rsplit("/", 1)[-1]
        if kind not in {"footnotes", "endnotes"} or relation.is_external:
            continue
        name = kind.removesuffix("s")
        for note in parse_xml(relation.target_part.blob).iterfind(qn(f"w:{name}")):
            lines = ["".join(_texts(paragraph)).strip() for paragraph in note.iterfind(qn("w:p"))]
            text = unicodedata.normalize("NFC", " ".join(filter(None, lines)))
            yield (qn(f"w:{name}Reference"), note.get(qn("w:id"), "")), text


def _texts(element: Any) -> Iterator[str]:
    for child in element:
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag in _SPACES:
            yield _SPACES[child.tag]
        elif child.tag not in _GONE and child.tag not in _ELSEWHERE and isinstance(child.tag, str):
            yield from _texts(child)
