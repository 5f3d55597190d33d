"""Words: plain syllables, Roman numerals, codes of letters and digits, foreign words, capitals, units by themselves."""

import re
from functools import cache

from generator.vietnamese.abbreviations import ambiguous, decompose, expand
from generator.vietnamese.documents import ROMAN, roman
from generator.vietnamese.letters import POINTS, latin, letter, spell, spell_code
from generator.vietnamese.numbers import DIGITS, cardinal, whole
from generator.vietnamese.phones import CODE, read_code
from generator.vietnamese.scan import Rule, Scan
from generator.vietnamese.syllables import is_syllable
from generator.vietnamese.tables import abbreviations, contexts, table, toneless, units

LONGEST = 64
"""Letters of one word; what is longer is no word, and is passed on in pieces."""
WORD = re.compile(rf"[^\W\d_²³¹¼½¾⅓⅔]{{1,{LONGEST}}}")
COMPOUND = re.compile(
    r"[^\W\d_]{1,24}(?:(?:\s?&\s?|[-/.,+]\s?(?=[A-ZĐ])|\s[-–]\s(?=[A-ZĐ]{2})|[-–/.])[^\W\d_]{1,24}){1,6}"
)
SPACED = re.compile(r"[^\W\d_]{1,8}[. ]{1,2}[^\W\d_]{1,8}(?![^\W_])")
INITIALS = re.compile(r"(?:[A-ZĐ]\.\s?){2,6}[A-ZĐ]?(?![^\W_])|(?:[A-ZĐ]\.){1,6}[A-ZĐ](?![^\W_])")
SERIAL = re.compile(r"[A-ZĐ]{2}[ .]?\d{6}(?![\w.,]\d|\d)")
KM = re.compile(r"(?:Km|KM|km)\s?(?=\d)(?![^\W\d_])")
DAY_CODE = re.compile(r"[TtSs]hứ ?$|T([2-8])(?![\w]|[./]\d)")
MONTH_CODE = re.compile(r"T(1[0-2]|0?[1-9])(?=[/.]\s?(?:19|20)\d\d(?!\d))")
MIXED = re.compile(
    r"[A-Za-zĐđ]{1,12}(?:[-.]|\s)?\d{1,6}(?:[.,]\d{1,2}(?!\d)|[A-Za-zĐ]{1,3}(?![^\W\d_])|[A-Z]\d{1,3})?(?:[-.]\d{1,5}|-[IVX]{1,4}(?!\w))?(?![^\W_]|[.,]\d)"
)
ROMANS = re.compile(r"([IVXL]{1,6})(\s?[-–]\s?)([IVXL]{1,6})(?![^\W_])")
PERSON = re.compile(r"([AC])\.\s?(?=[A-ZĐÀ-Ỹ][a-zà-ỹđ])")
_ROMAN_LIST = re.compile(r"(?:^|[^\w])[IVXL]{1,5}(?:, | và | hoặc |, và | đến |-)$")
_ROADS = frozenset({"QL", "TL", "ĐT", "ĐH", "HL", "ĐX"})
_WEAK_ROMAN = frozenset("CDLM")


@cache
def _foreign() -> dict[str, str]:
    return {str(k): str(v) for k, v in table("foreign")["words"].items()}


@cache
def _codes() -> dict[str, str]:
    return {str(k): str(v) for k, v in table("codes").items()}


