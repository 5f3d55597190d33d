"""Dates, months, quarters and ranges of them. "ngày" and "tháng" are added where the text leaves them out."""

import re

from generator.vietnamese.numbers import cardinal
from generator.vietnamese.scan import Rule, Scan

_DASH = r"\s?(?:-|–|—|đến|÷)\s?"
FULL = re.compile(r"(\d{1,2})(\s?[/.-]\s?)(\d{1,2})(\s?[/.-]\s?)(\d{4}|\d{2})(?![\d/]|[.,]\d)")
ISO = re.compile(r"((?:19|20)\d\d)-(\d{2})-(\d{2})(?!\d)")
DAYS = re.compile(r"(\d{1,2})(\s?[-–—]\s?)(\d{1,2})([/.])(\d{1,2})(?:\4(\d{4}))?(?![\d/])")
DAY_MONTHS = re.compile(r"(\d{1,2})/(\d{1,2})(\s?[-–—]\s?)(\d{1,2})/(\d{1,2})(?:/(\d{4}))?(?![\d/])")
MONTHS = re.compile(r"(\d{1,2})(\s?[-–—,]\s?)(\d{1,2})/(\d{4})(?![\d/])")
MONTH_YEAR = re.compile(r"(\d{1,2})\s?([/-])\s?((?:19|20)\d\d)(?![\d/])")
DAY_MONTH = re.compile(r"(\d{1,2})\s?([/.-])\s?(\d{1,2})(?![\d/]|[.,]\d)")
_DATE_BEFORE = re.compile(
    r"(?:ngày|sáng|trưa|chiều|tối|đêm|hôm|mùng|mồng|dịp|lễ|tết|kỷ niệm|khánh|nhật|hạn|rằm|lịch|phụ nữ|lao động|liệt sĩ|giáo|thứ \w+|"
    r"giờ|kể từ|bắt đầu|vào|lúc|giờ \d+|\d+h\d*|từ ngày .{1,20}|trước|sau|hết|cuối|đầu|sinh|khai mạc|nay|qua|mai|phút|t[2-7]|cn)[,:( ]*\(?$"
)
_NO_DAY = re.compile(
    r"(?:(?:ngày|mùng|mồng|hôm|rằm)[: ]*|(?:các|những|hai|ba) ngày [^.;]{0,40}(?:,| và|và) ?|ngày \d{1,2}(?:, ?\d{1,2})*(?:,| và|,? &) ?)$"
)
_ADDRESS = re.compile(r"(?:số|nhà|ngõ|ngách|hẻm|kiệt|thửa|tờ|lô|đường|tổ|kp|khu phố)[ :]*$")
_HOLIDAYS = frozenset(
    [
        "30.4",
        "30.04",
        "1.5",
        "01.5",
        "2.9",
        "02.9",
        "8.3",
        "20.10",
        "20.11",
        "27.7",
        "22.12",
        "26.3",
        "19.5",
        "3.2",
        "27.2",
        "21.6",
        "1.6",
        "28.6",
        "10.3",
        "19.8",
        "15.10",
        "14.10",
        "9.1",
        "1.6",
        "2.4",
        "18.11",
        "6.12",
    ]
)


def _day(text: str) -> bool:
    return 1 <= int(text) <= 31


def _month(text: str) -> bool:
    return 1 <= int(text) <= 12


def month(text: str, scan: Scan) -> str:
    """The name of a month: the fourth is tháng tư in every region."""
    return "tư" if int(text) == 4 else cardinal(int(text), scan.region)


def _year(text: str, scan: Scan) -> str:
    number = int(text)
    if len(text) == 2:
        number += 2000 if number < 60 else 1900
    return cardinal(number, scan.region)


def _say_date(scan: Scan, match: re.Match[str], day: int, month_: int, year: int | None, *, ngay: bool) -> None:
    start, end = match.span(day)
    scan.say(("ngày " if ngay else "") + cardinal(int(match[day]), scan.region), start, end)
    start, end = match.span(month_)
    scan.say("tháng " + month(match[month_], scan), start, end)
    if year is not None and match[year]:
        start, end = match.span(year)
        scan.say("năm " + _year(match[year], scan), start, end)


def wants_day(scan: Scan, start: int) -> bool:
    """Whether "ngày" must be added before `start`."""
    return _NO_DAY.search(scan.before(start)) is None


def read_full(scan: Scan, match: re.Match[str]) -> int | None:
    """21-6-2025, 30.04.1975, 01/7/25."""
    if match[2].strip() != match[4].strip() or not (_day(match[1]) and _month(match[3])):
        return None
    if len(match[5]) == 2 and match[2].strip() != "/" and not _DATE_BEFORE.search(scan.before(match.start())):
        return None
    if len(match[5]) == 2 and _ADDRESS.search(scan.before(match.start())):
        return None
    _say_date(scan, match, 1, 3, 5, ngay=wants_day(scan, match.start()))
    return match.end()


def read_iso(scan: Scan, match: re.Match[str]) -> int | None:
    """2025-07-01."""
    if not (_month(match[2]) and _day(match[3])):
        return None
    _say_date(scan, match, 3, 2, 1, ngay=wants_day(scan, match.start()))
    return match.end()


