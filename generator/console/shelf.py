"""The bulletins of the station: made or not, signed or not, sent back or not."""

import datetime
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Engine

from generator import approval
from generator.approval import Approval
from generator.bulletin.manifest import Cue, Manifest
from generator.console import tables
from generator.console.facts import Facts
from generator.console.sounds import Sounds
from generator.errors import LoaError
from generator.schedule import Schedule
from generator.store import Store
from generator.workspace import Workspace

_LOOK = 1.0


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

    @property
    def state(self) -> Literal["none", "returned", "waiting", "signed"]:
        """`none` (no sound yet), `returned`, `waiting` (to be signed) or `signed`."""
        if self.sha256 is None:
            return "none"
        if self.approval:
            return "signed"
        return "returned" if self.returned else "waiting"

    @property
    def cues(self) -> tuple[Cue, ...]:
        """What is said when, from the record on the disk. Raises BulletinError where it is gone."""
        return Manifest.load(self.path.with_suffix(".json")).cues if self.manifest else ()

    @property
    def commune(self) -> str:
        """The commune's stem."""
        return self.id.partition("/")[0]

    @property
    def name(self) -> str:
        """The name below the commune."""
        return self.id.partition("/")[2]


class Shelf:
    """What lies there, what the schedule wants, and what leaders said; looked at no more than once a second."""

    def __init__(self, workspace: Workspace, store: Store, engine: Engine, facts: Facts) -> None:
        self.workspace, self.store, self.engine, self.facts = workspace, store, engine, facts
        self.sounds = Sounds(workspace, engine)
        self._looked: tuple[float, dict[str, Bulletin]] = (0.0, {})

    def forget(self) -> None:
        """Somebody signed, or something was made: the next question looks for itself."""
        self._looked = (0.0, {})

    def all(self) -> list[Bulletin]:
        """Every bulletin that the schedule wants or that lies there, by id."""
        return list(self._by_id().values())

    def get(self, id_: str) -> Bulletin | None:
        """The bulletin with this id; None for names that nothing here has."""
        return self._by_id().get(id_)

    def _by_id(self) -> dict[str, Bulletin]:
        looked, found = self._looked
        if time.monotonic() - looked < _LOOK:
            return found
        began, found = time.monotonic(), self._look()
        if self._looked[0] == looked:  # nobody said meanwhile that something changed
            self._looked = (began, found)
        return found

    def _look(self) -> dict[str, Bulletin]:
        schedule = self.facts.plan().schedule
        plans = schedule.plans() if schedule else ()
        wanted = {p.id: p.title or self.facts.name_of(p.commune, p.campaigns) for p in plans}
        lying = self.sounds.lying()
        approvals = self._approvals()
        returns = self._returns()
        found = {}
        for id_ in sorted({*wanted, *lying}):
            sound = lying.get(id_)
            manifest, sha256 = (sound.manifest, sound.sha256) if sound else (None, None)
            title = wanted.get(id_) or self._title(manifest) or id_
            path, key = self.workspace.bulletins / f"{id_}.mp3", (id_, sha256 or "")
            found[id_] = Bulletin(
                id_, title, path, sha256, manifest, approvals.get(key), returns.get(key), id_ in wanted
            )
        return found

    def _title(self, manifest: Manifest | None) -> str:
        if manifest is None:
            return ""
        return manifest.title or self.facts.name_of(manifest.commune, manifest.campaigns)

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
