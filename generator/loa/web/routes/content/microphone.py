"""Speak now: a voice goes to the loudspeakers as it is spoken, from the browser or the station's own microphone."""

import contextlib
import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from loa.actions.acts import Act
from loa.actions.on_air import LONGEST_TALK, Wish, new_reserved_talk, new_talk, reserved_talks
from loa.errors import Finding, RequestError
from loa.i18n import _
from loa.reference.categories import CATEGORIES
from loa.schedule import Schedule
from loa.web.auth.accounts import Person
from loa.web.auth.decisions import does
from loa.web.auth.guard import may_talk, still_may
from loa.web.auth.hosts import UnknownHostError
from loa.web.context import (
    Console,
    ConsoleDep,
    CurrentPerson,
    address_of,
    console_of,
    person_of,
    wrong_password,
)
from loa.web.lanes import in_lane
from loa.web.pages import page
from loa.web.studio import Studio, first_message
from loa.web.views.choices import microphones

router = APIRouter(include_in_schema=False)


@router.get("/live")
@does(Act.SPEAK)
def live(request: Request, console: ConsoleDep, me: CurrentPerson) -> Response:
    """The desk of the speaker."""
    schedule = console.files.plan().schedule
    longest = round(schedule.rules.max_minutes or LONGEST_TALK) if schedule else LONGEST_TALK
    return page(
        request,
        "live.html",
        communes=[file.commune for file in console.files.communes() if file.commune],
        outputs=_outputs(schedule, me),
        reserved=_reserved(console, schedule, me),
        longest=min(longest, LONGEST_TALK),
        categories=[("", _("none")), *((code, _(name)) for code, name in CATEGORIES.items())],
        microphones=microphones(),
    )


@does(Act.SPEAK)
async def sound(page: WebSocket) -> None:
    """The line of one speaker: first what is wanted, then the sound, until it is over."""
    try:
        allowed = await in_lane(page.scope, lambda: may_talk(page, Act.SPEAK))
    except UnknownHostError:
        allowed = False
    if not allowed:
        await page.close(4403)
        return
    if connection := page.scope.get("loa.connection"):
        connection.promote()
    await page.accept()
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # the page has gone: the station hears of it
        me, wanted = person_of(page), await first_message(page)
        console = console_of(page).for_office(me.office)
        await Studio(page, console.store).hold(
            lambda port, secret: _request(page, console, me, wanted, port, secret),
            lambda asked: console.audit.write(
                me.shown, "live.begun", asked.bulletin, ", ".join(asked.outputs), address_of(page)
            ),
            lambda asked: _may_go_on(page, console, asked),
        )
        await page.close()


router.routes.append(WebSocketRoute("/live/sound", sound))


def _request(page: WebSocket, console: Console, me: Person, wanted: dict[str, Any], port: int, secret: str) -> Wish:
    """What the page wants, checked. Raises RequestError, StoreError, BusyError."""
    schedule = console.files.plan().schedule
    file = console.files.commune(_text(wanted, "commune", 200))
    if file is None or file.commune is None or not me.may(Act.SPEAK, file.commune.stem):
        raise RequestError(Finding("commune.unknown", _("Choose a commune from the list."), file="commune"))
    urgent = wanted.get("urgent") is True
    if urgent:
        if not me.may(Act.RELEASE_EMERGENCY, file.commune.stem):
            text = _("Only who releases emergency messages may do this.")
            raise RequestError(Finding("live.urgent", text, file="urgent"))
        if refused := wrong_password(page, _text(wanted, "password", 1000)):
            raise RequestError(Finding("live.password", refused, file="password"))
    source: dict[str, Any] = {"by": me.shown, "port": port, "secret": secret, "device": _text(wanted, "device", 200)}
    if airing := _text(wanted, "airing", 200):
        return _at_programme(console, schedule, me, airing, source)
    own = [name for name, _title in _outputs(schedule, me)]
    asked = wanted.get("outputs")
    outputs = [name for name in own if name in asked] if isinstance(asked, list) else []
    minutes, category = _text(wanted, "minutes", 5), _text(wanted, "category", 40)
    return new_talk(
        console.workspace,
        schedule,
        console.store,
        commune=file.commune,
        outputs=outputs,
        title=_text(wanted, "title", 120),
        minutes=int(minutes) if minutes.isdecimal() else 0,
        category=category if category in CATEGORIES else "",
        urgent=urgent,
        **source,
    )


def _may_go_on(page: WebSocket, console: Console, asked: Wish) -> bool:
    """Whether whoever speaks is still logged in, and would still get these loudspeakers. Raises StoreError."""
    person = still_may(page, Act.RELEASE_EMERGENCY if asked.now else Act.SPEAK, asked.bulletin.partition("/")[0])
    schedule = console.files.plan().schedule
    known = schedule.at_station().outputs if schedule else {}
    own = {name for name, _title in _outputs(schedule, person)} if person else set()
    return person is not None and own.issuperset(name for name in asked.outputs if name in known)


def _at_programme(console: Console, schedule: Schedule | None, me: Person, airing: str, source: dict[str, Any]) -> Wish:
    """Somebody speaks at a programme of the schedule, which says where, how long and whose it is."""
    broadcast = schedule.broadcast(airing.rpartition("@")[0]) if schedule else None
    file = console.files.commune(broadcast.commune) if broadcast else None
    own = {name for name, _title in _outputs(schedule, me)}
    may = me.may(Act.SPEAK, broadcast.commune) and own.issuperset(broadcast.on) if broadcast else False
    if file is None or file.commune is None or not may:
        raise RequestError(
            Finding("live.reserved", _("This programme does not wait for a speaker any more."), file="airing")
        )
    return new_reserved_talk(console.workspace, schedule, console.store, commune=file.commune, airing=airing, **source)


def _reserved(console: Console, schedule: Schedule | None, me: Person) -> list[tuple[str, str]]:
    """The programmes that wait for a speaker: their airings, and what people call them."""
    if schedule is None:
        return []
    waiting = reserved_talks(schedule, console.store, datetime.datetime.now(datetime.UTC), me.office)
    own = {name for name, _title in _outputs(schedule, me)}
    zone = schedule.timezone
    return [
        (
            one.airing.id,
            f"{one.airing.planned.astimezone(zone):%H:%M}–{one.ends.astimezone(zone):%H:%M} {one.title}"
            + (f" ({one.speaker})" if one.speaker else ""),
        )
        for one in waiting
        if own.issuperset(one.airing.outputs)
    ]


def _outputs(schedule: Schedule | None, me: Person) -> list[tuple[str, str]]:
    """The outputs that the microphone reaches and on which somebody may play, with their names."""
    if schedule is None:
        return []
    here = schedule.at_station()
    return [(name, o.title or name) for name, o in here.outputs.items() if me.office.uses(here.owners(name))]


def _text(wanted: dict[str, Any], name: str, longest: int) -> str:
    found = wanted.get(name)
    return found.strip()[:longest] if isinstance(found, str) else ""
