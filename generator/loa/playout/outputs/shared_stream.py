"""Send the sound of one airing to all outputs that are streams: decoded, levelled and encoded once for all alike.

One timer paces everything, so 150 outputs cost little more than one, and begin with the same packet.
"""

import array
import threading
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from loa.clock import Clock
from loa.errors import PlayoutError
from loa.i18n import _
from loa.playout.fader import Fader
from loa.playout.outputs.base import AHEAD, CHUNK_SECONDS, STOPPED, OutputConnection, output_error, took_nothing
from loa.playout.outputs.encoding import Encoding, encoder

with warnings.catch_warnings():  # from Python 3.13 on the package audioop-lts brings it back, and says nothing
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

SILENCE_LEVEL = 64
"""16-bit samples below this value are silence (-54 dBFS)."""
_TAIL = 1.0
"""Seconds of silence after the end, so that no buffer keeps the end back."""
_HURRY = 0.25
"""Seconds of sound that are sent ahead in each second after the start: a burst would overflow small buffers."""
_CALM = 30.0
"""Seconds that an encoder worked: if it fails then, another one is started at once."""
_LOOK = 0.25


class Sound(Protocol):
    """What is played: a recording, or one with live parts."""

    def pcm(self, rate: int, start: float = 0.0, delay: float = 0.0, /) -> Iterator["array.array[int]"]:
        """Yield mono 16-bit samples at `rate` Hz from second `start` on, in chunks of 20 ms; end with the sound."""


class Hearer(Protocol):
    """Listens to what is sent to one output."""

    def connected(self, rate: int) -> None:
        """Sound comes now."""

    def sent(self, chunk: "array.array[int]") -> None:
        """This was sent."""


class Carried:
    """Base class for outputs that are streams. It is silent until `begin` returns; then it gets the airing's sound.

    `volume` may be set at any time; `fade_in`: seconds in which the sound rises at the start. The constructor raises
    PlayoutError where the output cannot be opened.
    """

    def __init__(self, connection: OutputConnection, carrier: "Carrier", encoding: Encoding, delay: float) -> None:
        self.connection, self.encoding, self.delay = connection, encoding, delay
        self.volume = 100
        self.fade_in = 0.0
        self.first_sound_at: float | None = None
        self.hearer: Hearer | None = None
        self.failed = ""
        self.troubles: list[str] = []
        self.level: _Level | None = None
        self.last_at = connection.clock.elapsed()
        """When something was sent last, in seconds of `Clock.elapsed`."""
        self._carrier = carrier

    @property
    def rate(self) -> int:
        """Samples a second."""
        return self.encoding.rate

    def begin(self, remaining: Callable[[], float], offset: float) -> bool:
        """Send silence until `remaining()` is 0, then the sound from `offset` (s) on; False if stopped before that.

        Where other outputs play already, it plays with them. Raises PlayoutError.
        """
        clock, stop = self.connection.clock, self.connection.stop
        self._carrier.join(self, offset)
        while (left := remaining()) > 0 and self.first_sound_at is None:
            if clock.wait(stop, min(left, _LOOK * clock.speed)):
                return False
            self.look()
        if self.first_sound_at is None:
            self._carrier.begin(self)
        return not stop.is_set()

    @property
    def position(self) -> float:
        """The position in the recording up to which sound was sent, in seconds."""
        return self.level.track.position if self.level else 0.0

    @property
    def seconds(self) -> float:
        """Seconds of sound that were sent since the beginning."""
        return self.level.track.seconds - self._from if self.level else 0.0

    @property
    def silence(self) -> float:
        """Seconds of silence within the sound that was sent last."""
        return min(self.level.silence, self.seconds) if self.level else 0.0

    @property
    def over(self) -> bool:
        """Whether everything was sent."""
        return bool(self.level and self.level.track.over)

    def look(self) -> None:
        """See how it is; called a few times a second. Raises PlayoutError if it does not work any more."""
        if self.failed:
            raise output_error(self.failed)

    def deliver(self, packets: Sequence[bytes]) -> None:
        """Send something; never wait. Raises OSError. Called by the carrier; subclasses implement this."""
        raise NotImplementedError

    def finish(self) -> None:
        """Wait until everything was heard; subclasses may override this."""

    def taken(self) -> float | None:
        """Return how many seconds of the sound the other side has taken; None if the output cannot tell."""
        return None

    def close(self) -> None:
        """Release the output immediately; subclasses override this."""
        self._carrier.leave(self)

    _from = 0.0

    def begun(self, track: "_Track", at: float) -> None:
        """The sound begins for it, at `at` of `Clock.elapsed`. Called by the carrier."""
        self._from, self.first_sound_at = track.seconds, at
        if self.hearer:
            self.hearer.connected(self.rate)

    def put(self, packets: Sequence[bytes]) -> None:
        """Send something, and note what fails. Called by the carrier."""
        if self.failed or self.connection.stop.is_set():
            return
        try:
            self.deliver(packets)
        except OSError as error:
            self.failed = _("the connection broke ({reason})").format(reason=error.strerror or error)
        else:
            self.last_at = self.connection.clock.elapsed()


