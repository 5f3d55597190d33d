"""Numbers in words, by region, and words back to numbers (which proves the reading)."""

import re
from typing import Literal

Region = Literal["bac", "trung", "nam"]

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
THOUSAND: dict[Region, str] = {"bac": "nghìn", "trung": "nghìn", "nam": "ngàn"}
ODD: dict[Region, str] = {"bac": "linh", "trung": "lẻ", "nam": "lẻ"}
FOUR_AFTER_TENS: dict[Region, str] = {"bac": "tư", "trung": "bốn", "nam": "bốn"}
LONGEST = 18
"""Digits that are still said as a number; longer runs are said digit by digit."""


def below_thousand(n: int, region: Region, *, full: bool = False) -> str:
    """0 … 999. `full`: inside a larger number, where hundreds are said even if none (005: không trăm linh năm)."""
    hundreds, rest = divmod(n, 100)
    tens, ones = divmod(rest, 10)
    words: list[str] = []
    if hundreds or full:
        words += [DIGITS[hundreds], "trăm"]
    if tens == 0:
        if ones:
            words += [ODD[region], DIGITS[ones]] if words else [DIGITS[ones]]
        elif not words:
            words = ["không"]
        return " ".join(words)
    words += ["mười"] if tens == 1 else [DIGITS[tens], "mươi"]
    if ones == 5:
        words.append("lăm")
    elif ones == 1 and tens > 1:
        words.append("mốt")
    elif ones == 4 and tens > 1:
        words.append(FOUR_AFTER_TENS[region])
    elif ones:
        words.append(DIGITS[ones])
    return " ".join(words)


def cardinal(n: int, region: Region = "bac") -> str:
    """A whole number of at most 18 digits. Raises ValueError beyond."""
    if n < 0:
        return f"âm {cardinal(-n, region)}"
    if n >= 10**LONGEST:
        raise ValueError(n)
    if n < 1000:
        return below_thousand(n, region)
    billions, rest = divmod(n, 10**9)
    words = [cardinal(billions, region), "tỷ"] if billions else []
    for size, name in ((10**6, "triệu"), (1000, THOUSAND[region]), (1, "")):
        group, rest = divmod(rest, size)
        if group:
            words.append(below_thousand(group, region, full=bool(words)))
            if name:
                words.append(name)
    return " ".join(words)


def digit_by_digit(digits: str) -> str:
    """Codes and telephone numbers: each digit by its name."""
    return " ".join([DIGITS[int(digit)] for digit in digits])


def whole(digits: str, region: Region) -> str:
    """A run of digits as a count: a leading zero is dropped (02 → hai), an over-long run said digit by digit."""
    return cardinal(int(digits), region) if len(digits) <= LONGEST else digit_by_digit(digits)


def decimal(whole_part: str, fraction: str, region: Region, point: str = "phẩy") -> str:
    """3,5 → ba phẩy năm; 7,05 → bảy phẩy không năm; 2,75 → hai phẩy bảy mươi lăm; longer fractions digit by digit."""
    as_number = len(fraction) == 2 and fraction[0] != "0"
    said = cardinal(int(fraction), region) if as_number else digit_by_digit(fraction)
    return f"{whole(whole_part, region)} {point} {said}"


_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
ROMAN = re.compile(r"(?=[IVXLC])(?:C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")


def roman(text: str) -> int:
    """The value of a Roman numeral in capitals."""
    total = 0
    for this, following in zip(text, [*text[1:], "I"], strict=True):
        total += -_ROMAN[this] if _ROMAN[this] < _ROMAN[following] else _ROMAN[this]
    return total