def read_days(scan: Scan, match: re.Match[str]) -> int | None:
    """10-15/9(/2024)."""
    first, last, month_ = match[1], match[3], match[5]
    if not (_day(first) and _day(last) and _month(month_) and int(first) < int(last)):
        return None
    before = scan.before(match.start())
    if match[4] == "." and not _DATE_BEFORE.search(before):
        return None
    scan.say(("ngày " if wants_day(scan, match.start()) else "") + cardinal(int(first), scan.region), *match.span(1))
    scan.say("đến", *match.span(2))
    _say_date(scan, match, 3, 5, 6, ngay=True)
    return match.end()


def read_day_months(scan: Scan, match: re.Match[str]) -> int | None:
    """01/10-15/10(/2024); after "lễ" the two are days, not a range: 30/4-01/5."""
    if not all(map(_day, (match[1], match[4]))) or not all(map(_month, (match[2], match[5]))):
        return None
    feast = {(int(match[1]), int(match[2])), (int(match[4]), int(match[5]))} == {(30, 4), (1, 5)}
    _say_date(scan, match, 1, 2, None, ngay=wants_day(scan, match.start()))
    scan.say("và" if feast and not re.search(r"từ (?:ngày )?$", scan.before(match.start())) else "đến", *match.span(3))
    _say_date(scan, match, 4, 5, 6, ngay=True)
    return match.end()


def read_months(scan: Scan, match: re.Match[str]) -> int | None:
    """tháng 8-12/2024, quý 1-2/2024, tháng 8,9/2024."""
    before = re.search(r"(tháng|quý|các tháng) $", scan.before(match.start()))
    if not before or not (_month(match[1]) and _month(match[3])):
        return None
    unit = before[1].split()[-1]
    one, two = (month(match[n], scan) if unit == "tháng" else cardinal(int(match[n]), scan.region) for n in (1, 3))
    scan.say(one, *match.span(1))
    if "," in match[2]:
        scan.pause(",")
    else:
        scan.say(f"đến {unit}", *match.span(2))
    scan.say(two, *match.span(3))
    scan.say("năm " + _year(match[4], scan), *match.span(4))
    return match.end()


def read_month_year(scan: Scan, match: re.Match[str]) -> int | None:
    """8/2023; after "quý" a quarter; after "số" of a document no date (documents.py comes first)."""
    if not _month(match[1]) or (match[2] == "-" and not re.search(r"tháng $", scan.before(match.start()))):
        return None
    before = scan.before(match.start())
    quarter = re.search(r"(?:quý|đợt|lần|kỳ|số|tuần|khóa|tổ) $", before)
    if quarter:
        scan.say(cardinal(int(match[1]), scan.region), *match.span(1))
    else:
        scan.say(
            ("" if re.search(r"tháng[: ]+(?:\d{1,2}(?:,| và) ?)*$", before) else "tháng ") + month(match[1], scan),
            *match.span(1),
        )
    scan.say("năm " + _year(match[3], scan), *match.span(3))
    return match.end()


def read_day_month(scan: Scan, match: re.Match[str]) -> int | None:
    """15/9 where the words around say that it is a day (sáng 15/9; 10/3 âm lịch; tối 20.11)."""
    if not (_day(match[1]) and _month(match[3])):
        return None
    before, after = scan.before(match.start()), scan.after(match.end(), 24)
    dated = _DATE_BEFORE.search(before) is not None and _ADDRESS.search(before) is None
    certain: object
    if match[2] == "/":
        certain = dated or re.match(
            r",? ?(?:\(?(?:âm|dương) lịch|năm \d{4}|hằng năm|hàng năm|tới\b|vừa qua|sắp tới|\((?:thứ|nhằm|tức))", after
        )
        certain = certain or re.search(r"(?:ngày|tháng \d+|/\d{1,2}|/\d{4})(?:,| và| đến| -|-) ?$", before)
        certain = certain or (
            re.search(r"(?:^|\W)(?:từ|đến|và|tới|trước|sau) $", before)
            and re.match(r"\s?(?:đến|[-–]|tới|và|[.,;)]|$)", after)
        )
        certain = certain or (len(match[1]) == 2 and match[1][0] == "0" and not re.match(r" ?[a-zđ]", after))
    elif match[2] == ".":
        certain = re.search(r"(?:ngày|sáng|trưa|chiều|tối|đêm|hôm) $", before) or (
            dated and f"{match[1]}.{match[3]}" in _HOLIDAYS
        )
    else:
        certain = (
            re.search(r"(?:ngày|sáng|chiều|tối|hôm) $", before)
            and int(match[1]) > int(match[3])
            and "từ" not in before[-12:]
        )
    if not certain or _ADDRESS.search(before):
        return None
    _say_date(scan, match, 1, 3, None, ngay=wants_day(scan, match.start()))
    return match.end()


RULES: tuple[Rule, ...] = (
    (ISO, read_iso),
    (FULL, read_full),
    (DAY_MONTHS, read_day_months),
    (DAYS, read_days),
    (MONTHS, read_months),
    (MONTH_YEAR, read_month_year),
    (DAY_MONTH, read_day_month),
)
