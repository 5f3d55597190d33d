"""Words: plain syllables, abbreviations, Roman numerals, codes of letters and digits, foreign words, capitals."""

import re
from functools import cache
from typing import Any

from generator.vietnamese.documents import ROMAN, roman
from generator.vietnamese.letters import POINTS, letter, spell, spell_code
from generator.vietnamese.numbers import cardinal
from generator.vietnamese.scan import Rule, Scan
from generator.vietnamese.syllables import is_syllable
from generator.vietnamese.tables import abbreviations, table, toneless

WORD = re.compile(r"[^\W\d_]+")
COMPOUND = re.compile(
    r"[^\W\d_]{1,24}(?:(?:\s?&\s?|[-/.,+]\s?(?=[A-ZĐ])|\s?[-–]\s?(?=[A-ZĐ&])|[-/&.])[^\W\d_]{1,24}){1,6}"
)
SPACED = re.compile(r"[^\W\d_]{1,8}[. ]{1,2}[^\W\d_]{1,8}(?![^\W_])")
INITIALS = re.compile(r"(?:[A-ZĐ]\.\s?){2,6}[A-ZĐ]?(?![^\W_])|(?:[A-ZĐ]\.){1,6}[A-ZĐ](?![^\W_])")
MIXED = re.compile(r"[A-Za-zĐđ]{1,6}[- .]?\d{1,6}(?:[A-Za-zĐ](?![^\W\d_])|[A-Z]\d{1,3})?(?:[-.]\d{1,4})?(?![^\W_])")
_ROMAN_BEFORE = re.compile(
    r"(?:đại hội|khóa|quý|chương|mục|phần|thế kỷ|lần thứ|kỳ|hội nghị|khu vực|vùng|tập|loại|hạng|cấp|bậc|phụ lục|nhóm|giai đoạn|đợt|số|độ|học kỳ|lần|đảng bộ.{1,30}lần thứ|thứ|"
    r"đại hội đảng|chuyên khoa|trung ương \d{1,2}|nhiệm kỳ|quân khu|phiên|hạng|la mã|từ|đến|và|chiến tranh thế giới|kỳ họp|tk|khối|đề mục|phân khu|mẫu|k)(?: thứ| số)?[ :,-]*$"
)
_GLUED_LETTERS = frozenset("bcdđghklmnpqrstvx")


@cache
def _foreign() -> dict[str, str]:
    return {str(k): str(v) for k, v in table("foreign").items()}


@cache
def _ambiguous() -> dict[str, list[tuple[str, Any, Any]]]:
    def compiled(option: dict[str, str]) -> tuple[str, Any, Any]:
        after = re.compile(rf"(?:{option['after']})$") if "after" in option else None
        return option["say"], after, re.compile(option["before"]) if "before" in option else None

    return {key: [compiled(option) for option in options] for key, options in table("ambiguous").items()}


def expand(scan: Scan, key: str, start: int, end: int) -> str | None:
    """The words for an abbreviation at text[start:end], from the station's list, the text's own, or the tables."""
    if key in scan.pronounce:
        return scan.pronounce[key]
    if key in scan.defined:
        return scan.defined[key]
    options = _ambiguous().get(key)
    if options is not None:
        before, after = scan.before(start), scan.after(end)
        for say, wants_before, wants_after in options:
            if (wants_before is None or wants_before.search(before)) and (
                wants_after is None or wants_after.match(after)
            ):
                return say
    return abbreviations().get(key)


def read_compound(scan: Scan, match: re.Match[str]) -> int | None:
    """KT-XH, LĐ-TB&XH, TP.HCM, đ/c, GD&ĐT: as a whole from the tables, else each part."""
    text = match[0]
    while True:
        key = re.sub(r"\s+", "", text)
        end = match.start() + len(text)
        whole_words = expand(scan, key, match.start(), end) if len(key) <= 24 else None
        if whole_words is None and "–" in key:
            whole_words = expand(scan, key.replace("–", "-"), match.start(), end)
        if whole_words is None and not text.islower():
            whole_words = _foreign().get(key.lower())
        elif whole_words is None:
            whole_words = _foreign().get(key)
        if whole_words is not None:
            scan.say(whole_words, match.start(), end)
            if (
                scan.text[end : end + 1] == "."
                and re.match(r"\.\s?[A-ZĐ]|\.v", scan.text[end : end + 4])
                and not key.islower()
            ):
                return end + 1
            if key.lower() == "v.v":
                return end + len(re.match(r"[.…]*", scan.text[end : end + 8])[0])  # type: ignore[index]
            return end
        cut = max(text.rfind(mark) for mark in "-/.&,–+")
        if cut <= 0:
            return None
        text = text[:cut].rstrip()
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
    key = match[0].replace(" ", "").rstrip(".")
    if key in abbreviations():
        return None
    end = match.end()
    if scan.text[end - 1] == " ":
        end -= 1
    scan.say(spell(match[0]), match.start(), end)
    if match[0].rstrip().endswith(".") and re.match(r"\s*$", scan.after(end, 4)):
        scan.pause(".")
    return end


