"""A programme with live parts: the approved MP3, with another station's sound where its tag says so.

The sound of a relay is levelled live, and gaps in it (nothing comes, silence, what cannot be decoded) are bridged with
the hold music that stands in the MP3. Every output takes the same chunks; whoever asks first makes the next one.
"""

import array
import datetime
import threading
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from loa.bulletin.programme import RelayPoint
from loa.clock import Clock
from loa.formats import lasting
from loa.i18n import _
from loa.playout.levelling import QUIET, Leveller
from loa.playout.outputs.base import CHUNK_SECONDS
from loa.playout.receiving import CHUNK, RATE, Receiver
from loa.playout.recording import LoadedRecording

with warnings.catch_warnings():  # from Python 3.13 on the package audioop-lts brings it back, and says nothing
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

_KEPT = 800
"""Chunks (16 s) that are kept for outputs that are behind: they play up to 10 s later than others."""
_CUSHION, _CUSHION_OF_PIECES = 75, 700
"""Chunks of received sound that wait at most (1.5 s): more would only make it late. Pieces of HLS last some seconds."""
_ENOUGH = 25
"""Chunks that must wait before the far sound comes (back) on air: half a second."""
_TOLD = 1.0
"""Seconds of a gap after which people are told."""
_PATIENCE = 1.0
"""Seconds without sound before the gap is bridged; the cushion has been used up by then."""
_QUIET_FOR, _LOUD_FOR = 2.0, 0.1
"""Seconds of silence that are a gap; seconds of sound that end it."""
_TAIL = 2.0
"""Seconds of the file behind a relay that ends the programme; they are not aired, because its end is hard."""


@dataclass(slots=True)
class Gap:
    """A gap that was bridged. `at`: seconds after the relay's first sound; `seconds`: how long; `why`: in words."""

    at: float
    seconds: float
    why: str


