"""Characters of every sort, in any text of a commune: they stop no page, no document, no feed and no reading."""

import io
import shutil
import unicodedata
from contextlib import closing
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loa.campaign import load_commune, load_communes
from loa.campaign.authoring import add_campaign
from loa.importing.documents import pasted, read_bytes
from loa.importing.letters import decode
from loa.importing.notice import read_notice
from loa.publish.site import PublishReport, publish
from loa.store.database import Database
from loa.text import printable
from loa.workspace import Workspace
from tests.approving import sign_articles
from tests.importing.papers import word
from tests.importing.test_kinds import TODAY

TEXT = "Trạm Y tế xã Bến Hải thông báo lịch tiêm chủng cho trẻ em trong xã vào sáng thứ Bảy."
# One of each kind: emoji with joiners, CJK, Cyrillic, Arabic with directions, private use in all planes, combining marks
# without a letter, zero width, no-break, control, half a pair, no character, tags, variation selectors, ligatures.
STRANGE = [
    "👩‍⚕️🇻🇳", "公告", "Внимание", "مرحبا\u202e", "\ue000\uf8ff\U000f0000\U0010fffd", "\u0301\u0323", "\u200b\u200d\ufeff\u2060",
    "\u00a0\u202f\u3000", "\x00\x07\x0b\x1b\x7f\x85", "\ud800", "\ufffe\uffff\U0001ffff", "\U000e0041", "\ufe0f\u20e3", "ﬁﬂ", "\u2028\u2029",
    "\u0e33", "𝐓𝐡𝐨̂𝐧𝐠", "½ ㎡ ①", "\u3164", "\u17b5", "<script>&amp;]]>", "{% raw %}{{ x }}", "`*_#|~", "\\", "\t",
]  # fmt: skip
ANY = st.text(st.characters(), max_size=60) | st.sampled_from(STRANGE).map(lambda strange: f"Chữ {strange} lạ.")


def station_with(station: Workspace, title: str, body: list[str]) -> None:
    """Write two communes: one with these texts, one with ordinary ones."""
    plain = "commune: {name: An Phú, province: Quảng Trị}\ncampaigns: []\n"
    for stem, entry in (
        ("la", {"title": title, "body": body, "issuer": title}),
        ("xa", {"title": "Tin", "body": [TEXT]}),
    ):
        text, _id = add_campaign(plain, {"template": "thong-bao", "as_of": "2026-11-01", **entry})
        (station.campaigns / f"{stem}.yaml").write_text(text, "utf-8")


@pytest.fixture
def empty(tmp_path: Path) -> Workspace:
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "schedule.yaml").write_text("outputs: {}\nbroadcasts: []\n", "utf-8")
    return Workspace(tmp_path)


def _publish(station: Workspace) -> PublishReport:
    """Sign what is there, and publish it."""
    shutil.rmtree(station.bulletins, ignore_errors=True)
    with closing(Database(station.database)) as store:
        for commune in load_communes(station):
            sign_articles(station, store, commune)
        return publish(station, store, out=station.root / "out")


def test_characters_of_every_sort_stop_no_page_document_or_feed(empty: Workspace) -> None:
    body = [TEXT, *(f"Chữ {strange} lạ." for strange in STRANGE)]
    title = "Bản tin " + "".join(STRANGE)
    notice = read_notice(pasted("\n\n".join([title, *body])), TODAY)
    station_with(empty, printable(title), [printable(line) for line in body])
    report = _publish(empty)
    for path in report.written:
        if path.suffix == ".xml":
            ElementTree.fromstring(path.read_bytes())
        elif path.suffix == ".docx":
            assert docx.Document(io.BytesIO(path.read_bytes())).paragraphs
        else:
            path.read_text("utf-8")
    page = (empty.root / "out" / "la" / load_commune(empty, "la").campaigns[0].id / "index.html").read_text("utf-8")
    assert "公告" in page
    assert "Внимание" in page
    assert TEXT in notice.body


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ANY, min_size=1, max_size=4))
def test_any_text_is_brought_in_published_and_read(empty: Workspace, lines: list[str]) -> None:
    notice = read_notice(pasted("\n\n".join(["Thông báo họp thôn", TEXT, *lines])), TODAY)
    assert TEXT in notice.body
    text = "".join([notice.title, *notice.body])
    assert not {c for c in text if unicodedata.category(c) in {"Cs", "Co"} or (ord(c) < 32 and c not in "\t")}
    station_with(empty, notice.title, list(notice.body))
    assert all(item.state == "signed" for item in _publish(empty).articles)


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_what_is_printable_stays_so_and_keeps_every_letter(text: str) -> None:
    made = printable(text)
    assert printable(made) == made
    assert [c for c in made if c.isalnum()] == [c for c in text if c.isalnum()]


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC"])
def test_letters_in_two_parts_are_the_same_document(form: Literal["NFC", "NFD", "NFKC"]) -> None:
    lines = ("UBND XÃ BẾN HẢI", "TRẠM Y TẾ", "THÔNG BÁO", "Lịch tiêm chủng tháng 12", TEXT)
    notice = read_notice(read_bytes(word(*(unicodedata.normalize(form, line) for line in lines)), "a.docx"), TODAY)
    assert (notice.title, notice.issuer, notice.body) == ("Lịch tiêm chủng tháng 12", "Trạm Y tế xã Bến Hải", (TEXT,))


TCVN3 = (
    "Th«ng b¸o vÒ viÖc tæng vÖ sinh\n\nUBND x· th«ng b¸o nh©n d©n tham gia tæng vÖ sinh ®­êng lµng vµo s¸ng thø B¶y.\n"
)
VNI = "Thoâng baùo veà vieäc toång veä sinh\n\nUBND xaõ thoâng baùo nhaân daân tham gia toång veä sinh ñöôøng laøng vaøo saùng thöù Baûy.\n"
SAID = "UBND xã thông báo nhân dân tham gia tổng vệ sinh đường làng vào sáng thứ Bảy."


@pytest.mark.parametrize("text", [TCVN3, VNI], ids=["TCVN3", "VNI"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "latin-1", "utf-16"])
def test_old_encodings_are_read_as_a_whole_document(text: str, encoding: str) -> None:
    notice = read_notice(read_bytes(text.encode(encoding), "cu.txt"), TODAY)
    assert (notice.title, notice.body) == ("Thông báo về việc tổng vệ sinh", (SAID,))


def test_the_windows_code_page_for_vietnamese_is_read() -> None:
    typed = "".join(_as_1258(c) for c in SAID)
    assert decode(typed.encode("cp1258")) == SAID


def _as_1258(letter: str) -> str:
    """A letter as code page 1258 has it: with its tone as a letter of its own."""
    try:
        letter.encode("cp1258")
    except UnicodeEncodeError:
        base, *marks = unicodedata.normalize("NFD", letter)
        tones = [mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323"]
        hats = [mark for mark in marks if mark not in tones]
        return unicodedata.normalize("NFC", base + "".join(hats)) + "".join(tones)
    return letter


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe\x00", b"MZ\x00\x01", b"\x89PNG\r\n\x1a\n\x00", bytes(range(256)), "Éric à l'école".encode("cp1252")],
)
def test_what_is_no_vietnamese_text_is_not_taken_for_one(content: bytes) -> None:
    assert decode(content) is None
