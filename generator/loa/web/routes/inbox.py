"""Messages from outside: what came in, hear and sign it, have it made, refuse it; and the same door for programs."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from loa.actions.acts import Act
from loa.actions.inbox import (
    message_receipt,
    receive_message,
    receive_reading,
    refuse_message,
    sign_message,
    take_message,
)
from loa.actions.message_airing import state_name
from loa.actions.offices import Office
from loa.errors import InboxError, RequestError
from loa.inbox import register
from loa.inbox.models import LARGEST_WITH_SOUND
from loa.inbox.register import Entry
from loa.web.auth.decisions import does
from loa.web.context import Console, ConsoleDep, CurrentPerson, SubmittedForm, audit, gives_password_again
from loa.web.lanes import in_lane
from loa.web.pages import go, page
from loa.web.views.bulletins import now

router = APIRouter(include_in_schema=False)
Number = Annotated[int, Path(ge=1, lt=2**53)]


@router.get("/inbox")
@does(Act.READ_INBOX)
def inbox(request: Request, console: ConsoleDep, me: CurrentPerson) -> Response:
    """The newest messages, and what was not taken at all."""
    return _page(request, console, me.office)


@router.post("/inbox/{number}/sign")
@does(Act.SIGN_MESSAGE)
def sign(request: Request, console: ConsoleDep, me: CurrentPerson, number: Number, form: SubmittedForm) -> Response:
    """Let it on air: exactly the sounds that were heard."""
    entry = _entry(console, me.office, number)
    if refused := gives_password_again(request, "password", form):
        return _page(request, console, me.office, {str(number): refused}, 422)
    heard = form.texts("sha256")
    return _done(
        request,
        console,
        me,
        entry,
        "inbox.signed",
        lambda: sign_message(console.workspace, console.store, number, heard, me.shown, now()),
    )


@router.post("/inbox/{number}/take")
@does(Act.TAKE_MESSAGE)
def take(request: Request, console: ConsoleDep, me: CurrentPerson, number: Number, _form: SubmittedForm) -> Response:
    """Have its sound made."""
    return _done(
        request,
        console,
        me,
        _entry(console, me.office, number),
        "inbox.taken",
        lambda: take_message(console.workspace, console.store, number, me.shown, now()),
    )


@router.post("/inbox/{number}/refuse")
@does(Act.REFUSE_MESSAGE)
def refuse(request: Request, console: ConsoleDep, me: CurrentPerson, number: Number, form: SubmittedForm) -> Response:
    """Not on air, with the reason."""
    why = form.text("why", 500)
    return _done(
        request,
        console,
        me,
        _entry(console, me.office, number),
        "inbox.refused",
        lambda: refuse_message(console.workspace, console.store, number, me.shown, why, now()),
    )


@router.post("/api/v1/inbox")
@does(Act.SEND_MESSAGE)
async def send(request: Request, console: ConsoleDep, adapter: str = "", gauge: str = "") -> Response:
    """A message of a program: CAP 1.2 or JSON as the body. Its receipt, or why it is not taken (422).

    `gauge`: it is the reading of that sender; below its threshold nothing comes of it.
    """
    raw = bytearray()
    async for part in request.stream():
        raw += part
        if len(raw) > LARGEST_WITH_SOUND:
            raise HTTPException(413)

    def receive() -> Response:
        try:
            if gauge:
                reading = receive_reading(console.workspace, console.store, gauge[:200], bytes(raw), now())
                if reading is None:
                    return JSONResponse({"stage": "below"})
                entry = reading
            else:
                entry = receive_message(console.workspace, console.store, bytes(raw), now(), adapter[:100] or None)
        except InboxError as error:
            problems = [{"error": f.code, "message": f.message, "field": f.file} for f in error.findings]
            return JSONResponse({"problems": problems}, 422)
        return JSONResponse({"number": entry.number, **message_receipt(console.store, entry).item()})

    answer: Response = await in_lane(request.scope, receive)
    return answer


@router.get("/api/v1/inbox/{number}")
@does(Act.READ_INBOX)
def receipt(console: ConsoleDep, me: CurrentPerson, number: Number) -> Response:
    """What became of a message."""
    entry = _entry(console, me.office, number)
    return JSONResponse({"number": entry.number, **message_receipt(console.store, entry).item()})


def _done(
    request: Request, console: Console, me: CurrentPerson, entry: Entry, act: str, do: Callable[[], None]
) -> Response:
    """Do it and note it; where it cannot be done, the page again with the reason."""
    try:
        do()
    except RequestError as error:
        return _page(request, console, me.office, {str(entry.number): " ".join(error.problems.values())}, 422)
    audit(request, act, f"{entry.sender}/{entry.identifier}"[:200])
    return go("/inbox")


def _entry(console: Console, office: Office, number: int) -> Entry:
    entry = register.get(console.store, number)
    if entry is None or not _covers(office, entry):
        raise HTTPException(404)
    return entry


def _covers(office: Office, entry: Entry) -> bool:
    """Whether somebody works for all communes that it is for; what reaches none is the whole station's."""
    if office.communes is None:
        return True
    return bool(entry.communes) and all(map(office.covers, entry.communes))


def _page(
    request: Request, console: Console, office: Office, problems: dict[str, str] | None = None, status: int = 200
) -> Response:
    entries = [entry for entry in register.latest(console.store, 100) if _covers(office, entry)]
    values: dict[str, Any] = {
        "entries": entries,
        "refusals": register.refusals(console.store, 20) if office.communes is None else [],
        "state_name": state_name,
        "known": console.workspace.inbox_file.is_file(),
        "problems": problems or {},
    }
    return page(request, "inbox.html", status, **values)
