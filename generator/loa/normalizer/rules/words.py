"""Words: plain syllables, Roman numerals where they are called for, foreign words, capitals, single letters."""

import itertools
import re

from loa.normalizer.abbreviations import ambiguous, decompose, expand, foreign, guess
from loa.normalizer.letters import POINTS, latin, letter, spell
from loa.normalizer.numbers import ROMAN, cardinal, roman
from loa.normalizer.scanner import Rule, Scan
from loa.normalizer.syllables import is_syllable
from loa.normalizer.tables import abbreviations, contexts, place_words, table, units
from loa.text import LOWER, UPPER, toneless

LONGEST = 64
"""Letters of one word; what is longer is no word, and is passed on in pieces."""
WORD = re.compile(rf"[^\W\d_²³¹¼½¾⅓⅔]{{1,{LONGEST}}}")
ROMANS = re.compile(r"([IVXL]{1,6})(\s?[-–]\s?)([IVXL]{1,6})(?![^\W_])")
_ROMAN_LIST = re.compile(r"(?:^|[^\w])[IVXL]{1,5}(?:, | và | hoặc |, và | đến |-)$")
_HUMP = re.compile(rf"[A-ZĐ]?[{LOWER}]{{2,}}|[A-ZĐ]{{1,4}}(?![{LOWER}]{{2}})")
_CAMEL = re.compile(r"(?=\w*[a-zđ]{2})(?:[A-Z][a-zđ]{2,}|[A-Z]{1,4}(?![a-zđ]{2})){2,4}")
_EQUALS = re.compile(r"\s?=|:\s?\d{4}")
_ROMAN_LETTER = re.compile(r"([IVX]{1,4})([A-Ea-e])")
_WEAK_ROMAN = frozenset("CDLM")
_SHORT = {"P": "phường", "Q": "quận", "H": "huyện", "X": "xã", "T": "tỉnh", "Đ": "đường"}
_PERSON_BEFORE = re.compile(
    rf"(?:[Ôô]ng|[Bb]à|[Aa]nh|[Cc]hị|[Ee]m|[Cc]háu|[Cc]ụ|[Cc]ô|[Cc]hú|[Bb]ác)(?: [{UPPER}][{LOWER}]+){{1,4}} $"
)
_DEPUTY = re.compile(r"\.\s?(?:Giám đốc|Chủ tịch|Trưởng|Bí thư|Hiệu trưởng|Tổng|Viện trưởng|Chủ nhiệm|Chánh)\b")
_OFFICE = re.compile(
    r"\.\s?(?:[hH]ọp|[kK]hám|[hH]ọc|[tT]hi|[tT]iếp|[tT]rực|[đĐ]ọc|[lL]àm|[tT]hờ|[mM]áy|"
    r"Nghiệp|Hành|Tổ chức|Kế|Tài|Kinh|Văn|Giáo|Tư pháp|Nội|Y tế|Quản|Kỹ|Tổng|Công|Khám|Tiếp|Cảnh|An ninh|"
    rf"Thanh tra|Lao|Nông|Khách|Giao|Đào|Thông|Kiểm|Đăng)[{LOWER}]* [{LOWER}]{{2,}}"
)
_NAME = re.compile(r"(?:[BCDGHJKLMNPRSTVWY]{1,2}[AEIOU]{1,2}){2,4}[NRS]?")
_ONSET = "(?:[BCDFGKPSTW]?H|[BCFGKPS]L|[BCDFGKPTW]R|S[CKMNPTW]R?|TS|QU?|NG|[BCDFGHJKLMNPRSTVWXYZ])"
_CODA = "(?:N[GKDTSX]|[CST]H|CK|L[LTDMKPS]|M[P]|R[DKMNTSGCP]|S[STKP]|C[KT]|[BCDFGKLMNPRSTXZ])"
_LATIN_WORD = re.compile(rf"{_ONSET}?(?:[AEIOUY]{{1,2}}{_CODA}?{_ONSET}?){{2,6}}")
_NAMED = re.compile(
    r"(?:bão|áp thấp|siêu bão)(?: mạnh)?(?: số \d{1,2})?(?:,? (?:có )?tên(?: quốc tế)?(?: là)?)?[ (:,\"'“–-]*$"
)
_TAILED = re.compile(rf"([{UPPER}]{{2,10}})([{LOWER}]{{2,}})")
_HUMPS = re.compile(rf"(?:[{UPPER}]?[{LOWER}]{{1,6}})(?:[{UPPER}][{LOWER}]{{1,6}}){{1,3}}")
_HUMP_WORD = re.compile(rf"[{UPPER}]?[{LOWER}]+")
_LETTERED = frozenset("điểm khoản hệ số chữ cấp loại vitamin ký tiết tổ lớp nhóm".split())
_VOWEL = re.compile("[aeiouy]")
_NO_SHORT = frozenset("ng nh th tr ph ch kh gh gi qu vs st mr ms dr vn pt nc pr cv cd tv pc sc ps".split())
"""Lower-case letters that are beginnings of syllables, foreign or ends of addresses."""
_DIMENSIONS = frozenset("dài rộng cao sâu dày".split())
_WINDS = {
    **{"N": "bắc", "S": "nam", "E": "đông", "W": "tây", "NE": "đông bắc", "NW": "tây bắc", "SE": "đông nam"},
    **{"SW": "tây nam", "NNE": "bắc đông bắc", "ENE": "đông đông bắc", "ESE": "đông đông nam"},
    **{"SSE": "nam đông nam", "SSW": "nam tây nam", "WSW": "tây tây nam", "WNW": "tây tây bắc"},
    "NNW": "bắc tây bắc",
}
_COMPASS = {"B": "bắc", "N": "nam", "Đ": "đông", "T": "tây"}
_NUMBERED = re.compile(r"(BĐ|HK|CK|KV|QK)([IVX]{1,4})")
_COUNTED = re.compile(r"(?:[\d)/²³]|triệu|nghìn|ngàn|tỷ|vạn|trăm)\s?$")
_MANY = frozenset({"triệu", "tr", "nghìn", "ngàn", "vạn", "tỷ", "chục", "trăm", "nửa", "mỗi"})


