"""Rules on days: those that do not exist, wrong days of the week, deadlines that have passed."""

import re
from collections.abc import Iterator
from datetime import date

from loa.checks.text import Hit, Passage, Text, advice, warning
from loa.i18n import _

_DIGIT = re.compile(r"\d")
_DAY = re.compile(
    r"(?<![\d/.])(?:ngày\s+)?(?P<d>\d{1,2})"
    r"(?:\s*[/.-]\s*(?P<m>\d{1,2})\s*[/.-]\s*(?P<y>(?:19|20)\d\d)"
    r"|\s+tháng\s+(?P<m2>\d{1,2})\s+năm\s+(?P<y2>(?:19|20)\d\d))(?!\d)",
    re.I,
)
# A day without its year: "ngày 31 tháng 11", "ngày 31/11"; 29 February may be right.
_NO_YEAR = re.compile(
    r"(?<![\d/.])(?:ngày\s+(?P<d>\d{1,2})\s*/\s*(?P<m>\d{1,2})(?!\d|[/.]\d)"
    r"|(?P<d2>\d{1,2})\s+tháng\s+(?P<m2>\d{1,2})(?!\d|\s+năm\s+\d|\s*/))",
    re.I,
)
_HOUR = re.compile(
    r"(?<!\w)(?:lúc|từ|đến|nhất|kết\s+thúc)\s+(?P<h>\d{1,2})\s*(?:giờ|h(?!\w)|[h:](?=\d))(?:\s*(?P<min>\d{2})(?!\d))?",
    re.I,
)
_LEAP_YEAR = 2024
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_NAMES = ("thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "chủ nhật")
_WEEKDAYS = {name: index for index, name in enumerate(_NAMES)} | {f"thứ {index + 2}": index for index in range(6)}
_WEEKDAY = re.compile(rf"({'|'.join(_WEEKDAYS)})\s*[,(]?\s*(?:ngày\s+)?$", re.I)
_WEEKDAY_AFTER = re.compile(
    rf"\s*(?:\(\s*(?:tức\s+)?|,\s*(?:tức\s+)?)({'|'.join(_WEEKDAYS)})(?!\w)(?!\s*,?\s*ngày\s+\d)", re.I
)
_SHORT_WEEKDAYS = _WEEKDAYS | {f"t{index + 2}": index for index in range(6)} | {"cn": 6}
# "thứ Sáu, 25/9", "T7 (5/9)", "25/9 (thứ Sáu)": a weekday beside a day without its year.
_NEAR_WEEKDAY = re.compile(
    rf"(?<![\w/])(?:(?P<w>{'|'.join(_SHORT_WEEKDAYS)})\s*[,(:]?\s*(?:ngày\s+)?(?P<d>\d{{1,2}})(?:/"
    rf"|\s+tháng\s+)(?P<m>\d{{1,2}})"
    r"(?![\d/]|\s+năm\s+\d)"
    rf"|(?P<d2>\d{{1,2}})/(?P<m2>\d{{1,2}})\s*[,(]\s*(?P<w2>{'|'.join(_SHORT_WEEKDAYS)})(?!\w))",
    re.I,
)
# What is said right before the day of a deadline, or of something that is still to come.
_DEADLINE = re.compile(
    r"(?:hạn\s+(?:chót|cuối|nộp|đăng ký|tiếp nhận)[^.;]{0,30}"
    r"|chậm nhất(?:\s+(?:là|vào|trước))?(?:\s+ngày)?|đến\s+hết(?:\s+ngày)?"
    r"|(?:hoàn thành|nộp|gửi|đăng ký|báo cáo|liên hệ|kê khai|khai báo|phản ánh|đề nghị|góp ý|trả lời"
    r"|thanh toán|đóng|nhận"
    r"|thu hoạch|xong|di dời|tháo dỡ|tiêm|đến)(?!\w)[^.;]{0,110}(?<!\w)trước(?:\s+ngày)?"
    r"|sẽ\s[^.;]{0,60}(?:vào|từ)\s+(?:ngày)?|(?:kể từ|bắt đầu từ)(?:\s+ngày)?\s+[^.;]{0,20}sẽ)"
    r"\s*(?:\d{1,2}\s*(?:giờ|h)\d{0,2}\s*(?:phút)?,?\s*)?(?:ngày\s*)?$",
    re.I,
)
_TOLD_AS_PAST = re.compile(r"(?<!\w)đã(?!\w)|trước\s+đây|vừa\s+qua|kết quả", re.I)


def days(passage: Passage) -> Iterator[Hit]:
    """Hours and days that do not exist, and days with another day's weekday."""
    if not _DIGIT.search(passage.text):
        return
    for match in _HOUR.finditer(passage.text):
        if int(match["h"]) > 24 or int(match["min"] or 0) > 59:
            message = _("The hour {hour} does not exist.").format(hour=match.group().split(maxsplit=1)[1])
            yield Hit(*match.span(), "date.hour", message, _("Check the hour: 0 to 24, and minutes below 60."))
    for match in _NO_YEAR.finditer(passage.text):
        try:
            date(_LEAP_YEAR, int(match["m"] or match["m2"]), int(match["d"] or match["d2"]))
        except ValueError:
            yield _impossible(match)
    for match in _DAY.finditer(passage.text):
        reported = _as_day(match)
        if reported is None:
            yield _impossible(match)
            continue
        before = passage.text[max(match.start() - 160, 0) : match.start()]
        named, after = _WEEKDAY.search(before), _WEEKDAY_AFTER.match(passage.text, match.end())
        for weekday, shift in ((named, match.start() - len(before)), (after, 0)):
            if weekday and _WEEKDAYS[weekday[1].lower()] != reported.weekday():
                message = _("{day} is not a {weekday}.").format(day=f"{reported:%d/%m/%Y}", weekday=weekday[1])
                fix = _("It is {right}: check the day.").format(right=_NAMES[reported.weekday()])
                start = min(weekday.start(1) + shift, match.start())
                yield Hit(start, max(weekday.end(1) + shift, match.end()), "date.weekday", message, fix)


def deadlines(text: Text) -> Iterator[Hit]:
    """A deadline that has passed on the text's day. An advice, once, where all the text is of an earlier time."""
    written = text.written is not None and text.written <= text.day
    day = text.written if text.written is not None and written else text.day
    passed: list[tuple[int, int]] = []
    living = text.shape == "markdown"  # a campaign's article is of its day
    for offset, passage in text.passages:
        for match in _DAY.finditer(passage.text) if _DIGIT.search(passage.text) else ():
            told = _as_day(match)
            if told is None:
                continue
            living |= told >= day
            before = passage.text[max(match.start() - 160, 0) : match.start()]
            if told < day and _DEADLINE.search(before) and not _TOLD_AS_PAST.search(_sentence(before)):
                passed.append((offset + match.start(), offset + match.end()))
    message = _("This day has passed on {day}, the article's day.").format(day=f"{day:%d/%m/%Y}")
    fix = _("Write a day to come, or delete the sentence.")
    if living:
        yield from (Hit(*span, "date.past", message, fix) for span in passed)
    elif written:  # before the day that the text itself bears
        yield from (warning(*span, "date.past", message, fix) for span in passed)
    elif passed:
        yield advice(*passed[0], "date.past", message, fix)


def _as_day(match: re.Match[str]) -> date | None:
    try:
        return date(int(match["y"] or match["y2"]), int(match["m"] or match["m2"]), int(match["d"]))
    except ValueError:
        return None


def weekdays_without_year(text: Text) -> Iterator[Hit]:
    """ "thứ Sáu, 24/9": another weekday in the year next to the text's day, and in all years that it names."""
    found = list(_NEAR_WEEKDAY.finditer(text.flat))
    if not found:
        return
    years = {int(year) for year in _YEAR.findall(text.flat)}
    for match in found:
        named = _SHORT_WEEKDAYS[" ".join((match["w"] or match["w2"]).lower().split())]
        day, month = int(match["d"] or match["d2"]), int(match["m"] or match["m2"])
        near = _nearest(day, month, text.written or text.day)
        if near is None or named in {near.weekday(), *_weekdays(day, month, years)}:
            continue
        message = _("{day} is not a {weekday}.").format(day=f"{near:%d/%m/%Y}", weekday=match["w"] or match["w2"])
        fix = _("It is {right}: check the day.").format(right=_NAMES[near.weekday()])
        yield warning(*match.span(), "date.weekday", message, fix)


def _weekdays(day: int, month: int, years: set[int]) -> set[int]:
    found = set()
    for year in years:
        try:
            found.add(date(year, month, day).weekday())
        except ValueError:
            continue
    return found


def _nearest(day: int, month: int, near: date) -> date | None:
    """The day and month within the half year before and after `near`; None where there is no such day."""
    found = []
    for year in (near.year - 1, near.year, near.year + 1):
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue
    return min(found, key=lambda other: abs((other - near).days), default=None)


def _impossible(match: re.Match[str]) -> Hit:
    message = _("The day {day} does not exist.").format(day=match.group())
    return Hit(*match.span(), "date.impossible", message, _("Check day, month and year."))


def _sentence(before: str) -> str:
    """What the sentence has said so far."""
    return before[max(before.rfind(". "), before.rfind("; ")) + 1 :]
