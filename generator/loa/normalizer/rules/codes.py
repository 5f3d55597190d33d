"""Codes of letters and digits: roads (QL1A), crops (ST25), police rooms (PC06), weekdays (T7), diseases (H5N1)."""

import re
from functools import cache

from loa.normalizer.abbreviations import ambiguous, expand, foreign
from loa.normalizer.letters import latin, spell, spell_code
from loa.normalizer.numbers import DIGITS, ROMAN, cardinal, decimal, roman, whole
from loa.normalizer.rules.phones import CODE, read_code
from loa.normalizer.scanner import Rule, Scan
from loa.normalizer.syllables import is_syllable
from loa.normalizer.tables import abbreviations, contexts, table, units

POWER = re.compile(r"(?:[kcdmh]?m)[²³](?![\w])")
ROOM = re.compile(r"([A-ZĐ]{1,2}\d{0,2})[.](\d{2,4})(?![\w]|[.,]\d)")
SUGAR = re.compile(r"C\d{1,2}H\d{1,2}(?:O\d{0,2})?(?!\w)")
EXPRESSWAY = re.compile(r"CT\.?(0\d)(?![\w]|[./-]\d)")
SERIAL = re.compile(r"[A-ZĐ]{2}[ .]?\d{6}(?![\w.,]\d|\d)")
BOAT = re.compile(r"([A-ZĐ]{1,2}[a-z]?)[ .-]{0,2}(\d{4,5})[ .-]{0,2}(TS|KT|SK)(?![^\W_])")
KM = re.compile(r"(?:Km|KM|km)\s?(?=\d)(?![^\W\d_])|K(?=\d{1,3}\s?\+\s?\d{3}(?!\d))")
DAY_CODE = re.compile(r"T([2-8])(?![\w]|[./]\d)")
WARD = re.compile(r"([PQ])(1\d|2[0-8]|[1-9])(?![\w]|[./-]\d(?!\d{3}))")
_ADDRESS = re.compile(r"(?:(?<!\w)(?:đường|phố|số|hẻm|ngõ|phường|quận|đ\.|p\.?\d+)(?!\w)|\d/\d)")
HALF_TIME = re.compile(r"H([12])(?=:? ?\d{1,2}\s?[-–:]\s?\d)")
FEAST_DAY = re.compile(r"M(10|[1-9])(?![\w²³]|[./]\d)")
MONTH_CODE = re.compile(r"T(1[0-2]|0?[1-9])(?:(?=[/.]\s?(?:19|20)\d\d(?!\d))|(?![\w/.-]))")
MIXED = re.compile(
    r"(?P<name>[A-Za-zĐđ]{1,12})(?P<joint>[-.]|\s)?(?P<digits>\d{1,6})"
    r"(?P<tail>[.,]\d{1,2}(?!\d)|[A-Za-zĐ]{1,3}(?![^\W\d_])|[A-Z]\d{1,3})?"
    r"(?P<grade>[-.]\d{1,5}|-[A-Z]{1,4}(?!\w))?(?![^\W_]|[.,]\d)"
)
_QUANTITY = re.compile(r"[\d/(]\s?$")
_ELEMENT = "(?:Ca|Na|Mg|Fe|Cu|Zn|Cl|Si|Al|Mn|[CHNOPKSF])"
_FORMULA = re.compile(rf"(?=[A-Za-z\d]*O)(?=\D*\d)(?:{_ELEMENT}\d{{0,2}}){{2,6}}")
"""A chemical formula with oxygen, whose O is said ô: K2O, P2O5."""
_KM_NUMBER = re.compile(r"(\d\.\d{3}(?=\s?\+)|\d{1,4}(?:,\d{1,2}(?!\d))?)(?:\s?\+\s?(\d{1,3})(?:,(\d{1,2}))?(?!\d))?")
_YEAR = re.compile(r"[/.]\s?(\d{4})(?!\d)")
_NO_DAY = frozenset(
    "tuyến lô mẫu khu nhóm mã kênh ga nhà vụ loại xe u tba trạm lộ mạch nhánh tầng máy áp trục cầu tòa cổng".split()
)
_GRADED = frozenset("giật gió sóng bão mạnh lên tn tb đb đn bắc nam đông tây nhà".split())
"""Before C7 these say that it is a force or a class."""
_LISTED_CODES = re.compile(rf"(?<!\w)(?:{'|'.join(sorted(_NO_DAY))}) (?:t\d+(?:, | và |/|-| - ))+$")
_SCHOOL = re.compile(
    r"(?<!\w)(?:thi|học|học sinh|hs|gv|trường|lớp|khối|môn|phụ huynh|họp ph|khai giảng|khtn|tiết|thứ|t[2-7])(?!\w)"
)
_TROOPS = {"F": "sư đoàn", "E": "trung đoàn", "D": "tiểu đoàn", "C": "đại đội"}
_ARMY = re.compile(
    r"(?<!\w)(?:sư đoàn|trung đoàn|tiểu đoàn|đại đội|chiến sĩ|nhập ngũ|nn|liệt sĩ|ccb|quân khu|bộ đội|quân nhân)(?!\w)"
)
_GRADES = frozenset({"6", "7", "8", "9", "10", "11", "12"})
_ROADS = frozenset({"QL", "TL", "ĐT", "ĐH", "HL", "ĐX"})


