"""A small HTTP server from which loudspeakers such as Barix pull the live stream.

Between airings it answers 503 with `Retry-After`. Such loudspeakers try again every few seconds, and the stream starts
with silence ten seconds before the airing, so they are connected when it begins. A stream of silence all day would
keep their amplifiers on and prevent them from using their second source.
"""

import contextlib
import socket
import threading
import time
from collections import deque
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast

from loa import __version__
from loa.i18n import _
from loa.playout.outputs.base import OutputConnection, output_error
from loa.playout.outputs.encoding import Encoding
from loa.playout.outputs.peer import PeerMeter
from loa.playout.outputs.shared_stream import Carried, Carrier
from loa.schedule.outputs import Http

MAX_CONNECTIONS = 300
"""On all ports together. A process may open 1 024 files on usual systems, and the station has more to do."""
_STALLED = 3.0
"""Seconds without progress after which a listener does not count."""
_MAX_CHUNKS = 256
"""Chunks (about 16 s) that a slow listener may lag behind before it is disconnected."""
_servers: dict[tuple[str, int], "_Server"] = {}
_lock = threading.Lock()


class HttpPlayer(Carried):
    """Sends the same stream to every listener of /<output>.mp3, from the moment it connects."""

    def __init__(self, connection: OutputConnection, carrier: Carrier, output: Http) -> None:
        super().__init__(connection, carrier, Encoding("MP3", output.bitrate), output.delay)
        self._taken_seconds = self._looked_seconds = 0.0
        self._server = open_port(connection.output, output)
        self._stream = self._server.streams[connection.output] = _Stream()

    def deliver(self, packets: Sequence[bytes]) -> None:
        """Queue it for every listener."""
        data = b"".join(packets)
        for listener in self._stream.listeners():
            listener.put(data)

    def look(self) -> None:
        """Look also whether anybody takes the stream."""
        super().look()
        now = time.monotonic()
        listeners = self._stream.listeners()
        for listener in listeners:
            listener.meter.look(now)
        seconds = self.seconds
        if any(listener.meter.idle_for(now) < _STALLED for listener in listeners):
            self._taken_seconds += seconds - self._looked_seconds
        self._looked_seconds = seconds

    def taken(self) -> float | None:
        """Return the seconds for which at least one loudspeaker took the stream."""
        return self._taken_seconds

    def close(self) -> None:
        """End the stream of every listener."""
        super().close()
        if self._server.streams.get(self.connection.output) is self._stream:  # and not that of the next airing
            del self._server.streams[self.connection.output]
        self._stream.end()


class _Listener:
    def __init__(self, connection: socket.socket) -> None:
        self.meter = PeerMeter(connection, time.monotonic())
        self._chunks: deque[bytes | None] = deque()
        self._ready = threading.Condition()

    def put(self, data: bytes | None) -> None:
        with self._ready:
            if len(self._chunks) > _MAX_CHUNKS:
                self._chunks.clear()
                data = None
            self._chunks.append(data)
            self._ready.notify()

    def end(self) -> None:
        self.put(None)

    def next(self) -> bytes | None:
        with self._ready:
            while not self._chunks:
                if not self._ready.wait(30):
                    return None
            return self._chunks.popleft()


class _Stream:
    """The listeners of one airing, which come and go in threads of their own, also while it ends."""

    def __init__(self) -> None:
        self._listeners: set[_Listener] = set()
        self._over = False
        self._lock = threading.Lock()

    def listeners(self) -> list[_Listener]:
        with self._lock:
            return list(self._listeners)

    def add(self, listener: _Listener) -> None:
        with self._lock:
            self._listeners.add(listener)
            if self._over:
                listener.end()

    def remove(self, listener: _Listener) -> None:
        with self._lock:
            self._listeners.discard(listener)

    def end(self) -> None:
        with self._lock:
            self._over = True
            for listener in self._listeners:
                listener.end()


