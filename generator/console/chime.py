"""The self-test of an output: the chime, played on it directly, so that somebody at the loudspeaker can hear it."""

import array
import threading

import miniaudio

from generator.bulletin.sounds import jingle
from generator.errors import Finding, PlayoutError
from generator.i18n import _
from generator.playout import RealClock
from generator.playout.lines import open_line
from generator.playout.player import Line
from generator.schedule import Schedule
from generator.workspace import Workspace

LONGEST = 20.0
_CHUNK = 0.02


def play_chime(workspace: Workspace, output: str) -> float:
    """Play the chime on `output`; how many seconds of sound it took. Raises LoaError."""
    chosen = Schedule.load(workspace).outputs.get(output)
    if chosen is None:
        raise PlayoutError(Finding("output.unknown", _("There is no output “{name}”.").format(name=output)))
    line = Line(output, f"chime@{output}", "", RealClock(), threading.Event(), workspace.root)
    player = open_line(chosen, line)
    try:
        path = jingle(workspace, "chime")
        sound = miniaudio.decode_file(str(path), miniaudio.SampleFormat.SIGNED16, 1, player.rate)
        samples = array.array("h", sound.samples)[: int(LONGEST * player.rate)]
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
