"""The alarm clock of the station: APScheduler wakes it; schedule.yaml alone says what is then to be done.

Airings are not jobs. A second list of "when" beside schedule.yaml would drift from it (an edited file, a stepped
clock, a job that misfired), so the scheduler only carries chores that look for themselves what is due. Each is set on
purpose: `max_instances=1` (a chore that hangs is not started again beside itself), `coalesce=True` (after a pause it
runs once, not once for every beat that was missed), `misfire_grace_time=None` (a late chore still runs).
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from generator.on_air.records import logger

Chore = Callable[[], None]
TICK = 0.25
"""Seconds between two steps: an emergency is heard within one."""


class _Every(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """`seconds` after the last look, whenever that was.

    Not APScheduler's own interval: after a jump of the clock that one lists every instant that was missed before it
    drops them (a start in 1970 keeps it busy for hours).
    """

    def __init__(self, seconds: float) -> None:
        self._pause = timedelta(seconds=seconds)

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        """Always ahead of `now`."""
        return now + self._pause


class Driver:
    """Runs chores at their intervals (real seconds) until told to stop."""

    def __init__(self) -> None:
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(4)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._scheduler.add_listener(self._failed, EVENT_JOB_ERROR)
        self._chores: dict[str, float] = {}
        self._log = logger()

    def add(self, name: str, seconds: float, chore: Chore) -> None:
        """Run `chore` every `seconds`, the first time at once."""
        self._chores[name] = seconds
        self._scheduler.add_job(chore, _Every(seconds), id=name, next_run_time=datetime.now(UTC))

    def run(self, stop: threading.Event, watch: Callable[[], None]) -> None:
        """Until `stop`; `watch` is called once a second from this thread, whatever the chores do.

        The scheduler plans by the wall clock: after a step back it would sleep until its old next instant. A second
        of our own (that only goes forward) wakes it, and plans the chores anew when they lie too far ahead.
        """
        self._scheduler.start()
        try:
            while not stop.wait(1.0):
                self._wake()
                watch()
        finally:
            self._scheduler.shutdown(wait=True)

    def _wake(self) -> None:
        now = datetime.now(UTC)
        for job in self._scheduler.get_jobs():
            seconds = self._chores[job.id]
            if job.next_run_time is None or (job.next_run_time - now).total_seconds() > seconds + 1:
                self._log.warning("clock", chore=job.id, planned=str(job.next_run_time))
                job.reschedule(_Every(seconds))
        self._scheduler.wakeup()

    def _failed(self, event: JobExecutionEvent) -> None:
        """A chore that failed runs again at its next beat; here it is told."""
        self._log.error("chore", chore=event.job_id, problem=repr(event.exception))
        self._log.info("chore", chore=event.job_id, trace=event.traceback)
