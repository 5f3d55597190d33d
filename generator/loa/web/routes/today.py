"""Today: what is on air, what comes next, what is wrong, and the big red button."""

import datetime
from contextlib import suppress
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from loa.actions.acts import Act
from loa.actions.alarms import clear_alarms
from loa.actions.clock import confirm_clock
from loa.actions.offices import Role
from loa.actions.on_air import go_on_with_the_rest, new_air_request, not_running, play
from loa.actions.receipts import receipt_soon, receipt_text
from loa.actions.silence import Stopped, stop, stopped_text
from loa.errors import RequestError, StoreError
from loa.i18n import _
from loa.schedule import Schedule
from loa.schedule.display_names import output_name, output_names
from loa.schedule.local_time import LocalTime
from loa.store.database import instant
from loa.web.auth.accounts import Person
from loa.web.auth.decisions import does
from loa.web.auth.guard import still_may
from loa.web.context import Console, ConsoleDep, CurrentPerson, SubmittedForm, audit, console_of, flash, session_of
from loa.web.edits.schedule import find_output, set_volume
from loa.web.forms import instant_in
from loa.web.jobs import Job
from loa.web.lanes import urgent
from loa.web.pages import for_programs, fragment, go, page
from loa.web.routes.release import find_bulletin
from loa.web.views import bulletins
from loa.web.views.bulletins import Bulletin
from loa.web.views.first_steps import Step, first_steps
from loa.web.views.now import LOUDEST, StationState
from loa.web.views.tasks import tasks_for
from loa.web.views.troubles import advice, troubles

router = APIRouter(include_in_schema=False)
_FEW = 60
"""Signed bulletins that fit into a list to choose from; of more one is found by typing."""
_ANSWER = 3.0
"""Seconds that a page waits for the station's answer to a request; the rest is told on the page as it comes."""
_FRESH = datetime.timedelta(minutes=10)
_A_DAY = datetime.timedelta(days=1)


@router.get("/")
@does(Act.WATCH)
def today(request: Request, console: ConsoleDep, me: CurrentPerson) -> Response:
    """The first page of everybody."""
    return page(request, "today.html", **_values(console, console.monitor.now(), me))


@router.get("/today/part")
@does(Act.WATCH)
def part(request: Request, console: ConsoleDep, me: CurrentPerson) -> Response:
    """The parts that change, for the live page."""
    session = session_of(request)
    values = {"me": me, "csrf": (session.csrf if session else None) or "", "path": "/"}
    return HTMLResponse(fragment(console, "part-today.html", **values, **_values(console, console.monitor.now(), me)))


@router.get("/today/events")
@does(Act.WATCH)
async def events(request: Request, me: CurrentPerson) -> Response:
    """Live events: position, sentence, countdown, jobs."""

    def watches() -> bool:
        found = still_may(request, Act.WATCH)
        return found is not None and found.office == me.office

    lines = request.app.state.feed.events(me.office, watches)
    return StreamingResponse(lines, media_type="text/event-stream", headers={"x-accel-buffering": "no"})


@router.post("/stop")
@does(Act.STOP)
@urgent
def post_stop(request: Request, console: ConsoleDep, me: CurrentPerson) -> Response:
    """Silence, at once."""
    done = stop(console.workspace, lambda: console.store, me.shown, me.office)
    audit(request, "air.stopped")
    first = stopped_text(Stopped(done.done), me.office)
    flash(request, " ".join([first, *cut_in_words(console, done)]), "warn" if done.done == "stopped" else "bad")
    return go("/")


@router.post("/alarms/clear")
@does(Act.CLEAR_ALARMS)
def post_seen(request: Request, console: ConsoleDep, me: CurrentPerson, form: SubmittedForm) -> Response:
    """Somebody has seen an alarm, or all of them."""
    schedule = console_of(request).files.plan().schedule
    for event in form.texts("event") or [""]:
        clear_alarms(console.store, event or None, me.office, schedule)
        audit(request, "alarm.seen", event)
    return go("/")


