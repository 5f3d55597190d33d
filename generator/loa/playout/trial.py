"""Hear whether an output works: play a short sound on it, beside the airings; and a chime that needs no file."""

import array
import math
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

from loa.clock import Clock
from loa.playout.fader import Fader
from loa.playout.outputs import open_connection
from loa.playout.outputs.base import CHUNK_SECONDS, OutputConnection
from loa.playout.outputs.shared_stream import Carried, Carrier, Sound
from loa.schedule.outputs import AnyOutput

with warnings.catch_warnings():  # from Python 3.13 on the package audioop-lts brings it back, and says nothing
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

_LOOK = 0.1
_NOTES = ((0.0, 523.25), (0.45, 659.26), (0.9, 783.99))
"""When each note begins (s), and its pitch (Hz): C, E, G."""
_LASTS = 2.2
_FADES = 0.5
"""Seconds after which a note has lost two thirds of its strength."""
_LOUD, _MADE_AT = 9000, 11_025


class Chime:
    """Three rising notes."""

    def __init__(self) -> None:
        self.seconds = _LASTS
        self._samples = _notes()

    def pcm(self, rate: int, start: float = 0.0, _delay: float = 0.0, /) -> Iterator["array.array[int]"]:
        """Yield its samples from second `start` on."""
        raw, _state = audioop.ratecv(self._samples, 2, 1, _MADE_AT, rate, None)
        samples = array.array("h", raw)
        step = int(rate * CHUNK_SECONDS)
        for at in range(round(start * rate), len(samples), step):
            yield samples[at : at + step]


def _notes() -> bytes:
    """The samples at a low rate, which is enough for them and quick on a small computer: 16 bit, mono."""
    found = [0.0] * round(_LASTS * _MADE_AT)
    for begins, pitch in _NOTES:
        first, turn = round(begins * _MADE_AT), 2 * math.pi * pitch / _MADE_AT
        for number in range(len(found) - first):
            rise = min(1.0, number / (0.01 * _MADE_AT))
            found[first + number] += rise * math.exp(-number / (_FADES * _MADE_AT)) * math.sin(turn * number)
    ends = round(0.05 * _MADE_AT)
    for number in range(ends):
        found[-1 - number] *= number / ends
    return array.array("h", (round(_LOUD * sample) for sample in found)).tobytes()


def play_on(
    name: str,
    output: AnyOutput,
    sound: Sound,
    clock: Clock,
    root: Path,
    *,
    remaining: Callable[[], float] = lambda: 0.0,
    stop: threading.Event | None = None,
) -> None:
    """Play `sound` on `output` at its volume, to the end or until `stop`. `remaining`: seconds until it begins.

    Raises PlayoutError, WorkspaceError, and what the sound raises.
    """
    line = OutputConnection(name, f"chime@{name}", "", clock, stop or threading.Event(), root)
    player = open_connection(output, line, Carrier(sound, clock))
    try:
        if isinstance(player, Carried):
            player.volume = output.volume
            player.begin(remaining, 0.0)
            while not player.over and not clock.wait(line.stop, _LOOK):
                player.look()
        elif player.begin(remaining, 0.0):
            fader = Fader(output.volume)
            for chunk in sound.pcm(player.rate):
                if line.stop.is_set():
                    return
                player.write(fader.apply(chunk, player.rate))
        player.finish()
    finally:
        player.close()
