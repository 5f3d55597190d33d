"""Slips that leave a real word: "phó chỉ tịch", "bệnh viên", "thiệt hạn". Found by which syllables belong together.

A syllable is suspected where the laws never put it beside its neighbour and no word list joins them, while another
syllable, one slip of the hand away, makes a fixed pair with that neighbour (chủ tịch, bệnh viện, thiệt hại).
"""

import re
from functools import lru_cache

from loa.checks.text import Hit, warning
from loa.checks.words import lexicon as syl
from loa.checks.words.ngrams import FUNCTION_WORDS, bound, model
from loa.i18n import _
from loa.text import toneless

THRESHOLD = 0.15
"""Evidence that a slip must have: how tightly the right syllable is bound, and more where a triple confirms it."""
CERTAIN = 0.4
"""The same for words that stand alone, or make a listed word with their other neighbour."""
WHOLLY = 0.5
"""A pair tied so tightly convicts whatever stands on the other side."""
MARK_SURE = 0.25
"""The same where only a mark differs."""
_NUMBERED_WORDS = frozenset("ngày tháng điều khoản thôn".split())
"""Words that ask for a number: "ngay 15", "thằng 11"."""
_NUMBER = re.compile(r" ?\d[\d.,]*(?:[/ ].*)? ?|.*[/ ]\d[\d.,]* ", re.DOTALL)
ODD, ODD_TOTAL = 4, 8
"""A syllable that at most so many listed words hold, and the laws hardly ever, does not stand alone."""
RARE = 100
"""A word that stands less often in the laws may be one that villages use and laws do not."""
MARK_ONLY = 0.65
"""By how much less evidence is enough where only a mark differs."""
_SUFFIXES = frozenset("viên hóa sĩ trưởng phó sư".split())
_STARTS = (
    ("s", "x"),
    ("tr", "ch"),
    ("d", "gi"),
    ("d", "r"),
    ("gi", "r"),
    ("l", "n"),
    ("g", "gh"),
    ("ng", "ngh"),
    ("v", "d"),
)
_ENDS = tuple(pair.split() for pair in "n ng,t c,nh n,ch t,i y,o u,m n".split(","))
_KEYS = "bcdghklmnpqrstvxđaáàảãạăắằẳẵặâấầẩẫậeéèẻẽẹêếềểễệiíìỉĩịoóòỏõọôốồổỗộơớờởỡợuúùủũụưứừửữựyýỳỷỹỵ"


class Line:
    """The words of a paragraph in one form, and what stands between each and the next: " ", "#" (a number) or ""."""

    __slots__ = ("gaps", "norms", "text", "words")

    def __init__(self, words: list[re.Match[str]], text: str) -> None:
        self.words, self.text = words, text
        self.norms = [syl.normal(match.group()) for match in words]
        ends = [0, *(match.end() for match in words)]
        starts = [*(match.start() for match in words), len(text)]
        self.gaps = [
            _gap(text[end:start]) for end, start in zip(ends, starts, strict=True)
        ]  # before each, and at the end

    def before(self, index: int) -> tuple[str, str]:
        """The two neighbours before word `index`, nearest first: a word, "#", or "" where a sign or nothing stands."""
        if self.gaps[index] != " ":
            return ("#" if self.gaps[index] == "#" else "", "")
        if not index:
            return ("", "")
        near = self.norms[index - 1]
        if self.gaps[index - 1] != " ":
            return (near, "#" if self.gaps[index - 1] == "#" else "")
        return (near, self.norms[index - 2] if index > 1 else "")

    def after(self, index: int) -> tuple[str, str]:
        """The two neighbours behind it; a name tells nothing."""
        if self.gaps[index + 1] != " ":
            return ("#" if self.gaps[index + 1] == "#" else "", "")
        if index + 1 >= len(self.words) or self.words[index + 1].group().istitle():
            return ("", "")
        near = self.norms[index + 1]
        if self.gaps[index + 2] != " ":
            return (near, "#" if self.gaps[index + 2] == "#" else "")
        return (near, self.norms[index + 2] if index + 2 < len(self.norms) else "")


