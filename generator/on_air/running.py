"""`loa run`: store, schedule, station and chores in order; stopped in reverse."""

import datetime
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from generator.errors import Finding, LogbookError
from generator.i18n import _
from generator.on_air.chores import Chores
from generator.on_air.driver import TICK, Driver
from generator.on_air.keeper import schedule_in_force
from generator.on_air.records import keep_records
from generator.on_air.station import Station
from generator.on_air.systemd import notify
from generator.on_air.timing import Timing
from generator.playout import Clock, RealClock
from generator.schedule import Schedule
from generator.store import Store, open_store
from generator.workspace import Workspace

_PATIENCE = 0.2
"""Seconds that a step waits for another program's lock: it is tried again in the next one, and sound must not wait."""
_HUNG = 20.0
"""Seconds without a finished step after which systemd's watchdog is no longer fed: it then starts us anew."""
Progress = Callable[[Station], None]


def open_station_store(workspace: Workspace, schedule: Schedule, *, patience: float = 10.0) -> Store:
    """The database that the schedule names, else the one in the workspace. Raises StoreError."""
    return open_store(workspace.database, schedule.database, patience=patience)


def run(
    workspace: Workspace,
    *,
    until: Callable[[Station], bool] | None = None,
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
    station = Station(workspace, store, clock, (timing or Timing()).at_speed(clock.speed), trust_clock=trust_clock)
    stop, done = threading.Event(), False
    started = datetime.datetime.now(datetime.UTC)
    driver = Driver()
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
        if limit and (datetime.datetime.now(datetime.UTC) - started).total_seconds() > limit:
            stop.set()

    driver.add("step", TICK, step)
    Chores(workspace, station, post).add_to(driver)
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
