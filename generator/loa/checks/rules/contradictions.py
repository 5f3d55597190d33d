"""Contradictions inside one text: hours and days that run backwards, two years for one day, documents of the future."""

import re
from collections.abc import Iterator
from datetime import date

from loa.checks.rules.law_dates import sentence_around
from loa.checks.text import Hit, Passage, Text, warning
from loa.i18n import _

_DIGIT = re.compile(r"\d")
_HOUR = r"(?P<{0}>\d{{1,2}})\s*(?:giờ|[hHg](?!\w)|[hHg:](?=\d\d))\s*(?P<{0}m>\d{{2}})?(?:\s*phút|')?"
_HOURS = re.compile(
    rf"(?<![\w,.])(?:từ\s+)?{_HOUR.format('a')}\s*(?:đến|[-–]|tới)\s*{_HOUR.format('b')}(?![\w/])", re.I
)
_OVERNIGHT = re.compile(r"hôm sau|sáng mai|ngày mai|ngày hôm|đêm|rạng sáng|ngày kế", re.I)
_ONE_DAY = re.compile(r"\s*(?:phút\s*)?,\s*(?:(?:thứ\s+\w+|chủ\s+nhật)\s*,?\s*)?ngày\s+\d", re.I)
_DATED = re.compile(r"ngày \d|\d{1,2}/\d{1,2}", re.I)
_CLOCK = (
    r"(?:(?P<{0}>\d{{1,2}})\s*(?:giờ|[hg])\s*(?P<{0}m>\d{{2}})?(?:\s*phút)?\s*,?\s*)?"
    r"(?:(?:sáng|trưa|chiều|tối|đêm)\s+)?(?:thứ\s+\w+\s*,?\s*|chủ\s+nhật\s*,?\s*)?(?:\(?\s*ngày\s+|hết\s+ngày\s+|\(\s*)?"
)
_DAY_SPAN = re.compile(
    rf"(?:(?<!\w)từ\s+(?:hết\s+)?{_CLOCK.format('h')}|(?<![\d/.,-]))(?P<d>\d{{1,2}})(?:/|\s+tháng\s+)(?P<m>\d{{1,2}})"
    r"(?:(?:/|\s+năm\s+)(?P<y>(?:19|20)\d\d))?\)?\s*,?\s*(?:(?:cho\s+)?(?P<to>đến|tới)|(?P<dash>[-–]))\s*"
    rf"(?:hết\s+)?{_CLOCK.format('h2')}(?P<d2>\d{{1,2}})(?:/|\s+tháng\s+)(?P<m2>\d{{1,2}})"
    r"(?:(?:/|\s+năm\s+)(?P<y2>(?:19|20)\d\d))?(?!\d|/\d)",
    re.I,
)
_DAYS_OF_MONTH = re.compile(
    r"(?<!\w)từ\s+(?:ngày\s+)?(?P<d>\d{1,2})\s*(?:đến|tới|[-–])\s*(?:hết\s+)?(?:ngày\s+)?(?P<d2>\d{1,2})"
    r"(?:/|\s+tháng\s+)(?P<m>\d{1,2})(?!\d)",
    re.I,
)
"""Days of one month: “từ ngày 15 đến ngày 10/9”. """
_FULL = re.compile(
    r"(?<![\d/.])(?P<d>\d{1,2})(?:\s*[/.-]\s*(?P<m>\d{1,2})\s*[/.-]\s*(?P<y>(?:19|20)\d\d)"
    r"|\s+tháng\s+(?P<m2>\d{1,2})\s+năm\s+(?P<y2>(?:19|20)\d\d))(?!\d)",
    re.I,
)
_RESTS_ON = re.compile(
    r"(?:căn cứ|thực hiện|theo|xét|triển khai|tiếp theo)\s[^;\n]{0,160}?(?:số\s*:?\s*[\w/.-]{2,40}\s*,?\s*)(?:ngày\s+)?"
    r"(?P<d>\d{1,2})(?:/(?P<m>\d{1,2})/|\s+tháng\s+(?P<m2>\d{1,2})\s+năm\s+)(?P<y>(?:19|20)\d\d)",
    re.I,
)
# "Kế hoạch số 12/KH-UBND ngày 10/12/2025 thực hiện …": a document that is named and dated at the head of the sentence.
_NAMES_ITSELF = re.compile(
    r"^\W*(?:(?:UBND|Ủy ban nhân dân)[^;\n]{1,60})?(?:kế hoạch|quyết định|thông báo|công văn|hướng dẫn|tờ trình)"
    r"\s+số\s*:?\s*[\w/.-]{2,40}\s*,?\s*ngày\s+(?P<d>\d{1,2})(?:/(?P<m>\d{1,2})/|\s+tháng\s+(?P<m2>\d{1,2})\s+năm\s+)"
    r"(?P<y>(?:19|20)\d\d)(?=[^;\n]*\s(?:thực hiện|triển khai|theo|căn cứ)\s)",
    re.I,
)
_RECALLED = re.compile(
    r"năm trước|kỷ niệm|so với|thành lập|sinh (?:năm|ngày)|cùng kỳ|trước đây|nhiệm kỳ|giai đoạn|hiệu lực|sửa đổi|"
    r"ban hành|số\s*:?\s*[\w.-]+/|đã\s",
    re.I,
)
_RATIO = re.compile(
    r"(?<![\d/.,])(?P<part>\d{1,3}(?:\.\d{3})*)\s*/\s*(?P<whole>\d{1,3}(?:\.\d{3})*)\s+[^\d\n.;(]{1,40}"
    r"[,(]?\s*(?:đạt|chiếm|bằng|tỷ lệ|tương đương|đạt tỷ lệ)\s*(?:tỷ lệ\s*)?(?P<rate>\d{1,3}(?:,\d{1,2})?)\s*%",
    re.I,
)


