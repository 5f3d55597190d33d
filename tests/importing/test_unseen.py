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


def _differences(row: dict[str, str], notice: Notice) -> list[str]:
    """What is not as the key says. A text without a title may have one of its own words; who signs is no text."""
    title, issuer, number, day = (row[name] for name in ("title", "issuer", "number", "date (ISO)"))
    found = []
    if (title or not notice.title_made) and not _bare(notice.title, notice.kind) & _bare(title, notice.kind):
        found.append(f"title: {notice.title}")
    if _body(notice.issuer) != _body(issuer):
        found.append(f"issuer: {notice.issuer}")
    if (notice.number or "") != number or (notice.issued.isoformat() if notice.issued else "") != day:
        found.append(f"number, day: {notice.number}, {notice.issued}")
    held = _words("\n".join((*notice.body, notice.title)))
    signed = _words("\n".join(notice.left_out))
    for part in row['must be in body (parts separated by " | ")'].split(" | "):
        if _words(part) not in held and not (
            len(part.split()) < 6 and all(word[0].isupper() for word in part.split()[-2:]) and _words(part) in signed
        ):
            found.append(f"not in the body: {part}")
    body = " ".join(" ".join(notice.body).split())
    other = row['must not be in body (parts separated by " | ")'] or ""
    return [*found, *(f"in the body: {part}" for part in other.split(" | ") if part and part in body)]


def _body(name: str | None) -> str:
    return re.sub("(?:ủy|uỷ) ban nhân dân", "ubnd", _words(name))


def _bare(title: str, kind: str | None) -> set[str]:
    """A title with and without its kind, and without “về việc”."""
    words = _words(title).replace("v v ", "về việc ", 1)
    below = words.removeprefix(_words(kind)).strip()
    return {words, below, below.removeprefix("về việc").strip()} - {""}


@pytest.mark.long
def test_unseen_documents() -> None:
    wrong = {row["file"]: found for row in _key() if (found := _differences(row, _taken(row["file"])))}
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
