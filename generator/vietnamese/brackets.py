"""What stands in brackets: results, what was just said, abbreviations being introduced. The rest is said."""

import re

from generator.vietnamese.scan import Rule, Scan
from generator.vietnamese.tables import abbreviations, table

RESULT = re.compile(r"\((\+|-|–|±)\)")
OPEN = re.compile(r"[(\[{<«“\"](?!\s?=?\s?\d)|[(\[{]")
BRACKETED = re.compile(
    r"[(\[]\s?((?:viết tắt là |gọi tắt là |sau đây gọi tắt là |sau đây gọi là |viết tắt: )?)"
    r"[\"“”']?([^\W\d_][\w&/.,\- ]{1,24}?)[\"“”']?\s?[)\]]"
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
    if not any(c.isupper() for c in key) or (" " in key and not match[1] and key not in abbreviations()):
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


def _expansions(key: str) -> list[str]:
    options = table("ambiguous").get(key)
    listed = [option["say"] for option in options] if options else []
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


RULES: tuple[Rule, ...] = (
    (RESULT, read_result),
    (REPEATED, read_repeated),
    (BRACKETED, read_bracketed),
    (OPEN, read_open),
)
