"""The voices: a style vector for every length of text, the pitch of the speaker, and Kokoro's symbols."""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

_DATA = resources.files("generator.speech.engines.loa") / "data"


@dataclass(frozen=True, slots=True)
class Timbre:
    """One voice. `styles` [rows, 256]: the style for a text of n symbols is row n - 1. `pitch`: its middle, in Hz."""

    name: str
    pitch: float
    styles: NDArray[np.float32]

    def style(self, symbols: int) -> NDArray[np.float32]:
        """The style [256] for a text of so many symbols."""
        style: NDArray[np.float32] = self.styles[max(0, min(symbols, len(self.styles)) - 1)]
        return style


PITCHES = {"nu": 210.0, "nam": 125.0}  # Hz; the first is the default


@cache
def timbre(name: str) -> Timbre:
    """The voice called `name`, one of `PITCHES`."""
    with (_DATA / f"{name}.npz").open("rb") as file, np.load(file) as data:
        return Timbre(name, PITCHES[name], data["styles"].astype(np.float32))


@cache
def symbols() -> dict[str, int]:
    """Kokoro's symbols and their numbers."""
    return dict(json.loads((_DATA / "symbols.json").read_text("utf-8")))
