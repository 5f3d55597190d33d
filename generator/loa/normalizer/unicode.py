"""Unicode repair: brings typed or pasted text into one plain form and maps each character to its original offset.

Composed letters (NFC), no invisible characters, plain spaces, one placement of tone marks (hòa, thúy, ủy), and
ASCII for full-width and look-alike digits, letters and dashes.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
)
_MARKS = "\u0300-\u036f\u1ab0-\u1aff"
# Characters whose repair changes the length of the text: only such text pays for the careful road.
_ODD = re.compile(rf"[{_INVISIBLE}{_MARKS}\u2160-\u217f\ufb00-\ufb06\uff01-\uff5e]")
_DROP = re.compile(rf"[{_INVISIBLE}]")
_WIDE = re.compile("[\u2160-\u217f\ufb00-\ufb06\uff01-\uff5e]")
_CLUSTER = re.compile(rf"[^{_MARKS}]?[{_MARKS}]+|[{_INVISIBLE}\u2160-\u217f\ufb00-\ufb06\uff01-\uff5e]")
_ONE_FOR_ONE = str.maketrans(
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
    "\u2010\u2011\u2012\u2212\u00d0\u0189\u2018\u2019\u201c\u201d\u2032\u2033",
    " " * 16 + "----ĐĐ''\"\"'\"",
)
_OLD_TONE = re.compile(r"([oO])([àáảãạèéẻẽẹÀÁẢÃẠÈÉẺẼẸ])(?![^\W\d_])|(?<![qQ])([uU])([ỳýỷỹỵỲÝỶỸỴ])(?![^\W\d_])")


@dataclass(frozen=True, slots=True)
class Repaired:
    """Repaired `text`; `origin[i]` is the offset in the given text of character i, `origin[len(text)]` its length.

    `origin` is None where every character stands where it stood.
    """

    text: str
    origin: Sequence[int] | None

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Convert a span of the repaired text into a span of the original."""
        if self.origin is None:
            return start, end
        return self.origin[start], self.origin[end]


def repair(text: str) -> Repaired:
    """Repair `text`; the result also maps each offset back to the original."""
    origin: list[int] | None = None
    if _ODD.search(text) or not unicodedata.is_normalized("NFC", text):
        text, origin = _recompose(text)
    return Repaired(one_tone_place(text.translate(_ONE_FOR_ONE)), origin)


def one_tone_place(text: str) -> str:
    """NFC `text` with the tone marks of oa, oe, uy where the newer of two school traditions has them: hoà → hòa."""
    return _OLD_TONE.sub(_move_tone, text)


def _recompose(text: str) -> tuple[str, list[int]]:
    out: list[str] = []
    origin: list[int] = []
    done = 0
    for match in _CLUSTER.finditer(text):
        _copy(text, done, match.start(), out, origin)
        # A run of marks is bounded: beyond a few they are noise, and sorting them would cost more than linear time.
        cluster = _DROP.sub("", unicodedata.normalize("NFC", match[0][:8]))
        if _WIDE.match(cluster):
            cluster = unicodedata.normalize("NFKC", cluster)
        out.append(cluster)
        origin += [match.start()] * len(cluster)
        done = match.end()
    _copy(text, done, len(text), out, origin)
    origin.append(len(text))
    return "".join(out), origin


def _copy(text: str, start: int, end: int, out: list[str], origin: list[int]) -> None:
    """Copy a stretch without combining marks, composing single letters such as Å."""
    stretch = text[start:end]
    if unicodedata.is_normalized("NFC", stretch):
        out.append(stretch)
        origin += range(start, end)
        return
    for place, character in enumerate(stretch, start):
        composed = unicodedata.normalize("NFC", character)
        out.append(composed)
        origin += [place] * len(composed)


_WITH_TONE = {
    **dict(zip("àáảãạèéẻẽẹỳýỷỹỵ", "aaaaaeeeeeyyyyy", strict=True)),
    **dict(zip("ÀÁẢÃẠÈÉẺẼẸỲÝỶỸỴ", "AAAAAEEEEEYYYYY", strict=True)),
}
_TONES = "\u0300\u0301\u0309\u0303\u0323"
_FIRST = {f"{vowel}{mark}": unicodedata.normalize("NFC", vowel + mark) for vowel in "oOuU" for mark in _TONES}


def _move_tone(match: re.Match[str]) -> str:
    """Old placement to new: oà → òa, uỷ → ủy."""
    first, second = (match[1], match[2]) if match[1] else (match[3], match[4])
    mark = unicodedata.normalize("NFD", second)[1]
    return _FIRST[first + mark] + _WITH_TONE[second]