def hours(passage: Passage) -> Iterator[Hit]:
    """ "từ 8h30 đến 7h00": a span that ends before it begins, and not overnight."""
    if not _DIGIT.search(passage.text):
        return
    for match in _HOURS.finditer(passage.text):
        begin = 60 * int(match["a"]) + int(match["am"] or 0)
        end = 60 * int(match["b"]) + int(match["bm"] or 0)
        before = passage.text[max(0, match.start() - 24) : match.start()]
        after = passage.text[match.end() : match.end() + 28]
        if end > begin or _OVERNIGHT.search(before + after):
            continue
        if int(match["a"]) >= 17:  # overnight, unless it is said of one day
            if _ONE_DAY.match(after) and not _DATED.search(before):
                message = _("The span ends before it begins: {span}.").format(span=match.group().strip())
                yield warning(*match.span(), "time.span", message, _("Check the two times."))
            continue
        if _DATED.search(before) and _DATED.search(after):  # ngày 1, từ 8h đến 7h ngày 2
            continue
        message = _("The span ends before it begins: {span}.").format(span=match.group().strip())
        yield Hit(*match.span(), "time.span", message, _("Check the two times."))


_PART_OF_DAY = re.compile(
    r"(?<!\w)(?P<part>sáng|chiều|tối)\s+(?:(?:thứ\s+\w+|chủ\s+nhật)\s*,?\s*)?(?:(?:ngày|hôm\s+nay|mai|\(?\d{1,2}/)[^.;:\d]{0,6}"
    r"(?:\d{1,2}(?:/\d{1,2})?(?:/\d{4})?\)?)?)?\s*,?\s*(?:vào\s+)?(?:lúc|từ|bắt\s+đầu\s+từ|hồi)\s+(?P<h>\d{1,2})\s*(?:giờ|[hg:](?=\d|\b))"
    r"|(?<![\w:,.-])(?P<h2>\d{1,2})\s*(?:giờ|h)\s*(?:\d{1,2}\s*(?:phút)?)?\s+(?P<part2>sáng|chiều|tối)(?!\w)",
    re.I,
)
_WITHIN = {"sáng": range(12), "chiều": (*range(1, 7), *range(12, 19)), "tối": (*range(5, 13), *range(17, 24))}


def parts_of_day(passage: Passage) -> Iterator[Hit]:
    """ "sáng ngày 5/12, lúc 14 giờ", "9 giờ chiều": an hour that the part of the day does not have."""
    for match in _PART_OF_DAY.finditer(passage.text) if _DIGIT.search(passage.text) else ():
        part, hour = (match["part"] or match["part2"]).lower(), int(match["h"] or match["h2"])
        if hour < 24 and hour not in _WITHIN[part]:
            message = _("{hour} o'clock is not in this part of the day: {words}.").format(
                hour=hour, words=match.group()
            )
            yield warning(*match.span(), "time.part", message, _("Check the hour."))


def day_spans(passage: Passage) -> Iterator[Hit]:
    """ "từ 15/9 đến 10/9/2026": days that run backwards."""
    if not _DIGIT.search(passage.text):
        return
    for match in _DAYS_OF_MONTH.finditer(passage.text):
        if int(match["d2"]) < int(match["d"]) <= 31:
            message = _("The span ends before it begins: {span}.").format(span=match.group())
            yield Hit(*match.span(), "date.span", message, _("Check the two days."))
    for match in _DAY_SPAN.finditer(passage.text):
        named = match["h"] or match.group()[:2].lower() == "từ" or (match["y"] and match["y2"])
        if not named and (match["dash"] or "tháng" not in match.group()):  # 5/1 - 3/2: perhaps no days
            continue
        year = int(match["y"] or match["y2"] or passage.day.year)
        last = int(match["y2"] or match["y"] or year)
        try:
            first_day = date(year, int(match["m"]), int(match["d"]))
            last_day = date(last, int(match["m2"]), int(match["d2"]))
        except ValueError:
            continue
        wraps = not (match["y"] and match["y2"]) and int(match["m"]) >= 10 and int(match["m2"]) <= 3
        backwards = (
            last_day == first_day and match["h"] and match["h2"] and _minutes(match, "h") > _minutes(match, "h2")
        )
        if (last_day < first_day and not wraps) or backwards:
            message = _("The span ends before it begins: {span}.").format(span=match.group())
            yield Hit(*match.span(), "date.span", message, _("Check the two days."))


