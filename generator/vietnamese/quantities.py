"""Numbers as counts: groups, decimals, fractions, ranges, percentages, money and units."""

import re
from functools import cache

from generator.vietnamese.numbers import cardinal, decimal, digit_by_digit, whole
from generator.vietnamese.scan import Rule, Scan
from generator.vietnamese.tables import units, word_set

_NUMBER = (
    r"(?:\d{1,3}(?:\.\d{3}){1,5}(?:,\d{1,6})?(?![\d])|\d{1,3}(?:,\d{3}){2,5}(?!\d)|\d{1,3}(?: \d{3}){2,5}(?![\d])"
    r"|\d{1,3} \d{3}(?=\s?(?:đ(?:ồng)?|hộ|người|ha|tấn)(?!\w))|\d{1,18}[.,]\d{1,8}(?!\d)|\d{1,30})"
)
AMOUNT = re.compile(_NUMBER)
RANGE = re.compile(
    rf"({_NUMBER})(\s?(?:%|°C|°|[ºo]C|kg|km|m|ha|h|cm|mm|m2|tr|k)?)(\s?[-–—÷~]\s?|\s?->\s?)({_NUMBER})(?![/-]\d)"
)
PAIR = re.compile(r"(\d{1,9})\s?/\s?(\d{1,9})(?:\s?/\s?(\d{1,6}))?(?![\d])")
LETTERED = re.compile(r"(\d{1,4})([A-ZĐ])(?![\w&])")
HEADING = re.compile(r"\d{1,3}(?:\.\d{1,3}){2,5}\.?(?![\d])")
_FRACTION_AFTER = re.compile(
    r" (?:tổng|số|diện|dân|thành viên|nhiệm|thời|chặng|quãng|đời|mức|giá|lương|trọng|sản lượng|vốn|kinh phí|là|trở|cử tri|chiều|tài sản|quân|"
    r"lượng|phần|khối|công suất|nguồn|trong|hạn|thu nhập|chi phí|suất|học phí|nước|thể tích|viên|lít|thìa|muỗng|quả|bán|khẩu|tháng|ngày|vòng|bát|cốc|ly|ca\b|đường|kế hoạch|quy định|đoạn)"
)
_FRACTION_BEFORE = re.compile(
    r"(?:chiếm|gần|hơn|khoảng|quá|ít nhất|tối thiểu|tối đa|trên|dưới|bằng|không quá|giảm|tăng|còn|mất|hưởng|lấy) $"
)
_STREET = re.compile(r"(?:số|nhà|ngõ|ngách|hẻm|kiệt|thửa(?: đất)?(?: số)?|tờ|lô|số nhà|địa chỉ|đ/c|sn|tại)[ :]*$")
_STREET_AFTER = re.compile(r",? (?:đường|phố|quốc lộ|QL|ấp|khu phố|KP|tổ|thôn|Đường|Phố|[A-ZĐÀ-Ỹ][a-zà-ỹ]+ [A-ZĐÀ-Ỹ])")
_DIGITS_KEPT = re.compile(
    r"(?:đề án|chương trình hành động|chỉ thị|quyết định|nghị định|nghị quyết|thông tư|công văn|kế hoạch|phong trào|kế hoạch số|văn bản|luật|mẫu|mẫu số|biểu mẫu|phiếu số|tờ khai|biểu|ấp|số đề án|project|ct|đa)(?: số)? $"
)
_VERSION = re.compile(
    r"(?:công nghệ|công nghiệp|cách mạng|phiên bản|version|web|thời đại|nông nghiệp|du lịch|lần thứ tư|android|ios|windows|mục|phần|điểm|tiểu mục|bài|chương) (?:lần thứ tư )?$"
)
_SCORE = re.compile(r"(?:tỷ số|tỉ số|kết quả|thắng|thua|hòa|với tỷ lệ)(?: \w+){0,3} $")
_FOURTH = re.compile(r"(?:tháng|thứ|tháng: )$")
_ORDINAL = re.compile(r"(?:lần thứ|đứng thứ|hạng thứ|vị trí thứ|xếp thứ|thứ|người thứ|giai đoạn thứ) $")
_WEEKDAY = re.compile(r"(?:^|[\W])(?:sáng|chiều|tối|ngày|từ|đến|vào|và|,|-|trưa|hằng tuần|mỗi|mọi|các) thứ $")


