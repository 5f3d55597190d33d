"""The bulletins of the station: made or not, signed or not, sent back or not."""

import datetime
import hashlib
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from pydantic import ValidationError

from loa.bulletin.manifest import Cue, Manifest
from loa.errors import LoaError, StoreError
from loa.file_cache import FileCache, marks_in
from loa.store import approvals, handover
from loa.store.approvals import Approval, BulletinFile
from loa.store.console_tables import sounds
from loa.store.database import Database, instant
from loa.web.views.files import StationFiles
from loa.workspace import Workspace, commune_of

_AT_ONCE = 0.2
"""Seconds for which the cache waits for another writer; else it is written another time."""


@dataclass(frozen=True, slots=True)
class BuiltBulletin:
    """An MP3 as it is now. `manifest`: its record without sentences, clips and inputs; None where none belongs to it.

    The sentences of five hundred bulletins would fill the memory of a small computer.
    """

    path: Path
    sha256: str
    manifest: Manifest | None


class BuiltBulletins:
    """A cache by age and size, in memory and in console.db. Safe for several threads."""

    def __init__(self, workspace: Workspace, database: Database) -> None:
        self.workspace, self._database = workspace, database
        self._lock = threading.Lock()
        self._files: FileCache[str, BuiltBulletin] | None = None

    def lying(self) -> dict[str, BuiltBulletin]:
        """Every finished bulletin, by its id."""
        with self._lock:
            if self._files is None:
                self._files = FileCache(lambda id_: _read(self._path(id_)), known=self._remembered())
            marks = _marks(self.workspace.bulletins)
            found, new, gone = self._files.follow(marks)
            if new or gone:
                self._remember({id_: (marks[id_], found[id_]) for id_ in new}, gone)
            return found

    def _path(self, id_: str) -> Path:
        return self.workspace.bulletins / f"{id_}.mp3"

    def _remembered(self) -> dict[str, tuple[str, BuiltBulletin]]:
        found: dict[str, tuple[str, BuiltBulletin]] = {}
        try:
            rows = self._database.rows(sa.select(sounds))
        except StoreError:  # what is not remembered is read from the files
            return found
        for row in rows:
            with suppress(ValidationError):  # written by another version of Loa: the file itself is read again
                card = Manifest.model_validate_json(row["card"]) if row["card"] else None
                found[row["id"]] = (row["mark"], BuiltBulletin(self._path(row["id"]), row["sha256"], card))
        return found

    def _remember(self, new: dict[str, tuple[str, BuiltBulletin]], gone: list[str]) -> None:
        rows = [
            {"id": id_, "mark": mark, "sha256": sound.sha256, "card": _text(sound.manifest)}
            for id_, (mark, sound) in new.items()
        ]
        with suppress(StoreError), self._database.write(_AT_ONCE) as connection:  # else the next start reads them again
            connection.execute(sa.delete(sounds).where(sounds.c.id.in_([*gone, *new])))
            if rows:
                connection.execute(sa.insert(sounds), rows)


def _marks(folder: Path) -> dict[str, str]:
    """Age and size of each MP3 and of its record, by the bulletin's id, in order."""
    found = {}
    for commune in marks_in(folder):
        ages = marks_in(folder / commune)
        for name, age in ages.items():
            if name.endswith(".mp3") and not name.startswith("."):
                stem = name.removesuffix(".mp3")
                found[f"{commune}/{stem}"] = f"{age} {ages.get(f'{stem}.json', '')}"
    return dict(sorted(found.items()))


def _read(path: Path) -> BuiltBulletin:
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    try:
        manifest = Manifest.load(path.with_suffix(".json"))
    except LoaError:
        return BuiltBulletin(path, sha256, None)
    if manifest.sha256 != sha256:  # a build is writing just now, or somebody replaced the sound
        return BuiltBulletin(path, sha256, None)
    return BuiltBulletin(path, sha256, manifest.model_copy(update={"cues": (), "clips": (), "inputs": {}}))


