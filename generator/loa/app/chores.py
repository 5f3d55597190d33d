"""What the station has done beside it while it is on air: backups and messages from outside, each by a process."""

import datetime
import subprocess
import sys
import threading

from loa.actions.inbox_work import inbox_is_due
from loa.app.backups import due, overdue, place_states
from loa.automation.disk import open_station_store
from loa.automation.station import Automation
from loa.errors import LoaError
from loa.feedback import book
from loa.logs import logger
from loa.messages import outbox
from loa.schedule import UTC, Schedule
from loa.store.database import Database
from loa.workspace import Workspace

_HOUR = datetime.timedelta(hours=1)


class BackupChore:
    """Called every half minute by the service: starts a backup when it is due, and raises an alarm when the last good
    one is old.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._child = _Child(workspace, "backup", "--due")

    def __call__(self, station: Automation) -> None:
        """Look whether there is something to do."""
        if not _may_work(station):
            return
        schedule = station.schedule_watch.schedule
        now = datetime.datetime.now(schedule.timezone)
        states = place_states(self._workspace)
        for name, text in overdue(states, schedule.backup, now).items():
            last = states[name].good or states[name].since
            station.tell(f"backup:{name}@{last:%Y-%m-%dT%H:%M:%S}", "backup", text)
        if not self._child.works and due(self._workspace, schedule.backup, now):
            self._child.start()


class InboxChore:
    """Called every five seconds by the service. Speaking a message takes memory and time that the sound needs."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._child = _Child(workspace, "inbox", "work")
        self._store: Database | None = None

    def __call__(self, station: Automation) -> None:
        """Look whether there is something to do."""
        if not _may_work(station) or self._child.works:
            return
        self._store = self._store or open_station_store(self._workspace, station.schedule_watch.schedule)
        if inbox_is_due(self._workspace, self._store, datetime.datetime.now(UTC)):
            self._child.start()


class MessagesChore:
    """Called every five seconds by the service. A gateway that does not answer holds up its own thread alone."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._thread: threading.Thread | None = None
        self._store: Database | None = None

    def __call__(self, station: Automation) -> None:
        """Look whether there is something to send."""
        schedule = station.schedule_watch.schedule
        if not any(schedule.messages.channels()) or not _may_work(station):
            return
        if self._thread and self._thread.is_alive():
            return
        self._store = self._store or open_station_store(self._workspace, schedule)
        self._thread = threading.Thread(target=self._work, args=(schedule, self._store), name="messages", daemon=True)
        self._thread.start()

    def _work(self, schedule: Schedule, store: Database) -> None:
        try:
            outbox.work(self._workspace, schedule, store, datetime.datetime.now(UTC))
        except (LoaError, OSError) as error:
            logger("loa.messages").warning("messages", problem=str(error))


class FeedbackChore:
    """Called every half minute by the service; once in an hour it erases what residents wrote long ago."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._looked: datetime.datetime | None = None

    def __call__(self, station: Automation) -> None:
        """Look whether something is to be erased."""
        now, schedule = datetime.datetime.now(UTC), station.schedule_watch.schedule
        if not _may_work(station) or (self._looked and now - self._looked < _HOUR):
            return
        self._looked = now
        store = open_station_store(self._workspace, schedule)
        try:
            book.forget_before(self._workspace, store, now - datetime.timedelta(days=schedule.feedback.keep_days), now)
        except LoaError as error:
            logger("loa.feedback").warning("feedback", problem=str(error))
        finally:
            store.close()


class _Child:
    """A command of Loa that runs beside the station, one at a time."""

    def __init__(self, workspace: Workspace, *command: str) -> None:
        self._command = [sys.executable, "-m", "loa", "--workspace", str(workspace.root), *command]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def works(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=None if sys.platform == "win32" else 0,  # Ctrl+C is not for it; see loa/priority.py
        )


def _may_work(station: Automation) -> bool:
    """A standby, and a clock that is in doubt, have nothing to do."""
    return station.lease.holds and station.doubt is None