@cache
def _codes() -> dict[str, str]:
    return {str(key): str(words) for key, words in table("codes").items()}


@cache
def _capitals(name: str) -> frozenset[str]:
    """A list of the contexts whose entries are letters in capitals."""
    return frozenset(entry.upper() for entry in contexts(name))


def read_serial(scan: Scan, match: re.Match[str]) -> int | None:
    """BK 123456: the serial of a certificate, letters and digits one by one."""
    if scan.before(match.start()).last in {"đt", "tài", "lần"}:
        return None
    scan.say(spell(match[0]), *match.span())
    return match.end()


def read_boat(scan: Scan, match: re.Match[str]) -> int | None:
    """BĐ 97531 TS: the number of a fishing boat, sign by sign."""
    scan.say(spell(match[0]), *match.span())
    return scan.measure(match.end(), "phone")


def read_power(scan: Scan, match: re.Match[str]) -> int | None:
    """3,2 tỷ m³: a unit that stands apart from its number."""
    words = units().get(match[0])
    if words is None:
        return None
    scan.say(words, *match.span())
    return scan.measure(match.end(), "number")


def read_room(scan: Scan, match: re.Match[str]) -> int | None:
    """Phòng A1.203: house, floor and room."""
    if not scan.before(match.start()).ends("room"):
        return None
    scan.say(spell_code(match[1], scan.region), *match.span(1))
    scan.say("chấm " + cardinal(int(match[2]), scan.region), *match.span(2))
    return scan.measure(match.end(), "code")


def read_sugar(scan: Scan, match: re.Match[str]) -> int | None:
    """C12H22O11: a formula whose middle looks like an hour."""
    said = [
        whole(part, scan.region) if part.isdecimal() else spell(part) for part in re.findall(r"\d+|[A-Z]", match[0])
    ]
    scan.say(" ".join(said).replace(" o ", " ô "), *match.span())
    return scan.measure(match.end(), "code")


def read_expressway(scan: Scan, match: re.Match[str]) -> int | None:
    """CT.01: an expressway."""
    if not scan.before(match.start()).ends("expressway"):
        return None
    scan.say(f"xê tê không {DIGITS[int(match[1])]}", *match.span())
    return scan.measure(match.end(), "code")


def read_letter_code(scan: Scan, match: re.Match[str]) -> int | None:
    """Tàu QT-00912-TS, mã số VN-QTOR-0012: a code that begins with letters."""
    return read_code(scan, match) if match[0][:1].isupper() else None


