"""Texts to review, as files: .md, .txt and .docx."""

import zipfile
from pathlib import Path

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.text.paragraph import Paragraph

from generator.errors import Finding, WorkspaceError
from generator.i18n import _
from generator.review.text import Shape
from generator.workspace import read_text

SUFFIXES = {".md": "markdown", ".markdown": "markdown", ".txt": "plain", ".docx": "paragraphs"}


def read_document(path: Path) -> tuple[str, Shape]:
    """The text of `path` and its shape. In a .docx each paragraph is a line, numbered as they stand in the document.

    Raises WorkspaceError for another kind of file, or one that cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix == ".docx":
        return "\n".join(_paragraphs(path)), "paragraphs"
    if suffix not in SUFFIXES:
        raise WorkspaceError(
            Finding(
                "file.kind",
                _("Loa does not read files of the kind “{suffix}”.").format(suffix=suffix or path.name),
                _("Save the text as .docx, .txt or .md; campaigns are .yaml."),
                file=str(path),
            )
        )
    return read_text(path).replace("\r\n", "\n"), "markdown" if SUFFIXES[suffix] == "markdown" else "plain"


def _paragraphs(path: Path) -> list[str]:
    if not path.is_file():
        read_text(path)  # raises with the reason: missing, or a folder
    try:
        document = docx.Document(str(path))
    except (PackageNotFoundError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise WorkspaceError(
            Finding(
                "file.docx",
                _("This is not a Word document, or it is damaged."),
                _("Open it in a word processor and save it again as .docx."),
                file=str(path),
            )
        ) from error
    lines = []
    for block in document.iter_inner_content():
        if isinstance(block, Paragraph):
            lines.append(block.text.replace("\n", " "))
        else:
            lines += [cell.text.replace("\n", " ") for row in block.rows for cell in row.cells]
    return lines
