"""Loudspeakers that receive RTP, and count what is missing."""

import itertools
import selectors
import socket
import struct
import threading
import time


class Receivers:
    """Loudspeakers that keep every RTP packet with the moment when it came."""

    def __init__(self, count: int) -> None:
        self.packets: list[list[tuple[float, bytes]]] = [[] for _ in range(count)]
        self._selector = selectors.DefaultSelector()
        self.ports = []
        for number in range(count):
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1_000_000)
            sock.bind(("127.0.0.1", 0))  # nobody else is told this port
            self.ports.append(sock.getsockname()[1])
            self._selector.register(sock, selectors.EVENT_READ, self.packets[number])
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            for key, _events in self._selector.select(0.2):
                key.data.append((time.monotonic(), key.fileobj.recv(2000)))  # type: ignore[union-attr]

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]


def lost(packets: list[tuple[float, bytes]]) -> int:
    """How many packets are missing between the first and the last one, or come twice or in a wrong order."""
    numbers = [struct.unpack("!H", packet[2:4])[0] for _at, packet in packets]
    return sum((after - before) & 0xFFFF != 1 for before, after in itertools.pairwise(numbers))
