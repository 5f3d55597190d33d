"""The same actions for programs: JSON, tokens, and a description by OpenAPI."""

import datetime
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse

from generator import approval, logbook
from generator.console import asrun, shelf
from generator.console.context import Here, Me, note
from generator.console.formerror import FormError
from generator.console.lookup import find_commune
from generator.console.onair import slots_between
from generator.console.roles import Role, members, only
from generator.console.routes.release import find_bulletin
from generator.console.routes.today import put_on_air
from generator.console.shapes import Airing, Bulletin, Done, Job, Output, Play, Problem, Return, Seen, Signature, Turn
from generator.console.volume import set_volume
from generator.i18n import _
from generator.on_air import desk
from generator.on_air.alarms import clear_alarms

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
@members
def openapi(request: Request) -> JSONResponse:
    """The description of everything below /api/v1."""
    made = request.app.openapi()
    made["components"].setdefault("securitySchemes", {})["token"] = {"type": "http", "scheme": "bearer"}
    made["security"] = [{"token": []}]
    return JSONResponse(made)


@router.get("/now")
@members
def now(here: Here) -> dict[str, Any]:
    """What is on air, what comes next, and the alarms that nobody has seen."""
    moment = here.watch.now()
    alarms = [{"event": a.event, "kind": a.kind, "message": a.message, "at": a.at} for a in moment.alarms]
    return {"running": moment.running, **moment.event(), "alarms": alarms}


@router.get("/outputs")
@members
def outputs(here: Here) -> list[Output]:
    """Every output: volume, state, last trouble, last sound."""
    return [Output.of(speaker) for speaker in here.watch.now().loudspeakers]


@router.post("/outputs/{name}/volume")
@only(Role.OPERATOR)
def turn(request: Request, here: Here, name: Name, sent: Turn) -> Output:
    """Turn it up or down, now and from now on."""
    set_volume(request, here, name, sent.volume)
    here.forget()
    return next(Output.of(speaker) for speaker in here.watch.now().loudspeakers if speaker.name == name)


@router.get("/airings")
@members
def plan(
    here: Here, since: Annotated[datetime.date, Query()], days: Annotated[int, Query(ge=1, le=31)] = 7
) -> list[Airing]:
    """The airings of some days, with outcomes and problems."""
    schedule = here.facts.plan().schedule
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
        for s in slots_between(here, schedule, start, start + datetime.timedelta(days=days))
    ]


@router.get("/bulletins")
@members
def bulletins(
    here: Here,
    q: Annotated[str, Query(max_length=80)] = "",
    after: Annotated[str, Query(max_length=300)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 200,
) -> list[Bulletin]:
    """Bulletins and their states, by id; `q`: a part of title or id, `after`: those behind this id."""
    word = q.casefold().strip()
    found = (b for b in here.shelf.all() if b.id > after and word in f"{b.id} {b.title}".casefold())
    return [Bulletin.of(b) for b in islice(found, limit)]


@router.post("/bulletins/{commune}/{name}/sign")
@only(Role.LEADER)
def sign(request: Request, here: Here, me: Me, commune: Name, name: Name, sent: Signature) -> Bulletin:
    """Sign exactly this sound."""
    found = _same(here, f"{commune}/{name}", sent.sha256)
    approval.release(here.workspace, here.store, approval.Recording(found.id, found.path), me.shown, shelf.now())
    note(request, "bulletin.signed", found.id, sent.sha256)
    return Bulletin.of(find_bulletin(here, found.id))


@router.post("/bulletins/{commune}/{name}/return")
@only(Role.LEADER)
def send_back(request: Request, here: Here, me: Me, commune: Name, name: Name, sent: Return) -> Bulletin:
    """Send it back with a note."""
    found = _same(here, f"{commune}/{name}", sent.sha256)
    here.shelf.send_back(found, me.shown, sent.note)
    note(request, "bulletin.returned", found.id, sent.note)
    return Bulletin.of(find_bulletin(here, found.id))


@router.post("/communes/{stem}/audio")
@only(Role.OFFICER)
def make(request: Request, here: Here, me: Me, stem: Name) -> Job:
    """Make the audio of a commune; ask for the job until it is over."""
    commune = find_commune(here, stem)
    title = _("Audio of {commune}").format(commune=commune.commune.full)
    number = here.jobs.add("build", title, {"communes": [stem]}, me.shown)
    note(request, "audio.asked", stem)
    return job(here, number)


@router.get("/jobs/{id_}")
@members
def job(here: Here, id_: Annotated[int, Path(ge=0, lt=2**53)]) -> Job:
    """How far a job is."""
    found = here.job(id_)
    if found is None:
        raise FormError({"id": _("There is no such job.")})
    return Job(id=found.id, state=found.state, done=found.done, total=found.total, message=found.message)


@router.post("/play")
@only(Role.OPERATOR)
def play(request: Request, here: Here, me: Me, sent: Play) -> Done:
    """Put a signed bulletin on air now."""
    found = here.shelf.get(sent.bulletin)
    schedule = here.facts.plan().schedule
    if found is None or found.state != "signed":
        raise FormError({"bulletin": _("Choose a bulletin that is signed.")})
    if schedule is None or not all(name in schedule.outputs for name in sent.outputs):
        raise FormError({"outputs": _("Choose at least one loudspeaker.")})
    airing = put_on_air(here, found.id, sent.outputs, me.shown)
    note(request, "air.played", found.id, ", ".join(sent.outputs))
    return Done(id=airing)


@router.post("/stop")
@only(Role.OPERATOR, Role.LEADER, Role.DUTY, Role.ADMIN)
def stop(request: Request, here: Here, me: Me) -> Done:
    """Silence, at once."""
    number = desk.ask(here.store, "stop", {"by": me.shown}, shelf.now())
    note(request, "air.stopped")
    return Done(id=str(number))


@router.post("/alarms/seen")
@only(Role.OPERATOR, Role.LEADER, Role.ADMIN)
def seen(request: Request, here: Here, sent: Seen) -> Done:
    """Somebody has seen an alarm, or all."""
    many = clear_alarms(here.store, shelf.now(), sent.event)
    note(request, "alarm.seen", sent.event or "")
    return Done(id=str(many))


@router.get("/log")
@members
def log(
    here: Here,
    q: Annotated[str, Query(max_length=80)] = "",
    outcome: Annotated[str, Query(max_length=20)] = "",
    before: Annotated[int, Query(ge=0, lt=2**53)] = 0,
) -> list[dict[str, Any]]:
    """Airings with their outcomes, newest first; `before`: older than this `seq`."""
    schedule = here.facts.plan().schedule
    zone = schedule.timezone if schedule else datetime.UTC
    hide = {"details", "previous", "kind", "at"}
    found = asrun.rows(here.store, asrun.Wanted(q.strip(), outcome, before=before), zone)
    return [{key: value for key, value in row.items() if key not in hide} for row in found]


@router.post("/log/verify")
@only(Role.ADMIN, Role.LEADER, Role.OPERATOR)
def verify(here: Here) -> dict[str, Any]:
    """Prove that no row was changed or removed."""
    findings = logbook.verify(here.store, here.workspace.seal)
    return {"whole": not findings, "problems": [f.message for f in findings[:50]]}


def _same(here: Here, id_: str, sha256: str) -> shelf.Bulletin:
    found = find_bulletin(here, id_)
    if found.sha256 != sha256:
        raise FormError({"sha256": _("The sound was made again meanwhile. Hear the new one before you decide.")})
    return found