def read_km(scan: Scan, match: re.Match[str]) -> int | None:
    """Km8+750, K12+400: a place on a road, on a dike."""
    number = _KM_NUMBER.match(scan.text, match.end())
    if number is None or (match[0].rstrip() == "KM" and scan.before(match.start()).ends("crop")):
        return None
    if match[0].rstrip() == "KM" and re.match(
        r"[\d.,]+ ?(?:%|[Kkđ](?!\w)|tr(?!\w)|th(?!\w)|tháng|nghìn|triệu)", scan.after(match.end(), 24)
    ):
        return None  # giá KM 490K: a price
    scan.say("ca" if match[0] == "K" else "ki lô mét", *match.span())
    metres, _comma, tenths = number[1].replace(".", "").partition(",")
    said = decimal(metres, tenths, scan.region) if tenths else whole(metres, scan.region)
    scan.say(said, *number.span(1))
    if number[2]:
        scan.say("cộng " + whole(number[2], scan.region), number.end(1), number.end(2))
    if number[3]:
        scan.say("phẩy " + whole(number[3], scan.region), number.end(2), number.end())
    return scan.measure(number.end(), "km")


def read_day_code(scan: Scan, match: re.Match[str]) -> int | None:
    """T7: a weekday."""
    before = scan.before(match.start())
    if re.match(r" (?:Tân Sơn|Nội Bài)", scan.after(match.end(), 10)):
        return None
    if before.last in _NO_DAY or _LISTED_CODES.search(before.text):
        return None
    if match[1] == "8":
        words = "tháng tám" if scan.kind == "date" else None
        if words is None:
            return None
    else:
        day = "tư" if match[1] == "4" else DIGITS[int(match[1])]
        if before.last == "rằm":
            scan.say(f"tháng {day}", *match.span())
            return scan.measure(match.end(), "date")
        words = day if before.last == "thứ" else f"thứ {day}"
    scan.say(words, *match.span())
    return scan.measure(match.end(), "weekday")


def read_ward(scan: Scan, match: re.Match[str]) -> int | None:
    """91 Trần Quang Diệu, P13, Q3: a ward and a district, at the end of an address."""
    before = scan.before(match.start())
    pair = match[1] == "P" and re.match(r",? ?-? ?Q\.?\d", scan.after(match.end(), 6))
    if (
        match[1] == "Q"
        and int(match[2]) <= 4
        and (
            before.last in {"trong", "hết", "đầu", "cuối", "đến", "từ", "và"}
            or re.match(r"[/.]? ?(?:năm )?20\d\d", scan.after(match.end(), 10))
        )
    ):
        scan.say("quý", match.start(), match.start(2))
        scan.say(whole(match[2], scan.region), *match.span(2))
        return scan.measure(match.end(), "roman")
    crop = not (contexts("crop") | {"trà"}).isdisjoint(before.words)
    if not pair and (crop or not (before.gap.startswith(",") and _ADDRESS.search(before.text))):
        return None
    scan.say("phường" if match[1] == "P" else "quận", match.start(), match.start(2))
    scan.say(whole(match[2], scan.region), *match.span(2))
    return scan.measure(match.end(), "number")


def read_feast_day(scan: Scan, match: re.Match[str]) -> int | None:
    """Trực Tết: M1, M2-M3: the first days of a lunar month."""
    near = f"{scan.left(match.start())} {scan.after(match.end())}".lower()
    if not re.search(r"(?<!\w)(?:tết|âm lịch|âl|tháng giêng)(?!\w)|m\d: .*m\d:", near):
        return None
    scan.say(f"mùng {cardinal(int(match[1]), scan.region)}", *match.span())
    return scan.measure(match.end(), "date")


def read_half_time(scan: Scan, match: re.Match[str]) -> int | None:
    """Thắng 3-1 (H1: 2-0): the halves of a match."""
    scan.say(f"hiệp {DIGITS[int(match[1])]}", *match.span())
    return match.end()


