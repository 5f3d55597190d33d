"""Slips that leave a real word: "phó chỉ tịch", "bệnh viên", "thiệt hạn": how likely is a word where it stands?

For each syllable, the model (`ngrams.py`) tells how likely it is between its two neighbours on either side, and how
likely another syllable would be from which one slip of the hand leads to it. What speaks for a slip (how much likelier
the other one is, which pairs and triples were seen, how common the words are, what kind of slip it would be) is weighed
by a logistic regression. Its weights are in `data/slips.txt`, made by `scripts/fit_slips.py`.
"""

import math
import re
from functools import cache, lru_cache

from loa.checks.text import Hit, warning
from loa.checks.words import lexicon as syl
from loa.checks.words.ngrams import FUNCTION_WORDS, SIGNS, model
from loa.i18n import _
from loa.text import toneless

Context = tuple[str, str, str, str]
"""Two words before (the farther first) and two behind; "<", ">", "#" and "?" as in `ngrams.py`."""
THRESHOLD = 2.7
"""From which sum of weights on a word is reported. On unseen announcements half of what lay between 1 and 2.7 was false
and hardly anything true: true slips have 4 to 15."""
_LEAST_TIED = -2.0
"""The same for a slip of sound that leaves two pairs nobody writes, where the right word makes one of the vocabulary:
“đốt giác” for “đốt rác”."""
_LEAST = 1.5
"""The logarithm by which another word must at least be likelier."""
_SURE = 25
"""A word that was seen so often beside each of its neighbours is not suspected."""
_OFTEN = 300
"""A word that stands so often between two numbers belongs there: ngày 15 tháng 11."""
_OTHER_LETTER = 2.0
"""What a slip in a letter is rarer than one in a mark, as a logarithm."""
_OTHER_SOUND = 0.7
"""The same for letters that sound alike in some region: people confuse these nearly as often as marks."""
_BEFORE_NAMES = frozenset("thôn ấp xóm bản buôn làng khóm xã phường tỉnh ông bà anh chị em".split())
_NUMBER = re.compile(r" ?\d[\d.,]*(?:[/ ].*)? ?|.*[/ ]\d[\d.,]* ", re.DOTALL)
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

    __slots__ = ("gaps", "norms", "shouted", "text", "words")

    def __init__(self, words: list[re.Match[str]], text: str) -> None:
        self.words, self.text, self.shouted = words, text, text.isupper()
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
        if index + 1 >= len(self.words) or self._is_name(index + 1):
            return ("", "")
        near = self.norms[index + 1]
        if self.gaps[index + 2] != " ":
            return (near, "#" if self.gaps[index + 2] == "#" else "")
        return (near, self.norms[index + 2] if index + 2 < len(self.norms) else "")

    def _is_name(self, index: int) -> bool:
        """Whether a capital begins a name of several words: not "Tổ quốc", "Công an"."""
        if not self.words[index].group().istitle():
            return False
        if index and self.norms[index - 1] in _BEFORE_NAMES:
            return True
        following = self.words[index + 1].group() if index + 1 < len(self.words) else ""
        return not (self.gaps[index + 1] == " " and following.islower())


def _gap(text: str) -> str:
    if text.isspace():
        return " "
    return "#" if _NUMBER.fullmatch(text) else ""


def slip(line: Line, index: int) -> Hit | None:
    """What is wrong with word `index` of `line`; None where it may be right."""
    found = suspect(line, index)
    if found is None:
        return None
    word, meant, context = found
    numbers = context[1] == context[2] == "#" and toneless(word) == toneless(meant)
    if not numbers and weighed(word, meant, context) < (_LEAST_TIED if _sounds_tied(found) else THRESHOLD):
        return None
    match, text = line.words[index], line.text
    start, end = match.span()
    left, right = context[1], context[2]
    if right not in SIGNS and (left in SIGNS or model().pair(meant, right) > model().pair(left, meant)):
        end = line.words[index + 1].end()
    elif left not in SIGNS:
        start = line.words[index - 1].start()
    message = _("“{wrong}” is no known word here.").format(wrong=text[start:end])
    better = text[start : match.start()] + _like(match.group(), meant) + text[match.end() : end]
    return warning(start, end, "spelling.context", message, _("Did you mean “{near}”?").format(near=better))


def _sounds_tied(found: tuple[str, str, Context]) -> bool:
    """Whether the word sounds like one that makes a word of offices or villages here, and itself makes none."""
    word, meant, (_far, left, right, _farther) = found
    if meant not in _alike(word) or left in SIGNS or model().pair(left, word):
        return False
    office = syl.office_pairs()
    return meant in office.get(left, ()) and (right in SIGNS or not model().pair(word, right))


