"""Hear whether a loudspeaker works. In a module of its own: pages do without what it takes to make sound."""

import array
import threading

from loa.audio import ffmpeg
from loa.bulletin.jingles import jingle
from loa.clock import RealClock
from loa.errors import Finding, PlayoutError
from loa.i18n import _
from loa.playout.outputs import open_connection
from loa.playout.outputs.base import OutputConnection
from loa.schedule.loader import load_schedule
from loa.workspace import Workspace

LONGEST = 20.0
_CHUNK = 0.02


def self_test(workspace: Workspace, output: str) -> float:
    """Play the chime on `output`; how many seconds of sound it took. Raises LoaError."""
    chosen = load_schedule(workspace).outputs.get(output)
    if chosen is None:
        raise PlayoutError(Finding("output.unknown", _("There is no output “{name}”.").format(name=output)))
    line = OutputConnection(output, f"chime@{output}", "", RealClock(), threading.Event(), workspace.root)
    player = open_connection(chosen, line)
    try:
        path = jingle(workspace, "chime")
        samples = array.array("h", ffmpeg.decode(path, player.rate, LONGEST, cut=True))
        step = int(player.rate * _CHUNK)
        player.begin(lambda: 0.0, 0.0)
        for start in range(0, len(samples), step):
            player.write(_at_volume(samples[start : start + step], chosen.volume))
        player.finish()
        return len(samples) / player.rate
    finally:
        player.close()


def _at_volume(samples: "array.array[int]", volume: int) -> "array.array[int]":
    return array.array("h", (max(-32768, min(32767, sample * volume // 100)) for sample in samples))
