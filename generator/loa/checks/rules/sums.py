"""Totals that their own parts contradict: "gồm 20 nam và 16 nữ" for 35, 350 gifts of 500 000 đồng for 165 million."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from loa.checks.text import Hit, Passage, warning
from loa.i18n import _

_SCALE = {"đồng": 1.0, "nghìn đồng": 1e3, "ngàn đồng": 1e3, "triệu đồng": 1e6, "triệu": 1e6, "tỷ đồng": 1e9, "tỷ": 1e9}
_MONEY = r"(?:nghìn|ngàn|triệu|tỷ)?\s*đồng|triệu|tỷ"
NUMBER = r"\d{1,3}(?:\.\d{3})+(?!\d)(?:,\d+)?|\d+(?:,\d+)?"
"""A number as people write it: 1.263.600 or 12,5."""
_TOTAL = re.compile(
    rf"(?<![\d.,/%-])(?P<n>{NUMBER})\s+(?P<noun>{_MONEY}|[^\W\d_]+)(?!\w)[^.;:\d\n()]{{0,60}}?"
    r"(?:(?<!\w)(?:tại|ở|trên|thuộc|của)\s+(?P<places>\d{1,3})\s+[^.;:\d\n()]{1,40}?)?"
    r"(?:[,;(]?\s*(?P<how>trong\s+đó|bao\s+gồm|gồm|chia\s+ra)(?:\s+có)?\s*:?|(?:với\s+\d+\s+[^\W\d_]+)?\s*(?P<colon>:))\s+",
    re.I,
)
_END = re.compile(r"[.!?](?:\s|$)|[)\n]")
_PART = re.compile(r"[,;]\s+|\s+(?:và|còn)\s+|;")
# Numbers that count nothing: thôn 3, năm 2026, từ 18 tuổi, 12 %, a day.
_ORDINAL = re.compile(
    r"(?:thôn|ấp|xóm|bản|buôn|tổ|khu|phố|khóm|số|cấp|lớp|năm|tháng|ngày|quý|mức|loại|nhóm|đợt|hạng|khối|giai\s+đoạn|"
    r"từ|trên|dưới|đến|hơn|khoảng|gần|điều|khoản|chi\s+bộ|đội|cụm|bậc|vùng)\s*$",
    re.I,
)
_NO_COUNT = re.compile(r"\s*(?:%|tuổi|/|-|–|giờ|h\b|phút|ngày|tháng|năm|lần)", re.I)
_REST = re.compile(r"(?:khác|còn\s+lại)\b", re.I)
_SEX = frozenset({"nam", "nữ"})
_PERSONS = _SEX | frozenset(
    "người thanh hội đoàn học cháu em cử đại đảng công trẻ lao cán chiến sinh giáo bệnh phụ cựu đồng quân".split()
)
"""With what the names of people begin: thanh niên, hội viên, đoàn viên, học sinh."""
_BEHIND = re.compile(
    rf"[,;.–(]?\s*(?:tổng\s+cộng|tổng\s+số|tổng\s+kinh\s+phí|tổng|tất\s+cả|cả\s+thảy|cộng)\s*(?:là|có|gồm|:)?\s*"
    rf"(?P<n>{NUMBER})\s+(?P<noun>{_MONEY}|[^\W\d_]+)(?!\w)",
    re.I,
)
_OPENS = re.compile(r"(?:[.!?:]\s|\n|(?<!\w)(?:gồm|trong\s+đó)\s)", re.I)
_REACH = 600
"""How far before a total its parts are looked for, in letters."""
_MONTHS = {"tháng": 1, "quý": 3, "năm": 12}
_PERIOD = (
    rf"(?<![\d.,])(?P<a>{NUMBER})\s*(?P<u>{_MONEY})(?!\w)[^.;\d\n]{{0,40}}?"
    r"(?:/|(?<!\w)(?:một|mỗi|1)\s+)(?P<p>tháng|quý)(?!\w)"
)
_PERIOD_FIRST = (
    rf"(?<!\w)(?:một|mỗi|hằng|hàng|1)\s+(?P<p>tháng|quý)(?!\w)[^.;\d\n]{{0,30}}?"
    rf"(?P<a>{NUMBER})\s*(?P<u>{_MONEY})(?!\w)"
)
_LONGER = (
    rf"[^.;\d\n]{{0,50}}?(?<!\w)(?:(?:cả|một|mỗi|trọn|1)\s+(?P<q>quý|năm)|(?P<k>\d{{1,2}})\s+tháng)(?!\w)"
    rf"[^.;\d\n]{{0,25}}?(?P<b>{NUMBER})\s*(?P<u2>{_MONEY})(?!\w)"
)
_PERIODS = tuple(re.compile(first + _LONGER, re.I) for first in (_PERIOD, _PERIOD_FIRST))
_EACH_OF = (
    re.compile(
        r"(?<![\d.,/])(?P<n>\d{1,4})\s+(?P<noun>[^\W\d_]+)(?!\w)[^.;\d\n]{0,20},\s*mỗi\s+(?P=noun)\s+[^.;\d\n]{0,15}"
        r"(?P<m>\d{1,5})\s+(?P<u>[^\W\d_]+)(?!\w)[^.;\d\n]{0,15}tổng\s[^.;\d\n]{0,20}(?P<t>\d{1,6})\s+(?P=u)(?!\w)",
        re.I,
    ),
    re.compile(
        r"(?<![\d.,/])(?P<t>\d{1,6})\s+(?P<u>[^\W\d_]+)(?!\w)[^.;\d\n]{0,25}chia\s+(?:làm|thành|ra|đều)\s+"
        r"(?P<n>\d{1,4})\s+(?P<noun>[^\W\d_]+)(?!\w)[^.;\d\n]{0,15}mỗi\s+(?P=noun)\s+[^.;\d\n]{0,15}"
        r"(?P<m>\d{1,5})\s+(?P=u)(?!\w)",
        re.I,
    ),
)
_LEFT = re.compile(
    rf"(?<!\w)thu(?!\s+(?:nhập|hoạch))[^.;\d\n]{{0,25}}(?P<a>{NUMBER})\s*(?P<u>{_MONEY})(?!\w)[^.;\d\n]{{0,30}}"
    rf"(?<!\w)chi[^.;\d\n]{{0,25}}(?P<b>{NUMBER})\s*(?P<u2>{_MONEY})(?!\w)[^.;\d\n]{{0,20}}"
    rf"còn[^.;\d\n]{{0,20}}(?P<c>{NUMBER})\s*(?P<u3>{_MONEY})(?!\w)",
    re.I,
)
_CHEAPER = re.compile(r"giảm|ưu\s+đãi|miễn|chỉ\s+còn|khuyến\s+mại", re.I)
_EACH = re.compile(
    rf"(?<![\d.,/])(?P<many>\d[\d.]*)\s+(?P<noun>[^\W\d_]+)(?!\w)[^.;\n]{{0,60}}?(?:mỗi|một|1|01)\s+(?P=noun)\s+[^.;\d\n]{{0,30}}"
    rf"(?P<each>{NUMBER})\s*(?P<unit>{_MONEY})(?!\w)[^.;\n]{{0,20}}?[,;.(]?\s*(?:với\s+)?"
    rf"tổng\s+(?:trị\s+giá|giá\s+trị|số\s+tiền|kinh\s+phí|cộng)[^.;\d\n]{{0,30}}(?P<all>{NUMBER})\s*(?P<unit2>{_MONEY})(?!\w)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class _Part:
    value: float
    noun: str  # the word behind the number; "" where the number ends the part
    text: str


def sums(passage: Passage) -> Iterator[Hit]:
    """A total, and parts of the same thing that give another one."""
    text = passage.masked
    if sum(c.isdigit() for c in text) < 3:
        return
    for match in _TOTAL.finditer(text):
        unit = " ".join(match["noun"].lower().split())
        total = value(match["n"]) * _SCALE.get(unit, 1.0)
        end = _END.search(text, match.end())
        parts = _parts(text[match.end() : end.start() if end else len(text)], unit)
        if parts is None or len(parts) < 2 or not _one_kind(parts, unit):
            continue
        values = [part.value * _SCALE.get(part.noun or unit, 1.0) for part in parts]
        added = sum(values)
        if abs(added - total) < 0.005 * total or max(values) > total:
            continue
        whole = (match["how"] or "").lower().split() != ["trong", "đó"]
        named = match["places"] is not None and int(match["places"]) == len(parts)  # each of the places has its part
        closed = named or _REST.search(parts[-1].text) or {part.noun for part in parts} == _SEX or _complement(parts)
        if added > total or closed or (whole and all(part.noun in {unit, *_SEX} for part in parts)):
            yield _wrong(match.start("n"), match.end("noun"), added, total, unit)
    for match in _EACH.finditer(text):
        every = value(match["each"]) * _scale(match["unit"])
        given, right = value(match["all"]) * _scale(match["unit2"]), value(match["many"]) * every
        if abs(given - right) > 0.01 * right:
            yield _wrong(match.start("all"), match.end("unit2"), right, given, "đồng")


def totals_behind(passage: Passage) -> Iterator[Hit]:
    """ "45 đoàn viên, 30 hội viên và 25 cựu chiến binh, tổng cộng 110 người": the parts stand before their total."""
    text = passage.masked
    if sum(c.isdigit() for c in text) < 3 or not re.search(r"tổng|cộng|tất cả|cả thảy", text, re.I):
        return
    for match in _BEHIND.finditer(text):
        unit = " ".join(match["noun"].lower().split())
        opened = [found.end() for found in _OPENS.finditer(text, max(0, match.start() - _REACH), match.start())]
        pieces = text[max(opened[-1] if opened else 0, match.start() - _REACH) : match.start()]
        parts = _parts(pieces, unit, bare=True)
        if parts is None or len(parts) < 2 or not _one_kind(parts, unit):
            continue
        behind = pieces[pieces.rfind(parts[0].text) + len(parts[0].text) :]
        if re.search(r"(?<!\w)(?:mỗi|từng|một)\s", behind):
            continue
        total = value(match["n"]) * _SCALE.get(unit, 1.0)
        added = sum(part.value * _SCALE.get(part.noun or unit, 1.0) for part in parts)
        if abs(added - total) >= 0.005 * total:
            yield _wrong(match.start("n"), match.end("noun"), added, total, unit)


def per_period(passage: Passage) -> Iterator[Hit]:
    """ "25.000 đồng một tháng, cả quý là 85.000 đồng": a longer time that costs another multiple."""
    for match in (found for pattern in _PERIODS for found in pattern.finditer(passage.masked)):
        months = int(match["k"]) if match["k"] else _MONTHS[match["q"].lower()]
        times = months / _MONTHS[match["p"].lower()]
        right, given = value(match["a"]) * _scale(match["u"]) * times, value(match["b"]) * _scale(match["u2"])
        if times > 1 and abs(right - given) > 0.005 * right and not _CHEAPER.search(match.group()):
            yield _wrong(match.start("b"), match.end("u2"), right, given, "đồng")


def shared_out(passage: Passage) -> Iterator[Hit]:
    """ "2 hiệp, mỗi hiệp 25 phút, tổng 40 phút", "8 đội chia làm 2 bảng, mỗi bảng 5 đội", "thu 48, chi 31, còn 27"."""
    text = passage.masked
    for match in (found for pattern in _EACH_OF for found in pattern.finditer(text) if "mỗi" in text):
        right, given = int(match["n"]) * int(match["m"]), int(match["t"])
        before = text[max(0, match.start() - 60) : match.start()]
        if re.search(rf"\d\s+{re.escape(match['u'])}(?!\w)[^.;]*$", before, re.I):  # others come to them
            continue
        if right != given:
            yield _wrong(match.start("t"), match.end("t"), right, given, "")
    for match in _LEFT.finditer(text) if "còn" in text else ():
        taken, spent, left = (value(match[n]) * _scale(match[u]) for n, u in (("a", "u"), ("b", "u2"), ("c", "u3")))
        if abs(taken - spent - left) > 0.005 * taken:
            yield _wrong(match.start("a"), match.end("u"), spent + left, taken, " ".join(match["u"].lower().split()))


def _complement(parts: list[_Part]) -> bool:
    """Whether two parts are what is and what is not: “đạt 32 người, không đạt 9 người”."""
    return len(parts) == 2 and bool(re.match(r"\s*(?:không|chưa)\s", parts[1].text))


def _wrong(start: int, end: int, added: float, total: float, unit: str) -> Hit:
    scale = _SCALE.get(unit, 1.0)
    message = _("The parts are {sum} together, the total is {total}.").format(
        sum=_written(added / scale), total=_written(total / scale)
    )
    return warning(start, end, "count.sum", message, _("Check the numbers."))


_KINDS = re.compile(r"(?:loại|nhóm|hạng|khối|cấp)\s*$", re.I)


def _measured(piece: str, number: re.Match[str], unit: str) -> bool:
    """ "rau các loại 120 ha": a number of the total's unit, though a word before it could count kinds."""
    behind = re.match(r"\s*([^\W\d_]+)", piece[number.end() :])
    return bool(unit and behind and behind[1].lower() == unit and _KINDS.search(piece[: number.start()]))


