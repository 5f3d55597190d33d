"""Web addresses and e-mail addresses: dots as "chấm", known words and place names with their tone marks."""

import re
from functools import cache, lru_cache

from loa.normalizer.abbreviations import ambiguous, foreign
from loa.normalizer.letters import latin, spell
from loa.normalizer.numbers import digit_by_digit
from loa.normalizer.scanner import Rule, Scan
from loa.normalizer.syllables import all_syllables, is_syllable
from loa.normalizer.tables import abbreviations, contexts, pairs, places, table
from loa.text import toneless

_TOP = "|".join(sorted(contexts("top"), key=len, reverse=True))
_PATH = r"(?:[/?#][^\s<>\"“”,;()\[\]]{0,300})?"
URL = re.compile(r"(?:https?\s?:\s?//\s?|ftp://|www\.)(?:www\.)?([^\s<>\"“”,;()\[\]]{1,300})", re.IGNORECASE)
MAIL = re.compile(r"(?:mailto:)?[A-Za-z0-9][\w.%+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}")
HOST = re.compile(
    rf"(?:[A-Za-z0-9-]{{1,63}}\.){{1,6}}(?:{_TOP})(?![\w-])(?:\.vn(?!\w))?(?::\d{{2,5}})?{_PATH}", re.IGNORECASE
)
_MARKS = {
    ".": "chấm",
    "/": "gạch chéo",
    "@": "a còng",
    "-": "gạch ngang",
    "_": "gạch dưới",
    "?": "hỏi chấm",
    "=": "bằng",
    "&": "và",
    "#": "thăng",
    "+": "cộng",
    "%": "phần trăm",
    ":": "hai chấm",
    "~": "ngã",
}


def read_address(scan: Scan, match: re.Match[str]) -> int | None:
    """A URL, mail address or host name, without a full stop that ends the sentence."""
    raw = match[0].rstrip(".,;:!?…'\"*>")
    if (
        "@" not in raw
        and "://" not in raw
        and not raw.lower().startswith("www.")
        and raw[0].isupper()
        and raw.count(".") == 1
        and not raw.isascii()
    ):
        return None
    end = match.start() + len(raw)
    shown = re.sub(r"^(?:https?\s?:\s?//\s?|ftp://|mailto:)?(?:www\.)?", "", raw, flags=re.IGNORECASE)
    offset = end - len(shown)
    if "@" not in shown and _unsayable(shown):
        said = "trên trang" if scan.before(match.start()).last == "chỉ" else "địa chỉ trên trang"
        scan.doubt("address.long", match.start(), end, said, confidence=0.4)
        scan.say(said, match.start(), end)
        return end
    say_parts(scan, shown.rstrip("/"), offset)
    return end


def _unsayable(shown: str) -> bool:
    """Whether nobody could write the address down from hearing it: a query, a long path, or a random code in it."""
    path = shown.partition("/")[2].rstrip("/")
    if not path:
        return False
    pieces = path.split("/")
    coded = any(
        len(piece) > 9 and "-" not in piece and re.search(r"\d", piece) and re.search(r"[A-Za-z]", piece)
        for piece in pieces
    )
    return bool(re.search(r"[?=&%]", path)) or coded or len(pieces) > 3 or len(path) > 48


def say_parts(scan: Scan, shown: str, offset: int) -> None:
    """An address without its scheme, part by part; `offset` is its place in the text."""
    at = 0
    while at < len(shown):
        hyphened = _HYPHENED.match(shown, at)
        if hyphened:
            at = _say_hyphened(scan, hyphened, offset)
            continue
        part = _PART.match(shown, at)
        assert part is not None
        piece = part[0]
        if piece.isdecimal():
            words = digit_by_digit(piece)
        elif piece[0].isalpha():
            words = _humps(piece) if re.search(r"[a-z][A-Z]", piece) else label(piece)
        else:
            words = _MARKS.get(piece, "")
        scan.say(words, offset + part.start(), offset + part.end())
        at = part.end()


def _humps(piece: str) -> str:
    """phananhHN, thongBao: each part as it would be read alone; letters at random (the code of a short link) spelt."""
    whole = label(piece)
    if whole != piece.lower() or len(piece) <= 3:
        return whole
    parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", piece)
    said = [spell(part) if part.isupper() else label(part) for part in parts]
    known = all(part.isupper() or words != part.lower() for part, words in zip(parts, said, strict=True))
    return " ".join(said) if known else spell(piece)


_UNIT_ENDS = ("xa", "phuong", "huyen", "tinh", "thixa")
"""Behind these a name of three letters is a place: ubndxayty."""
_PART = re.compile(r"(?s)[A-Za-z]+|\d+|[^\W\d_]+|.")
_HYPHENED = re.compile(r"[A-Za-z]{1,20}(?:-[A-Za-z]{1,20}){1,12}")


