"""Today: what is on air, what comes next, what is wrong, and the big red button."""

import datetime
import secrets
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from loa.i18n import _
from loa.store import requests
from loa.store.alarms import clear_alarms
from loa.web.auth.roles import Role, members, only
from loa.web.context import Console, ConsoleDep, CurrentPerson, SubmittedForm, audit, flash, session_of
from loa.web.edits.schedule import find_output, set_volume
from loa.web.forms import FormError
from loa.web.pages import fragment, go, page
from loa.web.views import bulletins
from loa.web.views.now import LOUDEST, StationState
from loa.web.views.tasks import tasks_for

router = APIRouter(include_in_schema=False)
_FEW = 60
"""Signed bulletins that fit into a list to choose from; of more one is found by typing."""
_FRESH = datetime.timedelta(minutes=10)


@router.get("/")
@members
def today(request: Request, console: ConsoleDep, me: CurrentPerson) -> Response:
    """The first page of everybody."""
    return page(request, "today.html", **_values(console, console.monitor.now(), me.roles))


@router.get("/today/part")
@members
def part(request: Request, console: ConsoleDep, me: CurrentPerson) -> Response:
    """The parts that change, for the live page."""
    session = session_of(request)
    values = {"me": me, "csrf": (session.csrf if session else None) or "", "path": "/"}
    return HTMLResponse(
        fragment(console, "part-today.html", **values, **_values(console, console.monitor.now(), me.roles))
    )


@router.get("/today/events")
@members
async def events(request: Request) -> Response:
    """Live events: position, sentence, countdown, jobs."""
    return StreamingResponse(
        request.app.state.feed.events(), media_type="text/event-stream", headers={"x-accel-buffering": "no"}
    )


@router.post("/stop")
@only(Role.OPERATOR, Role.LEADER, Role.DUTY, Role.ADMIN)
def stop(request: Request, console: ConsoleDep, me: CurrentPerson) -> Response:
    """Silence, at once."""
    requests.ask(console.store, "stop", {"by": me.shown}, bulletins.now())
    audit(request, "air.stopped")
    flash(request, _("Stop was sent to the station."), "warn")
    return go("/")


@router.post("/alarms/clear")
@only(Role.OPERATOR, Role.LEADER, Role.ADMIN)
def clear(request: Request, console: ConsoleDep, form: SubmittedForm) -> Response:
    """Somebody has seen an alarm, or all of them."""
    event = form.text("event", 300)
    clear_alarms(console.store, bulletins.now(), event or None)
    audit(request, "alarm.seen", event)
    return go("/")


@router.post("/play")
@only(Role.OPERATOR)
def play(request: Request, console: ConsoleDep, me: CurrentPerson, form: SubmittedForm) -> Response:
    """Put a signed bulletin on air now."""
    bulletin = console.bulletins.get(form.text("bulletin", 300))
    schedule = console.files.plan().schedule
    outputs = [name for name in form.texts("on") if schedule and name in schedule.outputs]
    if bulletin is None or bulletin.state != "signed":
        raise FormError({"bulletin": _("Choose a bulletin that is signed.")})
    if not outputs:
        raise FormError({"on": _("Choose at least one loudspeaker.")})
    put_on_air(console, bulletin.id, outputs, me.shown)
    audit(request, "air.played", bulletin.id, ", ".join(outputs))
    flash(request, _("{title} goes on air now.").format(title=bulletin.title))
    return go("/")


@router.post("/volume")
@only(Role.OPERATOR)
def volume(request: Request, console: ConsoleDep, form: SubmittedForm) -> Response:
    """How loud an output is, at once; `to` is a press of − or +."""
    set_volume(
        request, console, form.text("output", 100), form.number("to" if form.text("to", 5) else "volume", 0, LOUDEST)
    )
    return go("/")


@router.post("/chime")
@only(Role.OPERATOR, Role.ADMIN)
def chime(request: Request, console: ConsoleDep, me: CurrentPerson, form: SubmittedForm) -> Response:
    """Play the chime on one output, to hear whether it works."""
    name = find_output(console, form.text("output", 100))
    console.jobs.add("chime", _("Test chime on {output}").format(output=name), {"output": name}, me.shown)
    audit(request, "output.tested", name)
    flash(request, _("The chime is played on {output}. Listen at the loudspeaker.").format(output=name))
    return go("/settings" if form.text("back", 20) == "/settings" else "/")


def put_on_air(console: Console, bulletin: str, outputs: list[str], by: str, **more: object) -> str:
    """Ask the station to play a signed bulletin now; gives the airing's id. Raises FormError where nothing runs."""
    if not console.monitor.now().running:
        raise FormError({"": not_running()})
    moment = bulletins.now()
    airing = f"{bulletin}@{moment:%Y-%m-%dT%H:%M:%SZ}-{secrets.token_hex(2)}"
    payload = {"airing": airing, "bulletin": bulletin, "outputs": outputs, "by": by, **more}
    requests.ask(console.store, "air", payload, moment)
    return airing


def not_running() -> str:
    """What to do where no `loa run` is on air."""
    return _("The station is not running: nothing goes on air. Start “loa run” on the computer with the loudspeakers.")


def _values(console: Console, moment: StationState, roles: frozenset[Role]) -> dict[str, Any]:
    signed = [b for b in console.bulletins.all() if b.state == "signed"] if Role.OPERATOR in roles else []
    return {
        "now": moment,
        "clock": console.files.now(),
        "signed": signed,
        "few": _FEW,
        "undo": _just_changed(console) if Role.OPERATOR in roles else None,
        "todo": tasks_for(roles, moment, console.bulletins, console.files, alone=len(console.accounts.all()) == 1),
        "not_running": not_running(),
    }


def _just_changed(console: Console) -> dict[str, Any] | None:
    """The last change of the schedule, while it is so fresh that somebody may want it back."""
    last = console.history.undoable(console.workspace.schedule_file)
    return last if last and datetime.datetime.fromisoformat(last["at"]) > bulletins.now() - _FRESH else None
