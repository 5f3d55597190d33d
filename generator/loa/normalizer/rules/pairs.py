"""Two numbers around a slash: fractions, days, scores of sets, shares, house numbers."""

import re

from loa.normalizer.numbers import cardinal, digit_by_digit, whole
from loa.normalizer.rules.amounts import NUMBER, number_words, say_unit
from loa.normalizer.scanner import Rule, Scan
from loa.normalizer.tables import contexts, word_set
from loa.text import LOWER, UPPER

PAIR = re.compile(rf"({NUMBER})\s?/\s?({NUMBER})((?:\s?/\s?\d{{1,6}}){{0,4}})(?!\d)")
_SET = re.compile(
    r"(?:thắng|thua|tỷ số|tỉ số|séc|set)(?: \d{1,2}[-–:]\d{1,2})?[ (]+(?:\d{1,2}/\d{1,2}[,; ]+(?:và )?)*$"
)
SET_LIST = re.compile(r"(?<!\d)[0-5] ?[-–] ?[0-5] ?\((?:\d{1,2}/\d{1,2}[,;] ?)*$")
"""Thắng 3-1 (11/9, 8/11: points of sets behind the score."""
_WON = re.compile(r"(?<!\w)(?:thắng|thua|hạ|tỷ số|tỉ số|hiệp|trận)(?!\w)")
CLASS_LIST = re.compile(r"lớp (?:[\da-zđ/]{1,4}(?:, | và |,)?)*$")
_LUNAR = re.compile(r"\s?\(?(?:(?:ÂL|AL|âl|âm lịch|Âm lịch|DL|dương lịch)(?!\w)|(?:âm|dương)(?=\s?(?:[).,;:]|$)))")
_STREET_AFTER = re.compile(
    r"[A-Z]?,? (?:đường|phố|quốc lộ|QL(?!\w)|(?:ấp|khu phố|KP|tổ|thôn|khóm|xóm) (?=[\dA-ZĐ])"
    rf"|Đường|Phố|đ\.|Đ\.|ngõ|hẻm|[{UPPER}][{LOWER}]+ [{UPPER}])"
)


def read_pair(scan: Scan, match: re.Match[str]) -> int | None:
    """x/y: a fraction, a date, a street number or a count of a total, depending on the words around it."""
    one, two = match[1], match[2]
    before, after = scan.before(match.start()), scan.after(match.end(), 24)
    if (
        before.ends("call strong", past_filler=True)
        and len(one) >= 3
        and len(two) >= 3
        and one.isdecimal()
        and two.isdecimal()
    ):
        scan.say(digit_by_digit(one), *match.span(1))
        scan.pause(",")
        scan.say("hoặc " + digit_by_digit(two), *match.span(2))
        return scan.measure(match.end(), "phone")
    if match[3]:
        return _street(scan, match)
    if not (one.isdecimal() and two.isdecimal()) or len(one) > 6 or len(two) > 6:
        return _say(scan, match, "trên")
    if before.ends("team"):
        scan.say(digit_by_digit(one), *match.span(1))
        scan.say(digit_by_digit(two), *match.span(2))
        return scan.measure(match.end(), "number")
    a, b = int(one), int(two)
    if a <= 31 and b <= 12 and _LUNAR.match(after):
        scan.say("ngày " + cardinal(a, scan.region), *match.span(1))
        scan.say("tháng " + ("tư" if b == 4 else cardinal(b, scan.region)), *match.span(2))
        return scan.measure(match.end(), "date")
    street = (before.ends("street") and before.gap.strip() in {"", ":"}) or _STREET_AFTER.match(after)
    if (
        street
        or before.ends("class")
        or CLASS_LIST.search(before.text)
        or before.ends("disabled")
        or re.search(r"lớp [\d/, ]+(?:và |, )$", before.text)
    ):
        return _say(scan, match, "trên")
    if before.ends("placed"):
        return _say(scan, match, "trên")
    if b == 0 and a < 10 and _WON.search(before.text):
        return _say(scan, match, "")
    if SET_LIST.search(before.text) and a <= 35 and b <= 35:
        return _say(scan, match, "")
    if _SET.search(before.text) and a <= 35 and b <= 35 and abs(a - b) > 1:
        return _say(scan, match, "")
    if b and (re.match(r"(?: ?[=×]| [+–-]) ?\d+/\d", after) or re.search(r"\d ?[=+×] ?$", scan.left(match.start(), 6))):
        return _say(scan, match, "phần")
    if before.ends("scale"):
        return _say(scan, match, "trên" if b < 100 else "phần" if a == 1 else "trên")
    counted = _counted(after) or (a == b and re.match(r" (?:ngày|buổi)", after) is not None)
    if 0 < a < b and one[0] != "0" and _fraction(scan, match, a, b, counted=counted):
        return _say(scan, match, "phần")
    dated = a > b > 0 or (b in {6, 7, 8, 9, 11, 12} and not before.ends("fraction before"))
    if a <= 31 and b <= 12 and dated and (a, b) != (24, 7) and not counted and before.gap[-1:] != "(":
        street_day = before.on_street
        scan.say(("" if street_day else "ngày ") + cardinal(a, scan.region), *match.span(1))
        scan.say("tháng " + ("tư" if b == 4 else cardinal(b, scan.region)), *match.span(2))
        taken, other = f"ngày {a} tháng {b}", f"{a} trên {b}"
        scan.doubt("reading.ambiguous", *match.span(), taken, other, confidence=0.8 if a > 12 else 0.6)
        return scan.measure(match.end(), "date")
    return _say(scan, match, "trên")


def _fraction(scan: Scan, match: re.Match[str], a: int, b: int, *, counted: bool) -> bool:
    before, after = scan.before(match.start()), scan.after(match.end(), 24)
    word = re.match(r" ([^\W\d_]+)(?: ([^\W\d_]+))?", after)
    if word and (
        word[1].lower() in contexts("fraction after") or f"{word[1]} {word[2]}".lower() in contexts("fraction after")
    ):
        return not (b > 10 and counted)
    if b > 10 and before.last != "vòng":
        return False
    if before.last == "vòng":
        return True
    if before.ends("fraction before"):
        return b <= 5 or not counted
    if counted or before.gap.endswith("("):
        return False
    if word is None and not re.match(r"\s*[.,;:)]|\s*$", after):
        return False
    likely = b in {2, 3, 4, 5, 10} and a < b
    if likely and b <= 12:
        scan.doubt("reading.ambiguous", *match.span(), f"{a} phần {b}", f"ngày {a} tháng {b}")
    return likely


def _counted(after: str) -> bool:
    word = re.match(r" ([^\W\d_]+)", after)
    return word is not None and word[1].lower() in word_set("units", "counted")


def _say(scan: Scan, match: re.Match[str], joint: str) -> int:
    scan.say(number_words(scan, match[1]), *match.span(1))
    second = number_words(scan, match[2])
    if joint == "phần" and match[2] == "4":
        second = "tư"
    scan.say(f"{joint} {second}".strip(), match.start(2) - 1, match.end(2))
    return say_unit(scan, match.end())


def _street(scan: Scan, match: re.Match[str]) -> int:
    for index, part in enumerate(re.finditer(r"\d+", match[0])):
        words = whole(part[0], scan.region)
        scan.say(words if index == 0 else "trên " + words, match.start() + part.start(), match.start() + part.end())
    return match.end()


RULES: tuple[Rule, ...] = ((PAIR, read_pair),)
