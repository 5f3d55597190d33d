"""Names of letters, for text that is spelt out."""

import re

from loa.normalizer.numbers import Region, cardinal, digit_by_digit
from loa.normalizer.tables import abbreviations
from loa.normalizer.unicode import repair
from loa.text import toneless

NAMES = {
    **dict(
        zip(
            "abcdđeêghiklmnoôơpqrstuưvxy",
            [
                "a",
                "bê",
                "xê",
                "đê",
                "đê",
                "e",
                "ê",
                "gờ",
                "hát",
                "i",
                "ca",
                "lờ",
                "em",
                "en",
                "o",
                "ô",
                "ơ",
                "pê",
                "quy",
                "rờ",
                "ét",
                "tê",
                "u",
                "ư",
                "vê",
                "ích",
                "y",
            ],
            strict=True,
        )
    ),
    "ă": "á",
    "â": "ớ",
    "f": "ép",
    "j": "gi",
    "w": "vê kép",
    "z": "dét",
}
NAMES["l"] = "lờ"
POINTS = NAMES | {"d": "dê", "đ": "đê"}
"""Letters of "điểm a, b, c, d, đ": here d and đ must differ."""


def spell(text: str) -> str:
    """Letters by their names, digits one by one; other characters are left out."""
    words = []
    for part in re.findall(r"\d+|[^\W\d_]", text):
        words.append(digit_by_digit(part) if part[0].isdecimal() else letter(part))
    return " ".join(word for word in words if word)


_POINTS = {".": "chấm", ",": "phẩy"}


def spell_code(text: str, region: Region) -> str:
    """Letters by their names, runs of digits as numbers unless they begin with 0: ST25, QL1A, PC06."""
    words = []
    for part in re.findall(r"\d+|[^\W\d_]|(?<=\d)[.,](?=\d)", text):
        if part in _POINTS:
            words.append(_POINTS[part])
        elif not part[0].isdecimal():
            words.append(letter(part))
        elif part[0] == "0" or len(part) > 4:
            words.append(digit_by_digit(part))
        else:
            words.append(cardinal(int(part), region))
    return " ".join(word for word in words if word)


def letter(character: str) -> str:
    """The name of one letter; "" if it has none here."""
    character = character.lower()
    return NAMES.get(character) or NAMES.get(toneless(character), "")


def latin(word: str) -> str:
    """A foreign word as it stands, in letters that Vietnamese voices know; other scripts are left out."""
    if word.isascii():
        return word
    kept = "".join(c if c in _VIETNAMESE else toneless(c) for c in word.lower())
    kept = repair("".join(c for c in kept if c in _VIETNAMESE)).text
    return NAMES.get(kept, kept) if len(kept) == 1 else abbreviations().get(kept, kept)


_VIETNAMESE = frozenset("abcdefghijklmnopqrstuvwxyzàáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ")
