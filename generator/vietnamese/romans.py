"""Roman numerals, up to a few hundred."""

import re

_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
ROMAN = re.compile(r"(?=[IVXLC])(?:C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")


def roman(text: str) -> int:
    """The value of a Roman numeral in capitals."""
    total = 0
    for this, following in zip(text, [*text[1:], "I"], strict=True):
        total += -_ROMAN[this] if _ROMAN[this] < _ROMAN[following] else _ROMAN[this]
    return total