def _parts(text: str, unit: str = "", *, bare: bool = False) -> list[_Part] | None:
    """The parts that a list counts; None where one of them counts two things, or (without `bare`) nothing."""
    found: list[_Part] = []
    for piece in _PART.split(text):
        numbers = [
            match
            for match in re.finditer(rf"(?<![\d.,/]){NUMBER}", piece)
            if (not _ORDINAL.search(piece[max(0, match.start() - 20) : match.start()]) or _measured(piece, match, unit))
            and not _NO_COUNT.match(piece, match.end())
        ]
        if bare and len(numbers) != 1:
            if numbers:  # “7 đến 10 ngày”: what stands before it is no part
                found.clear()
            continue
        if len(numbers) != 1:
            return None
        behind = re.match(rf"\s*({_MONEY}|[^\W\d_]+)", piece[numbers[0].end() :], re.I)
        noun = " ".join(behind[1].lower().split()) if behind else ""
        found.append(_Part(value(numbers[0].group()), noun, piece))
    return found


def _one_kind(parts: list[_Part], unit: str) -> bool:
    """Whether all parts count what the total counts."""
    if unit in _SCALE:
        return all(part.noun in _SCALE or not part.noun for part in parts)
    same = {"", unit, *(_PERSONS if unit in _PERSONS else _SEX)}
    return all(part.noun in same for part in parts)


def _scale(unit: str) -> float:
    return _SCALE[" ".join(unit.lower().split())]


def value(digits: str) -> float:
    """What `NUMBER` has found, as a number; 0.0 for nothing."""
    return float(digits.replace(".", "").replace(",", ".") or 0)


def _written(number: float) -> str:
    return f"{number:,.10g}".replace(",", " ").replace(".", ",").replace(" ", ".")