@cache
def _unit() -> "re.Pattern[str]":
    names = sorted(units(), key=len, reverse=True)
    spaced = [n for n in names if len(n) > 1 or n in "đĐ₫%‰°º℃$€'\"mglLh"]
    return re.compile(
        rf"(?:(?:{'|'.join(map(re.escape, names))})|(?:\s(?:{'|'.join(map(re.escape, spaced))})))(?![^\W_]|²|³)"
    )


def number_words(scan: Scan, text: str) -> str:
    """The words for a number as written: 1.250.000; 7,05; 02; 4.0."""
    if text.isdigit():
        return whole(text, scan.region)
    grouped = re.fullmatch(r"(\d{1,3}(?:\.\d{3})+)(?:,(\d+))?|(\d{1,3}(?:,\d{3}){2,})|(\d{1,3}(?: \d{3})+)", text)
    if grouped:
        digits = re.sub(r"\D", "", grouped[1] or grouped[3] or grouped[4])
        if grouped[2]:
            return decimal(digits, grouped[2], scan.region)
        return whole(digits, scan.region)
    left, mark, right = re.split(r"([.,])", text)
    return decimal(left, right, scan.region, "phẩy" if mark == "," else "chấm")


def _say_unit(scan: Scan, end: int) -> int:
    """The unit after a number that ends at `end`, and what it is taken per; returns where it stops."""
    match = _unit().match(scan.text, end)
    if not match:
        return end
    name = match[0].strip()
    if name == "A" and match[0][0] != " ":
        return end
    words = units()[name]
    money = re.match(r"\s?(?:đồng|đ)(?!\w)", scan.text[match.end() : match.end() + 6])
    if name in {"k", "K", "tr", "Tr"} and money:
        scan.say(words, *match.span())
        return match.end()
    scan.say(words, *match.span())
    return match.end()


def read_amount(scan: Scan, match: re.Match[str]) -> int | None:
    """Any number, with the unit that follows."""
    text, start, end = match[0], match.start(), match.end()
    before = scan.before(start)
    unit = _unit().match(scan.text, end)
    if text.isdigit():
        scan.say(_plain(scan, text, before, unit is not None), start, end)
    elif (
        re.fullmatch(r"\d+\.\d{1,2}", text)
        and (unit or re.match(r" (?:triệu|tỷ|nghìn|tấn|điểm)", scan.after(end, 8)))
        and not _VERSION.search(before)
    ):
        left, right = text.split(".")
        scan.say(decimal(left, right, scan.region), start, end)
    elif re.fullmatch(r"\d{1,3},\d{3}", text) and re.match(r"\s?(?:đ|VNĐ|VND|đồng)", scan.after(end, 6)):
        scan.say(whole(text.replace(",", ""), scan.region), start, end)
    elif re.fullmatch(r"\d{1,2}\.\d{1,2}", text) and scan.fresh and not unit:
        left, right = text.split(".")
        scan.say(f"{whole(left, scan.region)} chấm {whole(right, scan.region)}", start, end)
    elif (
        re.fullmatch(r"\d{1,2},\d{1,2}", text)
        and re.search(
            r"(?:mũi|khoản|điều|mục|điểm|lớp|tổ|thôn|các số|khu vực|mức|mức độ|quý|tháng|cấp|ấp|khối|vùng|đợt|ngày|thứ|độ|chương|câu|bàn|phòng) $",
            before,
        )
        and unit is None
    ):
        left, right = text.split(",")
        for part, at in ((left, start), (right, start + len(left) + 1)):
            scan.say(_plain(scan, part, before, False), at, at + len(part))
    else:
        scan.say(number_words(scan, text), start, end)
    return _say_unit(scan, end)


def _plain(scan: Scan, text: str, before: str, unit: bool) -> str:
    """A run of digits by the words before it: tháng 4, lần thứ 4, Đề án 06."""
    value = int(text) if len(text) < 19 else -1
    if value == 4 and (before.endswith("tháng ") or before.endswith("thứ ")):
        return "tư"
    if value == 1 and _ORDINAL.search(before) and len(text) == 1:
        return "nhất"
    if text[0] == "0" and 1 < len(text) <= 3 and _DIGITS_KEPT.search(before) and not unit:
        return digit_by_digit(text)
    return whole(text, scan.region)


