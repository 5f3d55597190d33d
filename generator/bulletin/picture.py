"""The wave of a bulletin as a PNG: what an editor looks at to find a silence, a jingle, a sentence."""

import struct
import zlib

WIDTH, HEIGHT = 1200, 96
_PALETTE = bytes((255, 255, 255, 196, 30, 58))  # paper, and the red of the wave


def waveform(peaks: bytes) -> bytes:
    """`peaks` (0-255, evenly spaced in time) as a PNG of two colours, mirrored about its middle."""
    columns = [max(peaks[_at(x, peaks) : max(_at(x, peaks) + 1, _at(x + 1, peaks))], default=0) for x in range(WIDTH)]
    reach = [column * (HEIGHT // 2) // 255 for column in columns]
    rows = []
    for y in range(HEIGHT):
        away = abs(2 * y + 1 - HEIGHT) // 2
        bits = "".join("1" if away <= r and r else "0" for r in reach)
        rows.append(b"\0" + int(bits, 2).to_bytes(WIDTH // 8, "big"))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 1, 3, 0, 0, 0)  # one bit a pixel, with a palette
    chunks = ((b"IHDR", header), (b"PLTE", _PALETTE), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


def _at(column: int, peaks: bytes) -> int:
    return column * len(peaks) // WIDTH


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
