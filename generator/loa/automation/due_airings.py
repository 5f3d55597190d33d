"""Dispatch due airings: claim each planned airing, or write the outcome that says why it is not aired."""

import datetime
from concurrent.futures import Future

from loa.automation.clock_guard import ClockGuard
from loa.automation.controller import STOPPED, Controller, PastStop
from loa.automation.fallbacks import FallbackChoice, Fallbacks
from loa.automation.intervals import Timing
from loa.automation.lanes import Lane
from loa.automation.live_airing import LiveAiring, airing_of, interrupted
from loa.automation.outcome_writer import OutcomeWriter
from loa.automation.recording_reader import RecordingReader
from loa.automation.requested import RequestedAirings
from loa.automation.schedule_watch import ScheduleWatch
from loa.clock import Clock
from loa.errors import ApprovalError, PlayoutError, StoreError
from loa.i18n import _
from loa.logs import logger
from loa.playout.relay import as_aired
from loa.schedule import Airing
from loa.schedule.airings import hours_end, inside_hours
from loa.schedule.models import Late, Repeat
from loa.schedule.programme import Talk
from loa.stop_file import CutAiring
from loa.store import ledger
from loa.store.asrun import Outcome
from loa.store.database import Database
from loa.store.requests import asked

_LONG, _RECENT = datetime.timedelta(days=3), datetime.timedelta(days=1)
"""A gap of this length is one row of the log; the airings of its last hours have rows of their own."""
_WAITED = 1.0
"""Seconds after the last moment at which somebody may begin to speak, before something else is aired."""
_APOLOGY_WITHIN = datetime.timedelta(minutes=5)
"""How long after an airing was given up its apology may be aired; later it would only confuse people."""
_APOLOGY_INTERVAL = datetime.timedelta(minutes=15)
"""Minimum time between two apologies of a commune on one output."""


