"""Emergency: type or pick a message, hear it, release it with the password; it cuts what is on air."""

import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from loa.actions.acts import Act
from loa.actions.emergency import PREFIX, issuer_of, release_emergency, take_down_emergency
from loa.actions.inbox_work import PREFIX as FROM_OUTSIDE
from loa.actions.on_air import new_air_request
from loa.errors import RequestError
from loa.hazards.texts import Notice, compose, hazards
from loa.i18n import _
from loa.schedule import Schedule
from loa.store.approvals import BulletinFile
from loa.web.ahead import Draft
from loa.web.auth.decisions import does
from loa.web.context import (
    Console,
    ConsoleDep,
    CurrentPerson,
    SubmittedForm,
    audit,
    author_of,
    flash,
    follow_signatures,
    gives_password_again,
    require_four_eyes,
)
from loa.web.forms import Form, FormError
from loa.web.lanes import urgent
from loa.web.pages import go, page
from loa.web.routes.release import find_bulletin
from loa.web.routes.today import flash_receipt
from loa.web.views.bulletins import now

router = APIRouter(include_in_schema=False)
LONGEST = 2000
_FIELDS = {"outputs": "on", "times": "times", "valid": "valid", "alone": "alone"}
"""Where the page shows what is wrong with a request; all else is told above the form."""


@router.get("/emergency")
@does(Act.WRITE_EMERGENCY)
@urgent
def emergency(
    request: Request,
    console: ConsoleDep,
    again: str = "",
    of: str = "",
    hazard: str = "",
    where: str = "",
    what: str = "alert",
    drill: str = "",
) -> Response:
    """The message's form, and messages of before; `again`: one of them, whose words are written into the form.

    `hazard`: the words of that template, for the place `where` of commune `of`; `what`: `alert`, `update` or `over`;
    `drill`: it is one.
    """
    values, old = _values(console), console.bulletins.get(again)
    if hazard in hazards():
        values |= _of_kit(console, of, hazard, where.strip()[:200], what, drill=bool(drill))
    if old and old.manifest and old.manifest.is_emergency:
        said = [cue.text for cue in old.cues if cue.reading == 1 and cue.part == old.name]
        values |= {"text": " ".join(said), "commune": old.commune}
    return page(request, "emergency.html", **values)


@router.post("/emergency")
@does(Act.WRITE_EMERGENCY)
@urgent
def make(request: Request, console: ConsoleDep, me: CurrentPerson, form: SubmittedForm) -> Response:
    """Speak a typed message; nothing is on air yet."""
    stem, text = form.text("commune", 200), form.text("text", LONGEST)
    file = console.files.commune(stem)
    problems = {}
    if file is None or file.commune is None:
        problems["commune"] = _("Choose a commune from the list.")
    if len(text.split()) < 2:
        problems["text"] = _("Write the message.")
    if problems:
        return page(request, "emergency.html", 422, **{
            **_values(console), "text": text, "commune": stem, "issuer": form.text("issuer", 200), "problems": problems,
        })  # fmt: skip
    console.ahead.offer(None)
    moment = console.files.now()
    name = f"{PREFIX}{moment:%Y%m%d-%H%M%S}"
    title = form.text("title", 120) or _("Emergency message {time}").format(time=f"{moment:%H:%M %d/%m}")
    issuer = form.text("issuer", 200)
    recording = console.workspace.bulletins / stem / f"{name}.mp3"
    console.history.note_text(recording, text, author_of(request), title)
    number = console.jobs.add(
        "emergency", title, {"stem": stem, "name": name, "title": title, "text": text, "issuer": issuer}, me.shown
    )
    audit(request, "emergency.written", f"{stem}/{name}", text)
    return go(f"/emergency/{stem}/{name}?job={number}")


@router.post("/emergency/ahead")
@does(Act.WRITE_EMERGENCY)
@urgent
def ahead(console: ConsoleDep, form: SubmittedForm) -> Response:
    """Speak what is typed so far, so that the message can be heard at once when it is done; nothing is kept of it."""
    file = console.files.commune(form.text("commune", 200))
    if file is not None and file.commune is not None:
        console.ahead.offer(Draft(file.commune.stem, form.text("text", LONGEST), form.text("issuer", 200)))
    return Response(status_code=204)


@router.get("/emergency/{stem}/{name}")
@does(Act.RELEASE_EMERGENCY)
@urgent
def hear(request: Request, console: ConsoleDep, stem: str, name: str, job: int = 0) -> Response:
    """Hear the message, then release it."""
    return _page(request, console, f"{stem}/{name}", job)


