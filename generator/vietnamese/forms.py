"""A form for the microphone that templates ask for: an address, then slowly once more.

It is plain words: reading it again changes nothing.
"""

from generator.vietnamese.decide import read
from generator.vietnamese.numbers import Region


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
