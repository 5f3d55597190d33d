"""A tiny deterministic voice: one beep a syllable, silence around them. It walks the whole path of a real engine."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from loa.audio.samples import Sound
from loa.errors import Finding, SpeechError
from loa.tts import Presenter, State, TextStyle, Utterance
from loa.tts.cache import Clip, Voice, speak
from loa.workspace import Workspace

RATE = 16_000
SYLLABLE = 0.25


@dataclass
class Beeper:
    """Says beeps, counts what it was asked to say, and fails on the sentences it is told to fail on."""

    name: str = "beeper"
    version: str = "1"
    licence: str = "none"
    text_style: TextStyle = "respelt"
    fails_on: str = ""
    marked: bool = True
    said: list[str] = field(default_factory=list)

    def state(self) -> State:
        return State(True)

    def voices(self) -> tuple[str, ...]:
        return ("low", "high")

    def presenter(self, voice: str) -> Presenter | None:
        return {"low": "nam", "high": "nữ"}[voice]  # type: ignore[return-value]  # mypy widens the dict's values

    def say(self, utterance: Utterance, voice: str, pace: float) -> Sound:
        if self.fails_on and self.fails_on in utterance.text:
            raise SpeechError(Finding("speech.engine", "the beeper broke"))
        self.said.append(utterance.text)
        seconds, hertz = SYLLABLE / pace, {"low": 220, "high": 440}[voice]
        t = np.arange(round(seconds * RATE)) / RATE
        beep = 0.5 * np.sin(2 * np.pi * hertz * t) * np.minimum(1, np.minimum(t, seconds - t) / 0.01)
        quiet = np.zeros(RATE // 5)
        samples = np.concatenate([quiet, *[beep] * len(utterance.words), quiet]).astype(np.float32)
        marks = tuple(0.2 + i * seconds for i in range(len(utterance.words))) if self.marked else ()
        return Sound(samples, RATE, marks)


def vieneu() -> Beeper:
    """What a package with native voices would announce."""
    return Beeper(name="vieneu")


def speak_each(workspace: Workspace, utterances: Iterable[Utterance], voice: Voice) -> list[Clip]:
    """The clips of `utterances`, spoken one after the other as a bulletin does."""
    return [speak(workspace, utterance, voice) for utterance in utterances]
