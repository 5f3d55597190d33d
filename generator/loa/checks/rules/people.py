"""Named people beside what nobody may tell of them: illness, poverty, crime, a child's class, a home with a birth year.

Laws named in the findings: Bộ luật Dân sự, Điều 38 (khoản 2: only with the person's consent); since 1 January 2026 Luật
Bảo vệ dữ liệu cá nhân số 91/2025/QH15, and its Điều 24 for children (what is private of a child from seven on: with the
consent of the child and of who represents it); before that Luật Trẻ em, khoản 11 Điều 6.
"""

import re
from collections.abc import Iterator
from datetime import date

from loa.checks.text import Hit, Passage, Text, warning
from loa.i18n import _
from loa.text import LOWER, UPPER

_SYLLABLE = rf"[{UPPER}][{LOWER}]*(?:['’][{UPPER}]?[{LOWER}]+)?"
_CALLED = (
    r"(?:ông|bà|anh|chị|em|cháu|cụ|cô|chú|bé|đối\s+tượng|công\s+dân|bệnh\s+nhân|học\s+sinh|hộ\s+(?:ông|bà|anh|chị)|"
    r"gia\s+đình\s+(?:ông|bà|anh|chị))"
)
_NAMED = re.compile(
    rf"(?P<called>(?<!\w){_CALLED}\s+(?:tên\s+(?:là\s+)?)?)?"
    rf"(?<![\w.])(?P<name>(?-i:{_SYLLABLE})(?:\s+(?-i:{_SYLLABLE})){{1,4}})(?![\w.])",
    re.I,
)
_TITLE = re.compile(
    r"(?:chủ\s+tịch|bí\s+thư|trưởng|giám\s+đốc|bác\s+sĩ|bs|ths|y\s+sĩ|đồng\s+chí|đ/c|hiệu\s+trưởng|cán\s+bộ"
    r"|công\s+chức|"
    r"thầy|cô\s+giáo|đại\s+úy|thiếu\s+tá|trung\s+tá|thượng\s+tá|đại\s+tá|phó|ủy\s+viên|đại\s+biểu|nghệ\s+sĩ|ca\s+sĩ|"
    r"nhà\s+thơ|nhà\s+báo|liệt\s+sĩ|anh\s+hùng|luật\s+sư|tiến\s+sĩ)",
    re.I,
)
_GIVES = re.compile(
    r"(?<!\w)(?:trao|tặng|thăm|hỗ\s+trợ\s+cho|đến|phát\s+biểu|cho\s+biết|chủ\s+trì|giúp|vận\s+động|ủng\s+hộ"
    r"|hướng\s+dẫn|"
    r"khám|chữa|tuyên\s+truyền|phụ\s+trách|tư\s+vấn|chăm\s+sóc|điều\s+trị\s+cho)(?!\w)",
    re.I,
)
_HEALTH = (
    r"(?:nhiễm|dương\s+tính(?:\s+với)?|mắc|bị)\s+(?:bệnh\s+)?(?:liệt|tai\s+biến|đột\s+quỵ|suy\s+thận"
    r"|động\s+kinh|trầm\s+cảm|tiểu\s+đường|tim|hiv|aids|lao|ung\s+thư|tâm\s+thần|viêm\s+gan|"
    r"giang\s+mai|động\s+kinh|trầm\s+cảm|suy\s+thận|phong|dại)|(?:điều\s+trị|uống|dùng)\s+(?:bằng\s+)?"
    r"(?:arv|hiv|methadone)|hiv(?:/aids)?|bệnh\s+tâm\s+thần|khuyết\s+tật\s+(?:nặng|đặc\s+biệt\s+nặng)|"
    r"(?:viêm\s+gan|hiv|lao|giang\s+mai|ma\s+túy|sốt\s+rét|covid)[^.,;]{0,12}\s+dương\s+tính|"
    r"(?:bị\s+)?ung\s+thư|nghiện\s+(?:ma\s+túy|rượu)|sẩy\s+thai|tự\s+tử"
)
_POOR = r"(?:thuộc\s+)?(?:diện\s+)?hộ\s+(?:cận\s+)?nghèo"
_CRIME = (
    r"(?:phạm\s+tội|tiền\s+án|tiền\s+sự|bị\s+can|bị\s+cáo|nghiện|trộm\s+cắp|tàng\s+trữ|buôn\s+bán|đánh\s+bạc|mại\s+dâm|"
    r"cố\s+ý\s+gây\s+thương\s+tích|bạo\s+hành|xâm\s+hại|hiếp\s+dâm)"
)
_SENSITIVE = re.compile(rf"(?<!\w)(?:(?P<health>{_HEALTH})|(?P<poor>{_POOR})|(?P<crime>{_CRIME}))(?!\w)", re.I)
_DATA_LAW = date(2026, 1, 1)
_KEPT_BACK = rf"(?:hộ\s+(?:cận\s+)?nghèo|(?:cận\s+)?nghèo|{_HEALTH}|{_CRIME})"
_LISTED = re.compile(
    rf"(?:danh\s+sách|các\s+hộ|những\s+(?:hộ|người)|gồm\s+các)[^.;:\n]{{0,30}}{_KEPT_BACK}[^.;:\n]{{0,40}}(?::|gồm|sau)"
    rf"|(?:hộ\s+(?:cận\s+)?nghèo|(?:người|bệnh\s+nhân|đối\s+tượng|ca|trường\s+hợp)\s+{_KEPT_BACK})[^.;:\n]{{0,40}}"
    rf"(?::|gồm|là|có)\s+(?={_CALLED}\s)"
    r"|^\W*(?:[IVX\d]{1,4}[.)]\s*)?(?:danh\s+sách\s[^.;:\n]{0,40}|(?:các\s+)?hộ\s+|(?:người\s+|bệnh\s+nhân\s+)?)"
    rf"{_KEPT_BACK}[^.;:\n]{{0,40}}:?\s*$",
    re.I | re.M,
)
_ROW = re.compile(r"\s*(?:\d{1,3}\s*[.)|\t]|\||[-+•])")
_BIRTH = re.compile(
    r"(?:sinh\s+(?:năm|ngày)|SN)[\s:.]*(?:\d{1,2}[/.-]\d{1,2}[/.-])?(?P<year>(?:19|20)\d\d)|\d{1,2}\s+tuổi", re.I
)
_HOME = re.compile(
    r"(?:trú|thường\s+trú|ở|ngụ|HKTT|địa\s+chỉ|nhà)\s*(?:tại|ở|:)?\s*(?:thôn|ấp|xóm|tổ|bản|buôn|số|khu\s+phố|khóm|"
    r"đường|kp)|(?:thôn|ấp|xóm|tổ\s+dân\s+phố|bản|buôn|khu\s+phố|khóm)\s+[\dA-ZĐ]",
    re.I,
)
_CLASS = re.compile(
    r"(?:học\s+sinh\s+)?lớp\s+\d{1,2}\s?[A-ZĐ]?\d?[^.;\n]{0,30}"
    r"(?:trường|TH(?!\w)|THCS|THPT|tiểu\s+học|mầm\s+non)",
    re.I,
)
_PRAISED = re.compile(
    r"đạt\s+giải|giải\s+(?:nhất|nhì|ba|khuyến)|huy\s+chương|khen\s+thưởng|tuyên\s+dương|học\s+bổng|thủ\s+khoa|"
    r"học\s+sinh\s+giỏi",
    re.I,
)
_PUBLIC = re.compile(
    r"từ\s+trần|qua\s+đời|hưởng\s+(?:thọ|dương)|lễ\s+(?:viếng|tang)|ứng\s+cử|đại\s+biểu|bầu\s+cử|truy\s+nã|truy\s+tìm|"
    r"đi\s+lạc|mất\s+tích|liệt\s+sĩ|khen\s+thưởng|tuyên\s+dương|trúng\s+(?:tuyển|cử)|huy\s+hiệu|chúc\s+thọ|mừng\s+thọ|"
    r"ca\s+sĩ|nhà\s+(?:thơ|văn)|vua|anh\s+hùng",
    re.I,
)
_OFFICE = re.compile(
    r"(?:Ủy|Uỷ|Ban|Bộ|Sở|Phòng|Công|Trường|Trạm|Trung|Hội|Đảng|Đoàn|Mặt|Việt|Bệnh|Nghị|Luật|Bưu|Điện|Ngân|Hồ Chí|"
    r"Chủ|Tổ|Cổng|Căn|Quỹ)\b"
)


