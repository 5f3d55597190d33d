"""Numbers as counts: groups of thousands, decimals, percentages, money and units."""

import re
from functools import cache

from loa.normalizer.letters import letter
from loa.normalizer.numbers import decimal, digit_by_digit, whole
from loa.normalizer.rules.phones import EMERGENCY
from loa.normalizer.scanner import Rule, SaidBefore, Scan
from loa.normalizer.tables import units
from loa.text import LOWER

NUMBER = (
    r"(?:(?!0\.)\d{1,3}(?:\.\d{3}){1,5}(?:,\d{1,6})?(?!\d)|\d{1,3}(?:,\d{3}){2,5}(?!\d)|\d{1,3}(?: \d{3}){2,5}(?!\d)"
    r"|\d{1,3} \d{3}(?=\s?(?:đ(?:ồng)?|hộ|người|ha|tấn|m2|m3)(?!\w))|\d{1,18}[.,]\d{1,8}(?!\d)|\d+)"
)
AMOUNT = re.compile(NUMBER)
GLUED_LIST = re.compile(r"\d{1,2}(?:,\d{1,2}){2,12}(?![\d.,/]\d|\d)")
NETWORK = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}(?![\d.]\d|\d)")
HEADING = re.compile(r"\d{1,3}(?:\.\d{1,3}){1,5}(?:\.(?=\s)|(?=\s|$))|\d{1,3}(?:\.\d{1,3}){2,5}(?!\d)")
TRIPLE = re.compile(r"\d{1,3}(?:\s?-\s?\d{1,3}){2,6}(?!\d|/\d)")
LETTERED = re.compile(r"(\d{1,4})([A-ZĐ])(?![\w&]|\.[A-ZĐ])")
DRAW = re.compile(r"\d{2}(?:\s?[-–]\s?\d{2}){3,7}(?!\d|[-–/.]\d)")
NIGHTS = re.compile(r"(\d{1,2})\s?N\s?(\d{1,2})\s?Đ(?![^\W_])")
STARS = re.compile(r"(\d)(?:\*|★| ★| \*(?! ))(?!\d)")
RATIO = re.compile(r"(\d{1,3}):(\d{1,3}(?:\.\d{3}){1,2}|\d{1,2},\d{1,2}|\d{1,6})(?![\d:])")
IN_ONE = re.compile(r"(\d)\s?in\s?(\d)(?!\w|[.,]\d)")
MONTHS = re.compile(r"(\d{1,2})T(?=\s(?:đầu|cuối|năm))")
AGE = re.compile(r"(\d{1,3})[tT](?=[),;.:]|\s|$)")
_ENDS = re.compile(r"[),;.:]|\s*$| \(| trở ")
_ADULTS = re.compile(r"(?<![\d.,/])(?:1[5-9]|[2-7]\d) ?[-–] ?$")
_AGES = re.compile(r"(?:từ|nam|nữ|tuổi|người|cháu|trẻ|\()[ :]*\d{1,2} ?[-–] ?$")
_LOADED = frozenset("xe tải trọng cầu tấn hàng".split())
_AGED = re.compile(r"(?<!\w)(?:con (?:bò|trâu|ngựa|chó|mèo|dê|nghé|bê)|thọ|cụ|tuổi|cao tuổi|nct|te|trẻ|bé)(?!\w)")

_TIMES = re.compile(rf"\s?[xX×*]\s?(?=\d)|\s[xX×]\s(?=(?:[{LOWER}]+ ){{0,2}}\d)")
_OPEN_QUOTE = re.compile(r'(?:^|[\s(])"[^"]*$')


@cache
def _unit() -> "re.Pattern[str]":
    names = sorted(units(), key=len, reverse=True)
    spaced = [n for n in names if len(n) > 1 or n in "đĐ₫%‰°º℃$€'\"mglLhV"]
    return re.compile(
        rf"(?:(?:{'|'.join(map(re.escape, names))})|(?:\s(?:{'|'.join(map(re.escape, spaced))})))(?![^\W_]|²|³)"
    )


