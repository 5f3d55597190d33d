"""The text under review: what somebody wrote, and the same text in a form that rules can read.

`flat` has exactly the length of `raw` (of its composed form, where somebody typed letters in two parts): no-break
spaces and tabs are spaces in it, and Markdown's asterisks and underscores too.
"""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Literal

from loa.campaign import Unit
from loa.errors import Severity
from loa.text import UPPER

Shape = Literal["plain", "markdown", "paragraphs"]  # paragraphs: each line is a whole paragraph (.docx)
SPACES = str.maketrans(dict.fromkeys("\t\r\u00a0\u2007\u202f\u2009\u200a\u3000", " "))
_WITH_FORMATS = (range(0x3000), range(0xFE00, 0x10000), range(0x11000, 0x1E000), range(0xE0000, 0xE0100))
_FORMATS = dict.fromkeys((c for part in _WITH_FORMATS for c in part if unicodedata.category(chr(c)) == "Cf"), " ")
"""Signs that only steer, in the parts of Unicode that have any (all of it takes a fifth of a second)."""
_SPACE = re.compile(f"[{''.join(map(chr, SPACES))}]")
_MARKUP = re.compile(r"(?m)[*`]|(?<![\w])_{1,3}(?=\S)|(?<=\S)_{1,3}(?![\w])|^[ ]{0,3}#{1,6}(?= )|^>+")
_ITEM = re.compile(r"[ ]*(?:[-*+•–]|\d{1,2}[.)]|[a-zđ][.)]|[IVX]{1,4}[.)])[ ]")
_END = re.compile(r"[.!?:;…][\"”’)\]*_ ]*$")
_CELLS = re.compile(r" \| |^\| ?|\s\|$")
_ADDRESS = re.compile(
    r"(?<=\])\([^)\s]*\)|<https?://[^>\s]+>|https?://[^\s)\]>]*[\w/]|(?<![\w.+-])[\w.+-]{1,64}@[\w.-]{0,253}\w"
    r"|(?<![\w.-])(?:[\w-]{1,63}\.){1,8}(?:vn|com|net|org|info|edu)(?!\w)(?:/[^\s)\]>]*[\w/]|/)?",
    re.IGNORECASE,
)
# The place and day at the head of a document: "Thuận Lợi, ngày 10 tháng 12 năm 2025", alone or beside its number.
_DATELINE = re.compile(
    rf"(?:^|\s{{2}}|\||\t)\s*(?:[{UPPER}][^\d,;.\n]{{1,40}},)\s*ngày\s+(\d{{1,2}})(?:\s+tháng\s+|\s*/\s*)(\d{{1,2}})"
    r"(?:\s+năm\s+|\s*/\s*)((?:19|20)\d\d)[\s*_|]*$",
    re.M,
)


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph, heading or list item of the text, as rules read it."""

    text: str  # flat; no line breaks
    day: date
    heading: bool
    item: bool
    masked: str  # the same length; web addresses and mail addresses are replaced by "ａ" (a letter no rule looks for)


@lru_cache(maxsize=50_000)
def _masked(text: str) -> str:
    return _ADDRESS.sub(lambda m: "ａ" * len(m.group()), text)


def written_on(text: str) -> date | None:
    """The day that a document bears at its head; None where it bears none, or one that is no day."""
    found = _DATELINE.search(text)
    if found is None:
        return None
    try:
        return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None


@dataclass(frozen=True)
class Text:
    """A text with its day and, when known, its commune."""

    raw: str
    day: date
    shape: Shape = "plain"
    unit: Unit | None = None
    file: str | None = None

    @cached_property
    def _composed(self) -> tuple[str, list[int] | None]:
        """`raw` in NFC, and the offset in `raw` of each of its characters (None: they are the same)."""
        if unicodedata.is_normalized("NFC", self.raw):
            return self.raw, None
        text: list[str] = []
        origins: list[int] = []
        for match in re.finditer(r".[\u0300-\u036f]*", self.raw, re.DOTALL):
            letters = unicodedata.normalize("NFC", match.group())
            text.append(letters)
            origins += [match.start()] * len(letters)
        return "".join(text), [*origins, len(self.raw)]

    @property
    def composed(self) -> str:
        """The text as typed, in composed letters; offsets are those of `flat`."""
        return self._composed[0]

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(m.end() for m in re.finditer("\n", self.raw))]

    def origin(self, offset: int) -> int:
        """The offset in `raw` of the offset in `flat`."""
        origins = self._composed[1]
        return offset if origins is None else origins[offset]

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column (from 1) of the offset in `flat`."""
        at = self.origin(offset)
        row = bisect_right(self._starts, at) - 1
        return row + 1, at - self._starts[row] + 1

    def quote(self, start: int, end: int) -> str:
        """What stands in `raw` at a span of `flat`, letter for letter."""
        return self.raw[self.origin(start) : self.origin(end)]

    @cached_property
    def flat(self) -> str:
        """The text in NFC, character for character, in the form that rules read."""
        text = self._composed[0]
        if _SPACE.search(text):
            text = text.translate(SPACES)
        if self.shape == "markdown":
            text = _MARKUP.sub(lambda m: " " * len(m.group()), text)
        plain = text.replace("\n", " ").isprintable()  # no sign that only steers can be printed
        return text if plain else text.translate(_FORMATS)

    @cached_property
    def written(self) -> date | None:
        """The day at the head of the document itself, beside its place; None where it bears none."""
        return written_on(self.flat)

    @cached_property
    def spans(self) -> tuple[tuple[int, int, bool, bool], ...]:
        """Paragraphs as (start, end, heading, item); lines that go on in the next one are joined."""
        return tuple(self._paragraphs())

    @cached_property
    def passages(self) -> tuple[tuple[int, Passage], ...]:
        """Each paragraph with the offset where it starts."""
        found = []
        for start, end, heading, item in self.spans:
            text = self.flat[start:end].replace("\n", " ")
            found.append((start, Passage(text, self.day, heading, item, _masked(text))))
        return tuple(found)

    def _paragraphs(self) -> "list[tuple[int, int, bool, bool]]":
        found: list[tuple[int, int, bool, bool]] = []
        position, open_ = 0, False
        raw_lines = self._composed[0].split("\n")
        for raw, line in zip(raw_lines, self.flat.split("\n"), strict=True):
            start, position = position, position + len(line) + 1
            body = line.strip()
            row = self.shape == "markdown" and body.startswith("|")  # of a table
            if not body or set(body) <= set("|:-=_* " if row else "-=_* "):
                open_ = False
                continue
            heading = self.shape == "markdown" and raw.lstrip().startswith("#")
            item = row or bool(_ITEM.match(line)) or (self.shape == "markdown" and bool(re.match(r" *[-*+] ", raw)))
            lead = start + len(line) - len(line.lstrip())
            end = start + len(line.rstrip())
            if open_ and not item and not heading and self._goes_on(found[-1], body):
                found[-1] = (found[-1][0], end, found[-1][2], found[-1][3])
            else:
                found.append((lead, end, heading, item))
            open_ = not heading and not row
        return found

    def _goes_on(self, above: tuple[int, int, bool, bool], body: str) -> bool:
        """Whether a line continues the paragraph above it instead of starting its own."""
        if self.shape == "markdown":
            return True
        before = self.flat[above[0] : above[1]]
        if _CELLS.search(before) or _CELLS.search(body):  # rows of a table that was pasted as text
            return False
        if _END.search(before) or (self.shape == "paragraphs" and not body[0].islower()):
            return False
        above_line = before.rsplit("\n", 1)[-1].strip()
        alike = "\n" in before or abs(len(above_line) - len(body)) < 20  # lines of one width were cut by a program
        return body[0].islower() or (body[0].isalnum() and len(above_line) > 60 and alike and not before.isupper())


@dataclass(frozen=True, slots=True)
class Hit:
    """`start` and `end` are offsets in what the rule was given. `mended`: the text to put there where that is safe."""

    start: int
    end: int
    code: str
    message: str
    fix: str = ""
    severity: Severity = Severity.ERROR
    replacement: str | None = None


def advice(start: int, end: int, code: str, message: str, fix: str = "") -> Hit:
    """A hit that is no fault: what would make the text better to listen to."""
    return Hit(start, end, code, message, fix, Severity.INFO)


def warning(start: int, end: int, code: str, message: str, fix: str = "", replacement: str | None = None) -> Hit:
    """A hit that people should look at, and that may be right as it is."""
    return Hit(start, end, code, message, fix, Severity.WARNING, replacement)
