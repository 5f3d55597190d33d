"""Somebody speaks, and it is on air: a chime, then what comes from a microphone, as it comes.

The station opens a line to the process in which the speaker's browser is served (`web.studio`): a connection inside
this computer, opened with the secret that stands in the request. Over it come packets, each a letter, the length of its
contents (two bytes, most significant first) and the contents: `S` sound (mono 16-bit samples at 44 100 Hz), `T` whether
the microphone of the station itself is open (one byte, 0 or 1), `E` the end. Something comes every quarter of a second:
where nothing does, the line has broken. Back go lines of JSON: `{"state": "speak"}` when the chime is over,
`{"level": 0.4}`.
"""

import array
import contextlib
import datetime
import json
import socket
import threading
import time
import warnings
from collections.abc import Iterator
from typing import Any

import miniaudio

from loa.clock import Clock
from loa.errors import LoaError
from loa.i18n import _
from loa.playout.levelling import Leveller
from loa.playout.outputs.base import CHUNK_SECONDS
from loa.playout.receiving import CHUNK, RATE, capture
from loa.playout.recording import LoadedRecording
from loa.playout.talk_recording import Recorded, TalkRecording
from loa.store.requests import LiveSource
from loa.workspace import Workspace, below

with warnings.catch_warnings():  # from Python 3.13 on the package audioop-lts brings it back, and says nothing
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

_BROKEN = 1.5
"""Seconds without a packet after which the line counts as broken."""
_CUSHION = 4 * CHUNK
"""Bytes of sound (80 ms) that wait for each output: packets do not come evenly."""
_SLACK = 8 * CHUNK
"""Bytes that may wait beyond that before some are left out, so that speech does not come later and later."""
_KEPT = 600 * CHUNK
"""Bytes (12 s) that are kept for outputs that play later than others."""
_LONGEST_CHIME = 8.0
_LEVEL = 0.1
"""Seconds between two levels that are told."""
_FULL_SCALE = 32_768
_LAST_LOOK = 0.6
"""Seconds of real time that the log waits for the recording: the sound is off by then."""


class Speech:
    """The sound that has come, with a place in it for each output. From any thread."""

    def __init__(self) -> None:
        self._data, self._first = bytearray(), 0
        self._lock = threading.Lock()

    @property
    def end(self) -> int:
        """How many bytes have come in all."""
        return self._first + len(self._data)

    def add(self, pcm: bytes) -> None:
        """More has come."""
        with self._lock:
            self._data += pcm
            if len(self._data) > 2 * _KEPT:
                self._first += len(self._data) - _KEPT
                del self._data[:-_KEPT]

    def read(self, at: int) -> bytes:
        """A chunk from place `at` on; silence for what came too long ago, or before anything came."""
        with self._lock:
            start = at - self._first
            found = bytes(self._data[max(0, start) : max(0, start + CHUNK)])
        return found.rjust(CHUNK, b"\0") if start < 0 else found.ljust(CHUNK, b"\0")


class _Ear:
    """One output's place in the speech: `behind` bytes after the newest, and never much more."""

    def __init__(self, speech: Speech, delay: float) -> None:
        self._speech = speech
        self._behind = round(delay / CHUNK_SECONDS) * CHUNK + _CUSHION
        self._at = speech.end - self._behind
        self._dry = False

    def chunk(self) -> bytes:
        waiting = self._speech.end - self._at
        if waiting < (self._behind if self._dry else CHUNK):
            self._dry = True
            return bytes(CHUNK)
        self._dry = False
        if waiting > self._behind + _SLACK:
            self._at = self._speech.end - self._behind
        self._at += CHUNK
        return self._speech.read(self._at - CHUNK)

    @property
    def rest(self) -> bool:
        """Whether something has come that this output has not played."""
        return self._speech.end - self._at >= CHUNK