def _gap(text: str) -> str:
    if text.isspace():
        return " "
    return "#" if _NUMBER.fullmatch(text) else ""


def slip(line: Line, index: int) -> Hit | None:
    """What is wrong with word `index` of `line`; None where it may be right."""
    word = line.norms[index]
    before, after = line.before(index), line.after(index)
    meant = likelier(word, before, after) if len(word) > 1 else None
    if meant is None or word not in syl.syllables():
        return None
    text, match = line.text, line.words[index]
    if text[match.start() - 1 : match.start()] in {"/", "-", "&"} or text[match.end() : match.end() + 1] in {"/", "-"}:
        return None
    if _is_name(line.words, index, text):
        return None
    start, end = _span(line.words, index, before[0], after[0], meant)
    message = _("“{wrong}” is no known word here.").format(wrong=text[start:end])
    right = text[start : match.start()] + _like(match.group(), meant) + text[match.end() : end]
    return warning(start, end, "spelling.context", message, _("Did you mean “{near}”?").format(near=right))


@lru_cache(maxsize=100_000)
def likelier(word: str, before: tuple[str, str], after: tuple[str, str]) -> str | None:
    """The syllable that was meant in place of `word`; `before` and `after`: the neighbours, nearest first, or ""."""
    left, right = before[0], after[0]
    fits_left = bool(left) and _seen(left, word)
    fits_right = bool(right) and _seen(word, right)
    if (fits_left or not left) and (fits_right or not right):
        return None
    word_left = fits_left and syl.is_pair(left, word)
    word_right = fits_right and syl.is_pair(word, right)
    best, found = 0.0, None
    bare = toneless(word)
    for other in candidates(word):
        sure = MARK_SURE if toneless(other) == bare else WHOLLY
        if right == "#" and (toneless(other) != bare or other not in _NUMBERED_WORDS):
            continue
        one = 0.0 if fits_left or not left else _tied(left, other)
        two = 0.0 if fits_right or not right or word in _SUFFIXES else _tied(other, right)
        if one and ((word_right and one < WHOLLY) or (one < sure and not _goes_with(other, right))):
            one = 0.0
        if two and ((word_left and two < WHOLLY) or (two < sure and not _goes_with(left, other))):
            two = 0.0
        if one and before[1] and syl.is_pair(before[1], left):
            one *= 0.6
        if two and after[1] and syl.is_pair(right, after[1]):
            two *= 0.6
        evidence = max(one, two)
        if not evidence:
            continue
        counts = model()
        evidence += 0.3 * (counts.triple(left, other, right) > 1)
        evidence += 0.2 * (counts.triple(before[1], left, other) > 1) + 0.2 * (
            counts.triple(other, right, after[1]) > 1
        )
        if evidence > best:
            best, found = evidence, other
    asked = CERTAIN if word in _loose() or word_left or word_right else THRESHOLD
    if found is None and not word_left and not word_right:
        return _odd_one(word, bare, left, right)
    mark_only = found is not None and toneless(found) == bare  # the commonest slip
    if mark_only:
        asked *= MARK_ONLY
    if model().total(word) < RARE:
        asked = max(asked, 0.2 if mark_only else 0.3)
    return found if best >= asked else None


def _odd_one(word: str, bare: str, left: str, right: str) -> str | None:
    """For a syllable that hardly any word holds: the common one with other marks that goes with both neighbours."""
    counts = model()
    if word in _loose() or syl.company().get(word, 0) > ODD or counts.total(word) >= ODD_TOTAL:
        return None
    near = [other for other in candidates(word) if toneless(other) == bare and counts.total(other) >= 2 * RARE]
    if right == "#":
        near = [other for other in near if other in _NUMBERED_WORDS]
    fitting = [o for o in near if (not left or _seen(left, o)) and (not right or _seen(o, right)) and (left or right)]
    return max(fitting, key=lambda o: counts.pair(left, o) + counts.pair(o, right), default=None)


