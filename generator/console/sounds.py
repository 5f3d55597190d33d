"""The sounds under audio/bulletins: each is hashed once until it changes, and known again after a restart."""

import hashlib
import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy import Engine

from generator.bulletin.manifest import Manifest
from generator.console import tables
from generator.errors import LoaError
from generator.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Sound:
    """An MP3 as it is now. `manifest`: its record without sentences, clips and inputs; None where none belongs to it.

    The sentences of five hundred bulletins would fill the memory of a small computer.
    """

    path: Path
    sha256: str
    manifest: Manifest | None


class Sounds:
    """A cache by age and size, in memory and in console.db. Safe for several threads."""

    def __init__(self, workspace: Workspace, engine: Engine) -> None:
        self.workspace, self.engine = workspace, engine
        self._lock = threading.Lock()
        self._known: dict[str, tuple[str, Sound]] | None = None

    def lying(self) -> dict[str, Sound]:
        """Every finished bulletin, by its id."""
        with self._lock:
            known = self._remembered() if self._known is None else self._known
            marks = _marks(self.workspace.bulletins)
            found = {id_: known[id_] for id_, mark in marks.items() if id_ in known and known[id_][0] == mark}
            new: dict[str, tuple[str, Sound]] = {}
            for id_, mark in marks.items():
                if id_ not in found:
                    with suppress(FileNotFoundError):  # it went away since it was listed
                        new[id_] = (mark, _read(self._path(id_)))
            if new or len(found) < len(known):
                self._remember(new, [id_ for id_ in known if id_ not in found])
            self._known = {id_: made for id_ in marks if (made := found.get(id_) or new.get(id_))}
            return {id_: sound for id_, (_mark, sound) in self._known.items()}

    def _path(self, id_: str) -> Path:
        return self.workspace.bulletins / f"{id_}.mp3"

    def _remembered(self) -> dict[str, tuple[str, Sound]]:
        found = {}
        for row in tables.rows(self.engine, sa.select(tables.sounds)):
            with suppress(ValidationError):  # written by another version of Loa: the file itself is read again
                card = Manifest.model_validate_json(row["card"]) if row["card"] else None
                found[row["id"]] = (row["mark"], Sound(self._path(row["id"]), row["sha256"], card))
        return found

    def _remember(self, new: dict[str, tuple[str, Sound]], gone: list[str]) -> None:
        table = tables.sounds
        rows = [
            {"id": id_, "mark": mark, "sha256": sound.sha256, "card": _text(sound.manifest)}
            for id_, (mark, sound) in new.items()
        ]
        with self.engine.begin() as connection:
            connection.execute(sa.delete(table).where(table.c.id.in_([*gone, *new])))
            if rows:
                connection.execute(sa.insert(table), rows)


def _marks(folder: Path) -> dict[str, str]:
    """Age and size of each MP3 and of its record, by the bulletin's id, in order."""
    found = {}
    for commune in _entries(folder):
        if not commune.is_dir():
            continue
        ages = {}
        for entry in _entries(commune.path):
            with suppress(FileNotFoundError):
                stat = entry.stat()
                ages[entry.name] = f"{stat.st_mtime_ns}:{stat.st_size}"
        for name, age in ages.items():
            if name.endswith(".mp3") and not name.startswith("."):
                stem = name.removesuffix(".mp3")
                found[f"{commune.name}/{stem}"] = f"{age} {ages.get(f'{stem}.json', '')}"
    return dict(sorted(found.items()))


def _entries(folder: Path | str) -> "list[os.DirEntry[str]]":
    with suppress(OSError), os.scandir(folder) as entries:  # no folder: no bulletins yet
        return list(entries)
    return []


def _read(path: Path) -> Sound:
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    try:
        manifest = Manifest.load(path.with_suffix(".json"))
    except LoaError:
        return Sound(path, sha256, None)
    if manifest.sha256 != sha256:  # a build is writing just now, or somebody replaced the sound
        return Sound(path, sha256, None)
    return Sound(path, sha256, manifest.model_copy(update={"cues": (), "clips": (), "inputs": {}}))


def _text(manifest: Manifest | None) -> str:
    return manifest.model_dump_json() if manifest else ""
