"""Play a bulletin now, speak at the microphone, stop the sound: asked of the process that is on air."""

import datetime
import secrets
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from loa.actions.offices import WHOLE, Office
from loa.bulletin.jingles import jingle
from loa.bulletin.manifest import Manifest
from loa.campaign import Commune
from loa.clock import wait_until
from loa.errors import Finding, LoaError, RequestError, StoreError
from loa.i18n import _
from loa.schedule import UTC, Airing, Schedule, airings
from loa.schedule.airings import airing_id, inside_hours
from loa.stop_file import CutAiring, StopRequest
from loa.store import ledger, requests
from loa.store.approvals import BulletinFile, approved, recordings
from loa.store.asrun import outcome_rows, rows
from loa.store.database import Database
from loa.store.lease import who_is_on_air
from loa.store.requests import AirRequest, make_request
from loa.workspace import Workspace, commune_of

TALK = "noi-truc-tiep-"
"""How the recordings of talks are called."""
LONGEST_TALK = 60
"""Minutes; `rules: max_minutes` may say less."""
_TALK_WAITS = "15s"
_BEFORE = datetime.timedelta(minutes=1)
"""How long before its hour somebody may go to the microphone for a programme."""
TALK_SHOWN = datetime.timedelta(minutes=10)
"""How long before its hour it is shown that a programme waits for a speaker."""
_ANSWER = 5.0
"""Seconds in which a living station takes a request."""
_REST = datetime.timedelta(minutes=10)
"""How long after a STOP somebody can go on with the rest."""
_CLOCKS_DIFFER = datetime.timedelta(days=1)
"""How far the clocks of two computers on one database may be apart."""


def new_air_request(
    schedule: Schedule | None,
    *,
    bulletin: str,
    outputs: Sequence[str],
    by: str,
    now: bool = False,
    times: int = 1,
    pause: str = "30s",
    resume: bool | None = None,
    valid: str | None = None,
) -> AirRequest:
    """The checked wish to put `bulletin` on `outputs` of the schedule (None where schedule.yaml cannot be used).

    `now`: cut what is on air there (an emergency); else it waits for its turn. `times`, `pause`: said again.
    `resume`: whether what is cut goes on afterwards (None: as its broadcast says). `valid`: for how long it may start.
    Raises RequestError with every problem, each at its field.
    """
    if schedule is None:
        raise RequestError(Finding("schedule.broken", _("schedule.yaml has errors. Mend them first.")))
    airing = f"{airing_id(f'air:{bulletin[-140:]}', datetime.datetime.now(UTC))}-{secrets.token_hex(4)}"
    values = {
        "airing": airing,
        "bulletin": bulletin,
        "outputs": list(dict.fromkeys(outputs)),
        "by": by,
        "now": now,
        "times": times,
        "pause": pause,
        "resume": resume,
        "valid": valid,
    }
    problems: list[Finding] = []
    if not outputs:
        problems.append(Finding("output.none", _("Choose at least one loudspeaker."), file="outputs"))
    try:
        request = make_request(AirRequest, values)
    except RequestError as error:
        problems += [finding for finding in error.findings if outputs or finding.file != "outputs"]
    if not any(finding.file == "outputs" for finding in problems):
        problems += _output_problems(schedule, outputs)
    if problems:
        raise RequestError(problems)
    return request


@dataclass(frozen=True, slots=True)
class ReservedTalk:
    """A programme of the schedule at which somebody is to speak. `speaker`: who ("": not said); `ends`: its hard end;
    `until`: how long it waits.
    """

    airing: Airing
    title: str
    speaker: str
    category: str
    ends: datetime.datetime
    until: datetime.datetime


