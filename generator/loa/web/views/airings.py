"""The days as the pages show them: each airing with its outcome, or with what still keeps it off the air."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from loa import formats, names
from loa.actions.emergency import PREFIX
from loa.i18n import _
from loa.schedule import Airing, Broadcast, Schedule, airings, wording
from loa.schedule.models import Late
from loa.schedule.programme import Talk
from loa.store import asrun
from loa.store.database import Database
from loa.web.forms import FormError
from loa.web.views.bulletins import Bulletin, BulletinCatalogue
from loa.web.views.files import StationFiles

_SPANS = 20
"""Spans that are kept: the weeks that somebody leafed through."""


def airing_marks() -> dict[str, tuple[str, str]]:
    """What is to be known first of an airing: a sign for who cannot tell the colours, and its meaning."""
    return {
        "aired": ("✓", _("aired")),
        "ready": ("●", _("ready")),
        "waiting": ("✎", _("waiting for the signature")),
        "draft": ("…", _("draft, not sent to the leader")),
        "returned": ("↩", _("sent back by the leader")),
        "none": ("○", _("no sound yet")),
        "clash": ("⚠", _("meets others or the rules")),
        "missed": ("✕", _("not aired")),
        "cut": ("◧", _("stopped before its end")),
        "skipped": ("–", _("left out")),
        "moved-away": ("→", _("moved to another time")),
        "moved-here": ("←", _("moved here")),
        "emergency": ("‼", _("emergency message")),
        "unknown": ("?", _("not known yet")),
    }


@dataclass(frozen=True, slots=True)
class Slot:
    """An airing on a page. `tone`: good, warn, bad, off (left out) or none; `says`: what is to be known of it;

    `state`: of its bulletin; `by_hand`: a person put it on air beside the schedule.
    """

    airing: Airing
    local: datetime.datetime
    past: bool
    tone: str
    says: tuple[str, ...]
    title: str
    outcome: str | None = None
    state: str = "none"
    by_hand: bool = False

    @property
    def mark(self) -> str:
        """What is to be known first: a key of `airing_marks`."""
        if self.airing.skipped:
            return "moved-away" if self.airing.moved else "skipped"
        if self.airing.priority == "emergency":
            return "emergency"
        if self.outcome:
            return self.outcome if self.outcome in {"missed", "cut", "skipped"} else "aired"
        if self.past:
            return "unknown"
        if self.airing.problems:
            return "clash"
        if self.state != "signed":
            return self.state
        return "moved-here" if self.airing.moved else "ready"


class AiringList:
    """The airings of the schedule as pages show them, each with its outcome or with what keeps it off the air."""

    def __init__(self, store: Database, files: StationFiles, bulletins: BulletinCatalogue) -> None:
        self.store, self.files, self._bulletins = store, files, bulletins
        self._schedule: Schedule | None = None
        self._spans: dict[tuple[datetime.datetime, datetime.datetime], tuple[Airing, ...]] = {}

    def between(
        self, schedule: Schedule, since: datetime.datetime, until: datetime.datetime, zone: str = ""
    ) -> list[Slot]:
        """Every airing planned in [since, until); with `zone` only those that this output or group plays."""
        planned = self.planned(schedule, since, until)
        if zone in schedule.outputs:
            wanted = set(schedule.loudspeakers((zone,)))
            planned = tuple(a for a in planned if wanted & set(schedule.loudspeakers(a.outputs)))
        return self.shown(schedule, planned, asrun.outcomes(self.store, since, until))

    def beside(
        self, schedule: Schedule, since: datetime.datetime, until: datetime.datetime, zone: str = ""
    ) -> list[Slot]:
        """What people put on air beside the schedule in [since, until), emergencies too; `zone` as in `between`."""
        found = []
        for row in asrun.beside_schedule(self.store, since, until):
            outputs = tuple(name.strip() for name in (row.output or "").split(",") if name.strip())
            heard = set(schedule.loudspeakers(outputs))
            wanted = not zone or zone not in schedule.outputs or bool(heard & set(schedule.loudspeakers((zone,))))
            if wanted and row.planned and row.bulletin and self.covers(row.commune or ""):
                found.append(self._beside(schedule, row, row.bulletin, row.planned, outputs))
        return found

    def covers(self, _commune: str) -> bool:
        """Whether a commune's airings are shown here."""
        return True

    def _beside(
        self, schedule: Schedule, row: asrun.Row, id_: str, planned: datetime.datetime, outputs: tuple[str, ...]
    ) -> Slot:
        bulletin = self._bulletins.get(id_)
        urgent = row.details.get("priority") == "emergency" or id_.partition("/")[2].startswith(PREFIX)
        lasted = (row.ended - row.started).total_seconds() / 60 if row.started and row.ended else 0.0
        airing = Airing(
            row.airing or "", "", row.commune or "", id_, planned, lasted, outputs, "emergency" if urgent else "normal"
        )
        outcome = row.outcome or ""
        says = (_("emergency message") if urgent else _("put on air by hand"), names.outcome(outcome))
        title = bulletin.title if bulletin else _("Emergency message") if urgent else id_
        local = planned.astimezone(schedule.timezone)
        return Slot(airing, local, True, _tone(outcome), says, title, outcome, by_hand=True)

    def planned(self, schedule: Schedule, since: datetime.datetime, until: datetime.datetime) -> tuple[Airing, ...]:
        """Every airing planned in [since, until), skipped ones too.

        A span is worked out once for a schedule: five hundred broadcasts take their time.
        """
        if schedule is not self._schedule or len(self._spans) > _SPANS:
            self._schedule, self._spans = schedule, {}
        spans = self._spans
        if (since, until) not in spans:
            spans[since, until] = airings(schedule, since, until, with_skipped=True)
        return spans[since, until]

    def knows(self, schedule: Schedule, since: datetime.datetime, until: datetime.datetime) -> bool:
        """Whether the airings of this span are worked out already."""
        return schedule is self._schedule and (since, until) in self._spans

    def shown(self, schedule: Schedule, planned: Iterable[Airing], outcomes: Mapping[str, str]) -> list[Slot]:
        """The given airings as pages show them. `outcomes`: by the airing's id."""
        now = datetime.datetime.now(datetime.UTC)
        broadcasts = {broadcast.id: broadcast for broadcast in schedule.broadcasts}
        known = self._bulletins.by_id()
        found = []
        for airing in planned:
            bulletin = known.get(airing.bulletin)
            title = bulletin.title if bulletin else airing.bulletin
            local = airing.planned.astimezone(schedule.timezone)
            past, outcome = airing.planned <= now, outcomes.get(airing.id)
            state = bulletin.state if bulletin else "none"
            broadcast = broadcasts.get(airing.broadcast)
            late, talk = (broadcast.late, broadcast.talk) if broadcast else (Late(), None)
            wait = late.start_within
            if talk:
                title, wait = talk.title or title, talk.wait
            left = airing.planned + datetime.timedelta(seconds=wait) - now
            tone, says = _judge(airing, _Readiness(state, bulletin, late, talk), past, outcome, left)
            found.append(Slot(airing, local, past, tone, says, title, outcome, state))
        return found