def number_words(scan: Scan, text: str) -> str:
    """The words for a number as written: 1.250.000; 7,05; 02; 4.0."""
    if text.isdecimal():
        return whole(text, scan.region)
    grouped = re.fullmatch(
        r"((?!0\.)\d{1,3}(?:\.\d{3})+)(?:,(\d+))?|(\d{1,3}(?:,\d{3}){2,})|(\d{1,3}(?: \d{3})+)", text
    )
    if grouped:
        digits = re.sub(r"\D", "", grouped[1] or grouped[3] or grouped[4])
        if grouped[2]:
            return decimal(digits, grouped[2], scan.region)
        return whole(digits, scan.region)
    left, mark, right = re.split(r"([.,])", text)
    return decimal(left, right, scan.region, "phẩy" if mark == "," else "chấm")


def say_unit(scan: Scan, end: int) -> int:
    """The unit after a number that ends at `end`, then "nhân" if an x follows; returns where it stops."""
    match = _unit().match(scan.text, end)
    if match and match[0].strip() == "đ" and re.match(r"/[cCvV](?!\w)", scan.after(match.end(), 3)):
        match = None
    if match and match[0] == " V" and re.match(r"-[A-Z]", scan.after(match.end(), 2)):
        match = None  # vòng 26 V-League
    if match and match[0].strip() == "Đ" and re.match(r"\.? ?\d", scan.after(match.end(), 3)):
        match = None  # khoản 1 Đ.175
    if match and match[0] == '"' and _OPEN_QUOTE.search(scan.left(end, 64)):
        match = None  # it closes a quotation
    if match and match[0] == "K" and _RUN.search(f"{scan.left(end)} {scan.after(end, 24)}".lower()):
        scan.say("ki lô mét", *match.span())
        return scan.measure(match.end(), "number")
    if (
        match
        and match[0].strip() == "tr"
        and (
            not {"cuốn", "khổ", "sách", "dày", "nxb", "vở", "tập"}.isdisjoint(scan.before(end).words)
            or re.match(r"\.\s?[,;)]", scan.after(match.end(), 3))
        )
    ):
        scan.say("trang", *match.span())
        return scan.measure(match.end(), "number")
    scored = match is not None and {"điểm", "giải"} & set(scan.before(end).words) and _FEW.search(scan.left(end, 8))
    if (
        match
        and match[0].strip() == "đ"
        and (scored or _POINTS.search(scan.left(end, 8)))
        and scan.after(match.end(), 1) != "/"
    ):
        scan.say("điểm", *match.span())  # nobody pays 6 đồng
        return scan.measure(match.end(), "number")
    if match and match[0] in {"k", "K"} and scan.left(end, 2) in _CARATS and _GOLD.search(scan.before(end - 2).text):
        scan.say("ca", *match.span())
        return scan.measure(match.end(), "number")
    if match and match[0] == "K" and not re.search(r"\d\d$", scan.left(end, 3)):
        match = None
    if match and not (
        match[0] == "A"
        or (match[0] in {"V", "W"} and scan.text[end - 1 : end].isdecimal() and not _electric(scan, end))
    ):
        scan.say(units()[match[0].strip()], *match.span())
        end = match.end()
    times = _TIMES.match(scan.text, end)
    if times:
        scan.say("nhân", *times.span())
        return times.end()
    return scan.measure(end, "electric" if match and match[0].strip() in _ELECTRIC else "number")


_GOLD = re.compile(r"(?<!\w)(?:vàng|nhẫn)(?: \w+){0,3} ?[( ]$")
_SHIP = re.compile(
    r"(?<!\w)(?:tàu(?: (?:hải quân|cảnh sát biển|kiểm ngư|biên phòng))?|csb|hải đội) (?:kn|csb|hq|bp|kiểm ngư)?[ -]?$"
)
_PRIZE = re.compile(
    r"giải (?:đb|đặc biệt|nhất|nhì|ba|tư|năm|sáu|bảy|tám|g?[1-8])[:,]? $|giải (?:đb|đặc biệt|nhất|nhì)[: ].*\d{5}, $"
)
_CARATS = frozenset({"10", "14", "18", "24"})
_RUN = re.compile(r"(?<!\w)(?:chạy|run|running|marathon|cự ly|đường chạy)(?!\w)")
_POINTS = re.compile(r"(?<![\d.,/k-])(?:(?:[1-9]|[12]\d|30)|[1-9]\d?[.,]\d{1,2})$")
_FEW = re.compile(r"(?<![\d.,/k-])[1-9]\d{1,2}(?<!00)$")
_ELECTRIC = frozenset({"kV", "KV", "kVA", "KVA", "V", "kv", "MVA", "A", "W", "kW", "KW"})