def reserved_talks(
    schedule: Schedule, store: Database, now: datetime.datetime, office: Office = WHOLE
) -> list[ReservedTalk]:
    """The programmes that wait for a speaker now, or will within ten minutes. Raises StoreError."""
    spoken = {broadcast.id: broadcast for broadcast in schedule.broadcasts if broadcast.talk}
    if not spoken:
        return []
    longest = datetime.timedelta(seconds=max(b.talk.wait for b in spoken.values() if b.talk))
    here = replace(schedule.at_station(), broadcasts=tuple(spoken.values()))
    found = []
    for airing in airings(here, now - longest, now + TALK_SHOWN):
        broadcast = spoken[airing.broadcast]
        if broadcast.talk is None or airing.forbidden or not office.covers(airing.commune):
            continue
        until = airing.planned + datetime.timedelta(seconds=broadcast.talk.wait)
        if now <= until:
            title = broadcast.talk.title or broadcast.title or _("Speech at the microphone")
            speaker, ends = broadcast.talk.speaker or "", broadcast.talk_ends(airing.planned)
            found.append(ReservedTalk(airing, title, speaker, broadcast.talk.category or "", ends, until))
    taken = {claim.airing for claim in ledger.unfinished(store)} if found else set()
    taken |= outcome_rows(store, [one.airing.id for one in found]).keys()
    return [one for one in found if one.airing.id not in taken]


def new_reserved_talk(
    workspace: Workspace,
    schedule: Schedule | None,
    store: Database,
    *,
    commune: Commune,
    airing: str,
    by: str,
    port: int,
    secret: str,
    device: str = "",
) -> AirRequest:
    """The checked wish of somebody to speak at the airing of the schedule that waits for it.

    `commune`: whose programme it is; the others as of `new_talk`. Raises RequestError, StoreError.
    """
    if schedule is None:
        raise RequestError(Finding("schedule.broken", _("schedule.yaml has errors. Mend them first.")))
    now = datetime.datetime.now(UTC)
    waiting = (one for one in reserved_talks(schedule, store, now) if one.airing.commune == commune.stem)
    found = next((one for one in waiting if one.airing.id == airing), None)
    if found is None:
        text = _("This programme does not wait for a speaker any more.")
        raise RequestError(Finding("live.reserved", text, file="airing"))
    if now < found.airing.planned - _BEFORE:
        text = _("The programme begins at {time}: go on air a minute before, not earlier.")
        at = f"{found.airing.planned.astimezone(schedule.timezone):%H:%M}"
        raise RequestError(Finding("live.early", text.format(time=at), file="airing"))
    if where_on_air(store) != "here":
        raise RequestError(Finding("station.none", _elsewhere()))
    live = _live_source(
        workspace,
        commune,
        title=found.title,
        seconds=(found.ends - found.airing.planned).total_seconds(),
        port=port,
        secret=secret,
        device=device,
        category=found.category,
    )
    values = {
        "airing": airing,
        "bulletin": f"{commune.stem}/{_talk_name(now, schedule)}",
        "outputs": list(found.airing.outputs),
        "by": by,
        "valid": _TALK_WAITS,
        "live": live,
    }
    return make_request(AirRequest, values)


def _talk_name(now: datetime.datetime, schedule: Schedule) -> str:
    return f"{TALK}{now.astimezone(schedule.timezone):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def _live_source(workspace: Workspace, commune: Commune, **known: object) -> dict[str, object]:
    chime = workspace.relative(jingle(workspace, commune.station.jingle or "chime"))
    return {**known, "chime": chime}


def _elsewhere() -> str:
    return _("The station does not run on this computer: open the console of the computer with the loudspeakers.")


def new_talk(
    workspace: Workspace,
    schedule: Schedule | None,
    store: Database,
    *,
    commune: Commune,
    outputs: Sequence[str],
    title: str,
    minutes: int,
    by: str,
    port: int,
    secret: str,
    device: str = "",
    category: str = "",
    urgent: bool = False,
) -> AirRequest:
    """The checked wish of somebody to speak on `outputs` now, for `minutes` at most.

    `port`, `secret`, `device`: as of `LiveSource`. `urgent`: an emergency, which cuts what is on air and keeps to no
    hours. Raises RequestError with every problem, each at its field; StoreError.
    """
    if schedule is None:
        raise RequestError(Finding("schedule.broken", _("schedule.yaml has errors. Mend them first.")))
    now = datetime.datetime.now(UTC)
    bulletin = f"{commune.stem}/{_talk_name(now, schedule)}"
    longest = min(LONGEST_TALK, round(schedule.rules.max_minutes or LONGEST_TALK))
    problems: list[Finding] = []
    if not 1 <= minutes <= longest and not urgent:
        text = _("At most {minutes} minutes are allowed here.").format(minutes=longest)
        problems.append(Finding("live.length", text, file="minutes"))
    problems += _talk_problems(schedule, store, bulletin, outputs, now, urgent=urgent)
    if problems:
        raise RequestError(problems)
    talk = _live_source(
        workspace,
        commune,
        title=title.strip() or _("Speech at the microphone"),
        seconds=min(minutes, LONGEST_TALK) * 60.0,
        port=port,
        secret=secret,
        device=device,
        category=category,
    )
    plain = new_air_request(schedule, bulletin=bulletin, outputs=outputs, by=by, now=urgent, valid=_TALK_WAITS)
    return make_request(AirRequest, {**plain.model_dump(), "live": talk})


