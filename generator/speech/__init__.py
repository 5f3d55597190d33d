"""Speech: engines that say a sentence, and the cache that keeps what was said."""

from generator.speech.choose import choose, fall_back, is_auto
from generator.speech.engine import Engine, Presenter, Region, Sound, State, TextStyle, Utterance
from generator.speech.presenters import Cast, cast, missing
from generator.speech.registry import all_engines

__all__ = [
    "Cast",
    "Engine",
    "Presenter",
    "Region",
    "Sound",
    "State",
    "TextStyle",
    "Utterance",
    "all_engines",
    "cast",
    "choose",
    "fall_back",
    "is_auto",
    "missing",
]