@dataclass(frozen=True, slots=True)
class _Readiness:
    """What there is to air: the bulletin and its state, and what its programme does if it is late."""

    state: str
    bulletin: Bulletin | None
    late: Late
    talk: Talk | None = None

    def missing(self) -> str | None:
        """What keeps it off the air, or puts another sound on air than people think; None where all is well."""
        if self.talk and (self.state == "signed" or not self.talk.instead):
            return None
        again = self.bulletin is not None and self.bulletin.again
        if self.state == "signed":
            changed = self.bulletin is not None and self.bulletin.draft
            if not changed:
                return None
            again = True  # the new sound is being made, and is not signed then
        if again and self.late.fallback == "last-good":
            return _("changed and not signed again: what was signed last is aired")
        if again:
            return _("changed and not signed again: it is not aired")
        return {
            "none": _("no sound has been made yet"),
            "draft": _("not sent to the leader yet"),
            "waiting": _("not signed yet"),
            "returned": _("sent back by the leader"),
        }[self.state]


def _judge(
    airing: Airing, ready: _Readiness, past: bool, outcome: str | None, left: datetime.timedelta
) -> tuple[str, tuple[str, ...]]:
    """The tone and the words of an airing. `left`: how long it may still begin late."""
    if airing.skipped:
        if airing.moved:
            return "off", (_("→ moved to {moment}").format(moment=f"{airing.moved:%H:%M %d/%m}"),)
        return "off", (_("left out: {reason}").format(reason=airing.skipped),)
    if airing.moved and not past and not outcome:
        tone, says = _judge(replace(airing, moved=None), ready, past, outcome, left)
        return tone, (_("← moved from {moment}").format(moment=f"{airing.moved:%H:%M %d/%m}"), *says)
    if outcome:
        return _tone(outcome), (names.outcome(outcome),)
    missing = ready.missing()
    if ready.talk and left > datetime.timedelta():
        text = _("waits for {speaker} at the microphone") if ready.talk.speaker else _("waits for a speaker")
        waits = text.format(speaker=ready.talk.speaker)
        return "warn" if past or missing else "good", (waits, *([missing] if missing else []))
    if past and left > datetime.timedelta() and ready.state != "signed":
        wait = _("it may still begin within {time}").format(time=formats.wait(left))
        return "warn", (*([missing] if missing else []), wait)
    if past:
        return "", (_("not known yet"),)
    still = [problem.message for problem in airing.problems]
    still += [missing] if missing else []
    return ("warn" if still else "good"), tuple(still)


