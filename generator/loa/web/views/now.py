"""What is happening at this moment, as the first page and its live events tell it."""

import datetime
import hashlib
import threading
import time
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from loa.actions.on_air import Rest, rest_after_stop
from loa.actions.receipts import RECENT, Receipt, receipt_text, receipts
from loa.bulletin.manifest import Manifest
from loa.errors import Finding, LoaError, StoreError
from loa.schedule import AnyOutput, Schedule
from loa.store import asrun, ledger
from loa.store.alarms import Alarm, open_alarms
from loa.store.approvals import approved_copy
from loa.store.database import Database
from loa.store.lease import who_is_on_air
from loa.store.output_health import OutputHealth, State, output_health, state_name
from loa.web.jobs import Job, Jobs
from loa.web.views.airings import AiringList, Slot
from loa.web.views.bulletins import BulletinCatalogue
from loa.web.views.clusters import Unheard, unheard
from loa.web.views.files import StationFiles
from loa.workspace import Workspace

LOUDEST, STEP = 200, 10
"""Per cent of the bulletin's level: the most that the schedule allows, and how far one press turns."""
_TONES: Mapping[State, str] = {
    "idle": "good", "ready": "good", "sounding": "good", "failing": "warn", "dead": "bad", "unknown": "",
}  # fmt: skip
_SIGNS: Mapping[State, str] = {
    "idle": "✓", "ready": "✓", "sounding": "♪", "failing": "!", "dead": "✕", "unknown": "?",
}  # fmt: skip
_UNKNOWN: State = "unknown"


@dataclass(frozen=True, slots=True)
class Loudspeaker:
    """An output of the schedule. `health` is None for groups, and until a station has been on air with it."""

    name: str
    output: AnyOutput
    health: OutputHealth | None

    @property
    def title(self) -> str:
        """What people call it."""
        return self.output.title or self.name

    @property
    def state(self) -> State:
        """How it is getting on."""
        return self.health.state if self.health else _UNKNOWN

    @property
    def shown(self) -> str:
        """The state in words."""
        return state_name(self.state)

    @property
    def sign(self) -> str:
        """The state as a sign, for who cannot tell the colours."""
        return _SIGNS[self.state]

    @property
    def tone(self) -> str:
        """The state as a colour: good, warn, bad, or none."""
        return _TONES[self.state]

    @property
    def in_trouble(self) -> bool:
        """Whether it takes no sound, as far as is known."""
        return self.tone in {"bad", "warn"}

    @property
    def quieter(self) -> int:
        """The volume one step down."""
        return max(0, self.output.volume - STEP)

    @property
    def louder(self) -> int:
        """The volume one step up."""
        return min(LOUDEST, self.output.volume + STEP)


_AHEAD = datetime.timedelta(days=8)
_LAST, _COMING, _SHOWN = 4, 12, 24
"""What the page shows of today: airings that were, airings to come, loudspeakers."""


@dataclass(frozen=True, slots=True)
class PlayingItem:
    """Something on air: its `bulletin`, and what people call that (`title`).

    `position`: seconds of the programme; `sentence`: what is being read.
    """

    airing: str
    bulletin: str
    title: str
    outputs: tuple[str, ...]
    started: datetime.datetime
    position: float
    seconds: float
    sentence: str


@dataclass(frozen=True, slots=True)
class WaitingItem:
    """Something that was claimed and does not sound yet."""

    bulletin: str
    title: str
    outputs: tuple[str, ...]
    planned: datetime.datetime


