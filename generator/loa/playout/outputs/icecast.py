"""A mount point of an Icecast 2 server, fed with HTTP PUT (Icecast's source protocol)."""

import base64
import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from loa.errors import PlayoutError
from loa.i18n import _
from loa.playout.outputs.base import REFUSED, OutputConnection, output_error
from loa.playout.outputs.encoding import Encoding
from loa.playout.outputs.peer import PeerMeter
from loa.playout.outputs.shared_stream import Carried, Carrier
from loa.schedule.outputs import Icecast
from loa.station_secrets import secret
from loa.workspace import Workspace

ANSWER_TIMEOUT = 5.0
"""Seconds within which the server must answer."""
_ASK = 3.0
"""Seconds between an answer of the server and the next question."""
_ANSWER = 4.0
"""Seconds that an answer to a question beside the stream may take."""
_STALLED = 6.0
"""Seconds without progress after which the server no longer takes the stream."""
_CATCH_UP = 5.0
"""Seconds that the server gets at the end to take the rest and to answer once more."""


class Login(NamedTuple):
    """Where and as whom we send."""

    host: str
    port: int
    mount: str
    secure: bool
    authorization: str

    @classmethod
    def of(cls, output: Icecast, root: Path) -> "Login":
        """Raises PlayoutError if the password is not set."""
        url = urlsplit(output.url)
        secure = url.scheme == "https"
        password = secret(Workspace(root), output.password_env)
        if password is None:
            raise output_error(
                _("the password {name} is missing").format(name=output.password_env),
                _("Type it in the console (Settings, Passwords), or set the variable where Loa is started."),
            )
        key = base64.b64encode(f"{output.user}:{password}".encode()).decode()
        port = url.port or (443 if secure else 8000)
        return cls(url.hostname or "", port, url.path, secure, f"Basic {key}")

    def ask(self, timeout: float, **parameters: str) -> int:
        """Ask for a change of the mount's metadata; return the status of the answer. Raises OSError, HTTPException.

        What such a change may be is Icecast's own protocol; it looks at the password first.
        """
        kind = http.client.HTTPSConnection if self.secure else http.client.HTTPConnection
        connection = kind(self.host, self.port, timeout=timeout)
        query = urlencode({"mount": self.mount, **parameters}, quote_via=quote)
        try:
            headers = {"Authorization": self.authorization, "User-Agent": "Loa"}
            connection.request("GET", f"/admin/metadata?{query}", headers=headers)
            return connection.getresponse().status
        finally:
            connection.close()


class IcecastPlayer(Carried):
    """Connects when it is created. Raises PlayoutError with the reason if the server is down or refuses.

    A server that accepts the stream and does not take it is told by two signs: bytes that it does not acknowledge, and
    that it does not answer a question beside the stream. (Its system acknowledges up to a minute of sound by itself.)
    """

    def __init__(self, connection: OutputConnection, carrier: Carrier, output: Icecast) -> None:
        super().__init__(connection, carrier, Encoding("MP3", output.bitrate), output.delay)
        login = Login.of(output, connection.root)
        self._socket = _connect(login, connection, output)
        self._socket.setblocking(False)
        now = time.monotonic()
        self._meter = PeerMeter(self._socket, now)
        self._bytes_a_second = output.bitrate * 125
        self._begun_at, self._deaf = 0, False
        self._waiting, self._lock = bytearray(), threading.Lock()
        self._asking = _Asking(login, connection.title, lambda: self._meter.taken)

    def begin(self, remaining: Callable[[], float], offset: float) -> bool:
        """Wait as every stream; what is taken counts from here."""
        begun = super().begin(remaining, offset)
        self._begun_at = self._meter.offered
        return begun

    def deliver(self, packets: Sequence[bytes]) -> None:
        """Send, or keep until the connection has room for it. Raises OSError."""
        data = b"".join(packets)
        self._meter.offer(len(data))
        with self._lock:
            self._waiting += data
        self._push()

    def look(self) -> None:
        """Raises PlayoutError also if the server takes nothing any more."""
        super().look()
        now = time.monotonic()
        try:
            self._push()
        except OSError as error:
            raise output_error(_("the connection broke ({reason})").format(reason=error.strerror or error)) from error
        self._meter.look(now)
        if self._idle_for(now) > _STALLED:
            raise output_error(
                _("the Icecast server has taken no sound for {n} seconds").format(n=round(self._idle_for(now))),
                _("Restart the server; then look at the network between."),
            )

    def finish(self) -> None:
        """Wait until the server has taken the rest."""
        asked = time.monotonic()
        self._asking.ask_now()
        while (now := time.monotonic()) < asked + _CATCH_UP:
            with contextlib.suppress(OSError):  # what it has not taken is told by `taken`
                self._push()
            self._meter.look(now)
            taken = self._meter.taken >= self._meter.offered
            if (taken and self._asking.answered_at > asked) or self.connection.stop.wait(0.05):
                return
        self._deaf = self._asking.answered_at <= asked

    def taken(self) -> float | None:
        """Return seconds of sound up to the last byte that the server has taken, as far as it answered."""
        now = time.monotonic()
        asking = self._asking
        taken = self._meter.taken if asking.answers(now) and not self._deaf else asking.taken_when_it_answered
        seconds = (taken - self._begun_at) / self._bytes_a_second
        return max(0.0, min(seconds, self.seconds))

    def close(self) -> None:
        """Disconnect from the mount point."""
        super().close()
        self._asking.end()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _idle_for(self, now: float) -> float:
        return max(self._meter.idle_for(now), self._asking.unanswered_for(now))

    def _push(self) -> None:
        with self._lock:
            while self._waiting:
                try:
                    count = self._socket.send(self._waiting)
                except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
                    return  # it is told by the meter, if that lasts
                self._meter.sent(count)
                del self._waiting[:count]


