"""Any text spoken at once, outside any bulletin: for trying a voice or a spelling."""

from generator.errors import Finding, SpeechError
from generator.i18n import _
from generator.speech.engine import Engine, Region, Sound, Utterance
from generator.speech.trim import trim
from generator.vietnamese import read, split_sentences

PAUSE = 0.4
"""Seconds between two sentences."""


def aloud(text: str, engine: Engine, voice: str, *, region: Region = "bac", pace: float = 1.0) -> Sound:
    """`text`, sentence by sentence, as one sound without marks. Raises SpeechError where there is nothing to say."""
    import numpy as np

    parts = []
    for start, end in split_sentences(text):
        written = text[start:end]
        reading = read(written, region=region)
        if reading.words:
            parts.append(trim(engine.say(Utterance(reading.phrased, written, region), voice, pace)))
    if not parts:
        raise SpeechError(
            Finding("speech.nothing", _("There is nothing to say in this text."), _("Give some words."), quote=text)
        )
    rate = parts[0].rate
    pause = np.zeros(round(PAUSE * rate), np.float32)
    pieces = [piece for part in parts for piece in (part.samples, pause)][:-1]
    return Sound(np.concatenate(pieces), rate)
