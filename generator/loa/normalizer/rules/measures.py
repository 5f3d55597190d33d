"""Quantities with a form of their own: areas and heights (5m2, 1m65), short prices (1tr5), positions, race times."""

import re

from loa.normalizer.numbers import cardinal, decimal, digit_by_digit, whole
from loa.normalizer.scanner import Rule, Scan
from loa.normalizer.tables import contexts, units

PILLS = re.compile(r"(\d{1,2})[vV](?= ?[xX×/]| (?:sáng|trưa|chiều|tối|lần|ngày)|[,.;)]|$)")
_DOSE = re.compile(r"(?<!\w)(?:uống|liều|ngày|sáng|trưa|chiều|tối|\d+ ?mg|x|mỗi lần)[,:]? $|(?<!\w)uống(?!\w)")
SQUARE = re.compile(r"(\d)\s?m([23])(?![\w²³,.]\d|\w)")
TALL = re.compile(r"(\d)\s?m\s?(\d{1,2})(?![\d\w²³])|(\d{2,3})m([14-9]|\d{2})(?![\d\w²³])")
TONS = re.compile(r"(\d{1,3}[.,]\d{1,2})\s?T(?!\w|\.\w)")
SCREEN = re.compile(r"(\d{1,3}(?:[.,]\d)?)\s?(?:\"|”|″|'')(?!\d)")
BARE_POSITION = re.compile(
    r"(?P<north>\d{1,2}[.,]\d{1,4})\s?(?P<n>[NB])(?P<joint>\s?[,;–-]?\s?)(?P<east>\d{2,3}[.,]\d{1,4})\s?(?P<e>[EĐ])(?!\w)"
)
SHORT_PRICE = re.compile(r"(\d{1,4})\s?([Tt]r|triệu|[Tt]ỷ|[Tt]ỉ|(?<! )ty|k|K)\s?(\d{1,3})(?![\w%]|[.,]\d)")
GLUED_PART = re.compile(
    r"(\d{1,4})(km|Km|kg|Kg|ha|tấn|tạ|yến|cm|kilo|ký|lít|cây|mẫu|sào)(\d)(?![\w%]|[.,]\d)(?<!m[23])"
)
POSITION = re.compile(
    r"(?P<degrees>\d{1,3})\s?(?:[°º]|o(?=\d))\s?(?:(?P<minutes>\d{1,2}(?:[.,]\d{1,4})?)\s?['’′]\s?"
    r"(?:(?P<seconds>\d{1,2}(?:[.,]\d{1,3})?)\s?(?:\"|”|″|'')\s?)?)(?P<side>[NSEWBĐT](?![^\W_]))?"
)
BEARING = re.compile(
    r"(?P<whole>\d{1,3})(?:(?P<mark>[.,])(?P<part>\d{1,6}))?\s?(?:[°º]|\s?độ\s)(?P<side>[NSEWBĐT])(?![^\W_])"
)
RACE = re.compile(r"(\d{1,2}):([0-5]\d):([0-5]\d)(?:[.,](\d{1,3}))?(?![\d:])")
MINUTES = re.compile(r"(\d{1,3})\s?['’′]\s?([0-5]?\d)(?:\"|”|″|''|’’)(\d{1,3})?(?!\d)")
SECONDS = re.compile(r"(\d{1,3})(?:\"|”|″|''|’’)(\d{1,3})(?!\d)")
SHORT_RACE = re.compile(r"(\d{1,2}):([0-5]\d)(?:[.,](?!000)(\d{2,3}))?(?![\d:]|[.,]\d)")

_POWER = {"2": "mét vuông", "3": "mét khối"}
_SCALE = {"tr": 10**6, "triệu": 10**6, "tỷ": 10**9, "ty": 10**9, "tỉ": 10**9, "k": 10**3}
_SIDES = {"N": "bắc", "B": "bắc", "S": "nam", "E": "đông", "Đ": "đông", "W": "tây", "T": "tây"}
_CLOCK_WORDS = frozenset("lúc từ đến trước sau hồi sáng chiều tối".split())
_NORTH_SOUTH = frozenset("NBS")


