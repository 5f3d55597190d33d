"""Deleting a campaign or a broadcast: a page that says what goes with it, then the deed; both can be taken back."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from generator.campaign import Campaign, Commune
from generator.console import removing
from generator.console.broadcasts import find_broadcast, name_of
from generator.console.context import Console, Filled, Here, Me, note, tell
from generator.console.formerror import FormError
from generator.console.lookup import find_campaign, find_file
from generator.console.pages import go, page
from generator.console.reschedule import rewrite
from generator.console.roles import Role, only
from generator.console.routes.week import planners
from generator.i18n import _
from generator.workspace import read_text

router = APIRouter(include_in_schema=False)


@router.get("/campaigns/{stem}/{id_}/remove")
@only(Role.OFFICER)
def ask_campaign(request: Request, here: Here, stem: str, id_: str) -> Response:
    """What goes with the campaign."""
    return _campaign_page(request, here, *find_campaign(here, stem, id_))


@router.post("/campaigns/{stem}/{id_}/remove")
@only(Role.OFFICER)
def remove_campaign(request: Request, here: Here, me: Me, stem: str, id_: str, form: Filled) -> Response:
    """Delete the campaign; where broadcasts still play it, only together with its place in them."""
    commune, campaign = find_campaign(here, stem, id_)
    here.facts.forget()  # what the schedule says now, not a second ago
    users = removing.users_of(here.facts.plan().schedule, stem, id_)
    if users and not form.flag("broadcasts"):
        problem = _("The campaign is still in the schedule. Tick the box to take it out there too.")
        return _campaign_page(request, here, commune, campaign, {"broadcasts": problem}, 422)
    path = find_file(here, stem).path
    before = read_text(path)
    try:
        after = removing.without_campaign(before, id_)
    except FormError as error:
        return _campaign_page(request, here, commune, campaign, error.problems, 422)
    here.history.try_commune(stem, after)
    text = _("deleted campaign: {title}").format(title=campaign.title)
    if users:  # the schedule first: it is right with the campaign's file as it is and as it will be
        rewrite(
            request,
            lambda schedule: removing.released_from(schedule, users, id_),
            _("taken out of the schedule: {title}").format(title=campaign.title),
        )
    here.history.save(path, before, after, me.shown, text)
    note(request, "campaign.removed", f"{stem}/{id_}", campaign.title)
    tell(request, _("Deleted: {title}. “Earlier versions” brings it back.").format(title=campaign.title))
    return go(f"/campaigns/{stem}")


@router.get("/week/broadcasts/{id_}/remove")
@planners
def ask_broadcast(request: Request, here: Here, id_: str) -> Response:
    """What goes with the broadcast."""
    _schedule, broadcast = find_broadcast(here, id_)
    return page(request, "remove-broadcast.html", b=broadcast, title=name_of(here, broadcast))


@router.post("/week/broadcasts/{id_}/remove")
@planners
def remove_broadcast(request: Request, here: Here, id_: str) -> Response:
    """Delete the broadcast; its campaigns and what the log says of it stay."""
    title = name_of(here, find_broadcast(here, id_)[1])
    text = _("deleted broadcast: {title}").format(title=title)
    rewrite(request, lambda before: removing.without_broadcast(before, id_), text)
    note(request, "broadcast.removed", id_, title)
    return go("/week")


def _campaign_page(
    request: Request,
    here: Console,
    commune: Commune,
    campaign: Campaign,
    problems: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    users = removing.users_of(here.facts.plan().schedule, commune.stem, campaign.id)
    return page(
        request,
        "remove-campaign.html",
        status,
        commune=commune,
        campaign=campaign,
        users=[(b, name_of(here, b), set(b.campaigns) == {campaign.id}) for b in users],
        problems=problems or {},
    )
