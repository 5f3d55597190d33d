"""What the other side of a TCP connection has taken of a stream: more than "the system accepted it"."""

import socket
import struct
import sys
from collections import deque
from typing import NamedTuple

if sys.platform == "linux":
    import fcntl
    import termios

_SMALL_BUFFER = 16_384
"""Bytes of our own buffer where the system does not tell what is in it: a send blocks as soon as it is full."""
_SPAN = 3.0
"""Seconds over which what was offered is compared with what was taken."""


class _Sample(NamedTuple):
    at: float
    offered: int
    taken: int


class PeerMeter:
    """Measures one connection: what its peer has acknowledged (on Linux), or what our small buffer has accepted.

    The thread that sends calls `offer` before and `sent` after each piece; the one that supervises calls `look` a few
    times a second. Times are seconds of a clock that only goes forward.
    """

    def __init__(self, connection: socket.socket, now: float) -> None:
        self.taken = 0
        """Bytes that the peer has taken, at the last look."""
        self.offered = 0
        """Bytes that were to be sent."""
        self._connection = connection
        self._sent = 0
        self._last_progress = now
        self._samples: deque[_Sample] = deque()
        if _queued(connection) is None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SMALL_BUFFER)

    def offer(self, count: int) -> None:
        """So many bytes are about to be sent."""
        self.offered += count

    def sent(self, count: int) -> None:
        """So many bytes were given to the system."""
        self._sent += count

    def look(self, now: float) -> None:
        """Take a sample."""
        offered, sent = self.offered, self._sent
        self.taken = max(self.taken, sent - (_queued(self._connection) or 0))
        self._samples.append(_Sample(now, offered, self.taken))
        while self._samples[0].at < now - _SPAN:
            self._samples.popleft()
        first = self._samples[0]
        if self.taken >= offered or (self.taken - first.taken) * 2 >= max(1, offered - first.offered):
            self._last_progress = now

    def idle_for(self, now: float) -> float:
        """Return for how many seconds the peer has not kept up, although there was something to take."""
        return max(0.0, now - self._last_progress)


def _queued(connection: socket.socket) -> int | None:
    """Return how many bytes in the system's buffer the peer has not acknowledged; None if the system does not tell."""
    if sys.platform == "linux":
        try:
            return int(struct.unpack("=i", fcntl.ioctl(connection, termios.TIOCOUTQ, bytes(4)))[0])
        except (OSError, ValueError):  # the connection is closed
            return None
    return None