def read_compound(scan: Scan, match: re.Match[str]) -> int | None:
    """KT-XH, LĐ-TB&XH, TP.HCM, đ/c, GD&ĐT: the longest head that the tables know as a whole."""
    text, start = match[0], match.start()
    while True:
        key = re.sub(r"\s+", "", text).replace("–", "-")
        end = start + len(text)
        words = expand(scan, key, start, end) if len(key) <= 24 else None
        if words is None:
            words = _foreign().get(key.lower() if not text.islower() else key)
        if words is not None:
            scan.say(words, start, end)
            if key.lower() == "v.v":
                dots = re.match(r"[.…]*", scan.after(end, 8))
                return end + (dots.end() if dots else 0)
            if scan.after(end, 1) == "." and re.match(r"\.\s?[A-ZĐ]", scan.after(end, 4)) and not key.islower():
                return end + 1
            return end
        cut = max(text.rfind(mark) for mark in "-/.&,–+")
        if cut <= 0:
            return None
        text = text[:cut].rstrip(" -/.&,–+")
        if not re.search(r"[-/.&,–+]", text):
            return None


def read_spaced(scan: Scan, match: re.Match[str]) -> int | None:
    """TP. HCM, BS CKII, UB MTTQ: two parts that stand in the tables together."""
    key = re.sub(r"[. ]+", " ", match[0])
    words = scan.pronounce.get(match[0]) or abbreviations().get(key)
    if words is None:
        return None
    scan.say(words, *match.span())
    return match.end()


def read_initials(scan: Scan, match: re.Match[str]) -> int | None:
    """N.V.T., N.T.H: a person whose name is not given."""
    if match[0].replace(" ", "").rstrip(".") in abbreviations():
        return None
    raw = match[0].rstrip()
    scan.say(spell(raw), match.start(), match.start() + len(raw))
    if raw.endswith(".") and re.match(r"\s*$", scan.after(match.end(), 4)):
        scan.pause(".")
    return match.start() + len(raw)


def read_person(scan: Scan, match: re.Match[str]) -> int | None:
    """(A. Tư, C. Ba): anh, chị, where somebody is to be called."""
    before = scan.before(match.start())
    if (
        before.gap.strip() == "("
        or before.last in {"gặp", "liên", "lh", "với"}
        or (before.gap == ", " and scan.kind == "person")
    ):
        scan.say("anh" if match[1] == "A" else "chị", *match.span())
        scan.measure(match.end(), "person")
        return match.end()
    return None


def read_km(scan: Scan, match: re.Match[str]) -> int | None:
    """Km8+750: a place on a road."""
    number = re.compile(r"(\d{1,4})(?:\s?\+\s?(\d{1,3})(?!\d))?").match(scan.text, match.end())
    if number is None:
        return None
    scan.say("ki lô mét", *match.span())
    scan.say(whole(number[1], scan.region), *number.span(1))
    if number[2]:
        scan.say("cộng " + whole(number[2], scan.region), number.end(1), number.end(2))
    return scan.measure(number.end(), "km")


def read_day_code(scan: Scan, match: re.Match[str]) -> int | None:
    """T7: Saturday."""
    if match[1] is None:
        return None
    before = scan.before(match.start())
    if before.last in {
        "tuyến",
        "lô",
        "mẫu",
        "khu",
        "nhóm",
        "mã",
        "kênh",
        "ga",
        "nhà",
        "vụ",
        "loại",
        "xe",
        "u",
        "tba",
        "trạm",
        "lộ",
        "mạch",
        "nhánh",
        "tầng",
        "máy",
    }:
        return None
    if match[1] == "8":
        words = "tháng tám" if scan.kind == "date" else None
        if words is None:
            return None
    else:
        day = "tư" if match[1] == "4" else DIGITS[int(match[1])]
        words = day if before.last == "thứ" else f"thứ {day}"
    scan.say(words, *match.span())
    return scan.measure(match.end(), "weekday")


def read_month_code(scan: Scan, match: re.Match[str]) -> int | None:
    """T8/2025: a month."""
    number = int(match[1])
    scan.say("tháng " + ("tư" if number == 4 else cardinal(number, scan.region)), *match.span())
    year = re.compile(r"[/.]\s?(\d{4})").match(scan.text, match.end())
    assert year is not None
    scan.say("năm " + cardinal(int(year[1]), scan.region), *year.span())
    return scan.measure(year.end(), "date")


