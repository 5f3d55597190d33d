"""A start with nobody there: after a power cut, with a schedule that somebody broke, with a clock that is wrong."""

import contextlib
import datetime
import itertools
import socket
import tempfile
import threading
import time

import pytest

from loa.automation import intervals, service
from loa.automation.station import Automation
from loa.clock import RealClock
from loa.errors import ScheduleError
from loa.schedule import UTC
from loa.store.alarms import open_alarms
from loa.store.asrun import rows
from loa.store.database import Database
from loa.store.lease import Lease
from loa.workspace import Workspace

from .conftest import Plan

START = datetime.datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
SOON = START + datetime.timedelta(seconds=60)


def test_the_schedule_that_was_good_last_is_followed_while_the_file_is_broken(
    released: Workspace, store: Database, plan: Plan
) -> None:
    airing = plan(SOON)
    service.run(released, clock=RealClock(20, START), until=lambda station: station.lease.holds, limit=30)
    released.schedule_file.write_text("broadcasts: [\n", "utf-8")
    (released.campaigns / "ben-hai.yaml").unlink()
    done = RealClock(20, START)
    service.run(released, clock=done, until=lambda station: station.outcomes.written(airing) is not None, limit=30)
    (row,) = rows(store)
    assert (row.airing, row.outcome) == (airing, "aired")
    assert [alarm.kind for alarm in open_alarms(store)] == ["schedule"]


def test_without_any_good_schedule_there_is_nothing_to_follow(air: Workspace) -> None:
    air.schedule_file.write_text("broadcasts: [\n", "utf-8")
    with pytest.raises(ScheduleError):
        service.run(air, limit=5)


def test_a_clock_behind_the_last_heartbeat_is_not_believed(released: Workspace, store: Database, plan: Plan) -> None:
    """A computer without a battery clock comes back in the past, with nothing in the log since."""
    lease = Lease(
        store,
        RealClock(20, START + datetime.timedelta(hours=6)),
        heartbeat=intervals.Timing().heartbeat,
        stale=intervals.Timing().stale,
    )
    lease.keep(None)
    lease.give_back()
    plan(SOON)
    station = Automation(released, store, RealClock(20, START), intervals.Timing())
    station.step()
    assert "last seen on air" in (station.doubt or "")
    trusting = Automation(released, store, RealClock(20, START), intervals.Timing(), trust_clock=True)
    trusting.step()
    assert trusting.doubt is None


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="systemd is of Linux")
def test_the_watchdog_is_fed_by_finished_steps_only(
    released: Workspace, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step that hangs must not look alive: systemd is to start the station anew."""
    plan(SOON)
    monkeypatch.setattr(service, "_HUNG_AFTER", 1.5)
    hang, fed = threading.Event(), list[float]()
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(f"{folder}/notify")
        systemd.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", f"{folder}/notify")
        steps = itertools.count()

        def hangs_after_a_while(_station: Automation) -> bool:
            return next(steps) > 8 and hang.wait(20)

        def listen(_station: Automation) -> None:
            with contextlib.suppress(BlockingIOError):
                while True:
                    if systemd.recv(100) == b"WATCHDOG=1":
                        fed.append(time.monotonic())
            if fed and time.monotonic() - fed[-1] > 4:
                hang.set()

        service.run(released, until=hangs_after_a_while, progress=listen, limit=60)
    assert fed
    assert hang.is_set(), "it was fed although nothing moved"
