"""Vietnam's administrative units, of today and before 2025-07-01, from `units.tsv` (made by scripts/make_units.py).

Names are not unique: they repeat across provinces. Find a unit by its code, or by its name, province and day.
The older table holds the units of 2025-06-30; communes that were merged before that day are not in it.
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
    """Return the name without its kind: `TP. Hồ Chí Minh` → `Hồ Chí Minh`."""
    name = unicodedata.normalize("NFC", name.strip())
    kind = _KIND.match(name)
    return name[kind.end() :] if kind else name


@lru_cache(maxsize=20_000)
def fold(name: str) -> str:
    """Return one key for all spellings of a name: case, Unicode form, hyphens, place of the tone mark (Hoà, Hòa)."""
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
    "search",
]

NEW_UNITS = date(2025, 7, 1)  # Luật số 72/2025/QH15; 34 provinces, no districts
Era = Literal["old", "new"]
# Host labels that differ from the province's name without marks.
_LABELS = {
    "Hồ Chí Minh": ("hochiminhcity", "tphcm"),
    "Bà Rịa - Vũng Tàu": ("baria-vungtau", "bariavungtau"),
    "Thừa Thiên Huế": ("hue",),
}


_SHORT = {"hcm": "Hồ Chí Minh", "sài gòn": "Hồ Chí Minh", "thừa thiên huế": "Huế"}


@dataclass(frozen=True, slots=True)
class Province:
    """A province, or a city under the central government."""

    code: int
    kind: str
    name: str
    into: tuple[int, ...]  # for a unit before 2025-07-01: the codes of today's provinces

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
    into: tuple[int, ...]  # for a unit before 2025-07-01: the codes of today's communes


@dataclass(frozen=True, slots=True)
class _Units:
    provinces: dict[int, Province]
    districts: dict[int, District]
    communes: dict[int, Commune]
    by_name: dict[str, tuple[Commune, ...]]


def provinces(day: date) -> tuple[Province, ...]:
    """Return the provinces that exist on `day`."""
    return tuple(_units(_era(day)).provinces.values())


def province(name: str, day: date) -> Province | None:
    """Return the province called `name` (with or without its kind) on `day`; None if there is none."""
    wanted = fold(bare(name))
    wanted = fold(_SHORT.get(wanted, wanted))
    return next((p for p in provinces(day) if fold(p.name) == wanted), None)


def district(name: str, province_code: int) -> District | None:
    """Return a district of a province as of 2025-06-30; None if there is none of that name."""
    return next(
        (d for d in _units("old").districts.values() if d.province == province_code and fold(d.name) == fold(name)),
        None,
    )


def communes(name: str, day: date, province_name: str | None = None) -> tuple[Commune, ...]:
    """Return the communes called `name` on `day`, in one province or in all."""
    found = _units(_era(day)).by_name.get(fold(name), ())
    if province_name is None:
        return found
    of = province(province_name, day)
    return tuple(c for c in found if of and c.province == of.code)


def search(words: str, day: date, limit: int = 30) -> tuple[Commune, ...]:
    """Return the communes of `day` whose name, or name and province, hold all of `words`, with or without marks; those
    that begin with them first.
    """
    wanted = slug(words).split("-")
    if wanted == [""]:
        return ()
    units, found = _units(_era(day)), []
    for unit in units.communes.values():
        name, province_ = _plain(unit.name), _plain(units.provinces[unit.province].name)
        if all(word in f"{name}-{province_}-{_plain(unit.kind)}" for word in wanted):
            found.append((not name.startswith(wanted[0]), wanted[0] not in name, len(name), unit.code, unit))
    return tuple(unit for *_order, unit in sorted(found)[:limit])


@lru_cache(maxsize=20_000)
def _plain(name: str) -> str:
    return slug(name)


def commune(code: int) -> Commune | None:
    """Return today's commune with this official code; None if there is none."""
    return _units("new").communes.get(code)


def of_province(code: int, day: date) -> tuple[Commune, ...]:
    """Return the communes of the province with this code on `day`."""
    return tuple(c for c in _units(_era(day)).communes.values() if c.province == code)


def former(code: int) -> tuple[Commune, ...]:
    """Return the communes before 2025-07-01 that became, in whole or in part, today's commune `code`."""
    return tuple(c for c in _units("old").communes.values() if code in c.into)


def province_of(unit: Commune, day: date) -> Province:
    """Return the province that `unit` belongs to on `day`."""
    return _units(_era(day)).provinces[unit.province]


@cache
def related(name: str) -> frozenset[str]:
    """Return the name of a province, of the provinces that it was made from, and of those that it became part of."""
    names = {name}
    for old in _units("old").provinces.values():
        joined = {old.name, *(_units("new").provinces[code].name for code in old.into)}
        if fold(name) in {fold(n) for n in joined}:
            names |= joined
    return frozenset(names)


@cache
def host_labels() -> dict[str, str]:
    """Return the host labels under gov.vn of all provinces, old and new: {"quangtri": "Quảng Trị", ...}."""
    found: dict[str, str] = {}
    for era in ("old", "new"):
        for unit in _units(era).provinces.values():
            found.setdefault(slug(unit.name).replace("-", ""), unit.name)
            for label in _LABELS.get(unit.name, ()):
                found.setdefault(label, unit.name)
    return found


@cache
def town_names() -> frozenset[str]:
    """Return the names of cities under a province (until 2025-06-30) that are not names of provinces too."""
    central = {p.name for p in _units("new").provinces.values()}
    return frozenset(
        d.name for d in _units("old").districts.values() if d.kind == "thành phố" and d.name not in central
    )


@cache
def unit_names() -> dict[str, str]:
    """Return the names of all units of today and of 2025-06-30, by their keys: `bến hải` → `Bến Hải`."""
    eras = [_units(era) for era in ("old", "new")]
    return {
        fold(unit.name): unit.name
        for era in eras
        for units in (era.communes, era.districts, era.provinces)
        for unit in units.values()
    }


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