def _talk_problems(
    schedule: Schedule, store: Database, bulletin: str, outputs: Sequence[str], now: datetime.datetime, *, urgent: bool
) -> Iterator[Finding]:
    """What keeps somebody from speaking there at this moment. Raises StoreError."""
    names = tuple(name for name in outputs if name in schedule.outputs)
    if not outputs:
        yield Finding("output.none", _("Choose at least one loudspeaker."), file="outputs")
    here = schedule.at_station()
    speakers = here.loudspeakers(names)
    if any(name not in speakers for name in schedule.loudspeakers(names)):
        text = _("The microphone reaches only loudspeakers that this computer plays itself, none of a player far away.")
        yield Finding("live.player", text, file="outputs")
    if where_on_air(store) != "here":
        yield Finding("station.none", _elsewhere())
    if urgent:
        return
    probe = Airing("", "", commune_of(bulletin), bulletin, now, 0.0, names, "normal")
    if not inside_hours(schedule, probe):
        yield Finding("live.hours", _("The commune allows no broadcast at this hour."))
    busy = [claim for claim in ledger.unfinished(store) if claim.started and set(claim.outputs) & set(speakers)]
    if busy:
        text = _("“{name}” is on air there now: wait for its end, or stop it.")
        yield Finding("live.busy", text.format(name=busy[0].broadcast or busy[0].bulletin), file="outputs")


Wish = AirRequest
"""What `new_talk` makes."""


def ask_to_speak(store: Database, wish: Wish) -> int:
    """Have the station open the microphone; the number of the request. Raises StoreError."""
    return requests.ask(store, wish, datetime.datetime.now(UTC))


def do_not_speak(store: Database, number: int) -> None:
    """The speaker has gone: what the station has not taken it does not take any more. Raises StoreError."""
    requests.take_back(store, number, datetime.datetime.now(UTC))


def play(workspace: Workspace, store: Database, request: AirRequest, office: Office = WHOLE) -> int:
    """Have the station on air play an approved bulletin now; the number of the request (`receipts.receipt`).

    Raises RequestError (not approved, an emergency message, no station on air), StoreError.
    """
    own = (found for found in recordings(workspace) if office.covers(commune_of(found.id)))
    recording = next((found for found in own if found.id == request.bulletin), None)
    if recording is None or not approved(store, recording.id, recording.sha256):
        message = _("Choose a bulletin that is signed.")
        raise RequestError(Finding("approval.none", message, file="bulletin"))
    if is_emergency(recording, recording.sha256):
        message = _("An emergency message is released anew for each airing, on the page “Emergency”.")
        raise RequestError(Finding("emergency.again", message, file="bulletin"))
    require_station(store)
    return requests.ask(store, request, datetime.datetime.now(UTC))


def is_emergency(recording: BulletinFile, sha256: str) -> bool:
    """Whether the sound with this SHA-256 was made as an emergency message, by the record beside it."""
    try:
        made = Manifest.load(recording.path.with_suffix(".json"))
    except LoaError:
        return False
    return made.is_emergency and (made.id, made.sha256) == (recording.id, sha256)


def where_on_air(store: Database) -> Literal["here", "elsewhere", "nowhere", "unknown"]:
    """On which computer the station of this database is on air; unknown where the database does not answer."""
    try:
        holder = who_is_on_air(store)
    except StoreError:
        return "unknown"
    if holder is None:
        return "nowhere"
    return "here" if holder["host"] == socket.gethostname() else "elsewhere"


