"""A campaign as it is heard: sentence by sentence, with remarks beside them, mends and readings."""

from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException

from loa import article as articles
from loa.actions.acts import Act
from loa.actions.approvals import send_to_leader
from loa.errors import LoaError
from loa.i18n import _, ngettext
from loa.web import preview_audio
from loa.web.auth.decisions import does
from loa.web.context import (
    Console,
    ConsoleDep,
    CurrentPerson,
    SubmittedForm,
    audit,
    edit_file,
    flash,
    make_sound,
    own_console_of,
    session_of,
)
from loa.web.edits.own_words import mend
from loa.web.edits.schedule import broadcast_in, file_of, reschedule
from loa.web.forms import FormError
from loa.web.pages import fragment, go, page
from loa.web.views.airings import name_of, when_in_words
from loa.web.views.drafts import make_draft
from loa.web.views.lookup import find_campaign, find_commune, find_file, returned
from loa.web.views.sound import sound_of
from loa.web.views.troubles import advice
from loa.yamlfile import editor

router = APIRouter(include_in_schema=False)
WAV = "audio/wav"


async def _csrf(request: Request) -> str:
    session = session_of(request)
    return session.csrf or "" if session else ""


CsrfToken = Annotated[str, Depends(_csrf)]


@router.get("/campaigns/{stem}/{id_}/heard")
@does(Act.READ_CAMPAIGN)
def heard(request: Request, console: ConsoleDep, stem: str, id_: str) -> Response:
    """What is said, sentence by sentence."""
    commune, campaign = find_campaign(console.files, stem, id_)
    draft = make_draft(console.workspace, commune, campaign)
    sent_back = returned(console.bulletins, stem, id_)
    summary = None
    with suppress(LoaError):  # what is wrong stands among the remarks of the draft
        summary = articles.summary(console.workspace, commune, campaign)
    return page(
        request,
        "heard.html",
        commune=commune,
        campaign=campaign,
        draft=draft,
        stem=stem,
        id=id_,
        returned=sent_back,
        summary=summary,
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
    passages = articles.passages(console.workspace, commune, campaign)
    where = ""

    def edit(data: Any) -> None:
        nonlocal where
        where = mend(data, id_, quote, replacement, passages)

    _edit(request, stem, edit, f"{quote} → {replacement}", action="campaign.mended", subject=f"{stem}/{id_}")
    flash(request, _("Mended: {old} → {new} ({where})").format(old=quote, new=replacement, where=where))
    return go(f"/campaigns/{stem}/{id_}/heard")


def _edit(request: Request, stem: str, edit: Callable[[Any], None], text: str, *, action: str, subject: str) -> None:
    path = find_file(own_console_of(request).files, stem).path
    try:
        edit_file(request, path, lambda before: editor.change(before, edit), text, action=action, subject=subject)
    except LoaError as error:
        raise FormError({"": " ".join(f.message for f in error.findings)}) from error


@router.get("/campaigns/{stem}/{id_}/sound")
@does(Act.READ_CAMPAIGN)
def sound(console: ConsoleDep, me: CurrentPerson, stem: str, id_: str, csrf: CsrfToken) -> Response:
    """The part of the campaign's page about its sound, once it has changed."""
    _commune, campaign = find_campaign(console.files, stem, id_)
    shown = sound_part(console, stem, id_)
    return HTMLResponse(fragment(console, "part-sound.html", me=me, csrf=csrf, campaign=campaign, **shown))


def sound_part(console: Console, stem: str, id_: str) -> dict[str, Any]:
    """What `part-sound.html` shows. Raises StoreError."""
    schedule = console.files.plan().schedule
    found = sound_of(stem, id_, schedule, console.bulletins, console.airings, console.jobs)
    return {
        "stem": stem,
        "id": id_,
        "sound": found,
        "broadcast_name": lambda broadcast: name_of(console.files, broadcast),
        "in_words": when_in_words,
    }


@router.post("/campaigns/{stem}/{id_}/audio")
@does(Act.MAKE_AUDIO)
def make(request: Request, console: ConsoleDep, me: CurrentPerson, stem: str, id_: str) -> Response:
    """Make the sound of every bulletin that holds this campaign; what has not changed is not made again."""
    find_campaign(console.files, stem, id_)
    make_sound(console, stem, [id_], me.shown)
    audit(request, "audio.asked", f"{stem}/{id_}")
    return go(f"/campaigns/{stem}/{id_}#sound")


@router.post("/campaigns/{stem}/{id_}/send")
@does(Act.SEND_TO_LEADER)
def send(request: Request, console: ConsoleDep, stem: str, id_: str) -> Response:
    """The text is done: from now on its bulletins wait for a leader's signature."""
    commune, campaign = find_campaign(console.files, stem, id_)
    errors = make_draft(console.workspace, commune, campaign).errors
    if errors:  # a check may be wrong: whoever signs sees what it says
        text = ngettext("The text has {n} error.", "The text has {n} errors.", errors).format(n=errors)
        flash(request, f"{text} " + _("The leader sees it, too."), "warn")
    if send_to_leader(console.database, f"{stem}/{id_}"):
        audit(request, "campaign.sent", f"{stem}/{id_}", campaign.title)
    flash(request, _("Sent to the leader: {title}").format(title=campaign.title))
    return go(f"/campaigns/{stem}/{id_}#sound")


@router.post("/campaigns/{stem}/{id_}/last-signed")
@does(Act.PLAN_BROADCAST)
def play_last_signed(request: Request, console: ConsoleDep, stem: str, id_: str, form: SubmittedForm) -> Response:
    """Where the new sound is not signed in time, the broadcast plays what was signed last."""
    find_campaign(console.files, stem, id_)
    schedule = console.files.plan().schedule
    broadcast = schedule.broadcast(form.text("broadcast", 100)) if schedule else None
    if broadcast is None or broadcast.commune != stem:
        raise FormError({"": _("This broadcast is no longer in the schedule.")})
    text = _("{name}: what is not signed in time is replaced by what was signed last")
    reschedule(
        request,
        file_of(console, broadcast.id),
        lambda data: editor.put(broadcast_in(data, broadcast.id), ("late", "fallback"), "last-good"),
        text.format(name=name_of(console.files, broadcast)),
    )
    return go(f"/campaigns/{stem}/{id_}#sound")


@router.get("/jobs/{id_}")
@does(Act.READ_JOB)
def job(request: Request, console: ConsoleDep, id_: int) -> Response:
    """How far a job is."""
    found = console.job(id_)
    if found is None:
        raise HTTPException(404)
    ready = [
        b
        for b in console.bulletins.all()
        if b.commune in found.arguments.get("communes", [])
        and b.state in {"waiting", "draft"}
        and (not (of := found.arguments.get("campaigns")) or (b.manifest and set(of) & set(b.manifest.campaigns)))
    ]
    schedule = console.files.plan().schedule
    tried = schedule.outputs.get(found.arguments.get("output", "")) if schedule and found.kind == "chime" else None
    return page(request, "job.html", job=found, ready=ready, tried=tried, advice=advice)


@router.post("/jobs/{id_}/cancel")
@does(Act.CANCEL_JOB)
def cancel(request: Request, console: ConsoleDep, id_: int) -> Response:
    """Stop a job. What it has spoken so far stays in the cache."""
    if console.jobs.cancel(id_):
        audit(request, "job.cancelled", str(id_))
        flash(request, _("Cancelled."))
    return go(f"/jobs/{id_}")
