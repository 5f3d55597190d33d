"""Telephone numbers, short codes, plates and other numbers that are said digit by digit."""

import re

from loa.normalizer.letters import spell
from loa.normalizer.numbers import digit_by_digit
from loa.normalizer.scanner import Rule, Scan
from loa.normalizer.tables import contexts, units

_GROUP = r"(?:(?:\.\s|[ .–-])\d{1,8}){0,5}(?!\d)"
GROUPED = re.compile(
    rf"(?:\(84[ -]\d{{2,4}}\)[ .–-]{{0,3}}\d{{1,8}}|\(0\d{{1,4}}\)[ .–-]{{0,3}}\d{{1,8}}"
    rf"|\(?(?:\+|00)84\)?[ .-]?\(?\d{{1,10}}\)?|0\d{{1,10}}){_GROUP}"
)
MASKED = re.compile(
    r"(?:\+\d{1,3}[ .-]?)?\(?\d{1,5}\)?(?:[ .-]?\d{1,5}){0,3}[ .-]?(?:[xX*]{2,6})(?:[ .-]?[xX*]{2,4}){0,2}"
    r"(?:[ .-]?\d{2,4})?(?!\w)"
)
FOREIGN = re.compile(r"\+\d{2,3}(?!\d|[.,]\d)")
EXTENSION = re.compile(r"[/-](\d{2,4})(?![\d/])")
SERVICE = re.compile(r"1[89]00[ .-]?(?:\d{2,8})(?:[ .-]?\d{2,4}){0,2}(?![\d%])")
LONG = re.compile(
    r"\d{9,}(?![/,.]\d)|0\d{4,}(?![/,.]\d)|\d{7,8}(?![/,.]\d|\d|\s?(?:đ|VN|USD|triệu|hộ|người|con|cây|m2|ha)|[^\W_])"
)
SHORT = re.compile(r"\d{2,8}(?![/.,-]\d|%|[^\W_])")
CODE = re.compile(r"(?=[^\s]{0,30}\d)[A-ZĐa-z0-9]{1,20}(?:[./-][A-ZĐa-z0-9]{1,12}){0,6}(?![^\W_])")
DASHED = re.compile(r"(?=[\d-]{3,40}-0\d\d)\d{3,6}(?:-\d{2,6}){2,5}(?![\d/-])")
LONG_ZERO = re.compile(r"(?=(?:\d[. ]?){12,20}(?!\d))0\d{2,4}(?:[. ]\d{3,5}){2,4}(?![\d,/]|[.]\d)")
GROUPS = re.compile(r"\d{2,5}(?: \d{2,5}){1,5}(?!\d)")
PLATE = re.compile(r"\d{2}[ -]?(?:[A-ZĐ]{1,2}\d?|[A-Z]\d)[ .-]{0,3}\d{3}[. ]?\d{1,2}(?!\d)")
HIDDEN_PLATE = re.compile(r"\d{2}[A-ZĐ]{1,2}\d?[ .-]?(?:[xX*]{2,3}[. ]?[\dxX*]{2,3}|\d{3}[. ]?[xX*]{2,3})(?!\w)")
_MEASURED = re.compile(r"\d{1,4}[A-Za-z]{2,3}")
EMERGENCY = frozenset({"111", "112", "113", "114", "115", "1022", "1080", "116", "117", "118", "119", "1900", "1800"})
_COUNTED = re.compile(rf" (?:{'|'.join(sorted(contexts('never dialled')))})")


def _say_in_groups(scan: Scan, raw: str, start: int) -> None:
    """Say the digits of `raw`, at text[start:], with a pause after each group, so that people can write them down.

    Groups as they are written; more than five digits without a gap are divided, 0912345678 as 0912 345 678.
    """
    plus = "cộng " if "+" in raw else ""
    for group in re.finditer(r"\d+", raw):
        at = start + group.start()
        for size in _sizes(len(group[0])):
            if not plus and at > start:
                scan.pause(",")
            scan.say(plus + digit_by_digit(scan.text[at : at + size]), at, at + size)
            at, plus = at + size, ""


