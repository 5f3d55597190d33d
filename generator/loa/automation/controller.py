"""Control the live airings: open their outputs, watch them, interrupt them for emergencies, and end them."""

import datetime
from collections import deque
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from loa.automation.fallbacks import Fallbacks
from loa.automation.intervals import Timing
from loa.automation.live_airing import LiveAiring, PlayingSession, determine_outcome
from loa.automation.outcome_writer import OutcomeWriter
from loa.automation.schedule_watch import ScheduleWatch
from loa.clock import Clock
from loa.errors import ApprovalError, StoreError
from loa.formats import lasting
from loa.i18n import _
from loa.logs import logger
from loa.playout.recording import LoadedRecording
from loa.schedule import Airing
from loa.schedule.models import RANK, Schedule
from loa.schedule.outputs import AnyOutput, OwnOutput
from loa.stop_file import CutAiring
from loa.store import ledger

_TOGETHER, _OPENS = datetime.timedelta(seconds=5), datetime.timedelta(seconds=0.25)
"""How far ahead a common beginning may lie; one that is further away is the doing of a clock."""
STOPPED = datetime.timedelta(minutes=1)
"""What was to start so soon after a STOP is stopped, too."""


class PastStop(NamedTuple):
    """A STOP: why what it cut was cut, when, and for which communes whoever pressed it works (None: for all).

    `ticks`: the same moment by the clock that only goes forward; the other one may have been wrong then.
    """

    why: str
    at: datetime.datetime
    communes: Collection[str] | None
    ticks: float

    def by_the_clock_of(self, now: datetime.datetime, ticks: float) -> datetime.datetime:
        """When it was pressed, by the clock that shows `now` at `ticks`."""
        return now - datetime.timedelta(seconds=ticks - self.ticks)

    def reaches(self, schedule: Schedule, commune: str, outputs: tuple[str, ...]) -> bool:
        """Whether it reaches an airing of `commune` on all its `outputs`."""
        speakers = schedule.loudspeakers(outputs)
        return schedule.stoppable(self.communes, commune, speakers) == speakers


Start = Callable[[Airing, LoadedRecording, Mapping[str, AnyOutput], datetime.datetime, float], PlayingSession]
Users = dict[str, list[LiveAiring]]
"""The live airings of each output."""


def stood_still(seconds: float) -> str:
    """The reason why something could not sound during the last `seconds`."""
    return _("the computer or Loa stood still for {time}").format(time=lasting(seconds))


def _urgent(line: AnyOutput) -> AnyOutput:
    """A loudspeaker as an emergency uses it: at once, and as loud as it is set for that."""
    louder = line.emergency_volume if isinstance(line, OwnOutput) else None
    return line.model_copy(update={"fade_in": 0.0, **({"volume": louder} if louder is not None else {})})


