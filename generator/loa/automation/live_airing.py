"""An airing that this process has claimed, from the claim to the outcome."""

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from loa.automation.intervals import Timing
from loa.formats import lasting
from loa.i18n import _
from loa.playout.channel import LOST, OutputCondition, OutputReport
from loa.playout.microphone import Microphone
from loa.playout.recording import LoadedRecording
from loa.playout.relay import RelayReport
from loa.playout.talk_recording import Recorded
from loa.schedule import Airing
from loa.schedule.models import RANK, Late, Repeat
from loa.store.asrun import NewRow, Outcome, output_row
from loa.store.ledger import Claim

_SILENCE = 10.0
"""Seconds of silence inside a bulletin that raise an alarm; pauses between items are much shorter."""
_SHORT = 2.0


class PlayingSession(Protocol):
    """The interface of a playout session; a rehearsal has its own implementation."""

    @property
    def started_at(self) -> datetime.datetime | None:
        """The instant of the first sound, None before."""

    @property
    def position(self) -> float:
        """The position in the recording, in seconds."""

    @property
    def over(self) -> bool:
        """Whether nothing more will be played."""

    @property
    def settling(self) -> bool:
        """Whether its outputs are free again, and only a monitor still listens."""

    @property
    def complete(self) -> bool:
        """Whether an output has played the recording to its end."""

    @property
    def sounding(self) -> bool:
        """Whether an output accepts sound now."""

    @property
    def stood_still(self) -> float:
        """Seconds for which the process was stopped or suspended while it played, else 0."""

    @property
    def reports(self) -> Sequence[OutputReport]:
        """What each output has done."""

    @property
    def relays(self) -> Sequence[RelayReport]:
        """What was heard of other stations."""

    @property
    def relay_trouble(self) -> str:
        """Why another station is not heard now; "" if it is, or need not be."""

    @property
    def talk(self) -> Microphone | None:
        """The microphone, where somebody speaks."""

    @property
    def conditions(self) -> Mapping[str, OutputCondition]:
        """The current condition of each output."""

    def start(self) -> None:
        """Open the outputs."""

    def set_volume(self, output: str, volume: int) -> None:
        """Set the volume of an output in per cent, immediately."""

    def watch(self) -> None:
        """Supervise the outputs; call it about once a second."""

    def drop(self, outputs: Collection[str]) -> None:
        """Stop the sound on some outputs."""

    def stop(self) -> None:
        """Stop the sound."""


_FALLS_IN = 2.0
"""Seconds at most of an emergency's beginning that a loudspeaker leaves out to be in step with its neighbours."""


