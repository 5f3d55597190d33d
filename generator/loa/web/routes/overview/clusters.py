"""The clusters far away: register, map, codes to join, chime and volume of many at once, who did not hear what."""

import datetime
from collections.abc import Iterable
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from loa.actions.acts import Act
from loa.actions.clusters import ask_players, chosen, join_code, revoke_player
from loa.actions.on_air import require_station
from loa.errors import PlayerError, RequestError
from loa.fleet.acts import Verb
from loa.i18n import _, ngettext
from loa.schedule import UTC, Schedule
from loa.schedule.display_names import output_name
from loa.schedule.echoes import echo_text, echoes
from loa.web.auth.accounts import Person
from loa.web.auth.decisions import does
from loa.web.context import Console, ConsoleDep, CurrentPerson, SubmittedForm, audit, flash
from loa.web.edits.schedule import set_volume
from loa.web.forms import Form, FormError
from loa.web.pages import go, page
from loa.web.routes.today import owned
from loa.web.views import clusters as view
from loa.web.views.now import LOUDEST

router = APIRouter(include_in_schema=False)
_DAYS = 7


@router.get("/clusters")
@does(Act.SEE_SETTINGS)
def show(request: Request, console: ConsoleDep, me: CurrentPerson, village: str = "") -> Response:
    """The map, and the register: all of it where it is short, else what is in trouble, and the villages."""
    schedule, now = _schedule(console), datetime.datetime.now(UTC)
    found = view.clusters(schedule, console.store, now)
    placed = view.dots(found)
    part = view.part(found, village[:200])
    return page(
        request,
        "clusters.html",
        part=part,
        clusters=part.rows,
        dots=placed if not part.village else [],
        villages=view.village_labels(placed),
        zones=view.zones(schedule),
        unheard=view.unheard(schedule, console.store, now, _DAYS) if not part.village else [],
        echoes=[echo_text(schedule, echo) for echo in echoes(schedule)] if not part.village else [],
        may_set=owned(schedule, me) if me.may(Act.SET_VOLUME) else frozenset(),
        may_try=owned(schedule, me) if me.may(Act.SELF_TEST) else frozenset(),
        title_of=console.monitor.title_of,
    )


@router.post("/clusters/volume")
@does(Act.SET_VOLUME)
def volume(request: Request, console: ConsoleDep, me: CurrentPerson, form: SubmittedForm) -> Response:
    """How loud one cluster, a village, a group or all are."""
    names = _where(console, me, form)
    set_volume(request, console, names, form.number("volume", 0, LOUDEST))
    return go(_back(form))


@router.post("/clusters/chime")
@does(Act.SELF_TEST)
def chime(request: Request, console: ConsoleDep, me: CurrentPerson, form: SubmittedForm) -> Response:
    """Have players sound the chime, all at the same moment; the register tells what became of it."""
    count = _ask(request, console, me, form, "test")
    text = ngettext("The chime is asked of {count} player.", "The chime is asked of {count} players.", count)
    flash(request, text.format(count=count) + " " + _("In some seconds the register says where it was played."))
    return go(_back(form))


@router.post("/clusters/restart")
@does(Act.INSTALL)
def restart(request: Request, console: ConsoleDep, me: CurrentPerson, form: SubmittedForm) -> Response:
    """Have players start again; not while something is on air there."""
    count = _ask(request, console, me, form, "restart")
    text = ngettext("{count} player is asked to start again.", "{count} players are asked to start again.", count)
    flash(request, text.format(count=count))
    return go(_back(form))


def _ask(request: Request, console: Console, me: Person, form: Form, verb: Verb) -> int:
    """Ask players; how many. Raises FormError."""
    names = _where(console, me, form)
    try:
        require_station(console.store)
        count = len(ask_players(console.workspace, console.store, _schedule(console), names, verb, me.shown))
    except (PlayerError, RequestError) as error:
        raise FormError({"": error.reason}) from error
    audit(request, f"player.{verb}", ", ".join(form.texts("where")))
    return count


def _where(console: Console, me: Person, form: Form) -> list[str]:
    """The loudspeakers that a form means, and the person may set. Raises FormError."""
    schedule = _schedule(console)
    wanted: Iterable[str] = form.texts("where")
    if view.EVERYWHERE in wanted:
        wanted = schedule.remote_players()
    try:
        mine = owned(schedule, me)
        found = [name for name in chosen(schedule, wanted) if name in mine]
    except PlayerError as error:
        raise FormError({"where": error.reason}) from error
    if not found:
        raise FormError({"where": _("Choose a loudspeaker, a group or a village.")})
    return found


def _back(form: Form) -> str:
    """Where somebody came from: the register, or a village of it."""
    found = form.text("village", 200)
    return f"/clusters?{urlencode({'village': found})}" if found else "/clusters"


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
