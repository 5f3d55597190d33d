"""Outputs of the simulation: who sounds where, from when to when; and outputs that break or stall."""

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from loa.playout.channel import OutputCondition, OutputReport
from loa.playout.recording import LoadedRecording
from loa.playout.relay import RelayReport
from tests.simulation.clock import WorldClock

_GIVEN_UP = 3.0
"""Seconds without sound after which a connection is opened anew, and a process knows that it stood still."""


@dataclass(slots=True)
class Sound:
    """What was heard on an output: seconds `first` to `last` of a recording, from real second `began` on.

    `start`: when second `first` would have sounded without what held it up for a moment.
    """

    output: str
    airing: str
    bulletin: str
    sha256: str
    process: int
    began: float
    start: float
    first: float
    last: float
    over: bool = False

    @property
    def end(self) -> float:
        """The real second of its end, so far."""
        return self.start + self.last - self.first


@dataclass(slots=True)
class Village:
    """All outputs. `broken`, `stalled`: until which real second an output takes no sound, and says so or does not."""

    clock: WorldClock
    broken: dict[str, float] = field(default_factory=dict)
    stalled: dict[str, float] = field(default_factory=dict)
    heard: list[Sound] = field(default_factory=list)

    def works(self, output: str) -> bool:
        """Whether it takes sound now."""
        now = self.clock.real
        return now >= self.broken.get(output, -1.0) and now >= self.stalled.get(output, -1.0)

    def is_silent(self, output: str) -> bool:
        """Whether it takes no sound without an error: its connection looks well."""
        return self.clock.real >= self.broken.get(output, -1.0) and self.clock.real < self.stalled.get(output, -1.0)


