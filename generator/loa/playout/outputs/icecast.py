"""A mount point of an Icecast 2 server, fed with HTTP PUT (Icecast's source protocol)."""

import base64
import contextlib
import os
import socket
import ssl
from urllib.parse import urlsplit

from loa.i18n import _
from loa.playout.outputs.base import OutputConnection, output_error
from loa.playout.outputs.encoder import Encoded
from loa.schedule.outputs import Icecast

ANSWER_TIMEOUT = 5.0
"""Seconds within which the server must answer."""


class IcecastPlayer(Encoded):
    """Connects when it is created. Raises PlayoutError with the reason if the server is down or refuses."""

    def __init__(self, connection: OutputConnection, output: Icecast) -> None:
        self._socket = _connect(connection, output)
        super().__init__(
            connection, ["-c:a", "libmp3lame", "-b:a", f"{output.bitrate}k", "-f", "mp3", "pipe:1"], self._send
        )

    def close(self) -> None:
        """Disconnect from the mount point."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        super().close()
        self._socket.close()

    def _send(self, data: bytes) -> None:
        self._socket.sendall(data)


def address(url: str) -> tuple[str, int]:
    """Return host and port of a mount point's URL."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 8000)


def _connect(connection: OutputConnection, output: Icecast) -> socket.socket:
    url = urlsplit(output.url)
    password = os.environ.get(output.password_env)
    if password is None:
        raise output_error(
            _("the password is missing: the variable {name} is not set").format(name=output.password_env),
            _("Set it where Loa is started; see docs/huong-dan.md."),
        )
    host, port = address(output.url)
    key = base64.b64encode(f"{output.user}:{password}".encode()).decode()
    head = (
        f"PUT {url.path} HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Basic {key}\r\n"
        f"User-Agent: Loa\r\nContent-Type: audio/mpeg\r\nIce-Public: 0\r\nIce-Name: {connection.output}\r\n"
        f"Ice-Audio-Info: bitrate={output.bitrate}\r\nExpect: 100-continue\r\n\r\n"
    )
    sock: socket.socket | None = None
    try:
        sock = socket.create_connection((host, port), ANSWER_TIMEOUT)
        if url.scheme == "https":
            sock = ssl.create_default_context().wrap_socket(sock, server_hostname=host)
        sock.sendall(head.encode())
        answer = sock.recv(1024).decode("latin-1").split("\r\n", 1)[0]
    except OSError as error:
        if sock:
            sock.close()
        raise output_error(
            _("the Icecast server does not answer ({reason})").format(reason=error.strerror or error),
            _("Is it running, and is the address in schedule.yaml right?"),
        ) from error
    if " 100 " not in f"{answer} " and " 200 " not in f"{answer} ":
        sock.close()
        raise output_error(
            _("the Icecast server refuses us ({answer})").format(answer=answer or "?"),
            _("Check the user, the password, and that nobody else is on this mount."),
        )
    return sock
