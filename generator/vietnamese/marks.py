"""Marks that are no words: brackets, dashes, slashes, signs. Most become pauses."""

import re

from generator.vietnamese.scan import Rule, Scan
from generator.vietnamese.tables import abbreviations, word_set

SPACE = re.compile(r"[ \t]+")
BREAK = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]\s*")
OPEN = re.compile(r"[(\[{<«“\"]")
BRACKETED = re.compile(
    r"[(\[]\s?((?:viết tắt là |gọi tắt là |sau đây gọi tắt là )?)(?:[\"“”'])?([^\W\d_][\w&/.,\- ]{1,24}?)(?:[\"“”'])?\s?[)\]]"
)
STOP = re.compile(r"\./\.|[.…,;:?!]+")
SLASH = re.compile(r"\s?/\s?")
DASH = re.compile(r"[-–—‑−]+>?")
OTHER = re.compile(r"(?s).")
_SIGNS = {
    "&": "và",
    "%": "phần trăm",
    "§": "mục",
    "°": "độ",
    ">": "lớn hơn",
    "<": "nhỏ hơn",
    "≥": "lớn hơn hoặc bằng",
    "≤": "nhỏ hơn hoặc bằng",
    "=": "bằng",
    "+": "và",
    "×": "nhân",
    "±": "cộng trừ",
    "≈": "khoảng",
    "~": "khoảng",
    "@": "a còng",
    "$": "đô la mỹ",
    "€": "ơ rô",
    "₫": "đồng",
    "≠": "khác",
    "√": "căn",
    "∞": "vô cùng",
    "½": "một phần hai",
    "¼": "một phần tư",
    "¾": "ba phần tư",
    "‰": "phần nghìn",
    "²": "bình phương",
    "³": "lập phương",
    "÷": "chia",
}


def read_space(_scan: Scan, match: re.Match[str]) -> int | None:
    """Spaces say nothing."""
    return match.end()


def read_break(scan: Scan, match: re.Match[str]) -> int | None:
    """A new line: the end of an item or heading when the line did not end with a mark."""
    following = scan.after(match.end(), 1)
    if "\n" in match[0][1:] or not following.islower():
        scan.pause(".")
    scan.fresh = True
    return match.end()


def read_bracketed(scan: Scan, match: re.Match[str]) -> int | None:
    """ "(CNTT)" right after its own expansion is not said; an unknown one is learnt for the rest of the text."""
    key = match[2].strip()
    if not any(c.isupper() for c in key) or (" " in key and not match[1]):
        return None
    said = " ".join([words for words, _s, _e in scan.said[-24:]]).split()
    expansion = abbreviations().get(key)
    if expansion:
        wanted = expansion.split()
        if said[-len(wanted) :] == wanted:
            return match.end()
    letters = [c for c in key.lower() if c.isalpha()]
    if len(letters) < 2 or not key.replace("&", "").replace("-", "").isupper():
        return None
    tail = said[-len(letters) :]
    if len(tail) == len(letters) and all(w[0] == c for w, c in zip(tail, letters, strict=True)):
        scan.defined[key] = " ".join(tail)
        return match.end()
    spread = _initials(said[-16:], letters)
    if spread:
        scan.defined[key] = spread
        return match.end()
    return None


def _initials(said: list[str], letters: list[str]) -> str:
    """The shortest tail of `said` whose words give `letters` in order, small words between; "" if none does."""
    at = len(letters) - 1
    for index in range(len(said) - 1, -1, -1):
        if at >= 0 and said[index][0] == letters[at]:
            at -= 1
        elif said[index] not in {"và", "của", "về", "cho", "vì", "các", "trên", "với", "ở", "trong", "từ"}:
            return ""
        if at < 0:
            return " ".join(said[index:])
    return ""


def read_open(scan: Scan, match: re.Match[str]) -> int | None:
    """An opening bracket or quotation mark: a short pause before a bracket."""
    if match[0] in "([{":
        scan.pause(",")
    return match.end()


def read_stop(scan: Scan, match: re.Match[str]) -> int | None:
    """Full stops, commas and their like: the strongest of a run."""
    run = match[0]
    mark = next((m for m in "?!.:;," if m in run.replace("…", ".")), ".")
    scan.pause("," if run in {"...", "…"} and re.match(r"\s?[a-zà-ỹđ]", scan.after(match.end(), 2)) else mark)
    return match.end()


def read_slash(scan: Scan, match: re.Match[str]) -> int | None:
    """ "một" between a quantity and a unit, else silent: và/hoặc, phút/lần, tấn/ha."""
    right = re.match(r"(?:0?1 )?([^\W\d_]+\d?)", scan.after(match.end(), 24))
    left = re.search(r"([^\W\d_]+\d?)$", scan.before(match.start(), 24))
    if right and left:
        one, two = left[1].lower(), right[1].lower()
        counted = re.search(r"\d[^\W_]*(?: [^\W\d_]+){0,3}$", scan.before(match.start(), 32))
        if two in word_set("units", "per right") and (one in word_set("units", "per left") or counted):
            scan.say("một", *match.span())
            skip = re.match(r"0?1 ", scan.after(match.end(), 3))
            return match.end() + (skip.end() if skip else 0)
    if re.match(r"(?:19|20)\d\d(?!\d)", scan.after(match.end(), 5)) and re.search(
        r"(?:quý|kỳ|đợt|học kỳ|lần|khóa) [ivx]{1,4}$", scan.before(match.start(), 24)
    ):
        scan.say("năm", *match.span())
    return match.end()


def read_dash(scan: Scan, match: re.Match[str]) -> int | None:
    """A dash: nothing before an item or inside a word, a minus before a number, else a pause."""
    before, after = scan.before(match.start(), 2), scan.after(match.end(), 2)
    if (
        after[:1].isdigit()
        and len(match[0]) == 1
        and (not before or not before[-1].isalnum())
        and not scan.fresh
        and not before.endswith(")")
    ):
        unit = re.match(r"\d{1,3}(?:,\d+)?\s?(?:°|độ|º|o)", scan.after(match.end(), 8))
        if unit:
            scan.say("âm", *match.span())
            return match.end()
    if before[-1:].isspace() or len(match[0]) > 1 or match[0] in "–—":
        scan.pause(",")
    return match.end()


def read_other(scan: Scan, match: re.Match[str]) -> int | None:
    """Any other sign: said if it has a word, else left out."""
    sign = match[0]
    if sign == "+" and (scan.fresh or not scan.said):
        return match.end()
    if sign in "<>" and not re.match(r"\s?=?\s?\d", scan.after(match.end(), 3)):
        return match.end()
    if sign in ")]}":
        scan.pause(",")
        return match.end()
    if sign == "=" and scan.after(match.end(), 1) == ">":
        scan.pause(",")
        return match.end() + 1
    if (
        sign == "+"
        and re.search(r"\d\s?$", scan.before(match.start(), 3))
        and re.match(r"\s?\d+ ?=", scan.after(match.end(), 8))
    ):
        scan.say("cộng", *match.span())
        return match.end()
    if sign in "@$€₫" and scan.fresh and not re.match(r"\s?\w", scan.after(match.end(), 2)):
        return match.end()
    scan.say(_SIGNS.get(sign, ""), *match.span())
    return match.end()


RULES: tuple[Rule, ...] = (
    (SPACE, read_space),
    (BREAK, read_break),
    (BRACKETED, read_bracketed),
    (OPEN, read_open),
    (STOP, read_stop),
    (SLASH, read_slash),
    (DASH, read_dash),
    (OTHER, read_other),
)