@router.post("/clock")
@does(Act.CONFIRM_CLOCK)
def post_clock(request: Request, console: ConsoleDep, me: CurrentPerson, form: SubmittedForm) -> Response:
    """Somebody has compared the computer's clock with a watch."""
    confirm_clock(console.store, me.shown, instant_in(form, "shown"))
    audit(request, "clock.confirmed")
    flash(request, _("The station goes by it."))
    return go("/")


@router.post("/play")
@does(Act.PLAY)
def post_play(request: Request, console: ConsoleDep, me: CurrentPerson, form: SubmittedForm) -> Response:
    """Put a signed bulletin on air now."""
    schedule, bulletin, outputs = console.files.plan().schedule, form.text("bulletin", 300), form.texts("on")
    try:
        wanted = new_air_request(schedule, bulletin=bulletin, outputs=outputs, by=me.shown)
        number = play(console.workspace, console.store, wanted, me.office)
    except RequestError as error:
        if for_programs(request):
            raise
        problems = {"on" if field == "outputs" else field: text for field, text in error.problems.items()}
        values = _values(console, console.monitor.now(), me) | {
            "problems": problems,
            "sent": {"bulletin": bulletin, "on": outputs},
        }
        return page(request, "today.html", 422, **values)
    audit(request, "air.played", wanted.bulletin, ", ".join(wanted.outputs))
    flash_receipt(request, console, number, find_bulletin(console, wanted.bulletin).title)
    return go("/")


@router.post("/stop/rest")
@does(Act.PLAY)
def post_rest(request: Request, console: ConsoleDep, me: CurrentPerson) -> Response:
    """Go on with what a STOP cut before it was heard."""
    asked, problems = go_on_with_the_rest(console.workspace, console.store, me.shown, me.office)
    for wish in asked:
        audit(request, "air.played", wish.bulletin, ", ".join(wish.outputs))
    for finding in problems:
        flash(request, finding.message, "bad")
    if asked:
        titles = ", ".join(console.monitor.title_of(wish.bulletin) for wish in asked)
        flash(request, _("Goes on: {titles}.").format(titles=titles))
    return go("/")


@router.post("/volume")
@does(Act.SET_VOLUME)
def post_volume(request: Request, console: ConsoleDep, form: SubmittedForm) -> Response:
    """How loud an output is, at once; `to` is a press of − or +."""
    set_volume(
        request, console, [form.text("output", 100)], form.number("to" if form.text("to", 5) else "volume", 0, LOUDEST)
    )
    return go("/")


@router.post("/chime")
@does(Act.SELF_TEST)
def post_chime(request: Request, console: ConsoleDep, me: CurrentPerson, form: SubmittedForm) -> Response:
    """Play the chime on one output, to hear whether it works."""
    name = find_output(console, form.text("output", 100), me.office)
    called = output_name(console.files.plan().schedule, name)
    number = console.jobs.add("chime", _("Self-test: {output}").format(output=called), {"output": name}, me.shown)
    audit(request, "output.tested", name)
    return go(f"/jobs/{number}")  # which says what came of it: nobody is told to listen at a dead loudspeaker


@router.post("/chime/heard")
@does(Act.SELF_TEST)
def post_heard(request: Request, console: ConsoleDep, me: CurrentPerson, form: SubmittedForm) -> Response:
    """Whether somebody stood at the loudspeaker and heard the chime."""
    name = find_output(console, form.text("output", 100), me.office)
    schedule = console.files.plan().schedule
    called = output_name(schedule, name)
    if form.flag("heard"):
        audit(request, "output.heard", name)
        flash(request, _("{loudspeaker} works: you heard the chime.").format(loudspeaker=called))
        return go("/")
    audit(request, "output.not-heard", name)
    text = _("{loudspeaker}: the chime was not heard.").format(loudspeaker=called)
    flash(request, f"{text} {advice(schedule.outputs[name])}" if schedule else text, "bad")
    return go(f"/settings/outputs/{name}" if me.may(Act.INSTALL) else "/")


