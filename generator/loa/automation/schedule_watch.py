"""The schedule in force: reload it when the file changes; while the file is invalid, use the last valid one."""

import datetime

from loa.clock import Clock
from loa.errors import Finding, ScheduleError, WorkspaceError
from loa.file_cache import mark_of
from loa.files import write_atomic
from loa.logs import logger
from loa.schedule import Airing, Schedule, airings
from loa.schedule.loader import load_schedule
from loa.workspace import Workspace

_SAVED = 1.0
"""Seconds for which the file must be invalid before it is reported: an editor may be saving it."""


def schedule_in_force(workspace: Workspace) -> tuple[Schedule, tuple[Finding, ...]]:
    """Return the schedule; or, if the file is invalid, the last valid schedule and the file's problems.

    After a power cut at night nobody is there to correct the file. Raises ScheduleError if there is no valid one.
    """
    try:
        return load_schedule(workspace), ()
    except ScheduleError as error:
        if not workspace.last_good_schedule.is_file():
            raise
        return load_schedule(workspace, workspace.last_good_schedule), error.findings


class ScheduleWatch:
    """Watches schedule.yaml. The constructor raises ScheduleError if there is no valid schedule; no method does.

    `saves`: save each valid schedule for the next start.
    """

    def __init__(self, workspace: Workspace, clock: Clock, *, saves: bool) -> None:
        self._workspace, self._clock = workspace, clock
        self._file = workspace.schedule_file
        self._read = self._state()
        self._saves = saves
        self.schedule, broken = schedule_in_force(workspace)
        self.problems: tuple[Finding, ...] = ()
        self._suspect: tuple[float, tuple[Finding, ...]] | None = None
        if broken:
            self._suspect = clock.elapsed(), broken
        else:
            self._save()
        self._planned: tuple[datetime.datetime, datetime.datetime, tuple[Airing, ...]] | None = None

    def refresh(self) -> bool:
        """Check the file; return whether the schedule in force or its problems changed."""
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
        self._save()
        return True

    def _save(self) -> None:
        """Save the valid schedule for the next start; a failure is only logged."""
        if not self._saves:
            return
        try:
            text = self._file.read_bytes()
            if self._state() == self._read:  # it has not changed since it was validated
                write_atomic(self._workspace.last_good_schedule, text)
        except (OSError, WorkspaceError) as error:
            logger().warning("schedule", problem=str(error))

    def planned(self, since: datetime.datetime, until: datetime.datetime) -> list[Airing]:
        """Return the airings in [since, until), skipped ones included. Cached for hours: it is called every second."""
        if self._planned is None or not self._planned[0] <= since <= until <= self._planned[1]:
            margin = datetime.timedelta(hours=6)
            found = airings(self.schedule, since, until + margin, with_skipped=True)
            self._planned = (since, until + margin, found)
        return [airing for airing in self._planned[2] if since <= airing.planned < until]

    def _state(self) -> str:
        return mark_of(self._file)
