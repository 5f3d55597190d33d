"""Hear whether a loudspeaker works. In a module of its own: pages do without what it takes to make sound."""

import array
import threading
from collections.abc import Iterator
from pathlib import Path

from loa.audio import ffmpeg
from loa.bulletin.jingles import jingle
from loa.clock import RealClock
from loa.errors import Finding, PlayoutError
from loa.i18n import _
from loa.playout.fader import Fader
from loa.playout.outputs import open_connection
from loa.playout.outputs.base import CHUNK_SECONDS, OutputConnection
from loa.playout.outputs.shared_stream import Carried, Carrier
from loa.schedule.loader import load_schedule
from loa.workspace import Workspace

LONGEST = 20.0
_LOOK = 0.1


def self_test(workspace: Workspace, output: str) -> float:
    """Play the chime on `output`; how many seconds of sound it took. Raises LoaError."""
    chosen = load_schedule(workspace).outputs.get(output)
    if chosen is None:
        raise PlayoutError(Finding("output.unknown", _("There is no output “{name}”.").format(name=output)))
    chime = _Chime(jingle(workspace, "chime"))
    line = OutputConnection(output, f"chime@{output}", "", RealClock(), threading.Event(), workspace.root)
    player = open_connection(chosen, line, Carrier(chime, line.clock))
    try:
        chunks = chime.pcm(player.rate)
        if isinstance(player, Carried):
            player.volume = chosen.volume
            player.begin(lambda: 0.0, 0.0)
            while not player.over and not line.clock.wait(line.stop, _LOOK):
                player.look()
        else:
            player.begin(lambda: 0.0, 0.0)
            fader = Fader(chosen.volume)
            for chunk in chunks:
                player.write(fader.apply(chunk, player.rate))
        player.finish()
        return chime.seconds
    finally:
        player.close()


class _Chime:
    """A jingle as a sound to be played."""

    def __init__(self, path: Path) -> None:
        self._path, self.seconds = path, 0.0

    def pcm(self, rate: int, start: float = 0.0, _delay: float = 0.0, /) -> Iterator["array.array[int]"]:
        """Yield its samples from second `start` on. Raises BulletinError."""
        samples = array.array("h", ffmpeg.decode(self._path, rate, LONGEST, cut=True))
        self.seconds = len(samples) / rate
        step = int(rate * CHUNK_SECONDS)
        for at in range(round(start * rate), len(samples), step):
            yield samples[at : at + step]