def read_mixed(scan: Scan, match: re.Match[str]) -> int | None:
    """ST25, PC06, A4, H5N1, QL1A, COVID-19, ĐT 741: known letters in words, others spelt, digits as a number."""
    text = match[0]
    head = re.match(r"[^\W\d_]+", text)
    assert head is not None
    name, rest = head[0], text[head.end() :]
    if re.search(r"\.\d{3}$", text):  # a count of thousands after a letter: Vitamin A 100.000
        return None
    exact = scan.pronounce.get(text) or _codes().get(text) or _codes().get(text.lower()) or abbreviations().get(text)
    if exact:
        scan.say(exact, *match.span())
        return scan.measure(match.end(), "code")
    glued = rest[0].isdecimal()
    if (
        not glued
        and len(name) <= 3
        and name.isupper()
        and rest[0] == " "
        and rest[1] != "0"
        and len(rest) <= 4
        and name not in {"ĐX", "HT", "TM"}
        and (scan.before(match.start()).ends("crop") or (scan.kind == "code" and match.start() - scan.measured == 2))
    ):
        scan.say(spell_code(text, scan.region), *match.span())
        return scan.measure(match.end(), "code")
    spelt = name in contexts_upper("spelt before digits")
    road_number = (
        name in _ROADS
        and rest[0] in " ."
        and len(rest) <= 5
        and rest[1] != "0"
        and scan.before(match.start()).last not in {"số", "máy"}
    )
    if (
        not glued
        and not road_number
        and not (rest[0] == "-" and (name.isupper() or name.lower() in _foreign()))
        and not (rest[0] == " " and spelt)
    ):
        return None
    if rest[0] == "-" and name.lower() not in _foreign() and ((is_syllable(name) and len(name) > 2) or len(name) > 4):
        return None
    if len(name) == 1 and name.islower() and name in "xđ":
        return None
    road = table("prefixes").get(name)
    digits = rest.lstrip("- .")
    if (
        road
        and (glued or road_number)
        and not (
            name == "CT" and digits.startswith("0") and scan.before(match.start()).last in {"mẫu", "biểu", "số", "khai"}
        )
    ):
        said = f"{road} {spell_code(digits, scan.region)}"
    elif name.lower() in _foreign() and len(name) > 2:
        said = f"{_foreign()[name.lower()]} {spell_code(digits, scan.region)}"
    elif not spelt and len(name) >= 3 and (name in abbreviations() or name in ambiguous()):
        found = expand(scan, name, match.start(), match.start() + len(name))
        said = f"{found} {spell_code(digits, scan.region)}"
    elif name.istitle() and len(name) > 1 and is_syllable(name):
        said = f"{name.lower()} {spell_code(digits, scan.region)}"
    elif name.isupper() or len(name) <= 3:
        said = spell_code(text, scan.region)
    elif name.title() == name or name.islower():
        said = f"{latin(name.lower())} {spell_code(digits, scan.region)}"
    else:
        said = spell_code(text, scan.region)
    grade = re.search(r"-([IVX]{1,4})$", text)
    if grade:
        said = f"{said.rsplit(' ', len(grade[1]))[0]} {cardinal(roman(grade[1]), scan.region)}"
    scan.say(said, *match.span())
    return scan.measure(match.end(), "code")


def read_serial(scan: Scan, match: re.Match[str]) -> int | None:
    """BK 123456: the serial of a certificate, letters and digits one by one."""
    if scan.before(match.start()).last in {"đt", "tài", "lần"}:
        return None
    scan.say(spell(match[0]), *match.span())
    return match.end()


def read_letter_code(scan: Scan, match: re.Match[str]) -> int | None:
    """Tàu QT-00912-TS, mã số VN-QTOR-0012: a code that begins with letters."""
    return read_code(scan, match) if match[0][:1].isupper() else None


@cache
def contexts_upper(name: str) -> frozenset[str]:
    """A list of the contexts whose entries are codes in capitals."""
    return frozenset(entry.upper() for entry in contexts(name))


