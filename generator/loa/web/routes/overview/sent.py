"""Messages to residents: which texts went out on which ways, to how many, refused why; sent again."""

import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from loa.actions.acts import Act
from loa.i18n import ngettext
from loa.messages import outbox
from loa.web.auth.decisions import does
from loa.web.context import ConsoleDep, CurrentPerson, SubmittedForm, audit, flash
from loa.web.pages import go, page
from loa.web.views.bulletins import now
from loa.workspace import commune_of

router = APIRouter(include_in_schema=False)
_SHOWN = datetime.timedelta(days=90)


@router.get("/messages")
@does(Act.READ_MESSAGES)
def sent(request: Request, console: ConsoleDep, me: CurrentPerson) -> Response:
    """The texts of the last ninety days, of the communes for which somebody works."""
    schedule = console.files.plan().schedule
    lately = outbox.posted(console.store, now() - _SHOWN)
    found = [one for one in lately if me.may(Act.READ_MESSAGES, commune_of(one.bulletin))]
    return page(
        request,
        "sent.html",
        posted=[(one, outbox.reasons(console.store, one.channel, one.sha256)) for one in found[:200]],
        channel_name=outbox.channel_name,
        title_of=lambda bulletin: console.title_of(bulletin) or bulletin,
        on=bool(schedule and any(schedule.messages.channels())),
    )


@router.post("/messages/again")
@does(Act.SEND_AGAIN)
def again(request: Request, console: ConsoleDep, me: CurrentPerson, form: SubmittedForm) -> Response:
    """Once more to those whom it did not reach."""
    channel, sha256 = form.text("channel", 20), form.text("sha256", 64)
    known = {(one.channel, one.sha256): one for one in outbox.posted(console.store, now() - _SHOWN)}
    one = known.get((channel, sha256))
    if one is None or not me.may(Act.SEND_AGAIN, commune_of(one.bulletin)):
        raise HTTPException(404)
    many = outbox.again(console.workspace, console.store, one, me.shown, now())
    audit(request, "message.again", one.bulletin, channel)
    flash(request, ngettext("Sent again to {n} receiver.", "Sent again to {n} receivers.", many).format(n=many))
    return go("/messages")
