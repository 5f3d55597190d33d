"""The text of a Word document. Works in a process of its own (`loa.limited`): lxml reads foreign bytes."""

import io
import zipfile
from collections.abc import Iterable, Iterator

import docx
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from loa.errors import Finding, WorkspaceError
from loa.i18n import _

MAX_UNPACKED = 60_000_000  # bytes
MAX_PARTS = 2000


def word_text(content: bytes, name: str) -> dict[str, object]:
    """`{lines, pictures}` of a .docx called `name`; nothing in it is run, and no address in it is asked.

    Raises WorkspaceError where it is damaged, or would take more memory than a text needs (a "zip bomb").
    """
    try:
        if not _can_be_a_text(content):
            raise too_large(name)  # noqa: TRY301
        document = docx.Document(io.BytesIO(content))
        lines = list(_lines(document.iter_inner_content()))
        pictures = len(document.element.body.xpath(".//w:drawing | .//w:pict"))
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
    return {"lines": lines, "pictures": pictures}


def _can_be_a_text(content: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        return sum(part.file_size for part in parts) <= MAX_UNPACKED and len(parts) <= MAX_PARTS


def _lines(blocks: Iterable[Paragraph | Table]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block.text.replace("\n", " ")
        else:
            for row in block.rows:
                yield from _row([cell.text for cell in _each_once(row.cells)], many=len(block.rows))


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


def too_large(name: str) -> WorkspaceError:
    """What to say of a file that no article can be."""
    message = _("This Word document is much larger than a text.")
    return WorkspaceError(Finding("file.size", message, _("Remove its pictures and save it again."), file=name))