@dataclass(frozen=True, slots=True)
class StationState:
    """The station now. `running`: whether a `loa run` is on air. `waiting`: the queue, as far as the schedule made it;
    `receipts`: what became of what people asked for; `rest`: what the last STOP cut; `unheard`:
    what players did not air since yesterday.

    `held`: why the database could not be read; all else then is how it was seen last.
    """

    running: bool
    playing: tuple[PlayingItem, ...]
    next: Slot | None
    today: tuple[Slot, ...]
    alarms: tuple[Alarm, ...]
    loudspeakers: tuple[Loudspeaker, ...]
    jobs: tuple[Job, ...]
    findings: tuple[Finding, ...]
    held: Finding | None = None
    waiting: tuple[WaitingItem, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    rest: Rest | None = None
    unheard: tuple[Unheard, ...] = ()

    @property
    def near(self) -> tuple[Slot, ...]:
        """Of today's airings the last ones and the next ones: of a large station the page cannot show all."""
        past = sum(slot.past for slot in self.today)
        return self.today[max(0, past - _LAST) : past + _COMING]

    @property
    def asked(self) -> tuple[Receipt, ...]:
        """What people asked for, unless it sounds or has been heard."""
        sounding = {item.airing for item in self.playing}
        return tuple(r for r in self.receipts if r.stage != "over" and r.airing not in sounding)

    def silent(self, outputs: Iterable[str]) -> tuple[str, ...]:
        """Those of `outputs` that take no sound now."""
        return tuple(one.name for one in self.loudspeakers if one.name in outputs and one.in_trouble)

    @property
    def loudspeakers_shown(self) -> tuple[Loudspeaker, ...]:
        """Those in trouble first, and no more than a page can hold."""
        return tuple(sorted(self.loudspeakers, key=lambda s: not s.in_trouble))[:_SHOWN]

    @property
    def stamp(self) -> str:
        """Changes whenever more than a position does: the page then asks for its parts again."""
        parts = [
            str(self.running),
            str(self.held),
            *(p.airing for p in self.playing),
            *(f"{s.airing.id}{s.tone}{s.outcome}{s.says}" for s in (*self.today, *([self.next] if self.next else []))),
            *(a.event for a in self.alarms),
            *(f"{j.id}{j.state}" for j in self.jobs),
            *(f"{w.title}{w.planned}" for w in self.waiting),
            *(f"{r.number}{r.stage}{r.reason}{r.silent}" for r in self.asked),
            f"{self.rest.at}{len(self.rest.wishes)}" if self.rest else "",
            *(f"{s.name}{s.output.volume}{s.state}{s.health and s.health.error}" for s in self.loudspeakers),
        ]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

    def event(self) -> dict[str, Any]:
        """What a live event holds: positions, the sentence, the countdown, what the receipts say."""
        titles = {one.name: one.title for one in self.loudspeakers}
        told = [(r, receipt_text(r, lambda name: titles.get(name, name))) for r in self.receipts]
        return {
            "stamp": self.stamp,
            "playing": [
                {"airing": p.airing, "position": round(p.position, 1), "seconds": p.seconds, "sentence": p.sentence}
                for p in self.playing
            ],
            "next": self.next.airing.planned.isoformat() if self.next else None,
            "receipts": [{"number": r.number, "text": text, "good": r.good} for r, text in told],
            "jobs": [{"id": j.id, "done": j.done, "total": j.total, "message": j.message} for j in self.jobs],
        }


class StationMonitor:
    """Looks at the station's database; all pages share one look a second."""

    def __init__(
        self,
        workspace: Workspace,
        store: Database,
        files: StationFiles,
        bulletins: BulletinCatalogue,
        airings: AiringList,
        jobs: Jobs,
    ) -> None:
        self._workspace, self._store, self._jobs = workspace, store, jobs
        self._files, self._bulletins, self._airings = files, bulletins, airings
        self.parts = workspace, store, files, bulletins, airings, jobs
        self._lock = threading.Lock()
        self._last: tuple[float, StationState] | None = None
        self._living: tuple[Job, ...] = ()
        self._manifests: dict[str, Manifest | None] = {}
        self._seen: dict[str, tuple[float, float]] = {}

    def now(self, oldest: float = 0.9) -> StationState:
        """The moment, at most `oldest` seconds old; where the database does not answer, as it was seen last (`held`).

        Raises StoreError where it was never seen.
        """
        with self._lock:
            if self._last and time.monotonic() - self._last[0] < oldest:
                return self._last[1]
            try:
                moment = self._look()
            except StoreError as error:
                if self._last is None:
                    raise
                return replace(self._last[1], held=error.findings[0])
            self._last = (time.monotonic(), moment)
            return moment

    def forget(self) -> None:
        """Somebody changed something: the next page looks for itself."""
        with self._lock:
            if self._last:
                self._last = (float("-inf"), self._last[1])

    def _look(self) -> StationState:
        row = who_is_on_air(self._store)
        alive = {name.strip() for name in str(row["state"]).split(",")} if row else set()
        claimed = [claim for claim in ledger.unfinished(self._store) if claim.airing in alive]
        playing = [self._playing(claim) for claim in claimed]
        waiting = [self._waiting(claim) for claim in claimed if claim.broadcast and claim.started is None]
        plan = self._files.plan()
        utc = datetime.datetime.now(datetime.UTC)
        today, following = self._days(plan.schedule) if plan.schedule else ([], [])
        return StationState(
            row is not None,
            tuple(p for p in playing if p),
            next(iter(following), None),
            tuple(today),
            tuple(open_alarms(self._store)[:20]),
            tuple(self._loudspeakers(plan.schedule)) if plan.schedule else (),
            self._jobs_living(),
            plan.findings,
            None,
            tuple(sorted(waiting, key=lambda item: item.planned)),
            tuple(receipts(self._store, utc - RECENT, plan.schedule)),
            rest_after_stop(self._store, utc),
            tuple(unheard(plan.schedule, self._store, utc, 1)) if plan.schedule else (),
        )

    def _waiting(self, claim: ledger.Claim) -> WaitingItem:
        return WaitingItem(claim.bulletin, self.title_of(claim.bulletin), claim.outputs, claim.planned)

    def title_of(self, bulletin: str) -> str:
        """What people call a bulletin."""
        found = self._bulletins.get(bulletin)
        return found.title if found else bulletin

    def _jobs_living(self) -> tuple[Job, ...]:
        """The jobs; where console.db is held: as they were seen last."""
        with suppress(StoreError):
            self._living = tuple(self._jobs.living())
        return self._living

    def _loudspeakers(self, schedule: Schedule) -> list[Loudspeaker]:
        health = {found.output: found for found in output_health(self._store)}
        return [Loudspeaker(name, output, health.get(name)) for name, output in schedule.outputs.items()]

    def _days(self, schedule: Schedule) -> tuple[list[Slot], list[Slot]]:
        """The airings of today, and the next one, which may be days away."""
        now = datetime.datetime.now(schedule.timezone)
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        tomorrow = midnight + datetime.timedelta(days=1)
        planned = self._airings.planned(schedule, midnight, midnight + _AHEAD)
        following = [a for a in planned if a.planned > now and not a.skipped][:1]
        done = asrun.outcomes(self._store, midnight, tomorrow)
        today = [a for a in planned if a.planned < tomorrow]
        return self._airings.shown(schedule, today, done), self._airings.shown(schedule, following, done)

    def _playing(self, claim: ledger.Claim) -> PlayingItem | None:
        if claim.started is None or claim.position is None:
            return None
        moment = time.monotonic()
        noted, since = self._seen.get(claim.airing, (-1.0, moment))
        if noted != claim.position:
            self._seen[claim.airing] = (claim.position, moment)
            since = moment
        manifest = self.manifest(claim.sha256)
        seconds = manifest.seconds if manifest else 0.0
        position = min(claim.position + min(moment - since, 3.0), seconds or claim.position)
        title = self.title_of(claim.bulletin)
        text = _sentence(manifest, position)
        return PlayingItem(claim.airing, claim.bulletin, title, claim.outputs, claim.started, position, seconds, text)

    def manifest(self, sha256: str | None) -> Manifest | None:
        """The record of a sound that was approved; None where it is gone."""
        if not sha256:
            return None
        if sha256 not in self._manifests:
            try:
                record = approved_copy(self._workspace, sha256).with_suffix(".json")
                self._manifests[sha256] = Manifest.load(record)
            except LoaError:
                self._manifests[sha256] = None
        return self._manifests[sha256]


def _sentence(manifest: Manifest | None, position: float) -> str:
    if manifest is None or not manifest.cues:
        return ""
    number = bisect_right([cue.start for cue in manifest.cues], position) - 1
    return manifest.cues[max(number, 0)].text