def _electric(scan: Scan, end: int) -> bool:
    return re.search(r"\d{2,}$", scan.left(end, 4)) is not None


def read_amount(scan: Scan, match: re.Match[str]) -> int | None:
    """Any number, with the unit that follows."""
    text, start, end = match[0], match.start(), match.end()
    before = scan.before(start)
    unit = _unit().match(scan.text, end)
    if text.isdecimal():
        scan.say(plain(scan, text, start, unit=unit is not None), start, end)
    elif re.fullmatch(r"\d+\.\d{1,2}", text):
        left, right = text.split(".")
        measured = unit or re.match(r" (?:triệu|tỷ|nghìn|ngàn|tấn|điểm|lần|độ|FM)", scan.after(end, 8))
        if measured and not before.ends("version"):
            scan.say(decimal(left, right, scan.region), start, end)
        else:
            minor = digit_by_digit(right) if right[0] == "0" else whole(right, scan.region)
            scan.say(
                f"{whole(left, scan.region)} chấm {minor}",
                start,
                end,
            )
    elif re.fullmatch(r"[1-9]\d{0,2},\d{3}", text) and (
        text.endswith("00") or re.match(r"\s?(?:đ|VNĐ|VND|đồng)(?!\w)", scan.after(end, 6))
    ):  # a decimal is not written with 00 at its end
        scan.say(whole(text.replace(",", ""), scan.region), start, end)
    elif (
        re.fullmatch(r"[1-9]\d?,\d{1,2}", text)
        and unit is None
        and before.gap == " "
        and before.ends("item")
        and not re.match(r" (?:lần|triệu|tỷ|điểm|nghìn|điểm|độ)", scan.after(end, 8))
    ):
        left, right = text.split(",")
        scan.say(plain(scan, left, start), start, start + len(left))
        scan.pause(",")
        scan.say(plain(scan, right, start), end - len(right), end)
    else:
        scan.say(number_words(scan, text), start, end)
    return say_unit(scan, end)


def plain(scan: Scan, text: str, start: int, *, unit: bool = False) -> str:
    """The words for a run of digits, depending on the words before it: tháng 4, lần thứ 4, Đề án 06, thứ 2, 4."""
    before = scan.before(start)
    if before.ends("weekday names") and re.match(r" tháng \d", scan.after(start + len(text), 9)):
        return "ngày " + whole(text, scan.region)
    value = int(text) if len(text) < 19 else -1
    if before.gap == " " and value == 4 and before.last in {"tháng", "thứ", "ngã"}:
        return "tư"
    if before.gap == " " and value == 1 and len(text) == 1 and before.ends("ordinal"):
        return "nhất"
    if 2 <= value <= 7 and re.search(r"(?:^|\W)thứ [2-7](?:, [2-7])*(?:, | và | hoặc |, và )$", before.text):
        return "thứ " + ("tư" if value == 4 else whole(text, scan.region))
    if text == "9999" and _GOLD.search(before.text):
        return "bốn số chín"
    if len(text) > 4 and before.last == "số" and before.gap == " " and _is_ticket(scan, before, start + len(text)):
        return digit_by_digit(text)
    if (
        len(text) > 1
        and not unit
        and _PRIZE.search(before.text)
        and (len(text) > 4 or "xs" in before.text or "xổ" in before.text)
    ):
        return digit_by_digit(text)
    if 3 <= len(text) <= 4 and _SHIP.search(before.text):
        return digit_by_digit(text)
    if 3 <= len(text) <= 4 and text[0] == "0" and not unit:
        return digit_by_digit(text)  # bơ 034, mã hộ 012
    if text[0] == "0" and 1 < len(text) <= 4 and not unit and before.gap in {" ", ": "}:
        kept = before.ends("keeps zero")
        if kept or (before.last == "số" and len(text) > 2):
            return digit_by_digit(text)
    return whole(text, scan.region)


