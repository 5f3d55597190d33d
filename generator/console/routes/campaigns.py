"""Campaigns: the officer's list, and a new campaign."""

import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from generator.campaign import Campaign
from generator.campaign.adding import add_campaign
from generator.console.context import Console, Filled, Here, Me, note, tell
from generator.console.facts import CommuneFile
from generator.console.formerror import FormError
from generator.console.lookup import find_file
from generator.console.pages import go, page
from generator.console.parts import in_parts
from generator.console.roles import Role, members, only
from generator.console.shown import local
from generator.i18n import _
from generator.workspace import read_text

router = APIRouter(include_in_schema=False)


@router.get("/campaigns")
@members
def everything(request: Request, here: Here, q: str = "", part: int = 1) -> Response:
    """All campaigns by commune, with search."""
    wanted = q.casefold().strip()[:80]
    rows = [
        (file, campaign)
        for file in here.facts.communes()
        for campaign in (file.commune.campaigns if file.commune else (None,))
        if not wanted or wanted in _words(file, campaign)
    ]
    return page(
        request,
        "campaigns.html",
        q=q[:80],
        **in_parts(rows, part),
        communes=[f for f in here.facts.communes() if f.commune][:600],
        templates=templates(here),
        today=local(datetime.datetime.now(datetime.UTC)).date(),
    )


@router.post("/campaigns")
@only(Role.OFFICER)
def new_campaign(request: Request, here: Here, me: Me, form: Filled) -> Response:
    """A new campaign in a commune's file."""
    file = find_file(here, form.text("commune", 200))
    title, template = form.text("title", 300), form.text("template", 100)
    if file.commune is None or not title or template not in templates(here):
        raise FormError({"title": _("Choose commune and topic, and write a title.")})
    text = read_text(file.path)
    after, id_ = add_campaign(
        text, {"template": template, "title": title, "as_of": form.text("as_of", 10), "form": "radio"}
    )
    here.history.try_commune(file.stem, after)
    here.history.save(file.path, text, after, me.shown, _("new campaign: {title}").format(title=title))
    note(request, "campaign.added", f"{file.stem}/{id_}", title)
    tell(request, _("Added. Now fill in its facts."))
    return go(f"/campaigns/{file.stem}/{id_}")


def templates(here: Console) -> list[str]:
    """The topics that there are templates for."""
    found = (here.workspace.templates / "articles").glob("*.md.j2")
    return sorted({path.name.split(".")[0] for path in found})


def _words(file: CommuneFile, campaign: Campaign | None) -> str:
    name = file.commune.commune.full if file.commune else ""
    return f"{file.stem} {name} {campaign.title if campaign else ''} {campaign.id if campaign else ''}".casefold()