def _minutes(match: re.Match[str], hour: str) -> int:
    return 60 * int(match[hour]) + int(match[f"{hour}m"] or 0)


def ratios(passage: Passage) -> Iterator[Hit]:
    """ "17/19 tiêu chí, đạt 80%": a share that its own numbers do not give."""
    if "%" not in passage.text:
        return
    for match in _RATIO.finditer(passage.text):
        part, whole = (int(match[name].replace(".", "")) for name in ("part", "whole"))
        rate = float(match["rate"].replace(",", "."))
        if whole and part <= whole and abs(100 * part / whole - rate) > 1.0:
            right = f"{100 * part / whole:.1f}".replace(".", ",")
            message = _("{part}/{whole} is {right} %, not {rate} %.").format(
                part=match["part"], whole=match["whole"], right=right, rate=match["rate"]
            )
            yield warning(*match.span(), "count.rate", message, _("Check the three numbers."))


def own_day(text: Text) -> Iterator[Hit]:
    """A document that rests on one which is younger than itself."""
    day = text.written
    for match in _RESTS_ON.finditer(text.flat):
        other = _day_of(match)
        if other is None:
            continue
        own = day or _day_of(_NAMES_ITSELF.search(sentence_around(text.flat, match.start(), match.start())))
        if own and other > own:
            message = _("This document is of {day}; the text itself is of {own}.").format(
                day=f"{other:%d/%m/%Y}", own=f"{own:%d/%m/%Y}"
            )
            yield Hit(match.start("d"), match.end("y"), "date.after-text", message, _("Check both days."))


_DAY = r"(?P<d>\d{1,2})(?:/(?P<m>\d{1,2})/|\s+tháng\s+(?P<m2>\d{1,2})\s+năm\s+)(?P<y>(?:19|20)\d\d)(?!\d)"
_MADE = re.compile(
    r"(?:ban hành|xây dựng|ký)\s+(?:kế hoạch|thông báo|quyết định|công văn|hướng dẫn|phương án)\s+số\s*:?\s*"
    rf"[\w/.-]{{2,40}}\s*,?\s*ngày\s+{_DAY}",
    re.I,
)
_HELD = re.compile(
    r"(?:thời gian(?:\s+(?:tổ chức|thực hiện|diễn ra))?\s*:|diễn ra|ra quân|khai mạc|tổ chức)[^.;\n]{0,60}?"
    r"(?:ngày|từ)\s+" + _DAY,
    re.I,
)
_RESULT = re.compile(
    r"(?:báo cáo|gửi|tổng hợp|công bố)\s+(?:\w+\s+){0,3}?kết quả[^.;\n]{0,90}?"
    r"(?:trước|ngày|chậm nhất)[^.;\n]{0,25}?(?<!\d)" + _DAY,
    re.I,
)


def made_before(text: Text) -> Iterator[Hit]:
    """A plan that the text says was made, older than the papers that it rests on."""
    for match in _MADE.finditer(text.flat):
        own = _day_of(match)
        above = text.flat[max(0, match.start() - 700) : match.start()]
        younger = [other for found in _RESTS_ON.finditer(above) if (other := _day_of(found)) and own and other > own]
        if own and younger:
            message = _("This document is of {own}; it rests on one of {day}.").format(
                day=f"{max(younger):%d/%m/%Y}", own=f"{own:%d/%m/%Y}"
            )
            yield warning(match.start("d"), match.end("y"), "date.after-text", message, _("Check both days."))


def results_early(text: Text) -> Iterator[Hit]:
    """A day for the report of results before the event itself."""
    held = [day for match in _HELD.finditer(text.flat) if (day := _day_of(match))]
    for match in _RESULT.finditer(text.flat):
        day = _day_of(match)
        if day and held and day < min(held):
            message = _("The results are due on {day}, before the event on {held}.").format(
                day=f"{day:%d/%m/%Y}", held=f"{min(held):%d/%m/%Y}"
            )
            yield warning(match.start("d"), match.end("y"), "date.before-event", message, _("Check both days."))


def _day_of(match: re.Match[str] | None) -> date | None:
    if match is None:
        return None
    try:
        return date(int(match["y"]), int(match["m"] or match["m2"]), int(match["d"]))
    except ValueError:
        return None


def years(text: Text) -> Iterator[Hit]:
    """One day and month with two years that follow each other: most likely one of them is a slip."""
    seen: dict[tuple[int, int], tuple[int, int]] = {}
    for match in _FULL.finditer(text.flat):
        if _RECALLED.search(sentence_around(text.flat, *match.span())):
            continue
        key = int(match["d"]), int(match["m"] or match["m2"])
        year = int(match["y"] or match["y2"])
        first = seen.setdefault(key, (year, match.start()))
        if first[0] != year and abs(first[0] - year) == 1 and key != (1, 1) and key != (31, 12):
            message = _("The same day stands with the year {year} on line {line}.").format(
                year=first[0], line=text.place(first[1])[0]
            )
            yield Hit(*match.span(), "date.two-years", message, _("Check which year is right."))