@dataclass(slots=True)
class LiveAiring:
    """A claimed airing.

    `limit`: the last instant at which it may start or resume; `not_after`: the same where it waited for another one or
    is repeated. `not_before`: when its next repetition starts. Both in seconds of the clock that only goes forward: the
    other one may be set meanwhile. `offset`: the position (s) at which it starts next.
    `resumes_after_cut`: it resumes after an emergency has interrupted it. `lets_others_resume`: whether airings that
    this emergency interrupts may resume (None: as their broadcast says). `times_played`: how often it has been played.
    `due_at`: when its first sound was to be heard, in seconds of the clock that only goes forward. `told_unheard`: it
    was told where no sound came. `given_up`: outputs on which a newer emergency took the place of its repetitions, or
    which somebody stopped (why is in `stopped`), or where it must be quiet (`kept_quiet`).
    `begins`: when others begin it, too, where somebody asked for it.
    `hours_end`: when the hours end in which the commune allows it; None where they do not bind it.
    """

    airing: Airing
    recording: LoadedRecording
    outputs: tuple[str, ...]
    limit: datetime.datetime
    late: Late
    repeat: Repeat
    hours_end: datetime.datetime | None = None
    begins: datetime.datetime | None = None
    resumes_after_cut: bool = False
    offset: float = 0.0
    session: PlayingSession | None = None
    started: datetime.datetime | None = None
    resumed: bool = False
    cut: str | None = None
    lets_others_resume: bool | None = None
    times_played: int = 0
    not_before: float | None = None
    not_after: float = float("-inf")
    quiet_since: float | None = None
    due_at: float = float("inf")
    told_unheard: bool = False
    given_up: set[str] = field(default_factory=set)
    stopped: dict[str, str] = field(default_factory=dict)
    kept_quiet: frozenset[str] = frozenset()
    notes: list[str] = field(default_factory=list)
    past_reports: list[OutputReport] = field(default_factory=list)
    past_relays: list[RelayReport] = field(default_factory=list)
    told_relay: str = ""
    talk: Microphone | None = None

    @property
    def name(self) -> str:
        """What people call it."""
        return self.airing.broadcast or self.airing.bulletin

    @property
    def rank(self) -> int:
        """Its priority: a lower number goes first."""
        return RANK[self.airing.priority]

    @property
    def wanted_outputs(self) -> tuple[str, ...]:
        """Its outputs without those that it gave up."""
        return tuple(name for name in self.outputs if name not in self.given_up)

    @property
    def urgent(self) -> bool:
        """Whether it may interrupt others."""
        return self.airing.priority == "emergency"

    @property
    def reports(self) -> list[OutputReport]:
        """What its outputs did in all sessions."""
        return [*self.past_reports, *(self.session.reports if self.session else ())]

    @property
    def relays(self) -> list[RelayReport]:
        """What was heard of other stations in all sessions."""
        return [*self.past_relays, *(self.session.relays if self.session else ())]

    def may_fall_in(self, now: datetime.datetime) -> bool:
        """Whether others have just begun it, so that it begins where they are: in step with them, without its first
        moments.
        """
        fresh = self.started is None and not self.past_reports and not self.times_played
        late = (now - self.begins).total_seconds() if self.begins else _FALLS_IN
        return fresh and -_FALLS_IN < late < min(_FALLS_IN, self.recording.seconds / 4)

    def stop_on(self, outputs: Collection[str], why: str) -> None:
        """Somebody stopped it on some of its outputs; it goes on on the others."""
        if self.session:
            self.session.drop(outputs)
        self.given_up |= set(outputs)
        self.stopped |= dict.fromkeys(outputs, why)

    def keep_quiet(self, outputs: frozenset[str]) -> None:
        """Let it not sound on some of its outputs, because the commune wants quiet there at this hour."""
        self.kept_quiet = outputs
        self.given_up |= outputs

    def resume(self, claim: Claim, gap_reason: str) -> None:
        """Let it begin with the sentence at which the process before stopped, and say so."""
        position = claim.position or 0.0
        self.started, self.resumed = claim.started, True
        self.offset = self.recording.sentence_before(position)
        note = _("interrupted at {place} ({why}), resumed from {from_}")
        self.notes.append(note.format(place=lasting(position), why=gap_reason, from_=lasting(self.offset)))

    def outside_hours(self, moment: datetime.datetime) -> bool:
        """Whether, begun at `moment`, the rest of it would sound after the allowed hours; note so."""
        position = self.session.position if self.session else self.offset
        if self.session and not self.session.sounding:
            position = self.recording.sentence_before(position)  # there it goes on
        rest = datetime.timedelta(seconds=0 if self.recording.talk else self.recording.seconds - position)
        outside = self.hours_end is not None and moment + rest > self.hours_end
        note = _("the hours that the commune allows were over")
        if outside and note not in self.notes:
            self.notes.append(note)
        return outside

    def stop_session(self) -> None:
        """Stop the session; remember its reports and the position to resume at."""
        if self.session:
            self.session.stop()
            self.started = self.started or self.session.started_at
            if self.session.started_at:
                self.offset = self.recording.sentence_before(self.session.position)
            self.past_reports += self.session.reports
            self.past_relays += self.session.relays
            self.talk = self.talk or self.session.talk
            self.session = None
            self.quiet_since = None


def airing_of(claim: Claim) -> Airing:
    """The airing of a claim that the schedule does not know."""
    plain = (claim.airing, claim.broadcast, claim.commune, claim.bulletin, claim.planned)
    return Airing(*plain, 0, claim.outputs, "normal")


def interrupted(claim: Claim | None, reason: str) -> str:
    """`reason`, with the place to which the process before had come."""
    if claim is None or claim.position is None:
        return reason
    return _("interrupted at {place}; {why}").format(place=lasting(claim.position), why=reason)


