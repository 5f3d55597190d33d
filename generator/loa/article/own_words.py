"""An article's own words: passages that a person wrote instead of the template's. Facts go on filling in all others.

A passage is known by the words that the template gives it. Where a fact changes these, the own words are not used
any more, and a finding says so: no figure that was corrected is ever said as it was before.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from loa.article.markup import CLOSING, MARKS, OPENING, Form, blocks, pick, shown
from loa.campaign.models import OwnWords
from loa.errors import Finding, Severity
from loa.i18n import _

_MARK = re.compile(f"[{MARKS}]")
_BEFORE = re.compile(rf"[{MARKS}\s\d.)*+#-]*")


@dataclass(frozen=True, slots=True)
class Passage:
    """A heading, a paragraph or an item. `text`: as the page shows it; what the page does not show, as it is heard.

    `start`, `end`: its place in the rendered source; `lead`: where that begins which leads to it for one of both.
    """

    text: str
    lead: int
    start: int
    end: int


def passages(source: str) -> list[Passage]:
    """The passages of a rendered source that may get own words, in order; not the title, and no tables."""
    found: list[tuple[int, int, Form, str]] = []
    forms: tuple[Form, ...] = ("web", "radio")
    for form in forms:
        picked = pick(source, form)
        for block in blocks(picked.text):
            line = picked.text[picked.text.rfind("\n", 0, block.start) + 1 : block.start]
            text = one_line(picked.text[block.start : block.end])
            if text and block.kind != "table" and line.strip() != "#":
                found.append((picked.origins[block.start], picked.origins[block.end - 1] + 1, form, text))
    together: list[list[tuple[int, int, Form, str]]] = []
    for place in sorted(found, key=lambda place: place[:2]):
        if together and place[0] < max(end for _start, end, _form, _text in together[-1]):
            together[-1].append(place)
        else:
            together.append([place])
    states = _states(source)
    made = []
    for group in together:
        texts = {form: text for _start, _end, form, text in group}
        if len(texts) < len(group):  # one paragraph for the ear is several for the eye
            continue
        start, end = group[-1][0], max(place[1] for place in group)
        text = texts.get("web") or texts["radio"]
        if start > group[0][0] and _open_at(states, start) is None:  # “The first: ” for the ear alone stays before it
            text = one_line(shown(source[start:end], "web"))
        lead = group[0][0]
        made.append(Passage(text, lead, start if _open_at(states, start) is None else lead, end))
    return made


def one_line(text: str) -> str:
    """`text` as one line, as passages are compared."""
    return " ".join(text.split())


def applied(source: str, words: Sequence[OwnWords]) -> tuple[str, tuple[str, ...]]:
    """The rendered source with the own words in it, and those of the template's words that it does not hold."""
    if not words:
        return source, ()
    own = {one_line(word.instead): one_line(word.say) for word in words}
    states = _states(source)
    used = set()
    for passage in reversed(passages(source)):
        if passage.text in own:
            used.add(passage.text)
            source = _put(source, passage, own[passage.text], states)
    return source, tuple(text for text in own if text not in used)


def unused(words: Sequence[str]) -> list[Finding]:
    """What is to be said about own words whose passage changed; `words`: the template's, as `applied` gives them."""
    message = _("The words “{text}” are not in the article any more: a fact or the template changed them.")
    fix = _("Look at the new words, and write the own ones again if they are still wanted.")
    return [Finding("words.unused", message.format(text=_short(text)), fix, Severity.WARNING) for text in words]


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"


def _states(source: str) -> list[tuple[int, Form | None]]:
    """Where an alternate begins or ends in the source, and which one is open behind that."""
    forms = {**{mark: form for form, mark in OPENING.items()}, **dict.fromkeys(CLOSING.values())}
    return [(0, None), *((m.end(), forms[m.group()]) for m in _MARK.finditer(source))]


def _open_at(states: Sequence[tuple[int, Form | None]], offset: int) -> Form | None:
    return states[bisect_right(states, offset, key=lambda state: state[0]) - 1][1]


def _put(source: str, passage: Passage, say: str, states: Sequence[tuple[int, Form | None]]) -> str:
    """Replace a passage, and keep what is for the eye and what for the ear around it."""

    start, end = passage.start, passage.end
    line = source.rfind("\n", 0, passage.lead) + 1
    if not say:
        start = line if _BEFORE.fullmatch(source[line : passage.lead]) else passage.lead  # with its number or dash
    if not _MARK.search(source[start:end]):
        return source[:start] + say + source[end:]
    before, behind = _open_at(states, start), _open_at(states, end)
    close, reopen = CLOSING[before] if before else "", OPENING[behind] if behind else ""
    return source[:start] + close + say + reopen + source[end:]
