"""Receive the sound of another station, live: by HTTP(S), Icecast or HLS, or at an input of a sound card.

The addresses are those of schedule.yaml. Redirects, and the pieces of an HLS list, may lead to the same host, or to
public addresses; never from there into the station's own network. Where cloud providers keep a machine's secrets,
nothing is asked at all. The bytes are decoded by ffmpeg, which opens no address and no file itself.
"""

import contextlib
import http.client
import ipaddress
import queue
import socket
import ssl
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from urllib.parse import urljoin, urlsplit

import miniaudio

from loa.audio.ffmpeg import FORMATS, NO_WINDOW, executable
from loa.errors import LoaError
from loa.i18n import _
from loa.playout.outputs.base import output_error
from loa.playout.outputs.sound_card import BACKENDS, close_context
from loa.schedule.alerts import is_metadata
from loa.station_secrets import program_environment

RATE = 44_100
"""Samples per second (16 bit, mono)."""
CHUNK = RATE // 50 * 2
"""Bytes of a chunk of 20 ms."""
_TIMEOUT = 2.5
"""Seconds in which the other side must send something."""
_RETRY = (0.3, 1.0, 2.0)
_MOST = 750
"""Chunks that are kept: 15 s."""
_REDIRECTS = 4
_LIST_BYTES = 200_000
_PIECE_BYTES = 20_000_000


