"""Which part of a document each of its lines is: the one sequence of parts that fits all lines best.

Every line has a score for every part, by what it looks like; every step from one part to the next has one, too: a kind
stands below a letterhead, a text does not go back to its head. The sequence with the highest sum is taken (Viterbi), so
that one strange line does not decide. A line may be furniture (of a web page, of a group) within any part.
"""

from collections.abc import Sequence
from enum import StrEnum

from loa.importing.lines import Line


class Part(StrEnum):
    """The parts of a document in their order."""

    TOP = "top"  # above the document: a page's head, greetings
    HEAD = "head"  # the letterhead
    KIND = "kind"
    TITLE = "title"
    TEXT = "text"
    END = "end"  # receivers, day, signature
    OTHERS = "others"  # titles of other articles


FURNITURE = "furniture"
_NEVER = -1000.0
_STEPS: dict[tuple[Part, Part], float] = {
    **{(part, part): 0.0 for part in Part},
    (Part.TOP, Part.HEAD): 0.0,
    (Part.TOP, Part.KIND): 0.0,
    (Part.TOP, Part.TITLE): 0.0,
    (Part.TOP, Part.TEXT): -2.0,
    (Part.HEAD, Part.KIND): 0.0,
    (Part.HEAD, Part.TITLE): -0.5,
    (Part.HEAD, Part.TEXT): -2.0,
    (Part.KIND, Part.KIND): -8.0,
    (Part.KIND, Part.TITLE): 0.0,
    (Part.KIND, Part.TEXT): -3.0,
    (Part.TITLE, Part.HEAD): -5.0,  # the headline of a page above the document
    (Part.TITLE, Part.KIND): -5.0,
    (Part.TITLE, Part.TEXT): 0.0,
    (Part.TEXT, Part.END): -1.5,
    (Part.TEXT, Part.OTHERS): -2.0,
    (Part.END, Part.TEXT): -3.0,  # an appendix
    (Part.END, Part.OTHERS): 0.0,
    (Part.OTHERS, Part.TEXT): -5.0,
}


def parts_of(lines: Sequence[Line]) -> list[Part | str]:
    """The part of each line, or FURNITURE."""
    best: dict[Part, float] = {Part.TOP: 0.0}  # nothing stands above the first line
    ways: list[dict[Part, tuple[Part, bool]]] = []
    above: Line | None = None
    last = max((n for n, line in enumerate(lines) if line.furniture < 2), default=0)
    for number, line in enumerate(lines):
        reached: dict[Part, float] = {}
        way: dict[Part, tuple[Part, bool]] = {}
        for part in Part:
            own = _fit(line, part, number, last - number)
            found = [
                (score + _STEPS[before, part] + own + _step(above, before, line, part), before, False)
                for before, score in best.items()
                if (before, part) in _STEPS
            ]
            if part in best:
                found.append((best[part] + _furniture(line, part, number), part, True))
            if found:
                reached[part], before, beside = max(found, key=lambda one: one[0])
                way[part] = (before, beside)
        best = reached
        ways.append(way)
        above = line if line.furniture < 2 else above
    part = max(best, key=lambda one: best[one] - (3.0 if one in {Part.HEAD, Part.KIND, Part.TITLE} else 0.0))
    labels: list[Part | str] = []
    for way in reversed(ways):
        before, beside = way[part]
        labels.append(FURNITURE if beside else part)
        part = before
    return labels[::-1]


def _furniture(line: Line, part: Part, number: int) -> float:
    score = line.furniture if line.furniture else -8.0
    if line.posted and number > 12 and line.furniture < 3:
        score -= 2.0
    if line.rule:
        score = max(score, 1.0)
    return score - (1.0 if part in {Part.KIND, Part.HEAD} else 0.0)


def _fit(line: Line, part: Part, number: int, left: int) -> float:
    """How well a line alone fits a part. `left`: how many lines that are no furniture follow."""
    if part is Part.TOP:
        return 0.5 if line.greets and line.words < 16 else -6.0
    if part is Part.HEAD:
        return _fits_head(line) if number < 30 else _NEVER
    if part is Part.KIND:
        return (6.0 if line.capitals else 3.0 if number < 12 else 0.0) if line.kind else _NEVER
    if part is Part.TITLE:
        return _fits_title(line)
    if part is Part.END:
        return _fits_end(line, left)
    if part is Part.OTHERS:
        return _fits_others(line)
    return _fits_text(line)


def _fits_head(line: Line) -> float:
    if line.table or line.others:
        return -10.0
    if line.motto:
        return 6.0
    if line.number:
        return 5.0
    if line.dated:
        return 4.0
    if line.kind:
        return -4.0
    if line.rule:
        return 0.5
    if line.about:
        return 3.0
    if line.sentence or line.greets or line.item:
        return -8.0
    if line.names_body:
        return 4.0 if line.capitals else 1.0 if line.words <= 8 and _named(line) else -2.0
    if line.capitals and line.place and line.words <= 7:
        return 3.0
    if line.capitals and line.words <= 9 and not line.speaks:
        return 0.5
    return -3.0


def _named(line: Line) -> bool:
    """Whether many of its words begin with capitals, as those of a body's name do."""
    words = [word for word in line.text.split() if word[:1].isalpha()]
    return sum(word[:1].isupper() for word in words) * 5 >= 2 * len(words)