class _Asking:
    """Asks the server every few seconds whether it still answers; first it tells it the title.

    The title is sent as UTF-8 without saying so: Icecast hands it on as it is. If it is told the character set, it
    converts to that of the mount, which is Latin-1 as long as icecast.xml does not say otherwise: "ch?ng s?t".

    `taken`: how many bytes its system has taken so far.
    """

    def __init__(self, login: Login, title: str, taken: Callable[[], int]) -> None:
        self.taken_when_it_answered = 0
        self._login, self._title, self._taken = login, title, taken
        self._asked_at: float | None = None
        self.answered_at = float("-inf")
        self._ended, self._now = threading.Event(), threading.Event()
        threading.Thread(target=self._run, name=f"questions {login.mount}", daemon=True).start()

    def unanswered_for(self, now: float) -> float:
        """Return for how many seconds the first question without an answer has been waiting; 0 if there is none."""
        asked = self._asked_at
        return now - asked if asked is not None else 0.0

    def answers(self, now: float) -> bool:
        """Return whether it has answered, and no question has been waiting for long."""
        return self.answered_at > float("-inf") and self.unanswered_for(now) < _ANSWER

    def ask_now(self) -> None:
        """Ask at once."""
        self._now.set()

    def end(self) -> None:
        """Ask no more."""
        self._ended.set()
        self._now.set()

    def _run(self) -> None:
        told = not self._title
        while True:
            if self._asked_at is None:
                self._asked_at = time.monotonic()
            question = {"mode": "check"} if told else {"mode": "updinfo", "song": self._title}
            try:
                status = self._login.ask(_ANSWER, **question)
            except TimeoutError:
                status = 0
            except (OSError, http.client.HTTPException):
                status = -1  # it wants no second connection; whether it takes the first one, that one shows
            if status:
                told = told or status == 200
                self._asked_at, self.answered_at, self.taken_when_it_answered = None, time.monotonic(), self._taken()
            if status:
                self._now.wait(_ASK)
                self._now.clear()
            if self._ended.wait(0.0 if status else 0.2):
                return


def problem(output: Icecast, root: Path) -> str | None:
    """Return why nothing could be sent there now, or None: also a user name or password that the server refuses."""
    try:
        status = Login.of(output, root).ask(ANSWER_TIMEOUT, mode="check")
    except PlayoutError as error:
        return error.findings[0].message
    except http.client.HTTPException:
        return None  # something answers
    except OSError as error:
        return _("the Icecast server does not answer ({reason})").format(reason=error.strerror or error)
    return _refused() if status == http.HTTPStatus.UNAUTHORIZED else None


def _refused() -> str:
    return _("the Icecast server refuses the user name or the password")


def _connect(login: Login, connection: OutputConnection, output: Icecast) -> socket.socket:
    name = " ".join((connection.station or connection.output).split())
    head = (
        f"PUT {login.mount} HTTP/1.1\r\nHost: {login.host}:{login.port}\r\nAuthorization: {login.authorization}\r\n"
        f"User-Agent: Loa\r\nContent-Type: audio/mpeg\r\nIce-Public: 0\r\nIce-Name: {name}\r\n"
        f"Ice-Audio-Info: bitrate={output.bitrate}\r\nExpect: 100-continue\r\n\r\n"
    )
    sock: socket.socket | None = None
    try:
        sock = socket.create_connection((login.host, login.port), ANSWER_TIMEOUT)
        if login.secure:
            sock = ssl.create_default_context().wrap_socket(sock, server_hostname=login.host)
        sock.sendall(head.encode())
        answer = sock.recv(1024).decode("latin-1").split("\r\n", 1)[0]
    except OSError as error:
        if sock:
            sock.close()
        raise output_error(
            _("the Icecast server does not answer ({reason})").format(reason=error.strerror or error),
            _("Is it running, and is the address in schedule.yaml right?"),
        ) from error
    if " 401 " in f"{answer} ":
        sock.close()
        raise output_error(_refused(), _("Correct the password where Loa is started; see docs/huong-dan.md."), REFUSED)
    if " 100 " not in f"{answer} " and " 200 " not in f"{answer} ":
        sock.close()
        raise output_error(
            _("the Icecast server refuses us ({answer})").format(answer=answer or "?"),
            _("Check the user, the password, and that nobody else is on this mount."),
        )
    return sock
