"""Documents as offices make them, made by hand: Word files, and PDF files with letters at their places."""

import io
from collections.abc import Sequence

import docx
from docx.shared import Cm

Cells = Sequence[Sequence[str]]
STATE = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "---------------")


def word(*blocks: str | Cells) -> bytes:
    """A .docx of paragraphs and tables; a cell's lines are paragraphs."""
    made = docx.Document()
    for block in blocks:
        if isinstance(block, str):
            made.add_paragraph(block)
            continue
        grid = made.add_table(rows=len(block), cols=len(block[0]))
        for row, texts in zip(grid.rows, block, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                first, *more = text.split("\n")
                cell.text = first
                for line in more:
                    cell.add_paragraph(line)
                cell.width = Cm(3)
    return saved(made)


def saved(made: object) -> bytes:
    out = io.BytesIO()
    made.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def head(*left: str, number: str = "Số: 12/TB", place: str = "Bến Hải, ngày 05 tháng 11 năm 2026") -> Cells:
    """The letterhead of an official document: two cells side by side."""
    return [["\n".join([*left, "-------", number]), "\n".join([*STATE, place])]]


def foot(signer: str = "TRƯỞNG TRẠM", name: str = "Nguyễn Thị Lan") -> Cells:
    return [["Nơi nhận:\n- Như trên;\n- Lưu: VT.", f"{signer}\n(Đã ký)\n{name}"]]


class Pdf:
    """A PDF page by page: letters of a font that has no file, half as wide as high, and lines.

    The letters get their meaning by a ToUnicode table, as word processors write it.
    """

    WIDE = 0.5

    def __init__(self) -> None:
        self.pages: list[list[str]] = [[]]
        self.picture = False
        self._codes: dict[str, int] = {}

    def text(self, x: float, y: float, text: str, size: float = 12) -> None:
        codes = "".join(f"{self._codes.setdefault(letter, len(self._codes) + 1):04x}" for letter in text)
        self.pages[-1].append(f"BT /F1 {size} Tf 1 0 0 1 {x} {y} Tm <{codes}> Tj ET")

    def centred(self, y: float, text: str, size: float = 12, middle: float = 297) -> None:
        self.text(middle - len(text) * size * self.WIDE / 2, y, text, size)

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.pages[-1].append(f"{x0} {y0} m {x1} {y1} l S")

    def paragraph(
        self, y: float, text: str, *, left: float = 85, right: float = 540, indent: float = 28, size: float = 12
    ) -> float:
        """Running text, broken into lines; the height below it."""
        x, line = left + indent, ""
        for word in text.split():
            if x + (len(line) + 1 + len(word)) * size * self.WIDE > right and line:
                self.text(x, y, line, size)
                x, y, line = left, y - 1.4 * size, ""
            line = f"{line} {word}".strip()
        self.text(x, y, line, size)
        return y - 1.9 * size

    def table(self, y: float, rows: Cells, edges: Sequence[float], *, ruled: bool = True, size: float = 12) -> float:
        top = y + size
        for number, row in enumerate(rows):
            for text, left, right in zip(row, edges, edges[1:], strict=False):
                lines = text.split("\n")
                for at, line in enumerate(lines):
                    self.text(left + 4, y - number * 3 * size - at * 1.2 * size, line, size)
                assert len(text) * size * self.WIDE / len(lines) < right - left
        bottom = top - len(rows) * 3 * size
        if ruled:
            for number in range(len(rows) + 1):
                self.line(edges[0], top - number * 3 * size, edges[-1], top - number * 3 * size)
            for edge in edges:
                self.line(edge, top, edge, bottom)
        return bottom - 1.5 * size

    def page(self) -> None:
        self.pages.append([])

    def bytes(self) -> bytes:
        spots = "\n".join(f"<{code:04x}> <{letter.encode('utf-16-be').hex()}>" for letter, code in self._codes.items())
        cmap = (
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
            "1 begincodespacerange <0000> <ffff> endcodespacerange\n"
            f"{len(self._codes)} beginbfchar\n{spots}\nendbfchar endcmap end end"
        )
        objects = [
            "<< /Type /Catalog /Pages 2 0 R >>",
            f"<< /Type /Pages /Kids [{' '.join(f'{7 + 2 * n} 0 R' for n in range(len(self.pages)))}] /Count {len(self.pages)} >>",
            "<< /Type /Font /Subtype /Type0 /BaseFont /Times /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 5 0 R >>",
            "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Times /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity)"
            f" /Supplement 0 >> /DW {int(self.WIDE * 1000)} /FontDescriptor << /Type /FontDescriptor /FontName /Times /Flags 4"
            " /FontBBox [0 -200 1000 800] /Ascent 800 /Descent -200 /ItalicAngle 0 /CapHeight 700 /StemV 80 >> >>",
            _stream("", cmap),
            _stream(
                "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8", "0"
            ),
        ]
        for number, page in enumerate(self.pages):
            objects.append(
                f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {8 + 2 * number} 0 R"
                " /Resources << /Font << /F1 3 0 R >> /XObject << /Im 6 0 R >> >> >>"
            )
            objects.append(_stream("", "\n".join([*page, "q 500 0 0 700 40 40 cm /Im Do Q" if self.picture else ""])))
        out, places = b"%PDF-1.5\n", []
        for number, content in enumerate(objects, 1):
            places.append(len(out))
            out += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
        table = "".join(f"{place:010} 00000 n \n" for place in places)
        return out + (
            f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(places) + 1} /Root 1 0 R >>\n"
            f"startxref\n{len(out)}\n%%EOF\n"
        ).encode("latin-1")


def _stream(head_: str, content: str) -> str:
    return f"<< {head_} /Length {len(content)} >>\nstream\n{content}\nendstream"