def _goes_with(first: str, second: str) -> bool:
    """Whether the right syllable also stands beside its other neighbour, as far as the laws can tell."""
    if not first or not second or "#" in {first, second}:
        return True
    return model().pair(first, second) > 0 or syl.is_pair(first, second)


@lru_cache(maxsize=200_000)
def _tied(first: str, second: str) -> float:
    """How tightly two syllables belong together, by the laws' counts and by the vocabulary of offices."""
    if second == "#":
        return 0.2 if first in _NUMBERED_WORDS else 0.0
    if {first, second} & FUNCTION_WORDS:
        return 0.0
    tied = bound(first, second)
    if second in syl.office_words()[0].get(first, ()):
        return max(tied, 0.2)
    if syl.is_pair(first, second) and model().pair(first, second) >= 10:
        return max(tied, 0.1)
    return tied


@lru_cache(maxsize=20_000)
def candidates(word: str) -> tuple[str, ...]:
    """Syllables that one slip turns into `word`: a wrong mark, a confused sound, a letter wrong or missing."""
    made = set(syl.by_bare().get(toneless(word), ()))
    for pairs, at_start in ((_STARTS, True), (_ENDS, False)):
        for pair in pairs:
            for one, two in (pair, pair[::-1]):
                if at_start and word.startswith(one):
                    made.add(two + word[len(one) :])
                elif not at_start and word.endswith(one):
                    made.add(word[: -len(one)] + two)
    for at in range(len(word) + 1):
        made.update(word[:at] + letter + word[at:] for letter in _KEYS)
        if at < len(word):
            made.add(word[:at] + word[at + 1 :])
            made.update(word[:at] + letter + word[at + 1 :] for letter in _KEYS)
        if at + 1 < len(word):
            made.add(word[:at] + word[at + 1] + word[at] + word[at + 2 :])
    return tuple(sorted(other for other in made if other != word and other in syl.syllables() and model().knows(other)))


@lru_cache(maxsize=200_000)
def _seen(first: str, second: str) -> bool:
    return model().pair(first, second) > 2 or syl.is_pair(first, second)


@lru_cache(maxsize=1)
def _loose() -> frozenset[str]:
    """Syllables that stand alone so often that no pair with them tells anything."""
    return frozenset(" ".join(syl._lines("common.txt")).split())


def _is_name(words: list[re.Match[str]], index: int, text: str) -> bool:
    """Whether a capital makes it a name: not at the head of a sentence, nor in a line of capitals."""
    match = words[index]
    raw = match.group()
    if not raw[0].isupper():
        return False
    if raw.isupper() and len(raw) > 1:
        return False
    head = re.search(r"(?:^|[.!?:;…\n]\s*|^\W{0,4}|[-–+•]\s*)[\"“(]?$", text[max(0, match.start() - 6) : match.start()])
    following = words[index + 1].group() if index + 1 < len(words) else ""
    return head is None or following[:1].isupper()


def _span(words: list[re.Match[str]], index: int, left: str, right: str, meant: str) -> tuple[int, int]:
    """The word and the neighbour that convicts it."""
    one = _tied(left, meant) if left not in {"", "#"} else -1.0
    two = _tied(meant, right) if right not in {"", "#"} else -1.0
    start, end = words[index].span()
    if one >= max(two, 0.0):
        return words[index - 1].start(), end
    return start, words[index + 1].end() if two >= 0.0 else end


def _like(model_word: str, word: str) -> str:
    if model_word.isupper() and len(model_word) > 1:
        return word.upper()
    return word[:1].upper() + word[1:] if model_word[:1].isupper() else word
