"""What one text writes in two ways: a person or a place whose name differs by a mark, a total that changes."""

import re
from collections.abc import Iterator

from loa.checks.text import Hit, Text, warning
from loa.checks.words.lexicon import normal
from loa.i18n import _
from loa.text import LOWER, UPPER, toneless

_NAME = rf"[{UPPER}][{LOWER}]*"
_PERSON = re.compile(rf"(?<![\w/.-]){_NAME}(?: {_NAME}){{2,5}}(?![\w])")
_PLACE = re.compile(
    r"(?<!\w)(?P<kind>(?i:thôn|ấp|xóm|bản|buôn|làng|khóm|xã|phường|khu phố|tổ dân phố|chợ|cầu|đường|kênh|sông"
    r"|trạm bơm|hồ|đập))"
    rf" (?P<name>{_NAME}(?: {_NAME}){{0,3}}(?: \d{{1,2}}(?!\d|[/.,]\d))?)"
)
_TITLE = re.compile(
    r"(?:ông|bà|anh|chị|em|cháu|cụ|đồng chí|đ/c|bác sĩ|y sĩ|bí thư|chủ tịch|trưởng thôn|trưởng ấp"
    r"|phó chủ tịch)\s*:?\s*$",
    re.I,
)
_TITLES = frozenset("ông bà anh chị em cháu cụ cô chú bác".split())
_SURNAMES = frozenset(
    "nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đinh trương mai đoàn lâm trịnh "
    "đào hà cao lưu tạ thái "
    "tô châu quách vi nông lò hà thạch sơn kim triệu lương tống chu phùng vương từ kiều tăng la quàng giàng "
    "vàng sùng lù mùa".split()
)


def names(text: Text) -> Iterator[Hit]:
    """ "Phạm Văn Thịnh" and "Phạm Văn Thinh", "ấp Thuận Thành 2" and "ấp Thuận Thanh 2"."""
    seen: dict[tuple[str, str], list[tuple[int, int, str]]] = {}
    flat = text.flat
    for match in _PERSON.finditer(flat):
        start = match.start()
        words = match.group().split()
        if normal(words[0]) in _TITLES:
            start += len(words[0]) + 1
        elif normal(words[0]) not in _SURNAMES and not _TITLE.search(flat[max(0, start - 16) : start]):
            continue
        name = normal(flat[start : match.end()])
        if len(name.split()) > 2:
            seen.setdefault(("", toneless(name)), []).append((start, match.end(), name))
    for match in _PLACE.finditer(flat):
        name = normal(match["name"])
        seen.setdefault((match["kind"].lower(), toneless(name)), []).append((*match.span(), name))
    for found in seen.values():
        ways = [way for _start, _end, way in found]
        if len(set(ways)) != 2:
            continue
        usual = max(dict.fromkeys(ways), key=ways.count)
        other = next(one for one in found if one[2] != usual)
        first = next(one for one in found if one[2] == usual)
        if not _differ_once(usual, other[2]) or _same_sentence(flat, first, other):
            continue
        message = _("The same name stands as “{other}” on line {line}.").format(
            other=flat[first[0] : first[1]], line=text.place(first[0])[0]
        )
        yield warning(
            other[0], other[1], "name.two-ways", message, _("Find out which is right, and write it in both places.")
        )


def _differ_once(one: str, other: str) -> bool:
    """Whether exactly one syllable differs."""
    pairs = list(zip(one.split(), other.split(), strict=False))
    return sum(a != b for a, b in pairs) == 1


def _same_sentence(flat: str, one: tuple[int, int, str], other: tuple[int, int, str]) -> bool:
    """Whether both stand in one sentence or line: two brothers, two villages."""
    start, end = min(one[1], other[1]), max(one[0], other[0])
    return not re.search(r"[.;!?]\s|\n", flat[start:end])


_TOTAL = re.compile(
    r"(?<!\w)(?:toàn\s+(?:xã|phường|thôn|ấp|tỉnh)|cả\s+(?:xã|phường|thôn)|tổng\s+số|tổng\s+cộng)(?:\s+(?:hiện"
    r"|đã|hiện\s+nay))?"
    r"(?:\s+(?:có|là|gồm|còn))?\s*:?\s+(?P<n>\d{1,3}(?:\.\d{3})+|\d{1,6})\s+(?P<noun>[^\W\d_]+(?:\s[^\W\d_]+)?)(?!\w)",
    re.I,
)
_COUNTED = re.compile(r"(?<![\w.,/-])(?P<n>\d{1,3}(?:\.\d{3})+|\d{3,6})\s+(?P<noun>[^\W\d_]+\s[^\W\d_]+)(?!\w)", re.I)
_BEHIND = re.compile(r"\s(?:đến|được|đã|tham|và|với|trong|trên|có|cùng|là|tại|ở|cho|đang|sẽ)$")
_MEASURE = frozenset("đồng triệu tỷ nghìn ngàn mét km kg ha tấn giờ phút ngày tháng năm lần".split())
_THEN = re.compile(
    r"năm trước|cùng kỳ|đầu năm|trước đây|giảm|tăng|so với|còn|nay|kế hoạch|chỉ tiêu|dự kiến|đợt|lần", re.I
)


def totals(text: Text) -> Iterator[Hit]:
    """ "toàn xã có 86 hộ nghèo" and "toàn xã có 68 hộ nghèo"; "1.250 cử tri" and "1.520 cử tri": digits "
    "changed places."""
    flat = text.flat
    whole: dict[str, tuple[str, int]] = {}
    for match in _TOTAL.finditer(flat):
        noun = _BEHIND.sub("", " ".join(match["noun"].lower().split()))
        first = whole.setdefault(noun, (match["n"], match.start("n")))
        if first[0] != match["n"] and not _THEN.search(flat[max(0, match.start() - 60) : match.end() + 40]):
            yield _differs(text, first, match)
    seen: dict[str, dict[str, int]] = {}
    for match in _COUNTED.finditer(flat):
        noun = " ".join(match["noun"].lower().split())
        if noun.split()[0] not in _MEASURE:
            seen.setdefault(noun, {}).setdefault(match["n"], match.start("n"))
            for number, at in seen[noun].items():
                if (
                    number != match["n"]
                    and sorted(number) == sorted(match["n"])
                    and flat.find(match["n"]) == match.start("n")
                ):
                    yield _differs(text, (number, at), match)


_SUM = re.compile(r"(?<![\w.,/-])(?P<n>\d{1,3}(?:\.\d{3}){2,})\s+(?P<noun>đồng)(?!\w)", re.I)


def money(text: Text) -> Iterator[Hit]:
    """ "126.500.000 đồng" and "162.500.000 đồng": one sum of which two digits changed places."""
    seen: dict[str, tuple[str, int]] = {}
    for match in _SUM.finditer(text.flat):
        digits = match["n"].replace(".", "")
        first = seen.setdefault("".join(sorted(digits)) + str(len(digits)), (match["n"], match.start("n")))
        other = first[0].replace(".", "")
        apart = [at for at, (a, b) in enumerate(zip(digits, other, strict=True)) if a != b]
        if len(apart) == 2 and apart[1] == apart[0] + 1 and len(digits.strip("0")) > 2:
            yield _differs(text, first, match)


def _differs(text: Text, first: tuple[str, int], match: re.Match[str]) -> Hit:
    message = _("This count differs: {other} on line {line}.").format(other=first[0], line=text.place(first[1])[0])
    fix = _("Find out which is right, and write it in both places.")
    return warning(match.start("n"), match.end("noun"), "count.differs", message, fix)
