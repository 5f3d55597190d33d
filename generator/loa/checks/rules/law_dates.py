"""Rules on the law of the day: wording that is out of date, or too early, or argues two schemes at once."""

import re
from collections.abc import Iterator
from functools import lru_cache

from loa.checks.text import Hit, Passage, Text, warning
from loa.i18n import _
from loa.reference import law, places
from loa.text import UPPER

_ABOUT_SERVICES = re.compile(r"dịch vụ|DVC|trực tuyến|hồ sơ|thủ tục", re.I)
_LEVEL = re.compile(
    r"(?:(?:mức|cấp)\s+độ|mức)\s*(?:0?[1-4]|ba|bốn|tư|II|III|IV)(?:\s*(?:,|và|&|-|–|hoặc)\s*(?:mức\s+(?:độ\s*)?)?(?:0?[1-4]|bốn))*(?!\d|[.,]\d|\s*(?:%|triệu|nghìn|đồng))"
    r"|(?:0?4|bốn)\s+mức(?:\s+độ)?(?!\w)",
    re.I,
)
_IDENTITY = re.compile(r"định\s+danh|VNeID|tài\s+khoản", re.I)
_KIND = re.compile(r"toàn\s+trình|(?:dịch\s+vụ\s+công|DVC|trực\s+tuyến)\s+(?:trực\s+tuyến\s+)?một\s+phần", re.I)
_EXPLAINS_OLD = re.compile(
    r"(?:trước\s+(?:đây|kia|ngày|năm)|trước\s+thời\s+điểm)[^.]{0,90}?(?:chia|gọi|phân|quy\s+định|xếp|gồm)"
    r"|cách\s+gọi\s+(?:cũ|theo\s+mức)|quy\s+định\s+cũ|không\s+còn\s+(?:dùng|sử\s+dụng|chia|phân|gọi|khái)",
    re.I,
)
_HISTORIC = re.compile(
    r"trước\s+(?:đây|kia)|trước\s+ngày\s+(?:0?1\s*(?:/|tháng)\s*0?7|[\d/.\sthángnăm-]{1,24}20(?:[01]\d|2[0-5]))|không\s+còn|không\s+tổ\s+chức|(?<!\w)cũ(?!\w)|thay\s+(?:cho|thế|bằng)|bãi\s+bỏ"
    r"|(?<!\w)nguyên\s+(?:là|chủ\s+tịch|bí\s+thư|phó|giám\s+đốc|trưởng|cán\s+bộ|đại\s+biểu)|chấm\s+dứt|kết\s+thúc\s+(?:hoạt\s+động|nhiệm\s+vụ|sứ)|(?:dừng|ngừng)\s+(?:hoạt\s+động|tiếp\s+nhận|nhận|sử\s+dụng|vận\s+hành)|đóng\s+giao\s+diện|sáp\s+nhập|hợp\s+nhất|thành\s+lập|bỏ\s+cấp|nay\s+là|hết\s+hiệu\s+lực",
    re.I,
)
_PORTAL = re.compile(
    rf"cổng\s+(?:dịch\s+vụ\s+công|DVC)(?:\s+trực\s+tuyến)?\s+(?:của\s+)?(?:tỉnh|thành\s+phố|TP)(?:\s+(?-i:[{UPPER}])\w*)*"
    r"|(?:https?://)?dichvucong\.(?!(?:bo|gov|bao)\w*)[a-z-]+\.gov\.vn/?",
    re.I,
)
_DISTRICT = re.compile(
    r"(?:(?:UBND|Ủy\s+ban\s+nhân\s+dân|HĐND|công\s+an|cấp)\s+)?"
    rf"(?<!đô )(?<!\w)(?:huyện|thị\s+xã|quận|thị\s+trấn)(?!\w)(?:\s+(?-i:[{UPPER}])\w*)*",
    re.I,
)
_DESK = re.compile(
    r"bộ\s+phận\s+(?:[“\"\']?(?:một|1|01)\s+cửa|(?:tiếp\s+nhận\s+(?:hồ\s+sơ\s+)?(?:và|&)\s+trả\s+(?:kết\s+quả|KQ))|TN\s*(?:&|và)\s*TKQ|TNTKQ)(?!\s+(?:của\s+)?bộ(?!\w))",
    re.I,
)
_LOGIN = re.compile(
    r"(?:đăng\s+ký|tạo|lập)\s+(?:một\s+)?tài\s+khoản(?:\s+\w+){0,4}\s+(?:cổng|dịch\s+vụ\s+công|DVC)"
    r"|tài\s+khoản\s+(?:của\s+|trên\s+)?(?:cổng\s+)?(?:dịch\s+vụ\s+công|DVC)(?:\s+quốc\s+gia)?",
    re.I,
)
# The title of a document, or an event, of the time when there were districts.
_OLD_DOCUMENT = re.compile(
    r"(?:luật|nghị\s+định|nghị\s+quyết|quyết\s+định|thông\s+tư|kế\s+hoạch|hướng\s+dẫn|pháp\s+lệnh|đề\s+án)(?:\s+\w+){0,8}?\s+"
    r"(?:số\s*:?\s*)?\d{1,5}[/-](?:(?:19\d\d|20[01]\d|202[0-5])|[A-ZĐ])|(?:về\s+việc|quy\s+định|sửa\s+đổi)[^.;]{0,80}$",
    re.I,
)
_OLD_YEAR = re.compile(r"(?:năm|nhiệm\s+kỳ|giai\s+đoạn|/)\s?(?:19\d\d|20[01]\d|202[0-4])(?!\d)", re.I)
_WINDOW = 600  # characters around a phrase in which its sentence is looked for
_WHOLE = re.compile(r"toàn\s+phần", re.I)


