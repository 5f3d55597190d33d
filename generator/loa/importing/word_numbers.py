"""The numbers that Word puts before paragraphs by itself (“1.”, “b)”, “II.”): they are not in the text."""

import re
from collections import defaultdict
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn

_VAL = qn("w:val")
_ROMAN = tuple(
    zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        "M CM D CD C XC L XL X IX V IV I".split(),
        strict=True,
    )
)


class Numbers:
    """Counts the paragraphs of a document's lists, in their order."""

    def __init__(self, document: Document) -> None:
        self._levels: dict[str, dict[int, tuple[str, str, int]]] = {}
        self._count: dict[tuple[str, int], int] = defaultdict(int)
        self._styles = {
            style.get(qn("w:styleId")): found
            for style in document.styles.element.findall(qn("w:style"))
            if (found := style.find(f"{qn('w:pPr')}/{qn('w:numPr')}")) is not None
        }
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError):  # a document without lists
            return
        kinds = {kind.get(qn("w:abstractNumId")): kind for kind in root.findall(qn("w:abstractNum"))}
        for number in root.findall(qn("w:num")):
            link = number.find(qn("w:abstractNumId"))
            kind = kinds.get(link.get(_VAL)) if link is not None else None
            if kind is not None:
                self._levels[number.get(qn("w:numId"))] = dict(map(_level, kind.findall(qn("w:lvl"))))

    def of(self, paragraph: Any) -> str:
        """What stands before `paragraph`: `2. `, `- `, or nothing."""
        at = paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        if at is None and style is not None:
            at = self._styles.get(style.get(_VAL))
        if at is None or at.find(qn("w:numId")) is None:
            return ""
        list_ = at.find(qn("w:numId")).get(_VAL)
        depth = at.find(qn("w:ilvl"))
        level = int(depth.get(_VAL)) if depth is not None else 0
        levels = self._levels.get(list_, {})
        if level not in levels:
            return ""
        kind, pattern, _start = levels[level]
        if kind == "none":
            return ""
        if kind == "bullet":
            return "- "
        self._count[list_, level] += 1
        for deeper in range(level + 1, 9):
            self._count.pop((list_, deeper), None)

        def shown(match: re.Match[str]) -> str:
            wanted = int(match[1]) - 1
            kind, _pattern, start = levels.get(wanted, ("decimal", "", 1))
            return _written(kind, start - 1 + max(self._count[list_, wanted], 1))

        return f"{re.sub(r'%([1-9])', shown, pattern)} "


def _level(level: Any) -> tuple[int, tuple[str, str, int]]:
    def value(name: str, default: str) -> str:
        found = level.find(qn(name))
        return str(found.get(_VAL)) if found is not None else default

    start = value("w:start", "1")
    return int(level.get(qn("w:ilvl"))), (
        value("w:numFmt", "decimal"),
        value("w:lvlText", "%1."),
        int(start) if start.isdigit() else 1,
    )


def _written(kind: str, number: int) -> str:
    if kind in {"lowerLetter", "upperLetter"} and number <= 26:
        letter = "abcdefghijklmnopqrstuvwxyz"[number - 1]
        return letter if kind == "lowerLetter" else letter.upper()
    if kind in {"upperRoman", "lowerRoman"} and number < 4000:
        roman = ""
        for worth, sign in _ROMAN:
            many, number = divmod(number, worth)
            roman += sign * many
        return roman if kind == "upperRoman" else roman.lower()
    return str(number)
