"""Campaigns: the officer's list, a commune's facts, and a campaign from facts to what is heard."""

import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from generator import yamlfile
from generator.campaign import Campaign, Commune
from generator.console import labels, schemaform, yamltext
from generator.console.context import Console, Filled, Here, Me, note, tell
from generator.console.draft import make_draft
from generator.console.facts import CommuneFile
from generator.console.formerror import FormError
from generator.console.forms import Form
from generator.console.pages import fragment, go, page
from generator.console.roles import Role, members, only
from generator.console.shown import local, topic
from generator.console.slugs import free_slug
from generator.errors import Finding, LoaError
from generator.i18n import _
from generator.workspace import read_text
from generator.yamlfile import value_at

router = APIRouter(include_in_schema=False)
PER_PAGE = 40
COMMUNE_FIELDS = schemaform.fields_of(Commune, without=frozenset({"campaigns"}))
CAMPAIGN_FIELDS = schemaform.fields_of(Campaign, without=frozenset({"id"}))


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
    part = max(1, min(part, -(-len(rows) // PER_PAGE) or 1))
    shown = rows[(part - 1) * PER_PAGE : part * PER_PAGE]
    return page(
        request,
        "campaigns.html",
        rows=shown,
        q=q[:80],
        part=part,
        parts=-(-len(rows) // PER_PAGE),
        total=len(rows),
        communes=[f for f in here.facts.communes() if f.commune][:600],
        templates=templates(here),
        today=local(datetime.datetime.now(datetime.UTC)).date(),
    )


@router.get("/campaigns/{stem}")
@members
def commune(request: Request, here: Here, stem: str) -> Response:
    """A commune's facts: the form, or what is wrong with the file."""
    file = _file(here, stem)
    text = read_text(file.path)
    return _commune_page(request, file, text, _values(COMMUNE_FIELDS, _data(text)))


@router.post("/campaigns/{stem}")
@only(Role.OFFICER)
def save_commune(request: Request, here: Here, me: Me, stem: str, form: Filled) -> Response:
    """Change the commune's facts."""
    file = _file(here, stem)
    text = read_text(file.path)
    edits = schemaform.changes(form, COMMUNE_FIELDS, _data(text))
    after = _edited(text, (), edits)
    try:
        here.history.try_commune(stem, after)
        here.history.save(file.path, _as_sent(form, text), after, me.shown, _changed(edits))
    except (LoaError, FormError) as error:
        filled = {f.name: schemaform.given(form, f) for f in schemaform.leaves(COMMUNE_FIELDS)}
        problems, findings = _problems(error, after, ())
        return _commune_page(request, file, text, filled, problems, findings, 422)
    note(request, "commune.saved", stem, _changed(edits))
    tell(request, _("Saved."))
    return go(f"/campaigns/{stem}")


@router.get("/campaigns/{stem}/{id_}")
@members
def campaign(request: Request, here: Here, stem: str, id_: str) -> Response:
    """One campaign: facts, article, what is heard, findings, next step."""
    file, index = _campaign(here, stem, id_)
    text = read_text(file.path)
    filled = _values(CAMPAIGN_FIELDS, value_at(_data(text), ("campaigns", index)))
    return _campaign_page(request, here, file, index, text, filled)


@router.post("/campaigns/{stem}/{id_}")
@only(Role.OFFICER)
def save_campaign(request: Request, here: Here, me: Me, stem: str, id_: str, form: Filled) -> Response:
    """Change the campaign's facts; with `look` only show what they would make."""
    file, index = _campaign(here, stem, id_)
    text = read_text(file.path)
    root = ("campaigns", index)
    edits = schemaform.changes(form, CAMPAIGN_FIELDS, value_at(_data(text), root))
    after = _edited(text, root, edits)
    filled = {f.name: schemaform.given(form, f) for f in schemaform.leaves(CAMPAIGN_FIELDS)}
    try:
        commune = here.history.try_commune(stem, after)
        if form.flag("look"):
            return _campaign_page(request, here, file, index, text, filled, commune=commune)
        here.history.save(file.path, _as_sent(form, text), after, me.shown, _changed(edits))
    except (LoaError, FormError) as error:
        problems, findings = _problems(error, after, root)
        return _campaign_page(request, here, file, index, text, filled, problems, findings, 422)
    note(request, "campaign.saved", f"{stem}/{id_}", _changed(edits))
    tell(request, _("Saved. Read the article once more, then make the audio."))
    return go(f"/campaigns/{stem}/{id_}")


@router.post("/campaigns/{stem}/{id_}/preview")
@members
def preview(here: Here, stem: str, id_: str, form: Filled) -> Response:
    """What the form would make, as a part of the page: for the live preview."""
    file, index = _campaign(here, stem, id_)
    text = read_text(file.path)
    edits = schemaform.changes(form, CAMPAIGN_FIELDS, value_at(_data(text), ("campaigns", index)))
    after = _edited(text, ("campaigns", index), edits)
    try:
        commune = here.history.try_commune(stem, after)
    except LoaError as error:
        return HTMLResponse(fragment("part-problems.html", findings=error.findings), 422)
    draft = make_draft(here.workspace, commune, commune.campaigns[index])
    return HTMLResponse(fragment("part-article.html", draft=draft, stem=stem, id=id_))


@router.post("/campaigns")
@only(Role.OFFICER)
def new_campaign(request: Request, here: Here, me: Me, form: Filled) -> Response:
    """A new campaign in a commune's file."""
    file = _file(here, form.text("commune", 200))
    title, template = form.text("title", 300), form.text("template", 100)
    if file.commune is None or not title or template not in templates(here):
        raise FormError({"title": _("Choose commune and topic, and write a title.")})
    id_ = free_slug(title, {c.id for c in file.commune.campaigns})
    values = {"id": id_, "template": template, "title": title, "as_of": form.text("as_of", 10), "form": "radio"}

    def add(data: Any) -> None:
        data["campaigns"].append({key: yamltext.plain(value) for key, value in values.items()})

    text = read_text(file.path)
    after = yamltext.change(text, add)
    here.history.try_commune(file.stem, after)
    here.history.save(file.path, text, after, me.shown, _("new campaign: {title}").format(title=title))
    note(request, "campaign.added", f"{file.stem}/{id_}", title)
    tell(request, _("Added. Now fill in its facts."))
    return go(f"/campaigns/{file.stem}/{id_}")


def find_commune(here: Console, stem: str) -> Commune:
    """The commune of a readable file, else 404."""
    commune = _file(here, stem).commune
    if commune is None:
        raise HTTPException(404)
    return commune


def find_campaign(here: Console, stem: str, id_: str) -> tuple[Commune, Campaign]:
    """The commune and its campaign, else 404."""
    commune = find_commune(here, stem)
    return commune, commune.campaigns[_campaign(here, stem, id_)[1]]


def templates(here: Console) -> list[str]:
    """The topics that there are templates for."""
    found = (here.workspace.templates / "articles").glob("*.md.j2")
    return sorted({path.name.split(".")[0] for path in found})


def _words(file: CommuneFile, campaign: Campaign | None) -> str:
    name = file.commune.commune.full if file.commune else ""
    return f"{file.stem} {name} {campaign.title if campaign else ''} {campaign.id if campaign else ''}".casefold()


def _file(here: Console, stem: str) -> CommuneFile:
    file = here.facts.commune(stem)
    if file is None:
        raise HTTPException(404)
    return file


def _campaign(here: Console, stem: str, id_: str) -> tuple[CommuneFile, int]:
    file = _file(here, stem)
    for index, campaign in enumerate(file.commune.campaigns if file.commune else ()):
        if campaign.id == id_:
            return file, index
    raise HTTPException(404)


def _data(text: str) -> Any:
    try:
        return yamlfile.parse(text, "").data
    except LoaError:
        return {}


def _values(fields: tuple[schemaform.Field, ...], data: Any) -> dict[str, Any]:
    return {field.name: value_at(data, field.path) for field in schemaform.leaves(fields)}


def _edited(text: str, root: tuple[str | int, ...], edits: list[tuple[tuple[str, ...], Any]]) -> str:
    def edit(data: Any) -> None:
        for path, value in edits:
            yamltext.put(data, (*root, *path), value)

    return yamltext.change(text, edit) if edits else text


def _changed(edits: list[tuple[tuple[str, ...], Any]]) -> str:
    return ", ".join(labels.label(".".join(path)) for path, _value in edits)


def _as_sent(form: Form, text: str) -> str:
    """`text` where it is what the form was made from; else something that no file holds, so that saving is refused."""
    return text if form.text("mark", 80) == mark_of(text) else "\0"


def mark_of(text: str) -> str:
    """A mark of a file's content, to notice that somebody else changed it."""
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()[:20]


def _problems(
    error: LoaError | FormError, text: str, root: tuple[str | int, ...]
) -> tuple[dict[str, str], list[Finding]]:
    """Findings by the form's field, where their place is a field's; the others as they are."""
    if isinstance(error, FormError):
        return error.problems, []
    try:
        places = yamlfile.parse(text, "").values
    except LoaError:
        return {}, list(error.findings)
    by_place = {place: path for path, place in places.items()}
    problems: dict[str, str] = {}
    findings = []
    for finding in error.findings:
        path = by_place.get((finding.line or 0, finding.column or 0))
        if path and path[: len(root)] == root and len(path) > len(root):
            name = ".".join(str(step) for step in path[len(root) :] if isinstance(step, str))
            problems[name] = f"{finding.message} {finding.mend}"
        else:
            findings.append(finding)
    return problems, findings


def _commune_page(
    request: Request,
    file: CommuneFile,
    text: str,
    values: dict[str, Any],
    problems: dict[str, str] | None = None,
    findings: list[Finding] | None = None,
    status: int = 200,
) -> Response:
    return page(
        request,
        "commune.html",
        status,
        file=file,
        fields=COMMUNE_FIELDS,
        values=values,
        problems=problems or {},
        findings=findings if findings is not None else list(file.findings),
        mark=mark_of(text),
        **_names(),
    )


def _campaign_page(
    request: Request,
    here: Console,
    file: CommuneFile,
    index: int,
    text: str,
    values: dict[str, Any],
    problems: dict[str, str] | None = None,
    findings: list[Finding] | None = None,
    status: int = 200,
    commune: Commune | None = None,
) -> Response:
    assert file.commune
    campaign = file.commune.campaigns[index]
    looked = commune or file.commune
    names = _names()
    names["choices"] = {**names["choices"], "template": {name: topic(name) for name in templates(here)}}
    return page(
        request,
        "campaign.html",
        status,
        file=file,
        campaign=campaign,
        fields=CAMPAIGN_FIELDS,
        values=values,
        problems=problems or {},
        findings=findings or [],
        draft=make_draft(here.workspace, looked, looked.campaigns[index]),
        looking=commune is not None,
        mark=mark_of(text),
        stem=file.stem,
        id=campaign.id,
        **names,
    )


def _names() -> dict[str, Any]:
    return {"labels": labels.label, "helps": labels.helps(), "choices": labels.options()}