class _Server(ThreadingHTTPServer):
    """Each connection has a thread and a file handle, of which the station needs some itself: so many, and no more.

    Who connects and asks for nothing makes room for who comes later.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(address, _Handler)
        self.names: set[str] = set()
        self.streams: dict[str, _Stream] = {}

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: Any) -> None:
        """Handle a connection in a thread of its own, if there is room for it."""
        if _connections.add(cast(socket.socket, request)):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """Close a connection."""
        super().shutdown_request(request)
        _connections.remove(cast(socket.socket, request))


class _Connections:
    """The connections of all ports: those that wait for a request, the oldest first, and those that are served."""

    def __init__(self) -> None:
        self._waiting: dict[int, socket.socket] = {}
        self._served: set[int] = set()
        self._lock = threading.Lock()

    def add(self, connection: socket.socket) -> bool:
        """Count it as waiting; end the oldest one that waits if there are too many. Return whether there is room."""
        with self._lock:
            if len(self._waiting) + len(self._served) >= MAX_CONNECTIONS:
                if not self._waiting:
                    return False
                oldest = self._waiting.pop(next(iter(self._waiting)))
                with contextlib.suppress(OSError):
                    oldest.shutdown(socket.SHUT_RDWR)  # its thread wakes up and closes it
            self._waiting[id(connection)] = connection
            return True

    def serve(self, connection: socket.socket) -> None:
        """It has asked for something."""
        with self._lock:
            if self._waiting.pop(id(connection), None):
                self._served.add(id(connection))

    def remove(self, connection: socket.socket) -> None:
        """It is closed."""
        with self._lock:
            self._waiting.pop(id(connection), None)
            self._served.discard(id(connection))


_connections = _Connections()


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version = f"Loa/{__version__}"
    timeout = 30

    def parse_request(self) -> bool:
        """Read the headers; from then on it is not idle."""
        parsed = super().parse_request()
        if parsed:
            _connections.serve(self.connection)
        return parsed

    def do_GET(self) -> None:
        """Send the stream; or 503 (nothing is on air, try again), or 404 (no such output)."""
        stream = self._open()
        if stream is None:
            return
        listener = _Listener(self.connection)
        stream.add(listener)
        try:
            while data := listener.next():
                listener.meter.offer(len(data))
                self.wfile.write(data)
                listener.meter.sent(len(data))
        except OSError:  # the loudspeaker disconnected
            return
        finally:
            stream.remove(listener)

    def do_HEAD(self) -> None:
        """Send the headers of a GET."""
        self._open()

    def _open(self) -> _Stream | None:
        """Send the headers; return the stream of the output, or None if there is none."""
        name = self.path.partition("?")[0].strip("/").removesuffix(".mp3")
        stream = self.server.streams.get(name)
        if stream is None:
            known = name in self.server.names
            text = (
                _("Nothing is on air now; come again.")
                if known
                else _("There is no output “{name}”.").format(name=name)
            )
            body = f"{text}\n".encode()
            self.send_response(503 if known else 404)
            if known:
                self.send_header("Retry-After", "5")
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)
            return None
        self.send_response(200)
        self.send_header("Content-Type", "audio/mpeg")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        return stream

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name of the class above
        """Log nothing: listeners connect and disconnect all day."""


def open_port(name: str, output: Http) -> _Server:
    """Return the server on the output's port; it runs until the process ends. Raises PlayoutError."""
    with _lock:
        server = _servers.get((output.host, output.port))
        if server is None:
            try:
                server = _Server((output.host, output.port))
            except OSError as error:
                raise output_error(
                    _("port {port} cannot be opened ({reason})").format(port=output.port, reason=error.strerror),
                    _("Another program uses it; name another port in schedule.yaml."),
                ) from error
            threading.Thread(target=server.serve_forever, daemon=True).start()
            _servers[output.host, output.port] = server
        server.names.add(name)
    return server
