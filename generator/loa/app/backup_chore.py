"""What the station does for its backups: start one when it is due, and raise an alarm when the last good one is old."""

import datetime
import subprocess
import sys

from loa.app.backups import due, overdue, place_states
from loa.automation.station import Automation
from loa.workspace import Workspace


class BackupChore:
    """Called every half minute by the service. The backup itself is a process of its own, with the lowest priority."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._child: subprocess.Popen[bytes] | None = None

    def __call__(self, station: Automation) -> None:
        """Look whether there is something to do; a standby, and a clock that is in doubt, have nothing."""
        if not station.lease.holds or station.doubt is not None:
            return
        schedule = station.schedule_watch.schedule
        now = datetime.datetime.now(schedule.timezone)
        states = place_states(self._workspace)
        for name, text in overdue(states, schedule.backup, now).items():
            last = states[name].good or states[name].since
            station.tell(f"backup:{name}@{last:%Y-%m-%dT%H:%M:%S}", "backup", text)
        busy = self._child is not None and self._child.poll() is None
        if not busy and due(self._workspace, schedule.backup, now):
            self._child = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "loa", "--workspace", str(self._workspace.root), "backup", "--due"]
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=None if sys.platform == "win32" else 0,  # Ctrl+C is not for it; see web/priority.py
        )
