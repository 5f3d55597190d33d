"""Hear whether a loudspeaker works. In a module of its own: pages do without what it takes to make sound."""

import array
from collections.abc import Iterator
from pathlib import Path

from loa.audio import ffmpeg
from loa.bulletin.jingles import jingle
from loa.clock import RealClock
from loa.errors import Finding, PlayoutError
from loa.i18n import _
from loa.playout.outputs.base import CHUNK_SECONDS
from loa.playout.trial import play_on
from loa.schedule.loader import load_schedule
from loa.workspace import Workspace

LONGEST = 20.0


def self_test(workspace: Workspace, output: str) -> float:
    """Play the station's chime on `output`; how many seconds of sound it took. Raises LoaError."""
    chosen = load_schedule(workspace).outputs.get(output)
    if chosen is None:
        raise PlayoutError(Finding("output.unknown", _("There is no output “{name}”.").format(name=output)))
    chime = _Jingle(jingle(workspace, "chime"))
    play_on(output, chosen, chime, RealClock(), workspace.root)
    return chime.seconds


class _Jingle:
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
