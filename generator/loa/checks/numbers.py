"""Numbers that are lost, left open or do not go with what they count: "khoảng tỷ đồng", "ngày …/12", "gồm tám điểm"."""

import re
from collections.abc import Iterator

from loa.checks.text import Hit, Passage, Text, warning
from loa.i18n import _

_UNIT = r"(?:tỷ|triệu|nghìn|ngàn|trăm)(?:\s+đồng)?|phần\s+trăm|%|ki-lô-mét|km|kg|mét|hécta|ha|tấn|tạ|m²|m2"
_LOST = re.compile(
    rf"(?<![\w,.])(?:khoảng|hơn|gần|tới|đến|trên|dưới|tối\s+đa|ít\s+nhất|tối\s+thiểu|trị\s+giá|số\s+tiền|là)\s+(?:{_UNIT})(?!\w)"
    r"(?!\s+(?:lẻ|rưỡi|năm\s+văn))"
    r"|(?<!\w)(?:từ|lúc|đến|vào)\s+giờ\s+(?=\d{1,2}\s*phút|[,.]|ngày|thứ)"
    r"|(?<!\w)(?:trong|sau|trước)\s+giờ(?=\s*[,.;])"
    r"|\d\s+hộ\s+(?:với|và|,)\s+(?:nhân\s+)?khẩu(?!\w)"
    r"|(?<!\w)(?:trong|sau|trước)\s+ngày\s+kể\s+từ(?!\w)",
    re.I,
)
_BLANK = re.compile(
    r"(?:…|\.{2,})\s*/\s*(?:\d{1,2}|…|\.{2,})\s*/\s*(?:19|20)\d\d|\d{1,2}\s*/\s*(?:…|\.{2,})\s*/\s*(?:19|20)\d\d"
    r"|ngày\s*(?:…|\.{2,})\s*(?:/|tháng)\s*(?:\d{1,2}|…|\.{2,})|(?<!\w)(?:ngày|lúc)\s{3,}(?:tháng|giờ)"
    r"|(?:số|lúc|phòng|thôn|tổ|điện thoại)(?:\s*:\s*|\s+)(?:…|\.{3,})(?=\s*(?:[,;.]|giờ|$))",
    re.I,
)
_WORDS = dict(
    zip("hai ba bốn năm sáu bảy tám chín mười".split(), range(2, 11), strict=True),
    **{"mười một": 11, "mười hai": 12, "mười ba": 13, "mười bốn": 14, "mười lăm": 15},
)
_MANY = r"(?P<many>\d{1,2}|mười\s+(?:một|hai|ba|bốn|lăm)|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười)"
_THINGS = (
    r"(?P<thing>việc|điểm|loại|nhóm|nội\s+dung|bước|biện\s+pháp|nhiệm\s+vụ|điều|không|tiêu\s+chí|trường\s+hợp|thôn|ấp|"
    r"khu\s+phố|tổ|phần|môn|đội|hạng\s+mục|giải\s+pháp|thủ\s+tục|giấy\s+tờ|xã|xóm|bản)"
)
_COUNTED = re.compile(rf"(?<![\w,.])(?:0)?{_MANY}\s+{_THINGS}(?:\s+[^\W\d_]+){{0,6}}\s*:\s*", re.I)
_NAMED = re.compile(
    rf"(?<![\w,.])(?:0)?{_MANY}\s+{_THINGS}(?!\w)[^.:;]{{0,60}},\s*gồm\s+(?:các\s+(?P=thing)\s*)?:\s*", re.I
)
_NUMBERED = re.compile(r"\s*(\d{1,2}|[a-zđ])[.)]\s")
_AGE = re.compile(
    r"(?<![\d.,/])(?P<n>\d{2,3})\s+năm(?!\w)[^.;\n(]{0,70}\(\s*(?:\d{1,2}/\d{1,2}/)?(?P<a>1[89]\d\d|20\d\d)\s*[-–]\s*"
    r"(?:\d{1,2}/\d{1,2}/)?(?P<b>1[89]\d\d|20\d\d)\s*\)",
    re.I,
)
_OF = re.compile(
    r"(?:kiểm\s+tra|rà\s+soát|khám|tiếp\s+nhận|xét\s+nghiệm|điều\s+tra|khảo\s+sát)(?:\s+(?:được|cho))?\s+(?P<all>\d[\d.]*)\s+"
    r"(?P<noun>[^\W\d_]+)(?!\w)[^.;\d]{0,40}?(?:phát\s+hiện|trong\s+đó|giải\s+quyết|xử\s+lý)(?:\s+(?:có|được|xong))?\s+"
    r"(?P<part>\d[\d.]*)\s+(?P=noun)(?!\w)",
    re.I,
)


