"""How a long process ends: a signal asks it to, and after a while it ends wherever it hangs."""

import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from loa.logs import logger

LONGEST = 15.0
"""Seconds from the signal to the end, at most; systemd kills after 20 (release/debian/loa.service)."""
_LAST_WORDS = 1.0
"""Seconds for the log, which may lie on the disk that does not answer."""


@contextmanager
def when_asked(longest: float = LONGEST) -> Iterator[threading.Event]:
    """Give an event that SIGINT and SIGTERM set while inside.

    `longest` seconds after the signal the process ends with exit code 1 even if it is waiting for something that does
    not come (a disk, a server, a child): what is lost then is what a power cut would have lost. In other threads than
    the main one no signal is handled.
    """
    stop = threading.Event()
    asked: queue.SimpleQueue[int] = queue.SimpleQueue()

    def wait() -> None:
        if not asked.get():
            return
        stop.set()
        threading.Event().wait(longest)  # not time.sleep: a clock that is set meanwhile may make it fail
        talking = threading.Thread(target=_tell, args=(longest,), daemon=True)
        talking.start()
        talking.join(_LAST_WORDS)
        os._exit(1)

    # A handler runs in the main thread, which may hold the lock of `stop` at that moment, because it waits for `stop`:
    # to set it there could wait for ever. `put` waits for nothing.
    main = threading.current_thread() is threading.main_thread()
    numbers = (signal.SIGINT, signal.SIGTERM) if main else ()
    threading.Thread(target=wait, name="end", daemon=True).start()
    old = {number: signal.signal(number, lambda given, _frame: asked.put(given)) for number in numbers}
    try:
        yield stop
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
        asked.put(0)


def _tell(longest: float) -> None:
    """Log where each thread stands."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    where = {
        names.get(ident, str(ident)): [f"{at.filename}:{at.lineno} {at.name}" for at in traceback.extract_stack(frame)]
        for ident, frame in sys._current_frames().items()
    }
    logger().error("end", problem=f"did not end within {longest:.0f} s", main=where.pop("MainThread", [])[-4:])
    logger().info("end", threads={name: lines[-4:] for name, lines in where.items()})
