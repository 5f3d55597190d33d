"""The clusters far away: register, map, codes to join, and who did not hear what."""

import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from loa.actions.acts import Act
from loa.actions.clusters import join_code, revoke_player
from loa.errors import PlayerError
from loa.i18n import _
from loa.schedule import UTC, Schedule
from loa.schedule.display_names import output_name
from loa.schedule.echoes import echo_text, echoes
from loa.web.auth.decisions import does
from loa.web.context import Console, ConsoleDep, CurrentPerson, audit, flash
from loa.web.forms import FormError
from loa.web.pages import go, page
from loa.web.routes.today import owned
from loa.web.views import clusters as view

router = APIRouter(include_in_schema=False)
_DAYS = 7


@router.get("/clusters")
@does(Act.SEE_SETTINGS)
def show(request: Request, console: ConsoleDep, me: CurrentPerson) -> Response:
    """The register and the map."""
    schedule, now = _schedule(console), datetime.datetime.now(UTC)
    found = view.clusters(schedule, console.store, now)
    placed = view.dots(found)
    return page(
        request,
        "clusters.html",
        clusters=found,
        dots=placed,
        villages=view.village_labels(placed),
        unheard=view.unheard(schedule, console.store, now, _DAYS),
        echoes=[echo_text(schedule, echo) for echo in echoes(schedule)],
        may_set=owned(schedule, me) if me.may(Act.SET_VOLUME) else frozenset(),
        may_try=owned(schedule, me) if me.may(Act.SELF_TEST) else frozenset(),
        title_of=console.monitor.title_of,
    )


@router.post("/clusters/{name}/code")
@does(Act.INSTALL)
def code(request: Request, console: ConsoleDep, me: CurrentPerson, name: str) -> Response:
    """A code by which the computer at a cluster may join, once, in the next half hour."""
    try:
        made = join_code(console.workspace, console.store, _schedule(console), name, me.shown)
    except PlayerError as error:
        raise HTTPException(404) from error
    audit(request, "player.code", name)
    text = _("{name} joins by the code {code}, once, within 30 minutes. There: loa player join ADDRESS {code}")
    flash(request, text.format(name=output_name(_schedule(console), name), code=made))
    return go(f"/clusters#{name}")


@router.post("/clusters/{name}/revoke")
@does(Act.INSTALL)
def revoke(request: Request, console: ConsoleDep, me: CurrentPerson, name: str) -> Response:
    """Take a computer out, which was stolen or replaced."""
    try:
        revoke_player(console.workspace, console.store, name, me.shown)
    except PlayerError as error:
        raise FormError({"": error.reason}) from error
    audit(request, "player.revoked", name)
    flash(request, _("The player {name} is revoked.").format(name=output_name(_schedule(console), name)))
    return go("/clusters")


def _schedule(console: Console) -> Schedule:
    found = console.files.plan().schedule
    if found is None:
        raise FormError({"": _("schedule.yaml has errors. Mend them first.")})
    return found