def _text(manifest: Manifest | None) -> str:
    return manifest.model_dump_json() if manifest else ""


EMERGENCY_COUNTS = datetime.timedelta(days=1)
"""How long an emergency message is there for everybody to hear again."""
_LOOK = 1.0
"""Seconds for which what was seen holds."""


@dataclass(frozen=True, slots=True)
class Bulletin:
    """One bulletin as it is now. `sha256` is None while there is no sound; `returned` is the last word of a leader.

    `manifest` holds no sentences: see `cues`.
    """

    id: str
    title: str
    path: Path
    sha256: str | None
    manifest: Manifest | None
    approval: Approval | None
    returned: dict[str, Any] | None
    planned: bool = True
    draft: bool = False
    shortest: float = 0.0
    again: bool = False
    """Another sound is signed under its name: that was signed before somebody changed the text."""

    @property
    def short(self) -> bool:
        """Whether it stays below the length that its programme asks for (`shortest`, in seconds)."""
        return self.manifest is not None and self.manifest.seconds < self.shortest - 1

    @property
    def state(self) -> Literal["none", "returned", "draft", "waiting", "signed"]:
        """`none` (no sound yet), `returned`, `draft` (not sent to the leader), `waiting` (to be signed) or `signed`."""
        if self.sha256 is None:
            return "none"
        if self.approval:
            return "signed"
        return "returned" if self.returned else "draft" if self.draft else "waiting"

    @property
    def recording(self) -> BulletinFile:
        """Its sound, for the acts."""
        return BulletinFile(self.id, self.path)

    @property
    def cues(self) -> tuple[Cue, ...]:
        """What is said when, from the record on the disk. Raises BulletinError where it is gone."""
        return Manifest.load(self.path.with_suffix(".json")).cues if self.manifest else ()

    @property
    def commune(self) -> str:
        """The commune's stem."""
        return commune_of(self.id)

    @property
    def name(self) -> str:
        """The name below the commune."""
        return self.id.partition("/")[2]