def determine_outcome(
    live: LiveAiring, now: datetime.datetime, timing: Timing
) -> tuple[NewRow, list[NewRow], list[tuple[str, str]]]:
    """Return the outcome of an airing that is over, that of each of its outputs, and its alarms as (kind, message)."""
    reports = live.reports
    started = min((r.started for r in reports if r.started), default=None)
    started = min(filter(None, (started, live.started)), default=None)
    complete = any(report.complete for report in reports)
    late = _late(reports, live.airing.planned)
    failures = [f"{r.output}: {text}" for r in reports for text in dict.fromkeys(r.failures)]
    alarms: list[tuple[str, str]] = []
    outcome: Outcome
    if live.cut:
        outcome = "cut"
        live.notes.insert(0, live.cut)
    elif started is None:
        outcome = "missed"
        live.notes.append(_("no output took sound"))
    elif not complete and any(report.taken for report in reports):
        outcome = "cut"
        alarms.append(("cut", _("only a part of it was taken")))
    elif not complete:
        outcome = "missed"
        live.notes.append(_("the outputs failed at {place}").format(place=lasting(live.offset)))
    elif live.resumed:
        outcome = "resumed"
    elif late > timing.late:
        outcome = "aired-late"
        if not live.talk:  # it waited for the speaker
            alarms.append(("late", _("it started {seconds:.0f} seconds late").format(seconds=late)))
    else:
        outcome = "aired"
    partly = [f"{report.output}: {taken_text(report)}" for report in reports if report.lost > LOST]
    unheard = [f"{r.output}: {unheard_text(r)}" for r in reports if r.monitor and r.monitor.state == "silent"]
    if unheard:
        alarms.append(("unheard", "; ".join(unheard)))
    recorded = live.talk.recorded() if live.talk else None
    if recorded and started and not recorded.sha256:
        live.notes.append(_("it was not recorded ({reason})").format(reason=recorded.why or _("nothing was said")))
    if live.talk and live.talk.broke and live.talk.broke != live.cut:
        live.notes.append(live.talk.broke)
    live.notes += (relay.note for relay in live.relays if relay.note)
    reason = "; ".join(dict.fromkeys([*live.notes, *partly, *unheard, *failures]))
    if outcome == "missed":
        alarms.append(("missed", reason))
    elif outcome != "cut" and not live.talk:  # how long somebody speaks, and pauses, is his own affair
        alarms += _quality_alarms(live, reports)
    entry = NewRow(
        airing=live.airing.id,
        broadcast=live.airing.broadcast or None,
        commune=live.airing.commune,
        output=", ".join(live.outputs),
        planned=live.airing.planned,
        started=started,
        ended=_ended(reports, now) if started else None,
        outcome=outcome,
        reason=reason or None,
        bulletin=live.recording.bulletin,
        sha256=recorded.sha256 or None if recorded else live.recording.sha256,
        details=_details(live, reports, recorded),
    )
    return entry, [_of_output(live, name, entry, timing) for name in dict.fromkeys(live.outputs)], alarms


def _details(live: LiveAiring, reports: Sequence[OutputReport], recorded: Recorded | None) -> dict[str, object]:
    found: dict[str, object] = {"outputs": [_summary(report) for report in reports], **live.airing.details}
    if live.relays:
        found["relays"] = [relay.as_json() for relay in live.relays]
    if live.recording.languages:
        found["languages"] = dict(live.recording.languages)
    contents = live.recording.contents
    if recorded:
        contents = tuple(replace(content, seconds=round(recorded.seconds, 1)) for content in contents)
    found |= {"priority": live.airing.priority, "contents": [content.as_json() for content in contents]}
    return found


def _late(reports: Sequence[OutputReport], planned: datetime.datetime) -> float:
    """Return by how many seconds the first sound came too late; what the outputs' settings put off does not count."""
    late = [(r.started - planned).total_seconds() - r.put_off for r in reports if r.started]
    return min(late, default=0.0)


