"""Listen to what an output makes heard, and compare it with what was sent: sent is not heard.

Compared is the course of the loudness (frames of 50 ms), which survives loudspeakers, microphones, encoders and noise.
What is heard may come up to half a minute after it was sent.
"""

import array
import math
import operator
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from loa.i18n import _
from loa.logs import logger
from loa.playout.listening import RATE, listen

with warnings.catch_warnings():  # from Python 3.13 on the package audioop-lts brings it back, and says nothing
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

FRAME = 0.05
"""Seconds of sound per value of a course of loudness."""
_LONGEST_DELAY = 30.0
_EARLIEST = -1.0
"""Seconds by which the monitor may seem to be ahead: outputs take sound ahead of its time."""
_WINDOW, _SHORTEST = 12.0, 2.0
"""Seconds of loudness that are compared, and with fewer nothing can be said."""
_ALIKE, _ALIKE_AT_START = 0.6, 0.8
"""Least correlation; the highest one of different speech, over all delays, is about 0.4. Where the sound begins within
the window, somebody who begins to speak is more alike."""
_EVERY = 1.0
_UNHEARD = 15.0
"""Seconds at the end of what was sent that may be unheard: a pause, a hall, another voice in the room."""
_FLAT = 0.15
"""Deviation of the loudness, in parts of it, below which its course tells nothing: a steady tone."""
_AUDIBLE = 12.0
"""16-bit RMS below which there is nothing (-69 dBFS)."""
Heard = Literal["heard", "silent", "not monitored"]


@dataclass(frozen=True, slots=True)
class MonitorResult:
    """`delay`: seconds after which what was sent is heard. `until`: seconds of sound sent before it was heard last.

    `reason`: why nothing can be said, else "".
    """

    state: Heard
    delay: float | None = None
    until: float = 0.0
    reason: str = ""


class Course:
    """The loudness of a sound over time: RMS (16 bit) per frame. `start`: number of the first frame."""

    def __init__(self, rate: int) -> None:
        self.start = 0
        self.values: list[float] = []
        self._bytes, self._rest = round(rate * FRAME) * 2, b""

    @property
    def end(self) -> int:
        """The number of the frame that comes next."""
        return self.start + len(self.values)

    def add(self, pcm: bytes) -> None:
        """Append mono 16-bit samples."""
        pcm = self._rest + pcm
        whole = len(pcm) // self._bytes * self._bytes
        self.values += [float(audioop.rms(pcm[at : at + self._bytes], 2)) for at in range(0, whole, self._bytes)]
        self._rest = pcm[whole:]

    def silence_until(self, frame: int) -> None:
        """Append silence up to that frame, if it is not reached yet."""
        missing = frame - self.end
        if missing > 0:
            self.values += [0.0] * missing
            self._rest = b""

    def part(self, first: int, last: int) -> list[float]:
        """Return the frames [first, last); silence where there are none."""
        inside = self.values[max(0, first - self.start) : max(0, last - self.start)]
        before = [0.0] * max(0, min(last, self.start) - first)
        return [*before, *inside, *[0.0] * (last - first - len(before) - len(inside))]


