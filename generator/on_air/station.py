"""The station on air, one step at a time: what is due is claimed, opened, played, watched, and gets its outcome.

`step` may be called as often as one likes; it looks at the clock, the schedule, the ledger and what it plays, and does
what is to be done now. It keeps nothing that a restart would miss: what was planned is in schedule.yaml, what was
claimed in the ledger, what happened in the logbook.
"""

import datetime
from collections.abc import Callable, Mapping

import structlog

from generator.errors import ApprovalError, PlayoutError, StoreError
from generator.i18n import _
from generator.logbook import newest
from generator.on_air import desk, ledger
from generator.on_air.guard import ClockGuard, Reading
from generator.on_air.keeper import ScheduleKeeper
from generator.on_air.ladder import Choice, Ladder, why_not
from generator.on_air.lease import Lease
from generator.on_air.live import Live, Playing, clock_text, verdict
from generator.on_air.scribe import Scribe
from generator.on_air.timing import Timing
from generator.playout import Clock, Programme, Session
from generator.schedule import Airing
from generator.schedule.broadcast import Late, Repeat
from generator.schedule.outputs import AnyOutput
from generator.store import Store
from generator.workspace import Workspace

Start = Callable[[str, Programme, Mapping[str, AnyOutput], datetime.datetime, float], Playing]
_SECOND = datetime.timedelta(seconds=1)


