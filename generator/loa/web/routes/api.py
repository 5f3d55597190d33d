"""The same actions for programs: JSON, tokens, and a description by OpenAPI."""

import datetime
from itertools import islice
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from loa.actions.acts import Act
from loa.actions.alarms import clear_alarms
from loa.actions.approvals import approve, send_back
from loa.actions.on_air import new_air_request, play
from loa.actions.receipts import Stage, receipt_of, receipt_text
from loa.actions.silence import stop
from loa.i18n import _
from loa.store import proof
from loa.web.auth.decisions import does
from loa.web.context import ConsoleDep, CurrentPerson, audit, console_of, follow_signatures, require_four_eyes
from loa.web.edits.schedule import set_volume
from loa.web.forms import FormError
from loa.web.lanes import urgent
from loa.web.routes.release import find_bulletin, require_sent
from loa.web.views import bulletins as shelf
from loa.web.views import log as log_views
from loa.web.views.lookup import find_commune
from loa.web.views.now import LOUDEST, Loudspeaker
from loa.workspace import commune_of


class Problem(BaseModel):
    """Why a request was not done."""

    error: str
    message: str


class Sent(BaseModel):
    """What programs send: nothing unknown is taken."""

    model_config = ConfigDict(extra="forbid")


class Signature(Sent):
    """The sound that was heard."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Release(Signature):
    """A signature. `not_mine`: what was changed past Loa was changed by somebody else (four eyes)."""

    not_mine: bool = False


class Return(Signature):
    """Why it is sent back."""

    note: str = Field(min_length=1, max_length=2000)


class Play(Sent):
    """A signed bulletin and where to play it."""

    bulletin: str = Field(min_length=3, max_length=300)
    outputs: list[Annotated[str, Field(min_length=1, max_length=100)]] = Field(min_length=1, max_length=50)


class Seen(Sent):
    """One alarm, or with null all of them."""

    event: str | None = Field(default=None, max_length=300)


class Airing(BaseModel):
    """An airing of the plan."""

    airing: str
    broadcast: str
    commune: str
    bulletin: str
    planned: datetime.datetime
    minutes: float
    outputs: list[str]
    outcome: str | None
    skipped: bool
    problems: list[str]


class Bulletin(BaseModel):
    """A bulletin and whether it is signed."""

    id: str
    title: str
    state: Literal["none", "draft", "waiting", "signed", "returned"]
    sha256: str | None
    seconds: float | None
    signed_by: str | None
    returned_because: str | None

    @classmethod
    def of(cls, b: shelf.Bulletin) -> "Bulletin":
        """As the console knows it."""
        return cls(
            id=b.id,
            title=b.title,
            state=b.state,
            sha256=b.sha256,
            seconds=b.manifest.seconds if b.manifest else None,
            signed_by=b.approval.by if b.approval else None,
            returned_because=b.returned["note"] if b.returned and not b.approval else None,
        )


class Turn(Sent):
    """How loud, in per cent of the bulletin's level."""

    volume: int = Field(ge=0, le=LOUDEST)


class Output(BaseModel):
    """An output and how it is getting on; the last four are null for groups and before the first airing."""

    name: str
    kind: str
    volume: int
    state: str | None
    since: datetime.datetime | None
    error: str | None
    took: datetime.datetime | None

    @classmethod
    def of(cls, speaker: Loudspeaker) -> "Output":
        """As the console knows it."""
        health = speaker.health
        return cls(
            name=speaker.name,
            kind=speaker.output.kind,
            volume=speaker.output.volume,
            state=health.state if health else None,
            since=health.since if health else None,
            error=health.error if health else None,
            took=health.last_sound_at if health else None,
        )


class Receipt(BaseModel):
    """What became of a request to play. `silent`: the outputs that take no sound now, and why; `text`: all in words."""

    airing: str
    bulletin: str
    outputs: list[str]
    stage: Stage
    outcome: str | None
    reason: str | None
    silent: dict[str, str]
    text: str


class Job(BaseModel):
    """Long work."""

    id: int
    state: str
    done: int
    total: int
    message: str


class Done(BaseModel):
    """It was done; `id` names what came of it."""

    id: str


_PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "not understood"},
    401: {"model": Problem, "description": "no token, or one that no longer works"},
    403: {"model": Problem, "description": "not for this token's roles"},
    404: {"model": Problem, "description": "no such thing"},
    409: {"model": Problem, "description": "the station's files do not allow it"},
    413: {"model": Problem, "description": "too large"},
    422: {"model": Problem, "description": "something in the request is wrong"},
}

