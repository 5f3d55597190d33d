"""Whom a text tells people to ask, and who speaks in a text without a letterhead."""

import re
from collections.abc import Iterable, Iterator

from loa.importing.lines import BODY
from loa.text import LOWER, UPPER

PHONE = re.compile(
    r"(?<![\w./-])(?:\+84[\s.]?|\(?0)\d{1,4}\)?(?:[\s.\-]?\d){6,9}(?![\w/])|(?<!\d)1[89]00[\s.]?\d{2,4}(?:[\s.]?\d{2,4})?(?!\d)|(?<![\d./])11[1-5](?![\d./])"
)
_TO = r"(?:cho|về|tới|đến|với)"
_ASKS = re.compile(
    rf"(?:liên hệ|liên lạc|phản ánh|báo (?:ngay|tin|lại|kịp thời|sự cố)|báo {_TO}|thông báo (?:ngay |kịp thời ){_TO}|"
    r"gọi|lh\s*:|trình báo|gửi (?:ý kiến )?về|đường dây nóng|hotline|đầu mối|(?:số )?điện thoại(?: liên hệ)?|"
    r"sđt|đt|trực ban|xác nhận (?:tham dự |tham gia )?(?:qua|với)|đăng ký (?:với|tại|qua)|qua số(?: máy)?|gặp)\b",
    re.IGNORECASE,
)
_NAME_AFTER = re.compile(
    r"(?:liên hệ|liên lạc|phản ánh|trình báo|báo|thông báo|gọi điện|gọi|gửi(?: ý kiến)?|đầu mối|đăng ký|"
    r"xác nhận(?: tham (?:dự|gia))?)"
    r"(?:\s*(?:trực tiếp|ngay|kịp thời|với|tới|đến|về|cho|cùng|bộ phận|là|theo|:))*\s+(?P<name>[^,;:()\n]+)",
    re.IGNORECASE,
)
_NAME_ENDS = re.compile(
    r"\s*(?:[.–-]\s*|[,;:(]|\b(?:để|qua|theo|số điện thoại|số máy|điện thoại|sđt|đt|hoặc|tại địa chỉ|địa chỉ|khi|nếu|"
    r"trong giờ|vào giờ|bằng|số máy|hotline|gần nhất|được)\b).*$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"(?:địa chỉ\s*:?|trụ sở(?:\s*:| (?:tại|ở|đặt tại)))\s*(?P<address>[^.;()\n]{4,80}?)"
    r"(?=\s*(?:[.;()\n]|,?\s*(?:số )?(?:điện thoại|đt|sđt)\b|$))",
    re.IGNORECASE,
)
_HOURS = re.compile(r"(?:giờ làm việc|giờ hành chính)\s*:\s*(?P<hours>[^.;()\n]{4,80})", re.IGNORECASE)
_PERSON = re.compile(rf"(?:đồng chí|đ/c|ông|bà|anh|chị|bác sĩ|bs|cô|thầy|bác|chú|cụ|em)\.?\s+[{UPPER}]", re.IGNORECASE)
_SAYS = re.compile(
    rf"(?<![\w.&/-])(?P<who>(?:[{UPPER}][\w.&/-]*)(?:\s+[\w.&/–-]+){{0,13}}?)"
    rf"(?:, (?:tỉnh|huyện|thành phố|TP\.?) [{UPPER}]\w*(?: [{UPPER}]\w*){{0,3}})?\s+"
    r"(?:xin |kính |trân trọng |xin trân trọng |đã |vừa |tiếp tục )*"
    r"(?:thông báo|thông tin|khuyến cáo|kính báo|kêu gọi|đề nghị|kính mời|cảnh báo|rất mong|mong|tổ chức|"
    r"đang tiếp nhận|cần|"
    r"triển khai|tiếp nhận|ngừng|tạm ngừng|mở|tuyển|phát động|ra quân|"
    r"ban hành (?:[Tt]hông báo|[Kk]ế hoạch|[Vv]ăn bản|[Cc]ông văn))\b"
)
_AT = re.compile(
    rf"(?<!tác )\b(?:xã|phường|thị trấn|đặc khu|huyện|tỉnh|thành phố|khu vực|thôn|ấp)"
    rf"(?: (?:[{UPPER}][\w'’]*|\d+(?!\w)))+"
)
_OF = re.compile(
    r"(?:theo|nguồn\s*:|(?:thông báo|khuyến cáo|lời kêu gọi|bài tuyên truyền|bài viết|chương trình) của)\s+"
    r"(?P<who>[^,.;:()\n]{4,90})",
    re.IGNORECASE,
)


def contact_in(paragraphs: Iterable[str], issuer: str | None) -> dict[str, str | None] | None:
    """`{name, address, phone, hours}` of the place that the text names for questions, or None."""
    best: tuple[int, dict[str, str | None]] | None = None
    for paragraph in _with_numbers(paragraphs):
        for sentence in re.split(r"(?<=[.!?;])\s+(?=[^\d\s])", paragraph):
            found = _contact(sentence, issuer)
            if found and (best is None or found[0] > best[0]):
                best = found
    return best[1] if best else None


