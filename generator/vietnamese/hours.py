"""Times of day, by the 24-hour clock: 17h, 7h30, 07:00, 7h-11h30, 17 giờ 05 phút, 8g."""

import re

from generator.vietnamese.numbers import DIGITS, cardinal
from generator.vietnamese.scan import Rule, Scan

CLOCK = re.compile(
    r"(\d{1,2})(\s?(?:giờ|h|H)(?![^\W\d_])|g(?![^\W\d_])|:(?=\d\d(?!\d)))\s?(?:(\d{1,2})(?![\d/%]|[.,:]\d|\s?(?:giờ|h)\b)(\s?(?:phút|['p]|ph)(?![^\W\d_]))?)?"
)
_HOUR_TO = re.compile(r"(\d{1,2})(\s?[-–]\s?)(?=\d{1,2}\s?(?:giờ|h|H|g)(?![^\W\d_]))")
_GRAM_WORDS = frozenset(
    "nặng chứa uống pha bón gói lọ túi hộp cân phun khoảng với thêm liều muối đường bột thuốc hạt".split()
)


def read_clock(scan: Scan, match: re.Match[str]) -> int | None:
    """One time of day."""
    hour, minute, tail = match[1], match[3], match[4]
    mark = match[2].strip()
    if mark == ":" and (not minute or int(minute) > 59 or not _timely(scan, match)):
        return None
    if int(hour) > 24 and (minute or mark != "giờ") and int(hour) not in {36, 48, 72, 96}:
        return None
    if mark == "g" and not minute and not _southern(scan, match):
        return None
    if minute and int(minute) > 59:
        return None
    scan.say(cardinal(int(hour), scan.region) + " giờ", match.start(1), match.end(2))
    if minute is None:
        around = re.compile(r"/(?=\d{1,2}\s?(?:h|giờ))").match(scan.text, match.end(2))
        if around:
            scan.say("trên", *around.span())
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


RULES: tuple[Rule, ...] = ((_HOUR_TO, read_hour_to), (CLOCK, read_clock))