class Receiver:
    """Receives `source` from `start` until `close` (or `stop`), and connects again whenever it is interrupted.

    `source`: an address, or `line:` and a part of a recording device's name.
    """

    def __init__(self, source: str, rate: int = RATE, stop: threading.Event | None = None) -> None:
        self.problem = ""
        """Why it does not receive, in words; "" while it does."""
        self.failures: list[str] = []
        self.steady = True
        """Whether sound comes bit by bit; HLS comes in pieces of some seconds, which must not be thrown away."""
        self._source, self._rate = source, rate
        self._chunks: deque[bytes] = deque(maxlen=_MOST)
        self._rest = b""
        self._stop = stop or threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"relay {source}", daemon=True)

    def start(self) -> None:
        """Begin to receive."""
        self._thread.start()

    def close(self) -> None:
        """Receive no more."""
        self._stop.set()

    @property
    def waiting(self) -> int:
        """Chunks of 20 ms that nobody took yet."""
        return len(self._chunks)

    def take(self) -> bytes | None:
        """Return the next chunk; None if there is none."""
        try:
            return self._chunks.popleft()
        except IndexError:
            return None

    def trim(self, most: int) -> None:
        """Forget all but the newest `most` chunks."""
        while len(self._chunks) > most:
            self.take()

    def _run(self) -> None:
        attempt = 0
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                self._rest = b""
                for pcm in self.sound():
                    self.problem, attempt = "", 0
                    self._add(pcm)
                    if self._stop.is_set():
                        return
                self._failed(_("the stream ended"))
            except LoaError as error:
                self._failed(error.findings[0].message)
            except (OSError, http.client.HTTPException, ValueError) as error:
                self._failed(str(error) or type(error).__name__)
            if time.monotonic() - began > 10:
                attempt = 0
            self._stop.wait(_RETRY[min(attempt, len(_RETRY) - 1)])
            attempt += 1

    def _failed(self, problem: str) -> None:
        self.problem = problem
        if not self.failures or self.failures[-1] != problem:
            self.failures = [*self.failures[-9:], problem]

    def _add(self, pcm: bytes) -> None:
        pcm = self._rest + pcm
        whole = len(pcm) // CHUNK * CHUNK
        self._chunks.extend(pcm[at : at + CHUNK] for at in range(0, whole, CHUNK))
        self._rest = pcm[whole:]

    def sound(self) -> Iterator[bytes]:
        """What comes, once, without connecting again. Raises PlayoutError, OSError, HTTPException, ValueError."""
        kind, colon, device = self._source.partition(":")
        if kind == "line" and colon:
            return capture(device, self._rate, self._stop)
        return self._decoded(self._bytes())

    def _bytes(self) -> Iterator[bytes]:
        answer, address = open_address(self._source, self._source)
        if _is_list(answer, address):
            self.steady = False
            yield from _pieces(answer, address, self._stop)
            return
        self.steady = True
        with contextlib.closing(answer):
            while not self._stop.is_set() and (data := answer.read1(16_384)):
                yield data

    def _decoded(self, encoded: Iterator[bytes]) -> Iterator[bytes]:
        """Decode a stream of unknown form. Raises PlayoutError if it is not sound, or nothing comes any more."""
        first = next(encoded, None)  # connect before ffmpeg starts
        if first is None:
            raise output_error(_("the other station sends nothing"))
        command = [executable(), "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "pipe"]
        command += ["-format_whitelist", FORMATS, "-threads", "1", "-probesize", "65536", "-analyzeduration", "500000"]
        command += ["-fflags", "nobuffer", "-i", "pipe:0", "-vn", "-f", "s16le", "-ac", "1", "-ar", str(self._rate)]
        process = subprocess.Popen(
            [*command, "-flush_packets", "1", "pipe:1"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, creationflags=NO_WINDOW,
            env=program_environment(),
        )  # fmt: skip
        sound: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        reasons: list[str] = []
        threads = [
            threading.Thread(target=_feed, args=(process, first, encoded, reasons, self._stop), daemon=True),
            threading.Thread(target=_drain, args=(process, sound), daemon=True),
        ]
        for thread in threads:
            thread.start()
        try:
            heard = time.monotonic()
            while not self._stop.is_set():
                try:
                    pcm = sound.get(timeout=0.1)
                except queue.Empty:
                    if reasons:
                        break
                    if time.monotonic() - heard > (_TIMEOUT if self.steady else 4 * _TIMEOUT) + _TIMEOUT:
                        reasons.append(_("no sound comes from the other station"))
                        break
                    continue
                if not pcm:
                    break
                heard = time.monotonic()
                yield pcm
        finally:
            process.kill()
            said = _last_words(process)
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    with contextlib.suppress(OSError):
                        pipe.close()
            process.wait(5)
        if not self._stop.is_set():
            reason = reasons[0] if reasons else said
            raise output_error(reason or _("the stream ended"))


def _feed(
    process: "subprocess.Popen[bytes]",
    first: bytes,
    encoded: Iterator[bytes],
    reasons: list[str],
    stop: threading.Event,
) -> None:
    try:
        if process.stdin:
            process.stdin.write(first)
            for data in encoded:
                process.stdin.write(data)
                process.stdin.flush()
                if stop.is_set():
                    return
            process.stdin.close()
    except BrokenPipeError:
        return  # ffmpeg gave up, and says why
    except TimeoutError:
        reasons.append(_("no sound comes from the other station"))
    except (OSError, http.client.HTTPException, ValueError, LoaError) as error:
        reasons.append(str(error) or type(error).__name__)


def _drain(process: "subprocess.Popen[bytes]", sound: "queue.SimpleQueue[bytes]") -> None:
    with contextlib.suppress(OSError, ValueError):
        while process.stdout and (data := process.stdout.read1(CHUNK)):  # type: ignore[attr-defined]
            sound.put(data)
    sound.put(b"")


def _last_words(process: "subprocess.Popen[bytes]") -> str:
    if not process.stderr:
        return ""
    with process.stderr as pipe:
        said = pipe.read().decode("utf-8", "replace").strip()
    return (
        _("what comes is not sound that can be decoded ({reason})").format(reason=said.splitlines()[-1]) if said else ""
    )


def _is_list(answer: http.client.HTTPResponse, address: str) -> bool:
    kind = (answer.getheader("Content-Type") or "").lower()
    return "mpegurl" in kind or urlsplit(address).path.lower().endswith((".m3u8", ".m3u"))


def open_address(address: str, named: str) -> tuple[http.client.HTTPResponse, str]:
    """Open `address`, which the schedule names, or which came from `named`; return the answer and its final address.

    Redirects are followed a few times. Raises OSError, HTTPException, PlayoutError (refused).
    """
    for _step in range(_REDIRECTS):
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise output_error(
                _("the other station leads to an address that is not allowed ({address})").format(address=address)
            )
        connection = _connection(address, trusted=parts.hostname == urlsplit(named).hostname)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        with contextlib.closing(connection.sock):  # while the answer is open, Python keeps the socket open for it
            connection.request("GET", path, headers={"User-Agent": "Loa", "Accept": "*/*", "Icy-MetaData": "0"})
            answer = connection.getresponse()
        if answer.status in (301, 302, 303, 307, 308):
            address = urljoin(address, answer.getheader("Location") or "")
            answer.close()
            continue
        if answer.status != http.HTTPStatus.OK:
            answer.close()
            raise output_error(
                _("the other station answers {status}").format(status=f"{answer.status} {answer.reason}")
            )
        return answer, address
    raise output_error(_("the other station leads from one address to the next without end"))


def _connection(address: str, *, trusted: bool) -> http.client.HTTPConnection:
    """Connect to the very address that was checked: a name may mean another one a moment later."""
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [(place, str(place[4][0])) for place in found]
    allowed = [p for p, at in addresses if not is_metadata(at) and (trusted or ipaddress.ip_address(at).is_global)]
    if not allowed:
        raise output_error(
            _("the other station leads to an address that is not allowed ({address})").format(address=host)
        )
    problem: OSError | None = None
    for family, _type, _protocol, _name, place in allowed:
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.settimeout(_TIMEOUT)
        try:
            sock.connect(place)
            if parts.scheme == "https":
                sock = ssl.create_default_context().wrap_socket(sock, server_hostname=host)
        except OSError as error:
            sock.close()
            problem = error
            continue
        connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT)
        connection.sock = sock
        return connection
    raise problem or OSError(host)


def _pieces(answer: http.client.HTTPResponse, address: str, stop: threading.Event) -> Iterator[bytes]:
    """Yield the pieces of an HLS list as they appear (RFC 8216), beginning with the last but one."""
    text = _read_list(answer)
    named, variant = address, _variant(text)
    if variant:
        answer, address = open_address(urljoin(address, variant), named)
        text = _read_list(answer)
    done: int | None = None
    while not stop.is_set():
        if "#EXT-X-KEY" in text and "METHOD=NONE" not in text:
            raise output_error(_("the other station's stream is encrypted"))
        number, length, pieces = _parse(text)
        if done is None:
            done = number + max(0, len(pieces) - 2)
        for place, piece in enumerate(pieces, number):
            if place >= done and not stop.is_set():
                with contextlib.closing(open_address(urljoin(address, piece), named)[0]) as got:
                    yield got.read(_PIECE_BYTES)
                done = place + 1
        if "#EXT-X-ENDLIST" in text:
            return
        stop.wait(min(max(length / 2, 0.5), 5.0))
        text = _read_list(open_address(address, named)[0])


def _read_list(answer: http.client.HTTPResponse) -> str:
    with contextlib.closing(answer):
        text = answer.read(_LIST_BYTES).decode("utf-8", "replace")
    if not text.lstrip("\ufeff").startswith("#EXTM3U"):
        raise output_error(_("what comes is not a list of a live stream"))
    return text


def _variant(text: str) -> str:
    """Return the first stream of a list of streams; "" for a list of pieces."""
    lines = text.splitlines()
    if not any(line.startswith("#EXT-X-STREAM-INF") for line in lines):
        return ""
    return next((line.strip() for line in lines if line.strip() and not line.startswith("#")), "")


def _parse(text: str) -> tuple[int, float, list[str]]:
    """Return the number of the first piece, the length of a piece (s) and the pieces' addresses."""
    number, length = 0, 6.0
    for line in text.splitlines():
        name, _colon, value = line.partition(":")
        with contextlib.suppress(ValueError):
            if name == "#EXT-X-MEDIA-SEQUENCE":
                number = int(value)
            elif name == "#EXT-X-TARGETDURATION":
                length = float(value)
    return number, length, [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def capture(
    name: str, rate: int, stop: threading.Event, silent_for: float = 3.0, buffer_ms: int = 100
) -> Iterator[bytes]:
    """Yield mono 16-bit samples at `rate` Hz from the recording device whose name holds `name`, until `stop` is set.

    Raises PlayoutError if there is none, or it gives nothing for `silent_for` seconds.
    """
    try:
        found = [d for d in miniaudio.Devices(BACKENDS).get_captures() if name.lower() in str(d["name"]).lower()]
        if not found:
            raise output_error(_("no recording device is called “{name}”").format(name=name))
        device = miniaudio.CaptureDevice(
            miniaudio.SampleFormat.SIGNED16,
            nchannels=1,
            sample_rate=rate,
            buffersize_msec=buffer_ms,
            device_id=found[0]["id"],
            app_name="Loa",
            backends=BACKENDS,
        )
    except miniaudio.MiniaudioError as error:
        reason = error.args[0] if error.args else error
        raise output_error(_("the recording device cannot be opened ({reason})").format(reason=reason)) from error
    chunks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    taking = _taking(chunks.put)
    next(taking)
    try:
        device.start(taking)
        while not stop.is_set():
            try:
                yield chunks.get(timeout=silent_for)
            except queue.Empty:
                raise output_error(_("the recording device gives no sound")) from None
    finally:
        device.close()
        close_context(device)


def _taking(put: Callable[[bytes], None]) -> Generator[None, bytes, None]:
    while True:
        put(bytes((yield)))
