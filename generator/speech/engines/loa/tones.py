"""The six tones as pitch contours, the melody of a phrase, and where the voice creaks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generator.speech.engine import Region
from generator.speech.engines.loa.shape import Shape

_DECLINATION = 2.0  # semitones a phrase falls from its first syllable to its last
_QUESTION = 2.0  # semitones the last syllable of a question rises above that


@dataclass(frozen=True, slots=True)
class Contour:
    """Pitch over the rime of a syllable: `points` are (place 0..1, semitones from the voice's middle).

    Between the two places of `creak` the vocal folds are pressed and beat slowly (`Timbre.creak`): it is this, more
    than the pitch around it, by which northern listeners know nặng and ngã.
    """

    points: tuple[tuple[float, float], ...]
    creak: tuple[float, float] | None = None


_NORTH = {
    "ngang": Contour(((0, 2), (1, 1.2))),
    "huyền": Contour(((0, 0), (1, -4.5))),
    "sắc": Contour(((0, 0), (0.35, 0.5), (1, 7))),
    "sắc-stop": Contour(((0, 2), (1, 7))),
    "nặng": Contour(((0, 2), (0.4, 0.5), (1, -5)), (0.45, 1.01)),
    "nặng-stop": Contour(((0, 0), (1, -5))),
    "hỏi": Contour(((0, 1), (0.6, -6), (1, -3))),
    "ngã": Contour(((0, 2), (0.3, 0.5), (0.55, 5), (1, 9)), (0.3, 0.55)),
}
_DIPPING = Contour(((0, -1.5), (0.5, -6), (1, 0)))
_SOUTH = _NORTH | {
    "huyền": Contour(((0, -0.5), (1, -3.5))),
    "nặng": Contour(((0, -2), (0.55, -7), (1, -3.5))),
    "hỏi": _DIPPING,
    "ngã": _DIPPING,
}


def contour(syllable: Shape, region: Region = "bac") -> Contour:
    """The contour of the syllable's tone; before p, t, c, ch sắc and nặng have shorter ones."""
    tones = _SOUTH if region == "nam" else _NORTH
    stopped = syllable.stopped and syllable.tone in {"sắc", "nặng"}
    return tones[f"{syllable.tone}-stop" if stopped else syllable.tone]


def semitones(shape: Contour, places: NDArray[np.float64], fallen: float, *, question: bool) -> NDArray[np.float64]:
    """Pitch at `places` of the rime (0..1) of a syllable that stands at `fallen` (-0.5 first, 0.5 last) in its phrase.

    `question`: it is the last syllable of one.
    """
    points = np.array(shape.points)
    rise = _QUESTION if question else 0.0
    pitch: NDArray[np.float64] = np.interp(places, points[:, 0], points[:, 1])
    return pitch - _DECLINATION * fallen + rise * places