def read_romans(scan: Scan, match: re.Match[str]) -> int | None:
    """quý I-II/2027, độ I-II: a range."""
    if not (ROMAN.fullmatch(match[1]) and ROMAN.fullmatch(match[3]) and roman(match[1]) < roman(match[3])):
        return None
    unit = scan.before(match.start()).last
    centuries = len(match[1]) > 1 and len(match[3]) > 2 and set(match[1] + match[3]) <= set("IVX")
    if unit not in contexts("roman") and not centuries and not _ROMAN_LIST.search(scan.left(match.start())):
        return None
    scan.say(cardinal(roman(match[1]), scan.region), *match.span(1))
    scan.say("đến quý" if unit == "quý" else "đến", *match.span(2))
    scan.say(cardinal(roman(match[3]), scan.region), *match.span(3))
    return scan.measure(match.end(), "roman")


def read_word(scan: Scan, match: re.Match[str]) -> int | None:
    """Read one run of letters."""
    word, start, end = match[0], match.start(), match.end()
    words = scan.pronounce.get(word) or _roman(scan, word, start, end) or _decide(scan, word, start, end)
    if word not in scan.pronounce and len(word) > 1 and word[-1].isupper():
        words = scan.unsaid(words, start)
    scan.say(words, start, end)
    if word.isupper() and scan.text[start - 1 : start].isdecimal():
        scan.measure(end, "code")  # trụ 475MC/12
    if scan.after(end, 1) == "." and word in contexts("dotted") and re.match(r"\.\s?[^\W_]", scan.after(end, 3)):
        return end + 1
    return end


def _roman(scan: Scan, word: str, start: int, end: int) -> str | None:
    """A Roman numeral, where the words before call for one, another stands before it, or it heads a line."""
    lettered = _ROMAN_LETTER.fullmatch(word)
    known = word in abbreviations() or word in ambiguous()
    if lettered and not known and scan.before(start).gap == " " and _calls_roman(scan.before(start).words):
        return f"{cardinal(roman(lettered[1]), scan.region)} {letter(lettered[2])}"  # nhóm IB, phụ lục IIIa
    if len(word) > 7 or not ROMAN.fullmatch(word) or _EQUALS.match(scan.after(end, 8)):
        return None
    before, after = scan.before(start), scan.after(end, 6)
    marker = scan.fresh and re.match(r"[.)/]\s|\s?[-–.:]\s|\.|\)", after)
    unit = before.words[-1] if before.words else ""
    called = before.gap.strip() in {"", ":"} and _calls_roman(before.words)
    listed = _ROMAN_LIST.search(scan.left(start)) is not None and len(word) <= 5
    if not called and before.gap == " " and unit in contexts("roman places") and set(word) <= set("IVX"):
        called = word != "X" and re.match(r" ?[A-ZĐ]{2}| [A-ZĐ](?![\w,])", after) is None  # thôn II, but thôn XI LA
    if called and word in _WEAK_ROMAN and not marker:
        return None
    if called and word in {"X", "V"} and unit in contexts("roman weak"):
        called = False
    if not (marker or called or listed):
        return None
    scan.measure(end, "roman")
    value = roman(word)
    if unit == "giải" and value < 4:
        return ("nhất", "nhì", "ba")[value - 1]
    if unit == "thứ" and value in {1, 4}:
        return "nhất" if value == 1 else "tư"
    return cardinal(value, scan.region)