class Monitor:
    """Listens to `source` (see `listening.listen`) from `start` to `close`; other threads say what is sent.

    `clock` gives seconds that only go forward.
    """

    def __init__(self, source: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._source, self._clock = source, clock
        self._began = clock()
        self._sent, self._heard = Course(1), Course(RATE)
        self._sent_seconds = 0.0
        self._sent_rate = 0
        self._heard_bytes = 0
        self._offset: float | None = None
        self._delay: int | None = None
        self._heard_until = 0
        self._first_sent: int | None = None
        self._matched = False
        self._problem = ""
        self._looked_at = 0.0
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"monitor {source}", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def close(self) -> None:
        """Listen no more; what was found stays."""
        self._stop.set()

    def connected(self, rate: int) -> None:
        """The output begins to take sound at `rate` Hz now, for the first time or again."""
        with self._lock:
            frame = self._frame(self._clock())
            if rate != self._sent_rate:
                course = Course(rate)
                course.values, self._sent, self._sent_rate = self._sent.values, course, rate
            self._sent.silence_until(frame)
            if self._first_sent is None:
                self._first_sent = frame

    def sent(self, chunk: "array.array[int]") -> None:
        """These samples were sent."""
        with self._lock:
            self._sent.add(chunk.tobytes())

    def heard(self, pcm: bytes) -> None:
        """These samples (mono, 16 bit, `listening.RATE`) were heard, the last one of them now."""
        with self._lock:
            now = self._clock() - self._began
            self._heard_bytes += len(pcm)
            begun = now - self._heard_bytes / 2 / RATE
            if self._offset is None or (begun < self._offset and now < self._offset + 5):
                self._offset = begun  # a stream begins with what was sent before: that was heard in the past
                self._heard.start = math.floor(begun / FRAME)
            elif begun - self._offset > 1.0:  # a gap
                self._heard.silence_until(math.floor((now - len(pcm) / 2 / RATE) / FRAME))
                self._heard_bytes = round((now - self._offset) * RATE) * 2
            self._heard.add(pcm)

    def look(self) -> None:
        """Compare what was heard last with what was sent."""
        with self._lock:
            if self._first_sent is None:
                return
            end = self._heard.end
            first = max(end - round(_WINDOW / FRAME), self._heard.start, self._first_sent - round(2 / FRAME))
            if end - first < _SHORTEST / FRAME:
                return
            heard = self._heard.part(first, end)
            latest = round(_LONGEST_DELAY / FRAME)
            sent = self._sent.part(first - latest, end + round(-_EARLIEST / FRAME))
            delay, begun, sent_end = self._delay, self._first_sent, self._sent.end
        found = _delay_of(heard, sent, latest, delay)
        if found is None:
            return
        with self._lock:
            until = min(end - found, sent_end)
            if until - begun >= _SHORTEST / FRAME:
                self._matched, self._delay = True, found
                self._heard_until = max(self._heard_until, until)

    @property
    def settled(self) -> bool:
        """Whether waiting longer after the end of what was sent cannot change the result."""
        result = self.result()
        if result.state != "silent":
            return True
        with self._lock:
            return self._frame(self._clock()) - self._sent.end > (_LONGEST_DELAY + 2 * _EVERY) / FRAME

    def result(self) -> MonitorResult:
        """Return what can be said now. While an airing sounds, it is `silent` only after the longest delay."""
        with self._lock:
            if self._first_sent is None or (self._sent.end - self._first_sent) * FRAME < _SHORTEST:
                return MonitorResult("not monitored", reason=_("too little was sent"))
            if not self._heard.values:
                return MonitorResult("not monitored", reason=self._problem or _("the monitor gives no sound"))
            if not self._matched:
                return MonitorResult("silent")
            delay = (self._delay or 0) * FRAME
            until = (self._heard_until - self._first_sent) * FRAME
            unheard = (self._sent.end - self._heard_until) * FRAME - max(0.0, delay)
            return MonitorResult("silent" if unheard > _UNHEARD else "heard", round(delay, 2), round(until, 1))

    def final(self) -> MonitorResult:
        """Return the result where nothing more will be sent or heard."""
        result = self.result()
        if result.state == "silent" and not self.settled:
            return MonitorResult("not monitored", reason=_("it was over before it could have been heard"))
        return result

    @property
    def long_silent(self) -> bool:
        """Whether somebody should be told already while it sounds."""
        with self._lock:
            if self._first_sent is None or not self._heard.values:
                return False
            since = self._heard_until if self._matched else self._first_sent
            return (self._sent.end - since) * FRAME > _LONGEST_DELAY + _UNHEARD

    def _frame(self, now: float) -> int:
        return math.floor((now - self._began) / FRAME)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                try:
                    for pcm in listen(self._source, self._stop):
                        self.heard(pcm)
                        if self._clock() - self._looked_at > _EVERY:
                            self._looked_at = self._clock()
                            self.look()
                finally:
                    self.look()  # at what came after the last look
            except Exception as error:  # noqa: BLE001  a monitor must never touch what it listens to
                if not self._problem:
                    logger().warning("monitor", source=self._source, problem=str(error))
                self._problem = str(error)
            self._stop.wait(1.0)


def _delay_of(heard: Sequence[float], sent: Sequence[float], latest: int, known: int | None) -> int | None:
    """Return after how many frames `heard` follows `sent`, or None if it does not.

    `sent` begins `latest` frames before `heard`. `known`: the delay found before; it is tried first.
    """
    count = len(heard)
    if known is not None:
        near = range(max(known - 10, latest - (len(sent) - count)), min(known + 11, latest + 1))
        found = _most_alike(heard, sent, latest, near)
        if found is not None:
            return found
        part = sent[latest - known : latest - known + count]
        if _is_flat(part) and _is_flat(heard) and min(heard) > _AUDIBLE:
            return known
    return _most_alike(heard, sent, latest, range(latest - (len(sent) - count), latest + 1))


def _most_alike(heard: Sequence[float], sent: Sequence[float], latest: int, delays: range) -> int | None:
    count = len(heard)
    mean = sum(heard) / count
    own = [value - mean for value in heard]
    power = math.sqrt(sum(map(operator.mul, own, own)))
    if max(heard) < _AUDIBLE or power < 1.0:
        return None
    sums = [0.0, *accumulate(sent)]
    squares = [0.0, *accumulate(map(operator.mul, sent, sent))]
    best, best_delay = 0.0, None
    for delay in delays:
        at = latest - delay
        total = sums[at + count] - sums[at]
        other = squares[at + count] - squares[at] - total * total / count
        if other <= 1.0 * count:  # nothing happens there
            continue
        alike = sum(map(operator.mul, own, sent[at : at + count])) / (power * math.sqrt(other))
        least = _ALIKE_AT_START if not any(sent[at : at + 5]) else _ALIKE
        if alike > max(best, least):
            best, best_delay = alike, delay
    return best_delay


def _is_flat(values: Sequence[float]) -> bool:
    mean = sum(values) / len(values)
    deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / len(values))
    return mean > _AUDIBLE and deviation < _FLAT * mean
