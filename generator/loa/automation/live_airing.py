"""An airing that this process has taken on, from the claim to the outcome."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from loa.automation.timing import Timing
from loa.formats import lasting
from loa.i18n import _
from loa.playout.channel import OutputCondition, OutputReport
from loa.playout.recording import LoadedRecording
from loa.schedule import Airing
from loa.schedule.models import Late, Repeat
from loa.store.asrun import NewRow, Outcome

_SILENCE = 10.0
"""Seconds of silence inside a bulletin that somebody should know of; a pause between items is far shorter."""
_SHORT = 2.0


class PlayingSession(Protocol):
    """What the station needs of a session; a rehearsal has its own."""

    @property
    def begun(self) -> datetime.datetime | None:
        """First sound."""

    @property
    def position(self) -> float:
        """Second of the programme."""

    @property
    def over(self) -> bool:
        """Nothing more will be heard."""

    @property
    def complete(self) -> bool:
        """Some output has played it to its end."""

    @property
    def sounding(self) -> bool:
        """Some output takes sound now."""

    @property
    def asleep(self) -> bool:
        """The process was stopped in between."""

    @property
    def reports(self) -> Sequence[OutputReport]:
        """By output."""

    @property
    def conditions(self) -> Mapping[str, OutputCondition]:
        """How each output is getting on."""

    def start(self) -> None:
        """Open the outputs."""

    def set_volume(self, output: str, volume: int) -> None:
        """Per cent, at once."""

    def watch(self) -> None:
        """Once a second."""

    def stop(self) -> None:
        """Silence."""


@dataclass(slots=True)
class LiveAiring:
    """`limit`: until when it may start, or start again. `offset`: the second where it starts next.

    `comes_back`: it goes on after an emergency has cut it; `lets_resume`: an emergency's own say about what it cuts.
    """

    airing: Airing
    programme: LoadedRecording
    outputs: tuple[str, ...]
    limit: datetime.datetime
    late: Late
    repeat: Repeat
    comes_back: bool = False
    offset: float = 0.0
    session: PlayingSession | None = None
    started: datetime.datetime | None = None
    resumed: bool = False
    cut: str | None = None
    lets_resume: bool | None = None
    passes: int = 0
    not_before: datetime.datetime | None = None
    quiet_since: float | None = None
    noted: float = float("-inf")
    notes: list[str] = field(default_factory=list)
    past: list[OutputReport] = field(default_factory=list)

    @property
    def urgent(self) -> bool:
        """Whether it may cut others."""
        return self.airing.priority == "emergency"

    @property
    def reports(self) -> list[OutputReport]:
        """What its outputs did, in all its sessions."""
        return [*self.past, *(self.session.reports if self.session else ())]

    def leave_session(self) -> None:
        """Silence; remember what was done and where to go on."""
        if self.session:
            self.session.stop()
            self.started = self.started or self.session.begun
            if self.session.begun:
                self.offset = self.programme.sentence_before(self.session.position)
            self.past += self.session.reports
            self.session = None
            self.quiet_since = None


def verdict(live: LiveAiring, now: datetime.datetime, timing: Timing) -> tuple[NewRow, list[tuple[str, str]]]:
    """The outcome of an airing that is over, and what somebody must be told: (kind, message)."""
    reports = live.reports
    started = min((r.started for r in reports if r.started), default=None)
    started = min(filter(None, (started, live.started)), default=None)
    complete = any(report.complete for report in reports)
    late = (started - live.airing.planned).total_seconds() if started else 0.0
    failures = [f"{r.output}: {text}" for r in reports for text in dict.fromkeys(r.failures)]
    alarms: list[tuple[str, str]] = []
    outcome: Outcome
    if live.cut:
        outcome = "cut"
        live.notes.insert(0, live.cut)
    elif started is None:
        outcome = "missed"
        live.notes.append(_("no output took sound"))
    elif not complete:
        outcome = "missed"
        live.notes.append(_("the outputs failed at {place}").format(place=lasting(live.offset)))
    elif live.resumed:
        outcome = "resumed"
    elif late > timing.late:
        outcome = "aired-late"
        alarms.append(("late", _("it started {seconds:.0f} seconds late").format(seconds=late)))
    else:
        outcome = "aired"
    reason = "; ".join(dict.fromkeys([*live.notes, *failures]))
    if outcome == "missed":
        alarms.append(("missed", reason))
    elif outcome != "cut":
        alarms += _shortcomings(live, reports)
    entry = NewRow(
        airing=live.airing.id,
        broadcast=live.airing.broadcast or None,
        commune=live.airing.commune,
        output=", ".join(live.outputs),
        planned=live.airing.planned,
        started=started,
        ended=now if started else None,
        outcome=outcome,
        reason=reason or None,
        bulletin=live.programme.bulletin,
        sha256=live.programme.sha256,
        details={"outputs": [_summary(report) for report in reports]},
    )
    return entry, alarms


def _shortcomings(live: LiveAiring, reports: list[OutputReport]) -> list[tuple[str, str]]:
    found = []
    played: dict[str, float] = {}
    for report in reports:
        played[report.output] = played.get(report.output, 0.0) + report.seconds
        if report.silent > _SILENCE:
            message = _("{output} played {seconds:.0f} seconds of silence")
            found.append(("silent", message.format(output=report.output, seconds=report.silent)))
    wanted = live.programme.seconds * max(1, live.passes) if not live.resumed else 0.0
    for output, seconds in played.items():
        if seconds < wanted - _SHORT:
            message = _("{output} played {played} of {whole}")
            whole = lasting(wanted)
            found.append(("short", message.format(output=output, played=lasting(seconds), whole=whole)))
    return found


def _summary(report: OutputReport) -> dict[str, object]:
    return {
        "output": report.output,
        "started": report.started.isoformat() if report.started else None,
        "seconds": round(report.seconds, 2),
        "failures": len(report.failures),
    }
