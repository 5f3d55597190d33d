"""What a copied web page has around its article: menus, dates, counters, links to others."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from loa.importing.blocks import Block
from loa.importing.mails import message_of
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
_CHAT = re.compile(r"\[\d{1,2}[/:.]\d{1,2}[^\]]{0,20}\]\s*(?P<who>[^:\[\]]{2,40}):\s*")
_CREDIT = re.compile(r"\(?(?:ảnh|hình|photo|nguồn ảnh|ảnh tư liệu|ảnh minh họa)\s*:\s*[^.]{1,40}\)?\.?$", re.IGNORECASE)
_CAPTION = re.compile(r"(?:ảnh|hình)\s*\d{1,2}\s*[.:]\s*(?P<says>.*)$", re.IGNORECASE)
_CREDIT_BEHIND = re.compile(r"(?<=[.!?])\s+\(?(?:ảnh|nguồn)\s*:\s*\S.{0,25}$", re.IGNORECASE)
_MASTHEAD = re.compile(
    rf"(?:[^\W\d_][\w .]{{1,30}},\s*)?{_WEEKDAY}\s*(?:ngày\s*)?\d{{1,2}}/\d{{1,2}}/\d{{4}}$"
    rf"|cổng thông tin điện tử(?:\s.{{0,60}})?$|"
    r"trang thông tin điện tử(?:\s.{0,60})?$|trang chủ\s*[»>/].{0,100}$",
    re.IGNORECASE,
)
"""What stands above every page of a site: today's day, the name of the site, the path."""
_OTHERS = re.compile(rf"[\s*>»•]*(?:{any_of('others')})\s*[:.]?$", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?;:]\s*$")


@dataclass(slots=True)
class Article:
    """A page without its furniture, and the day on which it was put up."""

    blocks: list[Block]
    posted: date | None = None
    sender: str | None = None
    left_out: list[str] = field(default_factory=list)


def article_of(blocks: Sequence[Block]) -> Article:
    """The article of a copied page. Only whole lines go, and each of them is kept in `left_out`."""
    message = message_of(blocks)
    blocks = message.blocks
    made = Article([], left_out=[*message.head, *message.left_out])
    for line in message.head:
        made.posted = made.posted or _sent(line)
        who = re.match(r"(?:từ|from)\s*:\s*([^<]+)", line, re.IGNORECASE)
        made.sender = made.sender or (who[1].strip() if who else None)
    others = False
    for number, block in enumerate(blocks):
        if not isinstance(block, str):
            if all(_is_furniture(" ".join(row)) or all(map(_is_furniture, row)) for row in block.rows):
                made.left_out += [" ".join(row) for row in block.rows]
            elif not others:
                made.blocks.append(block)
            else:
                made.left_out += [" ".join(row) for row in block.rows]
            continue
        chat = _CHAT.match(block.strip())
        if chat:  # who sent a message, and when
            made.left_out.append(chat.group())
            made.posted = made.posted or _sent(chat.group())
            made.sender = made.sender or chat["who"].strip()
            block = block.strip()[chat.end() :]
        line = " ".join(block.split())
        if not line:
            continue
        if _OTHERS.match(line) and made.blocks:
            others = True
        elif (
            others
            and _is_text(line)
            and not any(isinstance(other, str) and _OTHERS.match(other) for other in blocks[number + 1 : number + 4])
        ):
            others = False
        posted = None if _MASTHEAD.match(line) else _posted(line, len(made.blocks), number)
        if posted and made.posted is None:
            made.posted = posted
        if others or posted or _is_furniture(block.strip()) or not re.search(r"[^\W_]", line):
            made.left_out.append(line)
            continue
        if len(made.blocks) < 3 and _MASTHEAD.match(line):
            made.left_out.append(line)
            continue
        behind = _CREDIT_BEHIND.search(line) if _CAPTION.match(line) else None
        if behind:
            made.left_out.append(behind.group().strip())
            block = line[: behind.start()]
        made.blocks.append(block)
    _without_menu(made)
    return made


def _sent(head: str) -> date | None:
    """The day in the head of a message (“[10:05, 18/11/2026] …”)."""
    found = re.search(_DAY, head)
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"])) if found else None
    except ValueError:
        return None


def _is_furniture(line: str) -> bool:
    whole = " ".join(line.split())
    parts = [part for part in re.split(r"\s{2,}|\t|[|•·]", line) if part.strip()]
    if _CREDIT.match(whole) or _FURNITURE.match(whole):
        return True
    beside = len(parts) > 1
    return all(_FURNITURE.match(part) or (beside and _MENU.match(part.strip())) for part in parts)


def _is_text(line: str) -> bool:
    """Whether a line below “Tin liên quan” is text again and no headline: a sentence with its full stop."""
    return bool(_SENTENCE.search(line)) and len(line.split()) > 12


def _posted(line: str, kept: int, number: int) -> date | None:
    """The day in a line that says when a page was put up; such a line stands near its title or at its end."""
    found = _POSTED.match(line)
    if not found or (
        kept > 3 and not re.match(r"\W*(?:ngày )?(?:đăng|cập nhật|xuất bản|posted|publish)", line, re.IGNORECASE)
    ):
        return None
    if number == 0 and not re.search(r"đăng|cập nhật|xuất bản|xem|posted|thứ|chủ nhật|\d[:h]\d", line, re.IGNORECASE):
        return None
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None


_MENU = re.compile(rf"(?:{any_of('menu')})$", re.IGNORECASE)


def _without_menu(made: Article) -> None:
    """Words of a menu above the title; “Thông báo” alone stays where a title in capitals or a subject follows."""
    while len(made.blocks) > 2 and isinstance(made.blocks[0], str) and _MENU.match(made.blocks[0].strip()):
        line, following = made.blocks[0].strip(), made.blocks[1]
        if line.lower() == "thông báo" and not (isinstance(following, str) and _MENU.match(following.strip())):
            return
        made.left_out.append(line)
        del made.blocks[0]


def caption(line: str) -> str | None:
    """What “Ảnh 1. Quang cảnh buổi họp” says under a picture; None for any other line."""
    found = _CAPTION.match(line)
    return found["says"].strip() if found else None
