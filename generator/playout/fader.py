"""The volume of an output while it sounds: turned up or down without a click."""

import array

import numpy as np

_RAMP = 0.05
"""Seconds in which a new volume is reached: a step within one sample would be heard as a click."""
_LOUDEST = np.iinfo(np.int16)


class Fader:
    """`volume`: per cent of the bulletin's level; may be set at any time, from any thread."""

    def __init__(self, volume: int) -> None:
        self.volume = volume
        self._gain = volume / 100
        self._aim, self._slope = self._gain, 0.0

    def apply(self, chunk: "array.array[int]", rate: int) -> "array.array[int]":
        """`chunk` (16 bit, at `rate` Hz) at the volume; what would be too loud is clipped, never wrapped around."""
        aim = self.volume / 100
        if aim != self._aim:
            self._aim, self._slope = aim, (aim - self._gain) / (_RAMP * rate)
        if self._gain == aim == 1.0:
            return chunk
        gains: float | np.ndarray[tuple[int], np.dtype[np.float64]] = aim
        if self._gain != aim:
            low, high = sorted((self._gain, aim))
            gains = np.clip(self._gain + self._slope * np.arange(1, len(chunk) + 1), low, high)
            self._gain = float(gains[-1])
        louder = np.clip(np.frombuffer(chunk, dtype=np.int16) * gains, _LOUDEST.min, _LOUDEST.max)
        return array.array("h", louder.astype(np.int16).tobytes())