def read_mixed(scan: Scan, match: re.Match[str]) -> int | None:
    """ST25, PC06, A4, H5N1, QL1A, COVID-19, ĐT 741: known letters in words, others spelt, digits as a number."""
    text = match[0]
    head = re.match(r"[^\W\d_]+", text)
    assert head is not None
    name, rest = head[0], text[head.end() :]
    glued = rest[0].isdigit()
    if text in scan.pronounce:
        scan.say(scan.pronounce[text], *match.span())
        return match.end()
    exact = abbreviations().get(text) or _codes().get(text) or _codes().get(text.lower())
    if exact:
        scan.say(exact, *match.span())
        return match.end()
    if not glued and rest[0] != "-":
        return None
    known = _foreign().get(name.lower()) if len(name) > 2 else None
    road = {
        "QL": "quốc lộ",
        "TL": "tỉnh lộ",
        "HL": "hương lộ",
        "ĐT": "đường tỉnh",
        "ĐH": "đường huyện",
        "ĐX": "đường xã",
        "CT": "cao tốc",
    }.get(name)
    if known is None and not name.isupper() and not (glued and len(name) <= 2):
        return None
    if rest[0] == "-" and (not known and (is_syllable(name) or len(name) > 3)):
        return None
    digits = rest.lstrip("- .")
    if known:
        said = f"{known} {spell_code(digits, scan.region)}"
    elif road and glued:
        said = f"{road} {spell_code(digits, scan.region)}"
    elif name in abbreviations() or name in _ambiguous():
        if len(name) <= 2 and name not in {"TP", "TT", "NQ", "QĐ", "TX"}:
            said = spell_code(text, scan.region)
        else:
            said = f"{expand(scan, name, match.start(), match.start() + len(name)) or spell(name)} {spell_code(digits, scan.region)}"
    else:
        said = spell_code(text, scan.region)
    scan.say(said, *match.span())
    return match.end()


@cache
def _codes() -> dict[str, str]:
    return {str(k): str(v) for k, v in table("codes").items()}


def read_word(scan: Scan, match: re.Match[str]) -> int | None:
    """One run of letters, decided here."""
    word, start, end = match[0], match.start(), match.end()
    if len(word) > 64:
        scan.say(_latin(word[:64].lower()), start, start + 64)
        return start + 64
    words = _station(scan, word) or _roman(scan, word, start, end) or _decide(scan, word, start, end)
    scan.say(words, start, end)
    if scan.text[end : end + 1] == "." and word in _DOTTED and re.match(r"\.\s?[^\W_]", scan.text[end : end + 3]):
        return end + 1
    return end


_DOTTED = frozenset(
    [
        "TP",
        "Tp",
        "TX",
        "TT",
        "P",
        "Q",
        "H",
        "X",
        "T",
        "ThS",
        "Ths",
        "TS",
        "GS",
        "PGS",
        "BS",
        "Bs",
        "KS",
        "LS",
        "CN",
        "DS",
        "TM",
        "KT",
        "TL",
        "TUQ",
        "CVP",
        "ĐC",
        "Đc",
        "NSND",
        "NSƯT",
        "Mr",
        "Ms",
        "Mrs",
        "Dr",
        "St",
        "No",
        "Tr",
    ]
)
_SHORT = {"P": "phường", "Q": "quận", "H": "huyện", "X": "xã", "T": "tỉnh"}


def _station(scan: Scan, word: str) -> str | None:
    return scan.pronounce.get(word) if scan.pronounce else None


def _roman(scan: Scan, word: str, start: int, end: int) -> str | None:
    """A Roman numeral, where the words before call for one or it heads a line."""
    if not word.isupper() or len(word) > 7 or not ROMAN.fullmatch(word):
        return None
    before, after = scan.before(start), scan.after(end, 6)
    marker = scan.fresh and re.match(r"[.)/]\s|\s?[-–.:]\s|\.", after)
    called = _ROMAN_BEFORE.search(before)
    if not (marker or called):
        return None
    if called and not marker and len(word) == 1 and word in "CLDM":
        return None
    weak = re.search(r"(?:từ|đến|và|số|loại|hạng|vùng|nhóm|mẫu|k|,|-|độ)[ :,-]*$", before)
    if (
        weak
        and not marker
        and word in {"C", "D", "L", "M", "X", "V"}
        and not re.search(r"[IVX]+[ ,và-]*$", scan.text[max(0, start - 12) : start])
    ):
        return None
    return cardinal(roman(word), scan.region)


