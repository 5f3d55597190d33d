"""The station's files as the pages need them: read again only when they changed, and always with what is wrong."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.campaign import Commune, read_commune
from generator.console.shown import use_zone
from generator.errors import Finding, LoaError
from generator.schedule import Schedule
from generator.workspace import Workspace, yaml_files

Stat = tuple[int, int]
_LOOK = 1.0


@dataclass(frozen=True, slots=True)
class CommuneFile:
    """One file of campaigns/: the commune, or why it cannot be read."""

    stem: str
    path: Path
    commune: Commune | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The last good schedule, and what is wrong with the file as it stands now."""

    schedule: Schedule | None
    findings: tuple[Finding, ...]


class Facts:
    """A cache of communes and schedule by the files' age and size. Safe for several threads."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._lock = threading.Lock()
        self._communes: dict[Path, tuple[Stat, CommuneFile]] = {}
        self._plan: tuple[object, Plan] = (None, Plan(None, ()))
        self._listed: tuple[float, dict[str, CommuneFile]] = (0.0, {})
        self._planned = 0.0
        self._planning = threading.Lock()

    def forget(self) -> None:
        """A file was just changed by ourselves: the next question looks at the disk."""
        self._listed, self._planned = (0.0, {}), 0.0

    def communes(self) -> list[CommuneFile]:
        """Every file of campaigns/, by name."""
        return list(self.by_stem().values())

    def by_stem(self) -> dict[str, CommuneFile]:
        """Every file of campaigns/ by its stem; the disk is looked at no more than once a second."""
        seen, listed = self._listed
        if listed and time.monotonic() - seen < _LOOK:
            return listed
        with self._lock:
            found: dict[Path, tuple[Stat, CommuneFile]] = {}
            for path in yaml_files(self.workspace.campaigns):
                stat = _stat(path)
                known = self._communes.get(path)
                found[path] = known if known and known[0] == stat else (stat, self._read(path))
            self._communes = found
            listed = {file.stem: file for _stat_, file in found.values()}
            self._listed = (time.monotonic(), listed)
            return listed

    def commune(self, stem: str) -> CommuneFile | None:
        """The file with this stem. Looked up among the files there are: no path is made from what was asked."""
        return self.by_stem().get(stem)

    def name_of(self, stem: str, campaigns: Sequence[str]) -> str:
        """What people call a programme of these campaigns: their titles and the commune's name."""
        file = self.commune(stem)
        if file is None or file.commune is None:
            return stem
        titles = [c.title for c in file.commune.campaigns if c.id in campaigns]
        return f"{', '.join(titles) or ', '.join(campaigns)} ({file.commune.commune.full})"

    def plan(self) -> Plan:
        """The schedule. While the file is broken the last good one stays, with the findings.

        The disk is looked at no more than once a second, by one thread; the others take what is known meanwhile.
        """
        known = self._plan[0] is not None
        if known and time.monotonic() - self._planned < _LOOK:
            return self._plan[1]
        if not self._planning.acquire(blocking=not known):
            return self._plan[1]
        try:
            self._planned = time.monotonic()
            files = self.communes()
            ages = tuple((f.path, self._communes[f.path][0]) for f in files if f.path in self._communes)
            signature = (_stat(self.workspace.schedule_file), ages)
            if self._plan[0] != signature:
                self._plan = (signature, self._load())
            return self._plan[1]
        finally:
            self._planning.release()

    def _load(self) -> Plan:
        try:
            plan = Plan(Schedule.load(self.workspace), ())
        except LoaError as error:
            plan = Plan(self._plan[1].schedule, error.findings)
        use_zone(plan.schedule.timezone if plan.schedule else None)
        return plan

    def _read(self, path: Path) -> CommuneFile:
        try:
            commune, _places = read_commune(path, self.workspace.relative(path))
        except LoaError as error:
            return CommuneFile(path.stem, path, None, error.findings)
        return CommuneFile(commune.stem, path, commune, ())


def _stat(path: Path) -> Stat:
    try:
        stat = path.stat()
    except OSError:
        return (0, 0)
    return (stat.st_mtime_ns, stat.st_size)
