"""The station on air: `step` checks clock, lease, schedule, requests, outputs and live airings, and dispatches airings.

`step` may be called at any time. The station keeps no state that a restart would lose: planned airings are in
schedule.yaml, claimed airings in the ledger, outcomes in the log.
"""

import datetime
import queue
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future

from loa.automation import voids
from loa.automation.clock_guard import ClockGuard, Reading
from loa.automation.commands import Commands
from loa.automation.controller import Controller, PastStop, Start, stood_still
from loa.automation.disk import DiskReserve
from loa.automation.due_airings import DueAirings
from loa.automation.fallbacks import Fallbacks
from loa.automation.intervals import Timing
from loa.automation.lanes import AtOnce, MakeLane, Question
from loa.automation.live_airing import PlayingSession
from loa.automation.outcome_writer import OutcomeWriter
from loa.automation.output_watch import OutputWatch
from loa.automation.recording_reader import RecordingReader
from loa.automation.requested import RequestedAirings
from loa.automation.schedule_watch import ScheduleWatch
from loa.clock import Clock
from loa.errors import StoreError
from loa.i18n import _
from loa.logs import logger
from loa.playout.microphone import Microphone
from loa.playout.outputs.base import STOPPED
from loa.playout.recording import LoadedRecording
from loa.playout.relay import LivePlayer
from loa.playout.session import LiveSound, Session
from loa.schedule import Airing
from loa.schedule.airings import hours_end
from loa.schedule.display_names import output_name
from loa.schedule.outputs import AnyOutput
from loa.store import ledger
from loa.store.asrun import newest, rows
from loa.store.database import Database
from loa.store.lease import Lease, last_heartbeat
from loa.workspace import Workspace

_SECOND, _COMING = datetime.timedelta(seconds=1), datetime.timedelta(days=3)
_NOTED_STEP = datetime.timedelta(minutes=1)
"""A clock that was set back by less may be a little before the newest row at the next start (`ClockGuard`)."""
_LAST_WORDS = 10.0
"""Seconds of real time that a station which ends waits for its last outcomes to be written; systemd waits 20."""


