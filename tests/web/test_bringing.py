import io
import struct
import zipfile
import zlib
from datetime import date
from pathlib import Path

import docx
import pytest

from loa import article as articles
from loa.actions.offices import Role
from loa.campaign import load_commune
from loa.importing import documents, word_reader
from loa.importing.notice import read_notice
from loa.publish.word import document
from loa.web.context import Console
from loa.workspace import Workspace
from tests.web.conftest import Browser, LogIn


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


PNG = b"\x89PNG\r\n\x1a\n" + b"".join(
    _chunk(kind, content)
    for kind, content in (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\0")),
        (b"IEND", b""),
    )
)


def word(
    *paragraphs: str, table: tuple[tuple[str, ...], ...] = (), after: tuple[str, ...] = (), picture: bool = False
) -> bytes:
    made = docx.Document()
    for text in paragraphs:
        made.add_paragraph(text)
    if table:
        grid = made.add_table(rows=len(table), cols=len(table[0]))
        for row, texts in zip(grid.rows, table, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    for text in after:
        made.add_paragraph(text)
    if picture:
        made.add_picture(io.BytesIO(PNG))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


ARTICLE = word(
    "ỦY BAN NHÂN DÂN XÃ BẾN HẢI",
    "Số: 12/TB-UBND",
    "Bến Hải, ngày 05 tháng 11 năm 2026",
    "THÔNG BÁO",
    "Về việc tổng vệ sinh đường làng",
    "Kính thưa toàn thể bà con!",
    "Sáng chủ nhật, các thôn làm vệ sinh đường làng , khơi thông cống rãnh.",
    "Hồ sơ nộp tại UBND huyện Gio Linh.",
    table=(("Thôn", "Giờ"), ("Thôn Đông", "6 giờ 30")),
    after=("Nơi nhận:", "- Lưu: VT."),
    picture=True,
)


def send(browser: Browser, name: str, content: bytes, status: int = 303, **fields: str) -> str:
    data = {"csrf": browser.csrf, "commune": "ben-hai", "as_of": "2026-11-05", **fields}
    answer = browser.post("/bring-in", data=data, files={"file": (name, content)})
    assert answer.status_code == status, answer.text[-1500:]
    return browser.look(answer.headers["location"]) if status == 303 else answer.text


@pytest.fixture
def officer(log_in: LogIn) -> Browser:
    browser = log_in(Role.OFFICER)
    assert "Bến Hải" in browser.look("/bring-in")
    return browser


def test_a_word_article_becomes_a_campaign_with_remarks_beside_its_sentences(
    officer: Browser, station: Workspace, console: Console
) -> None:
    before = (station.campaigns / "ben-hai.yaml").read_text("utf-8")
    page = send(officer, "Bài cũ.docx", ARTICLE)
    campaign = load_commune(station, "ben-hai").campaigns[-1]
    assert campaign.title == "Thông báo về việc tổng vệ sinh đường làng"
    assert campaign.as_of == date(2026, 11, 5)
    assert campaign.body[0] == "Sáng chủ nhật, các thôn làm vệ sinh đường làng, khơi thông cống rãnh."
    assert not any("Số:" in text or "Nơi nhận" in text or "Kính thưa" in text for text in campaign.body)
    assert campaign.body[-3:] == ("| Thôn | Giờ |", "| --- | --- |", "| Thôn Đông | 6 giờ 30 |")
    assert "<td>6 giờ 30</td>" in page  # a table on the page
    assert (campaign.issuer, campaign.number) == ("Ủy ban nhân dân xã Bến Hải", "12/TB-UBND")
    assert 'name="issuer" type="text" value="Ủy ban nhân dân xã Bến Hải"' in page  # to be corrected there
    assert "please check: Who issues it: Ủy ban nhân dân xã Bến Hải" in page
    heard = officer.look(f"/campaigns/ben-hai/{campaign.id}/heard")
    assert 'class="finding' in heard.split('class="script"')[1]
    assert "Thôn Đông, giờ: 6 giờ 30." in heard
    assert "1 picture was left out" in page
    assert "Lưu: VT" in (campaign.notes or "")
    assert (station.campaigns / "ben-hai.yaml").read_text("utf-8").startswith(before.rstrip())
    assert console.audit.read()[0]["action"] == "campaign.imported"


def test_a_document_that_loa_made_comes_back_as_it_was(station: Workspace) -> None:
    commune = load_commune(station, "ben-hai")
    campaign = commune.campaign("thong-bao")
    made = document(articles.render(station, commune, campaign), commune, campaign)
    found = read_notice(documents.read_bytes(made, "x.docx"), campaign.as_of)
    assert found.title == campaign.title
    assert [line for line in campaign.body if line not in found.body] == []


def test_a_text_file_is_brought_in_too_and_ids_do_not_collide(officer: Browser, station: Workspace) -> None:
    text = "Tổng vệ sinh đường làng\n\nSáng chủ nhật các thôn làm vệ sinh đường làng, khơi thông cống rãnh.\n"
    for _turn in range(2):
        send(officer, "bai.txt", text.encode())
    ids = [c.id for c in load_commune(station, "ben-hai").campaigns][-2:]
    assert ids == ["tong-ve-sinh-duong-lang", "tong-ve-sinh-duong-lang-2"]


def bomb() -> bytes:
    """A document whose text unpacks to far more than it weighs."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(ARTICLE)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in source.infolist():
            archive.writestr(part, source.read(part))
        archive.writestr("word/media/x.bin", b"\0" * (word_reader.MAX_UNPACKED + 1))
    return out.getvalue()


def entity() -> bytes:
    """A document that asks for a file of the computer."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(ARTICLE)) as source, zipfile.ZipFile(out, "w") as archive:
        for part in source.infolist():
            content = source.read(part)
            if part.filename == "word/document.xml":
                head, body = content.split(b"?>", 1)
                doctype = b'?><!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
                content = head + doctype + body.replace("Kính thưa toàn thể".encode(), b"root: &e; ")
            archive.writestr(part.filename, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", b"PK\x03\x04 hong"),
        ("a.docx", b""),
        ("a.doc", b"\xd0\xcf\x11\xe0" * 100),
        ("a.docx", word("Chỉ có tiêu đề")),
        ("a.docx", word()),
        ("a.exe", b"MZ"),
        ("a.txt", b"\xff\xfe\x00"),
        ("a.txt", "dài ".encode() * 60_000),
    ],
)
def test_what_is_no_article_is_refused_in_words(
    officer: Browser, station: Workspace, name: str, content: bytes
) -> None:
    before = (station.campaigns / "ben-hai.yaml").read_bytes()
    page = send(officer, name, content, 422)
    assert "finding error" in page or 'class="wrong"' in page
    assert (station.campaigns / "ben-hai.yaml").read_bytes() == before


