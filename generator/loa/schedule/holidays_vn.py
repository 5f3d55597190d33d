"""Vietnam's public holidays, the lunar ones and the days off in lieu among them, from the `holidays` package.

Dates after the current year are computed from the Labour Code (Điều 112); the Government may still move days in
lieu, so an officer who knows better writes the dates themselves.
"""

import datetime
import importlib.util
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from holidays import HolidayBase

# Our short names, and a word of the package's (Vietnamese) name that tells each holiday.
_WORDS = {
    "new-year": ("Tết Dương lịch",),
    "tet": ("Tết Nguyên Đán", "29 Tết"),
    "gio-to": ("Giỗ Tổ Hùng Vương",),
    "30-4": ("Ngày Chiến thắng",),
    "1-5": ("Quốc tế Lao động",),
    "2-9": ("Quốc khánh",),
    "24-11": ("Văn hóa Việt Nam",),
}
NAMES = ("holidays", *_WORDS)
"""`holidays` is any of them."""


@lru_cache(maxsize=4096)
def _days_of(name: str, year: int) -> frozenset[datetime.date]:
    words = _WORDS.get(name)
    return frozenset(d for d, t in _of_year(year).items() if words is None or any(word in t for word in words))


def _vietnam(**options: Any) -> "HolidayBase":
    """The calendar of Vietnam, loaded alone where the package is laid out as we know it.

    Its own door, `country_holidays`, loads the calendars of 250 countries to find one: 20 MB, and a second or two on a
    small computer. Nothing is loaded before a schedule names a holiday.
    """
    import holidays  # see above; the light player is installed without it

    module = Path(holidays.__file__).with_name("countries") / "vietnam.py"
    calendar = _class_in(module) if module.is_file() else None
    found: HolidayBase = calendar(**options) if calendar else holidays.country_holidays("VN", **options)
    return found


@cache
def _class_in(module: Path) -> Any:
    spec = importlib.util.spec_from_file_location("loa.schedule._vietnam", module)
    if spec is None or spec.loader is None:
        return None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return getattr(loaded, "Vietnam", None)


@lru_cache(maxsize=64)
def _of_year(year: int) -> dict[datetime.date, str]:
    found = _vietnam(years=year, language="vi")
    return {day: name for day, name in found.items() if day.year == year}


def is_holiday(day: datetime.date, name: str = "holidays") -> bool:
    """Whether `day` is a public holiday, or the one called `name` (one of `NAMES`), days in lieu included."""
    return day in _days_of(name, day.year)
