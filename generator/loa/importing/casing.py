"""A line in capitals as people write it: names, bodies and abbreviations keep their capitals, everything else is small.

What is a name is told by the document itself (the same words in its running text), by the list of administrative units,
by the names of bodies (Nghị định 30/2020/NĐ-CP, Phụ lục II), and by words that stand before names.
"""

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from itertools import pairwise

from loa.checks.words.lexicon import is_pair, syllables
from loa.importing.words import words
from loa.normalizer.tables import abbreviations
from loa.reference import places
from loa.text import LOWER, UPPER, toneless

_QUOTED = re.compile(r"[“\"«][^“”\"«»]{4,80}[”\"»]")
_QUOTE_WORD = re.compile(r"(?<=[“\"«])\w|(?<= [-–] )\w")
"""A name in quotation marks, and the first letters of its parts."""
_SCHOOLS = ("tiểu học", "mầm non", "mẫu giáo", "trung học cơ sở", "trung học phổ thông", "thcs", "thpt", "th")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_UNITS = frozenset("xã|phường|tỉnh|huyện|quận|thị trấn|thị xã|thành phố|đặc khu|tp".split("|"))
_VILLAGES = frozenset(
    "thôn|ấp|xóm|bản|buôn|làng|khóm|khu phố|tổ dân phố|khu dân cư|đường|phố|chợ|cầu|sông|hồ|đập".split("|")
)
_THINGS = frozenset("bản|đường|cầu|chợ|làng|hồ|sông|đập|phố|xóm".split("|"))
"""Of these, the ones that also begin words (“bản tin”, “đường bộ”)."""
_PEOPLE = frozenset("ông|bà|anh|chị|cụ|đồng chí|đ/c|liệt sĩ|cháu|em|bác".split("|"))
SURNAMES = frozenset(
    "nguyễn|trần|lê|phạm|hoàng|huỳnh|phan|vũ|võ|đặng|bùi|đỗ|hồ|ngô|dương|lý|đào|đoàn|trịnh|đinh|lâm|mai|tô|trương|hà|cao".split(
        "|"
    )
)
_MIDDLE = frozenset("văn thị hữu đình đức".split())
_COOPERATIVE = ("hợp tác xã", "htx")
_BRANCHES = frozenset("nông dịch tổng chất sinh hữu công thương kinh thủy chăn trồng".split())
"""With what cooperatives say in what they work; any other word there begins their name."""
_COMMON = frozenset(
    "và|về|của|tại|trên|ở|là|do|bị|được|đã|năm|tháng|ngày|từ|đến|cho|với|theo|để|trong|các|những|văn|hóa|quê|quán|đất|nghề|"
    "lần|giai|đoạn|mới|kiểu|mẫu|nông|an|toàn|số|thứ|cấp|tổ|chức|thực|hiện|phòng|chống|không|có|thông|báo|mùa|khi|tự|xanh|sạch|tin".split(
        "|"
    )
)
_SMALL_FOREIGN = frozenset("online video website email vaccine vắcxin fax wifi web game clip".split())


def is_capitals(line: str) -> bool:
    """Whether `line` is written in capitals: all of its words, but for a word or two such as “V/v”."""
    letters = [character for character in line if character.isalpha()]
    return len(letters) > 3 and sum(character.isupper() for character in letters) > 0.8 * len(letters)


def from_capitals(line: str, running: str = "") -> str:
    """`CÔNG AN XÃ BẾN HẢI` → `Công an xã Bến Hải`; `running`: the text below, which shows how names are written."""
    spans = [(match.start(), match.end()) for match in _WORD.finditer(line)]
    words = [line[start:end] for start, end in spans]
    cased = _cased(words, [line[end:start] for (_a, end), (start, _b) in pairwise(spans)], running)
    pieces, position = [], 0
    for (start, end), word in zip(spans, cased, strict=True):
        pieces += [line[position:start], word]
        position = end
    text = "".join([*pieces, line[position:]])
    text = _QUOTED.sub(lambda m: _QUOTE_WORD.sub(lambda n: n.group().upper(), m.group()), text)
    return text[:1].upper() + text[1:]


def _cased(words: Sequence[str], gaps: Sequence[str], running: str) -> list[str]:
    low = [word.lower() for word in words]
    joined = [gap.strip() == "" for gap in gaps] + [False]
    seen, capitals = _names_in(running), _capitals_in(running)
    made: list[str] = []
    n = 0
    while n < len(words):
        reach = n + 1
        while reach < len(words) and reach - n < 8 and joined[reach - 1]:
            reach += 1
        name = _name(low, n, reach, seen)
        if name:
            made += name
            n += len(name)
            continue
        made.append(_alone(words[n], low, n, capitals))
        n += 1
    return made