def test_a_zip_bomb_is_refused_before_it_is_unpacked(officer: Browser) -> None:
    assert "much larger than a text" in send(officer, "a.docx", bomb(), 422)


def test_a_document_cannot_read_files_of_the_computer(officer: Browser, station: Workspace) -> None:
    page = officer.post(
        "/bring-in",
        data={"csrf": officer.csrf, "commune": "ben-hai", "as_of": "2026-11-05"},
        files={"file": ("a.docx", entity())},
    )
    assert page.status_code in {303, 422}
    assert "root:x:0" not in (station.campaigns / "ben-hai.yaml").read_text("utf-8")
    assert "root:x:0" not in page.text


def test_a_commune_and_a_day_are_asked_for(officer: Browser, tmp_path: Path) -> None:
    assert 'id="wrong-commune"' in send(officer, "a.docx", ARTICLE, 422, commune="khong-co")
    assert 'id="wrong-as_of"' in send(officer, "a.docx", ARTICLE, 422, as_of="hôm qua")


def test_a_page_that_was_copied_is_pasted_and_keeps_its_day(officer: Browser, station: Workspace) -> None:
    text = (
        "Trang chủ > Tin tức\nTRẠM Y TẾ XÃ BẾN HẢI TIÊM VẮC XIN CHO TRẺ\nĐăng ngày 03/11/2026 | Lượt xem: 12\n"
        "Trạm Y tế xã Bến Hải thông báo: sáng 10/11/2026 tiêm vắc xin cho trẻ tại trạm.\nShare on Facebook\n"
    )
    data = {"csrf": officer.csrf, "commune": "ben-hai", "as_of": "", "text": text}
    answer = officer.post("/bring-in", data=data)
    assert answer.status_code == 303, answer.text[-1500:]
    campaign = load_commune(station, "ben-hai").campaigns[-1]
    assert (campaign.title, campaign.issuer) == ("Trạm Y tế xã Bến Hải tiêm vắc xin cho trẻ", "Trạm Y tế xã Bến Hải")
    assert campaign.as_of == campaign.issued == date(2026, 11, 3)
    assert campaign.body == ("Trạm Y tế xã Bến Hải thông báo: sáng 10/11/2026 tiêm vắc xin cho trẻ tại trạm.",)
    assert "Share on Facebook" in (campaign.notes or "")
