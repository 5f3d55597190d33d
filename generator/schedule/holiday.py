"""Vietnam's public holidays, the lunar ones and the days off in lieu among them, from the `holidays` package.

Dates after the current year are computed from the Labour Code (Điều 112); the Government may still move days in
lieu, so an officer who knows better writes the dates themselves.
"""

import datetime
from functools import lru_cache

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


@lru_cache(maxsize=64)
def _of_year(year: int) -> dict[datetime.date, str]:
    import holidays as holidays_package  # takes a tenth of a second to load, and most schedules name no holiday

    found = holidays_package.country_holidays("VN", years=year, language="vi")
    return {day: name for day, name in found.items() if day.year == year}


def is_holiday(day: datetime.date, name: str = "holidays") -> bool:
    """Whether `day` is a public holiday, or the one called `name` (one of `NAMES`), days in lieu included."""
    return day in _days_of(name, day.year)


def title(day: datetime.date) -> str | None:
    """The holiday's Vietnamese name, or None on other days."""
    return _of_year(day.year).get(day)
