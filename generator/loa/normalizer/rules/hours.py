"""Times of day: 7h30, 07:30, 8g, 2 p.m., and spans of them."""

import re

from loa.normalizer.numbers import DIGITS, cardinal
from loa.normalizer.scanner import Rule, Scan

CLOCK = re.compile(
    r"(\d{1,2})(\s?(?:giờ|h|H)(?![^\W\d_])|g(?![^\W\d_])|:(?=\d\d(?!\d)))\s?(?:(\d{1,2})(?![\d%]|/(?!\d{1,2}/\d{1,2})|[.,:]\d|\s?(?:giờ|h)\b)(\s?(?:phút|['p]|ph)(?![^\W\d_]))?)?"
)
HALF_DAY = re.compile(r"\s?([aApP])\.?\s?[mM](?:\.(?!\s[A-ZĐ])|(?![^\W_]))")
ENGLISH_HOUR = re.compile(r"(\d{1,2})\s?([aApP])(?:\.\s?[mM]\b\.?|[mM](?![^\W_]))")
_HOUR_TO = re.compile(r"(\d{1,2})(\s?[-–]\s?)(?=\d{1,2}\s?(?:giờ|h|H|g)(?![^\W\d_]))")
_HOUR_OF_DAY = re.compile(r"/(\d{1,2})(?![\d/hHg%]|[.,:]\d| (?:giờ|ngày|buổi|ca|tuần|người|tháng|lần))")
_HOUR_G = re.compile(r"(?<!\d)\d{1,2}g\d\d(?!\d)")
_GRAM_WORDS = frozenset(
    "nặng chứa uống pha bón gói lọ túi hộp cân phun khoảng với thêm liều muối đường bột thuốc hạt".split()
)


def read_clock(scan: Scan, match: re.Match[str]) -> int | None:
    """7h30, 07:30, 7 giờ 30 phút: a time of day."""
    hour, minute, tail = match[1], match[3], match[4]
    mark = match[2].strip()
    if mark == ":" and (not minute or int(minute) > 59 or not _timely(scan, match)):
        return None
    if int(hour) > 24 and (minute or mark != "giờ") and int(hour) not in {36, 48, 72, 96}:
        return None
    if mark == "g" and not minute and not _southern(scan, match):
        return None
    if minute and (int(minute) > 59 or (mark == "H" and len(minute) == 1)):
        return None
    scan.say(cardinal(int(hour), scan.region) + " giờ", match.start(1), match.end(2))
    half = HALF_DAY.match(scan.text, match.end(3) if minute else match.end(2)) if int(hour) <= 12 else None
    if half:
        if minute and int(minute):
            scan.say(cardinal(int(minute), scan.region), *match.span(3))
        scan.say(_part_of_day(int(hour), half[1].lower()), *half.span())
        return scan.measure(half.end(), "hour")
    if minute is None:
        day = _HOUR_OF_DAY.match(scan.text, match.end(2))
        if day and 1 <= int(day[1]) <= 31 and (hour, day[1]) != ("24", "7"):
            scan.say("ngày " + cardinal(int(day[1]), scan.region), *day.span(1))
            return scan.measure(day.end(), "hour")
        dotted = re.compile(r"/(?=(?:[0-2]?\d|3[01])\.(?:1[0-2]|0?[1-9])(?![\d.,]))").match(scan.text, match.end(2))
        if dotted:
            scan.measure(dotted.end(), "hour")  # 13h/19.11
            return dotted.end()
        around = re.compile(r"/(?=\d{1,2}\s?(?:h|giờ))").match(scan.text, match.end(2))
        if around:
            twice = hour == "24"
            scan.say("trên" if twice else "", *around.span())
            scan.pause("" if twice else ",")
            return around.end()
        return scan.measure(match.end(2), "hour")
    if int(minute):
        padded = int(minute) < 10 and len(minute) == 2
        said = f"không {DIGITS[int(minute)]}" if padded else cardinal(int(minute), scan.region)
        scan.say(said, *match.span(3))
        if tail:
            scan.say("phút", *match.span(4))
    return scan.measure(match.end(), "hour")


def _timely(scan: Scan, match: re.Match[str]) -> bool:
    """07:00 is a time; 2:1 is a score, 1:500 a scale."""
    before = scan.before(match.start())
    return len(match[3] or "") == 2 and int(match[1]) <= 24 and not before.ends("scale") and not before.ends("score")


def _southern(scan: Scan, match: re.Match[str]) -> bool:
    """8g is eight o'clock after "lúc", "từ", "đến" and before a mark; else grams."""
    before = scan.before(match.start())
    if scan.kind == "hour" and match.start() - scan.measured <= 3 and int(match[1]) <= 24:
        return True
    beside = _HOUR_G.search(scan.left(match.start())) or _HOUR_G.search(scan.after(match.end()))
    if beside and int(match[1]) <= 24 and not any(word in _GRAM_WORDS for word in before.words[-4:]):
        return True
    if (
        before.last in {"lúc", "từ", "đến", "vào", "trước", "sau", "hồi", "sáng", "chiều", "tối", "khoảng"}
        and int(match[1]) <= 24
    ):
        return not any(word in _GRAM_WORDS for word in before.words[-4:-1])
    return re.match(
        r"\s?(?:-|–|đến|tới|ngày|sáng|chiều|tối)\s?(?:\d{1,2}g\d|\d{1,2}/\d|ngày)?", scan.after(match.end(), 12)
    ) is not None and (
        re.search(r"^\s?(?:ngày|sáng|chiều|tối|-\s?\d{1,2}g\d)", scan.after(match.end(), 12)) is not None
    )


def read_hour_to(scan: Scan, match: re.Match[str]) -> int | None:
    """7-11h: the first number is an hour too."""
    if int(match[1]) > 24:
        return None
    scan.say(cardinal(int(match[1]), scan.region), *match.span(1))
    scan.say("đến", *match.span(2))
    return match.end()


def read_english_hour(scan: Scan, match: re.Match[str]) -> int | None:
    """8 a.m, 2 PM: an English time without minutes."""
    if not 1 <= int(match[1]) <= 12:
        return None
    scan.say(f"{cardinal(int(match[1]), scan.region)} giờ", *match.span(1))
    scan.say(_part_of_day(int(match[1]), match[2].lower()), match.end(1), match.end())
    return scan.measure(match.end(), "hour")


def _part_of_day(hour: int, half: str) -> str:
    """The Vietnamese word for a.m. or p.m. after `hour` (1 to 12)."""
    if half == "a":
        return "đêm" if hour == 12 else "sáng"
    return "trưa" if hour == 12 else "chiều" if hour < 6 else "tối"


RULES: tuple[Rule, ...] = (
    (_HOUR_TO, read_hour_to),
    (ENGLISH_HOUR, read_english_hour),
    (CLOCK, read_clock),
)
