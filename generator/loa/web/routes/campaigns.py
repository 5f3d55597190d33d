"""Campaigns: the officer's list, and a new campaign."""

import re
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from loa.actions.acts import Act
from loa.actions.file_history import conflict
from loa.article.templates import asked_for
from loa.article.topics import topic, topics
from loa.campaign import Campaign, Commune
from loa.errors import Finding, LoaError, TemplateError
from loa.i18n import _
from loa.web import yaml_forms
from loa.web.auth.decisions import does
from loa.web.context import Console, ConsoleDep, SubmittedForm, edit_file, flash
from loa.web.edits.communes import add_to
from loa.web.forms import FormError, typed_day
from loa.web.pages import fragment, go, in_parts, page
from loa.web.routes.script import sound_part
from loa.web.views import choices
from loa.web.views.drafts import make_draft
from loa.web.views.files import CommuneFile
from loa.web.views.lookup import find_campaign, find_file, returned
from loa.web.yaml_forms import Clash, YamlForm, both_kept

router = APIRouter(include_in_schema=False)


@router.get("/campaigns")
@does(Act.READ_CAMPAIGN)
def index(request: Request, console: ConsoleDep, q: str = "", part: int = 1) -> Response:
    """All campaigns by commune, with search."""
    wanted = q.casefold().strip()[:80]
    rows = [
        (file, campaign)
        for file in console.files.communes()
        for campaign in (file.commune.campaigns if file.commune else (None,))
        if not wanted or wanted in _words(file, campaign)
    ]
    return page(
        request,
        "campaigns.html",
        q=q[:80],
        **in_parts(rows, part),
        communes=[f for f in console.files.communes() if f.commune][:600],
        topics=topics(console.workspace),
        today=console.files.now().date(),
    )


@router.post("/campaigns")
@does(Act.WRITE_CAMPAIGN)
def new_campaign(request: Request, console: ConsoleDep, form: SubmittedForm) -> Response:
    """A new campaign in a commune's file."""
    file = find_file(console.files, form.text("commune", 200))
    title, template = form.text("title", 300), form.text("template", 100)
    if file.commune is None or not title or template not in topics(console.workspace):
        raise FormError({"title": _("Choose commune and topic, and write a title.")})
    entry = {"template": template, "title": title, "as_of": typed_day(form.text("as_of", 10)), "form": "radio"}
    id_ = add_to(request, file, entry, _("new campaign: {title}").format(title=title), action="campaign.added")
    flash(request, _("Added. Now fill in its facts."))
    return go(f"/campaigns/{file.stem}/{id_}")


def _words(file: CommuneFile, campaign: Campaign | None) -> str:
    name = file.commune.unit.full_name if file.commune else ""
    return f"{file.stem} {name} {campaign.title if campaign else ''} {campaign.id if campaign else ''}".casefold()


COMMUNE_FIELDS = yaml_forms.fields_of(Commune, without=frozenset({"campaigns"}))


def _commune_fields(console: Console) -> tuple[yaml_forms.Field, ...]:
    """A commune's fields, with the voices and the jingles that there are."""
    offered = {"station.voice": choices.voices, "station.jingle": lambda: choices.jingles(console.workspace)}
    return choices.with_choices(COMMUNE_FIELDS, offered)


@router.get("/campaigns/{stem}")
@does(Act.READ_CAMPAIGN)
def commune(request: Request, console: ConsoleDep, stem: str) -> Response:
    """A commune's facts, and its campaigns."""
    file = find_file(console.files, stem)
    sheet = YamlForm.of(file.path, (), _commune_fields(console))
    return _commune_page(request, file, sheet, sheet.values, {}, list(file.findings))


@router.post("/campaigns/{stem}")
@does(Act.WRITE_CAMPAIGN)
def save_commune(request: Request, console: ConsoleDep, stem: str, form: SubmittedForm) -> Response:
    """Change the commune's facts."""
    file = find_file(console.files, stem)
    filled = YamlForm.of(file.path, (), _commune_fields(console)).filled(form, console.history)
    try:
        edit_file(request, file.path, filled.apply, filled.said, action="commune.saved", subject=stem)
    except (LoaError, FormError) as error:
        return _commune_page(
            request, file, filled.sheet, filled.values, *filled.wrong(error), status=422, clashes=filled.clashes
        )
    flash(request, _("Saved.") if not filled.merged else both_kept())
    saved = find_file(console.files, stem).commune
    if saved and saved.contact_desk:
        _doubt_number(request, saved.contact_desk.phone)
    return go(f"/campaigns/{stem}")


_IN_NUMBERS = re.compile(r"máy lẻ|nhánh|nội bộ|ext\.?|số|hoặc|và|zalo|di động|bàn", re.IGNORECASE)


def has_letters(number: str) -> bool:
    """Whether a telephone number has letters in it that belong to no extension and lead to no second number."""
    return any(letter.isalpha() for letter in _IN_NUMBERS.sub("", number))


def _doubt_number(request: Request, number: str | None) -> None:
    """A telephone number with other letters is kept as it is, and asked about."""
    if number and has_letters(number):
        text = _("The telephone number “{number}” has letters in it: is it right?").format(number=number)
        flash(request, text, "warn")


def _commune_page(
    request: Request,
    file: CommuneFile,
    sheet: YamlForm,
    values: dict[str, Any],
    problems: dict[str, str],
    findings: list[Finding],
    status: int = 200,
    clashes: tuple[Clash, ...] = (),
) -> Response:
    return page(
        request,
        "commune.html",
        status,
        clashes=clashes,
        file=file,
        sheet=sheet,
        values=values,
        problems=problems,
        findings=findings,
    )


