"""Was all of a sentence spoken? A service that answers 200 with half a sentence is caught by its length and its end."""

from generator.speech.engine import Sound
from generator.speech.trim import trim

SHORTEST_SYLLABLE = 0.10
"""Seconds; the quickest newsreaders stay above 0.12 on average."""
SHORT_SYLLABLE = 0.16
"""Seconds; voices stay above it at their own pace (0.2 to 0.28), so below it the end is looked at."""
_END = 0.02  # seconds
_LOUD_END_DB = -15.0  # beside the loudest 20 ms: words die away, what breaks off does not


def cut_short(sound: Sound, syllables: int) -> bool:
    """Whether `sound`, as the service gave it, cannot hold `syllables`; of one or two words it need not be long."""
    seconds = trim(sound).seconds
    if seconds < SHORTEST_SYLLABLE * syllables or seconds < 0.15:
        return True
    return seconds < SHORT_SYLLABLE * syllables and _breaks_off(sound)


def _breaks_off(sound: Sound) -> bool:
    """Whether it is still loud in its last moment."""
    import numpy as np

    hop = max(1, round(sound.rate * _END))
    power = (sound.samples[len(sound.samples) % hop :].astype(np.float64).reshape(-1, hop) ** 2).mean(axis=1)
    return bool(power[-1] > power.max() * 10 ** (_LOUD_END_DB / 10))
