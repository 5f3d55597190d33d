"""Official Vietnamese as an announcer reads it aloud."""

from loa.normalizer.numbers import Region
from loa.normalizer.reader import read, spoken
from loa.normalizer.scanner import Doubt, Reading, SpokenWord
from loa.normalizer.sentences import breaths, split_sentences
from loa.normalizer.tables import version
from loa.normalizer.unicode import repair

TEXT_RULES = version()
"""Version of rules and tables: part of the key of every cached clip."""

__all__ = [
    "TEXT_RULES",
    "Doubt",
    "Reading",
    "Region",
    "SpokenWord",
    "breaths",
    "read",
    "repair",
    "split_sentences",
    "spoken",
]
