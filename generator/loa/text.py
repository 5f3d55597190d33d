"""Remove the marks from Vietnamese names, to make slugs for files and campaigns and keys for look-ups."""

import re
import unicodedata


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
