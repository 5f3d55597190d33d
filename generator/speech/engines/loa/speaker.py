"""An utterance -> sound with a mark for each word: its phrases one after the other, with rests between."""

import numpy as np

from generator.speech.engine import Sound, Utterance
from generator.speech.engines.loa.model import RATE, Floats, Model
from generator.speech.engines.loa.phrases import phrases
from generator.speech.engines.loa.synthesis import say_phrase
from generator.speech.engines.loa.timbres import timbre

_RESTS = {".": 0.45, "?": 0.45, ",": 0.25, "": 0.08}  # seconds after a phrase, by its mark


def speak(model: Model, utterance: Utterance, voice: str, pace: float) -> Sound | None:
    """The sound of `utterance`, None where it holds nothing that can be said."""
    pieces: list[Floats] = []
    starts: dict[int, float] = {}
    now, rest = 0.0, 0.0
    for phrase in phrases(utterance.text):
        silence = np.zeros(round(rest * RATE), np.float32)
        samples, marks = say_phrase(model, phrase, timbre(voice), utterance.region, pace)
        now += len(silence) / RATE
        for beat, mark in zip(phrase, marks, strict=True):
            starts.setdefault(beat.word, now + mark)
        now += len(samples) / RATE
        rest = _RESTS[phrase[-1].pause] / pace
        pieces += [silence, samples]
    if not pieces:
        return None
    sound = np.concatenate(pieces)
    for word in reversed(range(len(utterance.words))):  # a word of which nothing can be said: where the next one is
        starts.setdefault(word, starts.get(word + 1, now))
    return Sound(sound, RATE, tuple(starts[word] for word in range(len(utterance.words))))