def levels(text: Text) -> Iterator[Hit]:
    """Service levels 1-4 after their last day (2022-08-14), outside of a look back at what once was."""
    if law.in_force("bon-muc-do", text.day):
        return
    for start, end, _passage in _level_mentions(text):
        yield Hit(start, end, "law.levels-ended", *reported("law.levels-ended"))


def kinds_too_early(text: Text) -> Iterator[Hit]:
    """The two kinds before their first day (2022-08-15)."""
    if text.day >= law.fact("toan-trinh-mot-phan").start:
        return
    for start, end in _kind_mentions(text):
        yield Hit(start, end, "law.kinds-early", *reported("law.kinds-early"))


def two_schemes(text: Text) -> Iterator[Hit]:
    """One text that argues both schemes; told at the first place of the one that is out of force."""
    by_level, by_kind = list(_level_mentions(text)), list(_kind_mentions(text))
    if by_level and by_kind:
        levels_hold = law.in_force("bon-muc-do", text.day)
        start, end = by_kind[0] if levels_hold else by_level[0][:2]
        other = text.place((by_level[0] if levels_hold else by_kind[0])[0])[0]
        message = _("The text argues two schemes: levels, and the two kinds (line {line}).").format(line=other)
        if levels_hold:
            message = _("The text argues two schemes: the two kinds, and levels (line {line}).").format(line=other)
        yield Hit(start, end, "law.two-schemes", message, _("Keep the scheme that is in force on the article's day."))


def whole_part(passage: Passage) -> Iterator[Hit]:
    """ "toàn phần" said for the kind "toàn trình"."""
    if re.search(r"dịch\s+vụ|DVC|trực\s+tuyến", passage.text, re.I):
        for match in _WHOLE.finditer(passage.text):
            replacement = "Toàn trình" if match.group()[0] == "T" else "toàn trình"
            message = _("The kind of service is called “toàn trình”.")
            yield Hit(*match.span(), "wording.toan-phan", message, _("Write “toàn trình”."), replacement=replacement)


