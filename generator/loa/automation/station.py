"""The station on air, one step at a time: who we are, what time it is, what is asked, what is due, what sounds.

`step` may be called as often as one likes. The station keeps nothing that a restart would miss: what was planned is
in schedule.yaml, what was taken on in the ledger, what happened in the logbook.
"""

import datetime
from collections.abc import Mapping

from loa.automation.clock_guard import ClockGuard, Reading
from loa.automation.controller import Controller, Start
from loa.automation.disk import DiskReserve
from loa.automation.dispatcher import Dispatcher
from loa.automation.fallbacks import Fallbacks
from loa.automation.live_airing import PlayingSession
from loa.automation.outcomes import OutcomeWriter
from loa.automation.output_watch import OutputWatch
from loa.automation.schedule_watch import ScheduleWatch
from loa.automation.timing import Timing
from loa.clock import Clock
from loa.errors import StoreError
from loa.formats import lasting
from loa.i18n import _
from loa.logs import logger
from loa.playout.recording import LoadedRecording
from loa.playout.session import Session
from loa.schedule import Airing
from loa.schedule.outputs import AnyOutput
from loa.store import ledger, requests
from loa.store.asrun import newest
from loa.store.database import Database
from loa.store.lease import Lease, last_beat
from loa.workspace import Workspace

_SECOND = datetime.timedelta(seconds=1)