class Station:
    """`start` makes the sound; a rehearsal gives its own. Raises ScheduleError, StoreError when it is made."""

    def __init__(
        self,
        workspace: Workspace,
        store: Store,
        clock: Clock,
        timing: Timing,
        *,
        start: Start | None = None,
        trust_clock: bool = False,
        only_requests: bool = False,
    ) -> None:
        self.workspace, self.store, self.clock, self.timing = workspace, store, clock, timing
        self.keeper = ScheduleKeeper(workspace, clock)
        self.lease = Lease(store, clock, timing)
        self.live: dict[str, Live] = {}
        self.doubt: str | None = None
        self._start = start or self._session
        self._only_requests = only_requests
        self._ladder = Ladder(workspace, store)
        self._guard = ClockGuard(clock, timing, newest(store), trusted=trust_clock)
        self.scribe = Scribe(workspace, store, clock)
        self._waiting: dict[str, str] = {}
        self._held: dict[str, datetime.datetime] = {}
        self._retry: dict[str, float] = {}
        self._begun: dict[str, ledger.Claim] = {}
        self._swept: datetime.datetime | None = None
        self._gap: tuple[str, datetime.datetime] | None = None
        self._log = structlog.get_logger("loa.on_air")

    # --- one step -------------------------------------------------------------------------------------------------

    def step(self) -> None:
        """Do what is to be done now. A database that does not answer delays what is written, never what sounds."""
        reading = self._guard.look()
        self._notice(reading)
        try:
            held = self.lease.holds
            if self.lease.keep(self._swept, ", ".join(self.live)) and not held:
                self._take_over(reading.now)
            elif held and not self.lease.holds:
                self._step_down()
        except StoreError as error:
            self._log.warning("store", problem=str(error))
        if not self.lease.holds:
            return
        if reading.slept and not self.lease.still_mine():
            self._step_down()
            return
        self._follow_schedule(reading.now)
        self._serve(reading.now)
        for live in list(self.live.values()):
            self._watch(live, reading.now)
        if reading.doubt is None and not self._only_requests:
            self._sweep(reading.now)
        for live in list(self.live.values()):
            self._open(live, reading.now)
        self.scribe.write(self.keeper.schedule.alerts)

    def close(self) -> None:
        """End in order: what sounds is cut and logged, and the lease is given back."""
        self.cut_all(_("the station was stopped"))
        self.scribe.write(self.keeper.schedule.alerts)
        try:
            self.lease.give_back()
        except StoreError as error:
            self._log.warning("store", problem=str(error))

    @property
    def busy(self) -> bool:
        """Whether anything is on air or about to be."""
        return bool(self.live)

    # --- who we are, and what time it is --------------------------------------------------------------------------

    def _take_over(self, now: datetime.datetime) -> None:
        """The lease is ours: everything since the heartbeat of the one before is gone through by the next sweep."""
        self._swept = self.lease.swept or (None if self._only_requests else now)
        if self._only_requests:
            return
        self._begun = {claim.airing: claim for claim in ledger.unfinished(self.store)}
        since = min([self._swept or now, *(claim.planned for claim in self._begun.values())])
        self.scribe.recall(since - _SECOND, now + datetime.timedelta(days=3))
        self._gap = (_("Loa was not running"), now)
        self._log.info("on air", since=str(since))
        self.scribe.event("station", _("on air, process {pid}").format(pid=self.lease.pid))
        for claim in list(self._begun.values()):
            broadcast = self.keeper.schedule.broadcast(claim.broadcast)
            if broadcast is None:
                self._orphan(claim)
            else:
                self._swept = min(self._swept or now, claim.planned)

    def _step_down(self) -> None:
        """Another process is on air: silence at once, and no outcomes from here; they are the other's now."""
        for live in self.live.values():
            live.leave_session()
        self.live.clear()
        self.scribe.forget()
        self._waiting.clear()
        self._log.warning("standby")

    def _notice(self, reading: Reading) -> None:
        if reading.doubt and reading.doubt != self.doubt:
            self._log.warning("clock", doubt=reading.doubt)
            self.scribe.alarm(f"clock@{reading.now:%Y-%m-%dT%H}", "clock", reading.doubt)
        if self.doubt and not reading.doubt:
            self._gap = (_("the clock was not sure ({why})").format(why=self.doubt), reading.now)
        self.doubt = reading.doubt
        if reading.slept:
            why = _("the computer or Loa stood still for {time}").format(time=clock_text(reading.slept))
            self._gap = (why, reading.now)
            self._log.warning("asleep", seconds=reading.slept)

    def _follow_schedule(self, now: datetime.datetime) -> None:
        if not self.keeper.refresh():
            return
        if self.keeper.problems:
            text = "; ".join(f"{f.place}: {f.message}" for f in self.keeper.problems)
            message = _("schedule.yaml is broken; the last good one stays in force ({problems})").format(problems=text)
            self.scribe.alarm(f"schedule@{now:%Y-%m-%dT%H:%M}", "schedule", message)
        else:
            self.scribe.event("schedule", _("schedule.yaml was read again"))

    # --- what is due ----------------------------------------------------------------------------------------------

    def _sweep(self, now: datetime.datetime) -> None:
        """Go through everything planned since the last sweep: nothing is left without an outcome."""
        since = self._swept or now
        horizon = now + datetime.timedelta(seconds=self.timing.claim)
        unresolved = [live.airing.planned for live in self.live.values() if live.airing.broadcast]
        for airing in self.keeper.planned(since, horizon):
            if self.scribe.is_done(airing.id) or airing.id in self.live:
                continue
            why = airing.skipped or "; ".join(p.message for p in airing.problems if p.code.startswith("rule."))
            if why:
                if airing.planned <= now:
                    self._unheard(airing, why, skipped=True)
                continue
            if now > self._limit(airing):
                self._give_up(airing)
            else:
                self._try(airing, now)
                if airing.planned <= now:
                    unresolved.append(airing.planned)
        self._swept = min([now, *unresolved]) if not self.scribe.behind else self._swept

    def _limit(self, airing: Airing) -> datetime.datetime:
        """Until when it may start: counted from its instant, or from the end of what it had to wait for."""
        start = max(airing.planned, self._held.get(airing.id, airing.planned))
        return start + datetime.timedelta(seconds=self._late(airing).start_within)

    def _late(self, airing: Airing) -> Late:
        broadcast = self.keeper.schedule.broadcast(airing.broadcast)
        return broadcast.late if broadcast else Late()

    def _try(self, airing: Airing, now: datetime.datetime) -> None:
        """Take the airing on, if there is something released to air; else remember why not."""
        if self._retry.get(airing.id, -1e9) > self.clock.elapsed():
            return
        self._retry[airing.id] = self.clock.elapsed() + self.timing.recheck
        broadcast = self.keeper.schedule.broadcast(airing.broadcast)
        outputs = self.keeper.schedule.loudspeakers(airing.outputs)
        begun = self._begun.get(airing.id)
        resumes = begun is not None and begun.position is not None
        try:
            if resumes and begun and not self._late(airing).resume:
                self._waiting[airing.id] = _("it was interrupted at {place}, and resuming is off").format(
                    place=clock_text(begun.position or 0)
                )
                return
            choice = self._choose(airing, begun if resumes else None, now)
            ledger.claim(self.store, airing, outputs, self.lease.token, now)
        except (ApprovalError, PlayoutError) as error:
            self._waiting[airing.id] = why_not(error)
            return
        except StoreError as error:
            self._waiting.setdefault(airing.id, why_not(error))
            self._retry.pop(airing.id)
            return
        live = Live(
            airing,
            choice.programme,
            outputs,
            self._limit(airing),
            broadcast.repeat if broadcast else Repeat(times=1),
            broadcast.resume_after_cut if broadcast else False,
        )
        live.notes += [choice.note] if choice.note else []
        if begun and begun.position is not None:
            live.offset, live.resumed = choice.programme.sentence_before(begun.position), True
            live.started = begun.started
            gap = self._gap[0] if self._gap else ""
            live.notes.append(
                _("interrupted at {place} ({why}), resumed from {from_}").format(
                    place=clock_text(begun.position), why=gap, from_=clock_text(live.offset)
                )
            )
        self.live[airing.id] = live
        self._waiting.pop(airing.id, None)

    def _choose(self, airing: Airing, begun: ledger.Claim | None, now: datetime.datetime) -> Choice:
        if begun:
            return self._ladder.as_begun(begun)
        try:
            return self._ladder.planned(airing.bulletin)
        except (ApprovalError, PlayoutError) as error:
            soon = (airing.planned - now).total_seconds() <= self.timing.open
            if soon and self._late(airing).fallback == "last-good":
                found = self._ladder.last_good(airing.bulletin, why_not(error))
                if found:
                    return found
            raise

    def _give_up(self, airing: Airing) -> None:
        """Too late: `missed`, with the reason that is known."""
        begun = self._begun.get(airing.id)
        reason = self._waiting.get(airing.id)
        if reason is None:
            reason = self._gap[0] if self._gap and airing.planned <= self._gap[1] else _("it could not start")
        if begun and begun.position is not None:
            reason = _("interrupted at {place}; {why}").format(place=clock_text(begun.position), why=reason)
        self._unheard(airing, reason, begun)

    # --- what is on air -------------------------------------------------------------------------------------------

    def _open(self, live: Live, now: datetime.datetime) -> None:
        """Open the outputs shortly before the instant; wait while they are taken; an emergency takes them."""
        if live.session is not None or live.airing.id not in self.live:
            return
        moment = max(filter(None, (live.airing.planned, live.not_before)))
        lead = 0.0 if live.urgent and self._rivals(live) else self.timing.open
        if (moment - now).total_seconds() > lead:
            return
        rivals = self._rivals(live)
        if rivals and live.urgent:
            self._cut_in(live, [rival for rival in rivals if not rival.urgent], now)
            rivals = self._rivals(live)
        if rivals:
            self._held[live.airing.id] = now
            live.limit = max(live.limit, self._limit(live.airing))
            waited = _("it waited for {other}").format(other=rivals[0].airing.broadcast or rivals[0].airing.id)
            if now > live.airing.planned and not live.cut and waited not in live.notes:
                live.notes.append(waited)
            return
        if now > live.limit and not live.urgent:
            self.end(live, now)
            return
        outputs = {n: o for n in live.outputs if (o := self.keeper.schedule.outputs.get(n))}
        live.session = self._start(live.airing.id, live.programme, outputs, max(moment, now), live.offset)
        live.session.start()
        if live.cut:
            live.notes.append(_("went on from {place}").format(place=clock_text(live.offset)))

    def _cut_in(self, urgent: Live, victims: list[Live], now: datetime.datetime) -> None:
        """Silence for an emergency; those that may come back wait for its end, the others are over."""
        for victim in victims:
            begun = victim.session is not None and victim.session.begun is not None
            place = clock_text(victim.session.position) if victim.session else ""
            victim.leave_session()
            if begun:
                by = urgent.airing.broadcast or urgent.airing.bulletin
                victim.cut = _("cut at {place} by an emergency ({name})").format(place=place, name=by)
                if not (victim.comes_back if urgent.lets_resume is None else urgent.lets_resume):
                    self.end(victim, now)

    def cut_all(self, why: str) -> None:
        """Silence at once on every output; what was heard, or waits to come back, ends as `cut`."""
        for live in list(self.live.values()):
            if live.cut or live.started or live.passes or (live.session and live.session.begun):
                live.cut = f"{live.cut}; {why}" if live.cut else why
                self.end(live, self.clock.now())
            elif live.session:
                live.leave_session()

    def _rivals(self, live: Live) -> list[Live]:
        """Others that hold an output of this one. An emergency holds its outputs between its repetitions too."""
        return [
            other
            for other in self.live.values()
            if other is not live
            and set(other.outputs) & set(live.outputs)
            and (other.session is not None or (other.urgent and other.passes > 0))
        ]

    def _watch(self, live: Live, now: datetime.datetime) -> None:
        """See how it is getting on; end it when it is over."""
        session = live.session
        if session is None:
            return
        session.watch()
        if session.begun is None:
            self._watch_waiting(live, session, now)
            return
        if self.clock.elapsed() - live.noted >= self.clock.speed:
            live.noted = self.clock.elapsed()
            self._note_position(live, session)
        if session.asleep:
            why = _("interrupted at {place} ({why})").format(
                place=clock_text(session.position), why=self._gap[0] if self._gap else ""
            )
            live.leave_session()
            live.resumed = True
            live.notes.append(why)
            if not self._late(live.airing).resume or now > live.limit:
                self.end(live, now)
        elif session.over:
            self._over(live, now)
        elif session.sounding:
            live.quiet_since = None
        else:
            live.quiet_since = live.quiet_since or self.clock.elapsed()
            if self.clock.elapsed() - live.quiet_since > self.timing.outage:
                self.end(live, now)

    def _watch_waiting(self, live: Live, session: Playing, now: datetime.datetime) -> None:
        if (live.airing.planned - now).total_seconds() > self.timing.claim:  # the clock was set back
            live.leave_session()
        elif now > live.limit:
            self.end(live, now)
        elif session.over:
            self._over(live, now)
        else:
            try:
                self._ladder.check(live.programme)
            except ApprovalError as error:
                self._waiting[live.airing.id] = why_not(error)
                live.leave_session()
                del self.live[live.airing.id]
            except StoreError as error:
                self._log.warning("store", problem=str(error))

    def _note_position(self, live: Live, session: Playing) -> None:
        try:
            ledger.note(
                self.store,
                live.airing.id,
                session.position,
                started=live.started or session.begun,
                sha256=live.programme.sha256,
                bulletin=live.programme.bulletin,
            )
        except StoreError as error:
            self._log.warning("store", problem=str(error))

    def _over(self, live: Live, now: datetime.datetime) -> None:
        """A pass is through; an emergency may be said again."""
        live.passes += 1
        if live.passes < live.repeat.times and any(r.complete for r in live.reports):
            live.leave_session()
            live.offset = 0.0
            live.not_before = now + datetime.timedelta(seconds=live.repeat.pause)
            live.limit = live.not_before + datetime.timedelta(seconds=600)
        else:
            self.end(live, now)

    def end(self, live: Live, now: datetime.datetime) -> None:
        """The airing is over: silence, its one outcome, and the alarms that follow from it."""
        live.leave_session()
        entry, alarms = verdict(live, now, self.timing)
        del self.live[live.airing.id]
        self.scribe.finish(entry)
        self._forget(live.airing.id)
        for kind, message in alarms:
            self.scribe.alarm(f"{live.airing.id} {kind}", kind, f"{live.airing.id}: {message}")

    # --- requests -------------------------------------------------------------------------------------------------

    def _serve(self, now: datetime.datetime) -> None:
        try:
            requests = desk.take(self.store, now)
        except StoreError as error:
            self._log.warning("store", problem=str(error))
            return
        for request in requests:
            by = str(request.payload.get("by") or "")
            if request.verb == "stop":
                self.cut_all(_("stopped by {name}").format(name=by) if by else _("stopped by hand"))
            elif request.verb == "air":
                self.air(request.payload, now)

    def air(self, payload: Mapping[str, object], now: datetime.datetime) -> None:
        """Put a recording on air at once (`now` in the payload: cutting what sounds), if it is released."""
        bulletin = str(payload["bulletin"])
        outputs = tuple(str(name) for name in payload["outputs"])  # type: ignore[attr-defined]
        airing = Airing(
            id=str(payload["airing"]),
            broadcast="",
            commune=bulletin.partition("/")[0],
            bulletin=bulletin,
            planned=now,
            minutes=0.0,
            outputs=outputs,
            priority="emergency" if payload.get("now") else "priority",
        )
        speakers = self.keeper.schedule.loudspeakers(outputs)
        try:
            programme = self._ladder.planned(bulletin).programme
            ledger.claim(self.store, airing, speakers, self.lease.token, now)
        except (ApprovalError, PlayoutError) as error:
            self._unheard(airing, why_not(error))
            return
        except StoreError as error:
            self._unheard(airing, why_not(error))
            return
        repeat = Repeat.model_validate({"times": payload.get("times", 1), "pause": payload.get("pause", "30s")})
        limit = now + datetime.timedelta(seconds=600)
        live = Live(airing, programme, speakers, limit, repeat, comes_back=False)
        live.notes.append(_("put on air by {name}").format(name=payload.get("by") or "?"))
        live.lets_resume = None if payload.get("resume") is None else bool(payload["resume"])
        self.live[airing.id] = live
        self._open(live, now)

    # --- the log --------------------------------------------------------------------------------------------------

    def _unheard(
        self, airing: Airing, reason: str, begun: ledger.Claim | None = None, *, skipped: bool = False
    ) -> None:
        outputs = self.keeper.schedule.loudspeakers(airing.outputs)
        self.scribe.unheard(airing, outputs, reason, begun, skipped=skipped)
        self._forget(airing.id)

    def _forget(self, airing: str) -> None:
        for kept in (self._waiting, self._begun, self._held, self._retry):
            kept.pop(airing, None)

    def _orphan(self, claim: ledger.Claim) -> None:
        """An airing that was begun, and is no longer in the schedule (or never was: put on air by hand)."""
        airing = Airing(
            claim.airing, claim.broadcast, claim.commune, claim.bulletin, claim.planned, 0, claim.outputs, "normal"
        )
        self._give_up(airing)

    def _session(
        self,
        airing: str,
        programme: Programme,
        outputs: Mapping[str, AnyOutput],
        planned: datetime.datetime,
        offset: float,
    ) -> Playing:
        return Session(airing, programme, outputs, planned, self.clock, self.workspace.root, offset)
