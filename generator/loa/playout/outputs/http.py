"""A small HTTP server from which loudspeakers such as Barix pull the live stream.

Between airings it answers 503 with `Retry-After`. Such loudspeakers try again every few seconds, and the stream starts
with silence ten seconds before the airing, so they are connected when it begins. A stream of silence all day would
keep their amplifiers on and prevent them from using their second source.
"""

import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from loa import __version__
from loa.i18n import _
from loa.playout.outputs.base import OutputConnection, output_error
from loa.playout.outputs.encoder import Encoded
from loa.schedule.outputs import Http

_MAX_CHUNKS = 256
"""Chunks (about 16 s) that a slow listener may lag behind before it is disconnected."""
_servers: dict[tuple[str, int], "_Server"] = {}
_lock = threading.Lock()


class HttpPlayer(Encoded):
    """Sends the same stream to every listener of /<output>.mp3, from the moment it connects."""

    def __init__(self, connection: OutputConnection, output: Http) -> None:
        self._server = open_port(connection.output, output)
        self._server.listeners[connection.output] = set()
        super().__init__(
            connection, ["-c:a", "libmp3lame", "-b:a", f"{output.bitrate}k", "-f", "mp3", "pipe:1"], self._send
        )

    def close(self) -> None:
        """End the stream of every listener."""
        super().close()
        for listener in self._server.listeners.pop(self.connection.output, set()):
            listener.end()

    def _send(self, data: bytes) -> None:
        for listener in list(self._server.listeners.get(self.connection.output, ())):
            listener.put(data)


class _Listener:
    def __init__(self) -> None:
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


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int]) -> None:
        super().__init__(address, _Handler)
        self.names: set[str] = set()
        self.listeners: dict[str, set[_Listener]] = {}


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version = f"Loa/{__version__}"
    timeout = 30

    def do_GET(self) -> None:
        """Send the stream; or 503 (nothing is on air, try again), or 404 (no such output)."""
        listeners = self._open()
        if listeners is None:
            return
        listener = _Listener()
        listeners.add(listener)
        try:
            while data := listener.next():
                self.wfile.write(data)
        except OSError:  # the loudspeaker disconnected
            return
        finally:
            listeners.discard(listener)

    def do_HEAD(self) -> None:
        """Send the headers of a GET."""
        self._open()

    def _open(self) -> "set[_Listener] | None":
        """Send the headers; return the listeners of the output, or None if there is no stream."""
        name = self.path.partition("?")[0].strip("/").removesuffix(".mp3")
        listeners = self.server.listeners.get(name)
        if listeners is None:
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
        return listeners

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