def _calls_roman(words: list[str]) -> bool:
    return " ".join(words[-1:]) in contexts("roman") or " ".join(words[-2:]) in contexts("roman")


def _decide(scan: Scan, word: str, start: int, end: int) -> str:
    """The words for one run of letters: as a word, an abbreviation, a foreign word or an unknown one, in this order."""
    lower = word.lower()
    if len(word) == 1:
        return _single(scan, word, start, end)
    capital, syllable = word.isupper(), is_syllable(word)
    if re.fullmatch(r"Q(?:I{1,3}|IV)", word):
        scan.measure(end, "roman")
        return f"quý {cardinal(roman(word[1:]), scan.region)}"
    numbered = _NUMBERED.fullmatch(word)
    if numbered and word not in abbreviations() and ROMAN.fullmatch(numbered[2]):  # BĐIII, HKII
        return f"{table('prefixes')[numbered[1]]} {cardinal(roman(numbered[2]), scan.region)}"
    listed = word in abbreviations() or word in ambiguous()
    if word in _WINDS and len(word) > 1 and scan.before(start).ends("compass", past_filler=True):
        return _WINDS[word]
    if capital and syllable and not word.isascii() and not listed:
        return lower
    if capital and syllable and _heading(scan, start, end):
        return lower
    if lower == "tr" and re.match(r"\.\s?\d", scan.after(end, 3)) and not scan.left(start, 2).strip().isdecimal():
        return "trang"
    found = expand(scan, word, start, end)
    if found is None and not syllable and not capital:  # Ubnd, Bhyt, Đt: as hurried people type them
        found = abbreviations().get(lower) or (abbreviations().get(word.upper()) if len(word) > 2 else None)
        if (
            found is None and word == lower and word not in _NO_SHORT | units().keys() and not _VOWEL.search(word)
        ):  # hs, gv, cb
            upper = word.upper()
            found = expand(scan, upper, start, end) if upper in ambiguous() or upper in abbreviations() else None
    if found is not None:
        if word == "CN" and found == "chủ nhật":
            scan.measure(end, "weekday")
        return found
    glued = scan.text[start - 1 : start].isdecimal()
    respelt = table("foreign")["capitals"].get(word) if capital and not glued else None
    if respelt is None and (not syllable or lower in contexts("foreign syllables")):
        respelt = foreign().get(lower)
    if respelt is not None and not _english(scan, lower, start, end):
        return str(respelt)
    before = scan.before(start)
    measure = not syllable or (word == "ha" and (before.last in _MANY or before.gap.endswith(("(", ": "))))
    if (
        measure
        and word in units()
        and word != "mb"
        and (len(word) > 2 or not capital or _COUNTED.search(scan.left(start, 8)))
    ):
        return units()[word]
    if syllable:
        return lower
    split = _glued(scan, word, start, end)
    if split is not None:
        return split
    if any(left.islower() and right.islower() for left, right in itertools.pairwise(word)) and not _shouty(word):
        return latin(lower)
    if _CAMEL.fullmatch(word):
        scan.doubt("abbreviation.unknown", start, end, said := _camel(scan, word, start))
        return said
    if ROMAN.fullmatch(word) and set(word) <= set("IVX"):
        return cardinal(roman(word), scan.region)
    if capital and (_NAMED.search(scan.before(start).text) or (len(word) > 2 and lower in place_words())):
        return latin(lower)
    compass = _compass(scan, word, start)
    if compass:
        return compass
    if len(word) > 1 and word.istitle() and _VOWEL.search(toneless(word[1:])) and len(word) < 4:
        return latin(lower)  # buôn Kõ Đung
    parts = (guess(word) or decompose(word)) if capital else None
    if parts is None and ((capital and len(word) > 4 and _pronounceable(word)) or _NAME.fullmatch(word)):
        return latin(lower)
    said = parts or spell(word)
    scan.doubt("abbreviation.unknown", start, end, said, confidence=0.5 if parts else 0.3)
    return said


