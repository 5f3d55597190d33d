"""Vietnam's public holidays, with lunar holidays and days in lieu, from the package `holidays`.

Dates after the current year are computed from the Labour Code (Điều 112). The Government may still move days in lieu;
then an officer writes the dates into the schedule.
"""

import datetime
import importlib.util
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from holidays import HolidayBase

# Our short names, and a part of the package's Vietnamese name that identifies each holiday.
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
"""`holidays` means any of them."""


@lru_cache(maxsize=4096)
def _days_of(name: str, year: int) -> frozenset[datetime.date]:
    words = _WORDS.get(name)
    return frozenset(d for d, t in _of_year(year).items() if words is None or any(word in t for word in words))


def _vietnam(**options: Any) -> "HolidayBase":
    """Return the calendar of Vietnam, loading only its module if the package has the layout that we know.

    The package's own function `country_holidays` loads the calendars of 250 countries: 20 MB, and one or two seconds on
    a small computer. Nothing is loaded until a schedule names a holiday.
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
    """Return whether `day` is the holiday called `name` (one of `NAMES`), days in lieu included."""
    return day in _days_of(name, day.year)
