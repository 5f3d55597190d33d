"""One campaign: its facts, and the article that they make."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from generator.article.asked import asked_for
from generator.campaign import Campaign, Commune
from generator.console import labels, schemaform
from generator.console.called import topic
from generator.console.context import Console, Filled, Here, Me, note, tell
from generator.console.draft import make_draft
from generator.console.formerror import FormError
from generator.console.lookup import find_campaign, find_file, returned
from generator.console.pages import fragment, go, page
from generator.console.roles import Role, members, only
from generator.console.routes.campaigns import templates
from generator.console.sheet import Sheet
from generator.errors import Finding, LoaError
from generator.i18n import _

router = APIRouter(include_in_schema=False)
FIRST = ("template", "title", "as_of", "body")
FIELDS = tuple(
    sorted(
        schemaform.fields_of(Campaign, without=frozenset({"id"})),
        key=lambda field: FIRST.index(field.name) if field.name in FIRST else len(FIRST),
    )
)


@router.get("/campaigns/{stem}/{id_}")
@members
def campaign(request: Request, here: Here, stem: str, id_: str) -> Response:
    """One campaign: facts, article, findings, next step."""
    commune, campaign = find_campaign(here, stem, id_)
    sheet = _sheet(here, commune, campaign)
    return _page(request, here, commune, campaign, sheet, sheet.values)


@router.post("/campaigns/{stem}/{id_}")
@only(Role.OFFICER)
def save(request: Request, here: Here, me: Me, stem: str, id_: str, form: Filled) -> Response:
    """Change the campaign's facts; with `look` only show what they would make."""
    commune, campaign = find_campaign(here, stem, id_)
    filled = _sheet(here, commune, campaign).filled(form)
    try:
        tried = here.history.try_commune(stem, filled.after)
        if form.flag("look"):
            return _page(request, here, commune, campaign, filled.sheet, filled.values, tried=tried)
        filled.save(here.history, me.shown)
    except (LoaError, FormError) as error:
        return _page(request, here, commune, campaign, filled.sheet, filled.values, *filled.wrong(error), status=422)
    note(request, "campaign.saved", f"{stem}/{id_}", filled.said)
    tell(request, _("Saved. Read the article once more, then make the audio."))
    return go(f"/campaigns/{stem}/{id_}")


@router.post("/campaigns/{stem}/{id_}/preview")
@members
def preview(here: Here, stem: str, id_: str, form: Filled) -> Response:
    """What the form would make, as a part of the page: for the live preview."""
    commune, campaign = find_campaign(here, stem, id_)
    try:
        tried = here.history.try_commune(stem, _sheet(here, commune, campaign).filled(form).after)
    except LoaError as error:
        return HTMLResponse(fragment("part-problems.html", findings=error.findings), 422)
    draft = make_draft(here.workspace, tried, tried.campaign(id_))
    return HTMLResponse(fragment("part-article.html", draft=draft, stem=stem, id=id_))


def _sheet(here: Console, commune: Commune, campaign: Campaign) -> Sheet:
    root = ("campaigns", commune.campaigns.index(campaign))
    return Sheet.of(find_file(here, commune.stem).path, root, FIELDS)


def _unused(here: Console, campaign: Campaign) -> frozenset[str]:
    """The fields that other topics ask for and this one does not."""
    asked = asked_for(here.workspace)
    own = asked.get(campaign.template)
    return frozenset().union(*asked.values()) - own if own else frozenset()


def _page(
    request: Request,
    here: Console,
    commune: Commune,
    campaign: Campaign,
    sheet: Sheet,
    values: dict[str, Any],
    problems: dict[str, str] | None = None,
    findings: list[Finding] | None = None,
    *,
    status: int = 200,
    tried: Commune | None = None,
) -> Response:
    """`tried`: the commune as it would be with what was sent, for a look that saves nothing."""
    looked = tried or commune
    topics = {name: topic(name) for name in templates(here)}
    return page(
        request,
        "campaign.html",
        status,
        commune=commune,
        campaign=campaign,
        sheet=sheet,
        values=values,
        unused=_unused(here, looked.campaign(campaign.id)),
        problems=problems or {},
        findings=findings or [],
        draft=make_draft(here.workspace, looked, looked.campaign(campaign.id)),
        looking=tried is not None,
        returned=returned(here, commune.stem, campaign.id),
        stem=commune.stem,
        id=campaign.id,
        names=labels.names(template=topics),
    )
