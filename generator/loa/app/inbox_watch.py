"""What the station does for its inbox: look whether something is due, and have it done by a process of its own."""

import datetime
import subprocess
import sys

from loa.actions.inbox import inbox_is_due
from loa.automation.disk import open_station_store
from loa.automation.station import Automation
from loa.schedule import UTC
from loa.store.database import Database
from loa.workspace import Workspace


class InboxWatch:
    """Called every five seconds by the service. Speaking a message takes memory and time that the sound needs."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._child: subprocess.Popen[bytes] | None = None
        self._store: Database | None = None

    def __call__(self, station: Automation) -> None:
        """Look whether there is something to do; a standby, and a clock that is in doubt, have nothing."""
        if not station.lease.holds or station.doubt is not None:
            return
        if self._child is not None and self._child.poll() is None:
            return
        self._store = self._store or open_station_store(self._workspace, station.schedule_watch.schedule)
        if inbox_is_due(self._workspace, self._store, datetime.datetime.now(UTC)):
            self._child = subprocess.Popen(
                [sys.executable, "-m", "loa", "--workspace", str(self._workspace.root), "inbox", "work"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                process_group=None if sys.platform == "win32" else 0,  # Ctrl+C is not for it; see web/priority.py
            )
