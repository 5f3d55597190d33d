"""The volume of an output, applied to samples."""

import array
import warnings

with warnings.catch_warnings():  # from Python 3.13 on the package audioop-lts brings it back, and says nothing
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

_RAMP_SECONDS = 0.05
"""Seconds over which the volume changes: a step within one sample would be heard as a click."""
_LOWEST, _HIGHEST = -32768, 32767


class Fader:
    """Applies a volume to samples. `volume`: per cent of the bulletin's level; any thread may set it at any time.

    `rise`: seconds in which it is reached at the beginning.
    """

    def __init__(self, volume: int, rise: float = 0.0) -> None:
        self.volume = volume
        self._rise = rise
        self._gain = 0.0 if rise else volume / 100
        self._aim, self._slope = self._gain, 0.0

    def apply(self, chunk: "array.array[int]", rate: int) -> "array.array[int]":
        """Return `chunk` (16-bit samples at `rate` Hz) at the current volume; overflow is clipped."""
        aim = self.volume / 100
        if aim != self._aim:
            self._aim, self._slope = aim, (aim - self._gain) / ((self._rise or _RAMP_SECONDS) * rate)
        if self._gain == aim == 1.0:
            self._rise = 0.0
            return chunk
        if self._gain == aim:
            self._rise = 0.0
            return array.array("h", audioop.mul(chunk, 2, aim))
        low, high = sorted((self._gain, aim))
        gains = [max(low, min(high, self._gain + self._slope * n)) for n in range(1, len(chunk) + 1)]
        self._gain = gains[-1]
        louder = (round(sample * gain) for sample, gain in zip(chunk, gains, strict=True))
        return array.array("h", (max(_LOWEST, min(_HIGHEST, sample)) for sample in louder))
