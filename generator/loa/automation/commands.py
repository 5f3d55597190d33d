"""What other processes ask of the station on air, answered in every step: silence first, then what is to be played."""

import contextlib
import datetime
import traceback
from collections import OrderedDict, deque
from dataclasses import dataclass

from loa import stop_file
from loa.automation.clock_guard import ClockGuard
from loa.automation.controller import Controller, PastStop
from loa.automation.due_airings import DueAirings
from loa.automation.lanes import Lane, Question
from loa.automation.outcome_writer import OutcomeWriter
from loa.automation.requested import RequestedAirings
from loa.automation.schedule_watch import ScheduleWatch
from loa.clock import Clock
from loa.errors import StoreError
from loa.i18n import _
from loa.logs import logger
from loa.stop_file import StopAnswer, StopRequest, TakenStop
from loa.store import requests
from loa.store.asrun import NewRow
from loa.store.database import Database
from loa.store.requests import AirRequest, AnyRequest, ClockRequest, EndRequest, TakenRequest
from loa.workspace import Workspace, commune_of

_BACKWARDS, _REMEMBERED = datetime.timedelta(seconds=-5), datetime.timedelta(minutes=15)
"""How old a STOP of the process before may be to count after a restart; what it cut could not start any later."""
_WAITED = datetime.timedelta(seconds=10)
"""How long at most who presses STOP waits for the answer (`actions.on_air`)."""

_ENDED = 1000
"""How many airings that no longer count are remembered, so that they do not start after all."""


@dataclass(slots=True)
class _Stopped:
    """A STOP that was taken. `ticks`: when it was pressed, by the clock that only goes forward. `seen`: the highest
    number of a request in the first look after it; None before that.
    """

    found: TakenRequest
    ticks: float
    seen: int | None = None

    def is_after(self, wanted: TakenRequest, now: datetime.datetime, ticks: float) -> bool:
        """Whether it was pressed after something was asked for. A clock that was ahead when it was pressed, or another
        database that counts from one again, does not keep silent what is asked for since.
        """
        seen = self.seen is not None and wanted.id <= self.seen
        older = (now - wanted.at).total_seconds() > ticks - self.ticks
        return wanted.is_before(self.found) and (seen or older)


