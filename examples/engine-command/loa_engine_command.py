"""A speech engine of another package: a program of this computer speaks, which reads a sentence and writes WAV.

LOA_COMMAND holds the command line, for example `espeak-ng -v vi -w /dev/stdout --stdin`.
"""

import io
import os
import shlex
import shutil
import subprocess

import numpy as np
import soundfile

from loa.audio.samples import Sound
from loa.errors import Finding, SpeechError
from loa.tts import State, TextStyle, Utterance
from loa.tts.engine import Presenter

PATIENCE = 60.0
"""Seconds for a sentence."""


class Command:
    """The engine; making one costs nothing."""

    name = "command"
    licence = "that of the program"
    text_style: TextStyle = "respelt"  # "written" for a program that reads print by itself

    @property
    def version(self) -> str:
        """The command line: whoever changes it gets new clips."""
        return os.environ.get("LOA_COMMAND", "")

    def state(self) -> State:
        """Ready when the program is there."""
        words = shlex.split(self.version)
        if not words:
            return State(False, "LOA_COMMAND is not set.", "Set it to a program that reads a sentence and writes WAV.")
        if not shutil.which(words[0]):
            return State(False, f"There is no program “{words[0]}”.", "Install it, or correct LOA_COMMAND.")
        return State(True)

    def voices(self) -> tuple[str, ...]:
        """One voice: the program's own."""
        return ("default",)

    def presenter(self, voice: str) -> Presenter | None:
        """Whether it is a woman's or a man's nobody knows here."""
        return None

    def say(self, utterance: Utterance, voice: str, pace: float) -> Sound:
        """Speak at the program's own pace. Raises SpeechError and nothing else."""
        try:
            done = subprocess.run(
                shlex.split(self.version),
                input=utterance.text.encode(),
                capture_output=True,
                check=True,
                timeout=PATIENCE,
            )
            samples, rate = soundfile.read(io.BytesIO(done.stdout), dtype="float32", always_2d=True)
        except (OSError, subprocess.SubprocessError, RuntimeError, IndexError) as error:
            finding = Finding(
                "speech.engine", f"The program could not speak: {error}", "Try LOA_COMMAND in a terminal."
            )
            raise SpeechError(finding) from error
        return Sound(np.asarray(samples.mean(axis=1), np.float32), int(rate))