def ask_for_silence(store: Database, request: StopRequest) -> tuple[CutAiring, ...] | None:
    """Have a station silenced through its database; what it cut, None where it does not answer. Raises StoreError."""
    asked = datetime.datetime.now(UTC)
    number = requests.ask(store, request, asked)
    return _cut_by(store, number, asked) if taken_soon(store, number) else None


@dataclass(frozen=True, slots=True)
class Rest:
    """What a STOP cut before it was heard, and nobody has put on air again. `wishes`: as it would be asked for."""

    by: str
    at: datetime.datetime
    cut: tuple[CutAiring, ...]
    wishes: tuple[AirRequest, ...]


def rest_after_stop(store: Database, now: datetime.datetime) -> Rest | None:
    """The last STOP of the past ten minutes with what it cut; None where there was none. Raises StoreError."""
    events = rows(store, now - _REST, kinds=("stop",))
    if not events:
        return None
    stopped, at = events[-1], events[-1].at
    cut = tuple(CutAiring.from_dict(one) for one in stopped.details["cut"])
    again = {
        taken.request.airing for taken in requests.to_play(store, since=at) if isinstance(taken.request, AirRequest)
    }
    wishes = []
    for number, one in enumerate(cut):
        airing = f"{airing_id(f'air:{one.bulletin[-140:]}', at)}-r{stopped.seq}-{number}"
        if not one.sounded and airing not in again and not one.talk:
            wishes.append(AirRequest(airing=airing, bulletin=one.bulletin, outputs=one.outputs))
    return Rest(stopped.reason or "", at, cut, tuple(wishes))


def go_on_with_the_rest(
    workspace: Workspace, store: Database, by: str, office: Office = WHOLE
) -> tuple[list[AirRequest], list[Finding]]:
    """Put on air what the last STOP cut before it was heard, one after another, of the communes for which somebody
    works; what was asked for, and what could not be. Two presses play nothing twice.

    Raises RequestError (there is nothing, no station on air), StoreError.
    """
    require_station(store)
    rest = rest_after_stop(store, datetime.datetime.now(UTC))
    wishes = [wish for wish in rest.wishes if office.covers(commune_of(wish.bulletin))] if rest else []
    if not wishes:
        raise RequestError(Finding("stop.rest", _("Nothing is left of what was stopped.")))
    asked: list[AirRequest] = []
    problems: list[Finding] = []
    for wish in wishes:
        try:
            request = make_request(AirRequest, {**wish.model_dump(), "by": by})
            play(workspace, store, request, office)
            asked.append(request)
        except RequestError as error:
            problems += error.findings
    return asked, problems


def require_station(store: Database) -> None:
    """Raises RequestError where no `loa run` is on air here; StoreError."""
    if not who_is_on_air(store):
        raise RequestError(Finding("station.none", not_running()))


def not_running() -> str:
    """What to do where no `loa run` is on air."""
    return _("The station is not running: nothing goes on air. Start “loa run” on the computer with the loudspeakers.")


def taken_soon(store: Database, number: int) -> bool:
    """Wait until the station has taken request `number`; False where it does not answer. Raises StoreError."""
    return wait_until(lambda: requests.taken(store, number), _ANSWER)


def _cut_by(store: Database, number: int, since: datetime.datetime) -> tuple[CutAiring, ...]:
    """What the station cut for the STOP with this number, by its row in the log. Raises StoreError."""
    events = rows(store, since - _CLOCKS_DIFFER, kinds=("stop",))
    row = next((row for row in reversed(events) if row.details.get("request") == number), None)
    return tuple(CutAiring.from_dict(one) for one in row.details["cut"]) if row else ()


def _output_problems(schedule: Schedule, outputs: Sequence[str]) -> list[Finding]:
    unknown = [name for name in outputs if name.strip() not in schedule.outputs]
    if not unknown:
        return []
    message = _("There is no output “{name}”.").format(name=", ".join(unknown))
    fix = _("Choose: {list}").format(list=", ".join(schedule.outputs))
    return [Finding("output.unknown", message, fix, file="outputs")]
