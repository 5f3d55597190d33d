"""The interface of players: they accept chunks of sound and report when the first one was heard."""

import array
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

from loa.clock import Clock
from loa.errors import Finding, PlayoutError
from loa.i18n import _

STOPPED = 3.0
"""Seconds by which a wait may take longer before the process must have been stopped, or the computer suspended."""
CHUNK_SECONDS = 0.02
"""Seconds of sound per chunk."""
AHEAD = 0.2
"""Seconds of sound that are sent ahead to an output without its own clock."""


class OutputConnection(NamedTuple):
    """What a player needs to know: output, airing, digest of the recording, clock, stop event, workspace root.

    `title`, `station`: what is on air and whose it is, where an output can show it; "" if it is not known. `live`: it
    is made while it is heard, so no buffer may be longer than it must.
    """

    output: str
    airing_id: str
    sha256: str
    clock: Clock
    stop: threading.Event
    root: Path
    title: str = ""
    station: str = ""
    live: bool = False


class Player(Protocol):
    """An open output that a thread of its own feeds.

    Every method may raise PlayoutError; no method may be called after `close`.
    """

    rate: int
    first_sound_at: float | None
    """When the first sound was heard, in seconds of `Clock.elapsed`; None before."""

    def begin(self, remaining: Callable[[], float], offset: float) -> bool:
        """Wait in silence until `remaining()` is 0; return False if stopped before that.

        `offset`: the position of the first chunk in the recording (s).
        """

    def write(self, chunk: "array.array[int]") -> None:
        """Accept a chunk of mono 16-bit samples; block until there is room for it."""

    def finish(self) -> None:
        """Wait until everything that was written has been heard."""

    def taken(self) -> float | None:
        """Return how many seconds of what was written the other side has taken; None if the output cannot tell."""

    def close(self) -> None:
        """Release the output immediately."""


class Paced:
    """Base class for outputs without their own clock: it sends sound at the speed at which it is heard."""

    rate = 44100

    def __init__(self, connection: OutputConnection) -> None:
        self.connection = connection
        self.first_sound_at: float | None = None
        self.offset = 0.0
        self._frames = 0

    def begin(self, remaining: Callable[[], float], offset: float) -> bool:
        """Wait in short steps, so that a change of the clock is noticed, and exactly until the start."""
        while (left := remaining()) > 0:
            if self.connection.clock.wait(self.connection.stop, min(left, 0.25 * self.connection.clock.speed)):
                return False
        self.first_sound_at, self.offset = self.connection.clock.elapsed(), offset
        return True

    def write(self, chunk: "array.array[int]") -> None:
        """Wait until the chunk is (nearly) due, then send it."""
        start = self.first_sound_at if self.first_sound_at is not None else self.connection.clock.elapsed()
        early = start + self._frames / self.rate - AHEAD * self.connection.clock.speed - self.connection.clock.elapsed()
        if early > 0:
            before = self.connection.clock.elapsed()
            if self.connection.clock.wait(self.connection.stop, early):
                return
            if self.connection.clock.elapsed() - before - early > STOPPED * self.connection.clock.speed:
                return  # the process stood still: the channel notices it before the next chunk
        self.send(chunk)
        self._frames += len(chunk)

    def send(self, chunk: "array.array[int]") -> None:
        """Send a chunk that is due; subclasses implement this."""
        raise NotImplementedError

    def finish(self) -> None:
        """Wait until the sound that was sent ahead has been heard."""
        if self.first_sound_at is not None:
            left = self.first_sound_at + self._frames / self.rate - self.connection.clock.elapsed()
            self.connection.clock.wait(self.connection.stop, left)

    def taken(self) -> float | None:
        """Nothing answers."""
        return None

    def close(self) -> None:
        """Release nothing; subclasses override this."""


REFUSED = "output.refused"
"""The code of an error that trying again soon does not cure: user name or password are wrong."""


def took_nothing() -> str:
    """Return the words for an output that blocks."""
    return _("took no sound for some seconds")


def output_error(message: str, fix: str = "", code: str = "output.failed") -> PlayoutError:
    """Return the error for an output that does not accept sound."""
    return PlayoutError(Finding(code, message, fix))
