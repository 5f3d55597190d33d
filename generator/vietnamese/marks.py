"""Marks that are no words: spaces, stops, currency and other signs. Most become pauses, some a word."""

import re

from generator.vietnamese import brackets, joins
from generator.vietnamese.amounts import NUMBER, number_words
from generator.vietnamese.hosts import say_parts
from generator.vietnamese.letters import spell
from generator.vietnamese.numbers import digit_by_digit
from generator.vietnamese.scan import Rule, Scan

SPACE = re.compile(r"[ \t]+")
BREAK = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]\s*")
STOP = re.compile(r"\./\.|[.…,;:?!]+")
EXTENSION = re.compile(r"\.(apk|exe|pdf|doc|docx|xls|xlsx|zip|rar|mp3|mp4|jpg|png|com|net|vn)(?![\w.])", re.IGNORECASE)
HANDLE = re.compile(r"@[A-Za-z][A-Za-z0-9_.]{2,30}")
DIALLED = re.compile(r"\*\d{2,5}(?:\*\d{1,12}){0,4}#")
PRICE = re.compile(rf"([$€₫])\s?({NUMBER})")
OTHER = re.compile(r"(?s).")
_SIGNS = {
    "&": "và",
    "%": "phần trăm",
    "§": "mục",
    "°": "độ",
    "≥": "lớn hơn hoặc bằng",
    "≤": "nhỏ hơn hoặc bằng",
    "=": "bằng",
    "×": "nhân",
    "±": "cộng trừ",
    "≈": "khoảng",
    "~": "khoảng",
    "@": "a còng",
    "$": "đô la mỹ",
    "€": "ơ rô",
    "₫": "đồng",
    "≠": "khác",
    "∞": "vô cùng",
    "½": "một phần hai",
    "¼": "một phần tư",
    "¾": "ba phần tư",
    "⅓": "một phần ba",
    "⅔": "hai phần ba",
    "‰": "phần nghìn",
    "²": "bình phương",
    "³": "lập phương",
    "℃": "độ xê",
}


def read_space(_scan: Scan, match: re.Match[str]) -> int | None:
    """Spaces say nothing."""
    return match.end()


def read_break(scan: Scan, match: re.Match[str]) -> int | None:
    """A new line: the end of an item or heading when the line did not end with a mark."""
    if not scan.stopped() and ("\n" in match[0][1:] or not scan.after(match.end(), 1).islower()):
        scan.pause(".")
    scan.fresh, scan.called, scan.measured = True, False, -1
    return match.end()


def read_stop(scan: Scan, match: re.Match[str]) -> int | None:
    """Full stops, commas and their like: the strongest of a run."""
    run = match[0]
    mark = next((m for m in "?!.:;," if m in run.replace("…", ".")), ".")
    trails = run in {"...", "…"} and re.match(r"\s?[a-zà-ỹđ]", scan.after(match.end(), 2))
    scan.pause("," if trails else mark)
    return match.end()


def read_dialled(scan: Scan, match: re.Match[str]) -> int | None:
    """*101#: what is keyed on a telephone."""
    for part in re.finditer(r"\d+|[*#]", match[0]):
        words = {"*": "sao", "#": "thăng"}.get(part[0]) or digit_by_digit(part[0])
        scan.say(words, match.start() + part.start(), match.start() + part.end())
    return match.end()


def read_price(scan: Scan, match: re.Match[str]) -> int | None:
    """$50: the currency is said after the number."""
    scan.say(f"{number_words(scan, match[2])} {_SIGNS[match[1]]}", *match.span())
    return scan.measure(match.end(), "number")


def read_extension(scan: Scan, match: re.Match[str]) -> int | None:
    """.apk, .exe after "file": chấm a pê ca."""
    if scan.left(match.start(), 1).isalnum():
        return None
    said = match[1].lower() if match[1].lower() in {"com", "net", "vn"} else spell(match[1])
    scan.say("chấm " + said, *match.span())
    return match.end()


def read_handle(scan: Scan, match: re.Match[str]) -> int | None:
    """@camlo: a name on a network."""
    scan.say("a còng", match.start(), match.start() + 1)
    raw = match[0].rstrip(".")
    say_parts(scan, raw[1:], match.start() + 1)
    return match.start() + len(raw)


def read_other(scan: Scan, match: re.Match[str]) -> int | None:
    """Any other sign: said if it has a word and joins something, else left out."""
    sign = match[0]
    if sign in ")]}":
        scan.pause(",")
        return match.end()
    if sign not in _SIGNS:
        return match.end()
    following = scan.after(match.end(), 2).strip()
    if sign in "=~@&$€%" and (not following or not following[0].isalnum()) and sign not in "%$€":
        return match.end()
    if sign in "=&" and not scan.said:
        return match.end()
    scan.say(_SIGNS[sign], *match.span())
    return match.end()


RULES: tuple[Rule, ...] = (
    (SPACE, read_space),
    (BREAK, read_break),
    *joins.RULES,
    *brackets.RULES,
    (EXTENSION, read_extension),
    (STOP, read_stop),
    (HANDLE, read_handle),
    (DIALLED, read_dialled),
    (PRICE, read_price),
    (OTHER, read_other),
)