class DueAirings:
    """`swept`: every airing planned before this instant has its outcome."""

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
        lane: Lane,
        recordings: RecordingReader,
        requested: RequestedAirings,
    ) -> None:
        self.resolved_until: datetime.datetime | None = None
        self._store, self._clock, self._timing = store, clock, timing
        self._schedule_watch, self._outcomes, self._fallbacks, self._controller, self._guard = (
            schedule_watch,
            outcomes,
            fallbacks,
            controller,
            guard,
        )
        self._stop: tuple[PastStop, float] | None = None
        self._previous: dict[str, ledger.Claim] = {}
        self._reasons: dict[str, str] = {}
        self._retry_at: dict[str, float] = {}
        self._last_apology: dict[tuple[str, str], datetime.datetime] = {}
        self._lane, self._recordings, self._requested = lane, recordings, requested
        self._prepared: dict[str, LiveAiring] = {}
        self._summed_up: datetime.datetime | None = None
        self._claiming: dict[str, LiveAiring] = {}
        self._claim_written: Future[bool] | None = None
        self._log = logger()

    def continue_from(
        self,
        previous: list[ledger.Claim],
        resolved_until: datetime.datetime | None,
        stop: PastStop | None,
        now: datetime.datetime,
        *,
        sure: bool,
    ) -> None:
        """Continue the work of the previous process: its `previous` airings and all since `resolved_until` (None: from
        the time on at which the clock can be trusted).

        `stop`: the last STOP that it took: it may have died before it wrote what that had cut.
        `sure`: whether the clock can be trusted. Raises StoreError: call it again, it goes on where it was.
        """
        requested = asked(
            self._store, (c.airing for c in previous if not c.broadcast or self._talk(c.broadcast) is not None)
        )
        known = [resolved_until] if resolved_until else []
        self.resolved_until = min([*known, *(claim.planned for claim in previous)], default=None)
        self._previous = {claim.airing: claim for claim in previous if claim.airing not in requested}
        if stop:
            self._cut_planned(stop)
        schedule = self._schedule_watch.schedule
        for claim in previous:
            if self._outcomes.is_done(claim.airing) or claim.airing in self._controller.live:
                continue
            if stop and claim.planned <= stop.at and stop.reaches(schedule, claim.commune, claim.outputs):
                self._finish_unaired(airing_of(claim), stop.why, claim, outcome="cut")
            elif claim.airing in requested:
                self._requested.go_on(claim, requested[claim.airing], now, sure=sure)
            elif schedule.broadcast(claim.broadcast) is None:  # an apology, or no longer planned
                self._give_up(airing_of(claim))

    def dispatch(self, now: datetime.datetime, holder: str) -> None:
        """Handle every airing planned since the last call, so that each gets an outcome.

        What is to be claimed now is claimed in one transaction, in the lane; it is live once that is on the disk.
        """
        self._look()
        self._recordings.begin_step()
        if self._stop and self._clock.elapsed() < self._stop[1]:
            self._cut_planned(self._stop[0]._replace(at=now))
        self._stop = None
        self._requested.decide(now)
        unresolved = self._controller.earliest()
        due: dict[str, LiveAiring] = {}
        horizon = now + datetime.timedelta(seconds=self._timing.claim)
        for airing in self._schedule_watch.planned(self._sum_up(now), horizon):
            if self._outcomes.is_done(airing.id) or airing.id in self._controller.live:
                continue
            skipped_reason = airing.forbidden
            if skipped_reason:
                if airing.planned <= now:
                    self._finish_unaired(airing, skipped_reason, outcome="skipped")
            elif now > airing.planned + self._start_within(airing):
                read, apology = self._apology(airing, now)
                due |= {apology.airing.id: apology} if apology else {}
                if read:
                    self._give_up(airing)
                else:
                    unresolved = min(unresolved or airing.planned, airing.planned)
            else:
                unresolved = min(unresolved or airing.planned, airing.planned)
                live = None if airing.id in self._claiming else self._prepare(airing, now)
                due |= {airing.id: live} if live else {}
        self._prepared = due
        self._claim(now, holder)
        if not self._outcomes.has_pending:
            self.resolved_until = min(now, unresolved) if unresolved else now

    def look_again(self, since: datetime.datetime) -> None:
        """Airings planned from then on may have no outcome after all."""
        self.resolved_until = min(self.resolved_until or since, since)
        self._summed_up = None

    def _sum_up(self, now: datetime.datetime) -> datetime.datetime:
        """Return since when airings have no outcome. Those of a long gap get theirs here, in one row, but for its end.

        What was claimed before the gap has a row of its own.
        """
        since = max(filter(None, (self.resolved_until or now, self._summed_up)))
        broadcasts = self._schedule_watch.schedule.broadcasts
        recent = max([_RECENT, *(datetime.timedelta(seconds=b.late.start_within) for b in broadcasts)])
        if now - since < _LONG + recent:
            return min(since, now)
        until = now - recent
        found: dict[str, Outcome] = {
            airing.id: "skipped" if airing.forbidden else "missed"
            for airing in self._schedule_watch.planned(since, until)
            if not self._outcomes.is_done(airing.id)
            and airing.id not in self._controller.live
            and airing.id not in self._claiming
            and airing.id not in self._previous
        }
        if found:
            why = self._guard.gap_reason(until) or _("it could not start")
            communes = {broadcast.id: broadcast.commune for broadcast in broadcasts}
            self._outcomes.finish_gap(since, until, found, communes, why)
        self._summed_up = until
        return min([until, *(claim.planned for claim in self._previous.values())])

    def release(self) -> None:
        """Forget what is about to be claimed, because another process is on air."""
        self._prepared, self._claiming, self._claim_written = {}, {}, None
        self._requested.release()
        self._recordings.forget_all()

    def _claim(self, now: datetime.datetime, holder: str) -> None:
        """Claim what is prepared, unless the last claim is still being written."""
        if not self._prepared or self._claim_written:
            return
        self._claiming, self._prepared = self._prepared, {}
        wanted = [(live.airing, live.outputs) for live in self._claiming.values()]
        self._claim_written = self._lane.start(lambda: ledger.claim_all(self._store, wanted, holder, now))
        self._look()

    def _look(self) -> None:
        """See whether the lane has written the claims; then they are live, except what was stopped meanwhile."""
        if not self._claim_written or not self._claim_written.done():
            return
        claimed, written = self._claiming, self._claim_written
        self._claiming, self._claim_written = {}, None
        try:
            ours = written.result()
        except StoreError as error:
            for airing in claimed:
                self._reasons.setdefault(airing, error.reason)
            self._prepared |= claimed
            return
        if not ours:
            return  # another process is on air: this one notices it soon
        for airing, live in claimed.items():
            if not self._outcomes.is_done(airing):
                self._controller.add(live)
                self._forget(airing)

    def stop(self, stop: PastStop, *, sure: bool) -> list[CutAiring]:
        """STOP: end as `cut` what is not claimed, was to start before a minute has passed, and is whoever's who pressed
        it; return it.

        `sure`: whether the clock can be trusted. If not, it is done when it can, if that is within the minute.
        """
        cut = self._requested.stop(stop)
        if sure:
            return cut + self._cut_planned(stop)
        self._stop = stop, self._clock.elapsed() + STOPPED.total_seconds() * self._clock.speed
        return cut

    def _cut_planned(self, stop: PastStop) -> list[CutAiring]:
        """End as `cut` the airings without outcome that could start, or are to start until a minute after the STOP."""
        found, why, at = [], stop.why, stop.at
        until = at + STOPPED + datetime.timedelta(microseconds=1)
        for airing in self._schedule_watch.planned(min(self.resolved_until or at, at), until):
            known = self._outcomes.is_done(airing.id) or airing.id in self._controller.live
            if known or airing.forbidden or at > airing.planned + self._start_within(airing):
                continue
            if not stop.reaches(self._schedule_watch.schedule, airing.commune, airing.outputs):
                continue
            outputs = self._schedule_watch.schedule.loudspeakers(airing.outputs)
            talk = self._talk(airing.broadcast) is not None
            found.append(CutAiring(airing=airing.id, bulletin=airing.bulletin, outputs=outputs, talk=talk))
            self._finish_unaired(airing, why, self._previous.get(airing.id), outcome="cut")
        return found

    def _late(self, airing: Airing) -> Late:
        broadcast = self._schedule_watch.schedule.broadcast(airing.broadcast)
        return broadcast.late if broadcast else Late()

    def _start_within(self, airing: Airing) -> datetime.timedelta:
        seconds = self._late(airing).start_within
        if talk := self._talk(airing.broadcast):
            seconds = max(seconds, talk.wait + _WAITED) if talk.instead else talk.wait
        return datetime.timedelta(seconds=seconds)

    def _talk(self, broadcast: str) -> Talk | None:
        found = self._schedule_watch.schedule.broadcast(broadcast)
        return found.talk if found else None

    def _prepare(self, airing: Airing, now: datetime.datetime) -> LiveAiring | None:
        """The airing with an approved recording, ready to be claimed; None if there is none, and remember why not."""
        if airing.id in self._prepared:
            return self._prepared[airing.id]
        if self._retry_at.get(airing.id, -1e9) > self._clock.elapsed():
            return None
        previous = self._previous.get(airing.id)
        talk = self._talk(airing.broadcast)
        if talk and previous is None:
            self._reasons.setdefault(airing.id, _("nobody spoke at the microphone"))
            if now < airing.planned + datetime.timedelta(seconds=talk.wait + _WAITED):
                return None
        if previous and (previous.position is None or now <= airing.planned):
            previous = None  # it was claimed and perhaps opened, but nothing was heard
        if previous and not self._late(airing).resume:
            self._reasons[airing.id] = _("resuming is off")
            return None
        outputs = self._schedule_watch.schedule.loudspeakers(airing.outputs)
        try:
            if previous:
                claim = previous
                read = self._recordings.read(airing.id, lambda: self._fallbacks.interrupted(claim))
            else:
                read = self._recordings.read(airing.id, lambda: self._choose(airing, now))
            if read is None:
                return None
            choice = read.result()
        except (ApprovalError, PlayoutError) as error:
            self._reasons[airing.id] = error.reason
            self._retry_at[airing.id] = self._clock.elapsed() + self._retry_pause(airing, now)
            return None
        except StoreError as error:
            self._reasons.setdefault(airing.id, error.reason)
            return None
        return self._live(airing, choice, outputs, previous)

    def _retry_pause(self, airing: Airing, now: datetime.datetime) -> float:
        """Return the seconds until the next try: at the latest when the fallback may be used."""
        until_fallback = (airing.planned - now).total_seconds() - self._timing.open
        return min(self._timing.recheck, until_fallback) if until_fallback > 0 else self._timing.recheck

    def _live(
        self, airing: Airing, choice: FallbackChoice, outputs: tuple[str, ...], previous: ledger.Claim | None
    ) -> LiveAiring:
        broadcast = self._schedule_watch.schedule.broadcast(airing.broadcast)
        repeat = broadcast.repeat if broadcast else Repeat(times=1)
        limit = airing.planned + self._start_within(airing)
        recording = as_aired(choice.recording, airing.planned, self._schedule_watch.schedule.timezone)
        live = LiveAiring(airing, recording, outputs, limit, self._late(airing), repeat)
        live.hours_end = hours_end(self._schedule_watch.schedule, airing)
        if not live.urgent:
            live.keep_quiet(self._schedule_watch.schedule.quiet(outputs, airing.planned, airing.ends))
        live.resumes_after_cut = broadcast.resume_after_cut if broadcast else False
        live.notes += [choice.note] if choice.note else []
        if self._talk(airing.broadcast):
            live.notes.append(_("nobody spoke at the microphone: {bulletin} instead").format(bulletin=airing.bulletin))
        if previous and previous.position is not None:
            live.times_played = previous.times_played
            live.resume(previous, self._guard.gap_reason())
        return live

    def _choose(self, airing: Airing, now: datetime.datetime) -> FallbackChoice:
        try:
            return self._fallbacks.planned(airing.bulletin)
        except (ApprovalError, PlayoutError) as error:
            soon = (airing.planned - now).total_seconds() <= self._timing.open
            if soon and self._late(airing).fallback == "last-good":
                found = self._fallbacks.last_good(airing.bulletin, error.reason)
                if found:
                    return found
            raise

    def _give_up(self, airing: Airing) -> None:
        """Write the outcome `missed` with the known reason, because it is too late to start."""
        previous = self._previous.get(airing.id)
        reason = self._reasons.get(airing.id) or self._guard.gap_reason(airing.planned) or _("it could not start")
        self._finish_unaired(airing, interrupted(previous, reason), previous)

    def _apology(self, airing: Airing, now: datetime.datetime) -> tuple[bool, LiveAiring | None]:
        """The commune's approved apology, to be aired as an airing of its own beside the missed one; and whether it is
        known by now if there is one.

        Only if there was nothing approved to air, soon after the airing was given up, within the allowed hours, and
        once per output in a quarter of an hour.
        """
        reason = self._reasons.get(airing.id)
        late = now - airing.planned - self._start_within(airing)
        if reason is None or airing.id in self._previous or late > _APOLOGY_WITHIN:
            return True, None
        try:
            read = self._recordings.read(f"apology:{airing.id}", lambda: self._fallbacks.apology(airing.commune))
            if read is None:
                return False, None
            recording = read.result()
        except (PlayoutError, StoreError):
            return True, None
        if recording is None:
            return True, None
        apology = Airing(
            id=f"apology:{airing.id}",
            broadcast="",
            commune=airing.commune,
            bulletin=recording.bulletin,
            planned=now,
            minutes=recording.seconds / 60,
            outputs=self._outputs_for_apology(airing, now),
            priority="normal",
        )
        if not apology.outputs or not inside_hours(self._schedule_watch.schedule, apology):
            return True, None
        self._last_apology |= {(airing.commune, output): now for output in apology.outputs}
        live = LiveAiring(
            apology, recording, apology.outputs, now + self._start_within(airing), Late(), Repeat(times=1)
        )
        live.hours_end = hours_end(self._schedule_watch.schedule, apology)
        live.notes.append(_("in place of {airing} ({why})").format(airing=airing.id, why=reason))
        return True, live

    def _outputs_for_apology(self, airing: Airing, now: datetime.datetime) -> tuple[str, ...]:
        """Return the outputs of `airing` on which the commune has not apologised recently."""
        outputs = self._schedule_watch.schedule.loudspeakers(airing.outputs)
        quiet = self._schedule_watch.schedule.quiet(outputs, now, now)
        return tuple(
            o
            for o in outputs
            if o not in quiet
            and (
                (airing.commune, o) not in self._last_apology
                or abs(now - self._last_apology[airing.commune, o]) > _APOLOGY_INTERVAL
            )
        )

    def _finish_unaired(
        self, airing: Airing, reason: str, previous: ledger.Claim | None = None, *, outcome: Outcome = "missed"
    ) -> None:
        outputs = self._schedule_watch.schedule.loudspeakers(airing.outputs)
        self._outcomes.finish_unaired(airing, outputs, reason, previous, outcome)
        self._forget(airing.id)

    def _forget(self, airing: str) -> None:
        for kept in (self._reasons, self._previous, self._retry_at):
            kept.pop(airing, None)
        self._recordings.forget(airing)