class Microphone:
    """What the outputs of one session play while somebody speaks: the same interface as a programme with relays has.

    `until`: when it ends for good: its programme, or the hours in which it may sound; None where nothing binds it.
    """

    def __init__(
        self, workspace: Workspace, recording: LoadedRecording, clock: Clock, until: datetime.datetime | None
    ) -> None:
        assert recording.talk is not None
        self.broke = ""
        """Why it ended before the speaker ended it; "" where it did not."""
        self._workspace, self._source, self._clock, self._until = workspace, recording.talk, clock, until
        self._recording = TalkRecording(workspace, recording.bulletin, recording.title)
        self._speech, self._leveller, self._rest = Speech(), Leveller(), b""
        self._over, self._open = threading.Event(), threading.Event()
        self._talks = False
        self._speaks_since: float | None = None
        self._last = float("inf")  # the second of the programme at which it ends for good
        self._line: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, name="microphone", daemon=True)

    def begin(self, starts: datetime.datetime, offset: float) -> None:
        """Open the line. `starts`: when second `offset` sounds."""
        if self._until is not None:
            self._last = offset + max(0.0, (self._until - starts).total_seconds())
        self._thread.start()

    def look(self, _position: float) -> None:
        """Its time may be over."""
        spoken = time.monotonic() - self._speaks_since if self._speaks_since is not None else 0.0
        if spoken > self._source.seconds or (self._until is not None and self._clock.now() >= self._until):
            self._over.set()

    def close(self) -> None:
        """Hear no more."""
        self._over.set()

    @property
    def reports(self) -> tuple[()]:
        """Nothing of other stations."""
        return ()

    @property
    def trouble(self) -> str:
        """Nothing of other stations."""
        return ""

    @property
    def is_open(self) -> bool:
        """Whether the chime is over, and what is said is heard."""
        return self._open.is_set()

    def recorded(self) -> Recorded:
        """What was recorded; asked once it is over."""
        return self._recording.recorded(_LAST_LOOK)

    def pcm(self, rate: int, start: float = 0.0, delay: float = 0.0, /) -> Iterator["array.array[int]"]:
        """Yield mono 16-bit samples at `rate` Hz from second `start` on, 20 ms each: the chime, then the speech."""
        chime, step = self._chime(rate), round(rate * CHUNK_SECONDS)
        last = self._last * rate  # counted in samples: each output has its own buffer, and all end together
        at = round(start * rate)
        while at < min(len(chime), last):
            if self._over.is_set():
                return
            yield chime[at : at + step]
            at += step
        self._speak()
        ear, state = _Ear(self._speech, delay), None
        while (not self._over.is_set() or (ear.rest and not self.broke)) and at < last and not self._is_past(delay):
            at += step
            chunk = ear.chunk()
            if rate != RATE:
                chunk, state = audioop.ratecv(chunk, 2, 1, RATE, rate, state)
            yield array.array("h", chunk)

    def _is_past(self, delay: float) -> bool:
        """Whether an output that plays `delay` seconds later must be silent: it may have opened late."""
        return self._until is not None and self._clock.now() >= self._until + datetime.timedelta(seconds=delay)

    def _chime(self, rate: int) -> "array.array[int]":
        path = below(self._workspace.root, self._source.chime)
        try:
            data = path.read_bytes() if path else b""
            found = miniaudio.decode(data, miniaudio.SampleFormat.SIGNED16, nchannels=1, sample_rate=rate).samples
        except (OSError, miniaudio.DecodeError):
            return array.array("h")  # without it is better than not at all
        return array.array("h", found[: round(_LONGEST_CHIME * rate)])

    def _speak(self) -> None:
        if not self._open.is_set():
            self._speaks_since = time.monotonic()
            self._open.set()
            self._tell({"state": "speak"})

    def _run(self) -> None:
        self._recording.open()
        try:
            with contextlib.closing(socket.create_connection(("127.0.0.1", self._source.port), _BROKEN)) as line:
                self._line = line
                line.settimeout(_BROKEN)
                line.sendall(f"{self._source.secret}\n".encode())
                self._tell({"state": "chime"})
                if self._source.device:
                    threading.Thread(target=self._listen, name="microphone sound", daemon=True).start()
                self._take(line)
        except OSError as error:
            self._break(_("nothing comes from the speaker's browser any more ({reason})").format(reason=_text(error)))
        finally:
            self._over.set()
            self._line = None
            self._recording.end(self._clock.now().date())

    def _take(self, line: socket.socket) -> None:
        """Take what comes until it is over. Raises OSError where the line broke."""
        with line.makefile("rb") as packets:
            while not self._over.is_set():
                head = packets.read(3)
                body = packets.read(int.from_bytes(head[1:])) if len(head) == 3 else b""
                if len(head) < 3 or len(body) < int.from_bytes(head[1:]):
                    if self._over.is_set():
                        return
                    raise ConnectionResetError(_("its connection was closed"))
                match head[:1]:
                    case b"S" if not self._source.device:
                        self._add(body)
                    case b"T":
                        self._talks = body == b"\x01"
                    case b"E":
                        return

    def _listen(self) -> None:
        """Take what the station's own recording device hears, as long as the speaker holds the button."""
        told = 0.0
        try:
            for pcm in capture(self._source.device, RATE, self._over, buffer_ms=30):
                if time.monotonic() - told > _LEVEL:
                    told = time.monotonic()
                    self._tell({"level": round(audioop.max(pcm, 2) / _FULL_SCALE, 3)})
                self._add(pcm if self._talks else bytes(len(pcm)))
        except LoaError as error:
            self._break(error.reason)

    def _add(self, pcm: bytes) -> None:
        if not self._open.is_set():
            return
        pcm = self._rest + pcm
        whole = len(pcm) // CHUNK * CHUNK
        self._rest = pcm[whole:]
        for at in range(0, whole, CHUNK):
            chunk = self._leveller.apply(pcm[at : at + CHUNK])
            self._speech.add(chunk)
            self._recording.feed(chunk, CHUNK_SECONDS)

    def _break(self, why: str) -> None:
        if not self._over.is_set():
            self.broke = why
            self._over.set()

    def _tell(self, what: dict[str, Any]) -> None:
        line = self._line
        if line:
            with contextlib.suppress(OSError):  # it broke: whoever reads from it sees that
                line.sendall(json.dumps(what).encode() + b"\n")


def _text(error: OSError) -> str:
    return _("for some seconds") if isinstance(error, TimeoutError) else error.strerror or str(error)


def talk_recording(bulletin: str, source: LiveSource, station: str = "") -> LoadedRecording:
    """What stands for the recording of an airing at which somebody speaks."""
    return LoadedRecording(bulletin, "", b"", source.seconds, title=source.title, station=station, talk=source)