def _decide(scan: Scan, word: str, start: int, end: int) -> str:
    """Word, abbreviation, foreign word or unknown: in this order of evidence."""
    lower = word.lower()
    capital = word.isupper()
    if len(word) == 1:
        return _single(scan, word, start, end)
    syllable = is_syllable(word)
    if capital and syllable and not word.isascii() and word not in abbreviations() and word not in _ambiguous():
        return lower
    if capital and syllable and _heading(scan, start, end):
        return lower
    found = expand(scan, word, start, end)
    if found is not None:
        return found
    if not syllable or (lower in _foreign() and lower not in {"pin", "sim", "ban", "show", "like"}):
        foreign = _foreign().get(lower)
        if foreign is not None and not (
            capital and len(word) <= 2 and lower not in {"it", "ai", "tv", "pc", "qr", "id", "fb"}
        ):
            return foreign
    if syllable:
        return lower
    if re.fullmatch(r"[^\W\d_]*[a-zà-ỹđ]{2,}", word) and not _shouty(word):
        return _latin(lower)
    if capital and word.title() and len(word) > 5 and re.search(r"[AEIOUYÀ-Ỹ]", word) and _vowelled(word):
        return _latin(lower)
    parts = _split_known(word)
    said = parts or spell(word)
    scan.doubt("abbreviation.unknown", start, end, said)
    return said


def _split_known(word: str) -> str | None:
    """An unknown run of capitals that is two known abbreviations: UBNDTP → ủy ban nhân dân thành phố."""
    for cut in range(len(word) - 2, 2, -1):
        head, tail = abbreviations().get(word[:cut]), abbreviations().get(word[cut:])
        if head and tail and len(word[:cut]) >= 3:
            return f"{head} {tail}"
    return None


def _shouty(word: str) -> bool:
    return sum(1 for letter_ in word if letter_.isupper()) >= 2


def _vowelled(word: str) -> bool:
    return re.search(r"[BCDGHKLMNPQRSTVX]{4,}", toneless(word)) is None


def _single(scan: Scan, word: str, start: int, end: int) -> str:
    """One letter: điểm đ, P. 5, Nguyễn Văn A."""
    before = scan.before(start)
    lower = word.lower()
    if (
        re.search(r"(?:điểm|các điểm|điểm [a-zđ],|điểm [a-zđ] và|tiết|[a-zđ],|[a-zđ] và) $", before) and word.islower()
    ) or (scan.fresh and re.match(r"[.)]", scan.after(end, 1))):
        return POINTS.get(lower, lower)
    if word in _SHORT and (re.match(r"\.\s?[A-ZĐÀ-Ỹ\d]", scan.after(end, 4))):
        return _SHORT[word]
    if lower in "x×" and re.search(r"\d\s?\w{0,2}\s?$", before) and re.match(r"\s?\d", scan.after(end, 2)):
        return "nhân"
    if lower in _GLUED_LETTERS or lower in "fjwz":
        return letter(lower)
    return lower


def _heading(scan: Scan, start: int, end: int) -> bool:
    """Whether the neighbours are words in capitals, so that this one is a word too (KÍNH THƯA BÀ CON)."""
    left = re.search(r"([^\W\d_]+)[\s,:–-]*$", scan.text[max(0, start - 24) : start])
    right = re.match(r"[\s,:–-]*([^\W\d_]+)", scan.text[end : end + 24])
    near = [m[1] for m in (left, right) if m]
    return any(w.isupper() and len(w) > 1 and is_syllable(w) and not w.isascii() for w in near)


def _latin(word: str) -> str:
    """A foreign word as it stands, in letters that Vietnamese voices know; other scripts are left out."""
    if word.isascii():
        return word
    kept = "".join(c if c in _VIETNAMESE else toneless(c) for c in word)
    return re.sub(r"[^a-z\u00c0-\u1ef9]", "", "".join(c for c in kept if c in _VIETNAMESE))


_VIETNAMESE = frozenset("abcdefghijklmnopqrstuvwxyzàáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ")


RULES: tuple[Rule, ...] = (
    (MIXED, read_mixed),
    (INITIALS, read_initials),
    (SPACED, read_spaced),
    (COMPOUND, read_compound),
    (WORD, read_word),
)