def _say_hyphened(scan: Scan, match: re.Match[str], offset: int) -> int:
    """tin-tuc: words of several syllables are known by their syllables together."""
    parts = list(re.finditer(r"[A-Za-z]+", match[0]))
    known, names = _known(), places()
    index = 0
    while index < len(parts):
        for count in range(min(5, len(parts) - index), 0, -1):
            joined = "".join(part[0].lower() for part in parts[index : index + count])
            found = known.get(joined) or (names.get(joined) if count > 1 else None)
            if found and len(found.split()) == count:
                said = found.split()
                break
        else:
            count, said = 1, [label(parts[index][0])]
        for part, words in zip(parts[index : index + count], said, strict=True):
            start = offset + match.start()
            if part.start():
                scan.say("gạch ngang", start + part.start() - 1, start + part.start())
            scan.say(words, start + part.start(), start + part.end())
        index += count
    return match.end()


def label(text: str) -> str:
    """One run of letters of an address: known words and names restored, else syllables, else as it stands."""
    return _label(text) if text.isascii() and len(text) <= 63 else latin(text.lower())


@lru_cache(maxsize=4096)
def _label(text: str) -> str:
    lower = text.lower()
    known, spelt, names = _known(), table("hosts")["spell"], places()
    if lower in known:
        return str(known[lower])
    if lower in spelt:
        return str(spelt[lower])
    if lower in names:
        return names[lower]
    people: dict[str, str] = table("hosts")["names"]
    best: list[tuple[float, tuple[str, ...]] | None] = [(0.0, ())] + [None] * len(lower)
    for end in range(2, len(lower) + 1):
        for start in range(max(0, end - 24), end - 1):
            so_far = best[start]
            if so_far is None:
                continue
            piece = lower[start:end]
            if piece in known or (piece in spelt and start == 0):
                cost, said = 1.0, str(known.get(piece) or spelt.get(piece))
            elif piece in names and (len(piece) >= 4 or (len(piece) == 3 and lower[:start].endswith(_UNIT_ENDS))):
                cost, said = 1.1, names[piece]
            elif (
                1 < len(piece) < 8
                and (len(piece) > 2 or start == 0)
                and (piece.upper() in abbreviations() or piece.upper() in ambiguous())
                and not re.search("[aeiouy]", piece)
            ):
                cost, said = 1.5, spell(piece)
            elif piece in people:
                cost, said = 1.6, people[piece]
            else:
                continue
            total = so_far[0] + cost
            current = best[end]
            if current is None or total < current[0]:
                best[end] = (total, (*so_far[1], said))
    whole = best[len(lower)]
    if whole is not None:
        return " ".join(whole[1])
    syllables = _syllables(lower)
    if syllables:
        return syllables
    if len(lower) <= 5 and (len(lower) <= 3 or not re.search("[aeiouy]", lower)):
        return spell(lower)
    return lower


@cache
def _known() -> dict[str, str]:
    """Words of addresses: the table's own, then the phrases (2-4 syllables) in the expansions of abbreviations."""
    phrases: dict[str, str] = {}
    for words in (*table("bodies")["bodies"].values(), *abbreviations().values()):
        syllables = [syllable for syllable in words.split() if is_syllable(syllable)]
        for size in (2, 3, 4):
            for start in range(len(syllables) - size + 1):
                part = syllables[start : start + size]
                phrases.setdefault(toneless("".join(part)), " ".join(part))
    respelt = {word: said for word, said in foreign().items() if len(word) > 3 and word.isascii() and word.isalpha()}
    listed: dict[str, str] = table("hosts")["words"]
    frequent = {key: pair for key, pair in pairs().items() if key not in places()}
    whole = {key: said for key, said in phrases.items() if key not in places()}
    return frequent | respelt | whole | listed  # a place (đức hòa) before a piece of a phrase (giáo dục hòa nhập)


@cache
def _bare() -> frozenset[str]:
    """Every syllable without its marks."""
    return frozenset(toneless(syllable) for syllable in all_syllables())


def _syllables(text: str) -> str:
    """Split `text` into as few toneless syllables as possible; "" where that is impossible."""
    bare = _bare()
    best: list[tuple[str, ...] | None] = [()] + [None] * len(text)
    for end in range(1, len(text) + 1):
        for start in range(max(0, end - 6), end):
            so_far = best[start]
            if so_far is None or text[start:end] not in bare:
                continue
            current = best[end]
            if current is None or len(so_far) + 1 < len(current):
                best[end] = (*so_far, text[start:end])
    return " ".join(best[len(text)] or ())


RULES: tuple[Rule, ...] = ((URL, read_address), (MAIL, read_address), (HOST, read_address))