def read_month_code(scan: Scan, match: re.Match[str]) -> int | None:
    """T8/2025: a month, with its year if one follows."""
    number = int(match[1])
    year = _YEAR.match(scan.text, match.end())
    before = scan.before(match.start())
    named = before.last in {"đầu", "cuối", "giữa", "trong", "hết", "từ", "đến", "và", "tháng"}
    if year is None and (
        (number < 9 and number != 1 and not named) or (number in range(2, 8)) or before.last in _NO_DAY
    ):
        return None
    scan.say("tháng " + ("tư" if number == 4 else cardinal(number, scan.region)), *match.span())
    if year is None:
        return scan.measure(match.end(), "date")
    scan.say("năm " + cardinal(int(year[1]), scan.region), *year.span())
    return scan.measure(year.end(), "date")


def read_mixed(scan: Scan, match: re.Match[str]) -> int | None:
    """A code of letters and digits: as the tables say, else letters in words or spelt, and digits as a number."""
    text = match[0]
    if re.search(r"\d\.\d{3}$", text) or (
        match["joint"] == "-" and ROMAN.fullmatch(match["name"]) and len(match["digits"]) == 4
    ):
        return None  # Vitamin A 100.000; quý IV-2025
    known = (
        scan.pronounce.get(text)
        or _codes().get(text)
        or _codes().get(text.lower())
        or abbreviations().get(text)
        or (
            units().get(text)
            if match.start() == 0 or not text.isupper() or _QUANTITY.search(scan.left(match.start(), 4))
            else None
        )
    )
    formula = _FORMULA.fullmatch(text) is not None
    said = known or (spell(text).replace(" o", " ô") if formula else _in_parts(scan, match))
    if said is None:
        return None
    scan.say(scan.unsaid(said, match.start()), *match.span())
    return scan.measure(match.end(), "code")


def _in_parts(scan: Scan, match: re.Match[str]) -> str | None:
    """The words for the letters, then for the rest; None if letters and digits do not belong together."""
    name, rest = match["name"], match[0][len(match["name"]) :].lstrip(" .-")
    before = scan.before(match.start())
    loose = match["joint"] is not None
    if loose and not _belongs(scan, match):
        return None
    if len(name) == 1 and name in "xđ":
        return None
    crop = before.last in contexts("crop") or (
        before.last not in {"đường", "tuyến", "trên", "quốc", "tỉnh", "lộ"}
        and scan.kind == "code"
        and not contexts("crop").isdisjoint(before.words)
    )
    letters = _letters(scan, match, before.last, crop=crop)
    grade = match["grade"] or ""
    if ROMAN.fullmatch(grade[1:]) and len(grade) > 1:
        return (
            f"{letters} {spell_code(rest.removesuffix(grade), scan.region)} {cardinal(roman(grade[1:]), scan.region)}"
        )
    return f"{letters} {spell_code(rest, scan.region)}"


def _belongs(scan: Scan, match: re.Match[str]) -> bool:
    """Whether letters and a number that stand apart are one code: QL 9, OM 18, K-93, ĐV 108 (a crop)."""
    name, joint, digits = match["name"], match["joint"], match["digits"]
    before = scan.before(match.start())
    if joint == "-":
        return name.lower() in foreign() or (
            name.isupper() and len(name) <= 4 and not (is_syllable(name) and len(name) > 2)
        )
    if match["grade"] and name.isupper() and ROMAN.fullmatch(match["grade"][1:]) and match["grade"][0] == "-":
        return joint == " " and len(name) > 2  # xăng RON 95-III
    if digits[0] == "0" or match["grade"]:
        return False
    if match["tail"] in {"k", "K", "tr"}:  # phí QL 12k/m2
        return False
    if name == "ĐH" and re.match(r"[.,\d]* ?(?:mmol|mg)", scan.after(match.end(), 10)):
        return False  # đường huyết 11,2 mmol/l
    if name in _ROADS and len(digits) <= 3 and match["tail"] not in units() and before.last not in {"số", "máy"}:
        return True
    if joint != " ":
        return False
    crop = before.ends("crop") or (scan.kind == "code" and scan.text[scan.measured : match.start()] == ", ")
    if match["tail"] in units():  # RAM 16GB
        return False
    short = len(name) <= 3 and name.isupper() and len(digits) <= 3 and name not in {"ĐX", "HT", "TM", "TP", "TX"}
    return name in _capitals("spelt before digits") or (crop and short)