def read_romans(scan: Scan, match: re.Match[str]) -> int | None:
    """quý I-II/2027, độ I-II: a range."""
    if not (ROMAN.fullmatch(match[1]) and ROMAN.fullmatch(match[3]) and roman(match[1]) < roman(match[3])):
        return None
    unit = scan.before(match.start()).last
    if unit not in contexts("roman") and not _ROMAN_LIST.search(scan.left(match.start())):
        return None
    scan.say(cardinal(roman(match[1]), scan.region), *match.span(1))
    scan.say("đến quý" if unit == "quý" else "đến", *match.span(2))
    scan.say(cardinal(roman(match[3]), scan.region), *match.span(3))
    return scan.measure(match.end(), "roman")


def read_word(scan: Scan, match: re.Match[str]) -> int | None:
    """One run of letters, decided here."""
    word, start, end = match[0], match.start(), match.end()
    words = scan.pronounce.get(word) or _roman(scan, word, start, end) or _decide(scan, word, start, end)
    scan.say(words, start, end)
    if scan.after(end, 1) == "." and word in _DOTTED and re.match(r"\.\s?[^\W_]", scan.after(end, 3)):
        return end + 1
    return end


_DOTTED = frozenset(
    "TP Tp TX TT P Q H X T ThS Ths TS GS PGS BS Bs KS Ks LS CN DS TM KT TL TUQ CVP ĐC Đc NSND NSƯT Mr Ms Mrs Dr St No Tr KP ĐT tp Đ TDP PGĐ GĐ CK Th Kp".split()
)
_SHORT = {"P": "phường", "Q": "quận", "H": "huyện", "X": "xã", "T": "tỉnh", "Đ": "đường"}


_OFFICE = r"\.\s?(?:Nghiệp|Hành|Tổ chức|Kế|Tài|Kinh|Văn|Giáo|Tư pháp|Nội|Y tế|Quản|Kỹ|Tổng|Công|Khám|Tiếp|Cảnh|An ninh|Thanh tra|Lao|Nông|Khách|Giao|Đào|Thông|Kiểm|Đăng)"


def _roman(scan: Scan, word: str, start: int, end: int) -> str | None:
    """A Roman numeral, where the words before call for one, another stands before it, or it heads a line."""
    if len(word) > 7 or not ROMAN.fullmatch(word):
        return None
    before, after = scan.before(start), scan.after(end, 6)
    marker = scan.fresh and re.match(r"[.)/]\s|\s?[-–.:]\s|\.|\)", after)
    unit = before.words[-1] if before.words else ""
    called = before.gap.strip() in {"", ":"} and (
        unit in contexts("roman") or " ".join(before.words[-2:]) in contexts("roman")
    )
    listed = _ROMAN_LIST.search(scan.left(start)) is not None and len(word) <= 5
    if called and word in _WEAK_ROMAN and not marker:
        return None
    if called and word in {"X", "V"} and unit in contexts("roman weak"):
        called = False
    if not (marker or called or listed):
        return None
    scan.measure(end, "roman")
    value = roman(word)
    if unit == "thứ" and value in {1, 4}:
        return "nhất" if value == 1 else "tư"
    return cardinal(value, scan.region)