class BulletinCatalogue:
    """What lies there, what the schedule wants, and what leaders said; looked at no more than once a second."""

    def __init__(self, workspace: Workspace, store: Database, database: Database, files: StationFiles) -> None:
        self.workspace, self.store, self.files = workspace, store, files
        self.database = database
        self.sounds = BuiltBulletins(workspace, database)
        self._looked: tuple[float, dict[str, Bulletin]] = (0.0, {})
        self._returned: dict[tuple[str, str], dict[str, Any]] = {}
        self._approved: dict[tuple[str, str], Approval] | None = None
        self._drafts: frozenset[str] = frozenset()

    def forget(self) -> None:
        """Somebody signed, or something was made: the next question looks for itself."""
        self._looked = (0.0, {})

    def all(self) -> list[Bulletin]:
        """Every bulletin that the schedule wants or that lies there, by id."""
        return list(self.by_id().values())

    def get(self, id_: str) -> Bulletin | None:
        """The bulletin with this id; None for names that nothing here has."""
        return self.by_id().get(id_)

    def public_emergencies(self) -> list[Bulletin]:
        """Emergency messages of the last day that are signed: everybody may still read and hear them."""
        since = now() - EMERGENCY_COUNTS
        urgent = (b for b in self.all() if b.manifest and b.manifest.is_emergency)
        return [b for b in urgent if b.approval and b.approval.at > since]

    def by_id(self) -> dict[str, Bulletin]:
        """The same, by id."""
        looked, found = self._looked
        if time.monotonic() - looked < _LOOK:
            return found
        began, found = time.monotonic(), self._look()
        if self._looked[0] == looked:  # nobody said meanwhile that something changed
            self._looked = (began, found)
        return found

    def _look(self) -> dict[str, Bulletin]:
        schedule = self.files.plan().schedule
        plans = schedule.plans() if schedule else ()
        wanted = {p.id: p.title or self.files.name_of(p.commune, p.campaigns) for p in plans}
        campaigns = {p.id: p.campaigns for p in plans}
        shortest = {p.id: p.min_seconds for p in plans}
        read = {f"{p.commune}/{campaign}" for p in plans for campaign in p.campaigns}
        drafts_ = self.marked()
        lying = self.sounds.lying()
        approved = self._approvals()
        signed: dict[str, set[str]] = {}
        for bulletin, sha in approved:
            signed.setdefault(bulletin, set()).add(sha)
        returned = self._returns()
        found = {}
        for id_ in sorted({*wanted, *lying}):
            sound = lying.get(id_)
            manifest, sha256 = (sound.manifest, sound.sha256) if sound else (None, None)
            own = {f"{commune_of(id_)}/{c}" for c in campaigns.get(id_) or (manifest.campaigns if manifest else ())}
            urgent = manifest is not None and manifest.is_emergency
            if id_ not in wanted and not urgent and own and own <= read and (id_, sha256) not in approved:
                continue  # made before the schedule had it, or for a programme that is gone: others read it now
            title = wanted.get(id_) or self._title(manifest) or id_
            path, key = self.workspace.bulletins / f"{id_}.mp3", (id_, sha256 or "")
            found[id_] = Bulletin(
                id_,
                title,
                path,
                sha256,
                manifest,
                approved.get(key),
                returned.get(key),
                id_ in wanted,
                bool(own & drafts_),
                shortest.get(id_, 0.0),
                any(sha != sha256 for sha in signed.get(id_, ())),
            )
        return found

    def _title(self, manifest: Manifest | None) -> str:
        if manifest is None:
            return ""
        return manifest.title or self.files.name_of(manifest.commune, manifest.campaigns)

    def last_signed(self, bulletin: Bulletin) -> tuple[Approval, Manifest | None] | None:
        """The newest release of another sound under this name, with the record of what was said then."""
        for made in reversed(approvals.all_approvals(self.store, bulletin.id)):
            if made.sha256 != bulletin.sha256:
                record = approvals.approved_copy(self.workspace, made.sha256).with_suffix(".json")
                try:
                    return made, Manifest.load(record)
                except LoaError:
                    return made, None
        return None

    def last_returned(self, bulletin: Bulletin) -> tuple[dict[str, Any], Manifest | None] | None:
        """Why an earlier sound under this name was sent back, since the last release, with what it said."""
        earlier = [row for (id_, sha), row in self._returns().items() if id_ == bulletin.id and sha != bulletin.sha256]
        if not earlier:
            return None
        newest = max(earlier, key=lambda row: int(row["id"]))
        signed = [a.at for a in approvals.all_approvals(self.store, bulletin.id) if a.sha256 != bulletin.sha256]
        if bulletin.approval or (signed and max(signed) > instant(newest["at"])):
            return None
        try:
            record = Manifest.load(self.workspace.returned / f"{bulletin.id}.json")
        except LoaError:
            return newest, None
        return newest, record if record.sha256 == newest["sha256"] else None

    def _approvals(self) -> dict[tuple[str, str], Approval]:
        """Those in force, by bulletin and SHA-256; where the station's database is held: as they were seen last.

        Raises StoreError where they were never seen.
        """
        try:
            found = approvals.all_approvals(self.store)
        except StoreError:
            if self._approved is None:
                raise
            return self._approved
        self._approved = {(a.bulletin, a.sha256): a for a in found if a.withdrawn is None}
        return self._approved

    def marked(self) -> frozenset[str]:
        """The campaigns (`commune/campaign`) that are drafts; where console.db is held: as they were seen last."""
        with suppress(StoreError):
            self._drafts = handover.marked_drafts(self.database)
        return self._drafts

    def _returns(self) -> dict[tuple[str, str], Any]:
        """What leaders said, by bulletin and SHA-256; where console.db is held: what was seen last."""
        with suppress(StoreError):
            self._returned = handover.newest_returns(self.database)
        return self._returned


def now() -> datetime.datetime:
    """This instant, aware."""
    return datetime.datetime.now(datetime.UTC)
