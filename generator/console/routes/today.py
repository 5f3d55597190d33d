"""Today: what is on air, what comes next, what is wrong, and the big red button."""

import datetime
import secrets
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from generator.console import shelf
from generator.console.context import Console, Filled, Here, Me, note, session_of, tell
from generator.console.formerror import FormError
from generator.console.loudspeakers import LOUDEST
from generator.console.now import Moment
from generator.console.pages import fragment, go, page
from generator.console.roles import Role, members, only
from generator.console.shown import local
from generator.console.todo import todo
from generator.console.volume import find_output, set_volume
from generator.i18n import _
from generator.on_air import desk
from generator.on_air.alarms import clear_alarms

router = APIRouter(include_in_schema=False)
_FEW = 60
"""Signed bulletins that fit into a list to choose from; of more one is found by typing."""
_FRESH = datetime.timedelta(minutes=10)


@router.get("/")
@members
def today(request: Request, here: Here, me: Me) -> Response:
    """The first page of everybody."""
    return page(request, "today.html", **_values(here, here.watch.now(), me.roles))


@router.get("/today/part")
@members
def part(request: Request, here: Here, me: Me) -> Response:
    """The parts that change, for the live page."""
    session = session_of(request)
    values = {"me": me, "csrf": (session.csrf if session else None) or "", "path": "/"}
    return HTMLResponse(fragment("part-today.html", **values, **_values(here, here.watch.now(), me.roles)))


@router.get("/today/events")
@members
async def events(request: Request) -> Response:
    """Live events: position, sentence, countdown, jobs."""
    return StreamingResponse(
        request.app.state.feed.events(), media_type="text/event-stream", headers={"x-accel-buffering": "no"}
    )


@router.post("/stop")
@only(Role.OPERATOR, Role.LEADER, Role.DUTY, Role.ADMIN)
def stop(request: Request, here: Here, me: Me) -> Response:
    """Silence, at once."""
    desk.ask(here.store, "stop", {"by": me.shown}, shelf.now())
    note(request, "air.stopped")
    tell(request, _("Stop was sent to the station."), "warn")
    return go("/")


@router.post("/alarms/clear")
@only(Role.OPERATOR, Role.LEADER, Role.ADMIN)
def clear(request: Request, here: Here, form: Filled) -> Response:
    """Somebody has seen an alarm, or all of them."""
    event = form.text("event", 300)
    clear_alarms(here.store, shelf.now(), event or None)
    note(request, "alarm.seen", event)
    return go("/")


@router.post("/play")
@only(Role.OPERATOR)
def play(request: Request, here: Here, me: Me, form: Filled) -> Response:
    """Put a signed bulletin on air now."""
    bulletin = here.shelf.get(form.text("bulletin", 300))
    schedule = here.facts.plan().schedule
    outputs = [name for name in form.texts("on") if schedule and name in schedule.outputs]
    if bulletin is None or bulletin.state != "signed":
        raise FormError({"bulletin": _("Choose a bulletin that is signed.")})
    if not outputs:
        raise FormError({"on": _("Choose at least one loudspeaker.")})
    put_on_air(here, bulletin.id, outputs, me.shown)
    note(request, "air.played", bulletin.id, ", ".join(outputs))
    tell(request, _("{title} goes on air now.").format(title=bulletin.title))
    return go("/")


@router.post("/volume")
@only(Role.OPERATOR)
def volume(request: Request, here: Here, form: Filled) -> Response:
    """How loud an output is, at once; `to` is a press of − or +."""
    set_volume(
        request, here, form.text("output", 100), form.number("to" if form.text("to", 5) else "volume", 0, LOUDEST)
    )
    return go("/")


@router.post("/chime")
@only(Role.OPERATOR, Role.ADMIN)
def chime(request: Request, here: Here, me: Me, form: Filled) -> Response:
    """Play the chime on one output, to hear whether it works."""
    name = find_output(here, form.text("output", 100))
    here.jobs.add("chime", _("Test chime on {output}").format(output=name), {"output": name}, me.shown)
    note(request, "output.tested", name)
    tell(request, _("The chime is played on {output}. Listen at the loudspeaker.").format(output=name))
    return go("/settings" if form.text("back", 20) == "/settings" else "/")


def put_on_air(here: Console, bulletin: str, outputs: list[str], by: str, **more: object) -> str:
    """Ask the station to play a signed bulletin now; gives the airing's id. Raises FormError where nothing runs."""
    if not here.watch.now().running:
        raise FormError({"": not_running()})
    moment = shelf.now()
    airing = f"{bulletin}@{moment:%Y-%m-%dT%H:%M:%SZ}-{secrets.token_hex(2)}"
    payload = {"airing": airing, "bulletin": bulletin, "outputs": outputs, "by": by, **more}
    desk.ask(here.store, "air", payload, moment)
    return airing


def not_running() -> str:
    """What to do where no `loa run` is on air."""
    return _("The station is not running: nothing goes on air. Start “loa run” on the computer with the loudspeakers.")


def _values(here: Console, moment: Moment, roles: frozenset[Role]) -> dict[str, Any]:
    signed = [b for b in here.shelf.all() if b.state == "signed"] if Role.OPERATOR in roles else []
    return {
        "now": moment,
        "clock": local(shelf.now()),
        "signed": signed,
        "few": _FEW,
        "undo": _just_changed(here) if Role.OPERATOR in roles else None,
        "todo": todo(here, roles, moment),
        "not_running": not_running(),
    }


def _just_changed(here: Console) -> dict[str, Any] | None:
    """The last change of the schedule, while it is so fresh that somebody may want it back."""
    last = here.history.undoable(here.workspace.schedule_file)
    return last if last and datetime.datetime.fromisoformat(last["at"]) > shelf.now() - _FRESH else None
