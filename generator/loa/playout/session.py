"""One programme on its loudspeakers: independent channels, watched; what they did is reported."""

import datetime
import threading
from collections.abc import Mapping
from pathlib import Path

from loa.clock import Clock
from loa.i18n import _
from loa.playout.channel import Channel, OutputCondition, OutputReport
from loa.playout.outputs.base import OutputConnection
from loa.playout.recording import LoadedRecording
from loa.schedule.outputs import AnyOutput

_STALLED = 3.0
"""Seconds without taking sound after which a line is given up and opened anew."""
_OPENING = 12.0
"""Seconds that opening a line may take."""


class Session:
    """`programme` on `outputs` (no groups among them), from second `offset` on, first heard at `planned`.

    Call `watch` about once a second; it is over when `over` says so.
    """

    def __init__(
        self,
        airing: str,
        programme: LoadedRecording,
        outputs: Mapping[str, AnyOutput],
        planned: datetime.datetime,
        clock: Clock,
        root: Path,
        offset: float = 0.0,
    ) -> None:
        self.airing, self.programme, self.outputs, self.planned = airing, programme, dict(outputs), planned
        self.offset = offset
        self._clock, self._root = clock, root
        self._channels: dict[str, Channel] = {}
        self._reports = {name: OutputReport(name) for name in outputs}

    def start(self) -> None:
        """Open every output; each waits in silence for the moment."""
        for name in self.outputs:
            self._open(name)

    @property
    def begun(self) -> datetime.datetime | None:
        """When the first sound was heard on any output, None before."""
        return min((r.started for r in self._reports.values() if r.started), default=None)

    @property
    def position(self) -> float:
        """The second of the programme that it has come to."""
        return max((r.reached for r in self._reports.values()), default=0.0) or self.offset

    @property
    def over(self) -> bool:
        """Whether nothing more will be heard."""
        return not any(channel.alive for channel in self._channels.values())

    @property
    def complete(self) -> bool:
        """Whether any output has played the programme to its end."""
        return any(report.complete for report in self._reports.values())

    @property
    def sounding(self) -> bool:
        """Whether any output takes sound now."""
        return any(channel.alive and not channel.waiting for channel in self._channels.values())

    @property
    def asleep(self) -> bool:
        """Whether the process was stopped or the computer slept while it played."""
        return any(channel.asleep for channel in self._channels.values())

    @property
    def reports(self) -> tuple[OutputReport, ...]:
        """What each output did so far."""
        return tuple(self._reports.values())

    @property
    def conditions(self) -> dict[str, OutputCondition]:
        """How each output is getting on now."""
        return {name: channel.condition for name, channel in self._channels.items()}

    def set_volume(self, output: str, volume: int) -> None:
        """Turn one of its outputs up or down, to `volume` per cent, while it sounds."""
        self.outputs[output] = self.outputs[output].model_copy(update={"volume": volume})
        self._channels[output].set_volume(volume)

    def watch(self) -> None:
        """Give up lines that take no sound and open them anew."""
        now = self._clock.elapsed()
        done = self.complete
        for name, channel in list(self._channels.items()):
            if done and channel.waiting:
                channel.stop()  # the others are through: nothing is left to join
                continue
            limit = (_OPENING if channel.waiting else _STALLED) * self._clock.speed
            if channel.alive and channel.condition != "ready" and now - channel.touched > limit:
                channel.abandon()
                self._reports[name].failures.append(_("took no sound for some seconds"))
                self._open(name)

    def stop(self) -> None:
        """Silence on every output, at once."""
        for channel in self._channels.values():
            channel.stop()
        for channel in self._channels.values():
            channel.join(0.5)

    def _open(self, name: str) -> None:
        output = self.outputs[name]
        line = OutputConnection(name, self.airing, self.programme.sha256, self._clock, threading.Event(), self._root)
        self._channels[name] = Channel(
            output, line, self.programme, lambda: self._remaining(output.delay), self._now_at, self._reports[name]
        )
        self._channels[name].start()

    def _remaining(self, delay: float) -> float:
        """Seconds until the first sound; none once another output plays."""
        return 0.0 if self.begun else (self.planned - self._clock.now()).total_seconds() + delay

    def _now_at(self) -> float:
        """Where a line that opens now comes in: with the others; or, if all are silent, where the sentence began."""
        playing = [c.report.reached for c in self._channels.values() if c.alive and not c.waiting]
        if playing:
            return max(playing)
        return max(self.offset, self.programme.sentence_before(self.position)) if self.begun else self.offset
