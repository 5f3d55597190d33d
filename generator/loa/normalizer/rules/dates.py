"""Dates, months, quarters and ranges of them. "ngày" and "tháng" are added where the text leaves them out."""

import itertools
import re

from loa.normalizer.numbers import DIGITS, cardinal
from loa.normalizer.rules.pairs import CLASS_LIST, SET_LIST
from loa.normalizer.scanner import Rule, Scan
from loa.normalizer.tables import contexts
from loa.text import LOWER, UPPER

FULL = re.compile(r"(\d{1,2})(\s?[/.-]\s?)(\d{1,2})(\s?[/.-]\s?)(\d{4}|\d{2})(?![\d/]|[.,]\d)")
ISO = re.compile(r"((?:19|20)\d\d)-(\d{2})-(\d{2})(?!\d)")
DAYS = re.compile(r"(\d{1,2})(\s?(?:[-–—&,]|và)\s?)(\d{1,2})\s?([/.])\s?(\d{1,2})(?:\s?\4\s?(\d{4}))?(?![\d/]|[.,]\d)")
DAY_LIST = re.compile(r"\d{1,2}(?:\s?[-–]\s?\d{1,2}){2,6}(?=\s?[/.]\s?(?:1[0-2]|0?[1-9])(?!\d))")
_COURSE = re.compile(r"(?:^|\W)ngày (?:1|đầu|thứ nhất)\W.*ngày $")
_MONTH_AFTER = re.compile(r"\s?[/.]\s?(\d{1,2})(?:\s?[/.]\s?((?:19|20)\d\d))?(?!\d)")
INSECT_AGE = re.compile(r"T([1-5])(?:\s?[-–]\s?T?([1-6]))?(?![\w/])")
_INSECT = re.compile(r"(?:sâu|rầy|bọ|nhộng|sâu non)(?: \w+){0,3} $")
_STEM = "[Gg]iáp|[ẤấÂâ]t|Ất|ất|[Bb]ính|[ĐđDd]inh|[Mm]ậu|[Kk]ỷ|[Cc]anh|[Tt]ân|[Nn]hâm|[Qq]uý"
_BRANCH = "[Tt]ý|[Ss]ửu|[Dd]ần|[Mm]ão|[Mm]ẹo|[Tt]hìn|[Tt][ỵỴị]|[Nn]gọ|[Mm]ùi|[Tt]hân|[Dd]ậu|[Tt]uất|[Hh]ợi"
LUNAR = re.compile(
    rf"(\d{{1,2}})\s?[-/.]\s?(\d{{1,2}})(?=\s?[-/.]\s?(?:{_STEM}) (?:{_BRANCH})(?!\w)| (?:{_STEM}) (?:{_BRANCH})(?!\w))"
)
SAME_MONTH = re.compile(r"(\d{1,2})/(\d{1,2})(\s?[-–—]\s?)(\d{1,2})/(\d{1,2})(?:/(\d{4}))?(?![\d/])")
MONTHS = re.compile(r"(\d{1,2})(\s?[-–—,]\s?|\s(?:và|đến)\s)(\d{1,2})(?:/(\d{4}))?(?![\d/%]|[.,]\d| tháng \d)")
_SEPARATOR = r"(?:\s?[-–,/+;&]\s?|\s?,?\s(?:và|hoặc)\s)"
WEEKDAYS = re.compile(
    rf"T?[2-7](?:{_SEPARATOR}(?:[Tt]hứ\s)?T?[2-7](?![\d%]|[.,/]\d\d|\s?(?:giờ|h)\b)){{1,5}}"
    rf"(?:{_SEPARATOR}(?:CN|chủ nhật|Chủ nhật|Chủ Nhật))?(?![\w/]|[.,]\d)"
)
_FROM = frozenset("từ đến hết trước sau tới".split())
_TO_CLEAR_DATE = re.compile(r"\s?(?:đến|-|–|tới)\s?(?:hết |ngày |hết ngày )?(?:1[3-9]|2\d|3[01])/\d{1,2}(?![\d%/])")
_TAKEN = frozenset("bầu đạt vắng trúng".split())
"""Before 03/05 these say that it is three of five."""
_ONE_WEEKDAY = re.compile(r"([2-7])|CN|[Cc]hủ [Nn]hật")
_AND = re.compile(r"và|hoặc|&|\+")
MONTH_RANGE = re.compile(r"T(1[0-2]|0?[1-9])\s?[-–]\s?T?(1[0-2]|0?[1-9])(?:/((?:19|20)\d\d))?(?![\w/]|[.,]\d)")
_MONTH_CODE = re.compile(r"[^.;\n]{0,20}\bT(?:8|9|1[0-2])(?!\d)")
MONTH_YEAR = re.compile(r"(\d{1,2})\s?([/.-])\s?((?:19|20)\d\d)(?![\d/]|[.,]\d)")
DAY_MONTH = re.compile(r"(\d{1,2})\s?([/.-])\s?(\d{1,2})(?![\d/%]|[.,]\d)")
_LISTED = re.compile(r"(?:ngày|tối|sáng|chiều|hôm)[: ]+(?:\d{1,2}(?:/\d{1,2})?(?:\s?[,;&-]\s?| và | & | đến |, và ))+$")
_LISTED_NO_TO = re.compile(r"(?:ngày|tối|sáng|chiều|hôm)[: ]+(?:\d{1,2}(?:\s?[,;&]\s?| và | & |, và ))+$")
_NEXT_TO_DATE = re.compile(
    r"(?<![\d.])\d{1,2}[/.-]\d{1,2}(?:/\d{4})?(?:,| và| hoặc| đến| đến hết| đến ngày| tới|;| ?[-–]| &) ?$"
)
_DATED_AFTER = re.compile(
    r",? ?(?:\(?(?:âm|dương) lịch|\(?[ÂAD]L\b|(?:âm|dương)(?=\s?[).,;:]|$)|"
    r"năm \d{4}|hằng năm|hàng năm|tới\b|vừa qua|sắp tới|này\b|"
    r"\((?:thứ|T[2-7]|nhằm|tức|chủ|mùng|CN))"
)
_BRACKETED_DAY = re.compile(r"(?:(?:mùng|mồng|ngày) \d{1,2}|tết|rằm|giêng|chạp|thứ \w+|chủ nhật|cn|t[2-7]) \($")
_RANGE_OR_END = re.compile(
    r"\s?(?:-|–|đến|tới)\s?(?:hết |ngày |hết ngày )?\d{1,2}[./]\d{1,2}(?![\d%])|\s?(?:đến|[-–]|tới|và)|[.,;)]|$"
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


def _say_date(scan: Scan, match: re.Match[str], groups: tuple[int, int, int | None], *, ngay: bool) -> int:
    day, month_, year = groups
    scan.say(("ngày " if ngay else "") + cardinal(int(match[day]), scan.region), *match.span(day))
    scan.say("tháng " + month(match[month_], scan), *match.span(month_))
    if year is not None and match[year]:
        scan.say("năm " + _year(match[year], scan), *match.span(year))
    return scan.measure(match.end(), "date")


def wants_day(scan: Scan, start: int) -> bool:
    """Whether "ngày" must be added before `start`: not after "ngày", nor inside a list that it heads."""
    before = scan.before(start)
    if before.last in {"ngày", "mùng", "mồng", "hôm", "rằm"} and len(before.gap) <= 3 and "(" not in before.gap:
        return False
    if before.on_street:
        return False
    return _LISTED_NO_TO.search(before.text) is None


def read_full(scan: Scan, match: re.Match[str]) -> int | None:
    """21-6-2025, 30.04.1975, 01/7/25: a full date."""
    if match[2].strip() != match[4].strip() or not (_day(match[1]) and _month(match[3])):
        return None
    before = scan.before(match.start())
    if len(match[5]) == 2 and ((match[2].strip() != "/" and not before.ends("day words")) or before.ends("street")):
        return None
    return _say_date(scan, match, (1, 3, 5), ngay=wants_day(scan, match.start()))


def read_lunar(scan: Scan, match: re.Match[str]) -> int | None:
    """Mùng 8-4-Quý Mão, 16/4 Giáp Thìn: a day of a year that its two cyclic names tell."""
    if not (_day(match[1]) and _month(match[2])):
        return None
    return _say_date(scan, match, (1, 2, None), ngay=wants_day(scan, match.start()))


def read_iso(scan: Scan, match: re.Match[str]) -> int | None:
    """2025-07-01: a date in ISO form."""
    if not (_month(match[2]) and _day(match[3])):
        return None
    return _say_date(scan, match, (3, 2, 1), ngay=wants_day(scan, match.start()))


def read_days(scan: Scan, match: re.Match[str]) -> int | None:
    """10-15/9(/2024), 10 và 11/9: two days of one month."""
    first, last, month_ = match[1], match[3], match[5]
    if not (_day(first) and _day(last) and _month(month_) and int(first) < int(last)):
        return None
    before = scan.before(match.start())
    joined = match[2].strip() in {"và", "&", ","}
    if (match[4] == "." or joined) and not (before.ends("day words") or _LISTED.search(before.text)):
        return None
    counted = re.match(rf" [{LOWER}]", scan.after(match.end(), 2)) is not None
    loose = int(last) <= int(month_) and not match[6] and before.last != "từ" and not before.ends("day words")
    ended = re.match(r"[;.,)]|\s*$", scan.after(match.end(), 2)) is not None and before.last in {
        "hs",
        "sơ",
        "học",
        "thi",
    }
    loose = loose and first[0] != "0" and (counted or before.gap == " ") and not ended
    if before.ends("street") or loose:
        return None
    ngay = wants_day(scan, match.start())
    scan.say(("ngày " if ngay else "") + cardinal(int(first), scan.region), *match.span(1))
    scan.say({",": "", "và": "và", "&": "và"}.get(match[2].strip(), "đến"), *match.span(2))
    return _say_date(scan, match, (3, 5, 6), ngay=not joined)


def read_day_list(scan: Scan, match: re.Match[str]) -> int | None:
    """16-17-18/2: three days and more are a list."""
    days = [int(day) for day in re.findall(r"\d+", match[0])]
    month_ = _MONTH_AFTER.match(scan.text, match.end())
    if month_ is None or days != sorted(set(days)) or days[-1] > 31:
        return None
    head = "ngày " if wants_day(scan, match.start()) else ""
    for index, part in enumerate(re.finditer(r"\d+", match[0])):
        said = cardinal(int(part[0]), scan.region)
        scan.say(said if index else head + said, match.start() + part.start(), match.start() + part.end())
        scan.pause(",")
    scan.say("tháng " + month(month_[1], scan), *month_.span(1))
    if month_[2]:
        scan.say("năm " + _year(month_[2], scan), *month_.span(2))
    return scan.measure(month_.end(), "date")


def read_same_month(scan: Scan, match: re.Match[str]) -> int | None:
    """01/10-15/10(/2024): a range of full days."""
    if not all(map(_day, (match[1], match[4]))) or not all(map(_month, (match[2], match[5]))):
        return None
    if scan.before(match.start()).ends("street"):
        return None
    _say_date(scan, match, (1, 2, None), ngay=wants_day(scan, match.start()))
    scan.say("đến", *match.span(3))
    return _say_date(scan, match, (4, 5, 6), ngay=True)


def read_weekdays(scan: Scan, match: re.Match[str]) -> int | None:
    """thứ 3-5-7, T2,4,6, T2-T4-CN: three days and more are a list, each said with "thứ"."""
    lettered = match[0].startswith("T")
    before = scan.before(match.start())
    if not lettered and (before.last != "thứ" or before.gap != " "):
        return None
    days = list(_ONE_WEEKDAY.finditer(match[0]))
    numbers = [int(day[1]) if day[1] else 8 for day in days]
    joints = [match[0][one.end() : two.start()] for one, two in itertools.pairwise(days)]
    pair = len(days) == 2 and (re.search(r"[-–/]", joints[0]) or (lettered and "T" not in match[0][1:]))
    if numbers != sorted(set(numbers)) or pair:
        return None
    for index, (day, number) in enumerate(zip(days, numbers, strict=True)):
        name = "chủ nhật" if number == 8 else "tư" if number == 4 else DIGITS[number]
        head = "" if number == 8 or (index == 0 and not lettered) else "thứ "
        joint = "và " if index and _AND.search(joints[index - 1]) else ""
        scan.say(joint + head + name, match.start() + day.start(), match.start() + day.end())
        if index < len(days) - 1:
            scan.pause(",")
    return scan.measure(match.end(), "weekday")


def read_month_range(scan: Scan, match: re.Match[str]) -> int | None:
    """T9-10, T8-T12, T3-4/2027: months, where one of them is no weekday or a year follows; T2-6: weekdays."""
    first, last, year = match[1], match[2], match[3]
    month_near = scan.before(match.start()).ends("month lists") or _MONTH_CODE.search(scan.after(match.end()))
    if not int(first) < int(last) and int(first) < 8:
        return None
    if not (year or max(int(first), int(last)) > 7 or first == "1" or first[0] == "0" or month_near):
        day, other = ("tư" if text == "4" else DIGITS[int(text)] for text in (first, last))
        scan.say(f"thứ {day}", *match.span(1))
        scan.say(f"đến thứ {other}", match.end(1), match.end(2))
        return scan.measure(match.end(), "weekday")
    scan.say("tháng " + month(first, scan), *match.span(1))
    scan.say("đến tháng " + month(last, scan), match.end(1), match.end(2))
    if year:
        scan.say("năm " + _year(year, scan), *match.span(3))
    return scan.measure(match.end(), "date")


def read_months(scan: Scan, match: re.Match[str]) -> int | None:
    """tháng 8-12/2024, quý 1-2/2024, tháng 3-4, thứ 2-6: two months, quarters or weekdays."""
    before = scan.before(match.start())
    unit = before.last
    highest = {"tháng": 12, "quý": 4, "thứ": 7}.get(unit)
    if highest is None or before.gap != " " or not (1 <= int(match[1]) <= highest and 1 <= int(match[3]) <= highest):
        return None
    dash = match[2].strip() not in {",", "và"}
    if not dash and not (match[4] or unit == "thứ"):
        return None

    def named(text: str) -> str:
        return month(text, scan) if unit != "quý" else cardinal(int(text), scan.region)

    scan.say(named(match[1]), *match.span(1))
    if match[2].strip() == ",":
        scan.pause(",")
        scan.say(unit if unit == "thứ" else "", *match.span(2))
    else:
        scan.say(f"{'đến' if dash else 'và'} {unit}", *match.span(2))
    scan.say(named(match[3]), *match.span(3))
    if match[4]:
        scan.say("năm " + _year(match[4], scan), *match.span(4))
    return scan.measure(match.end(), "weekday" if unit == "thứ" else "date")


def read_month_year(scan: Scan, match: re.Match[str]) -> int | None:
    """8/2023; after "quý" a quarter."""
    before = scan.before(match.start())
    if before.ends("scale"):
        return None
    if not _month(match[1]) or (match[2] == "-" and before.last != "tháng") or (match[2] == "." and scan.fresh):
        return None
    if before.ends("quarter words") and before.gap == " " and (before.last != "kỳ" or int(match[1]) <= 4):
        scan.say(cardinal(int(match[1]), scan.region), *match.span(1))
    else:
        named = before.last == "tháng" or re.search(r"tháng[: ]+(?:\d{1,2}(?:,| và|, và| -|-| &) ?)+$", before.text)
        scan.say(("" if named else "tháng ") + month(match[1], scan), *match.span(1))
    scan.say("năm " + _year(match[3], scan), *match.span(3))
    return scan.measure(match.end(), "date")


def read_day_month(scan: Scan, match: re.Match[str]) -> int | None:
    """15/9 where the words around say that it is a day (sáng 15/9; 10/3 âm lịch; tối 20.11; đường 30/4)."""
    if not (_day(match[1]) and _month(match[3])):
        return None
    before = scan.before(match.start())
    if (
        (before.ends("street") and match[2] != ".")
        or (before.ends("class") and before.words[-2:] != ["giỗ", "tổ"])
        or before.ends("disabled")
    ):
        return None
    if before.ends("placed") and before.gap == " ":
        return None
    if SET_LIST.search(scan.left(match.start())):
        return None
    if CLASS_LIST.search(before.text):
        return None
    certain = {"/": _slash_is_date, ".": _dot_is_date, "-": _dash_is_date}[match[2]](scan, match)
    if not certain:
        return None
    return _say_date(scan, match, (1, 3, None), ngay=wants_day(scan, match.start()))


def _feast(match: re.Match[str]) -> bool:
    return f"{int(match[1])}.{int(match[3])}" in contexts("feasts")


def _near(scan: Scan, match: re.Match[str]) -> bool:
    """Whether another date stands just before, joined by a comma, "và" or a dash."""
    return scan.kind == "date" and _NEXT_TO_DATE.search(scan.before(match.start()).text) is not None


def _dot_is_date(scan: Scan, match: re.Match[str]) -> bool:
    """20.11 is a day after "sáng", in "từ 27.1 đến 4.2", in "(hạn: 30.9)"; else a number."""
    before, after = scan.before(match.start()), scan.after(match.end(), 24)
    if re.match(r"\s?(?:%|triệu|tỷ|nghìn|ha|m|km|kg|tấn|lần|điểm|độ|°|đ|lít|g)(?!\w)", after) or before.ends("version"):
        return False
    if (before.ends("part of day") and before.gap == " ") or before.ends("today") or _LISTED.search(before.text):
        return True
    if before.last in {"tức", "nhằm"} or _DATED_AFTER.match(after):
        return True
    if not _round(match):
        return False
    if scan.kind == "hour" and match.start() == scan.measured:
        return True
    ranged = before.last in {"từ", "đến", "hết", "tới"} and _RANGE_OR_END.match(after)
    if before.last in {"hạn", "cuối", "chót", "trước", "sau", "nghỉ", "lễ", "tết"} and re.match(r"[,.;)]|\s?$", after):
        return True
    if _feast(match) and before.gap.endswith("("):
        return True
    spoken_of = before.gap.strip() in {":", "("} and any(word in contexts("dated") for word in before.words)
    return bool(ranged or spoken_of or _near(scan, match) or (_feast(match) and before.ends("day words")))


def _dash_is_date(scan: Scan, match: re.Match[str]) -> bool:
    """30-4 is a day after "ngày", "sáng" or beside another day; "từ ngày 1-7 hằng tháng" is a range."""
    before, after = scan.before(match.start()), scan.after(match.end(), 24)
    counted = r" (?:phút|giờ|ngày|tháng|tuần|người|lần|hộ|tuổi|năm|của tháng|hằng|hàng|mỗi|âm|học|em|đồng|cái|buổi|đêm)"
    if re.match(counted, after) or re.match(r"\s?-\s?\d", after):
        return False
    if before.last == "ngày" and _COURSE.search(before.text) and int(match[1]) < int(match[3]):
        return False  # ngày 1 uống …; ngày 2-3 uống …
    if before.last == "ngày":
        return not {"các", "những", "trong"} & set(before.words[-3:-1])
    feast = _feast(match)
    if before.last in {"tức", "nhằm"}:
        return True
    if feast and int(match[1]) > int(match[3]) and {"ngày", "lễ"} & set(before.words):
        return True  # ngày Thầy thuốc Việt Nam 27-2
    falls = int(match[1]) > int(match[3])
    if falls and scan.kind == "hour" and 0 <= match.start() - scan.measured <= 3 and re.match(r"[,.;)]|\s?$", after):
        return True  # trước 17h, 20-11
    if (
        falls
        and before.last in {"từ", "đến", "hết", "trước"}
        and re.match(r" (?:đến|tới)(?: hết)? (?:tháng|\d)|[,.;)]|\s?$", after)
    ):
        return True  # từ 22-3 đến tháng 8: no range falls
    if before.last in {"mùng", "mồng", "rằm"}:
        return feast and not re.match(r" [Tt](?:ết|háng)", after)
    clear = feast or before.ends("today") or int(match[1]) > 12 or int(match[1]) > int(match[3])
    alone = re.match(rf"[,.;:)]|\s?$|\s[{UPPER}]", after) is not None
    if before.ends("part of day") and (clear or alone or before.last in {"sáng", "trưa", "chiều", "tối", "đêm"}):
        return True
    if (_LISTED.search(before.text) or _near(scan, match)) and clear:
        return True
    loose = {"trước", "sau", "trong", "tiêm", "khám", "đợt"}
    return bool(clear and (before.ends("day words") or before.ends("today")) and before.last not in loose)


def _round(match: re.Match[str]) -> bool:
    """Whether d.m has the form of a date: 4.7, 20.12, 04.07, but not 3.25."""
    return len(match[3]) == 1 or match[3][0] in "01"


def _slash_is_date(scan: Scan, match: re.Match[str]) -> bool:
    """15/9: by the words before, then by those after; 2/3 of something is no day."""
    before, after = scan.before(match.start()), scan.after(match.end(), 24)
    one, two = int(match[1]), int(match[3])
    if _LISTED.search(before.text) or (_feast(match) and before.ends("named street")):
        return True
    if one == two and before.last != "ngày" and re.match(r" (?:ngày|buổi|giờ)", after):
        return False  # phục vụ 7/7 ngày
    if one < two <= 10 and re.match(r" (?:ngày|buổi|tháng|năm|giờ|số|tổng|suất|liều|viên)", after):
        return False
    if _BRACKETED_DAY.search(before.text):
        return True  # mùng 5 (10/2)
    follows = scan.kind in {"hour", "weekday"} and 0 <= match.start() - scan.measured <= 3
    word = re.match(r" ([^\W\d_]+)(?: ([^\W\d_]+))?", after)
    if one < two and word and before.last not in {"ngày", "sáng", "chiều", "tối"}:
        parts = contexts("fraction after")
        if word[1].lower() in parts or f"{word[1]} {word[2]}".lower() in parts:
            return False
    if follows or before.ends("today") or _DATED_AFTER.match(after) or _near(scan, match):
        return True
    whole = re.match(rf" (?:[{LOWER}]+)", after)
    if (
        not {"lễ", "tết", "vía", "giỗ", "hội"}.isdisjoint(before.words)
        and not whole
        and one <= 31
        and two <= 12
        and before.gap == " "
    ):
        return True  # lễ Đức Mẹ Vô Nhiễm 8/12
    if _feast(match) and {"ngày", "lễ", "qk", "giỗ", "vía"} & set(before.words):
        return True
    joined = before.gap.strip() in {"", ":", "(", ","}
    if before.ends("day words") and joined and not (one < two <= 10 and whole and not before.ends("part of day")):
        return True
    if before.last in {"từ", "đến", "và", "tới"} and _RANGE_OR_END.match(after) and not one < two <= 5:
        return True
    if before.last in {"tức", "nhằm"}:
        return True
    padded = match[1][0] == "0" or match[3][0] == "0"
    if before.gap == " " and before.last in _FROM and (padded or _TO_CLEAR_DATE.match(after)):
        return True
    return padded and not whole and before.gap != "(" and before.last not in _TAKEN


RULES: tuple[Rule, ...] = (
    (LUNAR, read_lunar),
    (ISO, read_iso),
    (FULL, read_full),
    (SAME_MONTH, read_same_month),
    (WEEKDAYS, read_weekdays),
    (DAY_LIST, read_day_list),
    (DAYS, read_days),
    (MONTHS, read_months),
    (MONTH_YEAR, read_month_year),
    (DAY_MONTH, read_day_month),
)


def read_insect_age(scan: Scan, match: re.Match[str]) -> int | None:
    """Sâu T1-T2, rầy T3: ages of insects."""
    if not _INSECT.search(scan.before(match.start()).text):
        return None
    scan.say(f"tuổi {DIGITS[int(match[1])]}", *match.span(1))
    if match[2]:
        scan.say(f"đến tuổi {DIGITS[int(match[2])]}", *match.span(2))
    return scan.measure(match.end(), "number")


LETTER_RULES: tuple[Rule, ...] = (
    (INSECT_AGE, read_insect_age),
    (WEEKDAYS, read_weekdays),
    (MONTH_RANGE, read_month_range),
)