router = APIRouter(prefix="/api/v1", responses=_PROBLEMS)
hidden = APIRouter(include_in_schema=False)
Name = Annotated[str, Path(max_length=200)]


@hidden.get("/api/openapi.json")
@does(Act.READ_API)
def openapi(request: Request) -> JSONResponse:
    """The description of everything below /api/v1."""
    made = request.app.openapi()
    made["components"].setdefault("securitySchemes", {})["token"] = {"type": "http", "scheme": "bearer"}
    made["security"] = [{"token": []}]
    return JSONResponse(made)


@router.get("/now")
@does(Act.WATCH)
def now(console: ConsoleDep) -> dict[str, Any]:
    """What is on air, what comes next, and the alarms that nobody has seen."""
    moment = console.monitor.now()
    alarms = [{"event": a.event, "kind": a.kind, "message": a.message, "at": a.at} for a in moment.alarms]
    return {"running": moment.running, **moment.event(), "alarms": alarms}


@router.get("/outputs")
@does(Act.WATCH)
def outputs(console: ConsoleDep) -> list[Output]:
    """Every output: volume, state, last trouble, last sound."""
    return [Output.of(speaker) for speaker in console.monitor.now().loudspeakers]


@router.post("/outputs/{name}/volume", name="turn")
@does(Act.SET_VOLUME)
def post_volume(request: Request, console: ConsoleDep, name: Name, sent: Turn) -> Output:
    """Turn it up or down, now and from now on."""
    set_volume(request, console, [name], sent.volume)
    console.forget()
    return next(Output.of(speaker) for speaker in console.monitor.now().loudspeakers if speaker.name == name)


@router.get("/airings")
@does(Act.READ_PLAN)
def plan(
    console: ConsoleDep, since: Annotated[datetime.date, Query()], days: Annotated[int, Query(ge=1, le=31)] = 7
) -> list[Airing]:
    """The airings of some days, with outcomes and problems."""
    schedule = console.files.plan().schedule
    if schedule is None or not 2000 <= since.year <= 2100:
        return []
    start = datetime.datetime.combine(since, datetime.time(), schedule.timezone)
    return [
        Airing(
            airing=s.airing.id,
            broadcast=s.airing.broadcast,
            commune=s.airing.commune,
            bulletin=s.airing.bulletin,
            planned=s.airing.planned,
            minutes=s.airing.minutes,
            outputs=list(s.airing.outputs),
            outcome=s.outcome,
            skipped=s.airing.skipped is not None,
            problems=list(s.says) if s.tone in {"warn", "bad"} else [],
        )
        for s in console.airings.between(schedule, start, start + datetime.timedelta(days=days))
    ]


