"""The station's files as the pages need them: read again only when they changed, and always with what is wrong."""

import datetime
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from loa.campaign import Commune, read_commune
from loa.errors import Finding, LoaError, ScheduleError
from loa.file_cache import FileCache, marks_in
from loa.schedule import Schedule, commune_files
from loa.schedule.loader import load_beside, load_schedule
from loa.workspace import Workspace, is_yaml

_LOOK = 1.0


@dataclass(frozen=True, slots=True)
class CommuneFile:
    """One file of campaigns/: the commune, or why it cannot be read."""

    stem: str
    path: Path
    commune: Commune | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class ScheduleFile:
    """The last good schedule, and what is wrong with the file as it stands now."""

    schedule: Schedule | None
    findings: tuple[Finding, ...]


class StationFiles:
    """A cache of communes and schedule by the files' age and size. Safe for several threads.

    The disk is looked at no more than once a second, by one thread; the others take what is known meanwhile. A look is
    one listing of the folder, and only files that changed are read. While the console runs `live.Feed` looks by itself,
    so that pages rarely have to.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._looking = threading.Lock()
        self._looked = 0.0
        self._marks: dict[str, str] | None = None
        self._files = FileCache[str, CommuneFile](self._read)
        self._by_stem: dict[str, CommuneFile] = {}
        self._planning = threading.Lock()
        self._planned = 0.0
        self._plan: tuple[object, ScheduleFile] = (None, ScheduleFile(None, ()))

    def forget(self) -> None:
        """A file was just changed by ourselves: the next question looks at the disk, and waits for it."""
        with self._planning, self._looking:  # a look that began before the change must not count as one after it
            self._looked = self._planned = 0.0

    def communes(self) -> list[CommuneFile]:
        """Every file of campaigns/, by name."""
        return list(self.by_stem().values())

    def by_stem(self) -> dict[str, CommuneFile]:
        """Every file of campaigns/ by its stem."""
        if time.monotonic() - self._looked < _LOOK:
            return self._by_stem
        if not self._looking.acquire(blocking=not self._looked):
            return self._by_stem
        try:
            if time.monotonic() - self._looked >= _LOOK:
                self._look()
                self._looked = time.monotonic()
            return self._by_stem
        finally:
            self._looking.release()

    def _look(self) -> None:
        marks = marks_in(self.workspace.campaigns, is_yaml)
        if marks == self._marks:
            return
        files, _new, _gone = self._files.follow(marks)
        self._by_stem = {file.stem: file for file in files.values()}
        self._marks = marks

    def commune(self, stem: str) -> CommuneFile | None:
        """The file with this stem. Looked up among the files there are: no path is made from what was asked."""
        return self.by_stem().get(stem)

    def name_of(self, stem: str, campaigns: Sequence[str]) -> str:
        """What people call a programme of these campaigns: their titles and the commune's name."""
        file = self.commune(stem)
        if file is None or file.commune is None:
            return stem
        titles = [c.title for c in file.commune.campaigns if c.id in campaigns]
        return f"{', '.join(titles) or ', '.join(campaigns)} ({file.commune.unit.full_name})"

    def plan(self) -> ScheduleFile:
        """The schedule. While the file is broken the last good one stays, with the findings."""
        if time.monotonic() - self._planned < _LOOK:
            return self._plan[1]
        if not self._planning.acquire(blocking=not self._planned):
            return self._plan[1]
        try:
            if time.monotonic() - self._planned >= _LOOK:
                self.by_stem()
                signature = (commune_files.marks(self.workspace), self._marks)
                if self._plan[0] != signature:
                    self._plan = (signature, self._load())
                self._planned = time.monotonic()
            return self._plan[1]
        finally:
            self._planning.release()

    @property
    def zone(self) -> datetime.tzinfo | None:
        """The station's time zone; None where there is no schedule yet: the computer's."""
        schedule = self.plan().schedule
        return schedule.timezone if schedule else None

    def now(self) -> datetime.datetime:
        """This moment, by the station's clock."""
        return datetime.datetime.now(datetime.UTC).astimezone(self.zone)

    def _load(self) -> ScheduleFile:
        try:
            return ScheduleFile(load_schedule(self.workspace), ())
        except LoaError as error:
            if isinstance(error, ScheduleError):
                with suppress(LoaError):
                    return ScheduleFile(load_beside(self.workspace, error), error.findings)
            return ScheduleFile(self._plan[1].schedule, error.findings)

    def _read(self, name: str) -> CommuneFile:
        path = self.workspace.campaigns / name
        try:
            commune, _places = read_commune(path, self.workspace.relative(path))
        except LoaError as error:
            return CommuneFile(path.stem, path, None, error.findings)
        return CommuneFile(commune.stem, path, commune, ())
