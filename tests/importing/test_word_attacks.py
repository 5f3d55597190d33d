"""A Word document from a stranger: it takes little time and memory, asks nobody, and is refused in words."""

import contextlib
import io
import resource
import socket
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import psutil
import pytest

from loa.errors import LoaError
from loa.importing import documents
from loa.importing.documents import read_bytes
from loa.limited import Limits

NAMES = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
SMALL = Limits(seconds=1, megabytes=150, output=2_000_000)


def packed(body: str, *, head: str = "", more: dict[str, bytes] | None = None) -> bytes:
    """A .docx whose document holds `body`, with `more` parts."""
    source, made = io.BytesIO(), io.BytesIO()
    docx.Document().save(source)
    xml = f'<?xml version="1.0"?>{head}<w:document {NAMES}><w:body>{body}</w:body></w:document>'
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, xml if name == "word/document.xml" else (more or {}).get(name) or old.read(name))
        for name, content in (more or {}).items():
            if name not in old.namelist():
                new.writestr(name, content)
    return made.getvalue()


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def table(rows: int, columns: int, inside: str = "") -> str:
    grid = "<w:gridCol/>" * columns
    cell = f"<w:tc><w:tcPr>{inside}</w:tcPr>{paragraph('a')}</w:tc>"
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{f'<w:tr>{cell * columns}</w:tr>' * rows}</w:tbl>"


LAUGHS = "<!DOCTYPE x [<!ENTITY a0 'lol'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12)
) + "]>"  # fmt: skip
ATTACKS: dict[str, Callable[[], bytes]] = {
    "cells that go on from row to row": lambda: packed(table(700, 20, "<w:vMerge/>")),
    "many cells": lambda: packed(table(2000, 60)),
    "a cell over two milliard columns": lambda: packed(table(2, 2, '<w:gridSpan w:val="2000000000"/>')),
    "text that fills the memory": lambda: packed(paragraph("a" * 1000) * 50_000),
    "one long word": lambda: packed(paragraph("a" * 50_000_000)),
    "elements within each other": lambda: packed("<w:p>" * 200_000 + "</w:p>" * 200_000),
    "many small elements": lambda: packed("<w:p/>" * 5_000_000),
    "entities": lambda: packed(paragraph("&a11;"), head=LAUGHS),
    "tables within tables": lambda: packed("<w:tbl><w:tr><w:tc>" * 80 + paragraph("a") + "</w:tc></w:tr></w:tbl>" * 80),
    "not closed": lambda: packed("<w:p><w:r>"),
    "another namespace": lambda: packed("").replace(b"wordprocessingml", b"wordprocessingmx"),
    "no document in it": lambda: packed("", more={"[Content_Types].xml": b"<Types/>"}),
    "a document that is not XML": lambda: packed("", more={"_rels/.rels": b"\x00\xff"}),
    "many parts": lambda: packed(paragraph("a"), more={f"word/x{n}.xml": b"x" for n in range(2500)}),
    "a part that is much larger than it says": lambda: forged(packed(paragraph("a" * 30_000_000))),
    "styles that go on for ever": lambda: packed(paragraph("a"), more={"word/styles.xml": b"<x>" * 3_000_000}),
}
HARMLESS = {"a cell over two milliard columns", "tables within tables", "another namespace", "entities", "many cells"}
"""What may also be read, as long as it is quick."""


def forged(raw: bytes) -> bytes:
    """The size of the document in the archive's list, set to 100 bytes."""
    made = bytearray(raw)
    at = made.rfind(b"word/document.xml") - 46
    made[at + 24 : at + 28] = struct.pack("<I", 100)
    return bytes(made)


@pytest.mark.parametrize("name", ATTACKS)
def test_a_hostile_document_takes_little_and_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_WORD_LIMITS", SMALL)
    content = ATTACKS[name]()
    assert len(content) < 400_000
    before, started = psutil.Process().memory_info().rss, time.process_time()
    try:
        read_bytes(content, "bài.docx")
        refused = False
    except LoaError as error:
        refused = True
        (finding,) = error.findings
        assert finding.file == "bài.docx"
        assert finding.message
        assert finding.fix
    assert refused or name in HARMLESS
    assert time.process_time() - started < 3  # of this process: the other one has its limit
    assert psutil.Process().memory_info().rss - before < 60_000_000


def test_no_file_and_no_address_in_it_is_asked(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP SECRET", encoding="utf-8")
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(0.5)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        for target in (secret.as_uri(), address):
            head = f"<!DOCTYPE x [<!ENTITY e SYSTEM '{target}'><!ENTITY % p SYSTEM '{target}'> %p;]>"
            with contextlib.suppress(LoaError):
                assert "TOP SECRET" not in "".join(read_bytes(packed(paragraph("&e;"), head=head), "x.docx").lines)
        relations = (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
            f'Target="{address}" TargetMode="External"/></Relationships>'
        )
        with contextlib.suppress(LoaError):
            read_bytes(packed(paragraph("a"), more={"word/_rels/document.xml.rels": relations.encode()}), "x.docx")
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_file_that_is_larger_than_any_document_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.docx"
    with path.open("wb") as file:
        file.truncate(5_000_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(LoaError) as error:
        documents.read_document(path)
    assert error.value.findings[0].code == "file.size"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000  # kB


def test_an_ordinary_document_is_read_as_before() -> None:
    made, out = docx.Document(), io.BytesIO()
    made.add_paragraph("Thông báo cắt điện")
    grid = made.add_table(2, 2)
    for cell, text in zip(
        (c for row in grid.rows for c in row.cells), ("Thôn Đông", "6 giờ", "Thôn Tây", "7 giờ"), strict=True
    ):
        cell.text = text
    made.save(out)
    found = read_bytes(out.getvalue(), "x.docx")
    assert (found.lines, found.pictures) == (("Thông báo cắt điện", "Thôn Đông, 6 giờ", "Thôn Tây, 7 giờ"), 0)
