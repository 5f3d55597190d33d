"""One output during one airing: a thread that feeds the connection, reopens it after a failure, and reports."""

import datetime
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from loa.clock import Clock
from loa.errors import LoaError
from loa.playout.fader import Fader
from loa.playout.monitor import Monitor, MonitorResult
from loa.playout.outputs import open_connection
from loa.playout.outputs.base import (
    CHUNK_SECONDS,
    REFUSED,
    STOPPED,
    OutputConnection,
    Player,
    output_error,
    took_nothing,
)
from loa.playout.outputs.shared_stream import SILENCE_LEVEL, Carried, Carrier, Sound
from loa.schedule.outputs import AnyOutput

_RETRY = (0.5, 1.0, 2.0, 5.0)
_RETRY_REFUSED = 60.0
"""Seconds before a server that refused the password is asked again; some lock out who asks too often."""
_EVIDENT_SOON = 2.0
"""Seconds after the first sound within which an answer of the other side says that it took it from the beginning."""
_LOOK = 0.25
"""Seconds between two looks at a stream."""
LOST = 2.0
"""Seconds of sound at the end of a stream that may be on their way."""
OutputCondition = Literal["opening", "ready", "sounding", "failing", "over"]
"""An output in an airing: it is being opened, waits for the start, accepts sound, has failed, or has finished."""


@dataclass(slots=True)
class OutputReport:
    """What one output did.

    `started`: instant of the first sound. `put_off`: seconds by which that was to come later, by its `delay` and for
    amplifiers that wake up slowly. `position`: position in the recording (s). `seconds`: sound that it accepted.
    `taken`: seconds of that which the other side of a stream has taken; None if nothing tells. `longest_silence`: in
    seconds. `last_sound_at`: when it accepted sound last. `complete`: it played to the end. `monitor`: what was heard
    at the output's monitor, None without one; `unheard`: nothing of it, for so long that somebody should know.
    """

    output: str
    started: datetime.datetime | None = None
    put_off: float = 0.0
    position: float = 0.0
    seconds: float = 0.0
    taken: float | None = None
    longest_silence: float = 0.0
    last_sound_at: datetime.datetime | None = None
    failures: list[str] = field(default_factory=list)
    complete: bool = False
    monitor: MonitorResult | None = None
    unheard: bool = False

    @property
    def lost(self) -> float:
        """Seconds of sound that were sent and not taken, as far as it is known."""
        return max(0.0, self.seconds - self.taken) if self.taken is not None else 0.0


class _StoodStillError(Exception):
    """This process was stopped, or the computer suspended, while the output waited for its start."""


