"""What became of a request to play, from the press to the outcome: for the page, the API and the command line."""

import datetime
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from loa.formats import wait
from loa.i18n import _
from loa.names import outcome as outcome_name
from loa.schedule import UTC, Schedule
from loa.store import asrun, ledger, requests
from loa.store.database import Database
from loa.store.lease import who_is_on_air
from loa.store.output_health import output_health
from loa.store.requests import AirRequest

Stage = Literal["asked", "claimed", "sounding", "over", "refused"]
"""Nobody has taken it; taken and claimed, it waits for its turn or its outputs; it sounds; is over; was not played."""
_ANSWER = datetime.timedelta(seconds=5)
"""A living station takes a request within this time."""
_LOOK = 0.1
RECENT = datetime.timedelta(minutes=10)
"""How long a receipt is shown after the request was made, if it is over."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """`reason`: what it waits for, or why it was not played; `silent`: the outputs that take no sound now, and why."""

    number: int
    airing: str
    bulletin: str
    outputs: tuple[str, ...]
    by: str
    at: datetime.datetime
    stage: Stage
    outcome: str | None = None
    reason: str = ""
    silent: tuple[tuple[str, str], ...] = ()

    @property
    def good(self) -> bool:
        """Whether it sounds, or will, or has sounded."""
        return self.stage != "refused" and not (self.stage == "asked" and self.reason) and not self.silent


def receipt(store: Database, number: int, schedule: Schedule | None = None) -> Receipt | None:
    """The receipt of request `number`; None where there is no such request to play. Raises StoreError."""
    found = [taken for taken in requests.to_play(store, number=number) if taken.id == number]
    return next(iter(_receipts(store, found, schedule)), None)


def receipt_of(store: Database, airing: str, schedule: Schedule | None = None) -> Receipt | None:
    """The receipt of what was asked for as `airing` since yesterday; None where nothing was. Raises StoreError."""
    since = datetime.datetime.now(UTC) - datetime.timedelta(days=1)
    found = [
        taken
        for taken in requests.to_play(store, since=since)
        if isinstance(taken.request, AirRequest) and taken.request.airing == airing
    ]
    return next(iter(_receipts(store, found[:1], schedule)), None)


def receipts(store: Database, since: datetime.datetime, schedule: Schedule | None = None) -> list[Receipt]:
    """The receipts of all requests to play since then, in their order. Raises StoreError."""
    return _receipts(store, requests.to_play(store, since=since), schedule)


def receipt_soon(store: Database, number: int, schedule: Schedule | None, seconds: float) -> Receipt | None:
    """The receipt once the station has taken the request, at the latest after `seconds`. Raises StoreError."""
    end = time.monotonic() + seconds
    while True:
        found = receipt(store, number, schedule)
        if found is None or found.stage != "asked" or time.monotonic() > end:
            return found
        time.sleep(_LOOK)


def receipt_text(found: Receipt, called: Callable[[str], str] | None = None) -> str:
    """In words, with the outputs that take no sound. `called`: how people call an output; the reason why one takes no
    sound is left out then, because the page tells it beside the loudspeaker.
    """
    silent = dict(found.silent)
    where = ", ".join(called(name) if called else name for name in found.outputs if name not in silent)
    texts = {
        "asked": found.reason or _("Asked for; the station has not taken it yet."),
        "claimed": _("Taken; {reason}.").format(reason=found.reason or _("the outputs are being opened")),
        "sounding": _("On air on {outputs}.").format(outputs=where) if where else _("It plays, and nobody hears it."),
        "over": _("Over: {outcome}.").format(outcome=outcome_name(found.outcome or "")),
        "refused": _("Not played: {reason}").format(reason=found.reason),
    }
    if called:
        mute = [_("NO sound on {outputs}.").format(outputs=", ".join(map(called, silent)))] if silent and where else []
    else:
        mute = [_("No sound on {output}: {reason}").format(output=name, reason=why) for name, why in found.silent]
    return " ".join([texts[found.stage], *mute])


def _receipts(store: Database, found: Iterable[requests.TakenRequest], schedule: Schedule | None) -> list[Receipt]:
    asked = [(taken, taken.request) for taken in found if isinstance(taken.request, AirRequest)]
    if not asked:
        return []
    airings = [request.airing for _taken, request in asked]
    outcomes = asrun.outcome_rows(store, airings)
    claims = {claim.airing: claim for claim in ledger.unfinished(store)}
    on_air = who_is_on_air(store) is not None
    health = {output.output: output for output in output_health(store)} if on_air else {}

    def one(taken: requests.TakenRequest, request: AirRequest) -> Receipt:
        row, claim = outcomes.get(request.airing), claims.get(request.airing)
        outputs = claim.outputs if claim else schedule.loudspeakers(request.outputs) if schedule else request.outputs
        stage: Stage
        reason, outcome = "", None
        if row:
            outcome, reason = row.outcome, row.reason or ""
            stage = "refused" if row.started is None else "over"
        elif claim:
            stage = "sounding" if claim.started else "claimed"
            reason = "" if claim.started else _waits_for(claim, claims.values())
        elif taken.taken:
            stage, reason = "refused", _("it was taken back")
        else:
            stage = "asked"
            if datetime.datetime.now(UTC) - taken.at > _ANSWER or not on_air:
                reason = _("The station does not answer. It plays this when it answers within {time}.").format(
                    time=wait(request.lasts)
                )
        silent: list[tuple[str, str]] = []
        if stage in ("asked", "claimed", "sounding"):
            states = [(name, health.get(name)) for name in outputs]
            silent = [
                (name, state.error or _("it does not work"))
                for name, state in states
                if state and state.state in ("failing", "dead")
            ]
        return Receipt(
            taken.id,
            request.airing,
            request.bulletin,
            outputs,
            request.by,
            taken.at,
            stage,
            outcome,
            reason,
            tuple(silent),
        )

    return [one(taken, request) for taken, request in asked]


def _waits_for(claim: ledger.Claim, others: Iterable[ledger.Claim]) -> str:
    """What else sounds on its outputs; "" where nothing does."""
    for other in others:
        if other.airing != claim.airing and other.started and set(other.outputs) & set(claim.outputs):
            return _("it waits for {other}").format(other=other.broadcast or other.bulletin)
    return ""