def read_range(scan: Scan, match: re.Match[str]) -> int | None:
    """10-15 phút, 36-39°C, 2026-2030: "đến"; a score is said side by side."""
    before = scan.before(match.start())
    if match[1].count(".") and re.fullmatch(r"\d+(?:\.\d{2}){1,}", match[1]):
        return None
    scan.say(_one(scan, match[1], before), *match.span(1))
    if match[2].strip() and not match[2].strip().isdigit():
        scan.say(units()[match[2].strip()], *match.span(2))
    score = _SCORE.search(before) and len(match[1]) <= 2 and len(match[4]) <= 2
    if not score:
        scan.say("đến", *match.span(3))
    start, end = match.span(4)
    scan.say(_one(scan, match[4], before), start, end)
    return _say_unit(scan, end)


def _one(scan: Scan, text: str, before: str) -> str:
    if text.isdigit():
        return _plain(scan, text, before, True)
    if re.fullmatch(r"\d+\.\d{1,2}", text):
        left, right = text.split(".")
        return decimal(left, right, scan.region)
    return number_words(scan, text)


def read_pair(scan: Scan, match: re.Match[str]) -> int | None:
    """2/3 số hộ (phần), 12/15 xã (trên), số 123/4 (trên); dates came before."""
    one, two = int(match[1]), int(match[2])
    before, after = scan.before(match.start()), scan.after(match.end(), 24)
    first = whole(match[1], scan.region)
    if match[3]:
        scan.say(first, *match.span(1))
        for group in (2, 3):
            scan.say("trên " + whole(match[group], scan.region), *match.span(group))
        return match.end()
    street = _STREET.search(before) or _STREET_AFTER.match(after)
    fraction = (
        not street
        and 0 < one < two
        and match[1][0] != "0"
        and (
            _FRACTION_AFTER.match(after)
            or _unit().match(scan.text, match.end())
            or (two <= 5 and _FRACTION_BEFORE.search(before))
            or (
                two <= 10
                and not _counted(after)
                and not before.endswith("(")
                and re.match(r" ?[a-zđà-ỹ]|\W|$", after)
                and not re.search(r"(?:loại|hạng|cấp|độ|lớp|thương binh) $", before)
            )
        )
    )
    likely_date = (
        (match[1], match[2]) != ("24", "7")
        and two <= 12
        and one <= 31
        and not street
        and not fraction
        and one != two
        and not _counted(after)
    )
    if likely_date and one > two:
        scan.say("ngày " + first, *match.span(1))
        scan.say("tháng " + ("tư" if two == 4 else cardinal(two, scan.region)), *match.span(2))
        scan.doubt(
            "reading.ambiguous", *match.span(), f"ngày {first} tháng …", f"{first} trên {cardinal(two, scan.region)}"
        )
        return match.end()
    scan.say(first, *match.span(1))
    second = whole(match[2], scan.region)
    if fraction:
        scan.say("phần " + ("tư" if two == 4 else second), match.start(2) - 1, match.end(2))
        if not _FRACTION_AFTER.match(after) and not _FRACTION_BEFORE.search(before) and two <= 12:
            scan.doubt("reading.ambiguous", *match.span(), f"{first} phần {second}", f"ngày {first} tháng {second}")
    else:
        scan.say("trên " + second, match.start(2) - 1, match.end(2))
    return _say_unit(scan, match.end())


def _counted(after: str) -> bool:
    word = re.match(r" ([^\W\d_]+)", after)
    return word is not None and word[1].lower() in word_set("units", "counted")


def read_lettered(scan: Scan, match: re.Match[str]) -> int | None:
    """12A: a number and a letter that belongs to it."""
    from generator.vietnamese.letters import letter

    if match[2] in {"V", "W", "Đ"} and not re.search(
        r"(?:số|tổ|ngõ|lô|thôn|lớp|khu phố) $", scan.before(match.start())
    ):
        return None
    scan.say(whole(match[1], scan.region), *match.span(1))
    scan.say("giờ" if match[2] == "H" else letter(match[2]), *match.span(2))
    return match.end()


def read_heading(scan: Scan, match: re.Match[str]) -> int | None:
    """1.1. and 2.1.3: numbers of headings."""
    parts = match[0].rstrip(".").split(".")
    if any(len(part) == 3 for part in parts[1:]):
        return None
    words = " chấm ".join([whole(part, scan.region) for part in parts])
    scan.say(words, *match.span())
    if match[0].endswith("."):
        scan.pause(",")
    return match.end()


RULES: tuple[Rule, ...] = (
    (HEADING, read_heading),
    (PAIR, read_pair),
    (LETTERED, read_lettered),
    (RANGE, read_range),
    (AMOUNT, read_amount),
)
