"""Document numbers: 42/2022/NĐ-CP is "bốn mươi hai năm hai nghìn không trăm hai mươi hai của chính phủ"."""

import re
from functools import cache

from loa.normalizer.letters import POINTS, letter
from loa.normalizer.numbers import Region, cardinal, digit_by_digit, roman
from loa.normalizer.scanner import Rule, Scan
from loa.normalizer.tables import abbreviations, contexts, table, word_set

_PIECE = r"[A-ZĐƯ][A-Za-zĐđƯư0-9&]{0,14}"
CODE = re.compile(
    rf"(?P<number>\d{{1,6}}[a-zA-Z]?)(?:\s?/\s?(?P<year>(?:19|20)\d\d))?\s?(?P<mark>[/–-])\s?"
    rf"(?P<code>{_PIECE}(?:(?:\s?[-–/.]\s?|,\s?(?=TT&))(?!\d){_PIECE}){{0,5}}(?:(?<=QH) \d\d(?!\d))?)(?![^\W_])"
)
YEARED = re.compile(
    r"(?P<number>\d{1,4}[a-z]?)\s?/\s?(?P<year>(?:19|20)\d\d)(?![\d/])"
    r"|(?!(?:19|20)\d\d)(?P<bare>\d{1,3})\s?[-–]\s?(?P<since>(?:19|20)\d\d)(?![\d/-])"
)
STANDARD = re.compile(
    r"(?P<kind>QCVN|TCVN|TCXDVN|QCĐP) ?(?P<number>\d{1,5})(?:-(?P<part>\d{1,3}))?:(?P<year>(?:19|20)\d\d)"
    r"(?:/(?P<body>[A-ZĐ]{2,8}))?(?!\w)"
)
SHORT = re.compile(
    r"(?:(?:điểm|đ|Đ|Điểm)\.? ?(?P<point>[a-zđ]),? )?[kK]\.? ?(?P<clause>\d{1,2}),? ?"
    r"Đ(?:iều)?\.? ?(?P<article>\d{1,3})(?![\w/])"
)
ARTICLE = re.compile(r"Đ\.? ?(\d{1,3})(?![\w/])")
_CLAUSE = re.compile(r"(?<!\w)(?:khoản \d{1,2}|điểm [a-zđ]),? $")
_STANDARDS = {
    "QCVN": "quy chuẩn việt nam",
    "TCVN": "tiêu chuẩn việt nam",
    "QCĐP": "quy chuẩn địa phương",
    "TCXDVN": "tiêu chuẩn xây dựng việt nam",
}
KIND_WORDS = "|".join(sorted(contexts("documents"), key=len, reverse=True))
_AFTER_KIND = re.compile(
    rf"(?:{KIND_WORDS}|nđ|nd|qđ|tt|ct|nq|kh|cv|tb|bc|hd|kl|đa|ttr|gm|qc|ctr)(?: số| liên tịch| hợp nhất)?:? ?$"
)
_KIND_NEAR = re.compile(rf"(?:{KIND_WORDS}|số)(?!\w)")
_SAYS_WHOSE = re.compile(
    r"\s?(?:,\s?|\()?(?:hồi \d{1,2}(?:h|g| giờ)\d{0,2},? )?"
    r"(?:(?:ban hành\s)?(?:ngày\s)?\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?\d{4}\)?,?\s"
    r"|ngày \d{1,2} tháng \d{1,2} năm \d{4},? )?"
    r"của\s(?!\w{0,3}\b(?:công dân|người|tổ chức|các)\b)"
)
_OFFICES = (
    *(
        "ban ",
        "hội ",
        "phòng ",
        "sở ",
        "trung tâm ",
        "trạm ",
        "chi bộ",
        "ủy ban",
        "văn phòng ",
        "bộ ",
        "cục ",
        "chi cục ",
    ),
    *("điện lực", "đảng ", "trường ", "công an ", "tòa án", "viện ", "liên đoàn", "hợp tác xã", "bệnh viện ", "tổng "),
)
_PARLIAMENT = re.compile(r"(UBTV)?QH ?([IVX]+|\d{1,2})")


@cache
def _inner() -> frozenset[str]:
    return word_set("bodies", "inner")


def read_code(scan: Scan, match: re.Match[str]) -> int | None:
    """A number with the code of its kind and body. The code itself is never spelt."""
    bodies: dict[str, str] = table("bodies")["bodies"]
    kinds: dict[str, str] = table("bodies")["kinds"]
    pieces = [piece.strip() for piece in re.split(r"[-–/.,]", match["code"])]
    before = scan.left(match.start()).lower()
    stated = _AFTER_KIND.search(before) is not None or re.search(r"(?:số|sổ):? ?$", before) is not None
    if re.search(r"\d\s[-–]\s", match[0]) and match["year"] is None and not _AFTER_KIND.search(before):
        return None  # quầy số 02 – TTPVHCC
    known = [p for p in pieces if p in bodies or p in kinds or _PARLIAMENT.fullmatch(p)]
    lettered = len(pieces[0]) > 1 and not any(character.isdecimal() for character in pieces[0])
    if not known and not (stated and lettered):
        return None
    telling = pieces[0] in {"QĐ", "NĐ", "TTr", "NQ", "TTg"} or (len(pieces[0]) > 2 and pieces[0] in bodies)
    if not stated and match["year"] is None and len(pieces) == 1 and not telling:
        return None
    kind, issuers = _kind_and_bodies(pieces, kinds, bodies)
    number, start = match["number"], match.start()
    just_said = " ".join([words for words, _start, _end in scan.said[-3:]])
    if kind and not stated and not just_said.endswith(kind) and not _KIND_NEAR.search(scan.left(start, 40).lower()):
        scan.say(kind, start, start)
    say_number(scan, number, start, match["year"], match.start("year"))
    if issuers and not _SAYS_WHOSE.match(scan.after(match.end(), 90)):
        scan.say("của " + issuers, match.start("code"), match.end("code"))
    return match.end()


