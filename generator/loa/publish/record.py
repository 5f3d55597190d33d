"""What the last publication made, and from what: the next one writes only what is made from something else.

One file for each folder that was published into, `.loa/published/<digest of its path>.json`. Losing it costs time only.
"""

import json
import os
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from loa.bulletin.inputs import contents, program, sha256_of
from loa.errors import WorkspaceError
from loa.file_cache import mark_of
from loa.files import write_atomic
from loa.publish.signed import Published, SignedBulletins
from loa.tts.cache import digest
from loa.workspace import Workspace

_FORMAT = "published 1"
_OFTEN = 30.0
"""Seconds after which what was done so far is kept."""
INDEXES = ("index.html", "feed.xml")
"""Of a commune, and of the whole station."""


@dataclass(frozen=True, slots=True)
class Public:
    """One published article, for indexes and feeds. `size` in bytes, `seconds` of sound."""

    id: str
    title: str
    summary: str
    day: date
    size: int
    seconds: float
    source_type: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A commune in the indexes: its `name` as at the beginning of a sentence, its public articles, what is public of
    each article, and its files by their path below its folder.
    """

    stem: str
    name: str
    province: str | None
    items: tuple[Public, ...]
    articles: tuple[Published, ...]
    files: tuple[str, ...] = ()


class Record:
    """What was published into `out` under the address `base`.

    What was made of a commune holds for the same program, templates, address, facts and signatures, and while nobody
    touched its files (age and size).
    """

    def __init__(self, workspace: Workspace, signed: SignedBulletins, out: Path, base: str) -> None:
        self._out, self._signed = out, signed
        self._file = workspace.state / "published" / f"{digest(str(out.resolve()))[:20]}.json"
        self._common = digest(_FORMAT, program(), base, *contents(workspace.templates))
        self._known: Mapping[str, Any] = {}
        self._new: dict[str, Any] = {}
        self._whole, self._saved = "", time.monotonic()
        with suppress(OSError, ValueError, KeyError, TypeError):
            held = json.loads(self._file.read_text("utf-8"))
            self._known, self._whole = dict(held["communes"]), str(held["whole"])

    def key(self, facts: Path) -> str:
        """A digest of what the pages of the commune with this file are made from."""
        return digest(self._common, sha256_of(facts), *self._signed.inputs(facts.stem))

    def listed(self, stem: str, key: str) -> Listed | None:
        """What is public of the commune, where it is made from this and lies there untouched; else None."""
        try:
            entry = self._known[stem]
            if entry["key"] != key or entry["marks"] != self._marks(stem):
                return None
            found = Listed(
                stem,
                entry["name"],
                entry["province"],
                tuple(Public(**{**row, "day": date.fromisoformat(row["day"])}) for row in entry["items"]),
                tuple(Published(**{**row, "day": date.fromisoformat(row["day"])}) for row in entry["articles"]),
                tuple(entry["files"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError):  # of another version, or cut off
            return None
        self._new[stem] = entry
        return found

    def note(self, found: Listed, key: str) -> None:
        """This is public of a commune now, made from what `key` says."""
        self._new[found.stem] = {
            "key": key,
            "marks": self._marks(found.stem),
            "name": found.name,
            "province": found.province,
            "items": [{**asdict(item), "day": item.day.isoformat()} for item in found.items],
            "articles": [{**asdict(item), "day": item.day.isoformat()} for item in found.articles],
            "files": found.files,
        }
        if time.monotonic() - self._saved > _OFTEN:  # a first publication of a country takes long
            self._write({**self._known, **self._new}, "")

    def gone(self, stems: Iterable[str]) -> list[str]:
        """The communes that were public and have no file any more; what is signed stays until it is withdrawn."""
        found = [stem for stem in sorted(self._known.keys() - set(stems)) if (self._out / stem).is_dir()]
        self._new |= {stem: {"key": ""} for stem in found}
        return found

    @property
    def is_known(self) -> bool:
        """Whether the indexes of the whole station are made from what is noted now, and lie there untouched."""
        return bool(self._whole) and self._whole == self._state()

    def save(self) -> None:
        """Everything is published: keep it for the next publication."""
        self._write(self._new, self._state())

    def _write(self, communes: Mapping[str, Any], whole: str) -> None:
        with suppress(WorkspaceError, OSError):  # a full disk: the next publication takes longer
            write_atomic(self._file, json.dumps({"communes": communes, "whole": whole}, ensure_ascii=False))
        self._saved = time.monotonic()

    def _state(self) -> str:
        """A digest of what the indexes of the station are made from, and of the files."""
        keys = (f"{stem} {entry['key']}" for stem, entry in self._new.items())
        return digest(self._common, *keys, *(mark_of(self._out / name) for name in INDEXES))

    def _marks(self, stem: str) -> str:
        """Age and size of every file in the commune's folder, and in the folders of its articles."""
        found: list[str] = []
        for folder in (self._out / stem, *_folders(self._out / stem)):
            with suppress(OSError), os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_file():
                        stat = entry.stat()
                        found.append(f"{folder.name}/{entry.name} {stat.st_mtime_ns}:{stat.st_size}")
        return digest(*sorted(found))


def _folders(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return [folder / entry.name for entry in entries if entry.is_dir()]
    except OSError:
        return []
