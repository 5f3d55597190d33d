"""Speech: engines that say a sentence, and the cache that keeps what was said."""

from generator.speech.engine import Engine, Region, Sound, State, TextStyle, Utterance

__all__ = ["Engine", "Region", "Sound", "State", "TextStyle", "Utterance"]