@dataclass(slots=True)
class RelayReport:
    """What was really heard. `heard`, `bridged`: seconds; `first`: seconds after its start until far sound came."""

    source: str
    title: str
    heard: float = 0.0
    bridged: float = 0.0
    first: float | None = None
    gaps: list[Gap] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return it for the log."""
        return {
            "source": self.source,
            "title": self.title,
            "heard": round(self.heard, 1),
            "bridged": round(self.bridged, 1),
            "gaps": [{"at": round(g.at, 1), "seconds": round(g.seconds, 1), "why": g.why} for g in self.gaps[:50]],
            "failures": self.failures,
        }

    @property
    def note(self) -> str:
        """What people should know; "" if it was heard without gaps."""
        if self.heard == 0:
            why = self.gaps[0].why if self.gaps else self.failures[-1] if self.failures else "?"
            return _("{title}: nothing was heard of it ({why})").format(title=self.title, why=why)
        if self.bridged < 1:
            return ""
        text = _("{title}: {seconds} heard, {bridged} bridged in {count} gaps")
        count = len(self.gaps)
        return text.format(title=self.title, seconds=lasting(self.heard), bridged=lasting(self.bridged), count=count)


class Feed:
    """The bridged and levelled sound of one relay, in chunks of 20 ms that are made when somebody asks for them."""

    def __init__(self, point: RelayPoint, hold: bytes, receiver: Receiver | None, refused: str = "") -> None:
        """`hold`: the hold music; `receiver`: None where nothing may be received, and `refused` says why."""
        self.report = RelayReport(point.source, point.title)
        self._hold, self._receiver, self._refused = hold or bytes(CHUNK), receiver, refused
        self._made: deque[bytes] = deque(maxlen=_KEPT)
        self._count = self._hold_at = 0
        self._waited = self._quiet = self._loud = 0.0
        self._bridges, self._silent = True, False
        self._leveller = Leveller()
        self._lock = threading.Lock()

    def chunk(self, number: int, *, before: bool = False) -> bytes:
        """Return chunk `number` of the relay; one that is no longer kept is the oldest that is.

        `before`: it has not begun yet by the clock: hold music.
        """
        with self._lock:
            while self._count <= number:
                self._made.append(self._next(before=before))
                self._count += 1
            behind = self._count - number
            return self._made[-min(behind, len(self._made))]

    def enter(self) -> None:
        """Its time has come: what was received long before is old."""
        if self._receiver:
            self._receiver.trim(_CUSHION if self._receiver.steady else _CUSHION_OF_PIECES)

    @property
    def trouble(self) -> str:
        """Why the far sound is not heard now; "" while it is, or before it should be."""
        gaps = self.report.gaps
        return gaps[-1].why if self._bridges and gaps and gaps[-1].seconds >= _TOLD else ""

    def _next(self, *, before: bool) -> bytes:
        if before:
            return self._held()
        far = self._far()
        if far is None:
            self._bridge()
            return self._held()
        if self._bridges:
            self._bridges = False
            if self.report.first is None:
                self.report.first = self._count * CHUNK_SECONDS
        self.report.heard += CHUNK_SECONDS
        return self._leveller.apply(far)

    def _far(self) -> bytes | None:
        """Return the next chunk of far sound; None where there is a gap."""
        receiver = self._receiver
        if receiver is None:
            return None
        most = _CUSHION if receiver.steady else _CUSHION_OF_PIECES
        if receiver.waiting > 2 * most:
            receiver.trim(most)
        if self._bridges and not self._silent and receiver.waiting < _ENOUGH:
            return None
        found = receiver.take()
        if found is None:
            self._waited += CHUNK_SECONDS
            if self._waited < _PATIENCE and not self._bridges:
                return bytes(CHUNK)
            return None
        self._waited = 0.0
        if audioop.rms(found, 2) < QUIET:
            self._quiet, self._loud = self._quiet + CHUNK_SECONDS, 0.0
            self._silent = self._silent or self._quiet >= _QUIET_FOR
        else:
            self._loud += CHUNK_SECONDS
            if self._loud >= _LOUD_FOR:
                self._silent, self._quiet = False, 0.0
        return None if self._silent else found

    def _bridge(self) -> None:
        """Note a gap, or that it goes on."""
        at = self._count * CHUNK_SECONDS
        if not self._bridges or not self.report.gaps:
            self._bridges, self._hold_at = True, 0
            self.report.gaps.append(Gap(at, 0.0, self._why()))
        gap = self.report.gaps[-1]
        gap.seconds += CHUNK_SECONDS
        if self._receiver and self._receiver.problem:
            gap.why = self._receiver.problem
        self.report.bridged += CHUNK_SECONDS
        if self._receiver:
            self.report.failures = self._receiver.failures

    def _why(self) -> str:
        if self._receiver is None:
            return self._refused
        return self._receiver.problem or (_("the other station sends silence") if self._silent else _("nothing comes"))

    def _held(self) -> bytes:
        hold, at = self._hold, self._hold_at
        self._hold_at = (at + CHUNK) % len(hold)
        piece = hold[at : at + CHUNK]
        if len(piece) < CHUNK:
            piece += hold[: CHUNK - len(piece)]
        return piece


@dataclass(frozen=True, slots=True)
class _Live:
    """A relay of one airing. `start`: seconds on air before it; `seconds`: its length; `begins`, `ends`: when."""

    point: RelayPoint
    start: float
    seconds: float
    begins: datetime.datetime
    ends: datetime.datetime


def on_air_of(recording: LoadedRecording, planned: datetime.datetime) -> tuple[_Live, ...]:
    """Return the relays of a programme that is aired at `planned` (by the station's clock), in their order."""
    found: list[_Live] = []
    longer = 0.0
    for point in recording.relays:
        start = point.at + longer
        end = point.end(planned, start)
        seconds = max(0.0, (end - planned).total_seconds() - start)
        found.append(_Live(point, start, seconds, point.begin(planned, start), end))
        longer += seconds - point.hold
    return tuple(found)


def on_air_seconds(recording: LoadedRecording, planned: datetime.datetime) -> float:
    """Return how long a programme lasts on air, its relays included."""
    relays = on_air_of(recording, planned)
    if not relays:
        return recording.file_seconds
    last = relays[-1]
    rest = recording.file_seconds - last.point.at - last.point.hold
    return last.start + last.seconds + (rest if rest > _TAIL else 0.0)


def as_aired(recording: LoadedRecording, planned: datetime.datetime, zone: datetime.tzinfo) -> LoadedRecording:
    """Return the recording with the length that it has on air at `planned`: relays end by the clock in `zone`."""
    return (
        replace(recording, seconds=on_air_seconds(recording, planned.astimezone(zone)))
        if recording.relays
        else recording
    )


class LivePlayer:
    """What the outputs of one session play of a programme with relays: the same interface as a recording has.

    `address`: where a source is opened; None where it must not be (any more). `begin` starts to receive.
    """

    def __init__(
        self,
        recording: LoadedRecording,
        planned: datetime.datetime,
        clock: Clock,
        address: Callable[[str], str | None],
    ) -> None:
        self._recording, self._clock = recording, clock
        self._relays = on_air_of(recording, planned)
        addresses = [address(live.point.source) for live in self._relays]
        self._receivers = [Receiver(found) if found else None for found in addresses]
        refused = _("its source stands no longer in schedule.yaml")
        self._feeds = [
            Feed(live.point, _decoded(recording, live.point), receiver, refused)
            for live, receiver in zip(self._relays, self._receivers, strict=True)
        ]
        self._began, self._offset = planned, 0.0
        self._opened: set[int] = set()

    def begin(self, starts: datetime.datetime, offset: float) -> None:
        """The sound at second `offset` comes at `starts`: connect to what is due soon."""
        self._began, self._offset = starts, offset
        self.look(offset)

    def look(self, position: float) -> None:
        """Connect to the relays that come within half a minute."""
        for number, (live, receiver) in enumerate(zip(self._relays, self._receivers, strict=True)):
            due = live.start - _AHEAD <= position < live.start + live.seconds
            if receiver and due and number not in self._opened:
                self._opened.add(number)
                receiver.start()

    def close(self) -> None:
        """Receive no more."""
        for receiver in self._receivers:
            if receiver:
                receiver.close()

    @property
    def reports(self) -> tuple[RelayReport, ...]:
        """What was heard of each relay whose time had come."""
        return tuple(feed.report for feed in self._feeds if feed.report.heard or feed.report.bridged)

    @property
    def trouble(self) -> str:
        """Why a relay is not heard now; "" while it is, or before its time."""
        return next((f"{feed.report.title}: {feed.trouble}" for feed in self._feeds if feed.trouble), "")

    def pcm(self, rate: int, start: float = 0.0, delay: float = 0.0, /) -> Iterator["array.array[int]"]:
        """Yield mono 16-bit samples at `rate` Hz from second `start` on air on, in chunks of 20 ms.

        `delay`: seconds by which this output plays later than others.
        """
        file_at, on_air = 0.0, 0.0
        position = start
        for live, feed in zip(self._relays, self._feeds, strict=True):
            if position < live.start:
                inside = file_at + (position - on_air)
                yield from self._recording.file_pcm(rate, inside, live.point.at)
                position = live.start
            file_at, on_air = live.point.at + live.point.hold, live.start + live.seconds
            if position < on_air or not live.seconds:
                yield from self._live(live, feed, rate, position, delay)
                position = max(position, on_air)
        inside = file_at + (position - on_air)
        if not self._relays or self._recording.file_seconds - file_at > _TAIL:
            yield from self._recording.file_pcm(rate, inside)

    def _live(self, live: _Live, feed: Feed, rate: int, position: float, delay: float) -> Iterator["array.array[int]"]:
        now = self._clock.now()
        due = self._began + datetime.timedelta(seconds=position - self._offset)
        reached = max(due, now) if (now - due).total_seconds() > _LATE else due  # it waited for something
        end = live.ends + datetime.timedelta(seconds=delay)
        late = datetime.timedelta(seconds=delay)
        feed.enter()
        first = round((position - live.start) / CHUNK_SECONDS)
        state: Any = None
        number = 0
        while True:
            at = reached + late + datetime.timedelta(seconds=number * CHUNK_SECONDS)
            left = (end - at).total_seconds()
            if left <= 0 or self._clock.now() >= end:
                return
            chunk = feed.chunk(first + number, before=at < live.begins + late)
            if rate != RATE:
                chunk, state = audioop.ratecv(chunk, 2, 1, RATE, rate, state)
            samples = array.array("h", chunk)
            number += 1
            yield samples if left >= CHUNK_SECONDS else samples[: max(1, round(left * rate))]


_AHEAD = 30.0
_LATE = 0.5
"""Seconds between the plan and the clock that are no more than the buffer of an output."""


def _decoded(recording: LoadedRecording, point: RelayPoint) -> bytes:
    """Return the hold music in chunks of our rate."""
    pieces = recording.file_pcm(RATE, point.at, point.at + point.hold)
    return b"".join(piece.tobytes() for piece in pieces)
