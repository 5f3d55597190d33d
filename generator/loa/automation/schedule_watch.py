"""The schedule in force: reload it when a file changes; while a file is invalid, use the last valid one."""

import datetime
from contextlib import suppress
from dataclasses import dataclass

from loa.automation.lanes import Lane, Question
from loa.clock import Clock
from loa.errors import Finding, LoaError, ScheduleError, WorkspaceError
from loa.files import write_atomic
from loa.i18n import _
from loa.logs import logger
from loa.schedule import Airing, Schedule, airings, commune_files
from loa.schedule.loader import load_beside, load_schedule
from loa.workspace import Workspace, read_regular

_DEADLINE = 10.0
"""Seconds of real time after which a file that is still being read is reported."""
_SAVED = 1.0
"""Seconds for which the file must be invalid before it is reported: an editor may be saving it."""


def schedule_in_force(workspace: Workspace) -> tuple[Schedule, tuple[Finding, ...]]:
    """Return the schedule; or, if the file is invalid, the last valid schedule and the file's problems.

    After a power cut at night nobody is there to correct the file. Raises ScheduleError if there is no valid one.
    """
    try:
        return load_schedule(workspace), ()
    except ScheduleError as error:
        with suppress(LoaError):
            return load_beside(workspace, error), error.findings
        if not workspace.last_good_schedule.is_file():
            raise
        return load_schedule(workspace, workspace.last_good_schedule), error.findings


@dataclass(frozen=True, slots=True)
class _Found:
    """What stands in the files now: their marks, and the schedule or its problems; both where only communes' own ones
    are invalid.
    """

    state: str
    schedule: Schedule | None
    problems: tuple[Finding, ...] = ()


class ScheduleWatch:
    """Watches schedule.yaml. The constructor raises ScheduleError if there is no valid schedule; no method does.

    `lane` reads the file. `saves`: save each valid schedule for the next start.
    """

    def __init__(self, workspace: Workspace, clock: Clock, lane: Lane, *, saves: bool) -> None:
        self._workspace, self._clock = workspace, clock
        self._file = workspace.schedule_file
        self._read = self._state()
        self._saves, self._slow = saves, False
        self._kept: dict[str, str] = {}
        self._question: Question[_Found | None] = Question(lane)
        found, broken = schedule_in_force(workspace)
        self.schedule = found.at_station()
        self.problems: tuple[Finding, ...] = ()
        self._suspect: tuple[float, tuple[Finding, ...]] | None = None
        if broken:
            self._suspect = clock.elapsed(), broken
        else:
            self._save(self._read)
        self._planned: tuple[datetime.datetime, datetime.datetime, tuple[Airing, ...]] | None = None

    def refresh(self) -> bool:
        """Check the file, in the lane; return whether the schedule in force or its problems changed."""
        known, now = self._read, self._clock.elapsed()
        answer = self._question.ask(lambda: self._look(known))
        if answer is None:
            return self._wait_on()
        self._slow, was_slow = False, self._slow
        found = answer.result()
        if found:
            self._read = found.state
            self._suspect = (now, found.problems) if found.problems else None
            if found.schedule is None:
                return False
            self.schedule = found.schedule.at_station()
            self.problems, self._planned = (), None
            return True
        if self._suspect and now - self._suspect[0] >= _SAVED * self._clock.speed:
            self.problems, self._suspect = self._suspect[1], None
            return True
        if was_slow:
            self.problems = ()
        return was_slow

    def _wait_on(self) -> bool:
        """The file is still being read: return whether that is a problem now, and was none before."""
        if self._slow or self._question.open_for < _DEADLINE:
            return False
        self._slow = True
        message = _("It was not read within {seconds:.0f} seconds: its disk or network share does not answer.")
        self.problems = (Finding("schedule.slow", message.format(seconds=_DEADLINE), file=self._file.name),)
        return True

    def _look(self, known: str) -> _Found | None:
        """What stands in the file, unless it is the one that is `known`."""
        state = self._state()
        if state == known:
            return None
        if self._file.exists() and not self._file.is_file():  # who reads a pipe may wait for ever
            message, fix = _("schedule.yaml is not a file."), _("Put the file back in its place.")
            return _Found(state, None, (Finding("schedule.kind", message, fix, file=self._file.name),))
        try:
            schedule = load_schedule(self._workspace)
        except ScheduleError as error:
            with suppress(LoaError):
                return _Found(state, load_beside(self._workspace, error), error.findings)
            return _Found(state, None, error.findings)
        self._save(state)
        return _Found(state, schedule)

    def _save(self, state: str) -> None:
        """Save the valid schedule for the next start; a failure is only logged."""
        if not self._saves:
            return
        try:
            text = read_regular(self._file)
            if self._state() == state:  # it has not changed since it was validated
                self._kept = commune_files.keep(self._workspace, self._kept)
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
        return commune_files.marks(self._workspace)
