"""A campaign as it is heard: sentence by sentence, with remarks beside them, mends and readings."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from generator.console import voices
from generator.console.context import Console, Filled, Here, Me, note, tell
from generator.console.draft import make_draft
from generator.console.formerror import FormError
from generator.console.lookup import find_campaign, find_commune, returned
from generator.console.pages import go, page
from generator.console.roles import Role, members, only
from generator.errors import LoaError
from generator.i18n import _
from generator.workspace import read_text
from generator.yamlfile import changing

router = APIRouter(include_in_schema=False)
WAV = "audio/wav"


@router.get("/campaigns/{stem}/{id_}/heard")
@members
def heard(request: Request, here: Here, stem: str, id_: str) -> Response:
    """What is said, sentence by sentence."""
    commune, campaign = find_campaign(here, stem, id_)
    draft = make_draft(here.workspace, commune, campaign)
    sent_back = returned(here, stem, id_)
    return page(
        request, "heard.html", commune=commune, campaign=campaign, draft=draft, stem=stem, id=id_, returned=sent_back
    )


@router.get("/campaigns/{stem}/{id_}/hear/{number}")
@members
def hear(here: Here, stem: str, id_: str, number: int) -> Response:
    """One sentence as sound."""
    commune, campaign = find_campaign(here, stem, id_)
    draft = make_draft(here.workspace, commune, campaign)
    sentences = draft.script.sentences if draft.script else ()
    if not 0 <= number < len(sentences):
        raise HTTPException(404)
    return Response(voices.hear_sentence(here.workspace, commune, sentences[number]), media_type=WAV)


@router.get("/campaigns/{stem}/hear-word")
@only(Role.OFFICER)
def hear_word(here: Here, stem: str, word: str = "", said: str = "") -> Response:
    """How a word would sound, before it is kept."""
    station = find_commune(here, stem).station
    text = (said or word).strip()[:200]
    if not text:
        raise FormError({"said": _("Write how it is read.")})
    return Response(voices.hear_text(here.workspace, text, station.region, station.voice), media_type=WAV)


@router.post("/campaigns/{stem}/{id_}/pronounce")
@only(Role.OFFICER)
def pronounce(request: Request, here: Here, me: Me, stem: str, id_: str, form: Filled) -> Response:
    """Keep how the station reads a word; empty takes it back."""
    commune, _campaign = find_campaign(here, stem, id_)
    word, said = form.text("word", 80), form.text("said", 200)
    if not word:
        raise FormError({"word": _("Write the word.")})
    readings = {**commune.station.pronounce}
    readings.pop(word, None)
    if said:
        readings[word] = said
    _edit(here, stem, me.shown, lambda data: changing.put(data, ("station", "pronounce"), readings), f"{word} = {said}")
    note(request, "reading.kept", stem, f"{word} = {said}")
    tell(request, _("Kept: {word} is read “{said}”.").format(word=word, said=said) if said else _("Taken back."))
    return go(f"/campaigns/{stem}/{id_}/heard")


@router.post("/campaigns/{stem}/{id_}/mend")
@only(Role.OFFICER)
def mend(request: Request, here: Here, me: Me, stem: str, id_: str, form: Filled) -> Response:
    """Apply the mend of one remark where its words come from: a fact that somebody typed."""
    commune, campaign = find_campaign(here, stem, id_)
    draft = make_draft(here.workspace, commune, campaign)
    wanted = form.number("remark", 0, 10_000)
    remark = draft.remarks[wanted] if wanted < len(draft.remarks) else None
    if remark is None or remark.mended is None or not remark.finding.quote:
        raise FormError({"": _("This remark has no mend any more. Look at the text again.")})
    quote, mended = remark.finding.quote, remark.mended
    done: list[int] = []
    _edit(here, stem, me.shown, lambda data: done.append(replace_in(data, quote, mended)), f"{quote} → {mended}")
    if not sum(done):
        text = _("These words stand in the template, not in the facts: the administrator can mend templates/.")
        raise FormError({"": text})
    note(request, "campaign.mended", f"{stem}/{id_}", f"{quote} → {mended}")
    tell(request, _("Mended: {old} → {new}").format(old=quote, new=mended))
    return go(f"/campaigns/{stem}/{id_}/heard")


def replace_in(data: Any, quote: str, mended: str) -> int:
    """Replace `quote` in every text of `data`; how many texts changed."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    many = 0
    for key, value in list(items):
        if isinstance(value, str) and quote in value:
            data[key] = type(value)(value.replace(quote, mended))
            many += 1
        else:
            many += replace_in(value, quote, mended)
    return many


def _edit(here: Console, stem: str, who: str, edit: Callable[[Any], None], text: str) -> None:
    file = here.facts.commune(stem)
    if file is None:
        raise HTTPException(404)
    before = read_text(file.path)
    after = changing.change(before, edit)
    try:
        here.history.try_commune(stem, after)
    except LoaError as error:
        raise FormError({"": " ".join(f.message for f in error.findings)}) from error
    here.history.save(file.path, before, after, who, text)
