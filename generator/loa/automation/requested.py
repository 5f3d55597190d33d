"""What people and programs ask for: each request is claimed and goes on air, or gets the outcome that says why not."""

import datetime
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Literal

from loa import formats
from loa.automation.clock_guard import ClockGuard
from loa.automation.controller import Controller, PastStop
from loa.automation.fallbacks import Fallbacks
from loa.automation.intervals import Timing
from loa.automation.lanes import USUAL, Lane, done_within
from loa.automation.live_airing import LiveAiring, airing_of, interrupted
from loa.automation.outcome_writer import OutcomeWriter
from loa.automation.recording_reader import TURN, RecordingReader
from loa.automation.schedule_watch import ScheduleWatch
from loa.bulletin.manifest import Content
from loa.errors import ApprovalError, PlayoutError, StoreError, WorkspaceError
from loa.i18n import _
from loa.logs import logger
from loa.playout.microphone import talk_recording
from loa.playout.recording import LoadedRecording
from loa.playout.relay import as_aired
from loa.playout.talk_recording import adopt
from loa.schedule import Airing
from loa.schedule.airings import hours_end, inside_hours
from loa.schedule.models import Late
from loa.stop_file import CutAiring
from loa.store import ledger
from loa.store.asrun import Outcome
from loa.store.database import Database
from loa.store.requests import AirRequest, LiveSource, TakenRequest
from loa.workspace import Workspace, commune_of


@dataclass(frozen=True, slots=True)
class _Claiming:
    """A request whose claim the lane is writing, and what is live once it has."""

    written: Future[bool]
    live: LiveAiring
    found: TakenRequest
    request: AirRequest