class Automation:
    """`start` makes the sound (a rehearsal gives its own). `only_requests`: leave the schedule to another process.

    Raises ScheduleError, StoreError when it is made; never afterwards.
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
    ) -> None:
        self.workspace, self.store, self.clock = workspace, store, clock
        self.schedule_watch = ScheduleWatch(workspace, clock, keeps=start is None)
        self.lease = Lease(store, clock, beat=timing.beat, stale=timing.stale)
        self.outcomes = OutcomeWriter(store, clock, None if start else workspace.seal)
        self.doubt: str | None = None
        self._only_requests = only_requests
        self._reserve = None if start else DiskReserve(workspace)
        self._outputs = None if start else OutputWatch(store, clock)
        self._tried: Mapping[str, str | None] = {}
        self._next_look = -1.0
        seen = max(filter(None, (newest(store), last_beat(store))), default=None)
        self._guard = ClockGuard(clock, timing, seen, trusted=trust_clock)
        self._fallbacks = Fallbacks(workspace, store)
        self.controller = Controller(
            store, clock, timing, self.schedule_watch, self.outcomes, self._fallbacks, start or self._session
        )
        self._due = Dispatcher(
            store, clock, timing, self.schedule_watch, self.outcomes, self._fallbacks, self.controller, self._guard
        )
        self._log = logger()

    def step(self) -> None:
        """Do what is to be done now. A database that does not answer delays what is written, never what sounds."""
        reading = self._guard.look()
        self._notice(reading)
        self._mind_the_disk(reading)
        if not self._is_on_air(reading):
            return
        self._follow_schedule(reading.now)
        self._serve(reading.now)
        self._mind_the_outputs(reading.now)
        self.controller.watch(reading.now, self._guard.gap_reason, slept=bool(reading.slept))
        if reading.doubt is None and not self._only_requests:
            self._due.sweep(reading.now, self.lease.token)
        self.controller.open(reading.now)
        self.outcomes.write(self.schedule_watch.schedule.alerts)

    def close(self) -> None:
        """End in order: what sounds is cut and logged, and the lease is given back."""
        self.controller.cut_all(_("the station was stopped"), self.clock.now())
        self.outcomes.write(self.schedule_watch.schedule.alerts)
        try:
            self.lease.give_back()
        except StoreError as error:
            self._log.warning("store", problem=str(error))

    def air(self, payload: Mapping[str, object], now: datetime.datetime) -> None:
        """Put a recording on air at once, if it is released (see `asking.air`)."""
        self._due.air(payload, now, self.lease.token)
        self.controller.open(now)

    def outputs_tried(self, problems: Mapping[str, str | None]) -> None:
        """What a try of the outputs has shown, from any thread: the problem of each, None where it would work."""
        self._tried = problems

    def _mind_the_outputs(self, now: datetime.datetime) -> None:
        """Keep account of the outputs; one that a broadcast needs and that does not work is told before its hour."""
        if self._outputs is None:
            return
        schedule = self.schedule_watch.schedule
        self._outputs.look(
            schedule.outputs, filter(None, (live.session for live in self.controller.live.values())), now
        )
        tried, self._tried = self._tried, {}
        for output in self._outputs.tried(tried, now):
            if output.output in schedule.in_use():
                event = f"output:{output.output}@{output.since:%Y-%m-%dT%H:%M:%S}"
                message = _("the output {name} does not work: {reason}")
                self.outcomes.alarm(event, "output", message.format(name=output.output, reason=output.error))

    def _mind_the_disk(self, reading: Reading) -> None:
        """Once a minute; a store that says the disk is full says so on the way, and gets the reserve at once."""
        if self._reserve is None:
            return
        if self.store.full and self._reserve.give_up():
            self.outcomes.alarm(f"disk@{reading.now:%Y-%m-%dT%H}", "disk", _("the disk is full"))
        elif self.clock.elapsed() > self._next_look:
            self._next_look = self.clock.elapsed() + 60 * self.clock.speed
            self._reserve.lay_by()

    def _is_on_air(self, reading: Reading) -> bool:
        """Keep or try to get the lease; whether we have it."""
        held = self.lease.holds
        try:
            holds = self.lease.keep(self._due.swept, ", ".join(self.controller.live))
            if holds and not held:
                self._take_over(reading.now)
        except StoreError as error:
            self._log.warning("store", problem=str(error))
        if reading.slept and held:
            self.lease.still_mine()
        if held and not self.lease.holds:
            self._step_down()
        return self.lease.holds

    def _take_over(self, now: datetime.datetime) -> None:
        """The lease is ours: the next sweep goes through everything since the heartbeat of the one before."""
        if self._only_requests:
            return
        begun = ledger.unfinished(self.store)
        since = min([self.lease.swept or now, *(claim.planned for claim in begun)])
        self.outcomes.recall(since - _SECOND, now + datetime.timedelta(days=3))
        self._guard.gap = (_("Loa was not running"), now)
        self._due.inherit(begun, self.lease.swept or now)
        self._log.info("on air", since=str(since))
        self.outcomes.event("station", _("on air, process {pid}").format(pid=self.lease.pid))

    def _step_down(self) -> None:
        """Another process is on air: silence at once, and no outcomes from here; they are the other's now."""
        self.controller.leave()
        self.outcomes.forget()
        self._log.warning("standby")

    def _notice(self, reading: Reading) -> None:
        if reading.doubt and reading.doubt != self.doubt:
            self._log.warning("clock", doubt=reading.doubt)
            self.outcomes.alarm(f"clock@{reading.now:%Y-%m-%dT%H}", "clock", reading.doubt)
        if self.doubt and not reading.doubt:
            self._guard.gap = (_("the clock was not sure ({why})").format(why=self.doubt), reading.now)
        self.doubt = reading.doubt
        if reading.slept:
            why = _("the computer or Loa stood still for {time}").format(time=lasting(reading.slept))
            self._guard.gap = (why, reading.now)
            self._log.warning("asleep", seconds=reading.slept)

    def _follow_schedule(self, now: datetime.datetime) -> None:
        if not self.schedule_watch.refresh():
            return
        if self.schedule_watch.problems:
            text = "; ".join(f"{f.place}: {f.message}" for f in self.schedule_watch.problems)
            message = _("schedule.yaml is broken; the last good one stays in force ({problems})").format(problems=text)
            self.outcomes.alarm(f"schedule@{now:%Y-%m-%dT%H:%M}", "schedule", message)
        else:
            self.controller.follow_volumes()
            self.outcomes.event("schedule", _("schedule.yaml was read again"))

    def _serve(self, now: datetime.datetime) -> None:
        try:
            taken = requests.take(self.store, now)
        except StoreError as error:
            self._log.warning("store", problem=str(error))
            return
        for request in taken:
            by = str(request.payload.get("by") or "")
            if request.verb == "stop":
                why = _("stopped by {name}").format(name=by) if by else _("stopped by hand")
                self.controller.cut_all(why, now)
            elif request.verb == "air":
                self.air(request.payload, now)

    def _session(
        self,
        airing: Airing,
        programme: LoadedRecording,
        outputs: Mapping[str, AnyOutput],
        planned: datetime.datetime,
        offset: float,
    ) -> PlayingSession:
        return Session(airing.id, programme, outputs, planned, self.clock, self.workspace.root, offset)