def _is_ticket(scan: Scan, before: SaidBefore, end: int) -> bool:
    """Vé số 482915: five digits and more without a dot, of which nothing is counted."""
    counted = re.match(rf" (?!trúng|là |quay)[{LOWER}]", scan.after(end, 8)) is not None
    return not counted and before.words[-2:-1] not in (["tổng"], ["dân"])


def read_lettered(scan: Scan, match: re.Match[str]) -> int | None:
    """12A: a number and a letter that belongs to it; 12B/34 in an address."""
    if match[2] in {"V", "W", "Đ", "K", "L"} and not re.search(
        r"(?:số|tổ|ngõ|lô|thôn|lớp|phố|nhà) $", scan.before(match.start()).text
    ):
        return None
    scan.say(whole(match[1], scan.region), *match.span(1))
    if match[2] == "T" and (
        scan.before(match.start()).ends("months before")
        or (not scan.before(match.start()).words or re.match(r":? ?\d+(?:[.,]\d+)? ?%", scan.after(match.end(), 12)))
    ):
        scan.say("tháng", *match.span(2))
        return scan.measure(match.end(), "number")
    named = scan.before(match.start()).last in {"lớp", "số", "nhà", "phòng", "tổ", "lô"}
    heavy = match[2] == "T" and (not named or scan.left(match.start(), 1) == "(")
    scan.say("tấn" if heavy else "giờ" if match[2] == "H" else letter(match[2]), *match.span(2))
    slash = re.compile(r"/(\d{1,4})(?![\d/]|G)").match(scan.text, match.end())
    if slash:
        scan.say("trên " + whole(slash[1], scan.region), *slash.span())
        return slash.end()
    return scan.measure(match.end(), "code" if match[2] == "G" else "number")


def read_glued_list(scan: Scan, match: re.Match[str]) -> int | None:
    """Thôn 1,2,3,4: a number has one comma, so two commas make a list."""
    for part in re.finditer(r"\d+", match[0]):
        start = match.start() + part.start()
        scan.say(plain(scan, part[0], start), start, match.start() + part.end())
        if part.end() < len(match[0]):
            scan.pause(",")
    return scan.measure(match.end(), "number")


def read_network(scan: Scan, match: re.Match[str]) -> int | None:
    """192.168.1.1: the number of a machine in a network."""
    parts = match[0].split(".")
    if all(len(part) == 3 for part in parts[1:]) or any(int(part) > 255 for part in parts) or scan.fresh:
        return None
    scan.say(" chấm ".join([whole(part, scan.region) for part in parts]), *match.span())
    return scan.measure(match.end(), "code")


def read_heading(scan: Scan, match: re.Match[str]) -> int | None:
    """1.1. and 2.1.3: numbers of headings, at the head of a line."""
    parts = match[0].rstrip(".").split(".")
    inside = len(parts) >= 3 and not any(len(part) == 3 for part in parts[1:])
    if not ((scan.fresh and not any(len(part) == 3 for part in parts[1:])) or inside):
        return None
    if len(parts) == 2 and re.match(r"\s(?:%|ha|tấn|triệu|tỷ|km|m)(?!\w)", scan.after(match.end(), 8)):
        return None
    scan.say(" chấm ".join([whole(part, scan.region) for part in parts]), *match.span())
    if match[0].endswith("."):
        scan.pause(",")
    return match.end()


def read_triple(scan: Scan, match: re.Match[str]) -> int | None:
    """NPK 16-16-8, a score of three: side by side; 113-114-115: digit by digit."""
    codes = all(part in EMERGENCY for part in re.findall(r"\d+", match[0]))
    for part in re.finditer(r"\d+", match[0]):
        said = digit_by_digit(part[0]) if codes else whole(part[0], scan.region)
        scan.say(said, match.start() + part.start(), match.start() + part.end())
    return scan.measure(match.end(), "number")


