"""`loa run`: store, schedule, station and chores in order; stopped in reverse."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import sdnotify
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from loa.automation.disk import prune
from loa.automation.notify import AlarmSender
from loa.automation.schedule_watch import schedule_in_force
from loa.automation.station import Automation
from loa.automation.timing import Timing
from loa.clock import Clock, RealClock
from loa.errors import Finding, LogbookError, PlayoutError
from loa.i18n import _
from loa.logs import keep_records, logger
from loa.playout.outputs import not_ready, stand_by
from loa.schedule import Schedule
from loa.schedule.outputs import AnyOutput
from loa.store.database import Database
from loa.workspace import Workspace

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


class IntervalRunner:
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


_BEAT = 2.0
_TRY = 60.0
"""Seconds between two tries of the outputs."""
_ROOM = 3600.0
"""Seconds between two looks for recordings that nothing needs any more."""


class Maintenance:
    """`store`: a connection of their own, for they may wait for the database; the station may not."""

    def __init__(self, workspace: Workspace, station: Automation, store: Database) -> None:
        self._workspace, self._station, self._store = workspace, station, store
        self._sender = AlarmSender(store)
        self._tried = float("-inf")

    def add_to(self, driver: IntervalRunner) -> None:
        """Let `driver` do them, each in its own time."""
        driver.add("outputs", _BEAT, self._try_outputs)
        driver.add("room", _ROOM, self._make_room)
        driver.add("alarms", _BEAT, self._send_alarms)

    def _try_outputs(self) -> None:
        """Once a minute, and at once when this process has come on air."""
        if not self._station.lease.holds:
            self._tried = float("-inf")
        elif time.monotonic() - self._tried > _TRY:
            self._tried = time.monotonic()
            outputs = self._station.schedule_watch.schedule.outputs
            self._station.outputs_tried({name: self._trouble(name, output) for name, output in outputs.items()})

    def _trouble(self, name: str, output: AnyOutput) -> str | None:
        """Why it could not be played to now, None if it could. What loudspeakers pull from is opened on the way."""
        try:
            stand_by(name, output)
        except PlayoutError as error:
            return error.findings[0].message
        return not_ready(output, self._workspace.root)

    def _make_room(self) -> None:
        """Only while the clock is sure and nothing is on air."""
        station = self._station
        if station.lease.holds and station.doubt is None and not station.controller.live:
            prune(self._workspace, self._store, datetime.now(UTC))

    def _send_alarms(self) -> None:
        if self._station.lease.holds:
            self._sender.deliver(self._station.schedule_watch.schedule.alerts)


def notify(state: str) -> None:
    """`READY=1`, `WATCHDOG=1` or `STOPPING=1`; nothing where systemd did not start us."""
    if os.environ.get("NOTIFY_SOCKET"):
        notifier = sdnotify.SystemdNotifier()
        notifier.notify(state)
        notifier.socket.close()


_PATIENCE = 0.2
"""Seconds that a step waits for another program's lock: it is tried again in the next one, and sound must not wait."""
_HUNG = 20.0
"""Seconds without a finished step after which systemd's watchdog is no longer fed: it then starts us anew."""
Progress = Callable[[Automation], None]


def open_station_store(workspace: Workspace, schedule: Schedule, *, patience: float = 10.0) -> Database:
    """The database that the schedule names, else the one in the workspace. Raises StoreError."""
    return Database(schedule.database or workspace.database, patience=patience)


def run(
    workspace: Workspace,
    *,
    until: Callable[[Automation], bool] | None = None,
    limit: float | None = None,
    progress: Progress | None = None,
    trust_clock: bool = False,
    clock: Clock | None = None,
    timing: Timing | None = None,
) -> None:
    """Stay on air by the schedule, until SIGINT or SIGTERM, or until `until` says so.

    `clock`: for a demonstration, RealClock(speed, start). `limit`: seconds of real time after which a LogbookError is
    raised if `until` never said so. `progress` is called about once a second.
    Raises ScheduleError, StoreError.
    """
    clock = clock or RealClock()
    keep_records(workspace)
    schedule, _problems = schedule_in_force(workspace)
    store = open_station_store(workspace, schedule, patience=_PATIENCE)
    post = open_station_store(workspace, schedule)
    station = Automation(workspace, store, clock, (timing or Timing()).at_speed(clock.speed), trust_clock=trust_clock)
    stop, done = threading.Event(), False
    started = datetime.now(UTC)
    driver = IntervalRunner()
    stepped = time.monotonic()

    def step() -> None:
        nonlocal done, stepped
        station.step()
        stepped = time.monotonic()
        if until and until(station):
            done = True
            stop.set()

    def watch() -> None:
        if time.monotonic() - stepped < _HUNG:
            notify("WATCHDOG=1")
        if progress:
            progress(station)
        if limit and (datetime.now(UTC) - started).total_seconds() > limit:
            stop.set()

    driver.add("step", TICK, step)
    Maintenance(workspace, station, post).add_to(driver)
    with _signals(stop):
        try:
            notify("READY=1")
            driver.run(stop, watch)
        finally:
            notify("STOPPING=1")
            station.close()
            post.close()
            store.close()
    if until and limit and not done:
        raise LogbookError(Finding("on-air.limit", _("What was waited for did not happen in time.")))


@contextmanager
def _signals(stop: threading.Event) -> Iterator[None]:
    """SIGINT and SIGTERM set `stop` while inside; outside the main thread nothing is changed."""
    numbers = (signal.SIGINT, signal.SIGTERM) if threading.current_thread() is threading.main_thread() else ()
    old = {number: signal.signal(number, lambda *_frame: stop.set()) for number in numbers}
    try:
        yield
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
