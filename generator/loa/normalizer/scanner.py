"""The state of one reading: the repaired text, the words said so far, and access to the words around a place."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from loa.normalizer.numbers import Region
from loa.normalizer.tables import contexts


class SpokenWord(NamedTuple):
    """One word as it is said; `start`, `end`: its source in the text given; `pause`: after it, "" or , ; : . ? !"""

    text: str
    start: int
    end: int
    pause: str


DOUBTS = (
    "abbreviation.unknown",  # no table has it: spelt, or guessed from its parts
    "reading.ambiguous",  # two readings are likely
    "word.glued",  # two words were typed as one, and are read as two
    "address.long",  # a link that nobody could write down; it is not read
)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A place where the reading was a choice.

    `code` is one of `DOUBTS`. `quote` is text[start:end], `taken` what is said, `others` what else it may be.
    `confidence`, from 0 to 1, estimates how often such a choice is right.
    """

    code: str
    quote: str
    taken: str
    others: tuple[str, ...]
    start: int
    end: int
    confidence: float = 0.5


@dataclass(frozen=True, slots=True)
class Subject:
    """What a whole text tells about its parts: words per topic, and the abbreviations that it explains itself."""

    topics: Mapping[str, int]
    defined: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as it is read aloud."""

    words: tuple[SpokenWord, ...]
    doubts: tuple[Doubt, ...] = ()

    @property
    def text(self) -> str:
        """Lower case words and single spaces, nothing else."""
        return " ".join([word.text for word in self.words])

    @property
    def phrased(self) -> str:
        """The words with the pauses as punctuation, for engines that understand it."""
        return " ".join([word.text + word.pause for word in self.words])

    @property
    def confidence(self) -> float:
        """How sure the reading is at its weakest place; 1.0 where nothing is doubtful."""
        return min((doubt.confidence for doubt in self.doubts), default=1.0)

    def doubtful(self, limit: int | None = None) -> tuple[Doubt, ...]:
        """The doubts, least sure first (at most `limit`); of several with one quote and reading only the first."""
        once = {(doubt.code, doubt.quote, doubt.taken): doubt for doubt in reversed(self.doubts)}
        return tuple(sorted(once.values(), key=lambda doubt: (doubt.confidence, doubt.start))[:limit])


LOOK = 64
"""Characters that a reader may look back or ahead: bounded, so that reading stays linear."""
_STRENGTH = {"": 0, ",": 1, ";": 2, ":": 3, ".": 4, "?": 5, "!": 5}
_WORDS = re.compile(r"[^\W_]+")


class SaidBefore:
    """The last words before a place, in lower case, and the marks between them and the place."""

    __slots__ = ("gap", "text", "words")

    def __init__(self, text: str) -> None:
        self.text = text
        found = list(_WORDS.finditer(text))
        self.gap = text[found[-1].end() :] if found else text
        self.words = [match[0] for match in found[-8:]]

    @property
    def last(self) -> str:
        """The last word, "" where there is none."""
        return self.words[-1] if self.words else ""

    @property
    def on_street(self) -> bool:
        """Whether a kind of street or place stands just before, which may be named after a day (đường 30/4)."""
        return self.gap == " " and self.ends("named street") and self.words[-2:-1] not in (["tựu"], ["tan"], ["thị"])

    def ends(self, name: str, *, past_filler: bool = False) -> bool:
        """Whether the words before end with a phrase of the list `name`; `past_filler` skips small words after it."""
        words = self.words
        if _ends(words, contexts(name)):
            return True
        if past_filler:
            filler = contexts("filler")
            kept = len(words)
            while kept and words[kept - 1] in filler:
                kept -= 1
                if _ends(words[:kept], contexts(name)):
                    return True
        return False


def _ends(words: list[str], phrases: frozenset[str]) -> bool:
    return any(" ".join(words[-count:]) in phrases for count in range(1, min(4, len(words)) + 1))


class Scan:
    """One pass over `text`. Readers add words together with the span of text that they stand for."""

    __slots__ = (
        "_before",
        "_before_at",
        "_pauses",
        "called",
        "chain",
        "defined",
        "doubts",
        "fresh",
        "kind",
        "measured",
        "pronounce",
        "region",
        "said",
        "subject",
        "survey",
        "text",
    )

    def __init__(
        self,
        text: str,
        region: Region,
        pronounce: Mapping[str, str],
        survey: Callable[[str], Subject],
        subject: Subject | None = None,
    ) -> None:
        self.text = text
        self.survey = survey
        self.subject = subject  # None until asked for: then what the text itself is about
        self.region: Region = region
        self.pronounce = pronounce
        self.said: list[tuple[str, int, int]] = []
        self._pauses: dict[int, str] = {}
        self.doubts: list[Doubt] = []
        self.defined: dict[str, str] = {}
        self.fresh = True  # nothing said yet on this line
        self.called = False  # an emergency number was said on this line: others follow
        self.measured = -1  # where the last number, date, hour, ... ends
        self.kind = ""  # what it was: "number", "date", "hour", "phone", "weekday", "roman", "km"
        self.chain = -1  # where a unit after "một" ends: đồng/khẩu/tháng
        self._before = SaidBefore("")
        self._before_at = -1

    def say(self, words: str, start: int, end: int) -> None:
        """Add `words`, which stand for text[start:end]."""
        if words:
            self.said.append((words, start, end))
            self.fresh = False

    def measure(self, end: int, kind: str) -> int:
        """Record that a quantity of `kind` ends at `end`, which decides how a dash or slash is read. Returns `end`."""
        self.measured, self.kind = end, kind
        return end

    def follows_quantity(self, start: int) -> bool:
        """Whether nothing but a space stands between the last quantity and `start`."""
        return 0 <= self.measured <= start <= self.measured + 2 and not self.text[self.measured : start].strip()

    def pause(self, mark: str) -> None:
        """A pause after what was said last; the stronger of two marks stays."""
        if self.said:
            last = len(self.said) - 1
            if _STRENGTH[mark] > _STRENGTH[self._pauses.get(last, "")]:
                self._pauses[last] = mark

    def pause_after(self, index: int) -> str:
        """The pause after said[index]."""
        return self._pauses.get(index, "")

    def stopped(self) -> bool:
        """Whether a pause already follows what was said last."""
        return len(self.said) - 1 in self._pauses

    def doubt(self, code: str, start: int, end: int, taken: str, *others: str, confidence: float = 0.5) -> None:
        """Report a choice between `taken` and `others` at text[start:end]; `code` is one of `DOUBTS`."""
        self.doubts.append(Doubt(code, self.text[start:end], taken, others, start, end, confidence))

    def subject_topics(self) -> Mapping[str, int]:
        """Topic → words of it in the whole text."""
        if self.subject is None:
            self.subject = self.survey(self.text)
        return self.subject.topics

    def subject_defined(self, key: str) -> str | None:
        """The words for `key` where the text as a whole explains it."""
        return self.subject.defined.get(key) if self.subject is not None else None

    def before(self, start: int) -> SaidBefore:
        """The words just before `start`."""
        if start != self._before_at:
            line = self.text.rfind("\n", max(0, start - LOOK), start) + 1
            self._before = SaidBefore(self.text[max(line, start - LOOK, 0) : start].lower())
            self._before_at = start
        return self._before

    def unsaid(self, words: str, start: int) -> str:
        """Đường ĐT.482, đất ONT, Trung tâm TTYT: `words` without what the text already says in full before them."""
        before = self.before(start)
        parts = words.split()
        if before.gap != " " or before.last == "xã":
            return words
        for size in range(min(3, len(parts) - 1), 0, -1):
            if before.words[-size:] == parts[:size]:
                return " ".join(parts[size:])
        return words

    def left(self, start: int, size: int = LOOK) -> str:
        """The text just before `start`, as it stands."""
        return self.text[max(0, start - size) : start]

    def after(self, end: int, size: int = LOOK) -> str:
        """The text just after `end`."""
        return self.text[end : end + size]


Reader = Callable[[Scan, "re.Match[str]"], int | None]
"""Says what matched and returns where to go on, or None if it was not its kind after all."""
Rule = tuple["re.Pattern[str]", Reader]
