"""Web addresses and e-mail addresses: dots as "chấm", known words and place names with their tone marks."""

import re
from functools import lru_cache

from generator.vietnamese.letters import spell
from generator.vietnamese.numbers import digit_by_digit
from generator.vietnamese.scan import Rule, Scan
from generator.vietnamese.syllables import is_syllable
from generator.vietnamese.tables import places, table

_TOP = "vn|com|net|org|edu|gov|info|io|asia|top|xyz|app|me|tv|shop|online|site|club|cc|link|biz|mobi|pro"
_PATH = r"(?:[/?#][^\s<>\"“”,;()\[\]]{0,300})?"
URL = re.compile(r"(?:https?\s?:\s?//\s?|ftp://|www\.)(?:www\.)?([^\s<>\"“”,;()\[\]]{1,300})", re.IGNORECASE)
MAIL = re.compile(r"(?:mailto:)?[A-Za-z0-9][\w.%+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}")
HOST = re.compile(
    rf"(?:[A-Za-z0-9-]{{1,63}}\.){{1,6}}(?:{_TOP})(?![\w-])(?:\.vn(?!\w))?(?::\d{{2,5}})?{_PATH}", re.IGNORECASE
)
_MARKS = {
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
    shown = shown.rstrip("/")
    for part in re.finditer(r"\.|[A-Za-z]+|\d+|[^\W\d_]+|.", shown):
        piece = part[0]
        if piece == ".":
            words = "chấm"
        elif piece.isdigit():
            words = digit_by_digit(piece)
        elif piece[0].isalpha():
            words = label(piece)
        else:
            words = _MARKS.get(piece, "")
        scan.say(words, offset + part.start(), offset + part.end())
    return end


def label(text: str) -> str:
    """One run of letters of an address: known words and names restored, else syllables, else as it stands."""
    return _label(text) if text.isascii() and len(text) <= 63 else text.lower()


@lru_cache(maxsize=4096)
def _label(text: str) -> str:
    lower = text.lower()
    known, spelt, names = table("hosts")["words"], table("hosts")["spell"], places()
    if lower in known:
        return str(known[lower])
    if lower in spelt:
        return str(spelt[lower])
    if lower in names:
        return names[lower]
    best: list[tuple[float, tuple[str, ...]] | None] = [(0.0, ())] + [None] * len(lower)
    for end in range(2, len(lower) + 1):
        for start in range(max(0, end - 24), end - 1):
            so_far = best[start]
            if so_far is None:
                continue
            piece = lower[start:end]
            if piece in known or (piece in spelt and start == 0):
                cost, said = 1.0, str(known.get(piece) or spelt.get(piece))
            elif len(piece) >= 4 and piece in names:
                cost, said = 1.1, names[piece]
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
    if len(lower) <= 5 and not is_syllable(lower) and (len(lower) <= 3 or not re.search("[aeiouy]", lower)):
        return spell(lower)
    return lower


def _syllables(text: str) -> str:
    """Fewest toneless syllables that make up `text`; "" if none do."""
    best: list[tuple[str, ...] | None] = [()] + [None] * len(text)
    for end in range(1, len(text) + 1):
        for start in range(max(0, end - 7), end):
            so_far = best[start]
            if so_far is None or not is_syllable(text[start:end]):
                continue
            current = best[end]
            if current is None or len(so_far) + 1 < len(current):
                best[end] = (*so_far, text[start:end])
    return " ".join(best[len(text)] or ())


RULES: tuple[Rule, ...] = ((URL, read_address), (MAIL, read_address), (HOST, read_address))