def _kind_and_bodies(pieces: list[str], kinds: dict[str, str], bodies: dict[str, str]) -> tuple[str, str]:
    """The words for the kind of document, and for its issuers ("bộ y tế và bộ tài chính")."""
    kind = kinds.get(pieces[0], "")
    rest = pieces[1:] if kind and (len(pieces) > 1 or pieces[0] not in bodies) else pieces
    said: list[str] = []
    joined = "-".join(rest)
    if joined in bodies:
        return kind, bodies[joined]
    for piece in rest:
        parliament = _PARLIAMENT.fullmatch(piece)
        if parliament:
            who = "ủy ban thường vụ quốc hội khóa " if parliament[1] else "quốc hội khóa "
            said.append(who + _term(parliament[2]))
        elif piece in bodies and not ((said or piece is not rest[0]) and piece in _inner()):
            said.append(bodies[piece])
        elif piece not in bodies and piece not in _inner() and not said and _is_body(piece):
            said.append(abbreviations()[piece])
    if kind == "" and len(said) > 1:  # 123/UBND-VP: the second is the office that drafted it
        said = said[:1]
    if not any(joint in kind for joint in ("liên tịch", "phối hợp", "liên ngành")) and len(said) > 1:
        if said[1] in {"trung ương", "tỉnh ủy", "đảng ủy", "huyện ủy", "công an"}:
            return kind, f"{said[0]} {said[1]}"
        if pieces[0] in {"NQ", "QĐ"} and len(said) == 2:
            return kind, f"{said[0]} và {said[1]}"
        said = said[:1]
    if len(said) > 1:
        return kind, ", ".join(said[:-1]).replace(",", "") + " và " + said[-1]
    return kind, said[0] if said else ""


def _is_body(piece: str) -> bool:
    """Whether the abbreviations know `piece` as an office: BTGDV, ban tuyên giáo và dân vận."""
    return abbreviations().get(piece, "").startswith(_OFFICES)


def _term(text: str) -> str:
    return cardinal(int(text)) if text.isdecimal() else cardinal(roman(text))


def say_number(scan: Scan, number: str, start: int, year: str | None, year_start: int) -> None:
    """ "06" keeps its zero where the text writes it; "12a" says its letter; then the year."""
    digits = number.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    said = number_of_document(digits, scan.region)
    if len(digits) < len(number):
        said += " " + letter(number[-1])
    scan.say(said, start, start + len(number))
    if year:
        scan.say("năm " + cardinal(int(year), scan.region), year_start, year_start + 4)


def number_of_document(digits: str, region: Region) -> str:
    """06 → không sáu, 015 → không mười lăm is never said: digit by digit; else a cardinal."""
    if digits.startswith("0"):
        return digit_by_digit(digits)
    return cardinal(int(digits), region)


def read_yeared(scan: Scan, match: re.Match[str]) -> int | None:
    """Nghị định 42/2022, Nghị định 2-2017: a number and a year, after the kind of document only."""
    if not _AFTER_KIND.search(scan.left(match.start()).lower()):
        return None
    number, year = ("number", "year") if match["number"] else ("bare", "since")
    say_number(scan, match[number], match.start(), match[year], match.start(year))
    return match.end()


def read_standard(scan: Scan, match: re.Match[str]) -> int | None:
    """QCVN 01-1:2018/BYT: number, part, year, and whose it is."""
    body = match["body"]
    issuer = table("bodies")["bodies"].get(body) if body else None
    if body and issuer is None:
        return None
    scan.say(_STANDARDS[match["kind"]], *match.span("kind"))
    scan.say(number_of_document(match["number"], scan.region), *match.span("number"))
    if match["part"]:
        scan.say(number_of_document(match["part"], scan.region), *match.span("part"))
    scan.say("năm " + cardinal(int(match["year"]), scan.region), *match.span("year"))
    if issuer:
        scan.say(f"của {issuer}", *match.span("body"))
    return match.end()


def read_short(scan: Scan, match: re.Match[str]) -> int | None:
    """K2 Đ3, đ a k1 Đ 5: point, clause and article of a law, as those write who quote it often."""
    if match["point"]:
        scan.say(f"điểm {POINTS[match['point']]}", match.start(), match.end("point"))
    scan.say(
        f"khoản {cardinal(int(match['clause']), scan.region)}",
        match.end("point") if match["point"] else match.start(),
        match.end("clause"),
    )
    scan.say(f"điều {cardinal(int(match['article']), scan.region)}", match.end("clause"), match.end())
    return scan.measure(match.end(), "number")


def read_article(scan: Scan, match: re.Match[str]) -> int | None:
    """Khoản 1 Đ.175: an article, after its clause."""
    if not _CLAUSE.search(scan.left(match.start(), 16).lower()):
        return None
    scan.say(f"điều {cardinal(int(match[1]), scan.region)}", *match.span())
    return scan.measure(match.end(), "number")


CAPITAL_RULES: tuple[Rule, ...] = ((STANDARD, read_standard), (ARTICLE, read_article))
LETTER_RULES: tuple[Rule, ...] = ((SHORT, read_short), *CAPITAL_RULES)
RULES: tuple[Rule, ...] = ((CODE, read_code), (YEARED, read_yeared))
