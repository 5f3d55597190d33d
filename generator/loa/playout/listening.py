"""Sources of sound to listen to: a recording device of this computer, or a stream."""

import threading
from collections.abc import Iterator

import miniaudio

from loa.playout.outputs.sound_card import BACKENDS
from loa.playout.receiving import Receiver, capture

RATE = 8_000
"""Samples per second of what is heard."""


def listen(source: str, stop: threading.Event) -> Iterator[bytes]:
    """Yield mono 16-bit samples at `RATE` Hz as they are heard, until `stop` is set or the source ends.

    `source`: the address of a stream (http://, https://), or a part of a recording device's name.
    Raises PlayoutError, BulletinError (there is no ffmpeg), OSError, HTTPException, ValueError.
    """
    if source.startswith(("http://", "https://")):
        return Receiver(source, RATE, stop).sound()
    return capture(source, RATE, stop)


def input_names() -> list[str]:
    """Return the names of the recording devices of this computer; empty if there are none."""
    try:
        return [str(device["name"]) for device in miniaudio.Devices(BACKENDS).get_captures()]
    except miniaudio.MiniaudioError:
        return []