class SimulatedSession:
    """As `playout.Session`: each output waits for the instant, plays, is tried again after it broke."""

    def __init__(
        self,
        village: Village,
        process: int,
        airing: str,
        programme: LoadedRecording,
        outputs: tuple[str, ...],
        planned: datetime.datetime,
        offset: float,
    ) -> None:
        self.stood_still = 0.0
        self.settling = False
        self.stopped = False
        self.talk = None  # nor does anybody speak
        self.relay_trouble = ""  # no programme of the simulation has a relay
        self.relays: tuple[RelayReport, ...] = ()
        self._village, self._process, self._airing = village, process, airing
        self._programme, self._planned, self._offset = programme, planned, offset
        self._reports = {name: OutputReport(name) for name in outputs}
        self._sounds: dict[str, Sound] = {}
        self._stuck: dict[str, float] = {}
        self._seen = village.clock.real
        self._slept = village.clock.asleep
        self._held, self._paused_at = False, 0.0

    def next_event(self) -> float | None:
        """The next real second at which something happens by itself: it begins, or comes to its end."""
        if self.stopped or self._held or self.over:
            return None
        clock = self._village.clock
        times = [s.start + self._programme.seconds - s.first for s in self._sounds.values() if not s.over]
        if len(self._sounds) < len(self._reports):
            times.append(max(clock.real_of(self._planned), clock.real + 0.5))
        times += [since + _GIVEN_UP for since in self._stuck.values()]
        for troubles in (self._village.broken, self._village.stalled):
            times += [end for name, end in troubles.items() if name in self._reports and end > clock.real]
        return min(times, default=None)

    def hold(self, paused: bool) -> None:
        """The process stands still (SIGSTOP): its threads feed nothing; it notices when it goes on."""
        now = self._village.clock.real
        if paused and not self._held:
            self.advance()
            self._paused_at = now
        elif self._held and not paused and not self.over:
            if now - self._paused_at > _GIVEN_UP:
                self.stood_still = now - self._paused_at
                self._silence()
            else:
                self._shift(now - self._paused_at)
        if self._held:
            self._seen = now
        self._held = paused

    def advance(self) -> None:
        """Let the sound go on to the present of the world."""
        clock, village = self._village.clock, self._village
        now, before, self._seen = clock.real, self._seen, clock.real
        if self.stopped or self._held or self.stood_still:
            return
        if clock.asleep > self._slept and not self.over:
            gone, self._slept = clock.asleep - self._slept, clock.asleep
            if gone > _GIVEN_UP:
                self.stood_still = gone
                self._silence()
                return
            self._shift(gone)
        self._slept = clock.asleep
        for name, report in self._reports.items():
            sound = self._sounds.get(name)
            if sound and not sound.over:
                self._go_on(sound, report, before, now)
            elif not report.complete and village.works(name) and clock.wall >= self._planned:
                self._begin(name, report, now)

    def _go_on(self, sound: Sound, report: OutputReport, before: float, now: float) -> None:
        """The world has let it play up to `before`; what broke broke then."""
        name = sound.output
        if self._village.works(name):
            sound.start += now - self._stuck.pop(name, now)  # a moment's stall: it goes on where it was
            self._play(sound, report, now)
        elif self._village.is_silent(name) and now - self._stuck.setdefault(name, before) < _GIVEN_UP:
            self._play(sound, report, self._stuck[name])
        else:
            self._play(sound, report, self._stuck.pop(name, before))
            if not sound.over:
                sound.over = True
                report.failures.append("broken")

    def _begin(self, name: str, report: OutputReport, now: float) -> None:
        playing = [s for s in self._sounds.values() if not s.over]
        begun = self.started_at is not None
        if begun and not playing and self.complete:
            return
        first = max((s.last for s in playing), default=self._offset)
        if begun and not playing:
            first = max(self._offset, self._programme.sentence_before(self.position))
        recording, by = self._programme, self._process
        sound = Sound(name, self._airing, recording.bulletin, recording.sha256, by, now, now, first, first)
        self._sounds[name] = sound
        self._village.heard.append(sound)
        report.started = report.started or self._village.clock.wall

    def _play(self, sound: Sound, report: OutputReport, until: float) -> None:
        reached = min(self._programme.seconds, sound.first + max(0.0, until - sound.start))
        report.seconds += reached - sound.last
        sound.last = report.position = reached
        report.last_sound_at = self._village.clock.wall
        if reached >= self._programme.seconds:
            sound.over = report.complete = True

    def _shift(self, seconds: float) -> None:
        for sound in self._sounds.values():
            if not sound.over:
                sound.start += seconds

    def _silence(self) -> None:
        for sound in self._sounds.values():
            sound.over = True

    @property
    def started_at(self) -> datetime.datetime | None:
        """First sound."""
        return min((r.started for r in self._reports.values() if r.started), default=None)

    @property
    def position(self) -> float:
        """Second of the programme."""
        return max((r.position for r in self._reports.values()), default=0.0) or self._offset

    @property
    def over(self) -> bool:
        """Nothing more will be heard."""
        return (
            self.stopped
            or bool(self.stood_still)
            or all(r.complete for r in self._reports.values())
            or (self.complete and not any(not s.over for s in self._sounds.values()))
        )

    @property
    def complete(self) -> bool:
        """Some output has played it to its end."""
        return any(report.complete for report in self._reports.values())

    @property
    def sounding(self) -> bool:
        """Some output takes sound now."""
        return any(not sound.over for sound in self._sounds.values())

    @property
    def reports(self) -> tuple[OutputReport, ...]:
        """By output."""
        return tuple(self._reports.values())

    @property
    def conditions(self) -> Mapping[str, OutputCondition]:
        """How each output is getting on."""
        return {name: self._condition(name) for name in self._reports}

    def _condition(self, name: str) -> OutputCondition:
        sound, report = self._sounds.get(name), self._reports[name]
        if report.complete or self.stopped:
            return "over"
        if sound and not sound.over:
            return "sounding"
        return "failing" if report.failures or not self._village.works(name) else "ready"

    def start(self) -> None:
        """Open the outputs: what was planned for the past begins now."""
        self.advance()

    def set_volume(self, output: str, volume: int) -> None:
        """Volumes are not simulated."""

    def drop(self, outputs: Collection[str]) -> None:
        """Nobody presses STOP for some outputs in the simulation."""
        raise NotImplementedError

    def watch(self) -> None:
        """Nothing: lines that fail are tried again by `advance`."""

    def stop(self) -> None:
        """Silence."""
        self.advance()
        self._silence()
        self.stopped = True