def sensitive(passage: Passage) -> Iterator[Hit]:
    """A full name with illness, poverty or crime; a child with class and school; a name with birth year and home."""
    text = passage.masked
    if not (_SENSITIVE.search(text) or _CLASS.search(text) or _BIRTH.search(text)):
        return
    for match in _NAMED.finditer(text):
        if not match["called"] and (len(match["name"].split()) < 3 or _looks_like_office(match["name"])):
            continue
        after = text[match.end() : match.end() + 160]
        end = re.search(r"[.;](?:\s|$)|\n", after)
        rest = after[: end.start()] if end else after
        before = text[max(0, match.start() - 40) : match.start()]
        if _TITLE.search(before[-24:] + (match["called"] or "")) or _TITLE.match(rest.lstrip(" ,-–(")):
            continue
        yield from _of(match, rest, passage)


def lists(text: Text) -> Iterator[Hit]:
    """ "Danh sách hộ nghèo gồm: ông A, bà B", in one paragraph or in a list below it."""
    if not _LISTED.search(text.flat):
        return
    heading = None
    for offset, passage in text.passages:
        found = _LISTED.search(passage.masked)
        names = list(_NAMED.finditer(passage.masked, found.end() if found else 0))
        named = [m for m in names if m["called"] or (len(m["name"].split()) > 2 and not _looks_like_office(m["name"]))]
        if found and named:
            yield _listed(offset + named[0].start("name"), offset + named[-1].end(), text.day)
            heading = None
        elif found:
            heading = found
        elif heading and named and named[0].start() < 12 and (passage.item or _ROW.match(passage.text)):
            yield _listed(offset + named[0].start("name"), offset + named[0].end(), text.day)
        elif not (passage.item or _ROW.match(passage.text) or "|" in passage.text):
            heading = None


