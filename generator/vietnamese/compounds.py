"""Abbreviations of several parts (KT-XH, TP. HCM, đ/c), initials of persons."""

import re

from generator.vietnamese.abbreviations import expand, foreign
from generator.vietnamese.letters import spell
from generator.vietnamese.scan import Rule, Scan
from generator.vietnamese.tables import abbreviations

COMPOUND = re.compile(
    r"[^\W\d_]{1,24}(?:(?:\s?&\s?|[-/.,+]\s?(?=[A-ZĐ])|\s[-–]\s(?=[A-ZĐ]{2})|[-–/.])[^\W\d_]{1,24}){1,6}"
)
SPACED = re.compile(r"[^\W\d_]{1,8}[. ]{1,2}[^\W\d_]{1,8}(?![^\W_])")
_INITIAL = "(?:Th|Tr|Ng|Nh|Ph|Kh|Ch|Gi|Qu|[A-ZĐ])"
INITIALS = re.compile(rf"(?:{_INITIAL}\.\s?){{2,6}}{_INITIAL}?(?![^\W_])|(?:{_INITIAL}\.){{1,6}}{_INITIAL}(?![^\W_])")
PERSON = re.compile(r"([ACÔ])\.\s?(?=[A-ZĐÀ-Ỹ][a-zà-ỹđ])")


def read_compound(scan: Scan, match: re.Match[str]) -> int | None:
    """KT-XH, LĐ-TB&XH, TP.HCM, đ/c, GD&ĐT: the longest head that the tables know as a whole."""
    text, start = match[0], match.start()
    while True:
        key = re.sub(r"\s+", "", text).replace("–", "-")
        end = start + len(text)
        words = expand(scan, key, start, end) if len(key) <= 24 else None
        if words is None:
            words = foreign().get(key.lower() if not text.islower() else key)
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
    """Ô. Nam: ông; (A. Tư, C. Ba): anh, chị, where somebody is to be called."""
    if match[1] == "Ô":
        scan.say("ông", *match.span())
        return match.end()
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


RULES: tuple[Rule, ...] = (
    (INITIALS, read_initials),
    (PERSON, read_person),
    (SPACED, read_spaced),
    (COMPOUND, read_compound),
)
