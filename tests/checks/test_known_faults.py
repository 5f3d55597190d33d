"""Five articles as communes really publish them, with their faults: each is found, on its line, by its own words."""

from datetime import date
from pathlib import Path

import pytest

from loa.checks import review
from loa.errors import Finding

FOLDER = Path(__file__).parent / "faulty"
TODAY = date(2026, 11, 22)
# file: the day it was written for; then line, code and the words at fault
FAULTS: dict[str, tuple[date, list[tuple[int, str, str]]]] = {
    "a-2022.txt": (date(2022, 6, 1), [
        (3, "spelling.confused", "minh mạch"),
        (4, "spelling.confused", "Nghị đinh"),
        (4, "spelling.confused", "khai quát"),
        (5, "spelling.confused", "thủ tuc"),
        (6, "sentence.cut-off", "cho phép người dân tải về các"),
        (7, "spelling.confused", "Iternet"),
        (9, "address.malformed", "https://dichvucong.ninhbinh.gov.vn /"),
        (9, "punctuation.stuck", ".Hiện"),
        (10, "punctuation.doubled", "…."),
        (12, "sentence.twice", "Bưu điện nhận hồ sơ tại nhà"),
        (13, "leftover", "[bookmark: _GoBack]"),
    ]),
    "b-2023.txt": (date(2023, 8, 8), [
        (2, "note.staff", "Đ/c Trang"),
        (5, "wording.toan-phan", "toàn phần"),
        (6, "law.levels-ended", "mức độ 3, 4"),
        (6, "law.two-schemes", "mức độ 3, 4"),
        (6, "punctuation.doubled", ",;"),
        (7, "address.malformed", "https: //dichvucong.quang.gov.vn"),
        (7, "address.unknown", "dichvucong.quang.gov.vn"),
        (7, "punctuation.space-before", " ,"),
        (8, "spelling.confused", "bổ xung"),
        (8, "punctuation.space-before", " ,"),
        (9, "spelling.confused", "sử lý"),
        (9, "layout.spaces", "  "),
        (10, "sentence.cut-off", "đăng ký thường trú và"),
    ]),
    "c-2024.txt": (date(2024, 4, 25), [
        (3, "layout.hard-wrap", "trực"),
        (6, "law.levels-ended", "mức độ 4"),
        (6, "law.two-schemes", "mức độ 4"),
        (7, "law.ended", "43/2011/NĐ-CP"),
        (8, "personal.id", "045203004567"),
        (9, "personal.mobile", "0912 345 678"),
        (9, "spelling.confused", "giúp đở"),
        (10, "count.sum", "60"),
        (11, "date.past", "ngày 31/12/2023"),
        (12, "date.impossible", "Ngày 30/02/2024"),
        (13, "address.malformed", "dichvucong.dongnai.gov,vn"),
        (13, "address.malformed", "http:://dichvucong.gov.vn"),
        (14, "count.differs", "28"),
    ]),
    "d-2026.txt": (date(2026, 11, 1), [
        (4, "law.portal-ended", "Cổng dịch vụ công tỉnh Quảng Trị"),
        (4, "law.portal-ended", "dichvucong.quangtri.gov.vn"),
        (5, "law.login-ended", "đăng ký tài khoản"),
        (6, "law.one-stop-ended", "Bộ phận Một cửa"),
        (6, "law.district-ended", "UBND huyện Gio Linh"),
        (7, "law.ended", "61/2018/NĐ-CP"),
        (8, "law.levels-ended", "mức độ 4"),
        (9, "spelling.confused", "minh bach"),
        (9, "spelling.confused", "hổ trợ"),
    ]),
    "e-2021.txt": (date(2021, 10, 1), [
        (1, "spelling.confused", "hướng dẩn"),
        (3, "punctuation.space-before", " ."),
        (4, "spelling.confused", "mọi luc"),
        (4, "spelling.confused", "mọi nới"),
        (5, "spelling.confused", "tiết kiêm"),
        (5, "spelling.confused", "chi phi"),
        (5, "spelling.twice", "của của"),
        (6, "law.kinds-early", "toàn trình"),
        (6, "law.two-schemes", "toàn trình"),
        (7, "address.malformed", "http : //dichvucong.hungyen.gov.vn/"),
        (7, "punctuation.doubled", ": :"),
        (8, "punctuation.stuck", ".bà"),
        (10, "punctuation.doubled", ";,"),
        (11, "note.staff", "(đọc 2 lần)"),
    ]),
}  # fmt: skip
OUTDATED_TODAY = [
    ("a-2022.txt", 1, "law.levels-ended"),
    ("a-2022.txt", 4, "law.ended"),
    ("a-2022.txt", 9, "law.portal-ended"),
    ("a-2022.txt", 13, "law.one-stop-ended"),
    ("b-2023.txt", 7, "law.portal-ended"),
    ("c-2024.txt", 3, "law.unconfirmed"),
    ("e-2021.txt", 3, "law.levels-ended"),
    ("e-2021.txt", 7, "law.portal-ended"),
]


def found(name: str, day: date) -> list[Finding]:
    return review((FOLDER / name).read_text(encoding="utf-8"), day, file=name)


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_is_found_on_its_line(name: str) -> None:
    day, faults = FAULTS[name]
    reported = found(name, day)
    missed = [f for f in faults if not any((t.line, t.code) == f[:2] and f[2] in (t.quote or "") for t in reported)]
    assert missed == []


@pytest.mark.parametrize("name", FAULTS)
def test_nothing_else_is_called_an_error(name: str) -> None:
    day, faults = FAULTS[name]
    known = {fault[:2] for fault in faults}
    assert [
        (t.line, t.code, t.quote) for t in found(name, day) if t.severity == "error" and (t.line, t.code) not in known
    ] == []


@pytest.mark.parametrize(("name", "line", "code"), OUTDATED_TODAY)
def test_what_the_law_has_overtaken_is_found_today(name: str, line: int, code: str) -> None:
    assert (line, code) in {(t.line, t.code) for t in found(name, TODAY)}


@pytest.mark.parametrize("name", FAULTS)
def test_each_quote_stands_letter_for_letter_where_it_is_told(name: str) -> None:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    for finding in found(name, FAULTS[name][0]):
        assert finding.line is not None
        assert finding.column is not None
        rest = "\n".join(lines[finding.line - 1 :])[finding.column - 1 :]
        assert rest.startswith(finding.quote or "?")
        assert finding.message
        assert finding.fix