def _of_output(live: LiveAiring, name: str, whole: NewRow, timing: Timing) -> NewRow:
    """The outcome of the airing `whole` on one of its outputs."""
    reports = [report for report in live.reports if report.output == name]
    started = min((report.started for report in reports if report.started), default=None)
    ended = max((report.last_sound_at for report in reports if report.last_sound_at), default=None)
    failures = [text for report in reports for text in dict.fromkeys(report.failures)]
    failures += [taken_text(report) for report in reports if report.lost > LOST]
    failures += [unheard_text(report) for report in reports if report.monitor and report.monitor.state == "silent"]
    cut = live.stopped.get(name) or live.cut
    if cut:
        failures.insert(0, cut)
    outcome: Outcome
    if name in live.kept_quiet:
        outcome, failures = "skipped", [_("it must be quiet then")]
    elif cut:
        outcome = "cut"
    elif not any(report.complete for report in reports):
        taken = any(report.taken for report in reports)
        outcome = "cut" if started and (taken or name in live.given_up) else "missed"
    elif live.resumed:
        outcome = "resumed"
    elif _late(reports, live.airing.planned) > timing.late:
        outcome = "aired-late"
    else:
        outcome = "aired"
    if outcome == "missed" and not failures:
        failures = [_("it took no sound") if started is None else _("it did not play to the end")]
    return replace(
        output_row(whole, name),
        outcome=outcome,
        reason="; ".join(dict.fromkeys(failures)) or None,
        started=started,
        ended=ended if started else None,
        details=_sum(reports),
    )


def _sum(reports: Sequence[OutputReport]) -> dict[str, object]:
    taken = [report.taken for report in reports if report.taken is not None]
    return {
        "seconds": round(sum(report.seconds for report in reports), 2),
        "taken": round(sum(taken), 2) if taken else None,
        **next((_monitored(report) for report in reversed(reports) if report.monitor), {}),
        "failures": sum(len(report.failures) for report in reports),
    }


def _quality_alarms(live: LiveAiring, reports: list[OutputReport]) -> list[tuple[str, str]]:
    found = []
    played: dict[str, float] = {}
    for report in reports:
        heard = report.seconds if report.taken is None else report.taken
        played[report.output] = played.get(report.output, 0.0) + heard
        if report.longest_silence > _SILENCE:
            message = _("{output} played {seconds:.0f} seconds of silence")
            found.append(("silent", message.format(output=report.output, seconds=report.longest_silence)))
    wanted = live.recording.seconds * max(1, live.times_played) if not live.resumed else 0.0
    for output, seconds in played.items():
        if seconds < wanted - _SHORT and output not in live.stopped:
            message = _("{output} played {played} of {whole}")
            whole = lasting(wanted)
            found.append(("short", message.format(output=output, played=lasting(seconds), whole=whole)))
    return found


def _ended(reports: list[OutputReport], now: datetime.datetime) -> datetime.datetime:
    """Return when it ended: a monitor may have listened for longer."""
    if any(report.monitor for report in reports):
        return max((report.last_sound_at for report in reports if report.last_sound_at), default=now)
    return now


def _monitored(report: OutputReport) -> dict[str, object]:
    """What the output's monitor says: `heard`, `silent` or `not monitored`, and as far as it is known with what delay
    (s), up to which second, or why not.
    """
    found = report.monitor
    if found is None:
        return {}
    more = {"delay": found.delay, "heard_until": found.until} if found.delay is not None else {}
    return {"monitor": found.state, **more, **({"monitor_problem": found.reason} if found.reason else {})}


def unheard_text(report: OutputReport) -> str:
    """Return what its monitor did not hear."""
    if report.monitor and report.monitor.until:
        return _("not heard at its monitor any more after {place}").format(place=lasting(report.monitor.until))
    return _("not heard at its monitor")


def taken_text(report: OutputReport) -> str:
    """Return what the other side of a stream took of it."""
    text = _("the other side took {taken} of {sent}")
    return text.format(taken=lasting(report.taken or 0.0), sent=lasting(report.seconds))


def _summary(report: OutputReport) -> dict[str, object]:
    return {
        "output": report.output,
        "started": report.started.isoformat() if report.started else None,
        "seconds": round(report.seconds, 2),
        "taken": None if report.taken is None else round(report.taken, 2),
        **_monitored(report),
        "failures": len(report.failures),
    }