class Controller:
    """`live`: the claimed airings without outcome, by id."""

    def __init__(
        self,
        clock: Clock,
        timing: Timing,
        schedule_watch: ScheduleWatch,
        outcomes: OutcomeWriter,
        fallbacks: Fallbacks,
        start: Start,
    ) -> None:
        self.live: dict[str, LiveAiring] = {}
        self._clock, self._timing = clock, timing
        self._schedule_watch, self._outcomes, self._fallbacks, self._start = schedule_watch, outcomes, fallbacks, start
        self._looked_at = float("-inf")
        self._partial_stops: deque[PastStop] = deque(maxlen=50)
        self._log = logger()

    def add(self, live: LiveAiring) -> None:
        """Add an airing that was claimed."""
        self.live[live.airing.id] = live
        self._stop_as_before(live)
        ahead = (live.airing.planned - self._clock.now()).total_seconds() if live.airing.broadcast else 0.0
        live.due_at = self._clock.elapsed() + max(0.0, ahead)

    def earliest(self) -> datetime.datetime | None:
        """Return the earliest planned instant of the live airings that come from the schedule."""
        return min((live.airing.planned for live in self.live.values() if live.airing.broadcast), default=None)

    def open(self, now: datetime.datetime) -> None:
        """Open the outputs of airings shortly before their instant: emergencies first, then what has priority."""
        users = self._users()
        for live in sorted(self.live.values(), key=lambda live: (live.rank, live.airing.planned)):
            if live.session is None and live.airing.id in self.live:
                self._open(live, now, users)

    def _users(self) -> Users:
        users: Users = {}
        for live in self.live.values():
            for output in live.outputs:
                users.setdefault(output, []).append(live)
        return users

    def watch(self, now: datetime.datetime, gap_reason: Callable[[], str], *, slept: bool) -> None:
        """Check every live airing and end those that are over.

        `slept`: this process stood still. Then every airing is stopped; whether it may continue is decided here.
        """
        withdrawn = self._withdrawn()
        for live in list(self.live.values()):
            session = live.session
            self._tell_unheard(live)
            if session is None:
                continue
            if slept:
                session.stop()
            else:
                session.watch()
                self._tell_relay(live, session)
            if session.started_at is not None and live.airing.id in withdrawn:
                self._end_as_cut(live, withdrawn[live.airing.id], now)
            elif session.started_at is None:
                self._watch_waiting(live, session, now, slept=slept)
            elif slept and not session.complete:
                self._handle_suspension(live, session, gap_reason(), now)
            elif session.stood_still:
                self._handle_suspension(live, session, stood_still(session.stood_still), now)
            else:
                self._watch_playing(live, session, now)

    def _tell_relay(self, live: LiveAiring, session: PlayingSession) -> None:
        """Somebody hears of it while another station is not heard; once for each airing and reason."""
        trouble = session.relay_trouble
        if trouble and trouble != live.told_relay:
            live.told_relay = trouble
            message = _("{airing}: {trouble}; the gap is bridged").format(airing=live.airing.id, trouble=trouble)
            self._outcomes.alarm(f"{live.airing.id} relay {trouble}"[:200], "relay", message)

    def apply_volumes(self) -> None:
        """Apply the volumes of a changed schedule, and of the hour, to live airings. Other changes take effect with the
        next airing.
        """
        for live in self.live.values():
            if live.session:
                lines = self._lines(live, self._clock.now())
                for name in live.session.conditions:
                    if name in lines:
                        live.session.set_volume(name, lines[name].volume)

    def cut_all(self, why: str, now: datetime.datetime) -> None:
        """Shut down: stop all sound immediately. Airings that were heard or wait to continue end as `cut`."""
        for live in list(self.live.values()):
            if live.cut or live.started or live.times_played or (live.session and live.session.started_at):
                self._end_as_cut(live, why, now)
            else:
                live.stop_session()

    def stop(self, why: str, now: datetime.datetime, communes: Collection[str] | None = None) -> list[CutAiring]:
        """STOP of somebody who works for `communes` (None: for the whole station): end as `cut` every live airing that
        the person may stop, also one that only waits. Return them, those that sounded first.

        An airing that has other outputs too is silenced on those that the person may stop, and goes on on the others.
        """
        reached: list[tuple[LiveAiring, tuple[str, ...]]] = []
        for live in self.live.values():
            outputs = self._schedule_watch.schedule.stoppable(communes, live.airing.commune, live.wanted_outputs)
            if outputs and len(outputs) == len(live.wanted_outputs):
                live.stop_session()
                reached.append((live, live.outputs))
            elif outputs:
                live.stop_on(outputs, why)
                reached.append((live, outputs))
        found = []
        for live, outputs in sorted(reached, key=lambda one: one[0].started is None):
            sounded = live.started is not None or bool(live.session and live.session.started_at)
            found.append(
                CutAiring(
                    airing=live.airing.id,
                    bulletin=live.recording.bulletin,
                    outputs=outputs,
                    sounded=sounded,
                    talk=live.recording.talk is not None,
                )
            )
            if live.session is None and set(outputs) >= set(live.wanted_outputs):
                self._end_as_cut(live, why, now)
        if communes is not None:
            self.keep_stopped(PastStop(why, now, communes, self._clock.elapsed()))
        return found

    def end(self, airing: str, why: str, now: datetime.datetime) -> None:
        """End one airing as `cut`, because what it says no longer counts; without effect where it is not live."""
        live = self.live.get(airing)
        if live is not None:
            self._end_as_cut(live, why, now)

    def keep_stopped(self, stop: PastStop) -> None:
        """What was stopped on some outputs stays so there, also where another process goes on with the airing."""
        self._partial_stops.append(stop)

    def _stop_as_before(self, live: LiveAiring) -> None:
        """What somebody stopped on some outputs, or was to start there within a minute, does not sound there."""
        now, ticks = self._clock.now(), self._clock.elapsed()
        for stop in self._partial_stops:
            at = stop.by_the_clock_of(now, ticks)
            # what is asked for since is meant to sound
            until = at + STOPPED if live.airing.broadcast else min(at, stop.at)
            if live.airing.planned <= until:
                schedule = self._schedule_watch.schedule
                outputs = schedule.stoppable(stop.communes, live.airing.commune, live.wanted_outputs)
                if len(outputs) < len(live.wanted_outputs):
                    live.stop_on(outputs, stop.why)

    def release_all(self) -> None:
        """Stop all sound and forget all airings, because another process is on air."""
        for live in self.live.values():
            live.stop_session()
        self.live.clear()

    def _in_doubt(self, live: LiveAiring) -> bool:
        """Whether nobody knows if its time has come, or is over: it is planned, and the clock cannot be trusted."""
        return bool(live.airing.broadcast) and not self._outcomes.clock_is_sure

    def _is_too_late(self, live: LiveAiring, now: datetime.datetime) -> bool:
        return now > live.limit and self._clock.elapsed() > live.not_after

    def _open(self, live: LiveAiring, now: datetime.datetime, users: Users) -> None:
        if self._in_doubt(live):
            return
        fell_in = False
        if live.not_before is not None:
            moment = now + datetime.timedelta(seconds=live.not_before - self._clock.elapsed())
        elif live.airing.broadcast:
            moment = live.airing.planned
        else:  # asked for by a person: as soon as it can be, whatever the clock was set to
            moment = min(live.airing.planned, now)
            if live.begins and now + _OPENS < live.begins <= now + _TOGETHER:
                moment = live.begins
            elif live.may_fall_in(now):
                moment, fell_in = now + _OPENS, True
        competitors = self._competitors(live, users)
        cuts = live.rank < RANK["normal"] and competitors and not live.begins
        lead = 0.0 if cuts else self._timing.open
        if (moment - now).total_seconds() > lead:
            return
        if competitors:
            self._interrupt(live, [competitor for competitor in competitors if live.rank < competitor.rank], now)
            self._replace(live, [competitor for competitor in competitors if live.urgent and competitor.urgent], now)
            competitors = self._competitors(live, users)
        if competitors:
            live.not_after = self._clock.elapsed() + live.late.start_within
            waited = _("it waited for {other}").format(
                other=competitors[0].airing.broadcast or competitors[0].airing.id
            )
            if now > live.airing.planned and not live.cut and waited not in live.notes:
                live.notes.append(waited)
            return
        if self._is_too_late(live, now) or live.outside_hours(max(moment, now)):
            self._end(live, now)
            return
        if self._take_off_if_withdrawn(live, now):  # since it was claimed: it may have waited for another one
            return
        if fell_in and live.begins:  # neighbours sound already: an echo of half a second would be heard to the end
            live.offset = max(0.0, (moment - live.begins).total_seconds())
            if live.offset > 0:
                note = _("it was ready late: the first {seconds:.1f} seconds were left out, in step with the others")
                live.notes.append(note.format(seconds=live.offset))
        live.session = self._start(
            live.airing, live.recording, self._lines(live, max(moment, now)), max(moment, now), live.offset
        )
        live.due_at = self._clock.elapsed() + max(0.0, (moment - now).total_seconds())
        live.session.start()
        self._note_position(
            live, live.session, at_once=True
        )  # from now on it may have been heard, even if this process dies
        if live.cut:
            live.notes.append(_("went on from {place}").format(place=lasting(live.offset)))

    def _lines(self, live: LiveAiring, moment: datetime.datetime) -> dict[str, AnyOutput]:
        """Return its outputs that are still in the schedule, with their settings at `moment`; an emergency begins at
        once, with a volume of its own, and no limit holds for it.
        """
        schedule = self._schedule_watch.schedule
        lines = schedule.lines((*live.airing.outputs, *live.outputs))
        found = {name: lines[name] for name in live.wanted_outputs if name in lines}
        if live.urgent:
            return {name: _urgent(line) for name, line in found.items()}
        for name, line in found.items() if schedule.rules.limits else ():
            limit = schedule.limit_of(name, moment)
            if limit is not None and limit < line.volume:
                found[name] = line.model_copy(update={"volume": limit})
        return found

    def _competitors(self, live: LiveAiring, users: Users) -> list[LiveAiring]:
        """Return the airings that use one of its outputs. An emergency keeps its outputs between repetitions."""
        sharing = {other.airing.id: other for output in live.outputs for other in users[output]}
        return [
            other
            for other in sharing.values()
            if other is not live
            and other.airing.id in self.live
            and set(other.wanted_outputs) & set(live.wanted_outputs)
            and (
                (other.session is not None and not other.session.settling) or (other.urgent and other.times_played > 0)
            )
        ]

    def _interrupt(self, first: LiveAiring, interrupted: list[LiveAiring], now: datetime.datetime) -> None:
        """Stop airings for one that goes first; those that may resume wait for its end, the others are ended."""
        for other in interrupted:
            was_heard = other.session is not None and other.session.started_at is not None
            place = lasting(other.session.position) if other.session else ""
            other.stop_session()
            if was_heard:
                why = _("cut at {place} by an emergency ({name})")
                if not first.urgent:
                    why = _("cut at {place} by a broadcast with priority ({name})")
                other.cut = why.format(place=place, name=first.name)
                resumes = other.resumes_after_cut if first.lets_others_resume is None else first.lets_others_resume
                if other.recording.talk or not resumes:  # whoever spoke does not go on by himself
                    self._end(other, now)

    def _replace(self, newer: LiveAiring, emergencies: list[LiveAiring], now: datetime.datetime) -> None:
        """A newer emergency takes the place of the repetitions of older ones, where both are to be heard.

        Each is heard once: an older one that is being read for the first time is read to its end, before.
        """
        for older in emergencies:
            if (older.airing.planned, older.airing.id) >= (newer.airing.planned, newer.airing.id):
                continue
            if not older.times_played:
                if older.session and older.session.started_at is None:
                    older.stop_session()  # its outputs take no sound: it waits behind the newer one
                continue
            shared = set(older.wanted_outputs) & set(newer.wanted_outputs)
            older.stop_session()
            older.given_up |= shared
            why = _("replaced by a newer emergency ({name}) on {outputs}, after {n} of {times} times").format(
                name=newer.name, outputs=", ".join(sorted(shared)), n=older.times_played, times=older.repeat.times
            )
            if older.wanted_outputs:
                older.notes.append(why)
            else:
                self._end_as_cut(older, why, now)

    def _watch_waiting(self, live: LiveAiring, session: PlayingSession, now: datetime.datetime, *, slept: bool) -> None:
        """Check an airing before its first sound: clock set, approval withdrawn, outputs failed."""
        early = (live.airing.planned - now).total_seconds() > self._timing.claim
        if early or slept or session.stood_still or self._in_doubt(live):
            live.stop_session()
        elif self._is_too_late(live, now) or session.over or live.outside_hours(max(live.airing.planned, now)):
            self._end(live, now)
        else:
            self._take_off_if_withdrawn(live, now)

    def _take_off_if_withdrawn(self, live: LiveAiring, now: datetime.datetime) -> bool:
        """Look whether its recording is still approved. If not: what the schedule planned and nobody has heard yet is
        tried again, perhaps with another recording, until it is too late; else it ends. Return whether it is taken off.

        A database that does not answer withdraws nothing.
        """
        try:
            self._fallbacks.check(live.recording)
        except ApprovalError as error:
            live.stop_session()
            if live.airing.broadcast and not live.started:
                del self.live[live.airing.id]
            else:
                self._end_as_cut(live, error.reason, now)
            return True
        except StoreError as error:
            self._log.warning("store", problem=str(error))
        return False

    def _handle_suspension(self, live: LiveAiring, session: PlayingSession, why: str, now: datetime.datetime) -> None:
        """Stop an airing because this process stood still. It resumes at its sentence, if there is still time."""
        place = lasting(session.position)
        live.stop_session()
        live.resumed = True
        live.notes.append(_("interrupted at {place} ({why})").format(place=place, why=why))
        if not live.late.resume or self._is_too_late(live, now) or live.outside_hours(now):
            self._end(live, now)

    def _watch_playing(self, live: LiveAiring, session: PlayingSession, now: datetime.datetime) -> None:
        if session.over:
            self._playback_ended(live, now)
            return
        if self._outcomes.wants_notes:
            self._note_position(live, session)
        if session.sounding:
            live.quiet_since = None
        else:
            live.quiet_since = self._clock.elapsed() if live.quiet_since is None else live.quiet_since
            given_up = self._clock.elapsed() - live.quiet_since > self._timing.outage
            if given_up or live.outside_hours(now):
                self._end(live, now)

    def _note_position(self, live: LiveAiring, session: PlayingSession, *, at_once: bool = False) -> None:
        """Keep the position in the ledger, for a process that has to resume it."""
        self._note(live, session.position, live.started or session.started_at, at_once=at_once)

    def _note(
        self, live: LiveAiring, position: float, started: datetime.datetime | None, *, at_once: bool = False
    ) -> None:
        note = ledger.position_note(
            live.airing.id,
            position,
            started=started,
            sha256=live.recording.sha256,
            bulletin=live.recording.bulletin,
            times_played=live.times_played,
        )
        self._outcomes.note(live.airing.id, note, at_once=at_once)

    def _playback_ended(self, live: LiveAiring, now: datetime.datetime) -> None:
        """Handle the end of one playback: repeat an emergency, or end the airing."""
        live.times_played += 1
        if live.session and live.session.talk and live.session.talk.broke:
            self._end_as_cut(live, live.session.talk.broke, now)
        elif live.times_played < live.repeat.times and any(report.complete for report in live.reports):
            live.stop_session()
            live.offset = 0.0
            live.not_before = self._clock.elapsed() + live.repeat.pause
            live.not_after = live.not_before + live.late.start_within
            self._note(live, 0.0, live.started, at_once=True)
        else:
            self._end(live, now)

    def _tell_unheard(self, live: LiveAiring) -> None:
        """Raise an alarm where no sound came in time: while somebody can still do something about it."""
        put_off = max((report.put_off for report in live.reports), default=0.0)
        if live.told_unheard or self._clock.elapsed() < live.due_at + put_off + self._timing.unheard:
            return
        if live.session is None:
            competitors = self._competitors(live, self._users())
            if not live.urgent or live.times_played:
                return  # it waits for its turn, and says so when it is over
            why = (
                _("it waits for {other}").format(other=competitors[0].name) if competitors else _("it could not start")
            )
        else:
            lines = self._lines(live, self._clock.now())
            delay = max((output.delay for output in lines.values()), default=0.0)
            if self._clock.elapsed() < live.due_at + self._timing.unheard + delay:
                return
            heard = {report.output for report in live.reports if report.started}
            why = "; ".join(
                f"{line.title or name}: {self._silence_of(live, name)}"
                for name, line in lines.items()
                if name not in heard
            )
        live.told_unheard = True
        if why:
            event = f"{live.airing.id} unheard@{self._clock.now():%Y-%m-%dT%H:%M:%S}"  # again after each restart
            message = _("{airing}: no sound yet ({reason})").format(airing=live.airing.id, reason=why)
            self._outcomes.alarm(event, "unheard", message)

    def _silence_of(self, live: LiveAiring, output: str) -> str:
        """Why `output` takes no sound."""
        failures = [text for report in live.reports if report.output == output for text in report.failures]
        return failures[-1] if failures else _("it does not answer")

    def _withdrawn(self) -> dict[str, str]:
        """Why airings that sound must not go on: their release was withdrawn meanwhile. Looked up once a second."""
        if self._clock.elapsed() - self._looked_at < self._clock.speed:
            return {}
        self._looked_at = self._clock.elapsed()
        found: dict[str, str] = {}
        checked: dict[tuple[str, str], bool] = {}
        for live in self.live.values():
            recording = live.recording
            if live.session is None or live.session.started_at is None:
                continue
            key = recording.bulletin, recording.sha256
            if key not in checked:
                try:
                    self._fallbacks.check(recording)
                    checked[key] = True
                except ApprovalError:
                    checked[key] = False
                except StoreError as error:
                    self._log.warning("store", problem=str(error))
                    return found
            if not checked[key]:
                found[live.airing.id] = _("its release was withdrawn")
        return found

    def _end_as_cut(self, live: LiveAiring, why: str, now: datetime.datetime) -> None:
        live.cut = f"{live.cut}; {why}" if live.cut else why
        self._end(live, now)

    def _end(self, live: LiveAiring, now: datetime.datetime) -> None:
        """End the airing: stop the sound, write its outcome, raise its alarms."""
        live.stop_session()
        entry, on_outputs, alarms = determine_outcome(live, now, self._timing)
        del self.live[live.airing.id]
        self._outcomes.finish(entry, on_outputs)
        for kind, message in alarms:
            self._outcomes.alarm(f"{live.airing.id} {kind}", kind, f"{live.airing.id}: {message}")