def _english(scan: Scan, lower: str, start: int, end: int) -> bool:
    """World Athletics: a common English word beside a name that no table knows stays as it is, as the name does."""
    if lower not in contexts("english"):
        return False
    left = re.search(r"(?<!\w)([A-Za-z][a-z]+) $", scan.left(start, 24))
    right = re.match(r" ([A-Za-z][a-z]+)", scan.after(end, 24))
    return any(
        found is not None and found[1].lower() not in foreign() and not is_syllable(found[1]) for found in (left, right)
    )


def _compass(scan: Scan, word: str, start: int) -> str | None:
    """Hướng ĐĐN, phía TTB, di chuyển WNW: letters of the compass."""
    if word in _WINDS and scan.before(start).ends("compass", past_filler=True):
        return _WINDS[word]
    if len(word) > 3 or not set(word) <= set(_COMPASS) or not scan.before(start).ends("compass", past_filler=True):
        return None
    return " ".join(_COMPASS[letter] for letter in word)


def _glued(scan: Scan, word: str, start: int, end: int) -> str | None:
    """Words typed without the space between them (ĐứcMạnh, UBNDxã, nhândân), read one after another and reported."""
    tailed = _TAILED.fullmatch(word)
    if (
        tailed
        and tailed[2] in foreign()
        and (tailed[1] in table("foreign")["capitals"] or tailed[1] in abbreviations())
    ):
        head = table("foreign")["capitals"].get(tailed[1]) or abbreviations()[tailed[1]]  # QRcode
        return f"{head} {foreign()[tailed[2]]}"
    parts: tuple[str, ...] | None = None
    if tailed and is_syllable(tailed[2]) and (tailed[1] in abbreviations() or tailed[1] in ambiguous()):
        parts = (expand(scan, tailed[1], start, start + len(tailed[1])) or "", tailed[2])
    elif _HUMPS.fullmatch(word):
        humps = tuple(hump.lower() for hump in _HUMP_WORD.findall(word))
        parts = humps if all(map(is_syllable, humps)) else None
    elif not word.isascii() and word[1:].islower() and len(word) > 4:
        parts = _split(word.lower())
    if parts is None:
        return None
    said = " ".join(parts)
    scan.doubt("word.glued", start, end, said, confidence=0.75)
    return said


def _split(word: str) -> tuple[str, ...] | None:
    """Two or three syllables that make up `word`; later ones begin with a consonant where that is possible."""
    best: tuple[tuple[int, int], tuple[str, ...]] | None = None
    for cut in range(2, len(word) - 1):
        head, tail = word[:cut], word[cut:]
        if not is_syllable(head):
            continue
        rest = (tail,) if is_syllable(tail) else _split(tail) if len(tail) > 4 and best is None else None
        if rest is None or len(rest) > 2:
            continue
        cost = (len(rest), sum(toneless(part)[0] in "aeiouy" for part in rest))
        if best is None or cost < best[0]:
            best = (cost, (head, *rest))
    return best[1] if best else None


def _camel(scan: Scan, word: str, start: int) -> str:
    """VietQR, EPoint: a brand of words and letters, each as it would be read alone."""
    said = []
    for hump in _HUMP.finditer(word):
        if hump[0].isupper():
            place = start + hump.start(), start + hump.end()
            known = None if hump[0] in ambiguous() else expand(scan, hump[0], *place)
            said.append(known or table("foreign")["capitals"].get(hump[0]) or spell(hump[0]))
        else:
            said.append(foreign().get(hump[0].lower()) or latin(hump[0].lower()))
    return " ".join(said)


def _shouty(word: str) -> bool:
    return sum(1 for character in word if character.isupper()) >= 2


def _pronounceable(word: str) -> bool:
    """Whether capitals that no table knows have the shape of a word (FENGSHEN) rather than of initials."""
    return _LATIN_WORD.fullmatch(toneless(word.upper())) is not None


