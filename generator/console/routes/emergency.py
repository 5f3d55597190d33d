"""Emergency: type or pick a message, hear it, release it with the password; it cuts what is on air."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from generator import approval
from generator.console import shelf
from generator.console.context import Console, Filled, Here, Me, address_of, note, tell
from generator.console.emergency import PREFIX
from generator.console.formerror import FormError
from generator.console.pages import go, page
from generator.console.roles import Role, only
from generator.console.routes.today import not_running, put_on_air
from generator.console.shown import local
from generator.i18n import _

router = APIRouter(include_in_schema=False)
duty = only(Role.DUTY)
LONGEST = 2000


@router.get("/emergency")
@duty
def emergency(request: Request, here: Here) -> Response:
    """The message's form, and messages of before."""
    return page(request, "emergency.html", **_values(here))


@router.post("/emergency")
@duty
def make(request: Request, here: Here, me: Me, form: Filled) -> Response:
    """Speak a typed message; nothing is on air yet."""
    stem, text = form.text("commune", 200), form.text("text", LONGEST)
    file = here.facts.commune(stem)
    problems = {}
    if file is None or file.commune is None:
        problems["commune"] = _("Choose a commune from the list.")
    if len(text.split()) < 2:
        problems["text"] = _("Write the message.")
    if problems:
        return page(request, "emergency.html", 422, **{**_values(here), "text": text, "problems": problems})
    moment = local(shelf.now())
    name = f"{PREFIX}{moment:%Y%m%d-%H%M%S}"
    title = form.text("title", 120) or _("Emergency message {time}").format(time=f"{moment:%H:%M %d/%m}")
    number = here.jobs.add("emergency", title, {"stem": stem, "name": name, "title": title, "text": text}, me.shown)
    note(request, "emergency.written", f"{stem}/{name}", text)
    return go(f"/emergency/{stem}/{name}?job={number}")


@router.get("/emergency/{stem}/{name}")
@duty
def hear(request: Request, here: Here, stem: str, name: str, job: int = 0) -> Response:
    """Hear the message, then release it."""
    return _page(request, here, f"{stem}/{name}", job)


@router.post("/emergency/{stem}/{name}/release")
@duty
def release(request: Request, here: Here, me: Me, stem: str, name: str, form: Filled) -> Response:
    """Sign it and put it on air at once, for who gives the password again."""
    id_, address = f"{stem}/{name}", address_of(request)
    bulletin = here.shelf.get(id_)
    schedule = here.facts.plan().schedule
    outputs = [output for output in form.texts("on") if schedule and output in schedule.outputs]
    times = form.number("times", 1, 20)
    problems = {}
    if bulletin is None or bulletin.sha256 is None or bulletin.sha256 != form.text("sha256", 64):
        problems[""] = _("The sound was made again meanwhile. Hear the new one before you decide.")
    if not outputs:
        problems["on"] = _("Choose at least one loudspeaker.")
    if here.guesses.blocked(me.name, address) or not here.accounts.check(me.name, form.secret("password")):
        here.guesses.failed(me.name, address)
        problems["password"] = _("The password is wrong.")
    if not problems and not here.watch.now().running:
        problems[""] = not_running()
    if problems or bulletin is None:
        return _page(request, here, id_, 0, problems, 422)
    approval.release(here.workspace, here.store, approval.Recording(id_, bulletin.path), me.shown, shelf.now())
    put_on_air(here, id_, outputs, me.shown, now=True, times=times, pause="10s")
    note(request, "emergency.released", id_, ", ".join(outputs))
    tell(request, _("The emergency message goes on air now."), "bad")
    return go("/")


def _values(here: Console) -> dict[str, Any]:
    old = [b for b in here.shelf.all() if b.name.startswith(PREFIX)]
    return {
        "communes": [f.commune for f in here.facts.communes() if f.commune][:600],
        "old": sorted(old, key=lambda b: b.name, reverse=True)[:10],
        "text": "",
    }


def _page(
    request: Request, here: Console, id_: str, job: int, problems: dict[str, str] | None = None, status: int = 200
) -> Response:
    work = here.job(job) if job else None
    bulletin = here.shelf.get(id_)
    schedule = here.facts.plan().schedule
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
        problems=problems or {},
    )
