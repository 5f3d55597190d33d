"""What is due: every planned airing is taken on, or gets the outcome that says why not."""

import datetime
from collections.abc import Mapping

from loa.automation.clock_guard import ClockGuard
from loa.automation.controller import Controller
from loa.automation.fallbacks import FallbackChoice, Fallbacks
from loa.automation.live_airing import LiveAiring
from loa.automation.outcomes import OutcomeWriter
from loa.automation.schedule_watch import ScheduleWatch
from loa.automation.timing import Timing
from loa.clock import Clock
from loa.errors import ApprovalError, LoaError, PlayoutError, StoreError
from loa.formats import lasting
from loa.i18n import _
from loa.schedule import Airing
from loa.schedule.airings import inside_hours
from loa.schedule.models import Late, Repeat
from loa.store import ledger
from loa.store.database import Database

_SOON = datetime.timedelta(minutes=5)
"""Later than that after an airing was given up, an apology would only puzzle people."""
_ONCE = datetime.timedelta(minutes=15)
"""A commune's apology is not heard again on an output for so long."""


class Dispatcher:
    """`swept`: every airing planned before it has its outcome."""

    def __init__(
        self,
        store: Database,
        clock: Clock,
        timing: Timing,
        schedule_watch: ScheduleWatch,
        outcomes: OutcomeWriter,
        fallbacks: Fallbacks,
        controller: Controller,
        guard: ClockGuard,
    ) -> None:
        self.swept: datetime.datetime | None = None
        self._store, self._clock, self._timing = store, clock, timing
        self._schedule_watch, self._outcomes, self._fallbacks, self._controller, self._guard = (
            schedule_watch,
            outcomes,
            fallbacks,
            controller,
            guard,
        )
        self._begun: dict[str, ledger.Claim] = {}
        self._why: dict[str, str] = {}
        self._again: dict[str, float] = {}
        self._sorry: dict[tuple[str, str], datetime.datetime] = {}

    def inherit(self, begun: list[ledger.Claim], swept: datetime.datetime) -> None:
        """Go on from where the process before us came to; what it had begun is gone through first."""
        self.swept = min([swept, *(claim.planned for claim in begun)])
        self._begun = {claim.airing: claim for claim in begun}
        for claim in begun:
            if (
                self._schedule_watch.schedule.broadcast(claim.broadcast) is None
            ):  # put on air by hand, or no longer planned
                plain = (claim.airing, claim.broadcast, claim.commune, claim.bulletin, claim.planned)
                self._give_up(Airing(*plain, 0, claim.outputs, "normal"))

    def sweep(self, now: datetime.datetime, holder: str) -> None:
        """Go through everything planned since the last sweep: nothing is left without an outcome."""
        unresolved = self._controller.earliest()
        horizon = now + datetime.timedelta(seconds=self._timing.claim)
        for airing in self._schedule_watch.planned(self.swept or now, horizon):
            if self._outcomes.is_done(airing.id) or airing.id in self._controller.live:
                continue
            left_out = airing.skipped or "; ".join(p.message for p in airing.problems if p.code.startswith("rule."))
            if left_out:
                if airing.planned <= now:
                    self._unheard(airing, left_out, skipped=True)
            elif now > airing.planned + self._start_within(airing):
                self._apologise(airing, now, holder)
                self._give_up(airing)
            else:
                self._take_on(airing, now, holder)
                unresolved = min(unresolved or airing.planned, airing.planned)
        if not self._outcomes.behind:
            self.swept = min(now, unresolved) if unresolved else now

    def air(self, payload: Mapping[str, object], now: datetime.datetime, holder: str) -> None:
        """Take on what somebody asks for now, if it is released; else the outcome says why not."""
        bulletin, outputs = str(payload["bulletin"]), payload["outputs"]
        airing = Airing(
            id=str(payload["airing"]),
            broadcast="",
            commune=bulletin.partition("/")[0],
            bulletin=bulletin,
            planned=now,
            minutes=0.0,
            outputs=tuple(str(name) for name in outputs) if isinstance(outputs, list) else (),
            priority="emergency" if payload.get("now") else "priority",
        )
        speakers = self._schedule_watch.schedule.loudspeakers(airing.outputs)
        try:
            programme = self._fallbacks.planned(bulletin).programme
            ledger.claim(self._store, airing, speakers, holder, now)
        except (ApprovalError, PlayoutError, StoreError) as error:
            self._unheard(airing, why_not(error))
            return
        repeat = Repeat.model_validate({"times": payload.get("times", 1), "pause": payload.get("pause", "30s")})
        live = LiveAiring(airing, programme, speakers, now + self._start_within(airing), Late(), repeat)
        live.lets_resume = None if payload.get("resume") is None else bool(payload["resume"])
        live.notes.append(_("put on air by {name}").format(name=payload.get("by") or "?"))
        self._controller.add(live)

    def _late(self, airing: Airing) -> Late:
        broadcast = self._schedule_watch.schedule.broadcast(airing.broadcast)
        return broadcast.late if broadcast else Late()

    def _start_within(self, airing: Airing) -> datetime.timedelta:
        return datetime.timedelta(seconds=self._late(airing).start_within)

    def _take_on(self, airing: Airing, now: datetime.datetime, holder: str) -> None:
        """Claim it and put it on the stage, if there is something released to air; else remember why not."""
        if self._again.get(airing.id, -1e9) > self._clock.elapsed():
            return
        begun = self._begun.get(airing.id)
        if begun and (begun.position is None or now <= airing.planned):
            begun = None  # it was claimed, perhaps opened, but nothing can have been heard
        if begun and not self._late(airing).resume:
            self._why[airing.id] = _("resuming is off")
            return
        outputs = self._schedule_watch.schedule.loudspeakers(airing.outputs)
        try:
            choice = self._fallbacks.as_begun(begun) if begun else self._choose(airing, now)
            ledger.claim(self._store, airing, outputs, holder, now)
        except (ApprovalError, PlayoutError) as error:
            self._why[airing.id] = why_not(error)
            self._again[airing.id] = self._clock.elapsed() + self._pause(airing, now)
            return
        except StoreError as error:
            self._why.setdefault(airing.id, why_not(error))
            return
        self._controller.add(self._live(airing, choice, outputs, begun))
        self._forget(airing.id)

    def _pause(self, airing: Airing, now: datetime.datetime) -> float:
        """Seconds until the next try: not every second, but exactly when the fallback may be taken."""
        until_fallback = (airing.planned - now).total_seconds() - self._timing.open
        return min(self._timing.recheck, until_fallback) if until_fallback > 0 else self._timing.recheck

    def _live(
        self, airing: Airing, choice: FallbackChoice, outputs: tuple[str, ...], begun: ledger.Claim | None
    ) -> LiveAiring:
        broadcast = self._schedule_watch.schedule.broadcast(airing.broadcast)
        repeat = broadcast.repeat if broadcast else Repeat(times=1)
        limit = airing.planned + self._start_within(airing)
        live = LiveAiring(airing, choice.programme, outputs, limit, self._late(airing), repeat)
        live.comes_back = broadcast.resume_after_cut if broadcast else False
        live.notes += [choice.note] if choice.note else []
        if begun and begun.position is not None:
            live.offset, live.resumed = choice.programme.sentence_before(begun.position), True
            live.started = begun.started
            note = _("interrupted at {place} ({why}), resumed from {from_}").format(
                place=lasting(begun.position), why=self._guard.gap_reason(), from_=lasting(live.offset)
            )
            live.notes.append(note)
        return live

    def _choose(self, airing: Airing, now: datetime.datetime) -> FallbackChoice:
        try:
            return self._fallbacks.planned(airing.bulletin)
        except (ApprovalError, PlayoutError) as error:
            soon = (airing.planned - now).total_seconds() <= self._timing.open
            if soon and self._late(airing).fallback == "last-good":
                found = self._fallbacks.last_good(airing.bulletin, why_not(error))
                if found:
                    return found
            raise

    def _give_up(self, airing: Airing) -> None:
        """Too late: `missed`, with the reason that is known."""
        begun = self._begun.get(airing.id)
        reason = self._why.get(airing.id) or self._guard.gap_reason(airing.planned) or _("it could not start")
        if begun and begun.position is not None:
            reason = _("interrupted at {place}; {why}").format(place=lasting(begun.position), why=reason)
        self._unheard(airing, reason, begun)

    def _apologise(self, airing: Airing, now: datetime.datetime, holder: str) -> None:
        """The rung before silence: the commune's released apology, as an airing of its own beside the `missed` one.

        Only where there was nothing released to air, and not long ago; within the hours that the commune allows; and
        once on an output, however many of the commune's broadcasts were to be heard there.
        """
        reason = self._why.get(airing.id)
        late = now - airing.planned - self._start_within(airing)
        if reason is None or airing.id in self._begun or late > _SOON:
            return
        try:
            programme = self._fallbacks.apology(airing.commune)
            if programme is None:
                return
            sorry = Airing(
                id=f"apology:{airing.id}",
                broadcast="",
                commune=airing.commune,
                bulletin=programme.bulletin,
                planned=now,
                minutes=programme.seconds / 60,
                outputs=self._not_told(airing, now),
                priority="normal",
            )
            if not sorry.outputs or not inside_hours(self._schedule_watch.schedule.rules, sorry):
                return
            ledger.claim(self._store, sorry, sorry.outputs, holder, now)
        except StoreError:
            return
        self._sorry |= {(airing.commune, output): now for output in sorry.outputs}
        live = LiveAiring(sorry, programme, sorry.outputs, now + self._start_within(airing), Late(), Repeat(times=1))
        live.notes.append(_("in place of {airing} ({why})").format(airing=airing.id, why=reason))
        self._controller.add(live)

    def _not_told(self, airing: Airing, now: datetime.datetime) -> tuple[str, ...]:
        """Its outputs on which the commune has not apologised lately."""
        outputs = self._schedule_watch.schedule.loudspeakers(airing.outputs)
        return tuple(
            o for o in outputs if (airing.commune, o) not in self._sorry or now - self._sorry[airing.commune, o] > _ONCE
        )

    def _unheard(
        self, airing: Airing, reason: str, begun: ledger.Claim | None = None, *, skipped: bool = False
    ) -> None:
        outputs = self._schedule_watch.schedule.loudspeakers(airing.outputs)
        self._outcomes.unheard(airing, outputs, reason, begun, skipped=skipped)
        self._forget(airing.id)

    def _forget(self, airing: str) -> None:
        for kept in (self._why, self._begun, self._again):
            kept.pop(airing, None)


def why_not(error: LoaError) -> str:
    """The reason as the log keeps it."""
    return "; ".join(finding.message for finding in error.findings)
