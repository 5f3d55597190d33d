"""Forms for the microphone that templates ask for: a slowly repeated address, a number in words.

What these return is plain words: reading them again changes nothing.
"""

from generator.vietnamese.decide import read
from generator.vietnamese.numbers import Region, cardinal


def spell(address: str, region: Region = "bac") -> str:
    """An address as an announcer repeats it for somebody who writes it down: part by part, "viết liền không dấu"."""
    words = read(address, region=region).text.split()
    parts: list[list[str]] = [[]]
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word == "chấm" or (word in {"gạch", "a"} and following in {"chéo", "ngang", "dưới", "còng"}):
            parts.append([])
        parts[-1].append(word)
    slowly = ", ".join(" ".join(part) for part in parts if part)
    return f"{' '.join(words)}; xin nhắc lại, viết liền không dấu: {slowly}"


def count(number: int, region: Region = "bac") -> str:
    """A count in words: 60 → sáu mươi. Raises ValueError beyond 18 digits."""
    return cardinal(number, region)
