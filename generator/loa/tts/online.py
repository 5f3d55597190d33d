"""Call a free online service: limit the request rate, retry temporary failures, and stop after a fixed time."""

import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from loa.errors import Finding, SpeechError
from loa.i18n import _
from loa.tts.engine import State, no_answer

T = TypeVar("T")
_RESULT_SECONDS = 60.0
ANSWER_WITHIN = 3.0
"""Seconds within which a host must accept a connection to count as reachable."""


class Refused(Exception):  # noqa: N818  an answer of the service, not an error of ours
    """The service did not send sound. `status` is its HTTP status, None if there was no answer."""

    def __init__(self, reason: str, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason, self.status, self.retry_after = reason, status, retry_after

    @property
    def can_retry(self) -> bool:
        """Whether a retry can help: no answer, too many requests, or a server error, but not other refusals."""
        return self.status is None or self.status in (200, 408, 429) or self.status >= 500


@dataclass(slots=True)
class RetryPolicy:
    """Keep requests `spacing` seconds apart; after a failure, retry once after each of `waits` (seconds)."""

    spacing: float = 0.5
    waits: Sequence[float] = (2.0, 8.0, 30.0)
    longest_wait: float = 120.0
    _last: float = 0.0
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def call(self, service: str, request: Callable[[], T], *, once: bool = False) -> T:
        """Return the result of `request`; `once`: do not retry.

        Raises SpeechError with the reason of the last failure.
        """
        refused: Refused | None = None
        for wait in (0.0, *self.waits) if not once else (0.0,):
            if refused is not None:
                time.sleep(min(max(wait, refused.retry_after or 0.0), self.longest_wait))
            self._wait_for_turn()
            try:
                return request()
            except Refused as error:
                refused = error
                if not error.can_retry:
                    break
        assert refused is not None
        raise SpeechError(_finding(service, refused)) from refused

    def _wait_for_turn(self) -> None:
        with self._turn:
            now = time.monotonic()
            due = max(now, self._last + self.spacing)
            self._last = due
        time.sleep(due - now)


def _finding(service: str, refused: Refused) -> Finding:
    keep = _("What was spoken until now is kept: run the same command again later, or use another voice: loa voices")
    if refused.status == 429:
        message = _("{service} refuses for now: too many requests from this connection (429).")
        return Finding("speech.too-many", message.format(service=service), keep)
    if refused.status is None:
        message = _("{service} does not answer: {reason}")
        return Finding("speech.no-answer", message.format(service=service, reason=refused.reason), keep)
    message = _("{service} gave no sound: {reason}")
    return Finding("speech.refused", message.format(service=service, reason=refused.reason), keep)


def retry_after(header: str | None) -> float | None:
    """Return the seconds of a `Retry-After` header (a number or a date); None if there are none."""
    if not header or header.isdigit():
        return float(header) if header else None
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (until - datetime.now(until.tzinfo)).total_seconds())


class Service:
    """A free online service: its state, and a method that calls it with retries."""

    def __init__(self, name: str, host: str, retry_policy: RetryPolicy | None = None) -> None:
        self.name, self.host = name, host
        self._retry_policy = retry_policy or RetryPolicy()
        self._lock = threading.Lock()
        self._last_check: tuple[float, bool] | None = None
        self._exhausted_at = -_RESULT_SECONDS

    def state(self) -> State:
        """Return whether the service is reachable. Takes at most three seconds; the result is kept for a minute."""
        with self._lock:
            now = time.monotonic()
            if self._last_check is None or now - self._last_check[0] > _RESULT_SECONDS:
                self._last_check = (now, reachable(self.host))
            return State(True) if self._last_check[1] else no_answer(self.host, ANSWER_WITHIN)

    def call(self, request: Callable[[], T]) -> T:
        """Return the result of `request`, with retries after temporary failures. Raises SpeechError.

        For a minute after all retries have failed, a request is tried only once; otherwise a build would wait again for
        each bulletin.
        """
        exhausted = time.monotonic() - self._exhausted_at < _RESULT_SECONDS
        try:
            return self._retry_policy.call(self.name, request, once=exhausted)
        except SpeechError:
            self._exhausted_at = time.monotonic()
            raise


def reachable(host: str, within: float = ANSWER_WITHIN) -> bool:
    """Return whether `host`, or its proxy, accepts a connection within `within` seconds, name lookup included."""
    found: list[bool] = []
    address = _address_for(host)

    def connect() -> None:
        try:
            socket.create_connection(address, timeout=within).close()
            found.append(True)
        except OSError:
            found.append(False)

    thread = threading.Thread(target=connect, daemon=True)  # a name lookup has no timeout of its own
    thread.start()
    thread.join(within)
    return found == [True]


def _address_for(host: str) -> tuple[str, int]:
    """Return the address to connect to: the proxy of the system or the environment, else `host` itself."""
    proxy = getproxies().get("https")
    if not proxy or proxy_bypass(host):
        return host, 443
    parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    return parts.hostname or host, parts.port or 80