class _Level:
    """One encoder, and the outputs that get what it makes."""

    def __init__(self, track: "_Track", encoding: Encoding, volume: int, fade_in: float) -> None:
        self.track, self.encoding, self.fade_in = track, encoding, fade_in
        self.legs: tuple[Carried, ...] = ()
        self.fader = Fader(volume, fade_in)
        self.silence = 0.0
        self._encoder = encoder(encoding, self._deliver)
        self._made, self._restarts, self.hopeless = track.clock.elapsed(), 0, False

    def split(self, legs: Sequence[Carried], volume: int) -> "_Level":
        """Take these outputs to a level of their own, which changes to `volume`."""
        other = _Level.__new__(_Level)
        other.track, other.encoding, other.silence = self.track, self.encoding, self.silence
        other.fade_in = self.fade_in
        other.fader = Fader(self.fader.volume)
        other.fader.volume = volume
        other._encoder = self._encoder.twin()
        other._made, other._restarts, other.hopeless = self.track.clock.elapsed(), 0, False
        other._encoder.hand_to(other._deliver)
        other.legs = tuple(legs)
        self.legs = tuple(leg for leg in self.legs if leg not in legs)
        for leg in legs:
            leg.level = other
        return other

    def feed(self, chunk: "array.array[int]", *, sounding: bool) -> None:
        """Bring a chunk to the level, and have it encoded."""
        if sounding:
            chunk = self.fader.apply(chunk, self.encoding.rate)
            quiet = audioop.max(chunk, 2) < SILENCE_LEVEL
            self.silence = self.silence + len(chunk) / self.encoding.rate if quiet else 0.0
            for leg in self.legs:
                if leg.hearer:
                    leg.hearer.sent(chunk)
        self._encoder.feed(chunk)

    def heal(self) -> None:
        """Where the encoder has given up, start another one; one that never works for long fails the outputs."""
        problem = self._encoder.problem()
        if not problem or self.hopeless:
            return
        now = self.track.clock.elapsed()
        broken, self._restarts = self._encoder, self._restarts + 1
        if now - self._made > _CALM * self.track.clock.speed:
            self._restarts = 1
        for leg in self.legs:
            leg.troubles.append(problem)
        try:
            if self._restarts > 1:
                raise output_error(problem)
            self._encoder, self._made = encoder(self.encoding, self._deliver), now
        except PlayoutError as error:
            self.hopeless = True
            for leg in self.legs:
                leg.failed = error.reason
        broken.close()

    def close(self) -> None:
        """Release the encoder."""
        self._encoder.close()

    def _deliver(self, packets: Sequence[bytes]) -> None:
        for leg in self.legs:
            leg.put(packets)


