"""Names of places as keys for looking them up, and as file names."""

import re
import unicodedata
from functools import lru_cache

from generator.vietnamese.repair import one_tone_place

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
    same = one_tone_place(unicodedata.normalize("NFC", name.casefold()))
    return " ".join(same.replace("-", " ").replace("'", " ").split())
