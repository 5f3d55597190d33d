"""Marks that are no words: spaces, stops, currency and other signs. Most become pauses, some a word."""

import re

from loa.normalizer.abbreviations import ambiguous
from loa.normalizer.letters import spell
from loa.normalizer.numbers import digit_by_digit
from loa.normalizer.rules import joiners
from loa.normalizer.rules.amounts import NUMBER, number_words
from loa.normalizer.rules.web_addresses import say_parts
from loa.normalizer.scanner import Rule, Scan
from loa.normalizer.tables import abbreviations, units
from loa.text import LOWER

FOOTNOTE = re.compile(r"\[(?:\d{1,3}|[a-z*]|cần dẫn nguồn)\]")
RESULT = re.compile(r"\((\+|-|–|±)\)")
OPEN = re.compile(r"[(\[{<«“\"](?!\s?=?\s?\d)|[(\[{]")
BRACKETED = re.compile(
    r"[(\[]\s?((?:viết tắt là |gọi tắt là |sau đây gọi tắt là |sau đây gọi là |viết tắt: )?)"
    r"[\"“”']?([^\W\d_][\w&/.,\- ]{0,24}?)[\"“”']?\s?[)\]]"
)
REPEATED = re.compile(r"\(\s?([^\W\d_]+(?:,? [^\W\d_]+){0,30})\s?\.?\s?\)")
_ONE_FORM = {"tư": "bốn", "lẻ": "linh", "ngàn": "nghìn", "tỉ": "tỷ", "lăm": "năm", "nhăm": "năm", "mốt": "một"}
_SMALL = frozenset(
    {
        "và",
        "của",
        "về",
        "cho",
        "vì",
        "các",
        "trên",
        "với",
        "ở",
        "trong",
        "từ",
        "sự",
        "theo",
        "những",
        "thuộc",
        "đối",
        "là",
    }
)


def read_result(scan: Scan, match: re.Match[str]) -> int | None:
    """(+) and (-): results of a test."""
    if not scan.said or scan.fresh:
        return None
    scan.say({"+": "dương tính", "±": "nghi ngờ"}.get(match[1], "âm tính"), *match.span())
    return match.end()


def read_repeated(scan: Scan, match: re.Match[str]) -> int | None:
    """ "02 (hai) bộ", "500.000 đồng (Năm trăm nghìn đồng)": what was just said is not said again."""
    words = _same_words(match[1])
    said = _same_words(" ".join([said for said, _start, _end in scan.said[-12:]]))
    return match.end() if len(words) <= len(said) and said[-len(words) :] == words else None


def _same_words(text: str) -> list[str]:
    """Number words in one region's form, to compare them."""
    return [_ONE_FORM.get(word, word) for word in text.lower().replace(",", "").split()]


def read_bracketed(scan: Scan, match: re.Match[str]) -> int | None:
    """ "(CNTT)" right after its own expansion is not said; an unknown one is learnt for the rest of the text."""
    key = match[2].strip()
    if (key not in units() and (not any(c.isupper() for c in key))) or (
        " " in key and not match[1] and key not in abbreviations()
    ):
        return None
    said = " ".join([words for words, _s, _e in scan.said[-24:]]).split()
    for expansion in _expansions(key):
        wanted = [word for word in expansion.split() if word not in _SMALL]
        heard = [word for word in said[-len(wanted) - 6 :] if word not in _SMALL]
        if heard[-len(wanted) :] == wanted:
            return match.end()
    letters = [c for c in key.lower() if c.isalpha()]
    if len(letters) < 2 or sum(c.isupper() for c in key) < 2 or any(c.isdecimal() for c in key):
        return None
    learnt = _initials(said[-18:], letters)
    if learnt:
        scan.defined[key] = learnt
        return match.end()
    return None


def explained(text: str) -> dict[str, str]:
    """Abbreviation → words, where `text` explains it in brackets: "Ban Quản lý cảng (BQLC)"."""
    found: dict[str, str] = {}
    for match in BRACKETED.finditer(text):
        key = match[2].strip()
        letters = [c for c in key.lower() if c.isalpha()]
        if len(letters) < 2 or not key.isupper() or any(c.isdecimal() for c in key) or " " in key:
            continue
        words = re.findall(r"[^\W\d_]+", text[max(0, match.start() - 120) : match.start()].lower())
        learnt = _initials(words[-18:], letters)
        if learnt:
            found.setdefault(key, learnt)
    return found


def _expansions(key: str) -> list[str]:
    listed = [sense.words for sense in ambiguous().get(key, ())]
    listed += [units()[key]] if key in units() else []
    return [*listed, *([abbreviations()[key]] if key in abbreviations() else [])]


def _initials(said: list[str], letters: list[str]) -> str:
    """The shortest tail of `said` whose words give `letters` in order, small words between; "" if none does."""
    at = len(letters) - 1
    for index in range(len(said) - 1, -1, -1):
        first = said[index][0]
        if at >= 0 and (first == letters[at] or (first == "q" and letters[at] == "q")):
            at -= 1
        elif said[index] not in _SMALL:
            return ""
        if at < 0:
            return " ".join(said[index:])
    return ""


def read_open(scan: Scan, match: re.Match[str]) -> int | None:
    """An opening bracket or quotation mark: a short pause before a bracket."""
    if match[0] in "([{":
        scan.pause(",")
    return match.end()


def read_footnote(scan: Scan, match: re.Match[str]) -> int | None:
    """Trang 2[1]: the mark of a footnote is not said; at the head of a line it is the note's own number."""
    return None if scan.fresh or not scan.said else match.end()


BRACKET_RULES: tuple[Rule, ...] = (
    (FOOTNOTE, read_footnote),
    (RESULT, read_result),
    (REPEATED, read_repeated),
    (BRACKETED, read_bracketed),
    (OPEN, read_open),
)


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
    "^": "mũ",
    "π": "pi",
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
    """Skip spaces."""
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
    trails = run in {"...", "…"} and re.match(rf"\s?[{LOWER}]", scan.after(match.end(), 2))
    scan.pause("," if trails else mark)
    return match.end()


def read_dialled(scan: Scan, match: re.Match[str]) -> int | None:
    """*101#: a code to be dialled."""
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
    if sign == "=" and following[:1] == "(":
        following = "x"
    if sign in "=~@&$€%" and (not following or not following[0].isalnum()) and sign not in "%$€":
        return match.end()
    if sign in "=&" and not scan.said:
        return match.end()
    scan.say(_SIGNS[sign], *match.span())
    return match.end()


RULES: tuple[Rule, ...] = (
    (SPACE, read_space),
    (BREAK, read_break),
    *joiners.RULES,
    *BRACKET_RULES,
    (EXTENSION, read_extension),
    (STOP, read_stop),
    (HANDLE, read_handle),
    (DIALLED, read_dialled),
    (PRICE, read_price),
    (OTHER, read_other),
)
