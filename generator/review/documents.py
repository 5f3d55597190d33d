"""Texts to review, as files: .md, .txt and .docx."""

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from generator.errors import Finding, WorkspaceError
from generator.i18n import _
from generator.review.text import Shape
from generator.workspace import read_text

MAX_UNPACKED = 60_000_000  # bytes
MAX_PARTS = 2000
SUFFIXES: dict[str, Shape] = {".md": "markdown", ".markdown": "markdown", ".txt": "plain", ".docx": "paragraphs"}


def read_document(path: Path) -> tuple[str, Shape]:
    """The text of `path` and its shape. In a .docx each paragraph is a line, numbered as they stand in the document.

    Raises WorkspaceError for another kind of file, or one that cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix == ".docx":
        if not path.is_file():
            read_text(path)  # raises with the reason: missing, or a folder
        return "\n".join(read_word(path, str(path)).lines), "paragraphs"
    if suffix not in SUFFIXES:
        raise unknown_kind(str(path))
    return read_text(path).replace("\r\n", "\n"), SUFFIXES[suffix]


def unknown_kind(name: str) -> WorkspaceError:
    """What to say of a file that is no text."""
    return WorkspaceError(
        Finding(
            "file.kind",
            _("Loa does not read files of the kind “{suffix}”.").format(suffix=Path(name).suffix or name),
            _("Save the text as .docx, .txt or .md; campaigns are .yaml."),
            file=name,
        )
    )


@dataclass(frozen=True, slots=True)
class WordText:
    """A Word document's paragraphs and tables line by line, and how many pictures were left out."""

    lines: tuple[str, ...]
    pictures: int


def read_word(source: Path | BinaryIO, name: str) -> WordText:
    """The text of a .docx, called `name` in messages; nothing in it is run, and no address in it is asked.

    Raises WorkspaceError where it is damaged, or would take more memory than a text needs (a "zip bomb").
    """
    try:
        with zipfile.ZipFile(source) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED or len(archive.infolist()) > MAX_PARTS:
                raise _too_large(name)
        document = docx.Document(str(source) if isinstance(source, Path) else source)
        blocks = list(document.iter_inner_content())
    except (PackageNotFoundError, zipfile.BadZipFile, SyntaxError, KeyError, ValueError, OSError) as error:
        raise WorkspaceError(
            Finding(
                "file.docx",
                _("This is not a Word document, or it is damaged."),
                _("Open it in a word processor and save it again as .docx."),
                file=name,
            )
        ) from error
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            lines.append(block.text.replace("\n", " "))
        else:
            for row in block.rows:
                lines += _row([cell.text for cell in _each_once(row.cells)], many=len(block.rows))
    return WordText(tuple(lines), len(document.element.body.xpath(".//w:drawing | .//w:pict")))


def _row(cells: list[str], many: int) -> list[str]:
    """A row of facts is one line, as it is read aloud: “Thôn Đông, 6 giờ 30”. Cells that hold text are a line each."""
    if many > 1 and all("\n" not in cell.strip() and len(cell.split()) <= 12 for cell in cells):
        return [", ".join(cell.strip() for cell in cells if cell.strip())]
    return [cell.replace("\n", " ") for cell in cells]


def _each_once(cells: Iterable[_Cell]) -> Iterator[_Cell]:
    """A cell that spans several columns stands several times in its row."""
    last = None
    for cell in cells:
        if cell._tc is not last:
            yield cell
        last = cell._tc


def _too_large(name: str) -> WorkspaceError:
    message = _("This Word document is much larger than a text.")
    return WorkspaceError(Finding("file.size", message, _("Remove its pictures and save it again."), file=name))
