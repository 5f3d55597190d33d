"""A campaign as it is heard: sentence by sentence, with remarks beside them, mends and readings."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from loa.actions.acts import Act
from loa.errors import LoaError
from loa.i18n import _
from loa.web import preview_audio
from loa.web.auth.decisions import does
from loa.web.context import ConsoleDep, CurrentPerson, SubmittedForm, audit, edit_file, flash, own_console_of
from loa.web.forms import FormError
from loa.web.pages import go, page
from loa.web.views.drafts import make_draft
from loa.web.views.lookup import find_campaign, find_commune, find_file, returned
from loa.yamlfile import editor

router = APIRouter(include_in_schema=False)
WAV = "audio/wav"


@router.get("/campaigns/{stem}/{id_}/heard")
@does(Act.READ_CAMPAIGN)
def heard(request: Request, console: ConsoleDep, stem: str, id_: str) -> Response:
    """What is said, sentence by sentence."""
    commune, campaign = find_campaign(console.files, stem, id_)
    draft = make_draft(console.workspace, commune, campaign)
    sent_back = returned(console.bulletins, stem, id_)
    return page(
        request, "heard.html", commune=commune, campaign=campaign, draft=draft, stem=stem, id=id_, returned=sent_back
    )


@router.get("/campaigns/{stem}/{id_}/hear/{number}")
@does(Act.READ_CAMPAIGN)
def hear(console: ConsoleDep, stem: str, id_: str, number: int) -> Response:
    """One sentence as sound."""
    commune, campaign = find_campaign(console.files, stem, id_)
    draft = make_draft(console.workspace, commune, campaign)
    sentences = draft.script.sentences if draft.script else ()
    if not 0 <= number < len(sentences):
        raise HTTPException(404)
    return Response(preview_audio.hear_sentence(console.workspace, commune, sentences[number]), media_type=WAV)


@router.get("/campaigns/{stem}/hear-word")
@does(Act.WRITE_CAMPAIGN)
def hear_word(console: ConsoleDep, stem: str, word: str = "", said: str = "") -> Response:
    """How a word would sound, before it is kept."""
    station = find_commune(console.files, stem).station
    text = (said or word).strip()[:200]
    if not text:
        raise FormError({"said": _("Write how it is read.")})
    return Response(preview_audio.hear_text(console.workspace, text, station.region, station.voice), media_type=WAV)


@router.post("/campaigns/{stem}/{id_}/pronounce")
@does(Act.WRITE_CAMPAIGN)
def pronounce(request: Request, console: ConsoleDep, stem: str, id_: str, form: SubmittedForm) -> Response:
    """Keep how the station reads a word; empty takes it back."""
    commune, _campaign = find_campaign(console.files, stem, id_)
    word, said = form.text("word", 80), form.text("said", 200)
    if not word:
        raise FormError({"word": _("Write the word.")})
    readings = {**commune.station.pronounce}
    readings.pop(word, None)
    if said:
        readings[word] = said
    _edit(
        request,
        stem,
        lambda data: editor.put(data, ("station", "pronounce"), readings),
        f"{word} = {said}",
        action="reading.kept",
        subject=stem,
    )
    flash(request, _("Kept: {word} is read “{said}”.").format(word=word, said=said) if said else _("Taken back."))
    return go(f"/campaigns/{stem}/{id_}/heard")


@router.post("/campaigns/{stem}/{id_}/fix")
@does(Act.WRITE_CAMPAIGN)
def fix(request: Request, console: ConsoleDep, stem: str, id_: str, form: SubmittedForm) -> Response:
    """Apply the mend of one remark where its words come from: a fact that somebody typed."""
    commune, campaign = find_campaign(console.files, stem, id_)
    draft = make_draft(console.workspace, commune, campaign)
    wanted = form.number("remark", 0, 10_000)
    remark = draft.remarks[wanted] if wanted < len(draft.remarks) else None
    if remark is None or remark.replacement is None or not remark.finding.quote:
        raise FormError({"": _("This remark has no mend any more. Look at the text again.")})
    quote, replacement = remark.finding.quote, remark.replacement

    def edit(data: Any) -> None:
        if not replace_in(data, quote, replacement):
            text = _("These words stand in the template, not in the facts: the administrator can mend templates/.")
            raise FormError({"": text})

    _edit(request, stem, edit, f"{quote} → {replacement}", action="campaign.mended", subject=f"{stem}/{id_}")
    flash(request, _("Mended: {old} → {new}").format(old=quote, new=replacement))
    return go(f"/campaigns/{stem}/{id_}/heard")


def replace_in(data: Any, quote: str, replacement: str) -> int:
    """Replace `quote` in every text of `data`; how many texts changed."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    many = 0
    for key, value in list(items):
        if isinstance(value, str) and quote in value:
            data[key] = value.replace(quote, replacement)
            many += 1
        else:
            many += replace_in(value, quote, replacement)
    return many


def _edit(request: Request, stem: str, edit: Callable[[Any], None], text: str, *, action: str, subject: str) -> None:
    path = find_file(own_console_of(request).files, stem).path
    try:
        edit_file(request, path, lambda before: editor.change(before, edit), text, action=action, subject=subject)
    except LoaError as error:
        raise FormError({"": " ".join(f.message for f in error.findings)}) from error


@router.get("/campaigns/{stem}/{id_}/audio")
@does(Act.READ_CAMPAIGN)
def audio(request: Request, console: ConsoleDep, stem: str, id_: str) -> Response:
    """The bulletins that hold this campaign, and the button that makes them."""
    commune, campaign = find_campaign(console.files, stem, id_)
    schedule = console.files.plan().schedule
    plans = {p.id for p in schedule.plans() if p.commune == stem and id_ in p.campaigns} if schedule else set()
    wanted = plans or {f"{stem}/{id_}"}
    return page(
        request,
        "audio.html",
        commune=commune,
        campaign=campaign,
        stem=stem,
        id=id_,
        bulletins=[b for b in console.bulletins.all() if b.id in wanted],
        jobs=[job for job in console.jobs.living() if stem in job.arguments.get("communes", [])],
        planned=bool(plans),
    )


@router.post("/campaigns/{stem}/{id_}/audio")
@does(Act.MAKE_AUDIO)
def make(request: Request, console: ConsoleDep, me: CurrentPerson, stem: str, id_: str) -> Response:
    """Make the audio of the commune; what has not changed is not made again."""
    commune, _campaign = find_campaign(console.files, stem, id_)
    title = _("Audio of {commune}").format(commune=commune.unit.full_name)
    number = console.jobs.add("build", title, {"communes": [stem]}, me.shown)
    audit(request, "audio.asked", stem)
    return go(f"/jobs/{number}")


@router.get("/jobs/{id_}")
@does(Act.READ_JOB)
def job(request: Request, console: ConsoleDep, id_: int) -> Response:
    """How far a job is."""
    found = console.job(id_)
    if found is None:
        raise HTTPException(404)
    ready = [
        b for b in console.bulletins.all() if b.commune in found.arguments.get("communes", []) and b.state == "waiting"
    ]
    return page(request, "job.html", job=found, ready=ready)


@router.post("/jobs/{id_}/cancel")
@does(Act.CANCEL_JOB)
def cancel(request: Request, console: ConsoleDep, id_: int) -> Response:
    """Stop a job. What it has spoken so far stays in the cache."""
    if console.jobs.cancel(id_):
        audit(request, "job.cancelled", str(id_))
        flash(request, _("Cancelled."))
    return go(f"/jobs/{id_}")
