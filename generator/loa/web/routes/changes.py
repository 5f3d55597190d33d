"""Earlier versions of a commune's file: who changed what when, and bringing one back."""

from functools import partial
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from loa.actions.acts import Act
from loa.actions.file_history import text_of
from loa.campaign import Campaign, Commune
from loa.i18n import _
from loa.web.auth.decisions import does
from loa.web.context import Console, ConsoleDep, SubmittedForm, audit, edit_file, flash
from loa.web.edits import removing
from loa.web.edits.removing import needed
from loa.web.edits.schedule import file_of, rewrite
from loa.web.forms import FormError
from loa.web.pages import go, page
from loa.web.views.airings import find_broadcast, name_of
from loa.web.views.drafts import spoken_lines
from loa.web.views.lookup import find_campaign, find_file

router = APIRouter(include_in_schema=False)


@router.get("/history/{stem}")
@does(Act.READ_CAMPAIGN)
def history(request: Request, console: ConsoleDep, stem: str) -> Response:
    """The changes of a commune's file, newest first, each word by word."""
    file = console.files.commune(stem)
    rows = console.history.of(_path(console, stem), 20)
    if file is None and not rows:
        raise HTTPException(404)
    changes = [(row, spoken_lines(row["before"], row["after"])) for row in rows]
    return page(request, "history.html", file=file, stem=stem, changes=changes)


@router.post("/history/{stem}/{id_}/restore")
@does(Act.WRITE_CAMPAIGN)
def restore(request: Request, console: ConsoleDep, stem: str, id_: int) -> Response:
    """Make the file what it was before this change; itself a change that can be taken back."""
    file, path = console.files.commune(stem), _path(console, stem)
    row = console.history.one(path, id_)
    if row is None:
        raise HTTPException(404)
    restored = console.history.try_commune(stem, row["before"]) if row["before"] else None  # there was no file yet
    console.files.forget()  # what the schedule says now, not a second ago
    users = needed(console.files.plan().schedule, file.commune, restored) if file and file.commune else ()
    if users:
        names = ", ".join(name_of(console.files, user) for user in users)
        text = _("The earlier version lacks a campaign that is on air in: {list}. Take it out of the schedule first.")
        raise FormError({"": text.format(list=names)})
    text = _("brought back as it was before {time}").format(time=row["at"][:16].replace("T", " "))
    edit_file(
        request, path, lambda _now: str(row["before"]), text, action="commune.restored", subject=stem, detail=str(id_)
    )
    flash(request, _("The earlier version is back."))
    return go(f"/history/{stem}")


def _path(console: Console, stem: str) -> Path:
    """The commune's file, or what it was called before it was taken back."""
    file = console.files.commune(stem)
    return file.path if file else console.workspace.campaigns / f"{stem}.yaml"


@router.get("/campaigns/{stem}/{id_}/remove")
@does(Act.WRITE_CAMPAIGN)
def ask_campaign(request: Request, console: ConsoleDep, stem: str, id_: str) -> Response:
    """What goes with the campaign."""
    return _campaign_page(request, console, *find_campaign(console.files, stem, id_))


@router.post("/campaigns/{stem}/{id_}/remove")
@does(Act.WRITE_CAMPAIGN)
def remove_campaign(request: Request, console: ConsoleDep, stem: str, id_: str, form: SubmittedForm) -> Response:
    """Delete the campaign; where broadcasts still play it, only together with its place in them."""
    commune, campaign = find_campaign(console.files, stem, id_)
    console.files.forget()  # what the schedule says now, not a second ago
    users = removing.users_of(console.files.plan().schedule, stem, id_)
    if users and not form.flag("broadcasts"):
        problem = _("The campaign is still in the schedule. Tick the box to take it out there too.")
        return _campaign_page(request, console, commune, campaign, {"broadcasts": problem}, 422)
    path = find_file(console.files, stem).path
    try:
        console.history.try_commune(stem, removing.without_campaign(text_of(path), id_))
    except FormError as error:
        return _campaign_page(request, console, commune, campaign, error.problems, 422)
    text = _("deleted campaign: {title}").format(title=campaign.title)
    if users:  # the schedule first: it is right with the campaign's file as it is and as it will be
        for schedule in dict.fromkeys(file_of(console, user.id) for user in users):
            own = [user for user in users if file_of(console, user.id) == schedule]
            rewrite(
                request,
                schedule,
                partial(removing.released_from, broadcasts=own, campaign=id_),
                _("taken out of the schedule: {title}").format(title=campaign.title),
            )
    edit_file(
        request,
        path,
        lambda before: removing.without_campaign(before, id_),
        text,
        action="campaign.removed",
        subject=f"{stem}/{id_}",
        detail=campaign.title,
    )
    flash(request, _("Deleted: {title}. “Earlier versions” brings it back.").format(title=campaign.title))
    return go(f"/campaigns/{stem}")


@router.get("/week/broadcasts/{id_}/remove")
@does(Act.PLAN_BROADCAST)
def ask_broadcast(request: Request, console: ConsoleDep, id_: str) -> Response:
    """What goes with the broadcast."""
    _schedule, broadcast = find_broadcast(console.files, id_)
    return page(request, "remove-broadcast.html", b=broadcast, title=name_of(console.files, broadcast))


@router.post("/week/broadcasts/{id_}/remove")
@does(Act.PLAN_BROADCAST)
def remove_broadcast(request: Request, console: ConsoleDep, id_: str) -> Response:
    """Delete the broadcast; its campaigns and what the log says of it stay."""
    title = name_of(console.files, find_broadcast(console.files, id_)[1])
    text = _("deleted broadcast: {title}").format(title=title)
    rewrite(request, file_of(console, id_), lambda before: removing.without_broadcast(before, id_), text)
    audit(request, "broadcast.removed", id_, title)
    return go("/week")


def _campaign_page(
    request: Request,
    console: Console,
    commune: Commune,
    campaign: Campaign,
    problems: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    users = removing.users_of(console.files.plan().schedule, commune.stem, campaign.id)
    return page(
        request,
        "remove-campaign.html",
        status,
        commune=commune,
        campaign=campaign,
        users=[(b, name_of(console.files, b), set(b.campaigns) == {campaign.id}) for b in users],
        problems=problems or {},
    )
