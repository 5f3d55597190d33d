"""Making audio: the step after the text, and the jobs that do it."""

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from generator.console.context import Here, Me, note, tell
from generator.console.lookup import find_campaign
from generator.console.pages import go, page
from generator.console.roles import Role, members, only
from generator.i18n import _

router = APIRouter(include_in_schema=False)
WORKERS = (Role.OFFICER, Role.OPERATOR, Role.DUTY, Role.ADMIN)


@router.get("/campaigns/{stem}/{id_}/audio")
@members
def audio(request: Request, here: Here, stem: str, id_: str) -> Response:
    """The bulletins that hold this campaign, and the button that makes them."""
    commune, campaign = find_campaign(here, stem, id_)
    schedule = here.facts.plan().schedule
    plans = {p.id for p in schedule.plans() if p.commune == stem and id_ in p.campaigns} if schedule else set()
    wanted = plans or {f"{stem}/{id_}"}
    return page(
        request,
        "audio.html",
        commune=commune,
        campaign=campaign,
        stem=stem,
        id=id_,
        bulletins=[b for b in here.shelf.all() if b.id in wanted],
        jobs=[job for job in here.jobs.living() if stem in job.arguments.get("communes", [])],
        planned=bool(plans),
    )


@router.post("/campaigns/{stem}/{id_}/audio")
@only(Role.OFFICER)
def make(request: Request, here: Here, me: Me, stem: str, id_: str) -> Response:
    """Make the audio of the commune; what has not changed is not made again."""
    commune, _campaign = find_campaign(here, stem, id_)
    title = _("Audio of {commune}").format(commune=commune.commune.full)
    number = here.jobs.add("build", title, {"communes": [stem]}, me.shown)
    note(request, "audio.asked", stem)
    return go(f"/jobs/{number}")


@router.get("/jobs/{id_}")
@members
def job(request: Request, here: Here, id_: int) -> Response:
    """How far a job is."""
    found = here.job(id_)
    if found is None:
        raise HTTPException(404)
    ready = [b for b in here.shelf.all() if b.commune in found.arguments.get("communes", []) and b.state == "waiting"]
    return page(request, "job.html", job=found, ready=ready)


@router.post("/jobs/{id_}/cancel")
@only(*WORKERS)
def cancel(request: Request, here: Here, id_: int) -> Response:
    """Stop a job. What it has spoken so far stays in the cache."""
    if here.jobs.cancel(id_):
        note(request, "job.cancelled", str(id_))
        tell(request, _("Cancelled."))
    return go(f"/jobs/{id_}")
