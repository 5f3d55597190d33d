"""The schedule in force: read again when the file changes; while the file is broken, the last good one stays."""

import datetime

from loa.clock import Clock
from loa.errors import Finding, ScheduleError, WorkspaceError
from loa.file_cache import mark_of
from loa.logs import logger
from loa.schedule import Airing, Schedule, airings
from loa.schedule.loader import load_schedule
from loa.workspace import Workspace, write_atomic

_SAVED = 1.0
"""Seconds for which a file must be broken before it is said to be: an editor may be in the middle of saving it."""


def schedule_in_force(workspace: Workspace) -> tuple[Schedule, tuple[Finding, ...]]:
    """The schedule, or, while it is broken, the last good one and what is wrong with the file.

    After a power cut at night nobody is there to mend it. Raises ScheduleError where there was no good one yet.
    """
    try:
        return load_schedule(workspace), ()
    except ScheduleError as error:
        if not workspace.last_good_schedule.is_file():
            raise
        return load_schedule(workspace, workspace.last_good_schedule), error.findings


class ScheduleWatch:
    """Raises ScheduleError at the start, when there is no good schedule yet; never later.

    `keeps`: whether a good schedule is kept for the next start.
    """

    def __init__(self, workspace: Workspace, clock: Clock, *, keeps: bool) -> None:
        self._workspace, self._clock = workspace, clock
        self._file = workspace.schedule_file
        self._read = self._state()
        self._keeps = keeps
        self.schedule, broken = schedule_in_force(workspace)
        self.problems: tuple[Finding, ...] = ()
        self._suspect: tuple[float, tuple[Finding, ...]] | None = None
        if broken:
            self._suspect = clock.elapsed(), broken
        else:
            self._keep()
        self._planned: tuple[datetime.datetime, datetime.datetime, tuple[Airing, ...]] | None = None

    def refresh(self) -> bool:
        """Look at the file; whether the schedule in force or its problems changed."""
        state, now = self._state(), self._clock.elapsed()
        if state != self._read:
            self._read = state
            return self._read_again(now)
        if self._suspect and now - self._suspect[0] >= _SAVED * self._clock.speed:
            self.problems, self._suspect = self._suspect[1], None
            return True
        return False

    def _read_again(self, now: float) -> bool:
        try:
            self.schedule = load_schedule(self._workspace)
        except ScheduleError as error:
            self._suspect = now, error.findings
            return False
        self.problems, self._suspect, self._planned = (), None, None
        self._keep()
        return True

    def _keep(self) -> None:
        """For the next start. A folder that cannot be written costs only that."""
        if not self._keeps:
            return
        try:
            text = self._file.read_bytes()
            if self._state() == self._read:  # nobody changed it since it was found good
                write_atomic(self._workspace.last_good_schedule, text)
        except (OSError, WorkspaceError) as error:
            logger().warning("schedule", problem=str(error))

    def planned(self, since: datetime.datetime, until: datetime.datetime) -> list[Airing]:
        """Airings in [since, until), exceptions included; kept for some hours, for it is asked every second."""
        if self._planned is None or not self._planned[0] <= since <= until <= self._planned[1]:
            margin = datetime.timedelta(hours=6)
            found = airings(self.schedule, since, until + margin, with_skipped=True)
            self._planned = (since, until + margin, found)
        return [airing for airing in self._planned[2] if since <= airing.planned < until]

    def _state(self) -> str:
        return mark_of(self._file)
