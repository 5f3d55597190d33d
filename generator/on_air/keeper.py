"""The schedule in force: read again when the file changes; while the file is broken, the last good one stays."""

import datetime

from generator.errors import Finding, ScheduleError
from generator.playout import Clock
from generator.schedule import Airing, Schedule, airings
from generator.workspace import Workspace

_LOOK = 2.0


class ScheduleKeeper:
    """Raises ScheduleError at the start, when there is no good schedule yet; never later."""

    def __init__(self, workspace: Workspace, clock: Clock) -> None:
        self._workspace, self._clock = workspace, clock
        self._file = workspace.schedule_file
        self._seen = self._state()
        self.schedule = Schedule.load(workspace)
        self.problems: tuple[Finding, ...] = ()
        self._looked = clock.elapsed()
        self._planned: tuple[datetime.datetime, datetime.datetime, tuple[Airing, ...]] | None = None

    def refresh(self) -> bool:
        """Look at the file every two seconds; whether the schedule or its problems changed."""
        if self._clock.elapsed() - self._looked < _LOOK * self._clock.speed:
            return False
        self._looked = self._clock.elapsed()
        state = self._state()
        if state == self._seen:
            return False
        self._seen = state
        try:
            self.schedule = Schedule.load(self._workspace)
            self.problems = ()
        except ScheduleError as error:
            self.problems = error.findings
        self._planned = None
        return True

    def planned(self, since: datetime.datetime, until: datetime.datetime) -> list[Airing]:
        """Airings in [since, until), exceptions included; kept for some hours, for it is asked every second."""
        if self._planned is None or not self._planned[0] <= since <= until <= self._planned[1]:
            margin = datetime.timedelta(hours=6)
            found = airings(self.schedule, since, until + margin, with_skipped=True)
            self._planned = (since, until + margin, found)
        return [airing for airing in self._planned[2] if since <= airing.planned < until]

    def _state(self) -> tuple[int, int] | None:
        try:
            status = self._file.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size
