"""What the two processes say to each other: JSON and bytes, never pickle, for the other side may be taken over."""

import json
import struct
from collections.abc import Sequence
from typing import IO, Any

_LENGTH = struct.Struct(">I")
_LONGEST_HEAD = 10_000


class TooLongError(Exception):
    """The other side wants to send more than is taken."""


def send(stream: IO[bytes], kind: str, values: Sequence[Any]) -> None:
    """Send a message: its `kind`, and values that are bytes or JSON. Raises OSError, ValueError (closed)."""
    parts = [v if isinstance(v, bytes) else json.dumps(v, ensure_ascii=False).encode() for v in values]
    shapes = [[isinstance(v, bytes), len(part)] for v, part in zip(values, parts, strict=True)]
    head = json.dumps([kind, shapes]).encode()
    stream.write(b"".join([_LENGTH.pack(len(head)), head, *parts]))
    stream.flush()


def receive(stream: IO[bytes], most: int) -> tuple[str, list[Any]]:
    """The next message, of at most `most` bytes. Raises EOFError, TooLongError, ValueError."""
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    if length > _LONGEST_HEAD:
        raise TooLongError
    kind, shapes = json.loads(_exactly(stream, length))
    if sum(size for _raw, size in shapes) > most:
        raise TooLongError
    parts = [(raw, _exactly(stream, size)) for raw, size in shapes]
    return kind, [part if raw else json.loads(part) for raw, part in parts]


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data
