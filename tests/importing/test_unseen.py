"""Twenty documents by somebody who had not seen the import (`unseen/key.tsv`): what is taken today.

First sight (28 November 2026): title, issuer, day and body right in 7 of 20; docs/checks.md.
"""

import csv
import re
import unicodedata
from datetime import date
from pathlib import Path

import pytest

from loa.importing.documents import read_file
from loa.importing.notice import Notice, read_notice

UNSEEN = Path(__file__).parent / "unseen"
DAY = date(2026, 11, 28)


def _words(text: str | None) -> str:
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFC", text or "").casefold()))


def _taken(name: str) -> Notice:
    return read_notice(read_file(UNSEEN / "docs" / name), DAY)


def _key() -> list[dict[str, str]]:
    with (UNSEEN / "key.tsv").open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.long
def test_unseen_documents() -> None:
    numbers = days = 0
    lost = []
    for row in _key():
        notice = _taken(row["file"])
        numbers += (notice.number or "") == row["number"]
        days += (notice.issued.isoformat() if notice.issued else "") == row["date (ISO)"]
        held = _words("\n".join((*notice.body, notice.title, *notice.left_out, *notice.notes)))
        lost += [
            part for part in row['must be in body (parts separated by " | ")'].split(" | ") if _words(part) not in held
        ]
    assert numbers == 20
    assert days >= 18
    assert len(lost) <= 1, lost


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
