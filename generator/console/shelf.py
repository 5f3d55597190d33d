"""The bulletins of the station: made or not, signed or not, sent back or not."""

import datetime
import hashlib
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Engine

from generator import approval
from generator.approval import Approval
from generator.bulletin import Manifest
from generator.console import tables
from generator.console.facts import Facts
from generator.errors import LoaError
from generator.schedule import Schedule
from generator.store import Store
from generator.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Bulletin:
    """One bulletin as it is now. `sha256` is None while there is no sound; `returned` is the last word of a leader."""

    id: str
    title: str
    path: Path
    sha256: str | None
    manifest: Manifest | None
    approval: Approval | None
    returned: dict[str, Any] | None
    planned: bool = True

    @property
    def state(self) -> Literal["none", "returned", "waiting", "signed"]:
        """`none` (no sound yet), `returned`, `waiting` (to be signed) or `signed`."""
        if self.sha256 is None:
            return "none"
        if self.approval:
            return "signed"
        return "returned" if self.returned else "waiting"

    @property
    def commune(self) -> str:
        """The commune's stem."""
        return self.id.partition("/")[0]

    @property
    def name(self) -> str:
        """The name below the commune."""
        return self.id.partition("/")[2]


class Shelf:
    """Looks at files and approvals; hashes a sound once, until the file changes."""

    def __init__(self, workspace: Workspace, store: Store, engine: Engine, facts: Facts) -> None:
        self.workspace, self.store, self.engine, self.facts = workspace, store, engine, facts
        self._known: dict[Path, tuple[tuple[int, int], str, Manifest | None]] = {}
        self._lock = threading.Lock()

    def all(self) -> list[Bulletin]:
        """Every bulletin that the schedule wants or that lies there, by id."""
        schedule = self.facts.plan().schedule
        plans = schedule.plans() if schedule else ()
        wanted = {p.id: p.title or self.facts.name_of(p.commune, p.campaigns) for p in plans}
        lying = {recording.id for recording in approval.recordings(self.workspace)}
        approvals = self._approvals()
        returns = self._returns()
        return [
            self._bulletin(id_, wanted.get(id_, ""), id_ in wanted, approvals, returns)
            for id_ in sorted({*wanted, *lying})
        ]

    def get(self, id_: str) -> Bulletin | None:
        """The bulletin with this id; None for names that nothing here has."""
        return next((bulletin for bulletin in self.all() if bulletin.id == id_), None)

    def send_back(self, bulletin: Bulletin, who: str, note: str) -> None:
        """A leader does not sign this sound, and says why."""
        row = {"bulletin": bulletin.id, "sha256": bulletin.sha256 or "", "who": who, "note": note}
        with self.engine.begin() as connection:
            connection.execute(sa.insert(tables.returns).values(**row, at=tables.now()))

    def last_signed(self, bulletin: Bulletin) -> tuple[Approval, Manifest | None] | None:
        """The newest release of another sound under this name, with the record of what was said then."""
        for made in reversed(approval.all_approvals(self.store, bulletin.id)):
            if made.sha256 != bulletin.sha256:
                record = approval.released_copy(self.workspace, made.sha256).with_suffix(".json")
                try:
                    return made, Manifest.load(record)
                except LoaError:
                    return made, None
        return None

    def _bulletin(
        self,
        id_: str,
        title: str,
        planned: bool,
        approvals: dict[tuple[str, str], Approval],
        returns: dict[tuple[str, str], dict[str, Any]],
    ) -> Bulletin:
        path = self.workspace.bulletins / f"{id_}.mp3"
        sha256, manifest = self._look(path)
        key = (id_, sha256 or "")
        name = title or (manifest.title if manifest else "")
        if not name and manifest:
            name = self.facts.name_of(manifest.commune, manifest.campaigns)
        name = name or id_
        return Bulletin(id_, name, path, sha256, manifest, approvals.get(key), returns.get(key), planned)

    def _look(self, path: Path) -> tuple[str | None, Manifest | None]:
        try:
            stat = path.stat()
        except OSError:
            return None, None
        mark = (stat.st_mtime_ns, stat.st_size)
        with self._lock:
            known = self._known.get(path)
            if known and known[0] == mark and known[2] is not None:
                return known[1], known[2]
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
            try:
                manifest: Manifest | None = Manifest.load(path.with_suffix(".json"))
            except LoaError:
                manifest = None
            if manifest and manifest.sha256 != sha256:  # a build is writing just now, or somebody replaced the sound
                manifest = None
            self._known[path] = (mark, sha256, manifest)
            return sha256, manifest

    def _approvals(self) -> dict[tuple[str, str], Approval]:
        return {(a.bulletin, a.sha256): a for a in approval.all_approvals(self.store) if a.withdrawn is None}

    def _returns(self) -> dict[tuple[str, str], dict[str, Any]]:
        found = tables.rows(self.engine, sa.select(tables.returns).order_by(tables.returns.c.id))
        return {(row["bulletin"], row["sha256"]): row for row in found}


def plan_of(schedule: Schedule | None, id_: str) -> tuple[str, ...]:
    """The broadcasts that play the bulletin `id_`."""
    if schedule is None:
        return ()
    return tuple(
        b.id
        for b in schedule.broadcasts
        if id_ in {f"{b.commune}/{b.bulletin_name(c)}" for c in b.campaigns} | {f"{b.commune}/{b.bulletin_name()}"}
    )


def now() -> datetime.datetime:
    """This instant, aware."""
    return datetime.datetime.now(datetime.UTC)
