"""What a copied web page has around its article: menus, dates, counters, links to others.

How surely a line is such furniture is a number: what stands for itself (“Lượt xem: 245”) 4, what also may be text (a
day, a word of a menu) about 1; `sequence.py` weighs it against what else the line may be.
"""

import re
from datetime import date

from loa.importing.blocks import Block
from loa.importing.words import any_of

_DAY = r"(?:ngày\s*)?(?P<day>\d{1,2})\s*[/.-]\s*(?P<month>\d{1,2})\s*[/.-]\s*(?P<year>\d{4})"
_CLOCK = r"(?:\d{1,2}\s*(?:[:hg]|giờ)\s*\d{0,2}(?::\d\d)?(?:\s*(?:phút|am|pm|sa|ch))?)"
_WEEKDAY = r"(?:(?:thứ\s+(?:hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật|t[2-7]|cn)\s*,?)"
_PUT_UP = (
    r"(?:ngày )?đăng(?: ngày| lúc| bởi)?|cập nhật(?: lúc| ngày| lần cuối)?|ngày (?:đăng|tạo|viết|cập nhật|xuất bản)|"
    r"xuất bản|đã đăng|publish(?:ed)?(?: on)?|posted(?: on)?|thời gian đăng|tin đăng"
)
_BESIDE = rf"(?:{_WEEKDAY}|{_CLOCK}|[,|•·\-–()\s]|gmt\s*\+?\s*7|lúc)*"
_COUNTERS = r"lượt xem|lượt đọc|số lượt xem|đã xem|xem|người đăng|tác giả|đăng bởi|chuyên mục|views?"
_POSTED = re.compile(
    rf"(?:[|•·\-–\s]*(?:{_PUT_UP})\s*:?\s*)?{_BESIDE}{_DAY}{_BESIDE}"
    rf"(?:[|•·\-–,\s]*(?:{_COUNTERS})\s*:?\s*[^|•·]{{0,40}})*$",
    re.IGNORECASE,
)
_FURNITURE = re.compile(rf"[\s|•·\-–»>*\[\]()]*(?:{any_of('furniture')})[\s|•·\-–»>\[\]()]*$", re.IGNORECASE)
_CREDIT = re.compile(r"\(?(?:ảnh|hình|photo|nguồn ảnh|ảnh tư liệu|ảnh minh họa)\s*:\s*[^.]{1,40}\)?\.?$", re.IGNORECASE)
_CAPTION_AND_CREDIT = re.compile(r"ảnh\s*:.*\(\s*(?:ảnh|nguồn)\s*:.*\)\.?$", re.IGNORECASE)
_CAPTION = re.compile(r"(?:ảnh|hình)\s*\d{1,2}\s*[.:]\s*(?P<says>.*)$", re.IGNORECASE)
CREDIT_BEHIND = re.compile(r"(?<=[.!?])\s+\(?(?:ảnh|nguồn)\s*:\s*\S.{0,25}$", re.IGNORECASE)
_MASTHEAD = re.compile(
    rf"(?:[^\W\d_][\w .]{{1,30}},\s*)?{_WEEKDAY}\s*(?:ngày\s*)?\d{{1,2}}/\d{{1,2}}/\d{{4}}$"
    rf"|cổng thông tin điện tử(?:\s.{{0,60}})?$|"
    r"trang thông tin điện tử(?:\s.{0,60})?$|trang chủ\s*[»>/].{0,100}$",
    re.IGNORECASE,
)
"""What stands above every page of a site: today's day, the name of the site, the path."""
_OTHERS = re.compile(rf"[\s*>»•]*(?:{any_of('others')})\s*[:.]?$", re.IGNORECASE)
_MENU = re.compile(rf"(?:{any_of('menu')})$", re.IGNORECASE)
_PICTURES = re.compile("[\u2190-\u2bff\U0001f000-\U0001faff\ufe0f\u200d]")
_PATH = re.compile(r"[^.>»›]{2,40}(?:\s[>»›]\s[^.>»›]{2,60})+$")
"""Where a page stands within its site (“Xã hội > Giao thông”)."""
_SITE = re.compile(r"(?:cổng|trang) thông tin điện tử\b", re.IGNORECASE)
_PUT_UP_LINE = re.compile(rf"\W*(?:{_PUT_UP})\b|.*\b(?:{_COUNTERS})\b", re.IGNORECASE)


def furniture(block: Block) -> float:
    """How surely a line, or a table of links and counters, is no part of an article; 0: nothing says so."""
    if not isinstance(block, str):
        return 4.0 if all(_is_furniture(" ".join(row)) or all(map(_is_furniture, row)) for row in block.rows) else 0.0
    line = " ".join(_PICTURES.sub(" ", block).split()) if "·" in block else block.strip()
    if not re.search(r"[^\W_]", line):
        return 3.0
    if _is_furniture(line) or _MASTHEAD.match(" ".join(line.split())):
        return 4.0
    if posted(line):
        if _PUT_UP_LINE.match(line):
            return 4.0
        return 3.0 if re.search(r"\d\s*[:hg]\s*\d|gmt", line, re.IGNORECASE) else 1.0
    return 2.0 if _PATH.match(line) else 1.0 if _MENU.match(line) else 0.0


def is_site(line: str) -> bool:
    """Whether a line names the portal that a page is of; its commune stands below."""
    return bool(_SITE.match(line.strip()))


def is_others(line: str) -> bool:
    """Whether a line is a heading of links to other articles."""
    return bool(_OTHERS.match(line))


def posted(line: str) -> date | None:
    """The day in a line that says when a page was put up."""
    found = _POSTED.match(" ".join(line.split()))
    if not found:
        return None
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None


def _is_furniture(line: str) -> bool:
    whole = " ".join(line.split())
    parts = [part for part in re.split(r"\s{2,}|\t|[|•·]", line) if part.strip()]
    if _CREDIT.match(whole) or _CAPTION_AND_CREDIT.match(whole) or _FURNITURE.match(whole):
        return True
    beside = len(parts) > 1
    known = sum(bool(_FURNITURE.match(part) or (beside and _MENU.match(part.strip()))) for part in parts)
    short = all(len(part.split()) <= 5 for part in parts)
    return known == len(parts) or (short and len(parts) > 3 and known * 5 >= 3 * len(parts))


def caption(line: str) -> str | None:
    """What “Ảnh 1. Quang cảnh buổi họp” says under a picture; None for any other line."""
    found = _CAPTION.match(line)
    return found["says"].strip() if found else None
