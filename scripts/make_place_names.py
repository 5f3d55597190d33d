"""Write generator/loa/normalizer/data/places.txt: names of places with their tone marks, for host names and mail names.

Usage: python scripts/make_place_names.py DIVISIONS.json [...]   (nested-divisions.json of the PyPI package
vietnam-provinces;
version 0.6.0 holds the 63 provinces with districts of before July 2025, version 2025.8 and later the 34 of today).
Where two names lose their difference with the tone marks, the larger unit wins, then the more frequent name.
"""

import json
import re
import sys
import unicodedata
from collections import Counter
from pathlib import Path

from loa.normalizer.unicode import repair

KINDS = re.compile(r"^(Thành phố|Tỉnh|Quận|Huyện đảo|Huyện|Thị xã|Thị trấn|Phường|Xã|Đặc khu)\s+")
TARGET = Path(__file__).parent.parent / "generator/loa/normalizer/data/places.txt"


def bare(name: str) -> str:
    """`name` as it stands in a host name."""
    letters = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return re.sub(r"[^a-z]", "", letters)


def names(division: dict, level: int) -> list[tuple[str, int]]:
    """Every name below `division` with the level it stands on (0 province, 1 district, 2 commune)."""
    own = [(KINDS.sub("", division["name"]).lower(), level)]
    for key, below in (("districts", 1), ("wards", 2)):
        for child in division.get(key) or []:
            own += names(child, below)
    return own


def main() -> None:
    """Gather the names of all given files and write the table."""
    rank: Counter[tuple[str, str]] = Counter()
    for file in sys.argv[1:]:
        for province in json.loads(Path(file).read_text("utf-8")):
            for name, level in names(province, 0):
                if re.search(r"\d", name) or len(bare(name)) < 3:
                    continue
                rank[bare(name), re.sub(r"[^\w ]", " ", name)] += (1_000_000, 1_000, 1)[level]
    best: dict[str, str] = {}
    for (key, name), _count in rank.most_common():
        best.setdefault(key, repair(" ".join(name.split())).text)
    TARGET.write_text("\n".join(sorted(set(best.values()))) + "\n", "utf-8", newline="\n")


if __name__ == "__main__":
    main()
