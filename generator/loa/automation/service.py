"""`loa run`: start database, schedule, station and background jobs in order; stop them in reverse order."""

import contextlib
import os
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.executors.base import BaseExecutor, run_job
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from loa.automation import lanes
from loa.automation.disk import open_station_store, prune, shortage
from loa.automation.intervals import Timing
from loa.automation.notify import AlarmSender
from loa.automation.schedule_watch import schedule_in_force
from loa.automation.station import Automation
from loa.clock import Clock, RealClock
from loa.errors import Finding, LogbookError, PlayoutError
from loa.i18n import _
from loa.logs import logger, write_log_file
from loa.playout.outputs import not_ready, open_port
from loa.schedule.outputs import AnyOutput
from loa.store.alarms import Alarm, channels, raise_once, raised
from loa.store.database import Database
from loa.store.proof import verify, witness
from loa.workspace import Workspace

Job = Callable[[], None]
TICK = 0.25
"""Seconds between two steps of the station, if nothing wakes it before; an emergency starts within one step."""


class _Every(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """Fires `seconds` after the previous check.

    APScheduler's own interval trigger is not used: after a jump of the clock it computes every missed instant before it
    drops them, which takes hours after a start in 1970.
    """

    def __init__(self, seconds: float) -> None:
        self._pause = timedelta(seconds=seconds)

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        """Return an instant after `now`."""
        return now + self._pause


class _Threads(BaseExecutor):  # type: ignore[misc]  # APScheduler has no types
    """Runs each job in a thread of its own, which does not keep the process from ending: a job may hang on a disk."""

    def _do_submit_job(self, job: Any, run_times: list[datetime]) -> None:
        threading.Thread(target=self._run, args=(job, run_times), name=f"chore {job.id}", daemon=True).start()

    def _run(self, job: Any, run_times: list[datetime]) -> None:
        try:
            events = run_job(job, job._jobstore_alias, run_times, self._logger.name)
        except BaseException as error:  # noqa: BLE001  the scheduler is told
            self._run_job_error(job.id, error, error.__traceback__)
        else:
            self._run_job_success(job.id, events)


class IntervalRunner:
    """Runs background jobs at their intervals (real seconds)."""

    def __init__(self) -> None:
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": _Threads()},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._scheduler.add_listener(self._failed, EVENT_JOB_ERROR)
        self._intervals: dict[str, float] = {}
        self._log = logger()

    def add(self, name: str, seconds: float, job: Job) -> None:
        """Run `job` every `seconds`, the first time immediately."""
        self._intervals[name] = seconds
        self._scheduler.add_job(job, _Every(seconds), id=name, next_run_time=datetime.now(UTC))

    def run(self, stop: threading.Event, watch: Callable[[], None]) -> None:
        """Run until `stop` is set. `watch` is called once a second in this thread, independent of the jobs.

        The scheduler uses the wall clock: after a step back it would sleep until its old next instant. So it is woken
        every second, and jobs that are too far in the future are rescheduled.
        """
        self._scheduler.start()
        try:
            while not stop.wait(1.0):
                self._wake()
                watch()
        finally:
            self._scheduler.shutdown(wait=False)

    def _wake(self) -> None:
        now = datetime.now(UTC)
        for job in self._scheduler.get_jobs():
            seconds = self._intervals[job.id]
            if job.next_run_time is None or (job.next_run_time - now).total_seconds() > seconds + 1:
                self._log.warning("clock", chore=job.id, planned=str(job.next_run_time))
                job.reschedule(_Every(seconds))
        self._scheduler.wakeup()

    def _failed(self, event: JobExecutionEvent) -> None:
        """Log a failed job; it runs again at its next interval."""
        self._log.error("chore", chore=event.job_id, problem=repr(event.exception))
        self._log.info("chore", chore=event.job_id, trace=event.traceback)


_JOB_INTERVAL = 2.0
_TEST_INTERVAL = 60.0
"""Seconds between two tests of the outputs."""
_TEST_DEADLINE = 20.0
"""Seconds in which a test of an output must end."""
_LOG_INTERVAL = 60.0
"""Seconds between two looks whether the log was verified today, and its witness sent."""
_CHORE_INTERVAL, _WATCH_INTERVAL = 30.0, 5.0
_PRUNE_INTERVAL = 3600.0
"""Seconds between two searches for recordings that can be deleted."""


def slow() -> str:
    """Why an output counts as broken whose test has not ended in time."""
    return _("its test did not end within {seconds:.0f} seconds").format(seconds=_TEST_DEADLINE)


class Maintenance:
    """Background jobs: test outputs, delete old recordings, send alarms and the daily witness of the log.

    `store` is a separate connection, because these jobs may wait for the database and the station may not.
    """

    def __init__(self, workspace: Workspace, station: Automation, store: Database) -> None:
        self._workspace, self._station, self._store = workspace, station, store
        self._sender = AlarmSender(store, workspace)
        self._tested_at = float("-inf")
        self._tests: dict[str, Future[str | None]] = {}
        self._verified_on: date | None = None

    def add_to(self, driver: IntervalRunner) -> None:
        """Add the jobs to `driver`."""
        driver.add("outputs", _JOB_INTERVAL, self._test_outputs)
        driver.add("room", _PRUNE_INTERVAL, self._prune)
        driver.add("log", _LOG_INTERVAL, self._watch_log)
        driver.add("alarms", _JOB_INTERVAL, self._send_alarms)

    def _test_outputs(self) -> None:
        """Test the outputs once a minute, and immediately after this process has come on air."""
        if not self._station.lease.holds:
            self._tested_at = float("-inf")
        elif time.monotonic() - self._tested_at > _TEST_INTERVAL:
            self._tested_at = time.monotonic()
            for name, output in self._station.schedule_watch.schedule.outputs.items():
                if name not in self._tests:  # else the last test still hangs
                    self._tests[name] = self._start_test(name, output)
            wait(self._tests.values(), _TEST_DEADLINE)
            results = {name: test.result() if test.done() else slow() for name, test in self._tests.items()}
            self._tests = {name: test for name, test in self._tests.items() if not test.done()}
            self._station.outputs_tested(results)

    def _start_test(self, name: str, output: AnyOutput) -> "Future[str | None]":
        """Test one output beside the others."""
        lane = lanes.Thread(f"test {name}")
        test = lane.start(lambda: self._test_output(name, output))
        lane.close()
        return test

    def _test_output(self, name: str, output: AnyOutput) -> str | None:
        """Return why the output could not be played to now, or None. Opens the port from which loudspeakers pull."""
        try:
            open_port(name, output)
        except PlayoutError as error:
            return error.findings[0].message
        return not_ready(output, self._workspace.root)

    def _prune(self) -> None:
        """Delete old recordings, if the clock can be trusted and nothing is on air."""
        station = self._station
        if station.lease.holds and station.doubt is None and not station.controller.live:
            now = datetime.now(UTC)
            prune(self._workspace, self._store, now)
            if message := shortage(self._workspace):
                self._raise(Alarm(f"room@{now:%G-W%V}", "room", message, now))

    def _watch_log(self) -> None:
        """Once a day, while nothing is on air: verify the log; send its end to whoever gets the alarms, where nobody
        who has this computer can change it.
        """
        station = self._station
        if not station.lease.holds or station.doubt is not None or station.controller.live:
            return
        now = datetime.now(UTC)
        day = now.astimezone(station.schedule_watch.schedule.timezone)
        if self._verified_on != day.date():
            findings = verify(self._store, self._workspace.seal)
            self._verified_on = day.date()
            if findings:
                message = _("The log was changed: {problem}").format(problem=findings[0].message)
                self._raise(Alarm(f"log@{day:%Y-%m-%d}", "log", message, now))
        if not self._channels():
            return
        event = f"witness@{day:%Y-%m-%d}"
        if not raised(self._store, [event]) and (end := witness(self._store)):
            message = _("Witness of the log, {day}. Keep this message: it shows later whether the log was changed.")
            message = f"{message.format(day=f'{day:%d/%m/%Y}')}\n{end}"
            self._raise(Alarm(event, "witness", message, now, cleared=now))

    def _raise(self, alarm: Alarm) -> None:
        raise_once(self._store, alarm, self._channels(), self._workspace.seal)

    def _channels(self) -> tuple[str, ...]:
        return channels(self._station.schedule_watch.schedule.alerts)

    def _send_alarms(self) -> None:
        if self._station.lease.holds:
            self._sender.deliver(self._station.schedule_watch.schedule.alerts)


def notify(state: str) -> None:
    """Send `READY=1`, `WATCHDOG=1` or `STOPPING=1` to systemd, if it started this process."""
    place = os.environ.get("NOTIFY_SOCKET")
    if place and sys.platform != "win32":
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.sendto(state.encode(), f"\0{place[1:]}" if place.startswith("@") else place)  # sd_notify(3)


_DATABASE_TIMEOUT = 0.2
"""Seconds that a step waits for a locked database. Sound must not wait; the next step tries again."""
_HUNG_AFTER = 20.0
"""Seconds without a finished step, or without a move of a thread that plays, after which systemd's watchdog gets no
signal and restarts the service.
"""
_LAST_STEP = 5.0
"""Seconds that the end of the service waits for the step that is being done."""
Progress = Callable[[Automation], None]
Chore = Callable[[Automation], None]


def run(
    workspace: Workspace,
    *,
    until: Callable[[Automation], bool] | None = None,
    limit: float | None = None,
    progress: Progress | None = None,
    trust_clock: bool = False,
    clock: Clock | None = None,
    timing: Timing | None = None,
    chores: Mapping[str, Chore] | None = None,
    watches: Mapping[str, Chore] | None = None,
    stop: threading.Event | None = None,
    address_of: Callable[[str], str | None] | None = None,
) -> None:
    """Run the station by the schedule until `stop` is set (`ending.when_asked` gives one), or `until(station)` is true.

    `clock`: for a demonstration, RealClock(speed, start). `limit`: seconds of real time after which LogbookError is
    raised if `until` was never true. `progress` is called about once a second. `chores`: what else is looked after
    every half minute, by name, in a thread that the sound does not wait for; `watches`: the same every five seconds.
    `address_of`: as of `Automation`. Raises ScheduleError, StoreError.
    """
    clock = clock or RealClock()
    write_log_file(workspace)
    schedule, _problems = schedule_in_force(workspace)
    store = open_station_store(workspace, schedule, patience=_DATABASE_TIMEOUT)
    maintenance_store = open_station_store(workspace, schedule)
    timing = (timing or Timing()).at_speed(clock.speed)
    station = Automation(
        workspace, store, clock, timing, trust_clock=trust_clock, lanes=lanes.Thread, address_of=address_of
    )
    stop, done = stop or threading.Event(), False
    started = datetime.now(UTC)
    driver = IntervalRunner()
    last_step = time.monotonic()

    def step() -> None:
        nonlocal done, last_step
        station.step()
        last_step = time.monotonic()
        if until and until(station):
            done = True
            stop.set()

    def watch() -> None:
        if time.monotonic() - last_step < _HUNG_AFTER and station.sound_moves(_HUNG_AFTER):
            notify("WATCHDOG=1")
        if progress:
            progress(station)
        if limit and (datetime.now(UTC) - started).total_seconds() > limit:
            stop.set()

    def steps() -> None:
        while not stop.is_set():
            station.wake.wait(TICK)
            station.wake.clear()
            if stop.is_set():
                return
            try:
                step()
            except Exception as error:  # noqa: BLE001  the next step may work
                logger().error("step", problem=repr(error), trace=traceback.format_exc())

    stepping = threading.Thread(target=steps, name="station", daemon=True)
    Maintenance(workspace, station, maintenance_store).add_to(driver)
    for name, chore in (chores or {}).items():
        driver.add(name, _CHORE_INTERVAL, partial(chore, station))
    for name, chore in (watches or {}).items():
        driver.add(name, _WATCH_INTERVAL, partial(chore, station))
    try:
        stepping.start()
        notify("READY=1")
        driver.run(stop, watch)
    finally:
        notify("STOPPING=1")
        stop.set()
        station.wake.set()
        stepping.join(_LAST_STEP)
        station.close()
        maintenance_store.close()
        store.close()
    if until and limit and not done:
        raise LogbookError(Finding("on-air.limit", _("What was waited for did not happen in time.")))