def _fits_title(line: Line) -> float:
    if line.table or line.motto or line.number or line.dated or line.rule or line.others:
        return -10.0
    if line.greets or line.words > 60:
        return -8.0
    score = 2.0 if 3 <= line.words <= 40 else -1.0
    score += 3.0 * line.about + 1.5 * line.capitals + 1.5 * line.set_apart
    score += 1.5 * (line.begins_kind and line.words > 2)
    score -= 3.0 * (line.stop in {":", ";", "?"}) + 1.5 * (line.stop in {".", ",", "!"}) + 2.0 * (line.words > 30)
    if line.stop == "." and line.words > 15:
        score -= 4.0
    if line.begins_text and (line.words > 12 or line.stop or line.text[:8].lower() == "kính gửi"):
        score -= 5.0
    if line.item:
        score -= 4.0
    if (line.names_body or (line.place and line.capitals and line.words <= 8 and not line.speaks)) and not line.about:
        score -= 4.0
    if line.receivers or line.copies or line.signs:
        score -= 6.0
    if line.kind:
        score -= 3.0
    return score - max(line.furniture, 0.0)


def _fits_text(line: Line) -> float:
    if line.table:
        return 3.0
    score = 0.0
    if line.sentence or line.item or line.note:
        score += 2.0
    if line.stop == ":" or line.greets or line.begins_text:
        score += 1.0
    if line.about:
        score -= 2.0
    if line.number or line.motto or line.dated:
        score -= 3.0
    if line.receivers or line.signs or line.copies:
        score -= 4.0
    if line.others:
        score -= 4.0
    return score - max(line.furniture, 0.0)


def _fits_end(line: Line, left: int) -> float:
    if line.table or line.appendix or line.note:
        return -6.0
    if line.receivers:
        return 6.0
    if line.copies:
        return 4.0
    if line.signs:
        return 4.0
    if line.dated:
        return 3.0
    if line.rule:
        return 0.5
    if line.thanks:
        return -0.5
    if line.sentence and not line.text.startswith(("-", "+", "•")):
        return -6.0
    if line.role:
        return 1.0
    if line.person:
        return 2.0 if left <= 2 and (line.surname or left == 0) else 0.0
    if line.names_body and line.capitals:
        return 1.5 if left <= 4 else 0.0
    return -2.0 if line.words < 15 else -4.0


def _fits_others(line: Line) -> float:
    if line.others:
        return 6.0
    if line.table or line.note:
        return -3.0
    if line.words > 12 and line.stop in {".", "!", ";", ":"}:
        return -3.0
    return 1.0


def _step(above: Line | None, before: Part, line: Line, part: Part) -> float:
    """How well a line goes on from the one above it, if they are these parts."""
    if above is None:
        return -3.0 if part is Part.OTHERS and not line.others else 0.0
    if before is Part.TITLE and part is Part.TITLE:
        return _title_goes_on(above, line)
    if before is Part.HEAD and part is Part.HEAD and above.about and not (line.motto or line.number or line.dated):
        return 5.0 if not (line.capitals or line.names_body or line.rule) else 0.0  # a subject of several lines
    if part is Part.END and before is Part.END:
        return _end_goes_on(above, line)
    if part is Part.END and before is Part.TEXT and above.thanks and line.words < 12 and not line.item:
        return 1.0
    if part is Part.TEXT and before is Part.HEAD and not (above.about or above.number or above.dated or above.motto):
        return -4.0  # the name of a body alone makes no letterhead
    if part is Part.OTHERS and before is not Part.OTHERS and not line.others:
        return _NEVER
    if part is Part.KIND and before in {Part.TOP, Part.HEAD} and not line.capitals and line.words > 2:
        return -1.0
    return 0.0


def _title_goes_on(above: Line, line: Line) -> float:
    score = -4.0
    if (line.small or above.goes_on) and above.stop not in {".", "!", ":", ";", "?"}:
        score = 2.5
    elif above.capitals and line.capitals:
        score = 1.0
    elif line.about and not above.about:
        score = 0.5
    elif (line.period and line.words < 13 and line.stop not in {".", ","}) or (
        line.text.startswith("(") and line.text.endswith(")") and line.words < 16
    ):
        score = 1.0
    elif above.set_apart and line.set_apart and not (line.capitals or above.capitals or line.item):
        score = 0.0
    return score - 1.0 * line.gap


def _end_goes_on(above: Line, line: Line) -> float:
    if line.table:
        return 0.0
    if above.receivers or above.copies or above.text.startswith(("-", "+", "•")):
        if line.text.startswith(("-", "+", "•", "–")) and line.words < 25:
            return 8.0 if line.sentence else 5.0
        if line.person or line.small:
            return 2.5
    if line.person and (above.signs or above.role or above.dated or above.names_body or above.rule or above.thanks):
        return 3.0
    if (above.person or above.card or above.role) and line.card:
        return 4.0
    if (above.thanks or above.person or above.role) and line.words < 14 and not line.item:
        return 3.0
    if above.signs and line.words < 9 and not line.item:
        return 3.0
    if above.dated and (line.names_body or line.role):
        return 3.0
    return 0.0
