"""Twice twenty documents by people who had not seen the import (`unseen`, `unseen2`): what is taken today.

First sight (28 November 2026): title, issuer, day and body right in 7 and in 11 of 20; docs/checks.md.
"""

import csv
import re
import unicodedata
from datetime import date
from pathlib import Path

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml

from loa.importing.documents import pasted, read_bytes, read_file
from loa.importing.issuers import issuer_of
from loa.importing.letters import modern
from loa.importing.notice import Notice, read_notice
from tests.importing.papers import Pdf, saved

UNSEEN = Path(__file__).parent / "unseen"
DAY = date(2026, 11, 28)


def _words(text: str | None) -> str:
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFC", text or "").casefold()))


def _taken(name: str, folder: Path = UNSEEN) -> Notice:
    return read_notice(read_file(folder / "docs" / name), DAY)


COLUMNS = ("file", "title", "issuer", "number", "day", "kind", "phone", "text", "other")


def _key(folder: Path) -> list[dict[str, str]]:
    with (folder / "key.tsv").open(encoding="utf-8", newline="") as table:
        rows = csv.reader(table, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [dict(zip(COLUMNS, [*row, *[""] * 9], strict=False)) for row in rows][1:]


def _differences(row: dict[str, str], notice: Notice) -> list[str]:
    """What is not as the key says.

    A text without a title may have one of its own words, an issuer its commune; receivers, thanks and who signs are
    no text: they stand among what was left out.
    """
    found = []
    if (row["title"] or not notice.title_made) and not _bare(notice.title, notice.kind) & _bare(
        row["title"], row["kind"]
    ):
        found.append(f"title: {notice.title}")
    if re.sub(" xã .*", "", _body(notice.issuer)) != re.sub(" xã .*", "", _body(row["issuer"])):
        found.append(f"issuer: {notice.issuer}")
    if (notice.number or "") != row["number"] or (notice.issued.isoformat() if notice.issued else "") != row["day"]:
        found.append(f"number, day: {notice.number}, {notice.issued}")
    held = _words("\n".join((*notice.body, notice.title)))
    end = _words("\n".join(notice.left_out[-40:]))
    for part in filter(None, row["text"].split(" | ")):
        if _words(part) not in held and not (len(part.split()) < 8 and _words(part) in end):
            found.append(f"not in the body: {part}")
    body = " ".join(" ".join(notice.body).split())
    return [*found, *(f"in the body: {part}" for part in row["other"].split(" | ") if part and part in body)]


def _body(name: str | None) -> str:
    return re.sub("(?:ủy|uỷ) ban nhân dân", "ubnd", _words(name))


def _bare(title: str, kind: str | None) -> set[str]:
    """A title with and without its kind, and without “về việc”."""
    words = _words(title).replace("v v ", "về việc ", 1)
    below = words.removeprefix(_words(kind)).strip()
    return {words, below, below.removeprefix("về việc").strip()} - {""}


@pytest.mark.long
@pytest.mark.parametrize("folder", [UNSEEN, UNSEEN.with_name("unseen2")], ids=lambda folder: folder.name)
def test_unseen_documents(folder: Path) -> None:
    key = _key(folder)
    wrong = {row["file"]: found for row in key if (found := _differences(row, _taken(row["file"], folder)))}
    assert len(key) == 20
    assert wrong == {}


def test_footnotes_stand_below_their_paragraph() -> None:
    notice = _taken("05_qd_ho_tro_nha_o_duy_xuyen.docx")
    notes = [line for line in notice.body if line.startswith("Ghi chú: ")]
    assert any("Biên bản kiểm tra hiện trạng nhà ở" in line for line in notes)
    assert any("30 triệu đồng/hộ" in line for line in notes)


def test_a_mail_gives_its_subject_day_and_sender_and_leaves_out_what_it_answers() -> None:
    notice = _taken("18_email_thu_gom_rac_nguy_hai_nam_can.txt")
    assert "thu gom vỏ bao gói" in notice.title
    assert notice.issued == date(2026, 5, 6)
    assert "200 vỏ chai" not in "\n".join(notice.body)
    assert "200 vỏ chai" in "\n".join(notice.left_out)


def test_a_message_of_a_group_is_its_text() -> None:
    notice = _taken("17_zalo_cat_nuoc_gio_linh.txt")
    assert "ngừng cấp nước" in notice.title.lower()
    assert not any("thành viên" in line or "Đã xem bởi" in line for line in notice.body)


@pytest.mark.parametrize(
    ("spaced", "read"),
    [
        ("I I I . T Ổ C H Ứ C T H Ự C H I Ệ N", "III. TỔ CHỨC THỰC HIỆN"),
        ("S Ơ T U Y Ể N , K H Á M T U Y Ể N", "SƠ TUYỂN, KHÁM TUYỂN"),
        ("V À N G H Ĩ A V Ụ T H A M G I A C A N D N Ă M 2 0 2 6", "VÀ NGHĨA VỤ THAM GIA CAND NĂM 2026"),
        ("A B C D", "A B C D"),
    ],
)
def test_letter_spaced_lines_are_closed(spaced: str, read: str) -> None:
    assert modern([spaced]) == [read]


def test_the_address_behind_words_is_told() -> None:
    made = docx.Document()
    made.add_paragraph("TUYỂN SINH LỚP MỘT NĂM HỌC MỚI")
    line = made.add_paragraph("Phụ huynh đăng ký tại ")
    key = made.part.relate_to("https://tuyensinh.camau.edu.vn/lop1", RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    names = "http://schemas.openxmlformats.org"
    line._p.append(
        parse_xml(
            f'<w:hyperlink xmlns:w="{names}/wordprocessingml/2006/main" xmlns:r="{names}/officeDocument/2006/relationships"'
            f' r:id="{key}"><w:r><w:t>cổng tuyển sinh</w:t></w:r></w:hyperlink>'
        )
    )
    notice = read_notice(read_bytes(saved(made), "a.docx"), DAY)
    assert notice.body == ("Phụ huynh đăng ký tại cổng tuyển sinh (https://tuyensinh.camau.edu.vn/lop1)",)


def test_a_word_that_may_begin_another_is_not_taken_out() -> None:
    notice = read_notice(
        pasted("BẢNG GIÁ DỊCH VỤ VỤ XUÂN NĂM NAY\nLàm đất 130.000 đồng một sào ruộng của các hộ."), DAY
    )
    assert notice.title == "Bảng giá dịch vụ vụ xuân năm nay"


def test_a_text_without_a_title_gets_one_of_its_words_and_says_so() -> None:
    text = (
        "Kính thưa bà con!\nDo mưa lớn, UBND xã An Phú đề nghị bà con không qua ngầm Suối Cạn từ chiều nay.\n"
        "Ai cần giúp gọi 0233 3825 119.\nAn Phú, 07/8/2026\nT/M UBND xã\nLê Văn Tám"
    )
    notice = read_notice(pasted(text), DAY)
    assert notice.title_made
    assert notice.title == "Đề nghị bà con không qua ngầm Suối Cạn từ chiều nay"
    assert (notice.issuer, notice.issued) == ("UBND xã An Phú", date(2026, 8, 7))
    assert "Lê Văn Tám" in notice.left_out


def test_a_bracket_within_a_subject_stays() -> None:
    text = (
        "THÔNG BÁO\n(V/v mở rộng đường Nguyễn Văn Khạ (đoạn từ cầu Đôn))\nThi công từ ngày 5/12 đến ngày 20/12/2026.\n"
    )
    assert read_notice(pasted(text), DAY).title == "Thông báo về việc mở rộng đường Nguyễn Văn Khạ (đoạn từ cầu Đôn)"


def test_who_issues_is_told_by_the_lines_of_the_head() -> None:
    assert issuer_of(["MTTQ XÃ EA KAR", "BAN CHẤP HÀNH", "HỘI NÔNG DÂN XÃ EA KAR"], "") == (
        "Ban Chấp hành Hội Nông dân xã Ea Kar"
    )
    assert issuer_of(["UBND XÃ BA TRI", "TRUNG TÂM CUNG ỨNG", "DỊCH VỤ CÔNG"], "") == (
        "Trung tâm Cung ứng dịch vụ công xã Ba Tri"
    )
    assert issuer_of(["UBND XÃ ĐOAN HÙNG", "TRƯỜNG TIỂU HỌC SÓC ĐĂNG"], "") == "Trường Tiểu học Sóc Đăng"


FORMS = {
    "headline of who speaks": (
        "Thôn Nà Phặc: Họp dân bàn làm đường\nTối nay 19h00 tại nhà họp thôn. Mời tất cả các hộ.\n",
        ("Họp dân bàn làm đường", "Thôn Nà Phặc", None),
        ("Nà Phặc:",),
    ),
    "fields left open in two columns": (
        "UBND XÃ QUẢNG TRẠCH          CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM\n"
        "VĂN PHÒNG HĐND VÀ UBND             Độc lập - Tự do - Hạnh phúc\n"
        "Số:    /TB-VP                   Quảng Trạch, ngày     tháng 3 năm 2026\n\n"
        "                THÔNG BÁO\n     Lịch nghỉ Giỗ Tổ Hùng Vương\n\n"
        "Căn cứ Bộ luật Lao động, Văn phòng HĐND và UBND xã thông báo như sau:\n1. Nghỉ ngày 25/4/2026.\n\n"
        "Nơi nhận:                                    CHÁNH VĂN PHÒNG\n- Lưu: VP.                 Trần Đình Nam\n",
        ("Lịch nghỉ Giỗ Tổ Hùng Vương", "Văn phòng HĐND và UBND xã Quảng Trạch", None),
        ("Nơi nhận", "Quảng Trạch, ngày"),
    ),
    "post of a social network": (
        "Trạm y tế xã Phú Xuân\n20 tháng 3 lúc 08:15 · 🌐\n💉 LỊCH TIÊM VẮC XIN HPV CHO HỌC SINH NỮ 💉\n"
        "👉 Thời gian: 7h30 ngày 25/3/2026\n#tiemchung\nXem bản dịch\nTất cả cảm xúc:\n45\nThích\nBình luận\n",
        ("Lịch tiêm vắc xin HPV cho học sinh nữ", "Trạm y tế xã Phú Xuân", None),
        ("45", "cảm xúc", "20 tháng 3"),
    ),
    "article of a newspaper": (
        "Báo Quảng Nam > Xã hội\nThứ Năm, 23/04/2026 07:05\nGMT+7\n"
        "Thăng Bình ra quân phát quang hành lang an toàn giao thông\nLê Minh\n"
        "Sáng 22/4, UBND xã Thăng Bình tổ chức ra quân phát quang hành lang an toàn giao thông.\n"
        "Lực lượng phát quang dọc tuyến đường. Ảnh: LÊ MINH\nTIN LIÊN QUAN\nTập huấn cho tổ an ninh cơ sở\nTHÍCH\n0\n",
        ("Thăng Bình ra quân phát quang hành lang an toàn giao thông", "UBND xã Thăng Bình", date(2026, 4, 23)),
        ("Lê Minh", "LÊ MINH", "Tập huấn", "GMT"),
    ),
    "mail that was sent on": (
        "Fwd: Thong bao\nTừ: Hội Phụ nữ xã <a@b.vn>\nDate: Th 5, 12 thg 3, 2026 lúc 09:10\n"
        "Subject: Fwd: Thông báo mở lớp nấu ăn\nTo: <c@d.vn>\n\n---------- Forwarded message ---------\n"
        "Hội Liên hiệp Phụ nữ xã Tân Hưng mở lớp nấu ăn miễn phí cho 30 chị em từ ngày 20/3/2026.\nSent from my iPhone\n",
        ("Thông báo mở lớp nấu ăn", "Hội Liên hiệp Phụ nữ xã Tân Hưng", date(2026, 3, 12)),
        ("iPhone", "Forwarded", "Subject"),
    ),
    "kind alone": (
        "Thông báo\nTổ dân phố số 7 phường Hải Châu tổ chức họp tổ vào tối thứ Sáu, ngày 17/4/2026.\n"
        "Đề nghị mỗi hộ cử một người tham dự.\nTổ trưởng\nNguyễn Văn Hòa\n",
        ("Thông báo của Tổ dân phố số 7 phường Hải Châu", "Tổ dân phố số 7 phường Hải Châu", None),
        ("Nguyễn Văn Hòa",),
    ),
    "message without a head": (
        "Kính thưa quý vị và bà con!\nHợp tác xã Dịch vụ thủy lợi Vĩnh Thạnh xin thông báo lịch bơm nước như sau.\n"
        "Đợt 1: từ ngày 5/5 đến ngày 9/5.\nXin chân thành cảm ơn bà con đã lắng nghe.\n",
        ("Thông báo lịch bơm nước", "Hợp tác xã Dịch vụ thủy lợi Vĩnh Thạnh", None),
        ("cảm ơn",),
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_texts_of_every_form(form: str) -> None:
    text, told, other = FORMS[form]
    notice = read_notice(pasted(text), DAY)
    assert (notice.title, notice.issuer, notice.issued) == told
    assert [line for line in notice.body if any(part in line for part in other)] == []


def test_a_row_that_goes_on_overleaf_is_one_row_and_another_table_is_another() -> None:
    edges = [85, 125, 250, 540]
    made = Pdf()
    made.centred(780, "LỊCH CẤP NƯỚC LUÂN PHIÊN THÁNG NĂM", 13)
    y = made.paragraph(750, "Trạm cấp nước thông báo lịch cấp nước luân phiên cho các thôn trong xã như sau đây.")
    made.table(y, [["TT", "Thôn", "Ngày"], ["1", "Thôn Đông", "ngày lẻ"], ["2", "Thôn Tây", "ngày chẵn và"]], edges)
    made.page()
    y = made.table(780, [["", "", "sáng Chủ nhật"], ["3", "Thôn Nam", "ngày chẵn"]], edges)
    made.centred(30, "Lịch cấp nước - Trang 2", 9)
    made.page()
    made.table(780, [["TT", "Người trực", "Điện thoại"], ["1", "Ông Hai", "0233 3825 119"]], edges)
    notice = read_notice(read_bytes(made.bytes(), "a.pdf"), DAY)
    assert "| 2 | Thôn Tây | ngày chẵn và sáng Chủ nhật |" in notice.body
    assert "| 3 | Thôn Nam | ngày chẵn |" in notice.body
    assert "| TT | Người trực | Điện thoại |" in notice.body
    assert notice.body.count("| --- | --- | --- |") == 2
    assert not [line for line in notice.body if "Trang 2" in line]
