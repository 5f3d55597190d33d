"""Reads recordings away from the step: a disk or a share may answer late, or never."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from loa.automation.lanes import USUAL, MakeLane, done_within
from loa.errors import Finding, PlayoutError
from loa.i18n import _

_AT_ONCE = 2
"""Recordings that are read at the same time, while none hangs."""
TURN = 1.0
"""Seconds of real time that a recording waits for others that are being read."""
_DEADLINE = 10.0
"""Seconds of real time in which a recording must be read."""
Result = TypeVar("Result")


class RecordingReader:
    """Reads each recording in a lane of its own. All reads of one step together hold it up for `USUAL` seconds."""

    def __init__(self, lanes: MakeLane, on_read: Callable[[], None] = lambda: None) -> None:
        """`on_read`: a read has ended; called in its thread."""
        self._lanes, self._on_read = lanes, on_read
        self._reads: dict[str, tuple[Future[Any], float]] = {}
        self._turns = threading.BoundedSemaphore(_AT_ONCE)
        self._patience = USUAL

    def begin_step(self) -> None:
        """From here on reads may hold up the step again."""
        self._patience = USUAL

    def read(self, name: str, read: Callable[[], Result], patience: float = 0.0) -> "Future[Result] | None":
        """What `read` found, in a thread of its own. None while it is being read.

        `patience`: real seconds that this may take. Raises PlayoutError where it has taken too long; a read that
        hangs is not begun again before it has ended.
        """
        if name not in self._reads:
            lane = self._lanes(f"recording {name}")
            self._reads[name] = lane.start(lambda: self._take_turns(read)), time.monotonic()
            self._reads[name][0].add_done_callback(lambda _read: self._on_read())
            lane.close()
        future, since = self._reads[name]
        begun = time.monotonic()
        done = done_within(future, max(patience, self._patience))
        self._patience = max(0.0, self._patience - (time.monotonic() - begun))
        if done:
            del self._reads[name]
            return future
        if time.monotonic() - since > _DEADLINE:
            message = _("the recording was not read within {seconds:.0f} seconds: its disk or share does not answer")
            raise PlayoutError(Finding("recording.slow", message.format(seconds=_DEADLINE)))
        return None

    def forget(self, name: str) -> None:
        """Nobody wants what is being read as `name` any more."""
        self._reads.pop(name, None)

    def forget_all(self) -> None:
        """Nobody wants anything that is being read any more."""
        self._reads.clear()

    def _take_turns(self, read: Callable[[], Result]) -> Result:
        """Few at a time, for a small computer; but nobody waits long for one that hangs."""
        turn = self._turns.acquire(timeout=TURN)
        try:
            return read()
        finally:
            if turn:
                self._turns.release()
