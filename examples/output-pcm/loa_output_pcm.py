"""An output of another package: uncompressed sound (PCM, 16 bits, mono, 44 100 Hz) over TCP.

Receivers: a Snapcast server (`source = tcp://0.0.0.0:4953?name=loa&mode=server&sampleformat=44100:16:1`), or a small
computer beside an amplifier: `ncat -lk 4953 | aplay -q -t raw -f S16_LE -r 44100 -c 1`.
"""

import array
import socket
import sys
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from loa.playout.outputs.plugin import OutputConnection, OutputPlugin, Paced, Player, output_error

PATIENCE = 5.0
"""Seconds for a connection, and for a chunk of 20 ms."""


class PcmOverTcp(OutputPlugin):
    """Its settings in schedule.yaml: `{kind: x-pcm-tcp, address: 192.168.1.30, port: 4953}`."""

    label: ClassVar[str] = "âm thanh không nén qua TCP"
    address: str = Field(title="Địa chỉ máy nhận", examples=["192.168.1.30"])
    port: int = Field(default=4953, ge=1, le=65535, title="Cổng")

    def open(self, connection: OutputConnection) -> Player:
        """Connect. Raises PlayoutError."""
        return _Sender(connection, self._connect())

    def problem(self, root: Path) -> str | None:
        """Whether somebody answers there."""
        try:
            self._connect().close()
        except OSError as error:
            return f"{self.address}:{self.port} không nhận kết nối: {error}"
        return None

    def _connect(self) -> socket.socket:
        return socket.create_connection((self.address, self.port), timeout=PATIENCE)


class _Sender(Paced):
    """`Paced` calls `send` with each chunk when it is due."""

    def __init__(self, connection: OutputConnection, line: socket.socket) -> None:
        super().__init__(connection)
        self._line = line

    def send(self, chunk: "array.array[int]") -> None:
        """Send 20 ms. Raises PlayoutError: the connection is then opened again, and the rest is played."""
        if sys.byteorder == "big":
            chunk.byteswap()
        try:
            self._line.sendall(chunk.tobytes())
        except OSError as error:
            raise output_error(f"máy nhận đã ngắt: {error}", "Xem máy nhận còn chạy không.") from error

    def close(self) -> None:
        """End the connection."""
        self._line.close()
