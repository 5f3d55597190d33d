"""What is on air: airings that were taken on are opened, watched, cut by what is more urgent, and ended."""

import datetime
from collections.abc import Callable, Mapping

from loa.automation.fallbacks import Fallbacks
from loa.automation.live_airing import LiveAiring, PlayingSession, verdict
from loa.automation.outcomes import OutcomeWriter
from loa.automation.schedule_watch import ScheduleWatch
from loa.automation.timing import Timing
from loa.clock import Clock
from loa.errors import ApprovalError, StoreError
from loa.formats import lasting
from loa.i18n import _
from loa.logs import logger
from loa.playout.recording import LoadedRecording
from loa.schedule import Airing
from loa.schedule.outputs import AnyOutput
from loa.store import ledger
from loa.store.database import Database

Start = Callable[[Airing, LoadedRecording, Mapping[str, AnyOutput], datetime.datetime, float], PlayingSession]


class Controller:
    """`live`: the airings that were taken on and have no outcome yet, by id."""

    def __init__(
        self,
        store: Database,
        clock: Clock,
        timing: Timing,
        schedule_watch: ScheduleWatch,
        outcomes: OutcomeWriter,
        fallbacks: Fallbacks,
        start: Start,
    ) -> None:
        self.live: dict[str, LiveAiring] = {}
        self._store, self._clock, self._timing = store, clock, timing
        self._schedule_watch, self._outcomes, self._fallbacks, self._start = schedule_watch, outcomes, fallbacks, start
        self._log = logger()

    def add(self, live: LiveAiring) -> None:
        """An airing that was claimed."""
        self.live[live.airing.id] = live

    def earliest(self) -> datetime.datetime | None:
        """The earliest planned instant among those of the schedule."""
        return min((live.airing.planned for live in self.live.values() if live.airing.broadcast), default=None)

    def open(self, now: datetime.datetime) -> None:
        """Open the outputs of what comes next, shortly before its instant; the more urgent first."""
        for live in sorted(self.live.values(), key=lambda live: (not live.urgent, live.airing.planned)):
            if live.session is None and live.airing.id in self.live:
                self._open(live, now)

    def watch(self, now: datetime.datetime, gap_reason: Callable[[], str], *, slept: bool) -> None:
        """See how everything on air is getting on; end what is over.

        `slept`: we ourselves stood still. Then nothing may go on by itself, however soon it noticed: it is decided
        here whether there is still time for it.
        """
        for live in list(self.live.values()):
            session = live.session
            if session is None:
                continue
            if slept:
                session.stop()
            else:
                session.watch()
            if session.begun is None:
                self._watch_waiting(live, session, now, slept=slept)
            elif (slept and not session.complete) or session.asleep:
                self._interrupted(live, session, gap_reason(), now)
            else:
                self._watch_playing(live, session, now)

    def follow_volumes(self) -> None:
        """The schedule was read again: what sounds is turned up or down now; all else holds from the next airing on."""
        for live in self.live.values():
            if live.session:
                lines = self._lines(live)
                for name in live.session.conditions:
                    if name in lines:
                        live.session.set_volume(name, lines[name].volume)

    def cut_all(self, why: str, now: datetime.datetime) -> None:
        """Silence at once on every output; what was heard, or waits to come back, ends as `cut`."""
        for live in list(self.live.values()):
            if live.cut or live.started or live.passes or (live.session and live.session.begun):
                live.cut = f"{live.cut}; {why}" if live.cut else why
                self._end(live, now)
            else:
                live.leave_session()

    def leave(self) -> None:
        """Silence at once, and nothing is ours any more."""
        for live in self.live.values():
            live.leave_session()
        self.live.clear()

    def _open(self, live: LiveAiring, now: datetime.datetime) -> None:
        moment = max(live.airing.planned, live.not_before or live.airing.planned)
        rivals = self._rivals(live)
        lead = 0.0 if live.urgent and rivals else self._timing.open
        if (moment - now).total_seconds() > lead:
            return
        if rivals and live.urgent:
            self._cut_in(live, [rival for rival in rivals if not rival.urgent], now)
            rivals = self._rivals(live)
        if rivals:
            live.limit = max(live.limit, now + datetime.timedelta(seconds=live.late.start_within))
            waited = _("it waited for {other}").format(other=rivals[0].airing.broadcast or rivals[0].airing.id)
            if now > live.airing.planned and not live.cut and waited not in live.notes:
                live.notes.append(waited)
            return
        if now > live.limit:
            self._end(live, now)
            return
        live.session = self._start(live.airing, live.programme, self._lines(live), max(moment, now), live.offset)
        live.session.start()
        self._note_position(live, live.session)  # from here on it may have been heard, whatever happens to us
        if live.cut:
            live.notes.append(_("went on from {place}").format(place=lasting(live.offset)))

    def _lines(self, live: LiveAiring) -> dict[str, AnyOutput]:
        """Its outputs that are still in the schedule, as the schedule says now."""
        lines = self._schedule_watch.schedule.lines((*live.airing.outputs, *live.outputs))
        return {name: lines[name] for name in live.outputs if name in lines}

    def _rivals(self, live: LiveAiring) -> list[LiveAiring]:
        """Others that hold an output of this one. An emergency holds its outputs between its repetitions too."""
        return [
            other
            for other in self.live.values()
            if other is not live
            and set(other.outputs) & set(live.outputs)
            and (other.session is not None or (other.urgent and other.passes > 0))
        ]

    def _cut_in(self, urgent: LiveAiring, victims: list[LiveAiring], now: datetime.datetime) -> None:
        """Silence for an emergency; those that may come back wait for its end, the others are over."""
        for victim in victims:
            begun = victim.session is not None and victim.session.begun is not None
            place = lasting(victim.session.position) if victim.session else ""
            victim.leave_session()
            if begun:
                by = urgent.airing.broadcast or urgent.airing.bulletin
                victim.cut = _("cut at {place} by an emergency ({name})").format(place=place, name=by)
                if not (victim.comes_back if urgent.lets_resume is None else urgent.lets_resume):
                    self._end(victim, now)

    def _watch_waiting(self, live: LiveAiring, session: PlayingSession, now: datetime.datetime, *, slept: bool) -> None:
        """Before the first sound: the clock may go back, the release may be withdrawn, the outputs may be dead."""
        if (live.airing.planned - now).total_seconds() > self._timing.claim or slept or session.asleep:
            live.leave_session()
        elif now > live.limit or session.over:
            self._end(live, now)
        else:
            try:
                self._fallbacks.check(live.programme)
            except ApprovalError:
                live.leave_session()
                del self.live[live.airing.id]
            except StoreError as error:
                self._log.warning("store", problem=str(error))

    def _interrupted(self, live: LiveAiring, session: PlayingSession, why: str, now: datetime.datetime) -> None:
        """We stood still while it played. It goes on at its sentence, if there is still time for it."""
        place = lasting(session.position)
        live.leave_session()
        live.resumed = True
        live.notes.append(_("interrupted at {place} ({why})").format(place=place, why=why))
        if not live.late.resume or now > live.limit:
            self._end(live, now)

    def _watch_playing(self, live: LiveAiring, session: PlayingSession, now: datetime.datetime) -> None:
        if session.over:
            self._pass_over(live, now)
            return
        self._note_position(live, session)
        if session.sounding:
            live.quiet_since = None
        else:
            live.quiet_since = self._clock.elapsed() if live.quiet_since is None else live.quiet_since
            if self._clock.elapsed() - live.quiet_since > self._timing.outage:
                self._end(live, now)

    def _note_position(self, live: LiveAiring, session: PlayingSession) -> None:
        """About once a second, for whoever has to resume it."""
        if self._clock.elapsed() - live.noted < self._clock.speed:
            return
        live.noted = self._clock.elapsed()
        try:
            ledger.note(
                self._store,
                live.airing.id,
                session.position,
                started=live.started or session.begun,
                sha256=live.programme.sha256,
                bulletin=live.programme.bulletin,
            )
        except StoreError as error:
            self._log.warning("store", problem=str(error))

    def _pass_over(self, live: LiveAiring, now: datetime.datetime) -> None:
        """It was said once; an emergency may be said again."""
        live.passes += 1
        if live.passes < live.repeat.times and any(report.complete for report in live.reports):
            live.leave_session()
            live.offset = 0.0
            live.not_before = now + datetime.timedelta(seconds=live.repeat.pause)
            live.limit = live.not_before + datetime.timedelta(seconds=live.late.start_within)
        else:
            self._end(live, now)

    def _end(self, live: LiveAiring, now: datetime.datetime) -> None:
        """The airing is over: silence, its one outcome, and the alarms that follow from it."""
        live.leave_session()
        entry, alarms = verdict(live, now, self._timing)
        del self.live[live.airing.id]
        self._outcomes.finish(entry)
        for kind, message in alarms:
            self._outcomes.alarm(f"{live.airing.id} {kind}", kind, f"{live.airing.id}: {message}")
