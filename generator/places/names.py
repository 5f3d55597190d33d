"""Names of places as keys for looking them up, and as file names."""

import re
import unicodedata
from functools import lru_cache

_OLD_PLACE = re.compile(
    "([oO])([aeAE])([\u0300\u0301\u0309\u0303\u0323])|([uU])([yY])([\u0300\u0301\u0309\u0303\u0323])"
)


_KIND = re.compile(
    r"(?:tỉnh|thành phố|thị trấn|đặc khu|phường|xã|t\.?p(?:\.\s*|\s+|(?=hcm))|[pt]\.\s*)\s*", re.IGNORECASE
)


def bare(name: str) -> str:
    """`TP. Hồ Chí Minh`, `Đặc khu Lý Sơn`: the name without its kind."""
    name = unicodedata.normalize("NFC", name.strip())
    kind = _KIND.match(name)
    return name[kind.end() :] if kind else name


@lru_cache(maxsize=20_000)
def fold(name: str) -> str:
    """One key for all ways of typing a name: case, Unicode form, hyphens, and the place of the tone (Hoà, Hòa)."""
    parts = unicodedata.normalize("NFD", name.casefold())
    parts = _OLD_PLACE.sub(lambda m: (m[1] + m[3] + m[2]) if m[1] else (m[4] + m[6] + m[5]), parts)
    return " ".join(unicodedata.normalize("NFC", parts).replace("-", " ").replace("'", " ").split())


def slug(name: str) -> str:
    """`Bến Hải` → "ben-hai"."""
    parts = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    plain = "".join(c for c in parts if not unicodedata.combining(c))
    return "-".join(re.findall(r"[a-z0-9]+", plain))
