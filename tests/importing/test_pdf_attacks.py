"""A PDF from a stranger: read within limits, or refused in words that say what to do."""

import zlib
from collections.abc import Callable

import pytest

from loa.errors import LoaError
from loa.importing import documents
from loa.importing.documents import read_bytes
from loa.limited import Limits
from tests.importing.papers import Pdf

SMALL = Limits(seconds=0.6, megabytes=150, output=2_000_000)


def plain() -> bytes:
    made = Pdf()
    made.centred(780, "THÔNG BÁO", 14)
    made.paragraph(
        740, "Sáng chủ nhật, các thôn tổng vệ sinh đường làng, khơi thông cống rãnh, thu gom rác thải ven đường."
    )
    return made.bytes()


def scan() -> bytes:
    made = Pdf()
    made.picture = True
    made.text(20, 20, "Scan", 8)
    return made.bytes()


def content(stream: bytes, more: str = "") -> bytes:
    """A PDF of one page whose content is `stream`."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        f"<< /Length {len(stream)} {more} >>\nstream\n".encode() + stream + b"\nendstream",
    ]
    out = b"%PDF-1.4\n" + b"".join(b"%d 0 obj\n%s\nendobj\n" % (n, part) for n, part in enumerate(parts, 1))
    return out + b"trailer << /Root 1 0 R /Size 5 >>\n%%EOF"


BOMB = zlib.compress(zlib.compress(b"0 0 m 1 1 l S\n" * 8_000_000, 9), 9)
ATTACKS: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "another kind": lambda: b"PK\x03\x04 word",
    "cut off": lambda: plain()[:900],
    "no pages": lambda: b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF",
    "pages that hold themselves": lambda: plain().replace(b"/Kids [7 0 R]", b"/Kids [2 0 R]"),
    "a stream that unpacks to much": lambda: content(BOMB, "/Filter [/FlateDecode /FlateDecode]"),
    "brackets within brackets": lambda: content(b"[" * 200_000),
    "a million letters": lambda: content(b"BT /F1 1 Tf " + b"(aaaaaaaaaa) Tj " * 100_000 + b" ET"),
    "many lines": lambda: content(b"".join(b"%d 0 m %d 900 l S 0 %d m 900 %d l S\n" % (n, n, n, n) for n in range(9000))),
    "a locked one": lambda: plain().replace(
        b"/Root 1 0 R", b"/Root 1 0 R /ID [<00> <00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -1 /O <%b> /U <%b> >>" % (b"ab" * 32, b"cd" * 32)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_a_hostile_pdf_is_read_within_limits_or_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_PDF_LIMITS", SMALL)
    raw = ATTACKS[name]()
    assert len(raw) < 2_000_000
    try:
        read_bytes(raw, "bài.pdf")
    except LoaError as error:
        (finding,) = error.findings
        assert finding.file == "bài.pdf"
        assert finding.message
        assert finding.fix
    else:
        assert name in {"cut off", "many lines", "pages that hold themselves"}


@pytest.mark.parametrize(
    ("made", "code"),
    [(scan, "file.pdf-scan"), (ATTACKS["a locked one"], "file.pdf-locked"), (ATTACKS["another kind"], "file.pdf")],
)
def test_each_refusal_says_why(made: Callable[[], bytes], code: str) -> None:
    with pytest.raises(LoaError) as error:
        read_bytes(made(), "bài.pdf")
    assert error.value.findings[0].code == code


def test_pages_that_are_pictures_are_counted_beside_those_with_text() -> None:
    made = Pdf()
    made.paragraph(740, "Sáng chủ nhật, các thôn tổng vệ sinh đường làng, khơi thông cống rãnh.")
    made.page()
    made.picture = True
    found = read_bytes(made.bytes(), "a.pdf")
    assert (found.empty_pages, found.lines[0][:12]) == (1, "Sáng chủ nhậ")
