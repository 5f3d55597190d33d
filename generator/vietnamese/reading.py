"""What reading yields: spoken words with the place they come from, and what was doubtful."""

from dataclasses import dataclass
from typing import NamedTuple


class SpokenWord(NamedTuple):
    """One word as it is said; `start`, `end`: its source in the text given; `pause`: after it, "" or , ; : . ? !"""

    text: str
    start: int
    end: int
    pause: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A place where the reading was a choice. `code`: "abbreviation.unknown" or "reading.ambiguous"."""

    code: str
    quote: str
    taken: str
    others: tuple[str, ...]
    start: int
    end: int


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