@router.post("/emergency/{stem}/{name}/release")
@does(Act.RELEASE_EMERGENCY)
@urgent
def post_release(
    request: Request, console: ConsoleDep, me: CurrentPerson, stem: str, name: str, form: SubmittedForm
) -> Response:
    """Sign it and put it on air at once, for who gives the password again."""
    if name.startswith(FROM_OUTSIDE):
        return go("/inbox")
    bulletin = find_bulletin(console, f"{stem}/{name}")
    refused = gives_password_again(request, "password", form)
    problems = {"password": refused} if refused else {}
    try:
        wanted = new_air_request(
            console.files.plan().schedule,
            bulletin=bulletin.id,
            outputs=form.texts("on"),
            by=me.shown,
            now=True,
            times=form.number("times", 1, 20),
            pause="10s",
            valid=f"{form.number('valid', 1, 1440)}m" if form.text("valid", 10) else None,
        )
        alone = _is_alone(request, bulletin.recording, wanted=form.flag("alone"))
        if not problems:
            number = release_emergency(
                console.workspace, console.store, wanted, bulletin.recording, form.text("sha256", 64), alone=alone
            )
    except (RequestError, FormError) as error:
        problems |= {_FIELDS.get(field, ""): text for field, text in error.problems.items()}
    if problems:
        return _page(request, console, bulletin.id, 0, problems, 422, form)
    audit(request, "emergency.released", bulletin.id, ", ".join(wanted.outputs))
    if alone:
        audit(request, "emergency.alone", bulletin.id)
    flash_receipt(request, console, number, bulletin.title)
    return go("/")


@router.post("/emergency/{stem}/{name}/take-down")
@does(Act.TAKE_DOWN_EMERGENCY)
@urgent
def post_take_down(request: Request, console: ConsoleDep, me: CurrentPerson, stem: str, name: str) -> Response:
    """A false alarm: nobody reads or hears it again."""
    bulletin = find_bulletin(console, f"{stem}/{name}")
    if take_down_emergency(console.workspace, console.store, bulletin.recording, me.shown, now()):
        follow_signatures(console, me.shown)
        audit(request, "emergency.taken-down", bulletin.id)
    flash(
        request,
        _("Taken down: “{title}”. The board and the page to hear again no longer show it.").format(
            title=bulletin.title
        ),
    )
    return go("/")


def _is_alone(request: Request, recording: BulletinFile, *, wanted: bool) -> bool:
    """Whether the person releases an own message, by the rule of four eyes against it, because nobody else is there.

    Raises RequestError where the person does not say so; StoreError.
    """
    try:
        require_four_eyes(request, recording)
    except RequestError:
        if not wanted:
            raise
        return True
    return False


def _all_loudspeakers(schedule: Schedule | None) -> list[str]:
    """Every loudspeaker, none of them twice because it is in a group as well."""
    return [name for name, output in schedule.outputs.items() if output.kind != "group"] if schedule else []


def _of_kit(console: Console, stem: str, hazard: str, where: str, what: str, *, drill: bool) -> dict[str, Any]:
    """The words of a template of the emergency kit, as they are said at this hour."""
    file = console.files.commune(stem)
    commune = file.commune if file else None
    issuer = issuer_of(commune) if commune else _("the People's Committee of the commune")
    notice = Notice(
        hazard=hazard,
        issuer=issuer,
        issued=console.files.now(),
        where=where or (commune.unit.full_name if commune else ""),
        drill=drill,
        over=what == "over",
        update=what == "update",
    )
    title = hazards()[hazard].name
    title = _("Drill: {title}").format(title=title) if drill else title
    return {
        "text": compose(notice), "commune": stem, "title": title, "issuer": issuer if commune else "",
        "kit": {"hazard": hazard, "where": where, "what": what, "drill": drill},
    }  # fmt: skip


def _values(console: Console) -> dict[str, Any]:
    written = (b for b in console.bulletins.all() if not b.name.startswith(FROM_OUTSIDE))
    old = [b for b in written if b.manifest and b.manifest.is_emergency]
    since = f"{PREFIX}{console.files.now() - datetime.timedelta(days=1):%Y%m%d-%H%M%S}"
    communes = [f.commune for f in console.files.communes() if f.commune][:600]
    return {
        "communes": communes,
        "fresh": {b.id for b in old if b.state == "waiting" and b.name >= since},
        "old": sorted(old, key=lambda b: b.name, reverse=True)[:10],
        "text": "",
        "title": "",
        "commune": "",
        "hazards": [(id_, hazard.name) for id_, hazard in hazards().items()],
        "kit": {"hazard": "", "where": "", "what": "alert", "drill": False},
        "issuer": issuer_of(communes[0]) if len(communes) == 1 else "",
    }


def _page(
    request: Request,
    console: Console,
    id_: str,
    job: int,
    problems: dict[str, str] | None = None,
    status: int = 200,
    form: Form | None = None,
) -> Response:
    work = console.job(job) if job else None
    bulletin = console.bulletins.get(id_)
    schedule = console.files.plan().schedule
    loudspeakers = console.monitor.now().loudspeakers
    if bulletin and not (bulletin.manifest and bulletin.manifest.is_emergency):
        bulletin = None  # a programme: it is signed on the page “Release”
    if bulletin is None and work is None:
        raise FormError({"": _("There is no such message.")})
    return page(
        request,
        "message.html",
        status,
        b=bulletin,
        job=work,
        id=id_,
        outputs=list(schedule.outputs.items()) if schedule else [],
        chosen=form.texts("on") if form else _all_loudspeakers(schedule),
        silent={s.name: s.health.error or s.shown for s in loudspeakers if s.health and s.tone in ("warn", "bad")},
        problems=problems or {},
    )
