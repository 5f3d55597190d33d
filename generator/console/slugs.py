"""Short names for files and campaigns, made from Vietnamese titles."""

import re
import unicodedata


def slug(text: str, longest: int = 50) -> str:
    """`Phòng, chống lừa đảo` becomes `phong-chong-lua-dao`."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    plain = re.sub(r"[^a-z0-9]+", "-", "".join(c for c in plain if not unicodedata.combining(c))).strip("-")
    return plain[:longest].strip("-") or "muc"


def free_slug(text: str, taken: set[str]) -> str:
    """A slug that is not in `taken`: the second of a kind ends in `-2`."""
    first = slug(text)
    number, found = 1, first
    while found in taken:
        number += 1
        found = f"{first}-{number}"
    return found