def reported(code: str) -> tuple[str, str]:
    """The message and the mend for wording that is out of force; campaign facts and texts are told the same."""
    texts = {
        "law.levels-ended": (
            _("Since 15 August 2022 online services have no levels any more; there are two kinds."),
            _("Write “toàn trình” or “một phần”, or say that the levels are the former way of naming."),
        ),
        "law.kinds-early": (
            _("On this day the two kinds were not in force yet; there were four levels."),
            _("Write the level: mức độ 3 or mức độ 4."),
        ),
        "law.portal-ended": (
            _("Since 1 July 2025 provincial portals take no files."),
            _("Name the national portal: https://dichvucong.gov.vn/"),
        ),
        "law.district-ended": (
            _("Since 1 July 2025 there is no district level, and no thị trấn."),
            _("Name the commune or the province that does the work now."),
        ),
        "law.one-stop-ended": (
            _("Since 1 July 2025 the commune's desk is called “Trung tâm Phục vụ hành chính công”."),
            _("Write “Trung tâm Phục vụ hành chính công” and the commune's name."),
        ),
        "law.login-ended": (
            _("Since 1 July 2024 people log in with VNeID only."),
            _("Write “đăng nhập bằng tài khoản VNeID”."),
        ),
    }
    return texts[code]


_ENDED = (
    ("cong-cap-tinh", _PORTAL, "law.portal-ended"),
    ("cap-huyen", _DISTRICT, "law.district-ended"),
    ("bo-phan-mot-cua-xa", _DESK, "law.one-stop-ended"),
    ("tai-khoan-rieng-cua-cong", _LOGIN, "law.login-ended"),
)


def ended(passage: Passage) -> Iterator[Hit]:
    """Provincial portals, districts, one-stop desks and own portal accounts after their end."""
    for id_, pattern, code in _ENDED:
        if law.in_force(id_, passage.day) or passage.day < law.fact(id_).start:
            continue
        for match in pattern.finditer(passage.text):
            if not _rightly_said(code, passage.text, match):
                yield Hit(match.start(), match.end(), code, *reported(code))


def towns_ended(passage: Passage) -> Iterator[Hit]:
    """Cities under a province, which ended with the districts: "thành phố Đông Hà"."""
    if law.in_force("cap-huyen", passage.day) or "thành phố" not in passage.text.lower():
        return
    for match in re.finditer(rf"(?:thành phố|TP\.?)\s+((?:[{UPPER}]\w*\s?)+)", passage.text):
        town = match[1].strip()
        if town in places.town_names() and not _HISTORIC.search(sentence_around(passage.text, *match.span())):
            end = match.start(1) + len(town)
            yield warning(match.start(), end, "law.district-ended", *reported("law.district-ended"))


def is_past(sentence: str) -> bool:
    """Whether `sentence` tells of what once was."""
    return _HISTORIC.search(sentence) is not None


def _rightly_said(code: str, text: str, match: re.Match[str]) -> bool:
    """Said of the past, within a name (chợ Huyện), or of accounts that are VNeID's."""
    sentence = sentence_around(text, *match.span())
    if _HISTORIC.search(sentence):
        return True
    if code == "law.district-ended":
        if _OLD_DOCUMENT.search(sentence) or _OLD_YEAR.search(sentence):
            return True
        inside = match.start() > 0 and not re.search(r"[.!?]\s+$", text[max(match.start() - 9, 0) : match.start()])
        lone_capital = match.group()[0].isupper() and " " not in match.group()
        return (
            inside
            and (lone_capital or bool(re.search(rf"[{UPPER}]\w*\s$", text[max(match.start() - 30, 0) : match.start()])))
            and match.group()[0].isupper()
        )
    return code == "law.login-ended" and bool(re.search(r"VNeID|định\s+danh", sentence, re.I))


def kinds_unconfirmed(text: Text) -> Iterator[Hit]:
    """Once, after 2026-06-30: whether the two kinds still stand is not confirmed."""
    fact = law.fact("toan-trinh-mot-phan")
    if fact.until is None or text.day <= fact.until:
        return
    for start, end in _kind_mentions(text):
        if re.search(r"nghị\s+định|căn\s+cứ|quy\s+định\s+tại", sentence_around(text.flat, start, end), re.I):
            message = _("Whether the two kinds still stand on this day is not confirmed ({by}).").format(
                by=fact.ended_by
            )
            yield warning(
                start,
                end,
                "law.unconfirmed",
                message,
                _("Check what is in force (kiểm tra lại hiệu lực) before you publish."),
            )
            return


