"""Encode the samples of one level for all outputs that want the same: RTP packets, or MP3 data for streams."""

import array
import queue
import secrets
import struct
import subprocess
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from loa.audio.ffmpeg import NO_WINDOW, executable
from loa.errors import BulletinError
from loa.i18n import _
from loa.playout.outputs.base import output_error
from loa.station_secrets import program_environment

with warnings.catch_warnings():  # from Python 3.13 on the package audioop-lts brings it back, and says nothing
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

Codec = Literal["L16", "PCMU", "MPA", "MP3"]
Deliver = Callable[[Sequence[bytes]], None]
_PAYLOAD_TYPES: dict[Codec, int] = {"L16": 11, "PCMU": 0, "MPA": 14}
"""RFC 3551: L16 mono at 44100 Hz is payload type 11, PCMU 0, MPA 14."""
_PACKET = {"L16": 441, "PCMU": 160}
"""Samples in a packet: 10 ms of L16 (882 bytes) and 20 ms of PCMU pass every network."""
_MPA_SAMPLES = 1152
"""Samples in a frame of MPEG audio layer II."""
_STALLED = 90
"""Chunks (1.8 s) that wait for ffmpeg before it counts as hung: before the session opens its outputs anew."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """What an output wants: RTP packets (`L16`, `PCMU`, `MPA`), or the data of an MP3 stream. `kilobits` a second."""

    codec: Codec
    kilobits: int = 0

    @property
    def rate(self) -> int:
        """The sample rate of the sound to be encoded, in Hz."""
        return 8_000 if self.codec == "PCMU" else 44_100


_CLOCKS: dict[Codec, int] = {"L16": 44_100, "PCMU": 8_000, "MPA": 90_000}
"""Ticks a second in which the time of a stream is counted (RFC 3551, for MPA RFC 2250)."""


@dataclass(slots=True)
class RtpStream:
    """Numbers the packets of an RTP stream (RFC 3550). `clock`: its ticks a second.

    A new one goes on where the newest one of its codec is, after the pause between them: many receivers that are still
    tuned in from the airing before drop packets with lower numbers as being late.
    """

    payload_type: int
    clock: int
    sequence: int
    time: int
    source: int
    sent_at: float
    first: bool = True

    @classmethod
    def of(cls, codec: Codec) -> "RtpStream":
        """A stream of this process; the first one begins at random numbers, as the RFC asks for."""
        clock, last, now = _CLOCKS[codec], _newest.get(codec), time.monotonic()
        made = cls(_PAYLOAD_TYPES[codec], clock, secrets.randbelow(2**15), secrets.randbelow(2**31), 0, now)
        made.source = secrets.randbelow(2**32)
        if last:
            pause = round((now - last.sent_at) * clock)
            made = replace(last, time=(last.time + pause) & 0xFFFFFFFF, sent_at=now, first=True)
        _newest[codec] = made
        return made

    def packet(self, payload: bytes, ticks: int) -> bytes:
        """Return the next packet; `ticks`: how long its sound lasts."""
        marked = self.payload_type | (0x80 if self.first else 0)
        head = struct.pack("!BBHII", 0x80, marked, self.sequence, self.time, self.source)
        self.first = False
        self.sequence = (self.sequence + 1) & 0xFFFF
        self.time = (self.time + ticks) & 0xFFFFFFFF
        self.sent_at = time.monotonic()
        return head + payload


_newest: dict[Codec, RtpStream] = {}


class RawEncoder:
    """L16 and PCMU: made here, a packet at a time. `deliver` gets the packets; it must not wait."""

    def __init__(self, codec: Codec, deliver: Deliver, stream: RtpStream | None = None) -> None:
        self._codec, self._deliver = codec, deliver
        self._stream = stream or RtpStream.of(codec)
        self._size = _PACKET[codec]

    def feed(self, chunk: "array.array[int]") -> None:
        """Make packets of a chunk of mono 16-bit samples."""
        if self._codec == "L16":
            data, width = audioop.byteswap(chunk.tobytes(), 2), 2
        else:
            data, width = audioop.lin2ulaw(chunk.tobytes(), 2), 1
        step = self._size * width
        pieces = (data[at : at + step] for at in range(0, len(data), step))
        self._deliver([self._stream.packet(piece, len(piece) // width) for piece in pieces])

    def problem(self) -> str:
        """Return nothing: it cannot fail."""
        return ""

    def twin(self) -> "RawEncoder":
        """Return one for outputs that leave: their packets are numbered on, so no receiver notices."""
        return RawEncoder(self._codec, lambda _packets: None, replace(self._stream))

    def hand_to(self, deliver: Deliver) -> None:
        """Change who gets what it makes."""
        self._deliver = deliver

    def close(self) -> None:
        """Nothing is open."""


class FfmpegEncoder:
    """MPA and MP3: an ffmpeg whose frames are handed to `deliver`, in a thread. Raises PlayoutError without ffmpeg."""

    def __init__(self, encoding: Encoding, deliver: Deliver) -> None:
        self._encoding, self._deliver = encoding, deliver
        self._stream = RtpStream.of("MPA") if encoding.codec == "MPA" else None
        kind = ["mp2", "-f", "mp2"] if self._stream else ["libmp3lame", "-write_xing", "0", "-f", "mp3"]
        try:
            program = executable()
        except BulletinError as error:
            raise output_error(error.findings[0].message, error.findings[0].fix) from error
        self._process = subprocess.Popen(
            [program, "-hide_banner", "-loglevel", "error", "-f", "s16le", "-ar", str(encoding.rate), "-ac", "1",
             "-i", "pipe:0", "-flush_packets", "1", "-id3v2_version", "0", "-c:a", kind[0],
             "-b:a", f"{encoding.kilobits}k", *kind[1:], "pipe:1"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, creationflags=NO_WINDOW,
            env=program_environment(),
        )  # fmt: skip
        self._chunks: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._ended = False
        self._errors: list[bytes] = []
        self._threads = [
            threading.Thread(target=work, name=f"encoder {encoding.codec}", daemon=True)
            for work in (self._write, self._read, self._read_errors)
        ]
        for thread in self._threads:
            thread.start()

    def feed(self, chunk: "array.array[int]") -> None:
        """Queue a chunk of mono 16-bit samples for ffmpeg; never wait."""
        self._chunks.put(chunk.tobytes())

    def problem(self) -> str:
        """Return why nothing comes of it any more; "" while it works."""
        if self._ended:
            self._threads[2].join(0.05)
            last = self._errors[-1].decode("utf-8", "replace").strip() if self._errors else "?"
            return _("ffmpeg gave up ({reason})").format(reason=last)
        return _("ffmpeg took no sound for some seconds") if self._chunks.qsize() > _STALLED else ""

    def twin(self) -> "FfmpegEncoder":
        """Return one for outputs that leave; it begins anew."""
        return FfmpegEncoder(self._encoding, self._deliver)

    def hand_to(self, deliver: Deliver) -> None:
        """Change who gets what it makes."""
        self._deliver = deliver

    def finish(self, seconds: float) -> None:
        """Have everything delivered that was fed, and end; wait for that at most `seconds`."""
        self._chunks.put(None)
        self._threads[1].join(seconds)
        self.close()

    def close(self) -> None:
        """Kill ffmpeg; whoever waits for it goes on."""
        self._deliver = lambda _packets: None
        self._chunks.put(None)
        self._process.kill()
        threading.Thread(target=self._reap, name="encoder ends", daemon=True).start()

    def _reap(self) -> None:
        self._process.wait()
        for thread in self._threads:
            thread.join(5)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe:
                try:
                    pipe.close()
                except OSError:  # data was left in the pipe, but its reader is gone
                    continue

    def _write(self) -> None:
        stdin = self._process.stdin
        try:
            while stdin and (data := self._chunks.get()) is not None:
                stdin.write(data)
                stdin.flush()
            if stdin:
                stdin.close()
        except (OSError, ValueError):
            self._ended = True

    def _read(self) -> None:
        stdout, rest = self._process.stdout, b""
        try:
            while stdout and (data := stdout.read1(4096)):  # type: ignore[attr-defined]
                rest += data
                found = list(frames(rest))
                rest = rest[sum(map(len, found)) :]
                if found:
                    self._deliver([self._packet(frame) for frame in found])
        except (OSError, ValueError):
            pass
        self._ended = True

    def _packet(self, frame: bytes) -> bytes:
        if self._stream is None:
            return frame
        ticks = _MPA_SAMPLES * self._stream.clock // self._encoding.rate
        return self._stream.packet(bytes(4) + frame, ticks)  # RFC 2250: four bytes say that it is whole

    def _read_errors(self) -> None:
        for text in self._process.stderr or ():
            self._errors = [*self._errors[-4:], text]


Encoder = RawEncoder | FfmpegEncoder


def encoder(encoding: Encoding, deliver: Deliver) -> Encoder:
    """Return an encoder. Raises PlayoutError."""
    if encoding.codec in _PACKET:
        return RawEncoder(encoding.codec, deliver)
    return FfmpegEncoder(encoding, deliver)


_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
"""Hz, by the header's version: MPEG-1, MPEG-2, MPEG-2.5."""
_KILOBITS = {
    (True, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 1): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 1): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Bit rates, by whether it is MPEG-1, and the header's layer (2: layer II, 1: layer III)."""


def frames(data: bytes) -> Iterator[bytes]:
    """Yield the whole frames of MPEG audio at the beginning of `data`."""
    at = 0
    while at + 4 <= len(data):
        size = _size(data[at : at + 4])
        if not size:  # never in what ffmpeg makes
            size = len(data) - at
        if at + size > len(data):
            return
        yield data[at : at + size]
        at += size


def _size(head: bytes) -> int:
    """Bytes of the frame that begins so; 0: this is no header."""
    version, layer, rate, at = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 2 & 3, head[2] >> 4
    if head[0] != 0xFF or head[1] >> 5 != 7 or version == 1 or layer not in (1, 2) or rate == 3 or at in (0, 15):
        return 0
    half = version != 3 and layer == 1
    return (72_000 if half else 144_000) * _KILOBITS[version == 3, layer][at - 1] // _RATES[version][rate] + (
        head[2] >> 1 & 1
    )