@router.get("/bulletins")
@does(Act.HEAR_BULLETIN)
def bulletins(
    console: ConsoleDep,
    q: Annotated[str, Query(max_length=80)] = "",
    after: Annotated[str, Query(max_length=300)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 200,
) -> list[Bulletin]:
    """Bulletins and their states, by id; `q`: a part of title or id, `after`: those behind this id."""
    word = q.casefold().strip()
    found = (b for b in console.bulletins.all() if b.id > after and word in f"{b.id} {b.title}".casefold())
    return [Bulletin.of(b) for b in islice(found, limit)]


@router.post("/bulletins/{commune}/{name}/sign", name="sign")
@does(Act.APPROVE)
def post_approval(
    request: Request, console: ConsoleDep, me: CurrentPerson, commune: Name, name: Name, sent: Release
) -> Bulletin:
    """Sign exactly this sound."""
    found = find_bulletin(console, f"{commune}/{name}")
    require_sent(found)
    kinds = require_four_eyes(request, found.recording, not_mine=sent.not_mine)
    approve(console.workspace, console.store, found.recording, sent.sha256, me.shown, shelf.now(), kinds)
    follow_signatures(console, me.shown)
    audit(request, "bulletin.signed", found.id, sent.sha256)
    if kinds:
        audit(request, "bulletin.not-mine", found.id)
    console.forget()
    return Bulletin.of(find_bulletin(console, found.id))


@router.post("/bulletins/{commune}/{name}/return", name="send_back")
@does(Act.SEND_BACK)
def post_return(
    request: Request, console: ConsoleDep, me: CurrentPerson, commune: Name, name: Name, sent: Return
) -> Bulletin:
    """Send it back with a note."""
    found = find_bulletin(console, f"{commune}/{name}")
    send_back(console.workspace, console.database, found.recording, sent.sha256, me.shown, sent.note)
    audit(request, "bulletin.returned", found.id, sent.note)
    console.forget()
    return Bulletin.of(find_bulletin(console, found.id))


@router.post("/communes/{stem}/audio")
@does(Act.MAKE_AUDIO)
def make(request: Request, console: ConsoleDep, me: CurrentPerson, stem: Name) -> Job:
    """Make the audio of a commune; ask for the job until it is over."""
    commune = find_commune(console.files, stem)
    title = _("Audio of {commune}").format(commune=commune.unit.full_name)
    number = console.jobs.add("build", title, {"communes": [stem]}, me.shown)
    audit(request, "audio.asked", stem)
    return job(console, number)


@router.get("/jobs/{id_}")
@does(Act.READ_JOB)
def job(console: ConsoleDep, id_: Annotated[int, Path(ge=0, lt=2**53)]) -> Job:
    """How far a job is."""
    found = console.job(id_)
    if found is None:
        raise FormError({"id": _("There is no such job.")})
    return Job(id=found.id, state=found.state, done=found.done, total=found.total, message=found.message)


@router.post("/play", name="play")
@does(Act.PLAY)
def post_play(request: Request, console: ConsoleDep, me: CurrentPerson, sent: Play) -> Done:
    """Put a signed bulletin on air now."""
    wanted = new_air_request(console.files.plan().schedule, bulletin=sent.bulletin, outputs=sent.outputs, by=me.shown)
    play(console.workspace, console.store, wanted, me.office)
    audit(request, "air.played", wanted.bulletin, ", ".join(wanted.outputs))
    return Done(id=wanted.airing)


@router.get("/requests", name="request")
@does(Act.WATCH)
def request_(console: ConsoleDep, me: CurrentPerson, airing: Annotated[str, Query(max_length=200)]) -> Receipt:
    """What became of something that was put on air by hand; `airing`: the id that `play` gave."""
    found = receipt_of(console.store, airing, console.files.plan().schedule)
    if found is None or not me.office.covers(commune_of(found.bulletin)):
        raise FormError({"airing": _("There is no such request.")})
    return Receipt(
        airing=found.airing,
        bulletin=found.bulletin,
        outputs=list(found.outputs),
        stage=found.stage,
        outcome=found.outcome,
        reason=found.reason or None,
        silent=dict(found.silent),
        text=receipt_text(found),
    )


@router.post("/stop", name="stop")
@does(Act.STOP)
@urgent
def post_stop(request: Request, console: ConsoleDep, me: CurrentPerson) -> Done:
    """Silence, at once; `id`: `stopped`, `nobody` (no station is on air) or `unanswered`."""
    done = stop(console.workspace, lambda: console.store, me.shown, me.office)
    audit(request, "air.stopped")
    return Done(id=done.done)


@router.post("/alarms/seen", name="seen")
@does(Act.CLEAR_ALARMS)
def post_seen(request: Request, console: ConsoleDep, me: CurrentPerson, sent: Seen) -> Done:
    """Somebody has seen an alarm, or all."""
    many = clear_alarms(console.store, sent.event, me.office, console_of(request).files.plan().schedule)
    audit(request, "alarm.seen", sent.event or "")
    return Done(id=str(many))


@router.get("/log")
@does(Act.READ_LOG)
def log(
    console: ConsoleDep,
    me: CurrentPerson,
    q: Annotated[str, Query(max_length=80)] = "",
    outcome: Annotated[str, Query(max_length=20)] = "",
    before: Annotated[int, Query(ge=0, lt=2**53)] = 0,
) -> list[dict[str, Any]]:
    """Airings with their outcomes, newest first; `before`: older than this `seq`."""
    schedule = console.files.plan().schedule
    zone = schedule.timezone if schedule else datetime.UTC
    hide = {"details", "previous", "kind", "at", "format", "part_of"}
    found = log_views.rows(console.store, log_views.LogQuery(q.strip(), outcome, before=before, office=me.office), zone)
    return [{key: value for key, value in row.items() if key not in hide} for row in found]


@router.post("/log/verify")
@does(Act.VERIFY_LOG)
def verify(console: ConsoleDep) -> dict[str, Any]:
    """Prove that no row was changed or removed."""
    findings = proof.verify(console.store, console.workspace.seal, console.workspace.proved_file)
    return {"whole": not findings, "problems": [f.message for f in findings[:50]]}