def is_former_desk(name: str) -> bool:
    """Whether `name` is a commune's one-stop desk as it was called until 2025-06-30."""
    return bool(_DESK.search(name))


def sentence_around(text: str, start: int, end: int) -> str:
    """The sentence that holds the span; a rough cut is enough to see what a phrase is said about."""
    first = max(start - _WINDOW, 0)
    before = max((m.end() for m in re.finditer(r"[.!?;]\s", text[first:start])), default=0)
    after = re.search(r"[.!?;](?:\s|$)", text[end : end + _WINDOW])
    return text[first + before : end + after.start() if after else end + _WINDOW]


def _level_mentions(text: Text) -> Iterator[tuple[int, int, Passage]]:
    """Mentions of service levels that are meant as today's; the first of each sentence."""
    looking_back = False
    for offset, passage in text.passages:
        if _explains_old(passage.text):
            looking_back = True
        elif not (passage.item or re.match(r"[-\s]*mức\s+độ", passage.text, re.I)):
            looking_back = False
        if looking_back or ("mức" not in passage.text.lower() and "cấp độ" not in passage.text.lower()):
            continue
        reported = ""
        for match in _LEVEL.finditer(passage.text):
            sentence = sentence_around(passage.text, *match.span())
            if sentence == reported or not _ABOUT_SERVICES.search(passage.text) or _IDENTITY.search(sentence):
                continue
            if not re.search("độ", match.group(), re.I) and not re.search(
                r"dịch vụ công|DVC|trực tuyến", sentence, re.I
            ):
                continue
            if match.group().lower().startswith("cấp") and not re.search(r"dịch vụ công|DVC", sentence, re.I):
                continue
            reported = sentence
            yield offset + match.start(), offset + match.end(), passage


def _kind_mentions(text: Text) -> Iterator[tuple[int, int]]:
    for offset, passage in text.passages:
        for start, end in _kinds_in(passage.text):
            yield offset + start, offset + end


@lru_cache(maxsize=50_000)
def _kinds_in(text: str) -> tuple[tuple[int, int], ...]:
    return tuple(match.span() for match in _KIND.finditer(text))


@lru_cache(maxsize=50_000)
def _explains_old(text: str) -> bool:
    return bool(_EXPLAINS_OLD.search(text))


_NUMBER = re.compile(r"(?<![\d/])(\d{1,4})/((?:19|20)\d\d)/([A-ZĐ]{2,6}(?:-[A-ZĐa-z]{2,10})?\d{0,2})(?![\w/])")
_LOOSE = re.compile(r"(?<![\d/])(\d{1,4})\s*/\s*((?:19|20)\d\d)\s*/\s*(NĐ|ND|QĐ|QD|NQ)\s*[-–—]?\s*(CP|TTg|TTG)(?!\w)")
_LOOKS_BACK = re.compile(r"thay\s+thế|bãi\s+bỏ|hết\s+hiệu\s+lực|trước\s+đây|sửa\s+đổi|quy\s+định\s+cũ", re.I)


def documents(passage: Passage) -> Iterator[Hit]:
    """A document that ended before the article's day, or is younger than it, or is known second-hand only."""
    if "/" not in passage.text:
        return
    for match in _NUMBER.finditer(passage.text):
        number, span = match.group(), match.span()
        if int(match[2]) > passage.day.year:
            message = _("{number} is younger than the article's day.").format(number=number)
            yield Hit(*span, "law.too-early", message, _("Check the number, or the article's day."))
            continue
        known = law.document(number)
        if known is None or _LOOKS_BACK.search(sentence_around(passage.text, *span)):
            continue
        if passage.day < known.start:
            message = _("{number} is in force from {day} only.").format(number=number, day=f"{known.start:%d/%m/%Y}")
            yield Hit(*span, "law.too-early", message, _("Cite what was in force on the article's day."))
        elif known.until and passage.day > known.until:
            message = _("{number} ended on {day}, by {by}.").format(
                number=number, day=f"{known.until:%d/%m/%Y}", by=known.ended_by
            )
            if known.confirmed:
                yield Hit(*span, "law.ended", message, _("Cite what replaced it, or leave the reference out."))
            else:
                yield warning(
                    *span,
                    "law.unconfirmed",
                    message,
                    _("Check what is in force (kiểm tra lại hiệu lực) before you publish."),
                )
        elif not known.confirmed and known.until is None:
            message = _("{number} is not confirmed in Loa's table.").format(number=number)
            yield warning(
                *span,
                "law.unconfirmed",
                message,
                _("Check what is in force (kiểm tra lại hiệu lực) before you publish."),
            )


