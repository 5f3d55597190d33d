"""Letters of Vietnamese, and names without their marks: slugs for files and campaigns, keys for look-ups."""

import re
import unicodedata

_MARKED = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
LOWER = f"a-z{_MARKED}"
"""Small letters for a character class; a range like à-ỹ would take in capitals too."""
UPPER = f"A-Z{_MARKED.upper()}"
"""Capital letters for a character class."""


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
