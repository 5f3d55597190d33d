"""What a loudspeaker line is to us: it takes chunks of sound, and says when the first of them was heard."""

import array
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

from loa.clock import Clock
from loa.errors import Finding, PlayoutError

AHEAD = 0.2
"""Seconds of sound that a line without a clock of its own gets before they are due."""


class OutputConnection(NamedTuple):
    """What a player is told when it is opened."""

    output: str
    airing: str
    sha256: str
    clock: Clock
    stop: threading.Event
    root: Path


class Player(Protocol):
    """An open line. Every method may raise PlayoutError; none of them may be called after `close`."""

    rate: int
    heard: float | None
    """When its first sound was heard, in `Clock.elapsed` seconds."""

    def begin(self, remaining: Callable[[], float], offset: float) -> bool:
        """Wait (in silence) until `remaining` seconds have gone; False if stopped before.

        `offset`: the second of the programme that comes first.
        """

    def write(self, chunk: "array.array[int]") -> None:
        """Take a chunk of mono 16-bit samples; blocks until there is room for it."""

    def finish(self) -> None:
        """Wait until everything taken has been heard."""

    def close(self) -> None:
        """Let go of the line at once."""


class Paced:
    """A line without a clock of its own: it takes sound at the pace at which it is heard."""

    rate = 44100

    def __init__(self, line: OutputConnection) -> None:
        self.line = line
        self.heard: float | None = None
        self.offset = 0.0
        self._frames = 0

    def begin(self, remaining: Callable[[], float], offset: float) -> bool:
        """Sleep in short steps, so that a change of the clock is seen, and exactly at the end."""
        while (left := remaining()) > 0:
            if self.line.clock.wait(self.line.stop, min(left, 0.25 * self.line.clock.speed)):
                return False
            self.idle()
        self.heard, self.offset = self.line.clock.elapsed(), offset
        return True

    def idle(self) -> None:
        """Called a few times a second while waiting."""

    def write(self, chunk: "array.array[int]") -> None:
        """Wait until the chunk is (almost) due, then send it."""
        start = self.heard if self.heard is not None else self.line.clock.elapsed()
        early = start + self._frames / self.rate - AHEAD * self.line.clock.speed - self.line.clock.elapsed()
        if early > 0 and self.line.clock.wait(self.line.stop, early):
            return
        self.take(chunk)
        self._frames += len(chunk)

    def take(self, chunk: "array.array[int]") -> None:
        """Send a chunk that is due."""
        raise NotImplementedError

    def finish(self) -> None:
        """Wait for the sound that was sent ahead."""
        if self.heard is not None:
            left = self.heard + self._frames / self.rate - self.line.clock.elapsed()
            self.line.clock.wait(self.line.stop, left)

    def close(self) -> None:
        """Nothing to let go of."""


def trouble(message: str, fix: str = "") -> PlayoutError:
    """A line that does not take sound."""
    return PlayoutError(Finding("output.failed", message, fix))