class Commands:
    """`workspace`: where a STOP may lie as a file; None if nobody but the database is obeyed (a rehearsal).

    `lane`: looks for that file. `answers`: tells what was cut, which may wait for the disk.
    """

    def __init__(
        self,
        workspace: Workspace | None,
        store: Database,
        clock: Clock,
        controller: Controller,
        dispatcher: DueAirings,
        requested: RequestedAirings,
        outcomes: OutcomeWriter,
        guard: ClockGuard,
        schedule_watch: ScheduleWatch,
        lane: Lane,
        answers: Lane,
    ) -> None:
        self._guard, self._schedule_watch = guard, schedule_watch
        self._workspace, self._store, self._clock = workspace, store, clock
        self._controller, self._dispatcher, self._requested = controller, dispatcher, requested
        self._outcomes = outcomes
        self._stopped: deque[_Stopped] = deque(maxlen=20)
        self._seen = 0
        self._ended: OrderedDict[str, str] = OrderedDict()
        self._answers = answers
        self._stop_file: Question[TakenStop | None] = Question(lane)
        self._log = logger()

    def begin(self, now: datetime.datetime) -> PastStop | None:
        """This process has come on air: a STOP that nobody took long ago was not meant for it. Who pressed it just now
        still waits for its answer: it is obeyed in this step.

        Return the last one that the process before took: it may have died before it wrote the outcomes.
        """
        if self._workspace is None:
            return None
        last = stop_file.last_stop(self._workspace)
        with contextlib.suppress(OSError):
            pressed = datetime.datetime.fromtimestamp(self._workspace.stop_file.stat().st_mtime, datetime.UTC)
            if not _BACKWARDS < now - pressed < _WAITED:
                self._workspace.stop_file.unlink()
        if last is None or not _BACKWARDS < now - last.at < _REMEMBERED:
            return None
        ticks = self._clock.elapsed() - max(0.0, (now - last.at).total_seconds())
        self._stopped.append(_Stopped(TakenRequest(0, last.at, last.request), ticks))
        stop = PastStop(_why(last.request), last.at, last.request.communes, ticks)
        self._controller.keep_stopped(stop)
        return stop

    def serve(self, now: datetime.datetime, holder: str, *, sure: bool) -> None:
        """Answer everything that waits; a request that fails does not take the others with it.

        `sure`: whether the clock can be trusted.
        """
        workspace = self._workspace
        look = self._stop_file.ask(lambda: stop_file.take_stop(workspace)) if workspace else None
        stop = look.result() if look else None
        if stop:  # before a look into the database, which may make us wait
            self._answer_safely(TakenRequest(0, stop.at, stop.request), now, holder, sure=sure)
        self._requested.look(now)
        try:
            waiting = requests.waiting(self._store, now)
        except StoreError as error:
            self._log.warning("store", problem=str(error))
            return
        self._seen = max((found.id for found in waiting), default=0)
        for stopped in self._stopped:
            stopped.seen = self._seen if stopped.seen is None else stopped.seen
        for found in waiting:
            if not self._outcomes.is_answered(found.id):
                self._answer_safely(found, now, holder, sure=sure)
        for airing in self._controller.live.keys() & self._ended.keys():  # a claim that was being written meanwhile
            self._controller.end(airing, self._ended[airing], now)

    def _answer_safely(self, found: TakenRequest, now: datetime.datetime, holder: str, *, sure: bool) -> None:
        try:
            self._answer(found, now, holder, sure=sure)
        except Exception as error:  # noqa: BLE001  whatever it is, the next one may be a STOP
            self._log.error("request", number=found.id, problem=repr(error))
            self._log.info("request", number=found.id, trace=traceback.format_exc())
            self._refuse(found, _("Loa itself failed: {problem}").format(problem=repr(error)), now)

    def _answer(self, found: TakenRequest, now: datetime.datetime, holder: str, *, sure: bool) -> None:
        match found.request:
            case StopRequest() as stop:
                self._stop(found, stop, now, sure=sure)
            case AirRequest() as wanted if stopped := self._stopped_before(found, wanted, now):
                self._requested.refuse(wanted, _why(stopped), "cut", now)
            case AirRequest() as wanted if wanted.airing in self._ended:
                self._requested.refuse(wanted, self._ended[wanted.airing], "cut", now)
            case EndRequest() as ends:
                self._end(ends, now)
            case AirRequest() as wanted:
                if self._requested.take_on(found, wanted, now, holder) != "answered":
                    return  # the claim has marked it as taken; or it is tried again in the next step
            case ClockRequest() as vouches:
                self._guard.trust()
                self._outcomes.event("clock", _("{name} says that the clock is right").format(name=vouches.by or "?"))
            case None:
                self._refuse(found, found.problem, now)
        if found.id and not self._outcomes.is_answered(found.id):
            self._outcomes.answered(found.id)

    def _stopped_before(self, found: TakenRequest, wanted: AirRequest, now: datetime.datetime) -> StopRequest | None:
        """The STOP that was pressed after something was asked for, and that reaches all the outputs of it."""
        ticks = self._clock.elapsed()
        taken = (one.found.request for one in self._stopped if one.is_after(found, now, ticks))
        later = [*found.stops, *(one for one in taken if isinstance(one, StopRequest))]
        schedule, commune = self._schedule_watch.schedule, commune_of(wanted.bulletin)
        outputs = schedule.loudspeakers(wanted.outputs)
        return next((one for one in later if schedule.stoppable(one.communes, commune, outputs) == outputs), None)

    def _stop(self, found: TakenRequest, stop: StopRequest, now: datetime.datetime, *, sure: bool) -> None:
        """Silence first; then tell what was cut, to the log and to who asked."""
        ticks = self._clock.elapsed()
        waited = min(max(0.0, (now - found.at).total_seconds()), _WAITED.total_seconds())
        self._stopped.append(_Stopped(found, ticks - waited, self._seen if found.id else None))
        cut = self._controller.stop(_why(stop), now, stop.communes)
        cut += self._dispatcher.stop(PastStop(_why(stop), now, stop.communes, ticks), sure=sure)
        details = {"request": found.id, "communes": stop.communes, "cut": [one.to_dict() for one in cut]}
        self._outcomes.event("stop", _why(stop), details)
        if self._workspace and not found.id:
            workspace = self._workspace
            answer = StopAnswer(by=stop.by, at=found.at, cut=tuple(cut), communes=stop.communes)
            # Where the disk is full, who asked hears only that it was stopped.
            self._answers.start(lambda: stop_file.answer_stop(workspace, answer))

    def _end(self, ends: EndRequest, now: datetime.datetime) -> None:
        """What no longer counts falls silent, and does not start."""
        for airing in ends.airings:
            self._ended[airing] = ends.why
            self._controller.end(airing, ends.why, now)
        while len(self._ended) > _ENDED:
            self._ended.popitem(last=False)

    def _refuse(self, found: TakenRequest, why: str, now: datetime.datetime) -> None:
        """An outcome for who waits for one, and an alarm: no request is left without an answer."""
        if isinstance(found.request, AirRequest):
            self._requested.refuse(found.request, why, "missed", now)
        elif found.airing and found.airing not in self._controller.live and not self._outcomes.settled(found.airing):
            self._outcomes.finish(NewRow(airing=found.airing, planned=now, outcome="missed", reason=why), [])
        if found.id and not self._outcomes.is_answered(found.id):
            self._outcomes.answered(found.id)
        message = _("a request could not be followed: {reason}").format(reason=why)
        self._outcomes.alarm(f"request:{found.id}@{found.at:%Y-%m-%dT%H:%M:%S}", "request", message)


def _why(stop: AnyRequest | None) -> str:
    """Why something was cut, or was not played because it had been asked for before the STOP."""
    by = stop.by if isinstance(stop, StopRequest) else ""
    return _("stopped by {name}").format(name=by) if by else _("stopped by hand")
