"""Letters of every origin as Unicode: old encodings of Vietnamese, files of old programs, letters in two parts."""

import codecs
import re
import unicodedata
from collections.abc import Callable, Sequence

from loa.checks.rules.encodings import explains, from_tcvn3, from_vni
from loa.checks.words.lexicon import is_pair, syllables
from loa.normalizer.tables import abbreviations
from loa.text import UPPER, printable

_KEYCAP = re.compile("(\\d)\ufe0f?\u20e3 ?")  # a number as a picture of a key
_SPACED = re.compile(rf"(?<![\w])[{UPPER}](?:[ \u00a0]{{1,4}}[{UPPER}\d]){{3,}}(?![\w])")
_SPACED_NUMBER = re.compile(rf"^\s*((?:[IVX][ \u00a0]+){{1,5}})\.[ \u00a0]*(?=[{UPPER}][ \u00a0]+[{UPPER}][ \u00a0])")
_ENOUGH = 5  # words of a document that only an old encoding explains


def decode(content: bytes) -> str | None:
    """The text of a file: UTF-8, UTF-16 with its mark, or Vietnamese of old Windows programs; None where it is none."""
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return _or_none(content, name)
    text = _or_none(content, "utf-8")
    if text is not None:
        return None if "\0" in text else text
    if b"\0" in content:
        return None
    raw = content.decode("cp1252", "replace") if b"\xad" not in content else content.decode("latin-1")
    if _converter([raw]):
        return raw  # `modern` converts it
    vietnamese = _or_none(content, "cp1258")
    composed = unicodedata.normalize("NFC", vietnamese) if vietnamese else None
    return composed if composed and explains(raw, composed, _ENOUGH) else None


def _or_none(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def modern(texts: Sequence[str]) -> list[str]:
    """Each text in NFC, out of TCVN3 or VNI where the document is typed in it, without what nobody sees."""
    convert = _converter(texts)
    made = []
    for text in texts:
        if convert:
            replacement = convert(text)
            if replacement != text and not explains(replacement, text, 1):
                text = "\n".join(map(_as_drawn, replacement.split("\n")))
        text = unicodedata.normalize("NFC", printable(_KEYCAP.sub(r"\1. ", text)))
        text = _SPACED_NUMBER.sub(lambda m: f"{''.join(m[1].split())}. ", text)
        closed = _SPACED.sub(lambda m: _closed(m.group()), text)
        made.append(closed if closed == text else re.sub(r" +(?=[,;:])", "", closed))
    return made


def _as_drawn(line: str) -> str:
    """Capitals of TCVN3 are small letters in a font of capitals: “UBND Xã TâN HưNG” was drawn all in capitals."""
    plain = [letter for letter in line if letter.isascii() and letter.isalpha()]
    return line.upper() if len(plain) > 3 and all(map(str.isupper, plain)) else line


def _closed(spaced: str) -> str:
    """`T H Ô N G   B Á O` → `THÔNG BÁO`: by its wider gaps, else by the syllables that its letters make."""
    words = re.split(r"[ \u00a0]{2,}", spaced)
    if len(words) > 1:
        return " ".join("".join(word.split()) for word in words)
    letters = "".join(spaced.split())
    best: list[tuple[float, list[str]] | None] = [(0.0, [])]
    for end in range(1, len(letters) + 1):
        ways = [
            (above[0] + _cost(above[1], letters[start:end]), [*above[1], letters[start:end]])
            for start in range(max(0, end - 7), end)
            if (above := best[start]) is not None and _can_be(letters[start:end])
        ]
        best.append(min(ways, key=lambda way: way[0], default=None))
    return " ".join(best[-1][1] if best[-1] else [spaced])


def _can_be(word: str) -> bool:
    """Whether letters may be a word: a syllable, a number, or an abbreviation that is known."""
    return word.lower() in syllables() or word.isdigit() or (len(word) > 1 and word in abbreviations())


def _cost(words: Sequence[str], word: str) -> float:
    """Few syllables are likelier than many; two that are a word together, likelier than others (“thực hiện”)."""
    if word.isdigit() and words and words[-1].isdigit():
        return 3.0
    return 0.4 if words and is_pair(words[-1].lower(), word.lower()) else 1.0


def _converter(texts: Sequence[str]) -> Callable[[str], str] | None:
    """What makes Unicode of the document's old encoding; None where it has none."""
    whole = " ".join(texts)
    if whole.isascii():
        return None
    return next((convert for convert in (from_tcvn3, from_vni) if explains(whole, convert(whole), _ENOUGH)), None)