def _with_numbers(paragraphs: Iterable[str]) -> Iterator[str]:
    """Paragraphs; a heading such as “Đường dây nóng” with the numbers in the line below it."""
    above = ""
    for paragraph in paragraphs:
        heads = above and len(above.split()) < 12 and not PHONE.search(above)
        yield f"{above} {paragraph}" if heads and PHONE.match(paragraph) else paragraph
        above = paragraph


def _contact(sentence: str, issuer: str | None) -> tuple[int, dict[str, str | None]] | None:
    asks = _ASKS.search(sentence)
    if not asks:
        return None
    phones = [
        found.group().strip(" (" if ")" not in found.group() else " ")
        for found in PHONE.finditer(sentence, asks.start())
    ]
    local = [phone for phone in phones if len(re.sub(r"\D", "", phone)) > 3]
    name = _name(sentence, phones)
    if not name and not local:
        return None
    name = name or issuer
    if not name:
        return None
    asked = bool(re.search(r"liên hệ|liên lạc|thắc mắc|vướng mắc|giải đáp|chi tiết", sentence, re.IGNORECASE))
    address, hours = _ADDRESS.search(sentence), _HOURS.search(sentence)
    score = 4 * asked + 2 * bool(local) + bool(address)
    if score < 2 or (score == 2 and not name):
        return None
    return score, {
        "name": name,
        "address": address["address"].strip(" ,") if address else None,
        "phone": next(iter(local or phones), None),
        "hours": hours["hours"].strip(" ,") if hours else None,
    }


def _name(sentence: str, phones: list[str]) -> str | None:
    """The name after “liên hệ”; of several the one that stands before the telephone number."""
    for found in _NAME_AFTER.finditer(sentence):
        start = found.start("name")
        end = sentence.find(phones[0], start) if phones else -1
        parts = re.split(r"\s*(?:[,;:(]|\bhoặc\b)\s*", sentence[start : end if end > 0 else None])
        named = [name for part in parts if (name := _as_name(part))]
        sure = [name for name in named if BODY.match(name) or _PERSON.match(name)]
        if named:
            return (sure or named)[-1 if end > 0 else 0]
    return None


def _as_name(part: str) -> str | None:
    name = _NAME_ENDS.sub("", part).strip(" .,:–-")
    named = any(word[:1].isupper() for word in name.split())
    if not named or len(name) > 90 or name.isdigit():
        return None
    return name if BODY.match(name) or _PERSON.match(name) or name[:1].isupper() else None


def issuer_in(title: str, paragraphs: Iterable[str]) -> str | None:
    """Who speaks, where no letterhead says it: “Trạm Y tế xã Bến Hải thông báo …”, “theo Công an xã …”."""
    for text in [title, *paragraphs]:
        for sentence in re.split(r"(?<=[.!?;:])\s+", text)[:3]:
            for found in _SAYS.finditer(sentence):
                who = _from_body(found["who"])
                if who:
                    return who
    for text in [title, *paragraphs]:
        found_of = _OF.search(text)
        if found_of and (who := _from_body(found_of["who"])):
            return re.split(r"\s+(?:về|tại|thì|cho|trong|từ|ngày|năm)\b", who)[0]
    return None


def by_sign(number: str | None, title: str, paragraphs: Iterable[str]) -> str | None:
    """The committee of the commune that the text names, where the sign of its number says so (`102/KH-UBND`)."""
    if not number or not re.search(r"[-/]UBND\b", number):
        return None
    place = next((found for text in [title, *paragraphs] if (found := _COMMUNE.search(text))), None)
    return f"UBND {place.group()}" if place else None


_COMMUNE = re.compile(rf"\b(?:xã|phường|đặc khu)(?: [{UPPER}][\w'’]*)+(?: \d+\b(?!/))?")


def _from_body(text: str) -> str | None:
    """The last body named in `text`, with its place: what stands before it (“Thực hiện kế hoạch …,”) goes."""
    starts = [
        match.start()
        for match in re.finditer(rf"(?<![\w/-])[{UPPER}]", text)
        if BODY.match(text, match.start())
        and (match.start() == 0 or text[match.start() - 2 : match.start()] in {", ", "– ", "- "})
    ]
    if not starts:
        return None
    who = text[starts[-1] :].strip(" ,-–")
    who = re.split(r"\s+(?:đã|sẽ|vừa|xin|kính|phối hợp|tiếp tục|trân trọng|có|là|yêu cầu|thường xuyên)\b", who)[0]
    places = list(_AT.finditer(who))
    who = who[: places[-1].end()] if places else who
    words = who.split()
    named = sum(word[:1].isupper() for word in words)
    return who if 2 <= len(words) <= 14 and named >= 2 and not re.search(rf"[{LOWER}]\.\s", who) else None