def _tone(outcome: str) -> str:
    return "bad" if outcome == "missed" else "warn" if outcome == "cut" else "good"


def find_broadcast(files: StationFiles, id_: str) -> tuple[Schedule, Broadcast]:
    """The schedule and its broadcast `id_`. Raises FormError where it is gone."""
    schedule = files.plan().schedule
    found = schedule.broadcast(id_) if schedule else None
    if schedule is None or found is None:
        raise FormError({"": _("This broadcast is no longer in the schedule.")})
    return schedule, found


def name_of(files: StationFiles, broadcast: Broadcast) -> str:
    """What a broadcast is called on pages: its title, else what is in it."""
    if broadcast.title or broadcast.campaigns:
        return broadcast.title or files.name_of(broadcast.commune, broadcast.campaigns)
    parts = (item.part() for item in broadcast.items)
    return "; ".join(part.title for part in parts if part.title) or broadcast.id


def when_in_words(broadcast: Broadcast) -> str:
    """On which days, at which hours, until when."""
    if broadcast.rrule:
        days = wording.rule_in_words(broadcast.rrule)
    elif broadcast.from_ and broadcast.from_ == broadcast.until:
        days = formats.day(broadcast.from_)
    else:
        days = ", ".join(wording.in_words(rule.text) for rule in broadcast.days or ()) or _("every day")
    hours = ", ".join(f"{hour:%H:%M}" for hour in broadcast.at)
    said = " · ".join(part for part in (days, hours) if part)
    if broadcast.until and broadcast.until != broadcast.from_:
        said = _("{when} · until {day}").format(when=said, day=formats.day(broadcast.until))
    return said


def turns_of(files: StationFiles, broadcast: Broadcast) -> list[tuple[str, str]]:
    """What can be aired once more: the broadcast, or each of its campaigns where they take turns (value, name)."""
    if not broadcast.rotate:
        return [(broadcast.id, name_of(files, broadcast))]
    return [(f"{broadcast.id} {c}", files.name_of(broadcast.commune, (c,))) for c in broadcast.campaigns]


def turns_on(schedule: Schedule | None, id_: str, day: datetime.date) -> dict[datetime.datetime, str | None]:
    """The airings of a broadcast on a day, by the station's clock, with whose turn it is if campaigns rotate.

    Those of groups that speak after others are moved with them.
    """
    broadcast = schedule.broadcast(id_) if schedule else None
    if schedule is None or broadcast is None:
        return {}
    start = datetime.datetime.combine(day, datetime.time(), schedule.timezone)
    end = datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time(), schedule.timezone)
    return {
        airing.planned.astimezone(schedule.timezone).replace(tzinfo=None): broadcast.turn_of(
            airing.bulletin.partition("/")[2]
        )
        for airing in airings(schedule, start, end)
        if airing.broadcast == id_ and airing.follows is None
    }
