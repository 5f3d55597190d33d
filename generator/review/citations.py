"""Rules on references to laws: ended, not yet in force, not confirmed, or written wrongly."""

import re
from collections.abc import Iterator

from generator import law
from generator.i18n import _
from generator.review.dated import sentence_around
from generator.review.hits import Hit, warning
from generator.review.text import Passage

_NUMBER = re.compile(r"(?<![\d/])(\d{1,4})/((?:19|20)\d\d)/([A-ZĐ]{2,6}(?:-[A-ZĐa-z]{2,10})?\d{0,2})(?![\w/])")
_LOOSE = re.compile(r"(?<![\d/])(\d{1,4})\s*/\s*((?:19|20)\d\d)\s*/\s*(NĐ|ND|QĐ|QD|NQ)\s*[-–—]?\s*(CP|TTg|TTG)(?!\w)")
_LOOKS_BACK = re.compile(r"thay\s+thế|bãi\s+bỏ|hết\s+hiệu\s+lực|trước\s+đây|sửa\s+đổi|quy\s+định\s+cũ", re.I)


def documents(passage: Passage) -> Iterator[Hit]:
    """A document that ended before the article's day, or is younger than it, or is known second-hand only."""
    if "/" not in passage.text:
        return
    for match in _NUMBER.finditer(passage.text):
        number, span = match.group(), match.span()
        if int(match[2]) > passage.day.year:
            message = _("{number} is younger than the article's day.").format(number=number)
            yield Hit(*span, "law.too-early", message, _("Check the number, or the article's day."))
            continue
        known = law.document(number)
        if known is None or _LOOKS_BACK.search(sentence_around(passage.text, *span)):
            continue
        if passage.day < known.start:
            message = _("{number} is in force from {day} only.").format(number=number, day=f"{known.start:%d/%m/%Y}")
            yield Hit(*span, "law.too-early", message, _("Cite what was in force on the article's day."))
        elif known.until and passage.day > known.until:
            message = _("{number} ended on {day}, by {by}.").format(
                number=number, day=f"{known.until:%d/%m/%Y}", by=known.ended_by
            )
            if known.confirmed:
                yield Hit(*span, "law.ended", message, _("Cite what replaced it, or leave the reference out."))
            else:
                yield warning(
                    *span,
                    "law.unconfirmed",
                    message,
                    _("Check what is in force (kiểm tra lại hiệu lực) before you publish."),
                )
        elif not known.confirmed and known.until is None:
            message = _("{number} is not confirmed in Loa's table.").format(number=number)
            yield warning(
                *span,
                "law.unconfirmed",
                message,
                _("Check what is in force (kiểm tra lại hiệu lực) before you publish."),
            )


def number_form(passage: Passage) -> Iterator[Hit]:
    """ "43/2011/NĐCP", "43 / 2011 / ND-CP": the number of a document in a form that no register has."""
    if "/" not in passage.text:
        return
    for match in _LOOSE.finditer(passage.text):
        kind = {"ND": "NĐ", "QD": "QĐ"}.get(match[3], match[3])
        right = f"{match[1]}/{match[2]}/{kind}-{'TTg' if match[4] == 'TTG' else match[4]}"
        if match.group() != right:
            message = _("This document number is not written as registers have it.")
            mend = _("Write {right}.").format(right=right)
            yield Hit(*match.span(), "law.number", message, mend, mended=right)
