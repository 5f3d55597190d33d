"""Official Vietnamese as an announcer reads it aloud."""

from loa.normalizer.numbers import Region
from loa.normalizer.reader import read, spoken, survey
from loa.normalizer.scanner import DOUBTS, Doubt, Reading, SpokenWord, Subject
from loa.normalizer.sentences import breaths, split_sentences
from loa.normalizer.tables import version
from loa.normalizer.unicode import repair

TEXT_RULES = version()
"""Version of rules and tables: part of the key of every cached clip."""

__all__ = [
    "DOUBTS",
    "TEXT_RULES",
    "Doubt",
    "Reading",
    "Region",
    "SpokenWord",
    "Subject",
    "breaths",
    "read",
    "repair",
    "split_sentences",
    "spoken",
    "survey",
]
