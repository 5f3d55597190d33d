"""Speech: engines that say a sentence, and the cache that keeps what was said."""

from generator.speech.choose import choose
from generator.speech.engine import Engine, Region, Sound, State, TextStyle, Utterance
from generator.speech.registry import engines

__all__ = ["Engine", "Region", "Sound", "State", "TextStyle", "Utterance", "choose", "engines"]