def cut_in_words(console: Console, done: Stopped) -> list[str]:
    """What a STOP cut, by people's names."""
    schedule, text = console.files.plan().schedule, _("Stopped “{title}” on {outputs}.")
    return [
        text.format(title=console.monitor.title_of(one.bulletin), outputs=output_names(schedule, one.outputs))
        for one in done.cut
    ]


def flash_receipt(request: Request, console: Console, number: int, title: str) -> None:
    """Tell what the station answers to a request, as soon as it does; the page goes on to tell what becomes of it."""
    found = receipt_soon(console.store, number, console.files.plan().schedule, _ANSWER)
    says = receipt_text(found, partial(output_name, console.files.plan().schedule)) if found else ""
    flash(request, f"{title}:", "good" if found and found.good else "bad", number, says)


def _values(console: Console, moment: StationState, me: Person) -> dict[str, Any]:
    signed = (
        [b for b in console.bulletins.all() if b.state == "signed" and not (b.manifest and b.manifest.is_emergency)]
        if me.may(Act.PLAY)
        else []
    )
    return {
        "now": moment,
        "may_set": owned(console.files.plan().schedule, me) if me.may(Act.SET_VOLUME) else frozenset(),
        "clock": console.files.now(),
        "signed": signed,
        "outside": _outside_hours(console),
        "few": _FEW,
        "sent": {"bulletin": "", "on": ()},
        "still_public": _still_public(console, moment, me),
        "undo": _just_changed(console, me) if me.may(Act.SET_VOLUME) else None,
        "todo": tasks_for(me, moment, console.bulletins, console.files, _failed(console, me), alone=_is_alone(console)),
        "steps": _first_steps(console, me),
        "not_running": not_running(),
        "receipt_text": partial(receipt_text, called=partial(output_name, console.files.plan().schedule)),
        "advice": advice,
        "troubles": troubles(moment.alarms, moment.loudspeakers),
        "title_of": console.monitor.title_of,
    }


def _still_public(console: Console, moment: StationState, me: Person) -> list[Bulletin]:
    """Emergency messages that nobody hears any more and everybody may still read: on the board, and to hear again."""
    sounding = {item.bulletin for item in moment.playing}
    return [
        b
        for b in console.bulletins.public_emergencies()
        if b.id not in sounding and me.may(Act.TAKE_DOWN_EMERGENCY, b.commune)
    ]


def _outside_hours(console: Console) -> str:
    """The commune's hours, where it is none of them now; else "". Who plays something by hand is told."""
    schedule = console.files.plan().schedule
    return schedule.rules.hours_instead_of(LocalTime.of(console.files.now(), schedule.timezone)) if schedule else ""


def owned(schedule: Schedule | None, me: Person) -> frozenset[str]:
    """The outputs that somebody may set and try."""
    names = schedule.outputs if schedule else ()
    return frozenset(name for name in names if schedule and me.office.owns(schedule.owners(name)))


def _is_alone(console: Console) -> bool:
    """Whether nobody else has an account yet; the page does not wait for console.db to say so."""
    with suppress(StoreError):
        return len(console.accounts.all()) == 1
    return False


def _first_steps(console: Console, me: Person) -> list[Step]:
    """The steps of the first hour, for who sets the station up."""
    with suppress(StoreError):
        if Role.ADMIN in me.roles and me.office.communes is None:
            people = len(console.accounts.all())
            return first_steps(console.files, console.bulletins, console.jobs.latest(50), people=people)
    return []


def _failed(console: Console, me: Person) -> list[Job]:
    """The work of the last day that somebody asked for and that could not be done."""
    with suppress(StoreError):
        return console.jobs.failed(me.shown, bulletins.now() - _A_DAY)
    return []


def _just_changed(console: Console, me: Person) -> dict[str, Any] | None:
    """The last change of the schedule, while it is so fresh that somebody may want it back."""
    with suppress(StoreError):
        last = console.history.undoable_schedule(me.office, me.name)
        return last if last and instant(last["at"]) > bulletins.now() - _FRESH else None
    return None
