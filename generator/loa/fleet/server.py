"""The port for players: they join here, by a code, and fetch recordings by their SHA-256."""

import contextlib
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from loa.errors import LoaError
from loa.fleet.keys import code_key, is_signed, proof
from loa.logs import logger
from loa.store.approvals import approved_copy
from loa.workspace import Workspace

JOIN, RECORDINGS = "/players/join", "/players/recordings/"
_LARGEST = 4096
_PATIENCE = 20.0
"""Seconds that a connection may be silent."""
_WHOLE = 10.0
"""Seconds in which a request must have come, head and body."""
_AT_ONCE = 40
"""Recordings that are sent at a time."""
_CONNECTIONS = 400
"""Each has a thread of the station: where there are more, the newest comes in and the one that waits longest goes."""
_WRONG, _WRONG_WITHIN = 20, 600.0


@dataclass(frozen=True, slots=True)
class Door:
    """What the port needs of the station: the open codes by player, how to enrol, and the key of the player with an id.

    `enrol(name, public)` returns what the new player is told.
    """

    workspace: Workspace
    codes: Callable[[], Mapping[str, str]]
    enrol: Callable[[str, str], Mapping[str, Any]]
    key_of: Callable[[str], str | None]


class _Server(ThreadingHTTPServer):
    """A connection on which nobody has proved to be a player has its time, and there are only so many of them."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._until: dict[socket.socket, float] = {}
        self._lock = threading.Lock()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Take it in, in a thread of its own."""
        with self._lock:
            if len(self._until) >= _CONNECTIONS:
                oldest = min(self._until, key=self._until.__getitem__)
                del self._until[oldest]
                _cut(oldest)
            self._until[request] = time.monotonic() + _WHOLE
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """It is over."""
        self.wait_for(request, None)
        super().shutdown_request(request)

    def wait_for(self, connection: socket.socket, seconds: float | None) -> None:
        """Cut it when nothing whole has come in so many seconds; None: a player has proved who it is."""
        with self._lock:
            if seconds is None:
                self._until.pop(connection, None)
            else:
                self._until[connection] = time.monotonic() + seconds

    def service_actions(self) -> None:
        """Twice a second."""
        now = time.monotonic()
        with self._lock:
            for connection in [one for one, until in self._until.items() if until < now]:
                _cut(connection)
                del self._until[connection]

    def handle_error(self, _request: object, _client_address: object) -> None:
        """A line that broke: nothing to tell."""


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class PlayerServer:
    """Serves in threads of its own. `start` raises OSError where the port is taken."""

    def __init__(self, door: Door, host: str, port: int) -> None:
        self._door = door
        self._host, self._port = host, port
        self._server: _Server | None = None
        self._slots = threading.BoundedSemaphore(_AT_ONCE)
        self._joining = threading.Lock()
        self._wrong: list[float] = []

    def start(self) -> None:
        """Begin to listen."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            server_version, sys_version = "loa", ""
            timeout = _PATIENCE

            def do_POST(self) -> None:
                """Join."""
                outer._guarded(self, outer._join)

            def do_GET(self) -> None:
                """Fetch."""
                outer._guarded(self, outer._send)

            def log_message(self, *_args: object) -> None:
                """No line for each."""

        self._server = _Server((self._host, self._port), Handler)
        threading.Thread(target=self._server.serve_forever, name="players' port", daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()

    def _guarded(self, handler: BaseHTTPRequestHandler, answer: Callable[[BaseHTTPRequestHandler], None]) -> None:
        try:
            with contextlib.suppress(OSError):
                answer(handler)
        except LoaError as error:
            logger().warning("players", problem=str(error))
            _say(handler, 503, {})
        if self._server:
            self._server.wait_for(handler.connection, _PATIENCE)

    def _join(self, handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        try:
            length = int(handler.headers.get("content-length") or 0)
            asked = json.loads(handler.rfile.read(length)) if 0 < length <= _LARGEST else None
            public, nonce, given = (
                (str(asked[name]) for name in ("public", "nonce", "proof")) if asked else ("", "", "")
            )
        except (ValueError, KeyError, TypeError, RecursionError):
            public = nonce = given = ""
        if handler.path != JOIN or not all(re.fullmatch(r"[0-9a-f]{64}", text) for text in (public, nonce, given)):
            _say(handler, 400, {})
            return
        with self._joining:
            now = time.monotonic()
            self._wrong = [at for at in self._wrong if now - at < _WRONG_WITHIN]
            if len(self._wrong) >= _WRONG:
                _say(handler, 429, {})
                return
            for name, code in self._door.codes().items():
                key = code_key(code, bytes.fromhex(nonce))
                if proof(key, "player", public, nonce) == given:
                    told = json.dumps(self._door.enrol(name, public), ensure_ascii=False)
                    _say(handler, 200, {"told": told, "proof": proof(key, "station", public, nonce, told)})
                    return
            self._wrong.append(now)
        _say(handler, 403, {})

    def _send(self, handler: BaseHTTPRequestHandler) -> None:
        found = re.fullmatch(re.escape(RECORDINGS) + r"([0-9a-f]{64})\.(mp3|json)", handler.path)
        public = self._door.key_of(handler.headers.get("x-loa-player", ""))
        signature = handler.headers.get("x-loa-signature", "")
        if public is None or not is_signed(public, "fetch", handler.path, signature):
            _say(handler, 403, {})
            return
        if self._server:
            self._server.wait_for(handler.connection, None)
        path = approved_copy(self._door.workspace, found[1]).with_suffix(f".{found[2]}") if found else None
        if path is None or not path.is_file():
            _say(handler, 404, {})
        elif not self._slots.acquire(timeout=_PATIENCE):
            _say(handler, 503, {})
        else:
            try:
                _send_file(handler, path)
            finally:
                self._slots.release()


def _send_file(handler: BaseHTTPRequestHandler, path: Path) -> None:
    """The file, from where `range: bytes=N-` says on."""
    with path.open("rb") as file:
        size = path.stat().st_size
        wanted = re.fullmatch(r"bytes=(\d{1,12})-", handler.headers.get("range", ""))
        start = int(wanted[1]) if wanted else 0
        if start > size:
            _say(handler, 416, {})
            return
        handler.send_response(206 if wanted else 200)
        handler.send_header("content-type", "application/octet-stream")
        handler.send_header("content-length", str(size - start))
        if wanted:
            handler.send_header("content-range", f"bytes {start}-{size - 1}/{size}")
        handler.end_headers()
        handler.connection.sendfile(file, start)


def _say(handler: BaseHTTPRequestHandler, status: int, body: Mapping[str, Any]) -> None:
    raw = json.dumps(body, ensure_ascii=False).encode()
    with contextlib.suppress(OSError):
        handler.send_response(status)
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", str(len(raw)))
        handler.end_headers()
        handler.wfile.write(raw)
