"""Files with a text, as blocks: .docx, .pdf, .txt and .md."""

from pathlib import Path
from typing import Any

from loa.checks import Shape
from loa.errors import Finding, WorkspaceError
from loa.i18n import _
from loa.importing.blocks import Document, from_json, too_large
from loa.importing.letters import decode
from loa.limited import Limits, run_limited
from loa.workspace import read_text

SUFFIXES: dict[str, Shape] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "plain",
    ".docx": "paragraphs",
    ".pdf": "paragraphs",
}
_MOST = 100_000_000
"""Bytes of a file that are read at all; a document with its pictures has fewer."""
_WORD_LIMITS = Limits(seconds=15, megabytes=400, output=5_000_000)
_PDF_LIMITS = Limits(seconds=30, megabytes=400, output=5_000_000)


def read_document(path: Path) -> tuple[str, Shape]:
    """The text of `path` to be checked, and its shape. In a .docx each paragraph is a line, numbered as they stand.

    Raises WorkspaceError for another kind of file, or one that cannot be read.
    """
    shape = _shape(path.name)
    if shape == "paragraphs":
        return "\n".join(read_file(path).lines), shape
    return read_text(path).replace("\r\n", "\n"), shape


def read_file(path: Path) -> Document:
    """The text of the file `path`. Raises WorkspaceError, LimitError."""
    _shape(path.name)
    return read_bytes(_content(path), str(path))


def read_bytes(content: bytes, name: str) -> Document:
    """The text of a file called `name`; nothing in it is run, and no address in it is asked.

    Raises WorkspaceError where it is damaged, of another kind, a scan or much larger than a text; LimitError where
    reading it takes too much.
    """
    shape = _shape(name)
    if len(content) > _MOST:
        raise too_large(name)
    if shape == "paragraphs":
        # lxml, python-docx, pdfminer: 150 ms, 30 MB, and most verbs read no such file
        from loa.importing.pdf.reader import pdf_text
        from loa.importing.word_reader import word_text

        word = name.lower().endswith(".docx")
        read, limits = (word_text, _WORD_LIMITS) if word else (pdf_text, _PDF_LIMITS)
        found: dict[str, Any] = run_limited(read, content, name, limits=limits, file=name)
        return Document(from_json(found["blocks"]), shape, found["pictures"], found.get("empty_pages", 0))
    text = decode(content)
    if text is None:
        message, fix = _("The file is not text, or in an encoding that Loa does not know."), _("Save it as UTF-8 text.")
        raise WorkspaceError(Finding("file.encoding", message, fix, file=name))
    return pasted(text, shape)


def pasted(text: str, shape: Shape = "plain") -> Document:
    """Text that somebody typed or copied; its paragraphs may be torn into lines."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return Document(tuple(lines), shape)


def _shape(name: str) -> Shape:
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise unknown_kind(name)
    return SUFFIXES[suffix]


def _content(path: Path) -> bytes:
    """A file as it is. Raises WorkspaceError."""
    if not path.is_file():
        read_text(path)  # raises with the reason: missing, or a folder
    try:
        with path.open("rb") as file:
            return file.read(_MOST + 1)
    except OSError as error:
        message = _("Cannot read the file: {reason}").format(reason=error.strerror or error)
        raise WorkspaceError(
            Finding("file.read", message, _("Check the file's permissions."), file=str(path))
        ) from error


def unknown_kind(name: str) -> WorkspaceError:
    """What to say of a file that is no text."""
    return WorkspaceError(
        Finding(
            "file.kind",
            _("Loa does not read files of the kind “{suffix}”.").format(suffix=Path(name).suffix or name),
            _("Save the text as .docx, .pdf, .txt or .md; campaigns are .yaml."),
            file=name,
        )
    )
