"""Times of day, by the 24-hour clock: 17h, 7h30, 07:00, 7h-11h30, 17 giờ 05 phút."""

import re

from generator.vietnamese.numbers import DIGITS, cardinal
from generator.vietnamese.scan import Rule, Scan

_H = r"(?:\s?(?:giờ|h|H)(?![^\W\d_])|g(?=\d))"
CLOCK = re.compile(
    rf"(\d{{1,2}})({_H}|:(?=\d\d(?!\d)))\s?(?:(\d{{1,2}})(?![\d,./])(\s?(?:phút|['p]|ph)(?![^\W\d_]))?)?"
)
_RANGE = re.compile(r"\s?(?:-|–|—|÷|->)\s?(?=\d{1,2}\s?(?:giờ|h|H|g\d|:\d\d))")
_FROM_TO = re.compile(r"(\d{1,2})(\s?[-–]\s?)(?=\d{1,2}\s?(?:giờ|h|H)(?![^\W\d_]))")


def read_clock(scan: Scan, match: re.Match[str]) -> int | None:
    """One time; a dash before another time becomes "đến"."""
    hour, minute, tail = match[1], match[3], match[4]
    colon = match[2] == ":"
    if int(hour) > 24 and (minute or colon):
        return None
    if colon and (int(minute) > 59 or not _timely(scan, match)):
        return None
    if minute and int(minute) > 59:
        return None
    scan.say(cardinal(int(hour), scan.region) + " giờ", match.start(1), match.end(2))
    if minute and int(minute):
        said = (
            ("không " + DIGITS[int(minute)])
            if int(minute) < 10 and len(minute) == 2
            else cardinal(int(minute), scan.region)
        )
        scan.say(said, *match.span(3))
        if tail:
            scan.say("phút", *match.span(4))
    end = match.end() if minute else match.end(2)
    dash = _RANGE.match(scan.text, end)
    if dash:
        scan.say("đến", dash.start(), dash.end())
        return dash.end()
    return end


def _timely(scan: Scan, match: re.Match[str]) -> bool:
    """07:00 is a time; 2:1 is a score, 1:500 a scale."""
    return (
        len(match[3] or "") == 2
        and int(match[1]) <= 24
        and not re.search(r"(?:tỷ lệ|tỉ lệ|tỷ số|tỉ số|điều) $", scan.before(match.start()))
    )


def read_from(scan: Scan, match: re.Match[str]) -> int | None:
    """7-11h: the first number is an hour too."""
    if int(match[1]) > 24:
        return None
    scan.say(cardinal(int(match[1]), scan.region), *match.span(1))
    scan.say("đến", *match.span(2))
    return match.end()


RULES: tuple[Rule, ...] = ((_FROM_TO, read_from), (CLOCK, read_clock))