class Automation:
    """The station. `start` creates a playout session (a rehearsal passes its own); `only_requests`: no schedule.

    `address_of`: where the live source of a recording is opened, None where it must not be; without it: as
    schedule.yaml names it. `lanes`: who does what may wait for a disk; at once, or in threads (`lanes.Thread`), where a
    method returns before it is done. The constructor raises ScheduleError and StoreError; no method does.
    """

    def __init__(
        self,
        workspace: Workspace,
        store: Database,
        clock: Clock,
        timing: Timing,
        *,
        start: Start | None = None,
        trust_clock: bool = False,
        only_requests: bool = False,
        lanes: MakeLane = AtOnce,
        address_of: Callable[[str], str | None] | None = None,
    ) -> None:
        self.workspace, self.store, self.clock = workspace, store, clock
        self.wake = threading.Event()
        """Set where the next step need not wait."""
        self._lanes = [lanes(name) for name in ("store", "lease", "files")]
        self._writer, self._lease_lane, files = self._lanes
        self.schedule_watch = ScheduleWatch(workspace, clock, files, saves=start is None)
        self.lease = Lease(store, clock, heartbeat=timing.heartbeat, stale=timing.stale)
        self._seal = None if start else workspace.seal
        self.outcomes = OutcomeWriter(store, clock, self._seal, self._writer)
        self.doubt: str | None = None
        self._keeping: Future[bool] | None = None
        self._took_over, self._last_step, self._state = False, clock.elapsed(), ""
        self._reclaims = False
        self._only_requests, self._address_of = only_requests, address_of
        self._reserve = None if start else DiskReserve(workspace)
        self._outputs = None if start else OutputWatch(store, clock)
        self._test_results: Mapping[str, str | None] = {}
        self._told: queue.SimpleQueue[tuple[str, str, str]] = queue.SimpleQueue()
        self._next_reserve_check = -1.0
        heartbeat = last_heartbeat(store)
        seen = max(filter(None, (newest(store), heartbeat)), default=None)
        self._guard = ClockGuard(clock, timing, seen, heartbeat, trusted=trust_clock)
        self._believed = seen
        self._log_changed = False
        self._vouched, self._may_be_ahead, self._told_ahead = False, True, False
        self._ahead: Question[tuple[voids.Ahead | None, bool]] = Question(self._writer)
        self._fallbacks = Fallbacks(workspace, store)
        self.controller = Controller(
            clock, timing, self.schedule_watch, self.outcomes, self._fallbacks, start or self._session
        )
        recordings = RecordingReader(lanes, self.wake.set)
        requested = RequestedAirings(
            workspace,
            store,
            timing,
            self.schedule_watch,
            self.outcomes,
            self._fallbacks,
            self.controller,
            self._guard,
            self._writer,
            recordings,
            self.wake.set,
        )
        self._dispatcher = DueAirings(
            store,
            clock,
            timing,
            self.schedule_watch,
            self.outcomes,
            self._fallbacks,
            self.controller,
            self._guard,
            self._writer,
            recordings,
            requested,
        )
        self._lanes += (lanes("stop"), lanes("what a STOP cut"))
        self._commands = Commands(
            None if start else workspace,
            store,
            clock,
            self.controller,
            self._dispatcher,
            requested,
            self.outcomes,
            self._guard,
            self.schedule_watch,
            *self._lanes[-2:],
        )
        self._log = logger()

    def step(self) -> None:
        """Do everything that is due now. A database that does not answer delays writing, never playout."""
        began = self.clock.elapsed()
        if began - self._last_step > STOPPED * self.clock.speed:
            self.lease.doubted = True
        self._last_step = began
        reading = self._guard.check()
        self._note_database(reading.now)
        self._note_clock(reading)
        self._update_reserve(reading)
        if not self._is_on_air(reading):
            return
        self._follow_schedule(reading.now)
        sure = reading.doubt is None and not self._only_requests and self._knows_outcomes(reading)
        self._commands.serve(reading.now, self.lease.token, sure=sure)
        self._void_what_is_ahead(reading)
        self._update_outputs(reading.now)
        if not self._is_still_on_air(began):
            return
        self.controller.watch(reading.now, self._guard.gap_reason, slept=bool(reading.slept))
        if sure and self._knows_outcomes(reading):
            self._dispatcher.dispatch(reading.now, self.lease.token)
        if not self._is_still_on_air(began):
            return
        if not self.lease.doubted:
            self.controller.open(reading.now)
        state = ", ".join(self.controller.live)
        if state != self._state:
            self._state = state
            self.outcomes.note("", self.lease.note(self._dispatcher.resolved_until, state), at_once=True)
        while not self._told.empty():
            self.outcomes.alarm(*self._told.get())
        self.outcomes.write(self.schedule_watch.schedule.alerts)

    def close(self) -> None:
        """Shut down: stop and log live airings, and release the lease."""
        self.controller.cut_all(_("the station was stopped"), self.clock.now())
        self.outcomes.write_all(self.schedule_watch.schedule.alerts, _LAST_WORDS)
        for lane in self._lanes:
            lane.close()
        try:
            self.lease.give_back()
        except StoreError as error:
            self._log.warning("store", problem=str(error))

    def sound_moves(self, seconds: float) -> bool:
        """Whether every thread that plays has done something in the last `seconds`; from any thread."""
        sessions = [live.session for live in list(self.controller.live.values())]
        return all(session.moves_within(seconds) for session in sessions if isinstance(session, Session))

    def outputs_tested(self, problems: Mapping[str, str | None]) -> None:
        """Pass the result of a test of the outputs, from any thread: the problem of each, None if it works."""
        self._test_results = problems

    def tell(self, event: str, kind: str, message: str) -> None:
        """Raise an alarm, from any thread; the same event is raised only once."""
        self._told.put((event, kind, message))

    def _update_outputs(self, now: datetime.datetime) -> None:
        """Update the health of the outputs; raise an alarm if a broadcast needs one that does not work."""
        if self._outputs is None:
            return
        schedule = self.schedule_watch.schedule
        self._outputs.update(
            schedule.outputs, filter(None, (live.session for live in self.controller.live.values())), now
        )
        sessions = {live.airing.id: live.session for live in self.controller.live.values() if live.session}
        for airing, name, reason in self._outputs.new_troubles(sessions):
            message = _("{airing}: the output {name} does not work: {reason}")
            text = message.format(airing=airing, name=output_name(schedule, name), reason=reason)
            self.outcomes.alarm(f"{airing} output {name}", "output", text)
        results, self._test_results = self._test_results, {}
        for output in self._outputs.record_test(results, now):
            if output.output in schedule.in_use():
                event = f"output:{output.output}@{output.since:%Y-%m-%dT%H:%M:%S}"
                message = _("the output {name} does not work: {reason}")
                self.outcomes.alarm(
                    event, "output", message.format(name=output_name(schedule, output.output), reason=output.error)
                )

    def _update_reserve(self, reading: Reading) -> None:
        """Create the disk reserve once a minute; if the disk is full, delete it immediately and raise an alarm."""
        if self._reserve is None:
            return
        if self.store.full and self._reserve.release():
            self.outcomes.alarm(f"disk@{reading.now:%Y-%m-%dT%H}", "disk", _("the disk is full"))
        elif self.clock.elapsed() > self._next_reserve_check:
            self._next_reserve_check = self.clock.elapsed() + 60 * self.clock.speed
            self._writer.start(self._reserve.create)

    def _is_on_air(self, reading: Reading) -> bool:
        """Renew or try to get the lease; return whether this process holds it and has gone on from where it stood."""
        if self._keeping is None and self.lease.due:
            resolved_until, state = self._dispatcher.resolved_until, ", ".join(self.controller.live)
            self._keeping = self._lease_lane.start(lambda: self.lease.keep(resolved_until, state))
        try:
            if self._keeping and self._keeping.done():
                keeping, self._keeping = self._keeping, None
                keeping.result()
            if self.lease.holds and not self._took_over:
                self._take_over(reading, self._commands.begin(reading.now))
                self._took_over = True
        except StoreError as error:
            self._log.warning("store", problem=str(error))
        if self._took_over and (reading.slept or self.lease.doubted):
            self.lease.still_mine()
        if self._took_over and not self.lease.holds:
            self._step_down()
        return self._took_over

    def _is_still_on_air(self, since: float) -> bool:
        """Return whether this process holds the lease, if it stood still since it looked in this step: a process that
        was stopped and goes on makes no sound before that.
        """
        if self.clock.elapsed() - since > STOPPED * self.clock.speed:
            self.lease.doubted = True
            if not self.lease.still_mine():
                self._step_down()
        return self._took_over

    def _take_over(self, reading: Reading, stop: PastStop | None) -> None:
        """Start work after getting the lease: continue where the previous process stopped. Raises StoreError."""
        if self._only_requests:
            return
        now = reading.now
        unfinished = ledger.unfinished(self.store)
        # A clock that was ahead may have noted a later time: what is to come since now may have its outcome, too.
        since = min([now, self.lease.resolved_until or now, *(claim.planned for claim in unfinished)])
        self.outcomes.load_outcomes(since - _SECOND, max(since, now) + _COMING)
        self._guard.gap = (self._why_not_running(), now)
        since_then = self.lease.resolved_until or (None if reading.doubt else now)
        self._dispatcher.continue_from(unfinished, since_then, stop, now, sure=reading.doubt is None)
        self._log.info("on air", since=str(since))
        self.outcomes.event("station", _("on air, process {pid}").format(pid=self.lease.pid))

    def _knows_outcomes(self, reading: Reading) -> bool:
        """After the clock was set: load the outcomes of the time that it shows now. Return whether they are known."""
        if self._log_changed and reading.doubt is None:
            since = min(self._dispatcher.resolved_until or reading.now, reading.now)
            try:
                self.outcomes.load_outcomes(since - _SECOND, reading.now + _COMING)
            except StoreError as error:
                self._log.warning("store", problem=str(error))
                return False
            self._log_changed = False
        return True

    def _void_what_is_ahead(self, reading: Reading) -> None:
        """Once somebody vouches for the clock: outcomes that a clock which was ahead has written count no longer. Where
        nobody does, people are asked to.
        """
        due = self._may_be_ahead or (self._told_ahead and self._vouched)
        if not due or reading.doubt or self.outcomes.has_pending or self._only_requests:
            return
        late = {b.id: datetime.timedelta(seconds=b.late.start_within) for b in self.schedule_watch.schedule.broadcasts}
        now, vouched = reading.now, self._vouched
        look = self._ahead.ask(lambda: self._look_ahead(now, late, vouched=vouched))
        if look is None:
            return
        try:
            ahead, done = look.result()
        except StoreError as error:
            self._log.warning("store", problem=str(error))
            return
        self._may_be_ahead, self._told_ahead = False, ahead is not None and not done
        if ahead and done:
            self._dispatcher.look_again(ahead.first)
            self._log_changed = True
            self._log.warning("clock", void=len(ahead.airings))
        elif ahead:
            message = _(
                "the log holds outcomes of airings that are still to come: the clock was ahead, or is behind now"
            )
            self.outcomes.alarm(f"clock@{now:%Y-%m-%dT%H} ahead", "clock", message)

    def _look_ahead(
        self, now: datetime.datetime, start_within: Mapping[str, datetime.timedelta], *, vouched: bool
    ) -> tuple[voids.Ahead | None, bool]:
        """What a clock that was ahead has written, and whether it is void now."""
        ahead = voids.find_ahead(self.store, now, start_within)
        if ahead and vouched:
            voids.make_void(self.store, ahead, now, self._seal)
        return ahead, vouched

    def _why_not_running(self) -> str:
        """Why airings since `resolved_until` have no outcome. Raises StoreError."""
        since = self.lease.resolved_until
        if since and rows(self.store, since, kinds=("restore",)):
            return _("the log was put back from a backup; what was aired after it was made is not known")
        return _("Loa was not running")

    def _step_down(self) -> None:
        """Stop all sound and discard outcomes, because another process is on air."""
        self._took_over = self._reclaims = False
        self.controller.release_all()
        self._dispatcher.release()
        self.outcomes.discard()
        self._log.warning("standby")

    def _note_database(self, now: datetime.datetime) -> None:
        """Say what happened to the database's file; claim in another one what is sounding: it is not played twice."""
        try:
            self.store.follow_file()
        except StoreError as error:
            self._log.warning("store", problem=str(error))
        for message in self.store.take_notices():
            self._log.warning("database", problem=message)
            self.outcomes.alarm(f"database@{now:%Y-%m-%dT%H:%M:%S}", "database", message)
            self._reclaims = True
        if self._reclaims and self.lease.holds:
            live = [(one.airing, one.outputs) for one in self.controller.live.values()]
            try:
                self._reclaims = not ledger.claim_all(self.store, live, self.lease.token, now)
            except StoreError as error:
                self._log.warning("store", problem=str(error))

    def _note_clock(self, reading: Reading) -> None:
        if reading.doubt and reading.doubt != self.doubt:
            self._log.warning("clock", doubt=reading.doubt)
            self.outcomes.alarm(f"clock@{reading.now:%Y-%m-%dT%H}", "clock", reading.doubt)
        if self.doubt and not reading.doubt:
            self._guard.gap = (_("the clock was not sure ({why})").format(why=self.doubt), reading.now)
        moved = bool(reading.doubt) or abs(reading.stepped) > 1
        self._may_be_ahead |= moved
        self._vouched = reading.vouched or (self._vouched and not moved)
        self._log_changed |= bool(self.doubt and not reading.doubt) or abs(reading.stepped) > 1
        self.doubt = reading.doubt
        self.lease.clock_is_sure = self.outcomes.clock_is_sure = reading.doubt is None
        if reading.doubt or not self._took_over:
            back = False
        else:
            back = self._believed is not None and reading.now < self._believed - _NOTED_STEP
            self._believed = reading.now
        if back:  # the next process begins from this row, not from those that a clock which was ahead has written
            self.outcomes.event("clock", _("the clock was set back, and is believed"))
            resolved = min(self._dispatcher.resolved_until or reading.now, reading.now)
            self.outcomes.note("", self.lease.note(resolved, self._state), at_once=True)
        if reading.slept:
            self._guard.gap = (stood_still(reading.slept), reading.now)
            self._log.warning("asleep", seconds=reading.slept)

    def _follow_schedule(self, now: datetime.datetime) -> None:
        if self.schedule_watch.schedule.rules.limits:
            self.controller.apply_volumes()  # another hour may have another limit
        if not self.schedule_watch.refresh():
            return
        if self.schedule_watch.problems:
            problems = self.schedule_watch.problems
            text = "; ".join(f"{f.place}: {f.message}" for f in problems)
            files = ", ".join(sorted({f.file or "schedule.yaml" for f in problems}))
            message = _("{file} is broken; the last good one stays in force ({problems})")
            message = message.format(file=files, problems=text)
            self.outcomes.alarm(f"schedule@{now:%Y-%m-%dT%H:%M}", "schedule", message)
        else:
            self.controller.apply_volumes()
            self.outcomes.event("schedule", _("schedule.yaml was read again"))

    def _session(
        self,
        airing: Airing,
        recording: LoadedRecording,
        outputs: Mapping[str, AnyOutput],
        planned: datetime.datetime,
        offset: float,
    ) -> PlayingSession:
        live: LiveSound | None = None
        schedule = self.schedule_watch.schedule
        if recording.talk:
            until = hours_end(schedule, airing)
            broadcast = schedule.broadcast(airing.broadcast)
            if broadcast and broadcast.talk:
                ends = broadcast.talk_ends(airing.planned.astimezone(schedule.timezone))
                until = min(until, ends) if until else ends
            live = Microphone(self.workspace, recording, self.clock, until)
        elif recording.relays:
            named = {relay.source: relay.source for broadcast in schedule.broadcasts for relay in broadcast.relays}
            local = airing.planned.astimezone(schedule.timezone)
            live = LivePlayer(recording, local, self.clock, self._address_of or named.get)
        return Session(airing.id, recording, outputs, planned, self.clock, self.workspace.root, offset, live)