def _name(low: Sequence[str], n: int, reach: int, seen: dict[str, str]) -> list[str]:
    """The words from `n` on that are a name, as it is written; none where none begins there."""
    before = low[n - 1] if n else ""
    before_two = f"{low[n - 2]} {before}" if n > 1 else before
    for end in range(reach, n, -1):
        key = " ".join(low[n:end])
        if key in _proper():
            return _proper()[key].split()
        if end - n > 1 and key in seen and len(seen[key].split()) > 1:
            return seen[key].split()
        if end - n == 1 and f"{before} {key}" in seen:
            return [seen[f"{before} {key}"].split()[-1]]
        if (before in _UNITS or before_two in _UNITS) and places.fold(key) in places.unit_names():
            return places.unit_names()[places.fold(key)].split()
        if end - n > 1 and places.fold(key) in _provinces():
            return _provinces()[places.fold(key)].split()
    village = before_two in _VILLAGES or (before in _VILLAGES and not (before in _THINGS and is_pair(before, low[n])))
    if village and low[n].isalpha():
        return _titled(low[n : min(reach, n + 2)]) if low[n] not in _COMMON | _UNITS | _VILLAGES else []
    if before in _SCHOOLS or before_two in _SCHOOLS or " ".join(low[max(0, n - 4) : n]).endswith(_SCHOOLS[4:6]):
        return _titled(low[n : min(reach, n + 4)])
    if low[0] in {"htx", "hợp"} and before_two in {"nông nghiệp", "dịch vụ"} and " ".join(low).startswith(_COOPERATIVE):
        return [] if low[n] in _BRANCHES else _titled(low[n : min(reach, n + 3)])
    if (before in _PEOPLE or before_two in _PEOPLE) and low[n] in SURNAMES:
        return _titled(low[n : min(reach, n + 4)])
    if low[n] in SURNAMES and low[n + 1 : n + 2] and low[n + 1] in _MIDDLE and reach - n > 2:
        return _titled(low[n : n + 3])
    return []


def _titled(words: Sequence[str]) -> list[str]:
    found: list[str] = []
    for word in words:
        if (word in _COMMON and word not in {"văn", "an", "xuân"}) or word in _UNITS or not word.isalpha():
            break
        found.append(word[:1].upper() + word[1:])
    return found


def _alone(word: str, low: Sequence[str], n: int, capitals: frozenset[str]) -> str:
    """A word that is no part of a name: an abbreviation, a number's letters, or a plain word."""
    before = low[n - 1] if n else ""
    if any(character.isdigit() for character in word) or not word.isupper():
        return word
    known = _abbreviations().get(word)
    plain = low[n] in syllables() and bool(_SYLLABLE.fullmatch(toneless(low[n])))
    if word in capitals or (known and not plain):
        return known or word
    if not word.replace("Đ", "D").isascii():  # a tone: no abbreviation, a name or a word that lists lack
        return low[n] if plain else word.capitalize()
    if len(word) == 1 and word.isascii() and word not in "YO":
        return word
    if re.fullmatch(r"[IVX]+", word) and (before in _COUNTED or low[n] not in syllables()):
        return word
    if plain:
        return low[n]
    if low[n] in _SMALL_FOREIGN:
        return low[n]
    vowels = sum(letter in "aeiouy" for letter in low[n])
    if len(word) >= 5 and vowels * 4 >= len(word) and word.isascii():
        return word.capitalize()  # a foreign word
    return word


_SYLLABLE = re.compile(
    "(?:ngh|ng|nh|ch|gh|gi|kh|ph|th|tr|qu|[bcdghklmnpqrstvx])?(?:[aeiouy]{1,3})(?:ng|nh|ch|[cmnpt])?"
)
_COUNTED = frozenset("quý khóa kỳ lần thứ hạng loại chương phần đợt khu cấp độ nhóm mục phụ lục".split())


@cache
def _proper() -> dict[str, str]:
    return {phrase.lower(): phrase for phrase in words("proper")}


@cache
def _provinces() -> dict[str, str]:
    names = [p.name for day in (date(2025, 6, 30), places.NEW_UNITS) for p in places.provinces(day)]
    return {places.fold(name): name for name in names if name != "Hòa Bình"}


@cache
def _abbreviations() -> dict[str, str]:
    """Abbreviations in capitals, and how each is written: `VNEID` → `VNeID`."""
    found: dict[str, str] = {}
    for short in sorted(abbreviations(), key=_capitals):
        if " " not in short and not short.islower():
            found[short.upper()] = short
    return found


def _capitals(word: str) -> tuple[bool, int]:
    """Orders the ways of writing an abbreviation; the best is last: `VNeID` after `VNEID` after `vneid`."""
    many = sum(letter.isupper() for letter in word)
    return many > 1, -many if many > 1 else many


def _names_in(running: str) -> dict[str, str]:
    """Names of a running text, found by capitals inside of sentences: `bến hải` → `Bến Hải`.

    A name of one word stands with the word before it (`thôn đông`), which must be the same.
    """
    found: dict[str, str] = {}
    for match in _RUN.finditer(" ".join(running.split())):
        before, words = match["before"], match["name"].split()
        for start in range(len(words)):
            for end in range(start + 2, len(words) + 1):
                found.setdefault(" ".join(words[start:end]).lower(), " ".join(words[start:end]))
        if len(words) == 1:
            found.setdefault(f"{before} {words[0]}".lower(), words[0])
    for name in _LISTED.findall(running):
        found.setdefault(name.lower(), name)
    return found


_LISTED = re.compile(rf"(?<=, )[{UPPER}][{LOWER}]+(?: [{UPPER}][{LOWER}]+)+")
"""A name in a list of names."""
_RUN = re.compile(rf"(?<![\w])(?P<before>[{LOWER}]+),? (?P<name>[{UPPER}][{LOWER}]+(?: [{UPPER}][{LOWER}]+)*)")


def _capitals_in(running: str) -> frozenset[str]:
    """The words that stand in capitals in a running text, whose other words are small."""
    lines = [li for li in running.split("\n") if sum(c.isupper() for c in li) * 3 < sum(c.isalpha() for c in li)]
    return frozenset(word for line in lines for word in _WORD.findall(line) if word.isupper() and len(word) > 1)