def number_form(passage: Passage) -> Iterator[Hit]:
    """ "43/2011/NĐCP", "43 / 2011 / ND-CP": the number of a document in a form that no register has."""
    if "/" not in passage.text:
        return
    for match in _LOOSE.finditer(passage.text):
        kind = {"ND": "NĐ", "QD": "QĐ"}.get(match[3], match[3])
        right = f"{match[1]}/{match[2]}/{kind}-{'TTg' if match[4] == 'TTG' else match[4]}"
        if match.group() != right:
            message = _("This document number is not written as registers have it.")
            fix = _("Write {right}.").format(right=right)
            yield Hit(*match.span(), "law.number", message, fix, replacement=right)


_ISSUED = re.compile(r"(?<![\w/])\d{1,5}[a-z]?/(?:(?:19|20)\d\d/)?([A-ZĐ]{2,4})([-/])([A-ZĐ]{3,7}\d{0,2})(?![\w/-])")
_ASSEMBLY = re.compile(r"(?<![\w/])\d{1,4}/((?:19|20)\d\d)/(?:UBTV)?QH(\d{1,3})(?!\w)")
_ISSUERS = frozenset(
    "UBND HĐND UBMTTQ MTTQ BCĐ BCH BCHQS BTC BNV BYT BGDĐT BTP BCA BQP BCT BXD BTTTT BVHTTDL BTNMT BNNPTNT BNNMT BKHCN "
    "BLĐTBXH BGTVT BKHĐT BHXH UBBC BBC TTg TTHC HĐNVQS HĐBC ĐU ĐUX TYT TTYT CAX CAP CAT VPCP VPUB BTV BDT".split()
)
_TERMS = ((2026, 16), (2021, 15), (2016, 14), (2011, 13), (2007, 12), (2002, 11), (1997, 10), (1992, 9))
"""The first year of each National Assembly, and its number; the one before sits in the first months of that year."""


def issuers(passage: Passage) -> Iterator[Hit]:
    """ "67/QĐ-UBMD", "199/2025/QH51": the office is one slip away from a known one, or the Assembly another."""
    if "/" not in passage.text:
        return
    for match in _ISSUED.finditer(passage.text):
        near = _near_issuer(match[3]) if match[3] not in _ISSUERS else match[3]
        if near is None or (near == match[3] and match[2] == "-"):
            continue
        right = match.group()[: match.start(2) - match.start()] + "-" + near
        message = _("This document number is not written as registers have it.")
        yield warning(*match.span(), "law.number", message, _("Did you mean “{near}”?").format(near=right))
    for match in _ASSEMBLY.finditer(passage.text):
        year = int(match[1])
        right_ones = {number for first, number in _TERMS if first <= year}
        newest = max(right_ones, default=0)
        allowed = {newest, newest - 1} if any(first == year for first, _n in _TERMS) else {newest}
        if newest and int(match[2]) not in allowed:
            message = _("In {year} the National Assembly was QH{right}, not QH{given}.").format(
                year=year, right=newest, given=match[2]
            )
            yield Hit(*match.span(), "law.number", message, _("Check the number of the document."))


@lru_cache(maxsize=1000)
def _near_issuer(name: str) -> str | None:
    """The known office whose letters differ in one."""
    for other in sorted(_ISSUERS):
        if len(other) == len(name) and len(name) > 3 and sum(a != b for a, b in zip(name, other, strict=True)) == 1:
            return other
        longer, shorter = (name, other) if len(name) > len(other) else (other, name)
        if len(longer) == len(shorter) + 1 > 4 and shorter in {
            longer[:i] + longer[i + 1 :] for i in range(len(longer))
        }:
            return other
    return None