def _listed(start: int, end: int, day: date) -> Hit:
    law = _law(day)
    message = _("People are named in a list of the poor, the ill or the accused: this is not broadcast.")
    return Hit(start, end, "personal.sensitive", message, _("Leave out the names. {law}").format(law=law))


def _law(day: date, *, child: bool = False) -> str:
    """The law that forbids it on `day`, in words."""
    if day < _DATA_LAW:
        if child:
            return _("Luật Trẻ em, Điều 6, khoản 11: only with the consent of the child (from 7) and of the parents.")
        return _("Bộ luật Dân sự, Điều 38: only with the person's consent.")
    if child:
        return _("Luật 91/2025/QH15 (dữ liệu cá nhân), Điều 24: with the child's (from 7) and the parents' consent.")
    return _("Luật 91/2025/QH15 (dữ liệu cá nhân); Bộ luật Dân sự, Điều 38: only with the person's consent.")


def _of(match: re.Match[str], rest: str, passage: Passage) -> Iterator[Hit]:
    law, text = _law(passage.day), passage.masked
    found = _SENSITIVE.search(rest)
    if found and not _GIVES.search(rest[: found.start()]):
        kind = found.lastgroup
        what = {"health": _("health"), "poor": _("poverty"), "crime": _("crime")}[kind or "health"]
        message = _("A named person and their {what}: this is not broadcast.").format(what=what)
        fix = _("Leave out the name or the fact. {law}").format(law=law)
        make = warning if kind == "crime" else Hit
        yield make(match.start("name"), match.end() + found.end(), "personal.sensitive", message, fix)
        return
    child = _CLASS.search(rest)
    if child and child.start() < 60:
        message = _("A named child with class and school: this is not broadcast.")
        fix = _("Leave out the name or the class. {law}").format(law=_law(passage.day, child=True))
        make = warning if _PRAISED.search(text) else Hit
        yield make(match.start("name"), match.end() + child.end(), "personal.child", message, fix)
        return
    birth, home = _BIRTH.search(rest[:60]), _HOME.search(rest[:120])
    if birth and birth["year"] and home and not _PUBLIC.search(text):
        message = _("A named person with birth year and home: this is not broadcast.")
        fix = _("Leave out the birth year or the home. {law}").format(law=law)
        end = match.end() + max(birth.end(), home.end())
        yield Hit(match.start("name"), end, "personal.sensitive", message, fix)


def _looks_like_office(name: str) -> bool:
    """Whether the capitals are those of an office or place rather than of a person."""
    return _OFFICE.match(name) is not None
