"""Vietnamese names without their marks: short names for files and campaigns, keys to look names up by."""

import re
import unicodedata


def toneless(text: str) -> str:
    """`text` without any mark: đường → duong, Bến → Ben."""
    letters = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join([letter for letter in letters if not unicodedata.combining(letter)])


def slug(text: str, longest: int = 60) -> str:
    """`Phòng, chống lừa đảo` → "phong-chong-lua-dao", of at most `longest` characters; "" where there is no letter."""
    return "-".join(re.findall(r"[a-z0-9]+", toneless(text.lower())))[:longest].strip("-")


def free_slug(text: str, taken: set[str]) -> str:
    """A slug that is not in `taken`: the second of a kind ends in `-2`; "muc" where `text` has no letter."""
    first = slug(text) or "muc"
    number, found = 1, first
    while found in taken:
        number += 1
        found = f"{first}-{number}"
    return found