def _among_grades(scan: Scan, match: re.Match[str]) -> bool:
    """K10: thứ 2, K11: thứ 3: classes of a school, not bays or canals."""
    near = f"{scan.left(match.start())} {scan.after(match.end())}"
    return re.search(r"(?<!\w)K(?:[6-9]|1[0-2])(?!\w)", near) is not None and _SCHOOL.search(near.lower()) is not None


def _letters(scan: Scan, match: re.Match[str], last: str, *, crop: bool) -> str:
    """How the letters of a code are said; `last`: the word before it, `crop`: whether varieties are being listed."""
    name, digits = match["name"], match["digits"]
    if name == "L" and digits in _GRADES and _SCHOOL.search(scan.left(match.start()).lower()):
        return "lớp"
    if name == "K" and digits in _GRADES and _among_grades(scan, match):
        scan.doubt("reading.ambiguous", *match.span(), "khối", "ca", confidence=0.7)
        return "khối"
    if name == "QĐ" and len(digits) < 3 and _ARMY.search(scan.left(match.start()).lower()):
        return "quân đoàn"
    if name.upper() in _TROOPS and len(digits) < 4 and digits != "0" and _ARMY.search(scan.left(match.start()).lower()):
        taken = _TROOPS[name.upper()]
        scan.doubt("reading.ambiguous", *match.span(), taken, spell(name), confidence=0.75)
        return taken
    if name == "HL" and last == "trọng":
        return "hát lờ"  # a class of load of bridges
    prefix = table("prefixes").get(name) if not crop else None
    if name in {"SN", "sn", "Sn"} and len(digits) == 4:
        return "sinh năm"
    if name == "QĐ" and len(digits) < 3:
        prefix = None  # quân đoàn, not a decision
    form = name == "CT" and (digits[0] == "0" or match["grade"] is not None)
    if name in {"C", "c"} and len(digits) <= 2 and last in _GRADED:
        return "cấp"
    if (
        prefix
        and not form
        and not (name == "CT" and last in {"mẫu", "biểu", "khai", "tòa", "nhà", "cư", "lô", "khối", "block"})
    ):
        return str(prefix)
    if name.lower() in foreign() and len(name) > 2:
        return foreign()[name.lower()]
    if len(name) >= 3 and (name in abbreviations() or name in ambiguous()) and match["joint"] != " ":
        return expand(scan, name, match.start(), match.end("name")) or spell(name)
    if name.istitle() and len(name) > 1 and is_syllable(name):
        return name.lower()
    if name.isupper() or len(name) <= 3 or not (name.istitle() or name.islower()):
        return spell(name)
    return latin(name.lower())


CAPITAL_RULES: tuple[Rule, ...] = (
    (SUGAR, read_sugar),
    (BOAT, read_boat),
    (ROOM, read_room),
    (EXPRESSWAY, read_expressway),
    (SERIAL, read_serial),
    (MONTH_CODE, read_month_code),
    (DAY_CODE, read_day_code),
    (FEAST_DAY, read_feast_day),
    (HALF_TIME, read_half_time),
    (WARD, read_ward),
)
RULES: tuple[Rule, ...] = (
    (POWER, read_power),
    (SUGAR, read_sugar),
    (ROOM, read_room),
    (EXPRESSWAY, read_expressway),
    (BOAT, read_boat),
    (SERIAL, read_serial),
    (KM, read_km),
    (CODE, read_letter_code),
    (MONTH_CODE, read_month_code),
    (DAY_CODE, read_day_code),
    (FEAST_DAY, read_feast_day),
    (HALF_TIME, read_half_time),
    (WARD, read_ward),
    (MIXED, read_mixed),
)
