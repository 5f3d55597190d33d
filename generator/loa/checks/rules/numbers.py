"""Numbers that are lost, left open or do not go with what they count: "khoảng tỷ đồng", "ngày …/12", "gồm tám điểm"."""

import re
from collections.abc import Iterator
from datetime import date

from loa.checks.text import Hit, Passage, Text, warning
from loa.i18n import _

_UNIT = r"(?:tỷ|triệu|nghìn|ngàn|trăm)(?:\s+đồng)?|phần\s+trăm|%|ki-lô-mét|km|kg|mét|hécta|ha|tấn|tạ|m²|m2"
_LOST = re.compile(
    rf"(?<![\w,.])(?:khoảng|hơn|gần|tới|đến|trên|dưới|tối\s+đa|ít\s+nhất|tối\s+thiểu|trị\s+giá|số\s+tiền|là)\s+(?:{_UNIT})(?!\w)"
    r"(?!\s+(?:lẻ|rưỡi|năm\s+văn|công|bằng|phần))"
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


_GUST = re.compile(
    r"cấp\s+(?P<a>\d{1,2})(?:\s*[-–]\s*(?P<a2>\d{1,2}))?(?!\w)[^.;\d\n]{0,30}giật\s+(?:tới\s+|đến\s+|trên\s+|mạnh\s+)?"
    r"cấp\s+(?P<b>\d{1,2})(?!\w)",
    re.I,
)
_MEASURE = (
    r"(?:độ(?:\s*C)?|mm|mi-?\s?li-?\s?mét|kg|ki lô gam|tuổi|tháng\s+tuổi|triệu(?:\s+đồng)?|nghìn(?:\s+đồng)?|"
    r"tỷ(?:\s+đồng)?|đồng|%|phần\s+trăm|mét|km|m|cm|hộ|người|con|ha|tấn|tạ)"
)
_FROM_TO = re.compile(
    rf"(?<!\w)từ\s+(?:khoảng\s+)?(?P<a>\d[\d.]*(?:,\d+)?)\s*(?P<u>{_MEASURE}(?!\w))?\s*(?:đến|tới|[-–])\s*"
    rf"(?P<b>\d[\d.]*(?:,\d+)?)\s*(?P<u2>{_MEASURE})(?!\w)"
    r"|(?<!\w)từ\s+(?:năm\s+)?(?P<y>19\d\d|20\d\d)\s*(?:đến|[-–])\s*(?:năm\s+)?(?P<y2>19\d\d|20\d\d)(?![\w/])",
    re.I,
)
_AGED = re.compile(
    r"(?<![\d.,/])(?P<age>\d{1,3})\s+tuổi(?!\w)[^.;\d\n]{0,20}sinh\s+(?:năm|ngày\s+\d{1,2}/\d{1,2}/)\s*(?P<born>(?:19|20)\d\d)"
    r"|sinh\s+năm\s+(?P<born2>(?:19|20)\d\d)[^.;\d\n]{0,20}?(?P<age2>\d{1,3})\s+tuổi(?!\w)",
    re.I,
)
_SHARE = re.compile(
    r"(?<![\d/.,])(?P<a>\d{1,4})/(?P<b>\d{1,4})\s+(?:hộ|người|thôn|tiêu\s+chí|đại\s+biểu|hội\s+viên|cử\s+tri|đảng\s+viên|"
    r"học\s+sinh|thanh\s+niên|đoàn\s+viên|chi\s+bộ)(?!\w)",
    re.I,
)
_OF_ALL = re.compile(
    r"(?<![\d/.,])(?P<a>\d[\d.]*)\s+[^\W\d_]+(?:\s+[^\W\d_]+){0,4}\s+trên\s+(?:tổng\s+số\s+)(?P<b>\d[\d.]*)\s+[^\W\d_]",
    re.I,
)
_HOUSEHOLDS = re.compile(
    r"(?<![\d.,/])(?P<a>\d[\d.]*)\s+hộ(?:\s+dân|\s+gia\s+đình)?\s*(?:,|với|và|/|-|–|\(|có)+\s*(?P<b>\d[\d.]*)\s+(?:nhân\s+)?khẩu(?!\w)",
    re.I,
)
_REDUCED = re.compile(
    r"(?<![\d.,])(?P<a>\d[\d.]*)\s*(?:đồng|đ)(?!\w)[^.;\d\n]{0,30}giảm\s+(?:giá\s+)?(?:còn\s+)?(?P<p>\d{1,2})\s*%[^.;\d\n]{0,20}còn\s+"
    r"(?:lại\s+)?(?P<b>\d[\d.]*)\s*(?:đồng|đ)(?!\w)",
    re.I,
)
_LISTED_DAYS = re.compile(
    rf"(?<![\w,.])(?:0)?{_MANY}\s+ngày\s*:?\s*\(?(?P<days>\d{{1,2}}(?:\s*,\s*\d{{1,2}})*\s*(?:,|và)\s*\d{{1,2}})(?:/\d|\s+tháng)",
    re.I,
)
_LOW_HIGH = re.compile(
    r"thấp nhất[^.;\d\n]{0,30}(?P<a>\d{1,2})(?!\d)[^.;\n]{0,60}?cao nhất[^.;\d\n]{0,30}(?P<b>\d{1,2})(?!\d)", re.I
)
_FALLS = re.compile(r"(?:giảm|hạ|rút|xuống|lùi|ngược|thay\s+đổi|điều\s+chỉnh|chuyển)[^.;]{0,30}$", re.I)
_DAYS = re.compile(
    rf"(?<![\w,.])(?:0)?{_MANY}\s+ngày(?:\s+liên\s+tục|\s+liền)?\s*[,(:]?\s*(?:bắt\s+đầu\s+)?từ\s+(?:ngày\s+)?"
    r"(?P<d>\d{1,2})(?:/(?P<m>\d{1,2})(?:/(?:19|20)\d\d)?)?\s*(?:đến|tới|[-–])\s*(?:hết\s+)?(?:ngày\s+)?"
    r"(?P<d2>\d{1,2})(?:/(?P<m2>\d{1,2})(?:/(?P<y>(?:19|20)\d\d))?)?(?![\d/])",
    re.I,
)


def backwards(passage: Passage) -> Iterator[Hit]:
    """A gust weaker than its wind, “từ 25 đến 20 độ”, a lowest value above the highest."""
    text = passage.text
    for match in _GUST.finditer(text) if "giật" in text else ():
        if int(match["b"]) < int(match["a2"] or match["a"]):
            message = _("The gusts are weaker than the wind: {words}.").format(words=match.group())
            yield Hit(*match.span(), "number.backwards", message, _("Check the two numbers."))
    for match in (*_FROM_TO.finditer(text), *_LOW_HIGH.finditer(text)):
        found = match.groupdict()
        if found.get("u") and " ".join(match["u"].lower().split()) != " ".join(match["u2"].lower().split()):
            continue
        ends = (match["y"], match["y2"]) if found.get("y") else (match["a"], match["b"])
        first, last = map(_exact, ends)
        if first > last and not _FALLS.search(text[: match.start()]):
            message = _("The span ends before it begins: {span}.").format(span=match.group())
            yield warning(*match.span(), "number.backwards", message, _("Check the two numbers."))


def _exact(digits: str) -> float:
    return float(digits.rstrip(".").replace(".", "").replace(",", "."))


def parts_and_wholes(passage: Passage) -> Iterator[Hit]:
    """ "45/40 hộ", "200 hộ với 150 nhân khẩu", "45 tuổi (sinh năm 1990)", "giảm 20% còn 70.000 đồng" of 100.000."""
    text = passage.masked
    for match in (*_SHARE.finditer(text), *_OF_ALL.finditer(text), *_HOUSEHOLDS.finditer(text)):
        first, last = _exact(match["a"]), _exact(match["b"])
        if first > last:
            message = _("{part} is more than the {whole} that it is part of.").format(part=match["a"], whole=match["b"])
            yield warning(*match.span(), "count.sum", message, _("Check the two numbers."))
    for match in _AGED.finditer(text):
        age, born = int(match["age"] or match["age2"]), int(match["born"] or match["born2"])
        if abs(passage.day.year - born - age) > 2:
            message = _("Who was born in {year} is not {age} years old.").format(year=born, age=age)
            yield warning(*match.span(), "count.years", message, _("Check the two numbers."))
    for match in _REDUCED.finditer(text):
        right = _exact(match["a"]) * (100 - int(match["p"])) / 100
        if abs(right - _exact(match["b"])) > 0.01 * right:
            message = _("A reduction by {part} per cent gives {right}, not {given}.").format(
                part=match["p"], right=f"{right:,.0f}".replace(",", "."), given=match["b"]
            )
            yield warning(*match.span(), "count.rate", message, _("Check the three numbers."))
    for match in _LISTED_DAYS.finditer(text):
        many = len(re.findall(r"\d+", match["days"]))
        if many != _number(match["many"]):
            message = _("{many} are announced, {found} follow.").format(many=match["many"], found=many)
            yield warning(*match.span(), "count.days", message, _("Check the number and the days."))


def days_counted(passage: Passage) -> Iterator[Hit]:
    """ "trong 3 ngày, từ ngày 10 đến ngày 13": a number of days that the two days do not give."""
    for match in _DAYS.finditer(passage.text):
        first, last = int(match["d"]), int(match["d2"])
        if match["m"] and match["m2"] and match["m"] != match["m2"]:
            try:
                year = int(match["y"] or passage.day.year)
                begin = date(year - (int(match["m"]) > int(match["m2"])), int(match["m"]), first)
                right = (date(year, int(match["m2"]), last) - begin).days + 1
            except ValueError:
                continue
        else:
            right = last - first + 1
        if right > 0 and right != _number(match["many"]):
            message = _("These are {right} days, not {given}: {words}.").format(
                right=right, given=_number(match["many"]), words=match.group()
            )
            yield warning(*match.span(), "count.days", message, _("Check the number and the days."))


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
            cited = re.search(r"(?:khoản|điểm|Điều)\s+$", passage.text[: match.start("many")], re.I)  # khoản 6 Điều này
            if (
                cited
                or found is None
                or found == many
                or (";" in rest and _in_sentence(rest.partition(";")[0]) == many)
            ):
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
