"""The schedules of single communes: `schedules/<commune>.yaml` holds the broadcasts of the commune with this stem.

A province has one file for each of its communes: an edit reads and writes a few kB, and two people who plan for two
communes never meet in one file. What is the whole station's (outputs, rules, alerts ...) stands in schedule.yaml alone.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loa import yamlfile
from loa.errors import Finding, WorkspaceError
from loa.file_cache import FileCache, mark_of, marks_in
from loa.files import remove, write_atomic
from loa.i18n import N_, _
from loa.schedule.models import Broadcast
from loa.text import nfc
from loa.workspace import Workspace, is_yaml, read_regular
from loa.yamlfile import Limits, Strict, YamlFile

_LIMITS = Limits(1_000_000, 50_000, N_("Is this the right file?"))


class _Frame(Strict):
    """The top level of the file; its broadcasts are validated one by one."""

    broadcasts: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class CommuneSchedule:
    """The valid `broadcasts` of one file, by their number in it, and what is wrong with the others."""

    path: Path
    broadcasts: Mapping[int, Broadcast]
    findings: tuple[Finding, ...] = ()

    @property
    def file(self) -> str:
        """Its path from the station's folder, of a copy that of what it was made of."""
        return f"schedules/{self.path.name}"

    @property
    def files(self) -> dict[str, str]:
        """That path by the id of each broadcast."""
        return {broadcast.id: self.file for broadcast in self.broadcasts.values()}


def read_all(folder: Path, *, kept: bool = False) -> list[CommuneSchedule]:
    """Read the files of `folder`, by name; each again only where its age or size changed.

    `kept`: they are copies of an earlier version. Raises WorkspaceError if the folder cannot be listed.
    """
    found = []
    for name, mark in _listed(folder).items():
        path = folder / name
        try:
            known = _read(path, kept=True) if kept else _known.get(path, mark)
        except _InvalidError as error:
            found.append(CommuneSchedule(path, error.valid, error.findings))
        else:
            found.append(CommuneSchedule(path, known))
    return found


def read_as(path: Path, text: str) -> CommuneSchedule:
    """Return what the file at `path` would be with this text."""
    try:
        return CommuneSchedule(path, _checked(path, lambda: yamlfile.parse(text, _called(path), _LIMITS)))
    except _InvalidError as error:
        return CommuneSchedule(path, error.valid, error.findings)


def places(path: Path, text: str | None = None) -> YamlFile:
    """Return the places of the values of a file, or of its `text`, for findings; of one that went away none."""
    file = _called(path)
    try:
        return yamlfile.load(path, file, _LIMITS) if text is None else yamlfile.parse(text, file, _LIMITS)
    except WorkspaceError:
        return YamlFile(file, {}, {}, {})


def marks(workspace: Workspace) -> str:
    """Return a text that changes with schedule.yaml and with every file of `schedules`."""
    own = mark_of(workspace.schedule_file)
    listed = marks_in(workspace.schedules, is_yaml)
    return f"{own} {hashlib.sha256(repr(listed).encode()).hexdigest()}" if listed else own


def file_for(workspace: Workspace, commune: str) -> Path:
    """Return the file into which a new broadcast of `commune` goes: its own one where this station has such files.

    Raises WorkspaceError if the folder cannot be listed.
    """
    there = [workspace.schedules / name for name in _listed(workspace.schedules)]
    if own := next((path for path in there if nfc(path.stem) == commune), None):
        return own
    return workspace.schedules / f"{commune}.yaml" if workspace.schedules.is_dir() else workspace.schedule_file


def keep(workspace: Workspace, known: Mapping[str, str]) -> dict[str, str]:
    """Copy the files of `schedules`, which are valid now, for a start while one of them is not.

    `known`: the marks of those that were copied before, as this function gives them. Raises OSError, WorkspaceError.
    """
    now, copies = _listed(workspace.schedules), workspace.last_good_schedules
    for name, mark in now.items():
        if known.get(name) != mark:
            content, copy = read_regular(workspace.schedules / name), copies / name
            if not copy.is_file() or copy.read_bytes() != content:
                write_atomic(copy, content)
    for name in marks_in(copies, is_yaml).keys() - now.keys():
        remove(copies / name)
    return now


def _called(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _listed(folder: Path) -> dict[str, str]:
    """The marks of the files by name; {} where there is no folder. Raises WorkspaceError where it cannot be listed."""
    try:
        next(folder.iterdir(), None)
    except FileNotFoundError:
        return {}
    except OSError as error:
        message = _("Cannot read the folder: {reason}").format(reason=error.strerror or error)
        fix = _("It has to be a folder that Loa may read, with one file for each commune.")
        raise WorkspaceError(Finding("file.read", message, fix, file=f"{folder.name}/")) from error
    return marks_in(folder, is_yaml)


class _InvalidError(WorkspaceError):
    """Something in a file is wrong; `valid`: the broadcasts that are not."""

    def __init__(self, findings: Iterable[Finding], valid: Mapping[int, Broadcast]) -> None:
        super().__init__(findings)
        self.valid = valid


def _read(path: Path, *, kept: bool = False) -> dict[int, Broadcast]:
    """Raises _InvalidError."""
    return _checked(path, lambda: yamlfile.load(path, _called(path), _LIMITS), kept=kept)


def _checked(path: Path, load: Callable[[], YamlFile], *, kept: bool = False) -> dict[int, Broadcast]:
    """The broadcasts of a file; an empty one has none. Raises _InvalidError."""
    stem, found, problems = nfc(path.stem), dict[int, Broadcast](), list[Finding]()
    try:
        source = load()
        yamlfile.validate(_Frame, source, kept=kept)
    except WorkspaceError as error:
        if [finding.code for finding in error.findings] == ["yaml.empty"]:
            return {}
        raise _InvalidError(error.findings, {}) from error
    for number, given in enumerate(source.data.get("broadcasts") or ()):
        here = ("broadcasts", number)
        if isinstance(given, dict):
            given.setdefault("commune", stem)  # the file says it
        try:
            broadcast = yamlfile.validate(Broadcast, source, here, kept=kept)
        except WorkspaceError as error:
            problems += error.findings
            continue
        if nfc(broadcast.commune) != stem:
            message = _("This file holds the broadcasts of “{commune}” alone.").format(commune=stem)
            fix = _("Take the line out, or write the broadcast into schedules/{other}.yaml.")
            problems.append(
                source.finding((*here, "commune"), "commune.other", message, fix.format(other=broadcast.commune))
            )
            continue
        found[number] = broadcast
    if problems:
        raise _InvalidError(problems, found)
    return found


_known: FileCache[Path, dict[int, Broadcast]] = FileCache(_read, most=10_000)