def _single(scan: Scan, word: str, start: int, end: int) -> str:
    """One letter: điểm đ, P. 5, Nguyễn Văn A, 4 x 6."""
    before, after = scan.before(start), scan.after(end, 24)
    lower = word.lower()
    if word == "P" and (_OFFICE.match(after) or re.match(r"\.\s?(?:họp|học|thi|khám|máy)\b", after)):
        return "phòng"
    if word == "P" and re.match(r"\.\s?(?:\d{3}(?!\d)|[A-ZĐ]{2}|[A-Z]{1,2}\d)", after):
        return "phòng"
    if word == "P" and _DEPUTY.match(after):
        return "phó"
    if (
        word == "đ"
        and before.last not in {"điểm", "tiết", "ý"}
        and re.match(rf"\.\s?[{UPPER}][{LOWER}]", after)
        and before.gap != ""
    ):
        return "đường"
    if word == "X" and before.last in {"cty", "ty", "đội", "nhóm", "lớp", "ông", "bà", "anh", "chị"}:
        return "ích"
    if word in _SHORT and _PERSON_BEFORE.search(scan.left(start)) and re.match(r"\. ?\d", after):
        return letter(lower)  # ông Sáu Đ. 2tr
    if word in _SHORT and re.match(rf"\.\s?[{UPPER}\d]", after) and (word != "T" or before.gap != " "):
        return _SHORT[word]
    listed = re.search(r"(?:^|\W)(?:điểm|tiết|ý) (?:[a-zđ](?:, | và |,| hoặc ))*$", before.text)
    item = re.match(r"\)", after) and word.islower() and before.gap.rstrip()[-1:] in {";", ".", ":"}
    if (listed and word.islower()) or item or (scan.fresh and re.match(r"[.)]|\s?[-–] ", after)):
        return POINTS.get(lower) or latin(lower)
    if lower in "x×" and re.search(r"(?<!\w)[a-zA-Z] $", scan.left(start, 3)) and re.match(r" [a-zA-Z](?!\w)", after):
        return "nhân"
    if lower in "x×" and re.search(r"\d ?%\s?$", scan.left(start, 5)) and re.match(rf" [{LOWER}]", after):
        return "nhân"
    if (
        lower in "x×"
        and re.search(r"(?:\d[^\s]*(?: [^\s\d]+){0,3}|\))\s?$", before.text)
        and re.match(r"\s?(?:[^\W\d_]+ ){0,2}\d", after)
    ):
        return "nhân"
    if (
        word == "c"
        and re.search(r"\d ?$", scan.left(start, 2))
        and re.match(r"/(?:m2|m²|khóm|bụi|lá|cây)(?!\w)", after)
    ):
        return "con"
    if word == "c" and re.search(r"(?<!\w)xe (?:\w+ )?\d{1,2} ?$", scan.left(start, 24).lower()):
        return "chỗ"  # xe 7c
    if lower in "x×" and before.last in _DIMENSIONS and re.match(r" (?:dài|rộng|cao|sâu|dày)(?!\w)", after):
        return "nhân"
    if word == "đ" and re.match(r"/(?:kg|m2|m3|lít|l|con|quả|trái|cây|tấn|tạ|bao|chục|viên|tháng)(?!\w)", after):
        return "đồng"
    if lower == "đ" and before.last in {"triệu", "nghìn", "ngàn", "tỷ", "tỉ", "trăm"}:
        return "đồng"
    if word in {"S", "C"} and re.match(r" ?: ?\d{1,2} ?(?:h|g|giờ|:)", after):
        return "sáng" if word == "S" else "chiều"
    if lower == "ø":
        return "phi"
    if (word in _WINDS or word in _COMPASS) and before.ends("compass"):
        return _COMPASS.get(word) or _WINDS[word]
    if word == "k" and before.gap == " " and re.match(rf" [{LOWER}]{{2}}", after) and before.last not in _LETTERED:
        return "không"
    if word in {"h", "g"} and not after[:1].isalnum() and before.gap == "":
        return units()[word]
    return lower if is_syllable(lower) else letter(lower) or latin(lower)


def _heading(scan: Scan, start: int, end: int) -> bool:
    """Whether the neighbours are words in capitals, so that this one is a word too (KÍNH THƯA BÀ CON)."""
    left = re.search(r"([^\W\d_]+)[\s,:–-]*$", scan.left(start, 24))
    right = re.match(r"[\s,:–-]*([^\W\d_]+)", scan.after(end, 24))
    near = [found[1] for found in (left, right) if found]
    office = scan.text[start:end] == "CA" and re.match(r" (?:XÃ|PHƯỜNG|TỈNH|HUYỆN|THÀNH|THỊ|TP)", scan.after(end, 8))
    return not office and any(
        w.isupper()
        and len(w) > 1
        and is_syllable(w)
        and (not w.isascii() or w not in abbreviations())
        and w not in ambiguous()
        for w in near
    )


RULES: tuple[Rule, ...] = (
    (ROMANS, read_romans),
    (WORD, read_word),
)
CAPITAL_RULES: tuple[Rule, ...] = ((ROMANS, read_romans),)