class _Track:
    """The sound at one sample rate with one delay, and where it is."""

    def __init__(self, sound: Sound, clock: Clock, rate: int, delay: float, offset: float) -> None:
        self.clock, self.rate = clock, rate
        self.levels: list[_Level] = []
        self.position, self.seconds = offset, 0.0
        self.sounding = self.over = False
        self._pcm = sound.pcm(rate, offset, delay)
        self._next = next(self._pcm, None)  # decoding up to here takes a while
        self._silent = array.array("h", bytes(2 * round(rate * CHUNK_SECONDS)))
        self._began, self._frames = clock.elapsed(), 0
        self._tail = 0.0

    def rest(self) -> None:
        """Silence begins now."""
        self._began, self._frames = self.clock.elapsed(), 0

    def take(self, leg: Carried) -> None:
        """Send to `leg`, too. Raises PlayoutError."""
        wanted = leg.encoding, leg.volume, leg.fade_in
        same = (one for one in self.levels if (one.encoding, one.fader.volume, one.fade_in) == wanted)
        level = next(same, None)
        if level is None:
            level = _Level(self, leg.encoding, leg.volume, leg.fade_in)
            self.levels.append(level)
        level.legs = (*level.legs, leg)
        leg.level, leg.last_at = level, self.clock.elapsed()
        if self.sounding:
            leg.begun(self, self.clock.elapsed())

    def start(self) -> None:
        """The sound begins now."""
        self._began, self._frames, self.sounding = self.clock.elapsed(), 0, True
        for level in self.levels:
            for leg in level.legs:
                leg.begun(self, self._began)

    def due(self) -> float:
        """When the next chunk is due, by `Clock.elapsed`."""
        ahead = min(AHEAD * self.clock.speed, _HURRY * self._frames / self.rate) if self.sounding else 0.0
        return self._began + self._frames / self.rate - ahead

    def tick(self) -> None:
        """Send a chunk."""
        chunk, sounding = (self._next, True) if self.sounding and self._next is not None else (self._silent, False)
        assert chunk is not None
        self._regroup()
        for level in self.levels:
            level.feed(chunk, sounding=sounding)
            level.heal()
        self._frames += len(chunk)
        if sounding:
            self.position += len(chunk) / self.rate
            self.seconds += len(chunk) / self.rate
            self._next = next(self._pcm, None)
        elif self.sounding:
            self._tail += len(chunk) / self.rate
            self.over = self._tail >= _TAIL + AHEAD

    def _regroup(self) -> None:
        """Outputs whose volume was changed leave those whose volume was not."""
        for level in list(self.levels):
            wanted: dict[int, list[Carried]] = defaultdict(list)
            for leg in level.legs:
                wanted[leg.volume].append(leg)
            if len(wanted) == 1:
                (level.fader.volume,) = wanted
                continue
            for volume, legs in wanted.items():
                if volume != level.fader.volume:
                    self.levels.append(level.split(legs, volume))
            if not level.legs:
                self.levels.remove(level)
                level.close()


class Carrier:
    """Carries the sound of one airing to its streams, in a thread of its own while there are any."""

    def __init__(self, sound: Sound, clock: Clock) -> None:
        self._sound, self._clock = sound, clock
        self._tracks: dict[tuple[int, float], _Track] = {}
        self._lock = threading.Lock()
        self._woken = threading.Event()
        self._thread: threading.Thread | None = None

    def join(self, leg: Carried, offset: float) -> None:
        """Send to `leg`, too. A sound that has not begun is silent; it will begin at `offset`. Raises PlayoutError."""
        key = leg.encoding.rate, leg.delay
        made: _Track | None = None
        while not self._joined(leg, key, made):
            made = _Track(self._sound, self._clock, *key, offset)  # outside of the lock: the others play on
        self._woken.set()

    def _joined(self, leg: Carried, key: tuple[int, float], made: "_Track | None") -> bool:
        with self._lock:
            if key not in self._tracks:
                if made is None:
                    return False
                self._tracks[key] = made
                made.rest()
            track = self._tracks[key]
            track.take(leg)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="carrier", daemon=True)
                self._thread.start()
            return True

    def begin(self, leg: Carried) -> None:
        """The sound of `leg`, and of all that get the same, begins now."""
        with self._lock:
            track = leg.level.track if leg.level else None
            if track and not track.sounding:
                track.start()
        self._woken.set()

    def leave(self, leg: Carried) -> None:
        """Send no more to `leg`."""
        with self._lock:
            level = leg.level
            if level is None or leg not in level.legs:
                return
            level.legs = tuple(one for one in level.legs if one is not leg)
            if not level.legs:
                level.track.levels.remove(level)
                level.close()
            if not level.track.levels:
                self._tracks = {key: track for key, track in self._tracks.items() if track is not level.track}

    def _run(self) -> None:
        last = self._clock.elapsed()
        while True:
            with self._lock:
                if not self._tracks:
                    self._thread = None
                    return
                now = self._clock.elapsed()
                if now - last > STOPPED * self._clock.speed:  # the process stood still: nothing plays on by itself
                    self._give_up()
                    continue
                last = now
                for track in self._tracks.values():
                    while not track.over and track.due() <= now:
                        track.tick()
                due = min((track.due() for track in self._tracks.values() if not track.over), default=now + 1.0)
            self._woken.clear()
            self._clock.wait(self._woken, max(0.0, due - self._clock.elapsed()))

    def _give_up(self) -> None:
        for track in self._tracks.values():
            for level in track.levels:
                for leg in level.legs:
                    leg.failed = leg.failed or took_nothing()
                level.legs = ()
                level.close()
        self._tracks = {}