def _decide(scan: Scan, word: str, start: int, end: int) -> str:
    """Word, abbreviation, foreign word or unknown: in this order of evidence."""
    lower = word.lower()
    if len(word) == 1:
        return _single(scan, word, start, end)
    capital, syllable = word.isupper(), is_syllable(word)
    listed = word in abbreviations() or word in ambiguous()
    if capital and syllable and not word.isascii() and not listed:
        return lower
    if capital and syllable and _heading(scan, start, end):
        return lower
    found = expand(scan, word, start, end)
    if found is not None:
        if word == "CN" and found == "chủ nhật":
            scan.measure(end, "weekday")
        return found
    foreign = table("foreign")["capitals"].get(word) if capital else None
    if (foreign is None and not syllable) or lower in contexts("foreign syllables"):
        foreign = foreign or _foreign().get(lower)
    if foreign is not None:
        return str(foreign)
    if word in units() and (len(word) == 2 or not syllable) and word not in {"in", "A"}:
        return units()[word]
    if word == "ha" and scan.before(start).last in {
        "triệu",
        "nghìn",
        "ngàn",
        "vạn",
        "tỷ",
        "chục",
        "trăm",
        "nửa",
        "mỗi",
    }:
        return units()[word]
    if syllable:
        return lower
    if re.search(r"[a-zà-ỹđ]{2}", word) and not _shouty(word):
        return latin(lower)
    if ROMAN.fullmatch(word) and set(word) <= set("IVX"):
        return cardinal(roman(word), scan.region)
    parts = decompose(word)
    if parts is None and capital and len(word) > 4 and _vowelled(word):
        return latin(lower)
    said = parts or spell(word)
    scan.doubt("abbreviation.unknown", start, end, said)
    return said


def _shouty(word: str) -> bool:
    return sum(1 for character in word if character.isupper()) >= 2


def _vowelled(word: str) -> bool:
    bare = toneless(word.upper())
    return re.search(r"[BCDFGHJKLMNPQRSTVWXZ]{4}", bare) is None and re.search(r"[AEIOUY]", bare) is not None


def _single(scan: Scan, word: str, start: int, end: int) -> str:
    """One letter: điểm đ, P. 5, Nguyễn Văn A, 4 x 6."""
    before, after = scan.before(start), scan.after(end, 24)
    lower = word.lower()
    if word == "P" and re.match(r"\.\s?[A-ZĐÀ-Ỹ][a-zà-ỹđ]* [a-zà-ỹđ]{2,}", after) and re.match(_OFFICE, after):
        return "phòng"
    if word in _SHORT and re.match(r"\.\s?[A-ZĐÀ-Ỹ\d]", after) and (word != "T" or before.gap != " "):
        return _SHORT[word]
    listed = re.search(r"(?:^|\W)(?:điểm|tiết|ý) (?:[a-zđ](?:, | và |,| hoặc ))*$", before.text)
    if (listed and word.islower()) or (scan.fresh and re.match(r"[.)]", after)):
        return POINTS.get(lower) or latin(lower)
    if (
        lower in "x×"
        and re.search(r"\d[^\s]*(?: [^\W\d_]+){0,2}\s?$", before.text)
        and re.match(r"\s?(?:[^\W\d_]+ ){0,2}\d", after)
    ):
        return "nhân"
    if lower == "ø":
        return "phi"
    if word in {"h", "g"} and not after[:1].isalnum() and before.gap == "":
        return units()[word]
    return lower if is_syllable(lower) else letter(lower) or latin(lower)


def _heading(scan: Scan, start: int, end: int) -> bool:
    """Whether the neighbours are words in capitals, so that this one is a word too (KÍNH THƯA BÀ CON)."""
    left = re.search(r"([^\W\d_]+)[\s,:–-]*$", scan.left(start, 24))
    right = re.match(r"[\s,:–-]*([^\W\d_]+)", scan.after(end, 24))
    near = [found[1] for found in (left, right) if found]
    return any(w.isupper() and len(w) > 1 and is_syllable(w) and not w.isascii() for w in near)


RULES: tuple[Rule, ...] = (
    (SERIAL, read_serial),
    (KM, read_km),
    (CODE, read_letter_code),
    (MONTH_CODE, read_month_code),
    (DAY_CODE, read_day_code),
    (MIXED, read_mixed),
    (ROMANS, read_romans),
    (INITIALS, read_initials),
    (PERSON, read_person),
    (SPACED, read_spaced),
    (COMPOUND, read_compound),
    (WORD, read_word),
)