def _sizes(digits: int) -> list[int]:
    """How many digits are said in one go, of so many in a row: groups of three or four, the longer ones first."""
    if digits <= 5:
        return [digits]
    groups = -(-digits // 4)
    return [digits // groups + (number < digits % groups) for number in range(groups)]


def read_phone(scan: Scan, match: re.Match[str]) -> int | None:
    """0233.3825.119, (024) 3825 119, +84 912 345 678, 0233.3800.111/112: a telephone number, with its extension."""
    raw = match[0]
    most = 12 if "+" in raw or raw.startswith("(84") else 13 if raw.startswith("00") else 11
    while len(digits := re.sub(r"\D", "", raw)) > most:  # two numbers with only a space between
        cut = max(raw.rfind(mark) for mark in " .-–")
        if cut <= 0:
            return None
        raw = raw[:cut].rstrip(" .-–")
    before = scan.before(match.start())
    called = before.ends("call", past_filler=True) or scan.kind == "phone"
    if before.ends("code", past_filler=True) and not before.ends("call", past_filler=True):
        return None
    area = re.match(r"\(0\d{1,3}\) ?\d{3,}", raw) is not None and called
    if (len(digits) < 8 and not area) or (len(digits) < 10 and not called and "(" not in raw):
        return None
    scan.called = True
    _say_in_groups(scan, raw, match.start())
    end = match.start() + len(raw)
    extension = EXTENSION.match(scan.text, end)
    if extension:
        scan.pause(",")
        scan.say(digit_by_digit(extension[1]), *extension.span(1))
        end = extension.end()
    return scan.measure(end, "phone")


def read_masked(scan: Scan, match: re.Match[str]) -> int | None:
    """+84 28 7109 xxxx: a number whose end is hidden; only its digits are said."""
    digits = re.sub(r"\D", "", match[0])
    if len(digits) < 3:
        return None
    scan.say(("cộng " if "+" in match[0] else "") + digit_by_digit(digits), *match.span())
    return scan.measure(match.end(), "phone")


def read_foreign(scan: Scan, match: re.Match[str]) -> int | None:
    """+84, +371: the dialling code of a country."""
    if not scan.before(match.start()).ends("call", past_filler=True) and scan.kind != "phone":
        return None
    scan.say("cộng " + digit_by_digit(match[0][1:]), *match.span())
    return scan.measure(match.end(), "phone")


def read_service(scan: Scan, match: re.Match[str]) -> int | None:
    """18001096, 1900 6888: a service number."""
    digits = re.sub(r"\D", "", match[0])
    if not 6 <= len(digits) <= 10 or (
        len(digits) < 8 and not scan.before(match.start()).ends("call", past_filler=True)
    ):
        return None
    if (
        "-" in match[0]
        and re.match(r"1[89]00-(?:19|20)\d\d$", match[0])
        and not scan.before(match.start()).ends("call")
    ):
        return None
    _say_in_groups(scan, match[0], match.start())
    return scan.measure(match.end(), "phone")


def read_long(scan: Scan, match: re.Match[str]) -> int | None:
    """Identity numbers, accounts: nine digits and more without a separator, or a leading zero and many digits."""
    for start in range(match.start(), match.end(), 512):
        part = scan.text[start : min(start + 512, match.end())]
        scan.say(digit_by_digit(part), start, start + len(part))
    return scan.measure(match.end(), "phone")


def read_short(scan: Scan, match: re.Match[str]) -> int | None:
    """113 after "gọi" (and others on the same line); numbers after "tổng đài", "đầu số", "nhánh"."""
    digits, before, after = match[0], scan.before(match.start()), scan.after(match.end(), 12)
    if _COUNTED.match(after):
        return None
    emergency = digits == "1022" or (
        digits in EMERGENCY
        and (before.ends("call", past_filler=True) or scan.called or scan.left(match.start(), 3) == "CA ")
    )
    if not emergency and not (
        len(digits) >= 3 and before.ends("call strong", past_filler=True) and before.gap.strip() in {"", ":", ".", "("}
    ):
        return None
    scan.called = True
    scan.say(digit_by_digit(digits), *match.span())
    return scan.measure(match.end(), "phone")


def read_code(scan: Scan, match: re.Match[str]) -> int | None:
    """After "mã hồ sơ", "tài khoản", "số hiệu": every sign by itself, H50.12-261105-0007."""
    before = scan.before(match.start())
    if not before.ends("code", past_filler=True) or before.gap.strip() not in {"", ":", "."}:
        return None
    text = match[0]
    name = re.search(r"-(?=[A-ZĐ][a-zđ]{2,}$)", text)
    if name:
        text = text[: name.start()]  # tàu 016-Quang Trung
    if _MEASURED.fullmatch(text) and text.lstrip("0123456789") in units():
        return None  # camera 50MP
    if (
        text.isalpha()
        or (text.isdecimal() and len(text) < 3 and text[0] != "0")
        or _COUNTED.match(scan.after(match.end(), 12))
    ):
        return None
    if re.fullmatch(r"\d{1,2}-\d{1,2}", text) and re.match(
        r" (?:th|tháng|năm|ngày|tuần)(?!\w)", scan.after(match.end(), 6)
    ):
        return None  # tước GPLX 1-3 tháng
    if re.fullmatch(r"\d{1,2}/\d{1,2}(?:/\d{4})?|\d{1,3}(?:\.\d{3})+", text) or re.match(r"\d{1,2}(?:h|giờ)", text):
        return None
    if (text.isdecimal() and len(text) <= 4 and before.last in {"thẻ", "camera", "biển", "cc"}) and text[0] != "0":
        return None
    at = match.start()
    for part in re.finditer(r"\d+|[^\W\d_]+|.", text):
        piece = part[0]
        mark = {".": "chấm", "-": "gạch ngang", "/": "gạch chéo"}.get(piece)
        if mark == "gạch ngang" and not re.match(r"\d", text[part.end() :]):
            mark = ""
        if mark is not None and not before.ends("dossier", past_filler=True):
            mark = ""
        scan.say(mark if mark is not None else spell(piece), at + part.start(), at + part.end())
    return scan.measure(at + len(text), "phone")


def read_groups(scan: Scan, match: re.Match[str]) -> int | None:
    """3900 2050 00123 after "tài khoản": an account number in groups."""
    before = scan.before(match.start())
    coded = before.ends("code", past_filler=True) and (len(match[0]) > 5 or before.gap.strip() == ":")
    card = re.fullmatch(r"\d{4}(?: \d{4}){3,4}", match[0]) is not None
    if not coded and not card and not (before.ends("call strong", past_filler=True) and match[0][2].isdecimal()):
        return None
    _say_in_groups(scan, match[0], match.start())
    return scan.measure(match.end(), "phone")


def read_account(scan: Scan, match: re.Match[str]) -> int | None:
    """4251-000-123-456, 0123.4567.8901: an account number; what is counted, or is in a range, has no leading zeros."""
    _say_in_groups(scan, match[0], match.start())
    return scan.measure(match.end(), "phone")


def read_plate(scan: Scan, match: re.Match[str]) -> int | None:
    """Number plates: 74A-123.45, 74-F1 678.90."""
    scan.say(spell(match[0]), *match.span())
    return match.end()


def read_hidden_plate(scan: Scan, match: re.Match[str]) -> int | None:
    """60K-xxx.88: a number plate of which some digits are hidden."""
    scan.say(spell(re.sub(r"(?<!\d)[xX*]{2,3}|[xX*]{2,3}$", "", match[0])), *match.span())
    return match.end()


SIGN_RULES: tuple[Rule, ...] = ((MASKED, read_masked), (GROUPED, read_phone), (FOREIGN, read_foreign))
RULES: tuple[Rule, ...] = (
    (MASKED, read_masked),
    (HIDDEN_PLATE, read_hidden_plate),
    (PLATE, read_plate),
    (GROUPED, read_phone),
    (SERVICE, read_service),
    (DASHED, read_account),
    (LONG_ZERO, read_account),
    (GROUPS, read_groups),
    (CODE, read_code),
    (LONG, read_long),
    (SHORT, read_short),
)