FIRST = ("template", "title", "as_of", "facts", "body")
CAMPAIGN_FIELDS = tuple(
    sorted(
        yaml_forms.fields_of(Campaign, without=frozenset({"id", "words"})),
        key=lambda field: FIRST.index(field.name) if field.name in FIRST else len(FIRST),
    )
)


@router.get("/campaigns/{stem}/{id_}")
@does(Act.READ_CAMPAIGN)
def campaign(request: Request, console: ConsoleDep, stem: str, id_: str) -> Response:
    """One campaign: facts, article, findings, next step."""
    commune, campaign = find_campaign(console.files, stem, id_)
    sheet = _sheet(console, commune, campaign)
    return _campaign_page(request, console, commune, campaign, sheet, sheet.values)


@router.post("/campaigns/{stem}/{id_}")
@does(Act.WRITE_CAMPAIGN)
def save_campaign(request: Request, console: ConsoleDep, stem: str, id_: str, form: SubmittedForm) -> Response:
    """Change the campaign's facts; with `look` only show what they would make."""
    commune, campaign = find_campaign(console.files, stem, id_)
    filled = _sheet(console, commune, campaign).filled(form, console.history)
    try:
        if form.flag("look"):
            tried = console.history.try_commune(stem, filled.typed)
            wrong = filled.wrong(conflict()) if filled.clashes else ({}, [])
            return _campaign_page(
                request,
                console,
                commune,
                campaign,
                filled.sheet,
                filled.values,
                *wrong,
                tried=tried,
                clashes=filled.clashes,
            )
        edit_file(
            request, filled.sheet.path, filled.apply, filled.said, action="campaign.saved", subject=f"{stem}/{id_}"
        )
    except (LoaError, FormError) as error:
        return _campaign_page(
            request,
            console,
            commune,
            campaign,
            filled.sheet,
            filled.values,
            *filled.wrong(error),
            status=422,
            clashes=filled.clashes,
        )
    if filled.merged:
        flash(request, both_kept())
    flash(request, _("Saved. Read the article once more, hear it, then send it to the leader."))
    _commune, saved = find_campaign(console.files, stem, id_)
    for number in (saved.contact.phone if saved.contact else None, *(line.phone for line in saved.hotlines)):
        _doubt_number(request, number)
    return go(f"/campaigns/{stem}/{id_}")


@router.post("/campaigns/{stem}/{id_}/preview")
@does(Act.READ_CAMPAIGN)
def preview(console: ConsoleDep, stem: str, id_: str, form: SubmittedForm) -> Response:
    """What the form would make, as a part of the page: for the live preview."""
    commune, campaign = find_campaign(console.files, stem, id_)
    try:
        tried = console.history.try_commune(
            stem, _sheet(console, commune, campaign).filled(form, console.history).typed
        )
    except LoaError as error:
        return HTMLResponse(fragment(console, "part-problems.html", findings=error.findings), 422)
    draft = make_draft(console.workspace, tried, tried.campaign(id_))
    return HTMLResponse(fragment(console, "part-article.html", draft=draft, stem=stem, id=id_))


def _sheet(console: Console, commune: Commune, campaign: Campaign) -> YamlForm:
    root = ("campaigns", commune.campaigns.index(campaign))
    named = topics(console.workspace)
    own = _facts_of_topic(console, campaign)
    fields = tuple(
        replace(field, kind="choice", options=tuple(named), names=named, example="")
        if field.name == "template"
        else replace(field, kind="group", members=own)
        if field.name == "facts"
        else field
        for field in CAMPAIGN_FIELDS
        if own or field.name != "facts"
    )
    return YamlForm.of(find_file(console.files, commune.stem).path, root, fields)


def _facts_of_topic(console: Console, campaign: Campaign) -> tuple[yaml_forms.Field, ...]:
    """A field for each fact of the topic's list, and for what the file holds of another topic: to be emptied."""
    try:
        found = topic(console.workspace, campaign.template)
    except TemplateError:  # the article's own place on the page tells what is wrong with the list
        return ()
    fields = yaml_forms.fields_of(found.model, above=("facts",))
    known = {field.path[-1] for field in fields}
    others = (
        yaml_forms.Field(("facts", name), yaml_forms.kind_of(held))
        for name, held in campaign.facts.items()
        if name not in known
    )
    return (*(replace(field, required=field.path[-1] in found.needed) for field in fields), *others)


def _unused(console: Console, campaign: Campaign) -> frozenset[str]:
    """The fields that other topics ask for and this one does not."""
    asked = asked_for(console.workspace)
    own = asked.get(campaign.template)
    return frozenset().union(*asked.values()) - own if own else frozenset()


def _campaign_page(
    request: Request,
    console: Console,
    commune: Commune,
    campaign: Campaign,
    sheet: YamlForm,
    values: dict[str, Any],
    problems: dict[str, str] | None = None,
    findings: list[Finding] | None = None,
    *,
    status: int = 200,
    tried: Commune | None = None,
    clashes: tuple[Clash, ...] = (),
) -> Response:
    """`tried`: the commune as it would be with what was sent, for a look that saves nothing."""
    looked = tried or commune
    return page(
        request,
        "campaign.html",
        status,
        clashes=clashes,
        commune=commune,
        campaign=campaign,
        sheet=sheet,
        values=values,
        unused=_unused(console, looked.campaign(campaign.id)),
        problems=problems or {},
        findings=findings or [],
        draft=make_draft(console.workspace, looked, looked.campaign(campaign.id)),
        **sound_part(console, commune.stem, campaign.id),
        looking=tried is not None,
        returned=returned(console.bulletins, commune.stem, campaign.id),
    )
