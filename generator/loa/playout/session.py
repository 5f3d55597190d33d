"""Play one recording on several outputs: one independent channel per output, supervised; report what they did."""

import datetime
import threading
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Protocol

from loa.clock import Clock
from loa.playout.channel import Channel, OutputCondition, OutputReport
from loa.playout.microphone import Microphone
from loa.playout.monitor import Monitor
from loa.playout.outputs.base import OutputConnection, took_nothing
from loa.playout.outputs.shared_stream import Carrier, Sound
from loa.playout.recording import LoadedRecording
from loa.playout.relay import RelayReport
from loa.schedule.outputs import AnyOutput, Monitored

_STALL_TIMEOUT = 3.0
"""Seconds without accepting sound after which a connection is given up and opened again."""
_PAUSED = 1.5
"""Seconds between two calls of `watch` after which not an output, but this whole process may have stood still."""
_STOP_TIMEOUT = 0.5
"""Seconds of real time that the threads of all outputs have to end."""
_OPEN_TIMEOUT = 12.0
"""Seconds that opening a connection may take."""


class LiveSound(Sound, Protocol):
    """A sound that comes from elsewhere while it is heard: a programme with relays, or somebody who speaks."""

    def begin(self, starts: datetime.datetime, offset: float, /) -> None:
        """The sound at second `offset` comes at `starts`."""

    def look(self, position: float, /) -> None:
        """Called about once a second."""

    def close(self) -> None:
        """Receive no more."""

    @property
    def reports(self) -> tuple[RelayReport, ...]:
        """What was heard of other stations."""

    @property
    def trouble(self) -> str:
        """Why another station is not heard now."""


