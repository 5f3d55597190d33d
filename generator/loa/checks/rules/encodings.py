"""Text typed in TCVN3 (ABC) or VNI, which fonts such as .VnTime and VNI-Times drew as Vietnamese, as Unicode."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from loa.checks.text import Hit, Text
from loa.checks.words import lexicon as syl
from loa.i18n import _

# TCVN 5712:1993, its third table, as Windows shows the bytes. Capitals with a tone are drawn by another font.
_TCVN3 = str.maketrans(
    "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊË®ÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\u00adõö÷øùúûüýþ¡¢£¤¥¦§",
    "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵĂÂÊÔƠƯĐ",
)
# VNI for Windows: a letter, and after it one for its hat and tone.
_TONES = dict(zip("ùøûõï", "\u0301\u0300\u0309\u0303\u0323", strict=True))
_HATS = {"â": "\u0302", "ê": "\u0306"}
_HATS |= {mark: f"\u0302{tone}" for mark, tone in zip("áàåãä", _TONES.values(), strict=True)}
_HATS |= {mark: f"\u0306{tone}" for mark, tone in zip("éèúüë", _TONES.values(), strict=True)}
_VNI: dict[str, str] = {"ô": "ơ", "ö": "ư", "ñ": "đ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
_VNI |= {letter + mark: letter + tone for letter in "aeouy" for mark, tone in _TONES.items()}
_VNI |= {letter + mark: letter + hat for letter in "aeo" for mark, hat in _HATS.items()}
_VNI |= {horned + mark: _VNI[horned] + tone for horned in "ôö" for mark, tone in _TONES.items()}
_VNI |= {key.upper(): value.upper() for key, value in _VNI.items()}
_VNI_LETTERS = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))
_WORD = re.compile(r"[^\s\d.,:;!?()\[\]/“”\"]+")
_ENOUGH = 3  # words that only the old encoding explains, before a paragraph is taken for one


def encodings(text: Text) -> Iterator[Hit]:
    """Each paragraph that is Vietnamese only when its letters are taken for those of an old encoding."""
    for start, end, _heading, _item in text.spans:
        found = _encoding(text.composed[start:end])
        if found is not None:
            name, code, replacement = found
            message = _("This paragraph is typed in {name}, not in Unicode.").format(name=name)
            fix = _("Convert it with UniKey, or: loa check --fix")
            yield Hit(start, end, code, message, fix, replacement=replacement)


@lru_cache(maxsize=20_000)
def _encoding(letters: str) -> tuple[str, str, str] | None:
    """The old encoding that explains a paragraph: its name, the code of the finding, the text in Unicode."""
    if letters.isascii():
        return None
    for name, code, convert in (("TCVN3 (ABC)", "encoding.tcvn3", from_tcvn3), ("VNI", "encoding.vni", from_vni)):
        replacement = convert(letters)
        if explains(letters, replacement):
            return name, code, replacement
    return None


def from_tcvn3(text: str) -> str:
    """`th«ng b¸o` → "thông báo"."""
    return text.translate(_TCVN3)


def from_vni(text: str) -> str:
    """`thoâng baùo` → "thông báo"."""
    return unicodedata.normalize("NFC", _VNI_LETTERS.sub(lambda m: _VNI[m.group()], text))


def explains(letters: str, replacement: str, enough: int = _ENOUGH) -> bool:
    """Whether reading `letters` as the old encoding makes Vietnamese of words that are none, and breaks few.

    `enough`: how many words at least.
    """
    pairs = zip(_WORD.findall(letters), _WORD.findall(replacement), strict=False)
    changed = [(syl.normal(before), syl.normal(after)) for before, after in pairs if before != after]
    made = sum(after in syl.syllables() and before not in syl.syllables() for before, after in changed)
    lost = sum(before in syl.syllables() and after not in syl.syllables() for before, after in changed)
    return made >= enough and made > 4 * lost
