"""Engine `piper`: native offline voices (piper-tts); `loa voices install` downloads them once."""

import importlib.metadata
import importlib.util
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from loa.audio.samples import Sound
from loa.errors import Finding, SpeechError
from loa.i18n import _
from loa.tts.downloads import folder
from loa.tts.engine import Presenter, State, TextStyle, Utterance, not_installed, require


class Piper:
    """All voices in `place` (default: the folder of voices of this computer). A loaded voice stays in memory."""

    name = "piper"
    text_style: TextStyle = "respelt"

    def __init__(self, place: Path | None = None) -> None:
        self._place = place
        self._loaded: dict[str, Any] = {}
        self._lock = threading.Lock()

    @property
    def licence(self) -> str:
        """The licences of the library and of the voices."""
        return _("GPL-3.0-or-later (piper-tts); each voice has its own")

    @property
    def version(self) -> str:
        """The runtime's version."""
        return importlib.metadata.version("piper-tts") if importlib.util.find_spec("piper") else "none"

    def state(self) -> State:
        """Return "ready" if the runtime and at least one voice are installed."""
        if importlib.util.find_spec("piper") is None:
            return not_installed("piper-tts", "piper")
        if not self.voices():
            return State(False, _("It has no voice yet."), _("Install one: loa voices install vi_VN-vais1000-medium"))
        return State(True)

    def voices(self) -> tuple[str, ...]:
        """Return the names of all models in the folder that have their settings beside them."""
        place = self._place or folder()
        models = sorted(place.glob("*.onnx")) if place.is_dir() else []
        return tuple(model.stem for model in models if model.with_name(model.name + ".json").is_file())

    def presenter(self, voice: str) -> Presenter | None:  # noqa: ARG002 (the protocol's signature)
        """Return None: a model's settings do not say; a station names the voice itself."""
        return None

    def say(self, utterance: Utterance, voice: str, pace: float) -> Sound:
        """Speak `utterance.text`, without word marks. Raises SpeechError."""
        import numpy as np  # 0.1 s, 16 MB: only where this engine speaks

        require(self, voice)
        with self._lock:
            chunks = list(self._chunks(utterance.text, voice, pace))
        if not chunks:
            raise SpeechError(Finding("speech.empty", _("Piper gave no sound."), quote=utterance.text))
        samples = np.concatenate([chunk.audio_float_array for chunk in chunks])
        return Sound(np.asarray(samples, np.float32), chunks[0].sample_rate)

    def _chunks(self, text: str, voice: str, pace: float) -> Iterator[Any]:
        from piper import PiperVoice, SynthesisConfig  # an extra, 0.1 s, 38 MB: only where this engine speaks

        if voice not in self._loaded:
            model = (self._place or folder()) / f"{voice}.onnx"
            try:
                self._loaded[voice] = PiperVoice.load(model)
            except Exception as error:  # onnxruntime has no public type for a damaged model
                raise SpeechError(
                    Finding(
                        "speech.engine",
                        _("The voice cannot be loaded: {reason}").format(reason=error),
                        _("Install it again: loa voices install {voice}").format(voice=voice),
                        file=str(model),
                    )
                ) from error
        model = self._loaded[voice]
        yield from model.synthesize(text, SynthesisConfig(length_scale=model.config.length_scale / pace))
