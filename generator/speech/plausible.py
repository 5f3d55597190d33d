"""Was all of a sentence spoken? A service that answers 200 with half a sentence is caught by its length."""

from generator.speech.engine import Sound

SHORTEST_SYLLABLE = 0.10
"""Seconds; the quickest newsreaders stay above 0.12 on average."""


def cut_short(sound: Sound, syllables: int) -> bool:
    """Whether `sound` is too short to hold `syllables`; short calls of one or two words are given the doubt."""
    return sound.seconds < SHORTEST_SYLLABLE * syllables or sound.seconds < 0.15
