"""Vietnam's units, today's and those before 2025-07-01, from `units.tsv` (see scripts/make_units.py for its source).

Names are no keys: they repeat across provinces. A unit is found by its code, or by name within a province on a day.
The older table holds the units as they were on 2025-06-30; communes that merged before that day are not in it.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from loa.normalizer.unicode import one_tone_place
from loa.text import slug

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


__all__ = [
    "NEW_UNITS",
    "Commune",
    "Province",
    "commune",
    "communes",
    "district",
    "former",
    "host_labels",
    "province",
    "provinces",
]

NEW_UNITS = date(2025, 7, 1)  # Luật số 72/2025/QH15; 34 provinces, no districts
Era = Literal["old", "new"]
# Hosts whose label is not the province's name without marks.
_LABELS = {
    "Hồ Chí Minh": ("hochiminhcity", "tphcm"),
    "Bà Rịa - Vũng Tàu": ("baria-vungtau", "bariavungtau"),
    "Thừa Thiên Huế": ("hue",),
}


_SHORT = {"hcm": "Hồ Chí Minh", "sài gòn": "Hồ Chí Minh", "thừa thiên huế": "Huế"}


@dataclass(frozen=True, slots=True)
class Province:
    """A province or a city under the central government."""

    code: int
    kind: str
    name: str
    into: tuple[int, ...]  # for one before 2025-07-01: the codes of today's provinces

    @property
    def full(self) -> str:
        """`tỉnh Quảng Trị`, `thành phố Huế`."""
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class District:
    """A district before 2025-07-01."""

    code: int
    kind: str
    name: str
    province: int


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune, ward, township or special zone."""

    code: int
    kind: str
    name: str
    province: int
    district: int | None  # before 2025-07-01
    into: tuple[int, ...]  # for one before 2025-07-01: the codes of today's communes


@dataclass(frozen=True, slots=True)
class _Units:
    provinces: dict[int, Province]
    districts: dict[int, District]
    communes: dict[int, Commune]
    by_name: dict[str, tuple[Commune, ...]]


def provinces(day: date) -> tuple[Province, ...]:
    """The provinces of `day`."""
    return tuple(_units(_era(day)).provinces.values())


def province(name: str, day: date) -> Province | None:
    """The province called `name` (with or without its kind) on `day`."""
    wanted = fold(bare(name))
    wanted = fold(_SHORT.get(wanted, wanted))
    return next((p for p in provinces(day) if fold(p.name) == wanted), None)


def district(name: str, province_code: int) -> District | None:
    """The district of a province that stood until 2025-06-30."""
    return next(
        (d for d in _units("old").districts.values() if d.province == province_code and fold(d.name) == fold(name)),
        None,
    )


def communes(name: str, day: date, province_name: str | None = None) -> tuple[Commune, ...]:
    """The communes called `name` on `day`, of one province or of all."""
    found = _units(_era(day)).by_name.get(fold(name), ())
    if province_name is None:
        return found
    of = province(province_name, day)
    return tuple(c for c in found if of and c.province == of.code)


def commune(code: int) -> Commune | None:
    """Today's commune with that official code."""
    return _units("new").communes.get(code)


def of_province(code: int, day: date) -> tuple[Commune, ...]:
    """The communes of the province `code` on `day`."""
    return tuple(c for c in _units(_era(day)).communes.values() if c.province == code)


def former(code: int) -> tuple[Commune, ...]:
    """The communes before 2025-07-01 that went, whole or in part, into today's commune `code`."""
    return tuple(c for c in _units("old").communes.values() if code in c.into)


def province_of(unit: Commune, day: date) -> Province:
    """The province that `unit` lies in on `day`."""
    return _units(_era(day)).provinces[unit.province]


@cache
def related(name: str) -> frozenset[str]:
    """The names of a province, of those it came from, and of those it went into."""
    names = {name}
    for old in _units("old").provinces.values():
        joined = {old.name, *(_units("new").provinces[code].name for code in old.into)}
        if fold(name) in {fold(n) for n in joined}:
            names |= joined
    return frozenset(names)


@cache
def host_labels() -> dict[str, str]:
    """The labels under gov.vn that belong to provinces, old and new: {"quangtri": "Quảng Trị", ...}."""
    found: dict[str, str] = {}
    for era in ("old", "new"):
        for unit in _units(era).provinces.values():
            found.setdefault(slug(unit.name).replace("-", ""), unit.name)
            for label in _LABELS.get(unit.name, ()):
                found.setdefault(label, unit.name)
    return found


@cache
def town_names() -> frozenset[str]:
    """Names of cities under a province (until 2025-06-30) that are not provinces' names as well."""
    central = {p.name for p in _units("new").provinces.values()}
    return frozenset(
        d.name for d in _units("old").districts.values() if d.kind == "thành phố" and d.name not in central
    )


def _era(day: date) -> Era:
    return "new" if day >= NEW_UNITS else "old"


@cache
def _units(era: Era) -> _Units:
    rows = [line.split("\t") for line in Path(__file__).with_name("units.tsv").read_text("utf-8").splitlines()]
    provinces_: dict[int, Province] = {}
    districts: dict[int, District] = {}
    communes_: dict[int, Commune] = {}
    by_name: dict[str, list[Commune]] = {}
    for row in rows:
        if row[0] != era:
            continue
        _row_era, level, code, parent, kind, name, becomes = row
        into = tuple(int(c) for c in becomes.split(",") if c)
        if level == "P":
            provinces_[int(code)] = Province(int(code), kind, name, into)
        elif level == "D":
            districts[int(code)] = District(int(code), kind, name, int(parent))
        else:
            of = districts.get(int(parent))
            unit = Commune(int(code), kind, name, of.province if of else int(parent), of.code if of else None, into)
            communes_[unit.code] = unit
            by_name.setdefault(fold(name), []).append(unit)
    return _Units(provinces_, districts, communes_, {key: tuple(value) for key, value in by_name.items()})
