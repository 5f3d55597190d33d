"""Bring live sound to the level of our bulletins while it comes."""

import warnings

with warnings.catch_warnings():  # from Python 3.13 on the package audioop-lts brings it back, and says nothing
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

QUIET = 33
"""16-bit RMS that is silence (-60 dBFS)."""
_AIM = 3270.0
"""16-bit RMS of speech at the level of our bulletins (-20 dBFS, about -16 LUFS with its pauses)."""
_GAIN = (0.25, 6.0)
_UP, _DOWN = 1.004, 0.985
"""Factors by which the gain changes in a chunk at most: 1.7 dB a second up, 6.5 down."""
_PEAK = 27_000


class Leveller:
    """The slow gain of one source: speech and music come to the level, peaks stay below full scale at once."""

    def __init__(self) -> None:
        self._gain, self._level = 1.0, 0.0

    def apply(self, chunk: bytes) -> bytes:
        """Return a chunk of 20 ms (mono 16-bit samples) at the level."""
        rms = audioop.rms(chunk, 2)
        if rms > QUIET * 4:  # pauses do not count
            self._level = 0.98 * self._level + 0.02 * rms if self._level else float(rms)
            wanted = min(max(_AIM / self._level, _GAIN[0]), _GAIN[1])
            self._gain = min(max(wanted, self._gain * _DOWN), self._gain * _UP)
        peak = audioop.max(chunk, 2)
        if peak * self._gain > _PEAK:
            self._gain = _PEAK / peak
        return audioop.mul(chunk, 2, self._gain)
