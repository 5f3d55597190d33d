"""Rules on numbers of services: the same count told twice with two numbers, and totals that do not add up."""

import re
from collections.abc import Iterator

from generator.i18n import _
from generator.review.hits import Hit
from generator.review.text import Passage, Text

_NOUN = r"(?:dịch vụ công|dịch vụ|DVCTT|DVC|thủ tục hành chính|thủ tục|TTHC)"
_LEVEL = r"mức(?:\s+độ)?\s*0?[34]"
_COUNT = re.compile(
    rf"(?P<n>\d{{1,3}}(?:\.\d{{3}})+|\d{{1,5}})\s+{_NOUN}\s*(?:trực tuyến\s*)?"
    r"(?:(?:ở|đạt|cung cấp|thực hiện|thuộc)\s+)?"
    rf"(?P<label>{_LEVEL}(?:\s*(?:,|và|-)\s*(?:mức\s+độ\s*)?0?4)?|toàn trình|một phần)"
    rf"|(?P<label2>{_LEVEL}|toàn trình|một phần)\s*(?::|là|có)\s*(?P<n2>\d{{1,5}})\s+{_NOUN}",
    re.I,
)
# "… 60 dịch vụ công mức độ 3 và 53 dịch vụ …": two numbers with a few words, and perhaps a level, between them.
_TWO = (
    r"(?<![\d.])(?P<a>\d[\d.]{0,11})\s+[^.;\d]{3,60}(?:\d(?!\d)[^.;\d]{0,12})?"
    rf"(?:và|,)\s*(?:có\s+)?(?P<b>\d[\d.]{{0,11}})\s+{_NOUN}"
)
_TOTAL_FIRST = re.compile(
    rf"(?<![\d.])(?P<total>\d[\d.]{{0,11}})\s+{_NOUN}[^.;]{{0,40}}?(?:trong đó|gồm)[^.;\d]{{0,20}}{_TWO}", re.I
)
_TOTAL_LAST = re.compile(
    rf"{_TWO}[^.;\d]{{0,60}}(?:\d(?!\d)[^.;\d]{{0,12}})?tổng\s+(?:cộng|số)\D{{0,10}}(?<![\d.])(?P<total>\d[\d.]{{0,11}})",
    re.I,
)


# "1.260 lao động, trong đó 940 lao động phổ thông và 320 lao động đã qua đào tạo": any noun, two parts, no third.
_PART = r"(?P<{}>\d[\d.]{{0,11}})\s+(?P=noun)"
_ANY_TOTAL = re.compile(
    r"(?<![\d.,/])(?P<total>\d[\d.]{0,11})\s+(?P<noun>[^\W\d_]+(?:\s[^\W\d_]+)?)[^.;\d]{0,30}?"
    rf"(?:trong đó|gồm)(?:\s+có)?:?\s+{_PART.format('a')}[^.;\d]{{0,40}}?(?:và|,)\s+{_PART.format('b')}"
    r"(?![^.;]*\d\s+(?P=noun))",
    re.I,
)
_SPAN = re.compile(
    r"từ\s+(?P<low>\d[\d.,]{0,11})\s+đến\s+(?P<high>\d[\d.,]{0,11})\s*"
    r"(?:triệu|nghìn|tỷ|đồng|%|phần trăm|tuổi|người|hộ|kg|tấn|km|mét|độ)(?!\w)",
    re.I,
)
_BROKEN_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:\.\d{3})*\.(?:\d{1,2}|\d{4,6})(?=\s*(?:đồng|đ)(?!\w))")


def amounts(passage: Passage) -> Iterator[Hit]:
    """ "từ 14 đến 7 triệu đồng": a span that begins above its end; "28.00 đồng": thousands with a digit too few."""
    for match in _BROKEN_THOUSANDS.finditer(passage.text):
        message = _("The digits of “{number}” are not in groups of three.").format(number=match.group())
        yield Hit(*match.span(), "count.digits", message, _("Check the number: 28.000 or 28,5."))
    for match in _SPAN.finditer(passage.text):
        low, high = (float(match[group].rstrip(".,").replace(".", "").replace(",", ".")) for group in ("low", "high"))
        if low > high:
            message = _("The span begins above its end: {low} to {high}.").format(low=match["low"], high=match["high"])
            yield Hit(*match.span(), "count.span", message, _("Check the two numbers."))


def counts(text: Text) -> Iterator[Hit]:
    """Counts that contradict an earlier one, and totals that are not the sum of their parts."""
    seen: dict[str, tuple[int, int]] = {}
    for offset, passage in text.passages:
        if not any(digit in passage.text for digit in "0123456789"):
            continue
        for match in _COUNT.finditer(passage.text):
            group = "n" if match["n"] else "n2"
            number, label = _number(match[group]), _label(match["label"] or match["label2"])
            before, place = seen.setdefault(label, (number, offset + match.start(group)))
            if before != number:
                message = _("This count differs: {other} on line {line}.").format(
                    other=before, line=text.place(place)[0]
                )
                mend = _("Find out which is right, and write it in both places.")
                yield Hit(offset + match.start(group), offset + match.end(group), "count.differs", message, mend)
        for pattern in (_TOTAL_FIRST, _TOTAL_LAST, _ANY_TOTAL):
            for match in pattern.finditer(passage.text):
                total, first, second = (_number(match[group]) for group in ("total", "a", "b"))
                if total != first + second:
                    message = _("{total} is not {first} + {second}.").format(total=total, first=first, second=second)
                    span = (offset + match.start("total"), offset + match.end("total"))
                    yield Hit(*span, "count.sum", message, _("Check the three numbers."))


def _number(digits: str) -> int:
    return int(digits.replace(".", "") or 0)


def _label(words: str) -> str:
    """One key for "mức độ 3", "mức 03": the level's digits; the kinds as they are."""
    digits = re.findall(r"[34]", words)
    return " ".join(digits) or " ".join(words.lower().split())