def suspect(line: Line, index: int) -> tuple[str, str, Context] | None:
    """Word `index`, the likeliest word in its place, and its context; None for names and what is surely right."""
    word, match, text = line.norms[index], line.words[index], line.text
    if (len(word) < 2 and word.isascii()) or word not in syl.syllables():
        return None
    if text[match.start() - 1 : match.start()] in {"/", "-", "&"} or text[match.end() : match.end() + 1] in {"/", "-"}:
        return None
    if match.group().isupper() and ((len(word) < 5 and not line.shouted) or _in_capital_name(line, index)):
        return None
    context = _context(line, index)
    meant = likeliest(word, context)
    if meant is None:
        return None
    far, left, right, farther = context
    taken = left in SIGNS and right not in SIGNS and syl.is_pair(right, farther) and not syl.is_pair(word, right)
    if taken and not model().triple(meant, right, farther):  # "bò | trưởng thành", "tủ | bảo quản"
        return None
    taken = right in SIGNS and left not in SIGNS and syl.is_pair(far, left) and not syl.is_pair(left, word)
    if taken and not model().triple(far, left, meant):  # "chế biến | chè"
        return None
    title = context[2] in syl.office_pairs().get(meant, ())  # Phó Chỉ tịch
    return (word, meant, context) if title or not _is_name(line.words, index, text) else None


def _in_capital_name(line: Line, index: int) -> bool:
    """Whether the word belongs to the name of a place in a line of capitals: "TỈNH QUẢNG TRỊ"."""
    for back in range(1, 4):
        if back > index or line.gaps[index - back + 1] != " ":
            return False
        if line.norms[index - back] in _BEFORE_NAMES or line.norms[index - back] == "phố":
            return True
    return False


def _context(line: Line, index: int) -> Context:
    before, after, known = line.before(index), line.after(index), syl.syllables()

    def sign(word: str, end: str) -> str:
        if not word:
            return end
        return word if word == "#" or word in known else "?"

    left, right = sign(before[0], "<"), sign(after[0], ">")
    return (
        sign(before[1], "<") if left != "<" else "<",
        left,
        right,
        sign(after[1], ">") if right != ">" else ">",
    )


@lru_cache(maxsize=100_000)
def likeliest(word: str, context: Context) -> str | None:
    """The word that was likeliest meant in place of `word`; None where nothing else is much likelier."""
    _far, left, right, _farther = context
    counts = model()
    real = [pair for pair, other in (((left, word), left), ((word, right), right)) if other not in SIGNS]
    numbers = left == right == "#" and not counts.triple("#", word, "#")  # ngày 15 thằng 11
    if not (real or numbers) or (real and all(counts.pair(*pair) >= _SURE for pair in real)):
        return None
    here = _likelihood(word, context)
    best, found, bare = _LEAST, None, toneless(word)
    for other in candidates(word):
        stands_left = left not in SIGNS and counts.pair(left, other)
        stands_right = right not in SIGNS and counts.pair(other, right)
        if not (stands_left or stands_right or (numbers and counts.triple("#", other, "#") >= _OFTEN)):
            continue
        gain = _likelihood(other, context) - here
        if toneless(other) != bare:
            gain -= _OTHER_SOUND if other in _alike(word) else _OTHER_LETTER
        if gain > best and not _same_word(word, other):
            best, found = gain, other
    return found


_Y = str.maketrans("yýỳỷỹỵ", "iíìỉĩị")
_BOTH_WAYS = frozenset(frozenset(pair.split()) for pair in ("hằng hàng", "ngưng ngừng"))
"""Words that official texts write in two ways."""


def _same_word(word: str, other: str) -> bool:
    """Whether both are right: lý and lí, hằng and hàng."""
    if frozenset({word, other}) in _BOTH_WAYS:
        return True
    alike = word[:-1] == other[:-1] and word.translate(_Y) == other.translate(_Y)
    return alike and len(word) <= 3 and word[:1] in "hklmst"


def _likelihood(word: str, context: Context) -> float:
    far, left, right, farther = context
    counts = model()
    return (
        math.log(counts.after_two(far, left, word))
        + math.log(counts.after_two(left, word, right))
        + math.log(counts.after_two(word, right, farther))
    )


