"""Where the station does what may wait for a disk or a server: away from the thread that minds the sound."""

import contextlib
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Generic, Protocol, TypeVar

Result = TypeVar("Result")


class Lane(Protocol):
    """Does jobs in the order in which they were started."""

    def start(self, job: Callable[[], Result]) -> "Future[Result]":
        """Do `job` after those that were started before it; the future has its result, or what it raised."""

    def close(self) -> None:
        """Start no more; what was started is still done."""


MakeLane = Callable[[str], Lane]
"""Makes the lane of that name."""


def settle(future: "Future[Result]", job: Callable[[], Result], caught: type[BaseException] = Exception) -> None:
    """Do `job`; the future gets its result, or what it raised of `caught`."""
    try:
        future.set_result(job())
    except caught as error:  # whoever asks for the result gets it
        future.set_exception(error)


def done_within(future: "Future[Any]", seconds: float) -> bool:
    """Wait, at most `seconds` of real time; whether `future` is done."""
    with contextlib.suppress(TimeoutError):
        future.exception(seconds)
    return future.done()


class AtOnce:
    """Each job is done before `start` returns: for simulations and rehearsals, which are the same every time."""

    def __init__(self, _name: str) -> None: ...

    def start(self, job: Callable[[], Result]) -> "Future[Result]":
        """Do `job`."""
        future: Future[Result] = Future()
        settle(future, job)
        return future

    def close(self) -> None:
        """Nothing is waiting."""


class Thread:
    """A thread of its own. It does not keep the process from ending, whatever it waits for."""

    def __init__(self, name: str) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        threading.Thread(target=self._run, name=f"lane {name}", daemon=True).start()

    def start(self, job: Callable[[], Result]) -> "Future[Result]":
        """Do `job` soon."""
        future: Future[Result] = Future()
        self._jobs.put(lambda: settle(future, job, BaseException))
        return future

    def close(self) -> None:
        """End the thread after its last job."""
        self._jobs.put(None)

    def _run(self) -> None:
        while job := self._jobs.get():
            job()


USUAL = 0.05
"""Seconds in which a disk that works gives an answer. So long a step waits for it, once."""


class Question(Generic[Result]):
    """Something that is asked again in every step and may have to wait: for a file on a share that hangs, say."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._asked: tuple[Future[Result], float] | None = None

    @property
    def open_for(self) -> float:
        """Seconds of real time for which the last question has had no answer; 0 if it has one."""
        return time.monotonic() - self._asked[1] if self._asked else 0.0

    def ask(self, question: "Callable[[], Result]") -> "Future[Result] | None":
        """The answer, to this question or to the one before; None while there is none yet."""
        if self._asked is None:
            self._asked = self._lane.start(question), time.monotonic()
            done_within(self._asked[0], USUAL)
        future, _since = self._asked
        if not future.done():
            return None
        self._asked = None
        return future
