"""Release: what waits for a leader's signature, what changed since the last one, and the signature itself."""

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response
from starlette.exceptions import HTTPException

from generator import approval
from generator.console import shelf, signing
from generator.console.context import Console, Filled, Here, Me, note, tell
from generator.console.draft import Draft, make_draft
from generator.console.formerror import FormError
from generator.console.pages import go, page
from generator.console.parts import in_parts
from generator.console.roles import Role, members, only
from generator.console.shelf import Bulletin
from generator.i18n import _

router = APIRouter(include_in_schema=False)
readers = only(Role.LEADER, Role.OFFICER, Role.ADMIN)
_ORDER = {"waiting": 0, "returned": 1, "none": 2, "signed": 3}


@router.get("/release")
@readers
def queue(request: Request, here: Here, q: str = "", part: int = 1) -> Response:
    """Every bulletin, those that wait for a signature first; with search."""
    wanted = q.casefold().strip()[:80]
    bulletins = sorted(here.shelf.all(), key=lambda b: (_ORDER[b.state], not b.planned, b.id))
    found = [b for b in bulletins if wanted in f"{b.id} {b.title}".casefold()]
    waiting = sum(b.state == "waiting" for b in bulletins)
    return page(request, "release.html", q=q[:80], waiting=waiting, **in_parts(found, part))


@router.get("/release/{commune}/{name}")
@readers
def one(request: Request, here: Here, commune: str, name: str) -> Response:
    """A bulletin to sign: sound, text, findings, and what is new since the last signature."""
    bulletin = find_bulletin(here, f"{commune}/{name}")
    last = here.shelf.last_signed(bulletin)
    drafts, cues = _drafts(here, bulletin), bulletin.cues
    return page(
        request,
        "signing.html",
        b=bulletin,
        drafts=drafts,
        lines=signing.lines_of(cues),
        moved_on=[id_ for id_, draft in drafts if signing.moved_on(cues, id_, draft)],
        last=last,
        change=signing.change(last[1].cues, cues) if last and last[1] and cues else None,
        broadcasts=shelf.plan_of(here.facts.plan().schedule, bulletin.id),
    )


@router.post("/release/{commune}/{name}/sign")
@only(Role.LEADER)
def sign(request: Request, here: Here, me: Me, commune: str, name: str, form: Filled) -> Response:
    """Sign exactly the sound that the page showed."""
    bulletin = _same(here, f"{commune}/{name}", form.text("sha256", 64))
    recording = approval.Recording(bulletin.id, bulletin.path)
    approval.release(here.workspace, here.store, recording, me.shown, shelf.now())
    note(request, "bulletin.signed", bulletin.id, bulletin.sha256 or "")
    tell(request, _("Signed: {title}. It goes on air as planned.").format(title=bulletin.title))
    return go("/release")


@router.post("/release/{commune}/{name}/return")
@only(Role.LEADER)
def send_back(request: Request, here: Here, me: Me, commune: str, name: str, form: Filled) -> Response:
    """Do not sign; say why."""
    text = form.text("note", 2000)
    if not text:
        raise FormError({"note": _("Write what should be changed.")})
    bulletin = _same(here, f"{commune}/{name}", form.text("sha256", 64))
    here.shelf.send_back(bulletin, me.shown, text)
    note(request, "bulletin.returned", bulletin.id, text)
    tell(request, _("Sent back: {title}").format(title=bulletin.title))
    return go("/release")


@router.post("/release/{commune}/{name}/withdraw")
@only(Role.LEADER)
def withdraw(request: Request, here: Here, me: Me, commune: str, name: str) -> Response:
    """Take a signature back: the bulletin does not go on air."""
    bulletin = find_bulletin(here, f"{commune}/{name}")
    approval.withdraw(here.workspace, here.store, bulletin.id, me.shown, shelf.now())
    note(request, "bulletin.withdrawn", bulletin.id)
    tell(request, _("The signature is withdrawn: {title} does not go on air.").format(title=bulletin.title), "warn")
    return go("/release")


@router.get("/sound/{commune}/{name}.mp3")
@members
def sound(here: Here, commune: str, name: str) -> Response:
    """The bulletin's sound; browsers may ask for parts of it."""
    bulletin = find_bulletin(here, f"{commune}/{name}")
    if bulletin.sha256 is None:
        raise HTTPException(404)
    kind = "audio/mpeg"
    return FileResponse(bulletin.path, media_type=kind, filename=f"{name}.mp3", content_disposition_type="inline")


@router.get("/sound/{commune}/{name}.vtt")
@members
def captions(here: Here, commune: str, name: str) -> Response:
    """What is said when, for the player."""
    return _beside(here, f"{commune}/{name}", ".vtt", "text/vtt; charset=utf-8")


@router.get("/sound/{commune}/{name}.srt")
@members
def subtitles(here: Here, commune: str, name: str) -> Response:
    """The same for video programs."""
    return _beside(here, f"{commune}/{name}", ".srt", "application/x-subrip; charset=utf-8")


def _beside(here: Console, id_: str, suffix: str, kind: str) -> Response:
    path = find_bulletin(here, id_).path.with_suffix(suffix)
    if not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, media_type=kind)


def find_bulletin(here: Console, id_: str) -> Bulletin:
    """The bulletin, else 404."""
    found = here.shelf.get(id_)
    if found is None:
        raise HTTPException(404)
    return found


def _same(here: Console, id_: str, sha256: str) -> Bulletin:
    """The bulletin, if it still is the sound that somebody heard. Raises FormError."""
    bulletin = find_bulletin(here, id_)
    if bulletin.sha256 is None or bulletin.sha256 != sha256:
        raise FormError({"": _("The sound was made again meanwhile. Hear the new one before you decide.")})
    return bulletin


def _drafts(here: Console, bulletin: Bulletin) -> list[tuple[str, Draft]]:
    """The articles of the bulletin as they are now, with their findings."""
    file = here.facts.commune(bulletin.commune)
    schedule = here.facts.plan().schedule
    plan = next((p for p in schedule.plans() if p.id == bulletin.id), None) if schedule else None
    wanted = bulletin.manifest.campaigns if bulletin.manifest else plan.campaigns if plan else ()
    if file is None or file.commune is None:
        return []
    return [
        (campaign.id, make_draft(here.workspace, file.commune, campaign))
        for campaign in file.commune.campaigns
        if campaign.id in wanted
    ]