class RequestedAirings:
    """Claims in `lane` what is asked for, and ends as `missed` or `cut` what cannot be followed."""

    def __init__(
        self,
        workspace: Workspace,
        store: Database,
        timing: Timing,
        schedule_watch: ScheduleWatch,
        outcomes: OutcomeWriter,
        fallbacks: Fallbacks,
        controller: Controller,
        guard: ClockGuard,
        lane: Lane,
        recordings: RecordingReader,
        on_written: Callable[[], None],
    ) -> None:
        self._workspace = workspace
        self._store, self._timing, self._schedule_watch, self._outcomes = store, timing, schedule_watch, outcomes
        self._fallbacks, self._controller, self._guard = fallbacks, controller, guard
        self._lane, self._recordings, self._on_written = lane, recordings, on_written
        self._claiming: dict[int, _Claiming] = {}
        self._undecided: dict[str, tuple[ledger.Claim, TakenRequest]] = {}
        self._waiting_told: set[int] = set()
        self._log = logger()

    def take_on(
        self, found: TakenRequest, request: AirRequest, now: datetime.datetime, holder: str
    ) -> Literal["claimed", "answered", "later"]:
        """Claim a requested recording if it is approved, and mark the request as taken in the same transaction, in the
        lane; it is live once that is on the disk. Otherwise write the outcome that says why not.

        `later`: the disk or the database has not answered yet, or is not ours just now.
        """
        if any(request.airing == claiming.live.airing.id for claiming in self._claiming.values()):
            return "later"
        reserved = self._reserved(request)
        airing = reserved or _airing_of_request(request, now)
        if airing.id in self._controller.live or self._outcomes.settled(airing.id):
            return "answered"  # the same request again
        speakers = self._schedule_watch.schedule.loudspeakers(airing.outputs)
        if not speakers:
            return "answered"  # players air it, and report
        unknown = [name for name in speakers if name not in self._schedule_watch.schedule.outputs]
        if len(unknown) == len(speakers):
            self._end(airing, _("There is no output “{name}”.").format(name=", ".join(unknown)))
            return "answered"
        if request.live and not reserved and not self._may_speak(airing):
            self._end(airing, _("the hours that the commune allows were over"))
            return "answered"
        try:
            if request.live:
                recording = talk_recording(airing.bulletin, request.live)
                recording = replace(recording, contents=(_content(request.live, request.by),))
            else:
                read = self._recordings.read(airing.id, lambda: self._fallbacks.planned(airing.bulletin))
                if read is None:
                    return "later"
                recording = read.result().recording
        except (ApprovalError, PlayoutError) as error:
            self._end(airing, error.reason)
            return "answered"
        except StoreError as error:
            self._log.warning("store", problem=str(error))
            self._tell_waiting(found, request, now, error.reason)
            return "later"
        live = _live(airing, self._at(recording, airing), speakers, found.at, request)
        if reserved:
            live.limit = airing.planned + datetime.timedelta(seconds=self._wait_of(airing))
        if request.live and not request.now:
            schedule = self._schedule_watch.schedule
            live.hours_end = hours_end(schedule, airing)
            live.keep_quiet(schedule.quiet(speakers, now, now))
        wanted = [(airing, speakers)]
        written = self._lane.start(lambda: ledger.claim_all(self._store, wanted, holder, now, request=found.id))
        self._claiming[found.id] = _Claiming(written, live, found, request)
        written.add_done_callback(lambda _written: self._on_written())
        done_within(written, USUAL)
        self.look(now)
        return "claimed" if airing.id in self._controller.live else "later"

    def look(self, now: datetime.datetime) -> None:
        """See which claims the lane has written; they are live then, except what was stopped meanwhile."""
        for number, claiming in list(self._claiming.items()):
            found, request, reason = claiming.found, claiming.request, _("the database does not answer")
            if claiming.written.done():
                del self._claiming[number]
                try:
                    if claiming.written.result() and not self._outcomes.is_done(claiming.live.airing.id):
                        self._controller.add(claiming.live)
                    continue
                except StoreError as error:
                    self._log.warning("store", problem=str(error))
                    reason = error.reason
            self._tell_waiting(found, request, now, reason)

    def go_on(self, claim: ledger.Claim, found: TakenRequest, now: datetime.datetime, *, sure: bool) -> None:
        """Go on with what a person had asked of the process before, while it is valid. Raises StoreError.

        `sure`: whether the clock can be trusted. If not, what seems too old is decided when it can.
        """
        airing, request = airing_of(claim), found.request
        if not isinstance(request, AirRequest):
            return
        if request.live:  # nobody speaks any more
            self._give_up_talk(airing, claim, request.live, now)
            return
        if now >= found.at + request.lasts:
            if not sure:
                self._undecided[claim.airing] = claim, found
                return
            reason = _("it was worth something for {time} only").format(time=formats.wait(request.lasts))
            self._give_up(airing, claim, f"{self._guard.gap_reason() or _('it could not start')}; {reason}")
            return
        opened = claim.position is not None
        try:
            read = self._recordings.read(
                airing.id,
                lambda: self._fallbacks.interrupted(claim) if opened else self._fallbacks.planned(claim.bulletin),
                TURN,
            )
            if read is None:
                self._undecided[claim.airing] = claim, found
                return
            choice = read.result()
        except (ApprovalError, PlayoutError) as error:
            self._give_up(airing, claim, error.reason)
            return
        airing = replace(_airing_of_request(request, claim.planned), bulletin=claim.bulletin)
        live = _live(airing, self._at(choice.recording, airing), claim.outputs, found.at, request)
        live.times_played = claim.times_played
        if claim.started:
            live.resume(claim, self._guard.gap_reason())
        self._controller.add(live)
        self._recordings.forget(airing.id)

    def decide(self, now: datetime.datetime) -> None:
        """The clock can be trusted now: are the requests of the process before still valid?"""
        for airing, (claim, found) in list(self._undecided.items()):
            del self._undecided[airing]
            try:
                if not self._outcomes.is_done(airing):
                    self.go_on(claim, found, now, sure=True)
            except StoreError as error:
                self._undecided[airing] = claim, found
                self._log.warning("store", problem=str(error))
                return

    def stop(self, stop: PastStop) -> list[CutAiring]:
        """End as `cut` what is being claimed in this moment, and what is not decided yet, where the STOP reaches all
        outputs of it. Where it reaches some of them, the controller keeps these silent. Return both.
        """
        found = []
        schedule = self._schedule_watch.schedule
        for live in [claiming.live for claiming in self._claiming.values()]:
            airing, outputs = live.airing, live.outputs
            reached = schedule.stoppable(stop.communes, airing.commune, outputs)
            if reached and not self._outcomes.is_done(airing.id):
                talk = live.recording.talk is not None
                found.append(CutAiring(airing=airing.id, bulletin=airing.bulletin, outputs=reached, talk=talk))
                if reached == outputs:
                    self._end(airing, stop.why, outcome="cut")
        for claim in [claim for claim, _request in self._undecided.values()]:
            if stop.reaches(schedule, claim.commune, claim.outputs):
                found.append(CutAiring(airing=claim.airing, bulletin=claim.bulletin, outputs=claim.outputs))
                self._end(airing_of(claim), stop.why, claim, outcome="cut")
                del self._undecided[claim.airing]
        return found

    def refuse(self, request: AirRequest, reason: str, outcome: Outcome, now: datetime.datetime) -> None:
        """The outcome of a request that is not followed."""
        if request.airing not in self._controller.live and not self._outcomes.settled(request.airing):
            self._end(_airing_of_request(request, now), reason, outcome=outcome)

    def release(self) -> None:
        """Forget what is about to be claimed, because another process is on air."""
        self._claiming.clear()
        self._undecided.clear()

    def _at(self, recording: LoadedRecording, airing: Airing) -> LoadedRecording:
        """The same with the length that it has if it is aired now."""
        return as_aired(recording, airing.planned, self._schedule_watch.schedule.timezone)

    def _tell_waiting(self, found: TakenRequest, request: AirRequest, now: datetime.datetime, reason: str) -> None:
        """Who was told that it goes on air now must hear of it that nothing is heard; written when the database can."""
        if found.id in self._waiting_told or (now - found.at).total_seconds() < self._timing.unheard:
            return
        self._waiting_told.add(found.id)
        message = _("{airing}: no sound yet ({reason})").format(airing=request.airing, reason=reason)
        self._outcomes.alarm(f"request:{found.id}@{found.at:%Y-%m-%dT%H:%M:%S} waits", "request", message)

    def _give_up(self, airing: Airing, claim: ledger.Claim, reason: str) -> None:
        self._end(airing, interrupted(claim, reason), claim)

    def _give_up_talk(self, airing: Airing, claim: ledger.Claim, talk: LiveSource, now: datetime.datetime) -> None:
        """It was interrupted; what was recorded until then is kept."""
        try:
            recorded = adopt(self._workspace, claim.bulletin, talk.title, now.date())
        except (OSError, WorkspaceError) as error:
            self._log.warning("microphone", problem=str(error))
            recorded = ""
        reason = interrupted(claim, self._guard.gap_reason() or _("it could not start"))
        claim = replace(claim, sha256=recorded or None)
        self._end(airing, reason, claim, outcome="cut" if claim.started else "missed")

    def _reserved(self, request: AirRequest) -> Airing | None:
        """The airing of the schedule at which somebody is to speak, if he asks to speak at it."""
        id_, _at, moment = request.airing.rpartition("@")
        broadcast = self._schedule_watch.schedule.broadcast(id_) if request.live else None
        if broadcast is None or broadcast.talk is None:
            return None
        planned = datetime.datetime.fromisoformat(moment)
        its = self._schedule_watch.planned(planned, planned + datetime.timedelta(seconds=1))
        found = next((airing for airing in its if airing.id == request.airing), None)
        return replace(found, bulletin=request.bulletin) if found else None  # under that name it is recorded

    def _wait_of(self, airing: Airing) -> float:
        broadcast = self._schedule_watch.schedule.broadcast(airing.broadcast)
        return broadcast.talk.wait if broadcast and broadcast.talk else 0.0

    def _may_speak(self, airing: Airing) -> bool:
        """Whether the hours allow that somebody begins to speak now."""
        return airing.priority == "emergency" or inside_hours(self._schedule_watch.schedule, airing)

    def _end(
        self, airing: Airing, reason: str, claim: ledger.Claim | None = None, *, outcome: Outcome = "missed"
    ) -> None:
        outputs = self._schedule_watch.schedule.loudspeakers(airing.outputs)
        self._outcomes.finish_unaired(airing, outputs, reason, claim, outcome)
        self._recordings.forget(airing.id)


def _content(talk: LiveSource, by: str) -> Content:
    """What reports say of it."""
    return Content("live", title=talk.title, author=by, category=talk.category)


def _live(
    airing: Airing,
    recording: LoadedRecording,
    outputs: tuple[str, ...],
    asked_at: datetime.datetime,
    request: AirRequest,
) -> LiveAiring:
    """What goes on air for `request`."""
    live = LiveAiring(airing, recording, outputs, asked_at + request.lasts, Late(), request.repeat)
    live.lets_others_resume, live.resumes_after_cut = request.resume, not request.now
    live.begins = request.begins
    if request.live:
        live.late = Late.model_validate({"resume": False})
    live.notes.append(_("put on air by {name}").format(name=request.by or "?"))
    return live


def _airing_of_request(request: AirRequest, now: datetime.datetime) -> Airing:
    """The airing that somebody asks for, planned at this moment."""
    return Airing(
        id=request.airing,
        broadcast="",
        commune=commune_of(request.bulletin),
        bulletin=request.bulletin,
        planned=now,
        minutes=0.0,
        outputs=request.outputs,
        priority="emergency" if request.now else "normal",
    )
