"""The safe mends: spacing, doubled signs, broken addresses, certain slips. What needs judgement is left to people."""

import re
from collections.abc import Iterable
from datetime import date

from generator.campaign import Unit
from generator.review import Hit, Shape, Text, hits
from generator.review.text import SPACES

_PASSES = 6  # a mend can bring another to light: ",; " → ";" → a space before it


def fix(raw: str, day: date, *, shape: Shape = "plain", unit: Unit | None = None) -> tuple[str, int]:
    """`raw` with everything mended that is safe to mend, and how many places that were."""
    many = 0
    for _pass in range(_PASSES):
        text = Text(raw, day, shape, unit)
        mended, done = _apply(text, hits(text))
        mended, spaced = _spaces(mended, shape)
        many += done + spaced
        if mended == raw:
            break
        raw = mended
    return raw, many


def _apply(text: Text, found: Iterable[Hit]) -> tuple[str, int]:
    """Put in the mends, the last first so that offsets stay right; of two that overlap, the first one counts."""
    pieces, position, many = [], 0, 0
    for hit in found:
        start, end = text.origin(hit.start), text.origin(hit.end)
        if hit.mended is not None and start >= position and not hit.code.startswith("layout."):
            pieces += [text.raw[position:start], hit.mended]
            position = end
            many += 1
    return "".join([*pieces, text.raw[position:]]), many


def _spaces(raw: str, shape: Shape) -> tuple[str, int]:
    """Invisible characters and runs of spaces, everywhere at once; torn paragraphs become whole in plain text."""
    many = 0
    text, done = re.subn("[\u200b\u200c\u200d\ufeff\u00ad]", "", raw.translate(SPACES))
    many += done + sum(a != b for a, b in zip(raw, raw.translate(SPACES), strict=True))
    text, done = re.subn(r"(?<=[^\s|]) {2,}(?=[^\s|])", " ", text)
    many += done
    if shape == "plain":
        spans = Text(text, date.min, shape).spans
        for start, end, _heading, _item in reversed(spans):
            joined = re.sub(r"\s*\n\s*", " ", text[start:end])
            many += joined != text[start:end]
            text = text[:start] + joined + text[end:]
    return text, many
