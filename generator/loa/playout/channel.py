"""One output during one airing: a thread that feeds its line, opens it again when it breaks, and reports."""

import array
import datetime
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from loa.clock import Clock
from loa.errors import LoaError
from loa.playout.outputs import open_connection
from loa.playout.outputs.base import OutputConnection, Player
from loa.playout.recording import FRAMES, LoadedRecording
from loa.schedule.outputs import AnyOutput

with warnings.catch_warnings():  # from Python 3.13 on the package audioop-lts brings it back, and says nothing
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

_RAMP = 0.05
"""Seconds in which a new volume is reached: a step within one sample would be heard as a click."""
_LOWEST, _HIGHEST = -32768, 32767


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
        if self._gain == aim:
            return array.array("h", audioop.mul(chunk, 2, aim))
        low, high = sorted((self._gain, aim))
        gains = [max(low, min(high, self._gain + self._slope * n)) for n in range(1, len(chunk) + 1)]
        self._gain = gains[-1]
        louder = (round(sample * gain) for sample, gain in zip(chunk, gains, strict=True))
        return array.array("h", (max(_LOWEST, min(_HIGHEST, sample)) for sample in louder))


SILENT = 64
"""Samples (16 bit) below this are silence: -54 dBFS."""
_RETRY = (0.5, 1.0, 2.0, 5.0)
_ASLEEP = 3.0
"""Seconds between two chunks after which this process must have been asleep or stopped."""
OutputCondition = Literal["opening", "ready", "sounding", "failing", "over"]
"""An output in an airing: its line is opened, waits for the moment, takes sound, broke, has nothing more to do."""


@dataclass(slots=True)
class OutputReport:
    """What one output did. `reached`: the second of the programme it has come to; `seconds`: sound that it took;
    `silent`: the longest stretch of silence in it; `took`: when it took sound last.
    """

    output: str
    started: datetime.datetime | None = None
    reached: float = 0.0
    seconds: float = 0.0
    silent: float = 0.0
    took: datetime.datetime | None = None
    failures: list[str] = field(default_factory=list)
    complete: bool = False


class Channel:
    """Plays `programme` on one output. `remaining` tells the seconds until its first sound.

    `now_at` tells which second of the programme comes first on a line that has just been opened.
    """

    def __init__(
        self,
        output: AnyOutput,
        line: OutputConnection,
        programme: LoadedRecording,
        remaining: Callable[[], float],
        now_at: Callable[[], float],
        report: OutputReport,
    ) -> None:
        self.report = report
        self.asleep = False
        self.condition: OutputCondition = "failing" if report.failures else "opening"
        self._output, self._line, self._programme = output, line, programme
        self._fader = Fader(output.volume)
        self._remaining, self._now_at = remaining, now_at
        self.touched = line.clock.elapsed()
        self._player: Player | None = None
        self._thread = threading.Thread(target=self._run, name=f"output {line.output}", daemon=True)

    @property
    def clock(self) -> Clock:
        """The clock of the line."""
        return self._line.clock

    @property
    def waiting(self) -> bool:
        """Whether it takes no sound yet, or not again."""
        return self.condition != "sounding"

    @property
    def alive(self) -> bool:
        """Whether it still has something to do."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Open the line and wait for the moment, in a thread of its own."""
        self._thread.start()

    def set_volume(self, volume: int) -> None:
        """Per cent, from the next chunk on."""
        self._fader.volume = volume

    def stop(self) -> None:
        """Silence, at once; the thread ends by itself."""
        self._line.stop.set()

    def abandon(self) -> None:
        """Stop a thread that hangs in its player: closing the line under it is what may free it."""
        self.stop()
        player = self._player
        if player:
            threading.Thread(target=player.close, name=f"close {self._line.output}", daemon=True).start()

    def join(self, seconds: float) -> None:
        """Wait for the thread, at most `seconds` of real time."""
        self._thread.join(seconds)

    def _run(self) -> None:
        attempt = 0
        while not self._line.stop.is_set():
            try:
                self._play()
            except LoaError as error:
                self.report.failures.append("; ".join(f.message for f in error.findings))
            except Exception as error:  # noqa: BLE001  a player's own bug must not end in silence
                self.report.failures.append(f"{type(error).__name__}: {error}")
            else:
                self.condition = "over"
                return
            finally:
                self._close()
            self.condition = "failing"
            pause = _RETRY[min(attempt, len(_RETRY) - 1)] * self.clock.speed
            attempt += 1
            self.touched = self.clock.elapsed() + pause
            self.clock.wait(self._line.stop, pause)

    def _play(self) -> None:
        self._player = player = open_connection(self._output, self._line)
        self.touched = self.clock.elapsed()
        offset = self._now_at()
        pcm = self._programme.pcm(player.rate, offset)
        chunk = next(pcm, None)
        self.condition = "ready"
        if not player.begin(self._remaining, offset):
            return
        silent = 0.0
        self.touched = self.clock.elapsed()
        self.condition = "sounding"
        while chunk is not None and not self._line.stop.is_set():
            if self.clock.elapsed() - self.touched > _ASLEEP * self.clock.speed:
                self.asleep = True
                return
            self.touched = self.clock.elapsed()
            faded = self._fader.apply(chunk, player.rate)
            player.write(faded)
            self._note_start(player)
            self.report.took = self.clock.now()
            offset += len(chunk) / player.rate
            self.report.reached = offset
            self.report.seconds += len(chunk) / player.rate
            silent = silent + FRAMES if max(max(faded), -min(faded)) < SILENT else 0.0
            self.report.silent = max(self.report.silent, silent)
            chunk = next(pcm, None)
        if not self._line.stop.is_set():
            player.finish()
            self.report.complete = not self._line.stop.is_set()

    def _note_start(self, player: Player) -> None:
        if self.report.started is None and player.heard is not None:
            ago = self.clock.elapsed() - player.heard
            self.report.started = self.clock.now() - datetime.timedelta(seconds=ago)

    def _close(self) -> None:
        player, self._player = self._player, None
        if player:
            try:
                player.close()
            except LoaError as error:
                self.report.failures.append("; ".join(f.message for f in error.findings))
