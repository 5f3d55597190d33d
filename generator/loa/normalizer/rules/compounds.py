"""Letters joined by signs: KT-XH, TP. HCM, initials of persons, Cư M'gar."""

import re

from loa.normalizer.abbreviations import ambiguous, company, expand, foreign, unmarked
from loa.normalizer.letters import latin, spell
from loa.normalizer.scanner import Rule, Scan
from loa.normalizer.syllables import is_syllable
from loa.normalizer.tables import abbreviations
from loa.text import LOWER, UPPER

COMPOUND = re.compile(
    r"[^\W\d_]{1,24}(?:(?:\s?&\s?|[-/.,+]\s?(?=[A-ZĐ])|\s[-–]\s(?=[A-ZĐ]{2})|[-–/.])[^\W\d_]{1,24}){1,6}"
)
SPACED = re.compile(r"[^\W\d_]{1,8}[. ]{1,2}[^\W\d_]{1,8}(?![^\W_])")
APOSTROPHE = re.compile(r"([A-ZĐ]|[CTcPpKkNn]h|[Tt]r|[bcdđhklmnprstx])'([^\W\d_]{2,20})(?![^\W_])")
_SLASHED = re.compile(r"[a-zđ]/[a-zđ]")
_INITIAL = "(?:Th|Tr|Ng|Nh|Ph|Kh|Ch|Gi|Qu|[A-ZĐ])"
INITIALS = re.compile(rf"(?:{_INITIAL}\.\s?){{2,6}}{_INITIAL}?(?![^\W_])|(?:{_INITIAL}\.){{1,6}}{_INITIAL}(?![^\W_])")
PERSON = re.compile(rf"([ABCÔacô])\.\s?(?=[{UPPER}][{LOWER}])")


def read_compound(scan: Scan, match: re.Match[str]) -> int | None:
    """KT-XH, LĐ-TB&XH, TP.HCM, đ/c, GD&ĐT: the longest head that the tables know as a whole."""
    text, start = match[0], match.start()
    while True:
        key = re.sub(r"\s+", "", text).replace("–", "-")
        end = start + len(text)
        words = expand(scan, key, start, end) if len(key) <= 24 else None
        if words is None and text.isupper():
            words = company(text) or _joined(scan, key, start) or (unmarked(key) if "," not in key else None)
        if (
            words is None
            and _SLASHED.fullmatch(key)
            and not (scan.after(end, 1).isalnum() or "=" in scan.left(start, 4))
        ):  # t/v, s/c
            upper = key.replace("/", "").upper()
            words = expand(scan, upper, start, end) if upper in ambiguous() or upper in abbreviations() else None
        if words is None:
            words = foreign().get(key.lower() if not text.islower() else key)
        if words is not None:
            scan.say(scan.unsaid(words, start) if text[0].isupper() else words, start, end)
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


def _joined(scan: Scan, key: str, start: int) -> str | None:
    """XD&TM: "và" is said where & stands between two known parts."""
    if "&" not in key or not key.replace("&", "").isalpha():
        return None
    said, at = [], start
    for part in key.split("&"):
        at = scan.text.index(part[0], at)
        said.append(expand(scan, part, at, at + len(part)))
        at += len(part)
    return " và ".join(part for part in said if part) if all(said) else None


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
    """Ô. Nam is read ông; A. Tư and C. Ba are read anh and chị where a contact is named."""
    if match[1] in "Ôô":
        scan.say("ông", *match.span())
        return match.end()
    before = scan.before(match.start())
    if match[1] == "B":
        beside = re.search(r"(?<!\w)Ô\.", scan.left(match.start()))
        if not beside and not re.match(rf"[{UPPER}][{LOWER}]+ Thị", scan.after(match.end(), 24)):
            return None
        scan.say("bà", *match.span())
        return match.end()
    if (
        before.gap.strip() == "("
        or before.last in {"gặp", "liên", "lh", "với", "hệ", "hotline", "zalo", "sđt", "đt", "gọi"}
        or re.match(r"\w+(?: \w+)?[ :(]+(?:0\d|[\d.,]+ ?(?:k|tr|đ|triệu|nghìn)(?!\w))", scan.after(match.end(), 24))
        or (before.gap == ", " and scan.kind == "person")
    ):
        scan.say("anh" if match[1] in "Aa" else "chị", *match.span())
        scan.measure(match.end(), "person")
        return match.end()
    return None


def read_apostrophe(scan: Scan, match: re.Match[str]) -> int | None:
    """Cư M'gar, H'Bia, K'Bang: the consonant is said with ơ."""
    if match[0].lower() in foreign():
        scan.say(foreign()[match[0].lower()], *match.span())
        return match.end()
    onset = {"k": "c", "c": "c"}.get(match[1].lower(), match[1].lower())
    rest = match[2].lower()
    scan.say(onset if onset in "aeiouy" else f"{onset}ơ", *match.span(1))
    scan.say(rest if is_syllable(rest) else latin(rest), match.end(1), match.end())
    return match.end()


CAPITAL_RULES: tuple[Rule, ...] = ((INITIALS, read_initials),)
RULES: tuple[Rule, ...] = (
    (APOSTROPHE, read_apostrophe),
    (INITIALS, read_initials),
    (PERSON, read_person),
    (SPACED, read_spaced),
    (COMPOUND, read_compound),
)
