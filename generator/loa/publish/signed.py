"""What may be published: the words and the sound that somebody signed. A draft never leaves the station."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from loa.bulletin.manifest import Manifest
from loa.errors import BulletinError, WorkspaceError
from loa.file_cache import mark_of, marks_in
from loa.files import write_atomic
from loa.publish.page import BulletinSound
from loa.store.approvals import BulletinFile, all_approvals, approved_copy, planned_recording
from loa.store.database import Database, stamp
from loa.workspace import Workspace, commune_of, read_text

State = Literal["signed", "older", "unsigned"]
"""Of an article: its text is public as it is now; as it was signed before it was changed; not at all."""


class SignedBulletins:
    """The bulletins whose signature is in force, as they were signed. `store`: None where nobody ever signed."""

    def __init__(self, workspace: Workspace, store: Database | None) -> None:
        self._workspace = workspace
        found = [a for a in all_approvals(store) if a.withdrawn is None] if store else []
        self._signed: dict[str, dict[str, str]] = {}
        for sha256, bulletin in {a.sha256: a.bulletin for a in reversed(found)}.items():  # the newest signature first
            self._signed.setdefault(commune_of(bulletin), {})[sha256] = bulletin
        self._kept = marks_in(workspace.state / "released") if found else {}
        self._sounds: tuple[str, list[BulletinSound]] = ("", [])

    def inputs(self, commune: str) -> list[str]:
        """What `of` depends on, as texts: the signatures, and age and size of the files that hold what was signed."""
        found = []
        for sha256, bulletin in self._signed.get(commune, {}).items():
            marks = [self._kept.get(f"{sha256}{suffix}", "") for suffix in (".mp3", ".json")]
            if not all(marks):
                path = planned_recording(self._workspace, bulletin).path
                marks += [mark_of(path), mark_of(path.with_suffix(".json"))]
            found.append(" ".join((bulletin, sha256, *marks)))
        return found

    def of(self, commune: str) -> list[BulletinSound]:
        """Every signed bulletin of a commune, the newest signature first. Those of one commune are kept in memory."""
        if self._sounds[0] != commune:
            signed = self._signed.get(commune, {})
            found = (self._sound(bulletin, sha256) for sha256, bulletin in signed.items())
            self._sounds = commune, [sound for sound in found if sound]
        return self._sounds[1]

    def with_sound(self, commune: str, mp3: Path) -> Manifest | None:
        """The record of the signed bulletin of `commune` whose sound `mp3` holds; None where it is not signed."""
        try:
            sha256 = hashlib.sha256(mp3.read_bytes()).hexdigest()
        except OSError:
            return None
        return next((sound.manifest for sound in self.of(commune) if sound.manifest.sha256 == sha256), None)

    def _sound(self, bulletin: str, sha256: str) -> BulletinSound | None:
        """The kept copy, else the bulletin's file where it is that sound still; None without a record of its words."""
        for path in (approved_copy(self._workspace, sha256), planned_recording(self._workspace, bulletin).path):
            try:
                manifest = Manifest.load(path.with_suffix(".json"))
            except (BulletinError, WorkspaceError):
                continue
            if manifest.sha256 == sha256 and path.is_file() and BulletinFile(bulletin, path).sha256 == sha256:
                return BulletinSound(manifest, path)
        return None


@dataclass(frozen=True, slots=True)
class Published:
    """One article and what is public of it. `title`, `day`: of the public text; of one that is not, the article's."""

    commune: str
    campaign: str
    title: str
    day: date
    state: State


def note(workspace: Workspace, items: list[Published]) -> None:
    """Write down what public/ holds now, for the console. Raises WorkspaceError."""
    rows = [{**asdict(item), "day": item.day.isoformat()} for item in items]
    record = {"at": stamp(datetime.now(UTC)), "articles": rows}
    write_atomic(workspace.published_file, json.dumps(record, ensure_ascii=False, indent=1))


def noted(workspace: Workspace) -> dict[tuple[str, str], Published] | None:
    """What public/ holds, by commune and campaign, as it was written last; None where this version never wrote it."""
    try:
        record = json.loads(read_text(workspace.published_file))
        return {(item.commune, item.campaign): item for item in _items(record)}
    except (WorkspaceError, ValueError, KeyError, TypeError):
        return None


def _items(record: dict[str, list[dict[str, str]]]) -> Iterator[Published]:
    for row in record["articles"]:
        state: State = "signed" if row["state"] == "signed" else "older" if row["state"] == "older" else "unsigned"
        yield Published(row["commune"], row["campaign"], row["title"], date.fromisoformat(row["day"]), state)
