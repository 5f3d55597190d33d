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
    """One voice. `styles` [rows, 256]: the style for a text of n symbols is row n - 1.

    `pitch`: its middle, in Hz; `span`: how many times the intervals of the tones it uses; `creak`: where its vocal
    folds are pressed, the pitch as a share of the middle.
    """

    name: str
    pitch: float
    span: float
    creak: float
    styles: NDArray[np.float32]

    def style(self, symbols: int) -> NDArray[np.float32]:
        """The style [256] for a text of so many symbols."""
        style: NDArray[np.float32] = self.styles[max(0, min(symbols, len(self.styles)) - 1)]
        return style


# Pitch, span, creak; the first voice is the default. With a middle of 125 Hz and the woman's intervals, the man's level
# tone was heard as the falling one; a creak of half his middle was no creak to the listener.
_SPEAKERS = {"nu": (210.0, 1.0, 0.33), "nam": (155.0, 1.15, 0.27)}


@cache
def timbre(name: str) -> Timbre:
    """The voice called `name`."""
    with (_DATA / f"{name}.npz").open("rb") as file, np.load(file) as data:
        return Timbre(name, *_SPEAKERS[name], data["styles"].astype(np.float32))


@cache
def symbols() -> dict[str, int]:
    """Kokoro's symbols and their numbers."""
    return dict(json.loads((_DATA / "symbols.json").read_text("utf-8")))