class Channel:
    """Plays `sound` on one output; what is a stream gets it from `carrier`.

    `remaining()` returns the seconds until the first sound; `start_position()` the position (s) at which a connection
    that has just been opened starts; `looked_at()` when the station looked last whether it may make sound.

    Nothing plays without the lease. A thread that stood still while it played or waited for its start ends
    (`stood_still`), unless `paused_since()` says that the rest of the process went on: then it is the output that took
    no sound. One that opened its connection for so long that it cannot tell waits until the station has looked.
    """

    def __init__(
        self,
        output: AnyOutput,
        connection: OutputConnection,
        sound: Sound,
        carrier: Carrier,
        remaining: Callable[[], float],
        start_position: Callable[[], float],
        looked_at: Callable[[], float],
        paused_since: Callable[[float], bool],
        report: OutputReport,
        monitor: Monitor | None = None,
    ) -> None:
        self.report = report
        self.stood_still = 0.0
        self.evident = False
        self.condition: OutputCondition = "failing" if report.failures else "opening"
        self._output, self._connection, self._sound, self._carrier = output, connection, sound, carrier
        self._fader = Fader(output.volume, output.fade_in)
        self._remaining, self._start_position, self._looked_at = remaining, start_position, looked_at
        self._paused_since, self._monitor = paused_since, monitor
        self._asked_at = 0.0
        self.last_activity = connection.clock.elapsed()
        self._player: Player | Carried | None = None
        self._thread = threading.Thread(target=self._run, name=f"output {connection.output}", daemon=True)

    @property
    def clock(self) -> Clock:
        """The clock of the connection."""
        return self._connection.clock

    @property
    def sounding(self) -> bool:
        """Whether it accepts sound now, and somebody takes it, as far as the output can tell."""
        return self.alive and self.condition == "sounding" and self.evident

    @property
    def waiting(self) -> bool:
        """Whether it does not accept sound now."""
        return self.condition != "sounding"

    @property
    def alive(self) -> bool:
        """Whether its thread is still running."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start the thread: it opens the connection, waits for the start, and plays."""
        self._thread.start()

    def set_volume(self, volume: int) -> None:
        """Set the volume in per cent, from the next chunk on."""
        self._fader.volume = volume
        player = self._player
        if isinstance(player, Carried):
            player.volume = volume

    def stop(self) -> None:
        """Stop the sound immediately; the thread ends by itself."""
        self._connection.stop.set()

    def abandon(self) -> None:
        """Give up a thread that hangs in its player: close the player from another thread, which may unblock it."""
        self.stop()
        player = self._player
        if player:
            threading.Thread(target=player.close, name=f"close {self._connection.output}", daemon=True).start()

    def join(self, seconds: float) -> None:
        """Wait for the thread to end, at most `seconds` of real time."""
        self._thread.join(seconds)

    def _run(self) -> None:
        attempt = 0
        while not self._connection.stop.is_set():
            refused = False
            try:
                self._play()
            except LoaError as error:
                self.report.failures.append(error.reason)
                refused = any(finding.code == REFUSED for finding in error.findings)
            except Exception as error:  # noqa: BLE001  a bug in a player must not silence the output for good
                self.report.failures.append(f"{type(error).__name__}: {error}")
            else:
                self.condition = "over"
                return
            finally:
                self._close()
            self.condition = "failing"
            pause = _RETRY_REFUSED if refused else _RETRY[min(attempt, len(_RETRY) - 1)] * self.clock.speed
            attempt += 1
            self.last_activity = self.clock.elapsed() + pause
            self.clock.wait(self._connection.stop, pause)

    def _play(self) -> None:
        begun = self.clock.elapsed()
        self._player = player = open_connection(self._output, self._connection, self._carrier)
        self.last_activity = opened = self.clock.elapsed()
        while opened - begun > STOPPED * self.clock.speed and self._looked_at() <= opened:
            if self.clock.wait(self._connection.stop, 0.05 * self.clock.speed):
                return
        offset = self._start_position()
        lost, taken = self.report.lost, self.report.taken or 0.0
        if isinstance(player, Carried):
            self._follow(player, offset, taken)
        else:
            self._feed(player, offset, taken)
        if not self._connection.stop.is_set() and not self.stood_still:
            player.finish()
            self._note_taken(player, taken)
            self.report.complete = not self._connection.stop.is_set() and self.report.lost - lost <= LOST

    def _feed(self, player: Player, offset: float, taken: float) -> None:
        """Write the sound to the output, chunk by chunk."""
        pcm = self._sound.pcm(player.rate, offset, self._output.delay)
        chunk = next(pcm, None)
        self.condition = "ready"
        if not self._begin(player, offset):
            return
        silence = 0.0
        self.last_activity = self.clock.elapsed()
        self.condition = "sounding"
        if self._monitor:
            self._monitor.connected(player.rate)
        while chunk is not None and not self._stopped(self.last_activity):
            self.last_activity = self.clock.elapsed()
            adjusted = self._fader.apply(chunk, player.rate)
            player.write(adjusted)
            if self._monitor:
                self._monitor.sent(adjusted)
            self.report.last_sound_at = self.clock.now()
            offset += len(chunk) / player.rate
            self.report.position = offset
            self.report.seconds += len(chunk) / player.rate
            self._note_taken(player, taken)
            self._note_start(player)
            silence = silence + CHUNK_SECONDS if max(max(adjusted), -min(adjusted)) < SILENCE_LEVEL else 0.0
            self.report.longest_silence = max(self.report.longest_silence, silence)
            chunk = next(pcm, None)

    def _follow(self, player: Carried, offset: float, taken: float) -> None:
        """Watch an output whose sound the carrier sends."""
        player.volume, player.hearer = self._fader.volume, self._monitor
        player.fade_in = self._output.fade_in
        self.condition = "ready"
        if not self._begin(player, offset):
            return
        seconds = self.report.seconds
        looked = self.last_activity = self.clock.elapsed()
        self.condition = "sounding"
        while not self._stopped(looked):
            looked = self.clock.elapsed()
            player.look()
            self.last_activity = player.last_at
            self.report.failures += player.troubles
            player.troubles.clear()
            if player.seconds:
                self.report.last_sound_at = self.clock.now() - datetime.timedelta(seconds=looked - player.last_at)
                self.report.position, self.report.seconds = player.position, seconds + player.seconds
                self.report.longest_silence = max(self.report.longest_silence, player.silence)
            self._note_taken(player, taken)
            self._note_start(player)
            if player.over:
                return
            self.clock.wait(self._connection.stop, _LOOK * self.clock.speed)

    def _stopped(self, moved: float) -> bool:
        """Whether it must not go on; `moved`: when it did something last. Raises PlayoutError if the output hung."""
        gone = self.clock.elapsed() - moved
        if self._connection.stop.is_set():
            return True
        if gone > STOPPED * self.clock.speed:
            if not self._paused_since(moved):
                raise output_error(took_nothing())
            self.stood_still = gone
            return True
        return False

    def _note_taken(self, player: Player | Carried, before: float) -> None:
        """`before`: what was taken from earlier connections."""
        taken = player.taken()
        self.evident = taken is None or taken > 0
        if taken is not None:
            self.report.taken = before + taken

    def _begin(self, player: Player | Carried, offset: float) -> bool:
        self._asked_at = self.clock.elapsed()
        try:
            return player.begin(self._ask_remaining, offset) and not self.stood_still
        except _StoodStillError:
            return False

    def _ask_remaining(self) -> float:
        """`remaining()`, which players ask a few times a second; it never comes for a process that stood still."""
        now = self.clock.elapsed()
        gone, self._asked_at = now - self._asked_at, now
        if self.condition == "ready" and gone > STOPPED * self.clock.speed:
            self.stood_still = gone
            raise _StoodStillError
        return self._remaining()

    def _note_start(self, player: Player | Carried) -> None:
        """Note the first sound, as soon as it is evident that somebody took it."""
        if self.report.started is None and player.first_sound_at is not None and self.evident:
            ago = self.clock.elapsed() - player.first_sound_at
            if ago > _EVIDENT_SOON * self.clock.speed:
                ago = 0.0  # who takes it came later
            self.report.started = self.clock.now() - datetime.timedelta(seconds=ago)

    def _close(self) -> None:
        player, self._player = self._player, None
        if player:
            try:
                player.close()
            except LoaError as error:
                self.report.failures.append(error.reason)