class Session:
    """Plays `recording` on `outputs` (without groups), from second `offset`, with the first sound at `planned`.

    `live`: what plays its relays, where it has some, or the microphone. Call `watch` about once a second,
    until `over` is true.
    """

    def __init__(
        self,
        airing_id: str,
        recording: LoadedRecording,
        outputs: Mapping[str, AnyOutput],
        planned: datetime.datetime,
        clock: Clock,
        root: Path,
        offset: float = 0.0,
        live: LiveSound | None = None,
    ) -> None:
        self._live = live
        self._sound: Sound = live or recording
        self._carrier = Carrier(self._sound, clock)
        self.airing_id, self.recording, self.outputs, self.planned = airing_id, recording, dict(outputs), planned
        self.offset = offset
        self._clock, self._root = clock, root
        self._channels: dict[str, Channel] = {}
        self._looked_at = clock.elapsed()
        self._paused_until = float("-inf")
        self._starts = planned
        self._reports = {name: OutputReport(name) for name in outputs}
        self._monitors = {
            name: Monitor(output.monitor)
            for name, output in outputs.items()
            if isinstance(output, Monitored) and output.monitor
        }

    def start(self) -> None:
        """Open every output; each waits in silence for the start, for which all wait until the slowest is awake."""
        longest = max((output.silence_before for output in self.outputs.values()), default=0.0)
        now = self._clock.now()
        self._starts = max(self.planned, now + datetime.timedelta(seconds=longest))
        put_off = (self._starts - max(self.planned, now)).total_seconds()
        for name, report in self._reports.items():
            report.put_off = put_off + self.outputs[name].delay
        if self._live:
            self._live.begin(self._starts, self.offset)
        for monitor in self._monitors.values():
            monitor.start()
        self._channels = {name: self._channel(name) for name in self.outputs}  # whole, before one of them reads it
        for channel in self._channels.values():
            channel.start()

    @property
    def started_at(self) -> datetime.datetime | None:
        """The instant of the first sound on any output; None before."""
        return min((r.started for r in self._reports.values() if r.started), default=None)

    @property
    def position(self) -> float:
        """The position in the recording, in seconds."""
        return max((r.position for r in self._reports.values()), default=0.0) or self.offset

    @property
    def over(self) -> bool:
        """Whether all outputs are closed, and nothing that was sent may still be heard at a monitor."""
        return not any(channel.alive for channel in self._channels.values()) and not self.settling

    @property
    def settling(self) -> bool:
        """Whether all outputs are closed, so that others may use them, and only a monitor still listens."""
        closed = not any(channel.alive for channel in self._channels.values())
        return closed and any(not monitor.settled for monitor in self._monitors.values())

    @property
    def complete(self) -> bool:
        """Whether at least one output has played the recording to its end."""
        return any(report.complete for report in self._reports.values())

    @property
    def sounding(self) -> bool:
        """Whether at least one output accepts sound now."""
        return any(channel.sounding for channel in self._channels.values())

    @property
    def stood_still(self) -> float:
        """Seconds for which the process was stopped or the computer suspended while it played, else 0."""
        return max((channel.stood_still for channel in self._channels.values()), default=0.0)

    @property
    def reports(self) -> tuple[OutputReport, ...]:
        """What each output has done so far."""
        return tuple(self._reports.values())

    @property
    def conditions(self) -> dict[str, OutputCondition]:
        """The current condition of each output."""
        return {name: channel.condition for name, channel in self._channels.items()}

    @property
    def relays(self) -> tuple[RelayReport, ...]:
        """What was heard of other stations so far."""
        return self._live.reports if self._live else ()

    @property
    def relay_trouble(self) -> str:
        """Why another station is not heard now; "" if it is, or need not be."""
        return self._live.trouble if self._live else ""

    @property
    def talk(self) -> Microphone | None:
        """The microphone, where somebody speaks."""
        return self._live if isinstance(self._live, Microphone) else None

    def set_volume(self, output: str, volume: int) -> None:
        """Set the volume of one output, in per cent, while it plays."""
        self.outputs[output] = self.outputs[output].model_copy(update={"volume": volume})
        self._channels[output].set_volume(volume)

    def watch(self) -> None:
        """Give up connections that accept no sound, and open them again."""
        now = self._clock.elapsed()
        if now - self._looked_at > _PAUSED * self._clock.speed:
            self._paused_until = now
        self._looked_at = now
        for name, monitor in self._monitors.items():
            self._reports[name].monitor, self._reports[name].unheard = monitor.result(), monitor.long_silent
        if self._live:
            self._live.look(self.position)
            if self.over:
                self._live.close()
        done = self.complete
        for name, channel in list(self._channels.items()):
            if done and channel.waiting:
                channel.stop()  # another output has finished: there is nothing left to play
                continue
            limit = (_OPEN_TIMEOUT if channel.waiting else _STALL_TIMEOUT) * self._clock.speed
            if channel.alive and channel.condition != "ready" and now - channel.last_activity > limit:
                channel.abandon()
                self._reports[name].failures.append(took_nothing())
                self._channels[name] = self._channel(name)
                self._channels[name].start()

    def stop(self) -> None:
        """Stop the sound on every output immediately."""
        self.drop(self._channels)
        if self._live:
            self._live.close()
        for name, monitor in self._monitors.items():
            self._reports[name].monitor = monitor.final()
            monitor.close()

    def drop(self, outputs: Collection[str]) -> None:
        """Stop the sound on some outputs immediately; the others go on."""
        dropped = [channel for name, channel in self._channels.items() if name in outputs]
        for channel in dropped:
            channel.stop()
        end = time.monotonic() + _STOP_TIMEOUT
        for channel in dropped:
            channel.join(max(0.0, end - time.monotonic()))

    def moves_within(self, seconds: float) -> bool:
        """Whether the thread of every output that plays has done something in the last `seconds`."""
        now = self._clock.elapsed()
        playing = (channel for channel in self._channels.values() if channel.alive and not channel.waiting)
        return all(now - channel.last_activity < seconds * self._clock.speed for channel in playing)

    def _channel(self, name: str) -> Channel:
        output = self.outputs[name]
        connection = OutputConnection(
            name,
            self.airing_id,
            self.recording.sha256,
            self._clock,
            threading.Event(),
            self._root,
            self.recording.title,
            self.recording.station,
            live=self.recording.talk is not None,
        )
        joins = False

        def start_position() -> float:
            nonlocal joins
            joins = self.started_at is not None
            return self._start_position(output.delay)

        def remaining() -> float:
            return 0.0 if joins else (self._starts - self._clock.now()).total_seconds() + output.delay

        return Channel(
            output,
            connection,
            self._sound,
            self._carrier,
            remaining,
            start_position,
            lambda: self._looked_at,
            self._paused_since,
            self._reports[name],
            self._monitors.get(name),
        )

    def _paused_since(self, moment: float) -> bool:
        """Return whether this process may have stood still since `moment`."""
        pause = self._clock.elapsed() - self._looked_at
        return self._paused_until >= moment or pause > _PAUSED * self._clock.speed

    def _start_position(self, delay: float) -> float:
        """Return the position of a connection that opens now: `delay` behind the others, or the sentence's start."""
        playing = [
            channel.report.position + self.outputs[name].delay
            for name, channel in self._channels.items()
            if channel.alive and not channel.waiting
        ]
        if playing:
            return max(self.offset, max(playing) - delay)
        return max(self.offset, self.recording.sentence_before(self.position)) if self.started_at else self.offset
