"""Letters of Vietnamese, and names without their marks: slugs for files and campaigns, keys for look-ups."""

import re
import unicodedata

_MARKED = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
LOWER = f"a-z{_MARKED}"
"""Small letters for a character class; a range like à-ỹ would take in capitals too."""
UPPER = f"A-Z{_MARKED.upper()}"
"""Capital letters for a character class."""


_BREAKS = dict.fromkeys(map(ord, "\x0b\x0c\x85\u2028\u2029"), " ")
_UNFIT = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # control characters: XML has none
    "\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\U000e0000-\U000e007f"  # what turns or hides
    "\ud800-\udfff\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff"  # halves of characters, and what is none
    "\ue000-\uf8ff\U000f0000-\U0010ffff"  # private use: articles and pages mark places with some of these
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 15))
    + "]"
)


def printable(text: str) -> str:
    """Return `text` without the characters that a page, a document or a feed cannot hold, or that nobody sees.

    Separators of lines and pages become spaces; LF, CR and tab stay, and so do letters and signs of every script.
    """
    return _UNFIT.sub("", text.translate(_BREAKS))


def nfc(text: str) -> str:
    """Return `text` in Unicode form NFC, without characters that a page, a document or a feed cannot hold."""
    return unicodedata.normalize("NFC", printable(text))


def toneless(text: str) -> str:
    """Return `text` without any diacritic: đường → duong, Bến → Ben."""
    letters = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join([letter for letter in letters if not unicodedata.combining(letter)])


def slug(text: str, longest: int = 60) -> str:
    """Return the slug of `text`, at most `longest` characters: `Phòng, chống lừa đảo` → "phong-chong-lua-dao".

    Returns "" if `text` has no letter or digit.
    """
    return "-".join(re.findall(r"[a-z0-9]+", toneless(text.lower())))[:longest].strip("-")


def free_slug(text: str, taken: set[str]) -> str:
    """Return a slug that is not in `taken`: a second one ends in `-2`. A text without letters gives "muc"."""
    first = slug(text) or "muc"
    number, found = 1, first
    while found in taken:
        number += 1
        found = f"{first}-{number}"
    return found
