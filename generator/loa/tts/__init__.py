"""Text to speech: the engines, the choice of a voice, and the cache of spoken sentences."""

from loa.tts.engine import Engine, Presenter, Region, State, TextStyle, Utterance
from loa.tts.voices import Cast, all_engines, cast, choose, fall_back, is_auto, missing

__all__ = [
    "Cast",
    "Engine",
    "Presenter",
    "Region",
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
