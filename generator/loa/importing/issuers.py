"""Who issues a document, by the lines of its letterhead: the last body; its place may stand with its superior."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import zip_longest

from loa.importing.casing import from_capitals, is_capitals
from loa.importing.lines import BODY, INSIDE, KINDS, PLACE, day_of

_HALF_A_BODY = re.compile(
    r"(?:ban (?:chỉ huy|chỉ đạo|quản lý|quản trị|tổ chức|đại diện)|hợp tác xã|hội đồng|trung tâm|tổ|đội|trạm"
    r"|văn phòng|ủy ban|uỷ ban)",
    re.IGNORECASE,
)
"""What names no body by itself: the line below it goes on."""
_UNIT = re.compile(r"\b(?:xã(?!\s+hội\b)|phường|thị trấn|đặc khu)\s.+$", re.IGNORECASE)
_WITH_PLACE = re.compile(
    r"\b(?:xã(?!\s+hội\b)|phường|thị trấn|đặc khu|tỉnh|huyện|quận|thành phố|tp\.?|thôn|ấp)\s+\S", re.IGNORECASE
)
_OWN_NAME = re.compile(r"(?:trường|hợp tác xã|htx|công ty|ngân hàng|bệnh viện|quỹ)\b", re.IGNORECASE)
"""What has a name of its own, mostly: the superior's place is not part of it."""


def issuer_of(bodies: Sequence[str], running: str) -> str:
    """The body that issues, of the lines above the number. `running`: all of the text, for names in capitals."""
    names: list[str] = []
    lines = [made for line in bodies if (made := line.strip(" .*-–—_:"))]
    for line, below in zip_longest(lines, lines[1:], fillvalue=""):
        if names and INSIDE.match(names[-1]) and BODY.match(line) and not PLACE.match(line):
            names[-1] = f"{names[-1]} {line}"
        elif names and INSIDE.match(line) and _is_body(below) and not PLACE.match(below):
            names.append(line)  # “Ban Chấp hành / Hội Nông dân xã Ea Kar”
        elif names and INSIDE.match(line):
            names[-1] = f"{line} {names[-1]}"
        elif names and (
            _HALF_A_BODY.fullmatch(names[-1]) or not _is_body(line) or (PLACE.match(line) and not has_place(names[-1]))
        ):
            names[-1] = f"{names[-1]} {line}"
        else:
            names.append(line)
    if not names:
        return ""
    issuer = names[-1]
    around = "\n".join([running, *(from_capitals(name) for name in names[:-1])])  # they name the place, too
    made = from_capitals(issuer, around) if is_capitals(issuer) else issuer
    place = _UNIT.search(names[-2]) if len(names) > 1 and not has_place(issuer) else None
    if place and not _is_named(made):
        unit = place.group()
        if unit.split(" ", 1)[1].lower() not in issuer.lower():
            made = f"{made} {_unit(unit, around)}"
    return made


def _unit(unit: str, around: str) -> str:
    """`XÃ BẾN HẢI` → `xã Bến Hải`."""
    made = from_capitals(unit, around) if is_capitals(unit) else unit
    return made[:1].lower() + made[1:]


def has_place(name: str) -> bool:
    """Whether a body is named with its place."""
    return bool(_WITH_PLACE.search(name))


def _is_named(issuer: str) -> bool:
    """Whether a school or a company bears a name: “Trường Tiểu học Sóc Đăng”."""
    return bool(_OWN_NAME.match(issuer)) and all(word[:1].isupper() for word in issuer.split()[-2:])


def _is_body(line: str) -> bool:
    """Whether a line begins the name of a body; a word alone ends the line above it (“… và Môi / trường”)."""
    return bool(BODY.match(line)) and (len(line.split()) > 1 or (line.isupper() and len(line) < 6))


_TOLD = re.compile(
    rf"(?:ban hành|theo|nội dung)\s+(?P<kind>{KINDS})(?:\s+khẩn)?\s+số\s*:?\s*"
    r"(?P<number>\d+\s*[-/]\s*[A-ZĐƯ][\w&./Đ-]*)"
    r"(?:\s*,?\s*ngày\s+(?P<day>\d{1,2})\s*(?:/|-|tháng)\s*(?P<month>\d{1,2})\s*(?:/|-|năm)\s*(?P<year>\d{4}))?",
    re.IGNORECASE,
)
_ON = re.compile(r"ngày\s+(?P<day>\d{1,2})\s*[/-]\s*(?P<month>\d{1,2})\s*[/-]\s*(?P<year>\d{4})\s*,", re.IGNORECASE)


def number_in(kind: str | None, paragraphs: Sequence[str]) -> tuple[str, date | None] | None:
    """Number and day of the document of which a page tells: “ban hành Thông báo số 98/TB-UBND ngày 13/10/2026”."""
    for paragraph in paragraphs[:2]:
        found = _TOLD.search(paragraph)
        if found and (kind or found["kind"]).lower() == found["kind"].lower():
            dayed = found if found["day"] else _ON.match(paragraph)
            return re.sub(r"\s", "", found["number"]).rstrip("."), day_of(dayed) if dayed else None
    return None
