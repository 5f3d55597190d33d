"""A commune's own page without an account: hear again what was signed, read along, subscribe, write to the commune."""

import re
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response
from starlette.exceptions import HTTPException

from loa.actions.acts import Act
from loa.app.report_files import feedback_kind
from loa.bulletin.manifest import Cue
from loa.bulletin.models import APOLOGY
from loa.errors import LoaError, RequestError
from loa.feedback import book
from loa.i18n import _
from loa.store.approvals import approved_copy
from loa.web.auth.decisions import does
from loa.web.auth.guesses import network
from loa.web.context import Console, ConsoleDep, SubmittedForm, address_of
from loa.web.forms import Form, FormError
from loa.web.lanes import Pace
from loa.web.pages import go, page
from loa.web.views.bulletins import EMERGENCY_COUNTS, Bulletin, now
from loa.web.views.drafts import spoken_lines_of

router = APIRouter(include_in_schema=False)
_PER_HOUR = 5
"""Pieces of feedback that one address may send in an hour."""
_SHOWN = 20


_pace = Pace(_PER_HOUR / 3600, _PER_HOUR)
"""How often an address may write; in memory, so that nothing of it is kept."""


@router.get("/nghe/{stem}")
@does(Act.LISTEN_AGAIN)
def listen(request: Request, console: ConsoleDep, stem: str, sent: int = 0) -> Response:
    """The signed bulletins with their text, the answers to feedback, and the form where the commune takes it."""
    return _page(request, console, stem, sent=bool(sent))


@router.get("/nghe/{stem}/{sha256}.mp3")
@does(Act.LISTEN_AGAIN)
def sound(console: ConsoleDep, stem: str, sha256: str) -> Response:
    """A signed bulletin's sound; nothing else of the station's."""
    good = re.fullmatch(r"[0-9a-f]{64}", sha256) and any(b.sha256 == sha256 for b in _public(console, stem))
    path = approved_copy(console.workspace, sha256) if good else None
    if path is None or not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, media_type="audio/mpeg", content_disposition_type="inline", filename=f"{stem}.mp3")


@router.post("/nghe/{stem}/gop-y")
@does(Act.SEND_FEEDBACK)
def send(request: Request, console: ConsoleDep, stem: str, form: SubmittedForm) -> Response:
    """What a resident writes. A field that no person sees tells programs apart: what they write is thrown away."""
    if not _takes(console, stem):
        raise HTTPException(404)
    if form.text("website", 200):
        return go(f"/nghe/{stem}?sent=1#gop-y")
    if not _pace.take(network(address_of(request))):
        problems = {"": _("Too much came from your connection. Try again in an hour.")}
        return _page(request, console, stem, problems, form)
    try:
        text, kind = form.text("text", book.LONGEST), form.text("kind", 20)
        book.receive(
            console.workspace,
            console.store,
            stem,
            next((known for known in book.KINDS if known == kind), "question"),
            text,
            now(),
            name=form.text("name", 100),
            contact=form.text("contact", 100),
        )
    except (RequestError, FormError) as error:
        return _page(request, console, stem, error.problems, form)
    return go(f"/nghe/{stem}?sent=1#gop-y")


def _page(
    request: Request,
    console: Console,
    stem: str,
    problems: dict[str, str] | None = None,
    form: Form | None = None,
    *,
    sent: bool = False,
) -> Response:
    file = console.files.commune(stem)
    if file is None or file.commune is None:
        raise HTTPException(404)
    schedule = console.files.plan().schedule
    bulletins = [(b, spoken_lines_of(_cues(b))) for b in _public(console, stem)[:_SHOWN]]
    values: dict[str, Any] = {
        "commune": file.commune,
        "stem": stem,
        "bulletins": bulletins,
        "feed": bool(schedule and schedule.publish.address),
        "takes": _takes(console, stem),
        "keep_days": schedule.feedback.keep_days if schedule else 0,
        "answers": book.pieces(console.store, communes=frozenset({stem}), states=("published",), limit=50),
        "kinds": [(kind, feedback_kind(kind)) for kind in book.KINDS],
        "longest": book.LONGEST,
        "sent": sent,
        "typed": {name: _typed(form, name) for name in ("text", "kind", "name", "contact")},
    }
    return page(request, "listen.html", 422 if problems else 200, problems=problems or {}, **values)


def _typed(form: Form | None, name: str) -> str:
    return str(form.data.get(name) or "")[: book.LONGEST] if form else ""


def _takes(console: Console, stem: str) -> bool:
    """Whether this commune has switched feedback on."""
    schedule = console.files.plan().schedule
    return bool(schedule and stem in schedule.feedback.communes and console.files.commune(stem))


def _public(console: Console, stem: str) -> list[Bulletin]:
    """The commune's bulletins that are signed as they are, the newest signature first; emergencies for a day."""
    own = (b for b in console.bulletins.all() if b.commune == stem and b.approval and b.name != APOLOGY)
    signed = [(b.approval.at, b) for b in own if b.approval]
    since = now() - EMERGENCY_COUNTS
    counts = [(at, b) for at, b in signed if at > since or not (b.manifest and b.manifest.is_emergency)]
    return [b for _at, b in sorted(counts, key=lambda one: one[0], reverse=True)]


def _cues(bulletin: Bulletin) -> tuple[Cue, ...]:
    """What is said; nothing where its record is gone."""
    try:
        return bulletin.cues
    except LoaError:
        return ()
