"""Speech: engines that say a sentence, and the cache that keeps what was said."""

from generator.speech.choose import choose, fall_back, is_auto
from generator.speech.engine import Engine, Region, Sound, State, TextStyle, Utterance
from generator.speech.registry import all_engines

__all__ = [
    "Engine",
    "Region",
    "Sound",
    "State",
    "TextStyle",
    "Utterance",
    "all_engines",
    "choose",
    "fall_back",
    "is_auto",
]