def read_draw(scan: Scan, match: re.Match[str]) -> int | None:
    """05-12-23-34-41: numbers that were drawn, one after another."""
    if scan.before(match.start()).ends("call", past_filler=True):
        return None
    for part in re.finditer(r"\d+", match[0]):
        scan.say(whole(part[0], scan.region), match.start() + part.start(), match.start() + part.end())
        scan.pause(",")
    return scan.measure(match.end(), "number")


def read_nights(scan: Scan, match: re.Match[str]) -> int | None:
    """Tour 3N2Đ: days and nights."""
    scan.say(f"{whole(match[1], scan.region)} ngày", match.start(), match.start(2))
    scan.say(f"{whole(match[2], scan.region)} đêm", match.start(2), match.end())
    return match.end()


def read_stars(scan: Scan, match: re.Match[str]) -> int | None:
    """3*: stars of a hotel."""
    scan.say(f"{whole(match[1], scan.region)} sao", *match.span())
    return match.end()


def read_ratio(scan: Scan, match: re.Match[str]) -> int | None:
    """1:500: a scale; 2:1: a score."""
    if scan.before(match.start()).ends("score") or match[1] == match[2]:
        joint = ""
    elif (
        scan.before(match.start()).ends("scale", past_filler=True)
        or float(match[2].replace(".", "").replace(",", ".")) >= 10
    ):
        joint = "trên "
    elif "," in match[2]:
        joint = "trên "  # taluy 1:1,5
    else:
        return None
    scan.say(whole(match[1], scan.region), *match.span(1))
    scan.say(joint + number_words(scan, match[2]), *match.span(2))
    return scan.measure(match.end(), "number")


def read_in_one(scan: Scan, match: re.Match[str]) -> int | None:
    """Vắc xin 5in1: so many in one."""
    scan.say(f"{whole(match[1], scan.region)} trong {whole(match[2], scan.region)}", *match.span())
    return match.end()


def read_months(scan: Scan, match: re.Match[str]) -> int | None:
    """6T đầu năm: a number of months."""
    scan.say(whole(match[1], scan.region) + " tháng", *match.span())
    return match.end()


def read_age(scan: Scan, match: re.Match[str]) -> int | None:
    """(4t): an age in years."""
    before = scan.before(match.start())
    aged = (
        before.last
        in {
            "trên",
            "dưới",
            "từ",
            "đủ",
            "nam",
            "nữ",
            "cháu",
            "và",
            "khoảng",
            "bé",
            "gần",
            "hơn",
            "trai",
            "gái",
        }
        or before.gap.rstrip().endswith(("(", "<", ">", "≥", "≤"))
        or _AGED.search(before.text) is not None
        or _AGES.search(before.text) is not None
    )
    adults = int(match[1]) < 80 and match[0][-1] == "t" and _ADULTS.search(scan.left(match.start(), 8)) is not None
    aged = aged or adults
    if not adults and not _ENDS.match(scan.after(match.end(), 12)):
        return None
    aged = aged or before.last in {"trẻ", "em", "nct"} or scan.after(match.end(), 5) == " trở "
    if match[0][-1] == "T" and not _LOADED.isdisjoint(before.words):
        return None  # xe tải > 5T
    if int(match[1]) > 120 or not (aged or scan.text[match.end() : match.end() + 1] in {")", ""}):
        return None
    scan.say(whole(match[1], scan.region), *match.span(1))
    scan.say("tuổi", match.end(1), match.end())
    return match.end()


DRAW_RULES: tuple[Rule, ...] = ((DRAW, read_draw),)
RULES: tuple[Rule, ...] = (
    (GLUED_LIST, read_glued_list),
    (NETWORK, read_network),
    (HEADING, read_heading),
    (NIGHTS, read_nights),
    (STARS, read_stars),
    (TRIPLE, read_triple),
    (RATIO, read_ratio),
    (IN_ONE, read_in_one),
    (MONTHS, read_months),
    (AGE, read_age),
    (LETTERED, read_lettered),
    (AMOUNT, read_amount),
)