def read_square(scan: Scan, match: re.Match[str]) -> int | None:
    """5m2 is an area and 4m3 a volume; after words of height, depth and length 1m2 is a length."""
    ranged = re.search(r"\d ?m ?[-–] ?$", scan.left(match.start(), 8)) is not None  # 1m-1m3
    if (ranged or _is_height(scan.before(match.start()).words)) and not re.match(r"\s?/", scan.after(match.end(), 2)):
        if match[1] not in "012":
            taken = f"{match[1]} mét {match[2]}"
            scan.doubt("reading.ambiguous", *match.span(), taken, f"{match[1]} {_POWER[match[2]]}", confidence=0.6)
        return None
    scan.say(whole(match[1], scan.region), *match.span(1))
    scan.say(_POWER[match[2]], match.end(1), match.end())
    return scan.measure(match.end(), "number")


def _is_height(words: list[str]) -> bool:
    """Whether the nearest word that tells is one of height, depth or length, not of area, volume or price."""
    for at in range(len(words), 0, -1):
        for phrase in (words[at - 1], " ".join(words[max(0, at - 2) : at])):
            if phrase in contexts("surface"):
                return False
            if phrase in contexts("height"):
                return True
    return False


def read_tall(scan: Scan, match: re.Match[str]) -> int | None:
    """1m65, 21m5: a height."""
    left, right = (1, 2) if match[1] else (3, 4)
    scan.say(whole(match[left], scan.region) + " mét", match.start(), match.start(right))
    rest = match[right]
    scan.say(digit_by_digit(rest) if rest[0] == "0" else whole(rest, scan.region), *match.span(right))
    return scan.measure(match.end(), "number")


def read_tons(scan: Scan, match: re.Match[str]) -> int | None:
    """3,5T: tons."""
    scan.say(f"{_number(scan, match[1])} tấn", *match.span())
    return scan.measure(match.end(), "number")


def read_screen(scan: Scan, match: re.Match[str]) -> int | None:
    """Màn hình 15,6", tivi 55": inches."""
    if not any(phrase in scan.before(match.start()).text for phrase in contexts("screens")):
        return None
    scan.say(f"{_number(scan, match[1])} in", *match.span())
    return scan.measure(match.end(), "number")


def read_bare_position(scan: Scan, match: re.Match[str]) -> int | None:
    """14,2N; 113,6E: a position without the signs of degrees."""
    scan.say(f"{_number(scan, match['north'])} độ {_side(match['n'])}", match.start(), match.end("n"))
    scan.pause(",")
    scan.say(f"{_number(scan, match['east'])} độ {_side(match['e'])}", match.start("east"), match.end())
    return scan.measure(match.end(), "position")


def read_short_price(scan: Scan, match: re.Match[str]) -> int | None:
    """1tr5 is 1 500 000, 2tỷ35 is 2 350 000 000, 4k5 is 4 500: the digits behind are tenths, hundredths, ..."""
    scale = _SCALE[match[2].lower()]
    if " " in match[0] and match[2] not in {"tr", "Tr", "triệu", "tỷ", "tỉ"}:
        return None
    if match[2] in {"triệu", "tỷ", "tỉ"} and match[0][match.start(3) - match.start() - 1] == " ":
        return None  # "hai 3 triệu 5 trăm" is written out
    value = int(match[1]) * scale + int(match[3]) * scale // 10 ** len(match[3])
    scan.say(cardinal(value, scan.region), *match.span())
    return scan.measure(match.end(), "number")


def read_glued_part(scan: Scan, match: re.Match[str]) -> int | None:
    """2km5, 3kg2: the digit behind is a tenth."""
    unit = units().get(match[2], match[2])
    scan.say(f"{whole(match[1], scan.region)} {unit}", match.start(), match.end(2))
    scan.say(whole(match[3], scan.region), *match.span(3))
    return scan.measure(match.end(), "number")


def read_position(scan: Scan, match: re.Match[str]) -> int | None:
    """10°45'30"N: degrees, minutes, seconds, and the side of the world."""
    scan.say(f"{whole(match['degrees'], scan.region)} độ", match.start(), match.end("degrees"))
    scan.say(f"{_number(scan, match['minutes'])} phút", *match.span("minutes"))
    if match["seconds"]:
        scan.say(f"{_number(scan, match['seconds'])} giây", *match.span("seconds"))
    if match["side"]:
        scan.say(_side(match["side"]), *match.span("side"))
    return scan.measure(match.end(), "position")