EVIDENCE = (
    "gain mark sound left_seen right_seen left_other right_other left_tied right_tied left_other_tied right_other_tied "
    "left_word right_word left_number right_number common common_other left_listed right_listed left_other_listed "
    "right_other_listed left_taken right_taken triple_left triple_middle triple_right triple_word function "
    "function_other left_function right_function left_never right_never"
).split()
"""What `evidence` gives, in its order; `data/slips.txt` has a weight for each."""


def evidence(word: str, other: str, context: Context) -> tuple[float, ...]:
    """What speaks for `other` having been meant instead of `word`, and against it; see `EVIDENCE`."""
    far, left, right, farther = context
    counts = model()

    def seen(*words: str) -> float:
        return math.log1p(counts.pair(*words) if len(words) == 2 else counts.triple(*words))

    return (
        _likelihood(other, context)
        - _likelihood(word, context)
        - (0.0 if toneless(other) == toneless(word) else _OTHER_LETTER),
        float(toneless(word) == toneless(other)),
        float(other in _alike(word)),
        *(seen(left, word), seen(word, right), seen(left, other), seen(other, right)),
        *(_tied(left, word), _tied(word, right), _tied(left, other), _tied(other, right)),
        *(float(left not in SIGNS), float(right not in SIGNS), float(left == "#"), float(right == "#")),
        *(math.log(counts.alone(word)) + 12, math.log(counts.alone(other)) + 12),
        *(float(syl.is_pair(*pair)) for pair in ((left, word), (word, right), (left, other), (other, right))),
        *(float(syl.is_pair(far, left)), float(syl.is_pair(right, farther))),
        *(seen(far, left, other), seen(left, other, right), seen(other, right, farther)),
        seen(far, left, word) + seen(left, word, right) + seen(word, right, farther),
        *(float(one in FUNCTION_WORDS) for one in (word, other, left, right)),
        _never(left, word, counts.followed(left) * counts.alone(word)),
        _never(word, right, counts.total(right) * counts.alone(word)),
    )


def _never(first: str, second: str, expected: float) -> float:
    """How often two that were never seen together would stand so by chance, as a logarithm; 0 for those that were."""
    if first in SIGNS or second in SIGNS or model().pair(first, second):
        return 0.0
    return math.log1p(expected)


def _tied(first: str, second: str) -> float:
    """How much oftener the two stand together than by chance, as a logarithm; 0 where they do not."""
    counts = model()
    if first in SIGNS or second in SIGNS or not counts.pair(first, second):
        return 0.0
    return max(0.0, math.log(counts.after(first, second) / counts.alone(second)))


@lru_cache(maxsize=50_000)
def weighed(word: str, other: str, context: Context) -> float:
    """The log-odds that `word` is a slip for `other`."""
    base, weights = _weights()
    return base + sum(a * b for a, b in zip(weights, evidence(word, other, context), strict=True))


@cache
def _weights() -> tuple[float, tuple[float, ...]]:
    rows = dict(line.split() for line in syl._lines("slips.txt"))
    return float(rows["base"]), tuple(float(rows[name]) for name in EVIDENCE)


@lru_cache(maxsize=20_000)
def _alike(word: str) -> frozenset[str]:
    """What sounds like `word` in some region: s and x, tr and ch, n and l; n and ng, t and c at the end."""
    made = set()
    for pairs, at_start in ((_STARTS, True), (_ENDS, False)):
        for pair in pairs:
            for one, two in (pair, pair[::-1]):
                if at_start and word.startswith(one):
                    made.add(two + word[len(one) :])
                elif not at_start and word.endswith(one):
                    made.add(word[: -len(one)] + two)
    return frozenset(made)


@lru_cache(maxsize=20_000)
def candidates(word: str) -> tuple[str, ...]:
    """Syllables that one slip turns into `word`: a wrong mark, a confused sound, a letter wrong or missing."""
    made = set(syl.by_bare().get(toneless(word), ()))
    made |= _alike(word)
    for at in range(len(word) + 1):
        made.update(word[:at] + letter + word[at:] for letter in _KEYS)
        if at < len(word):
            made.add(word[:at] + word[at + 1 :])
            made.update(word[:at] + letter + word[at + 1 :] for letter in _KEYS)
        if at + 1 < len(word):
            made.add(word[:at] + word[at + 1] + word[at] + word[at + 2 :])
    return tuple(sorted(other for other in made if other != word and other in syl.syllables() and model().knows(other)))


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


def _like(model_word: str, word: str) -> str:
    if model_word.isupper() and len(model_word) > 1:
        return word.upper()
    return word[:1].upper() + word[1:] if model_word[:1].isupper() else word
