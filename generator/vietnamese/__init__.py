"""Official Vietnamese as an announcer reads it aloud."""

from generator.vietnamese.decide import read, spoken
from generator.vietnamese.numbers import Region
from generator.vietnamese.reading import Doubt, Reading, SpokenWord
from generator.vietnamese.repair import repair
from generator.vietnamese.sentences import breaths, split_sentences
from generator.vietnamese.tables import version

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
