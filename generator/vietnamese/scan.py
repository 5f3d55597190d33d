"""The state of one reading: the repaired text, what has been said so far, and the words around a place."""

import re
from collections.abc import Callable, Mapping

from generator.vietnamese.numbers import Region
from generator.vietnamese.reading import Doubt

LOOK = 64
"""Characters that a reader may look back or ahead: bounded, so that reading stays linear."""
_STRENGTH = {"": 0, ",": 1, ";": 2, ":": 3, ".": 4, "?": 5, "!": 5}


class Scan:
    """One pass over `text`. Readers add what is said with the span it stands for."""

    __slots__ = ("_pauses", "defined", "doubts", "fresh", "pronounce", "region", "said", "text")

    def __init__(self, text: str, region: Region, pronounce: Mapping[str, str]) -> None:
        self.text = text
        self.region: Region = region
        self.pronounce = pronounce
        self.said: list[tuple[str, int, int]] = []
        self._pauses: dict[int, str] = {}
        self.doubts: list[Doubt] = []
        self.defined: dict[str, str] = {}
        self.fresh = True  # nothing said yet on this line

    def say(self, words: str, start: int, end: int) -> None:
        """Add `words`, which stand for text[start:end]."""
        if words:
            self.said.append((words, start, end))
            self.fresh = False

    def pause(self, mark: str) -> None:
        """A pause after what was said last; the stronger of two marks stays."""
        if self.said:
            last = len(self.said) - 1
            if _STRENGTH[mark] > _STRENGTH[self._pauses.get(last, "")]:
                self._pauses[last] = mark

    def pause_after(self, index: int) -> str:
        """The pause after said[index]."""
        return self._pauses.get(index, "")

    def doubt(self, code: str, start: int, end: int, taken: str, *others: str) -> None:
        """Report a choice. `code`: "abbreviation.unknown" or "reading.ambiguous"."""
        self.doubts.append(Doubt(code, self.text[start:end], taken, others, start, end))

    def before(self, start: int, size: int = LOOK) -> str:
        """The text just before `start`, lower case."""
        return self.text[max(0, start - size) : start].lower()

    def after(self, end: int, size: int = LOOK) -> str:
        """The text just after `end`."""
        return self.text[end : end + size]


Reader = Callable[[Scan, "re.Match[str]"], int | None]
"""Says what matched and returns where to go on, or None if it was not its kind after all."""
Rule = tuple["re.Pattern[str]", Reader]
