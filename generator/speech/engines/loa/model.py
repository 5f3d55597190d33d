"""The three parts of the model as functions over arrays."""

import os
import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generator.speech.engines.loa import graph

RATE = 24_000  # Hz of the sound
FRAME = 0.025  # seconds of a frame of sounds
HALF_FRAME = FRAME / 2  # seconds of a frame of pitch and energy
UNVOICED = 7.0  # hertz that the decoder takes for no voice (anything below 10)

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Encoded:
    """What the text encoders make of T symbols: durations [T] in frames, prosody [640, T], sounds [512, T]."""

    durations: Floats
    prosody: Floats
    sounds: Floats


class Model:
    """Kokoro-82M, cut in three. Loading takes about a second; `threads` 0 means one for each core."""

    def __init__(self, threads: int = 0) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = threads or min(4, os.cpu_count() or 1)
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # the station has other work too
        whole = graph.load()
        self._parts = {
            part: onnxruntime.InferenceSession(graph.cut(whole, part), options, providers=["CPUExecutionProvider"])
            for part in (graph.ENCODER, graph.PROSODIST, graph.DECODER)
        }
        self._lock = threading.Lock()

    def encode(self, tokens: list[int], style: Floats) -> Encoded:
        """Text encoders: what `tokens` sound like in this style."""
        durations, prosody, sounds = self._run(graph.ENCODER, np.array([tokens], np.int64), style)
        return Encoded(durations[0], prosody[0].T, sounds[0])

    def energy(self, prosody: Floats, style: Floats) -> tuple[Floats, Floats]:
        """Pitch (Hz) and energy that Kokoro itself would give the frames [640, F]; each [2F]."""
        pitch, energy = self._run(graph.PROSODIST, prosody[None], style)
        return pitch[0], energy[0]

    def decode(self, sounds: Floats, pitch: Floats, energy: Floats, style: Floats) -> Floats:
        """Samples at 24 kHz for the frames [512, F] with our pitch and energy, each [2F]."""
        (audio,) = self._run(graph.DECODER, sounds[None], pitch[None], energy[None], style)
        return np.asarray(audio, np.float32).ravel()

    def _run(self, part: graph.Part, *values: NDArray[np.float32] | NDArray[np.int64]) -> list[Floats]:
        feeds = {
            name: value[None] if name == graph.STYLE else np.ascontiguousarray(value)
            for name, value in zip(part.inputs, values, strict=True)
        }
        with self._lock:
            return list(self._parts[part].run(list(part.outputs), feeds))