def lost(passage: Passage) -> Iterator[Hit]:
    """A unit without its number: "khoảng tỷ đồng", "từ giờ 30 phút"; a date with dots where the day should be."""
    text = passage.masked
    for match in _LOST.finditer(text):
        message = _("A number is missing here: “{words}”.").format(words=match.group())
        yield warning(*match.span(), "number.missing", message, _("Write the number."))
    for match in _BLANK.finditer(text):
        message = _("Something was left open here: “{words}”.").format(words=match.group())
        yield Hit(*match.span(), "leftover.blank", message, _("Fill it in."))


def spans_of_years(passage: Passage) -> Iterator[Hit]:
    """ "95 năm (1930 - 2025)": a number of years that the two years do not give."""
    for match in _AGE.finditer(passage.text) if "năm" in passage.text else ():
        right = int(match["b"]) - int(match["a"])
        if int(match["n"]) != right:
            message = _("From {first} to {last} are {right} years, not {given}.").format(
                first=match["a"], last=match["b"], right=right, given=match["n"]
            )
            yield Hit(*match.span(), "count.years", message, _("Check the three numbers."))


def more_than_all(passage: Passage) -> Iterator[Hit]:
    """ "kiểm tra 156 hộ, phát hiện 311 hộ": more found than looked at."""
    for match in _OF.finditer(passage.text):
        whole, part = (int(match[name].replace(".", "") or 0) for name in ("all", "part"))
        if part > whole:
            message = _("{part} is more than the {whole} that it is part of.").format(part=part, whole=whole)
            yield warning(match.start("all"), match.end(), "count.sum", message, _("Check the two numbers."))


def items(text: Text) -> Iterator[Hit]:
    """ "tám điểm: …" with six of them, in the sentence or in the list below."""
    passages = text.passages
    for index, (offset, passage) in enumerate(passages):
        for match in (*_COUNTED.finditer(passage.text), *_NAMED.finditer(passage.text)):
            many = _number(match["many"])
            rest = passage.text[match.end() :]
            below = [p for _o, p in passages[index + 1 : index + 30]]
            found = _in_sentence(rest) if rest.strip() else _below(below)
            if found is None or found == many:
                continue
            message = _("{many} are announced, {found} follow.").format(many=match.group().strip(" :"), found=found)
            span = (offset + match.start("many"), offset + match.end("thing"))
            yield warning(*span, "count.items", message, _("Check the number, or whether one is missing."))


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _WORDS[" ".join(word.lower().split())]


def _in_sentence(rest: str) -> int | None:
    """How many things a sentence lists: by semicolons, else by commas with a last "và"; None where that is not sure."""
    end = re.search(r"[.!?](?:\s|$)", rest)
    listed = rest[: end.start()] if end else rest
    if "(" in listed or ":" in listed:
        return None
    if ";" in listed:
        parts = [part for part in listed.split(";") if part.strip()]
        return len(parts) if len(parts) > 1 else None
    parts = [part.strip() for part in listed.split(",")]
    last = re.split(r"\s+và\s+", parts[-1])
    if len(parts) < 2 or len(last) > 2 or any(re.search(r"\s(?:và|hoặc)\s", part) for part in parts[:-1]):
        return None
    if any(len(part.split()) > 8 for part in parts):
        return None
    return len(parts) - 1 + len(last)


def _below(passages: list[Passage]) -> int | None:
    """How many items of one kind follow at once; None where they are not numbered in a row."""
    if not passages or not passages[0].item:
        return None
    first = _NUMBERED.match(passages[0].text)
    if first is None:
        bullet = passages[0].text.lstrip()[:1]
        many = 0
        for passage in passages:
            if not passage.item or passage.text.lstrip()[:1] != bullet:
                break
            many += 1
        return many if many > 1 else None
    if first[1] not in {"1", "a"}:
        return None
    many = 0
    for passage in passages:
        found = _NUMBERED.match(passage.text)
        if found and found[1] == (str(many + 1) if first[1] == "1" else "abcdđeghiklmn"[min(many, 12)]):
            many += 1
        elif not passage.item or found:
            break
    return many if many > 1 else None