def read_bearing(scan: Scan, match: re.Match[str]) -> int | None:
    """16,5°N: a latitude or longitude in degrees."""
    number = match["whole"] + (f"{match['mark']}{match['part']}" if match["part"] else "")
    scan.say(f"{_number(scan, number)} độ", match.start(), match.start("side"))
    scan.say(_side(match["side"]), *match.span("side"))
    return scan.measure(match.end(), "position")


def _side(letter: str) -> str:
    """N, B: "vĩ bắc"; E, Đ: "kinh đông". N is north: all of Vietnam lies there."""
    return f"{'vĩ' if letter in _NORTH_SOUTH else 'kinh'} {_SIDES[letter]}"


def _number(scan: Scan, text: str) -> str:
    """A whole number or decimal as written."""
    left, mark, right = text.partition(",") if "," in text else text.partition(".")
    return decimal(left, right, scan.region) if mark else whole(left, scan.region)


def read_race(scan: Scan, match: re.Match[str]) -> int | None:
    """1:32:45: hours, minutes, seconds; of a time of day the seconds 00 are not said."""
    hours, minutes, seconds, rest = match.groups()
    raced = any(f" {phrase} " in scan.before(match.start()).text for phrase in contexts("race"))
    if int(hours) > 0 or not raced:
        scan.say(f"{whole(hours, scan.region)} giờ", *match.span(1))
    if int(minutes) or int(seconds) or raced:
        scan.say(f"{whole(minutes, scan.region)} phút", *match.span(2))
    if int(seconds) or rest or raced:
        scan.say(f"{whole(seconds, scan.region)} giây", *match.span(3))
    if rest:
        scan.say(_hundredths(scan, rest), *match.span(4))
    return scan.measure(match.end(), "hour")


def read_minutes(scan: Scan, match: re.Match[str]) -> int | None:
    """2'35"12: minutes, seconds, hundredths."""
    scan.say(f"{whole(match[1], scan.region)} phút", *match.span(1))
    scan.say(f"{whole(match[2], scan.region)} giây", *match.span(2))
    if match[3]:
        scan.say(_hundredths(scan, match[3]), *match.span(3))
    return scan.measure(match.end(), "number")


def read_seconds(scan: Scan, match: re.Match[str]) -> int | None:
    """11"25: seconds and hundredths."""
    scan.say(f"{whole(match[1], scan.region)} giây", *match.span(1))
    scan.say(_hundredths(scan, match[2]), *match.span(2))
    return scan.measure(match.end(), "number")


def read_short_race(scan: Scan, match: re.Match[str]) -> int | None:
    """Chạy hết 32:45: minutes and seconds, after words of a race; 3:48.06 with hundredths is no time of day."""
    before = scan.before(match.start())
    raced = match[3] is not None or any(f" {phrase} " in before.text for phrase in contexts("race"))
    if before.last in _CLOCK_WORDS or not raced:
        return None
    scan.say(f"{whole(match[1], scan.region)} phút", *match.span(1))
    scan.say(f"{whole(match[2], scan.region)} giây", *match.span(2))
    end = match.end()
    if match[3]:
        unit = re.match(r" giây(?!\w)", scan.after(end, 6))  # 1:00.97 giây: said already
        end += len(unit[0]) if unit else 0
        scan.say(_hundredths(scan, match[3]), match.start(3), end)
    return scan.measure(end, "number")


def _hundredths(scan: Scan, digits: str) -> str:
    return digit_by_digit(digits) if digits[0] == "0" else whole(digits, scan.region)


def read_pills(scan: Scan, match: re.Match[str]) -> int | None:
    """Uống 1v x 3 lần: pills."""
    if not _DOSE.search(scan.before(match.start()).text):
        return None
    scan.say(whole(match[1], scan.region) + " viên", *match.span())
    return scan.measure(match.end(), "number")


RULES: tuple[Rule, ...] = (
    (PILLS, read_pills),
    (POSITION, read_position),
    (BEARING, read_bearing),
    (BARE_POSITION, read_bare_position),
    (SCREEN, read_screen),
    (TONS, read_tons),
    (RACE, read_race),
    (MINUTES, read_minutes),
    (SECONDS, read_seconds),
    (SHORT_RACE, read_short_race),
    (SQUARE, read_square),
    (TALL, read_tall),
    (SHORT_PRICE, read_short_price),
    (GLUED_PART, read_glued_part),
)
