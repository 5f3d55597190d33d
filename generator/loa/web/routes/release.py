"""Release: what waits for a leader's signature, what changed since the last one, and the signature itself."""

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response
from starlette.exceptions import HTTPException

from loa.actions.acts import Act
from loa.actions.approvals import approve, send_back, withdraw
from loa.errors import RequestError
from loa.i18n import _
from loa.schedule.display_names import output_names
from loa.web.auth.decisions import does
from loa.web.context import (
    Console,
    ConsoleDep,
    CurrentPerson,
    SubmittedForm,
    audit,
    flash,
    follow_signatures,
    require_four_eyes,
)
from loa.web.forms import FormError
from loa.web.pages import go, in_parts, page
from loa.web.views import bulletins as shelf
from loa.web.views import drafts
from loa.web.views.bulletins import Bulletin
from loa.web.views.drafts import Draft, make_draft
from loa.web.views.sound import coming

router = APIRouter(include_in_schema=False)
_ORDER = {"waiting": 0, "returned": 1, "draft": 2, "none": 3, "signed": 4}


@router.get("/release")
@does(Act.READ_RELEASE)
def index(request: Request, console: ConsoleDep, me: CurrentPerson, q: str = "", part: int = 1) -> Response:
    """Every bulletin, those that wait for a signature first; with search."""
    wanted = q.casefold().strip()[:80]
    writes = me.may(Act.SEND_TO_LEADER)  # nobody else sees what is not sent yet
    shown = [b for b in console.bulletins.all() if b.state != "draft" or writes]
    bulletins = sorted(shown, key=lambda b: (_ORDER[b.state], not b.planned, b.id))
    found = [b for b in bulletins if wanted in f"{b.id} {b.title}".casefold()]
    waiting = sum(b.state == "waiting" for b in bulletins)
    return page(request, "release.html", q=q[:80], waiting=waiting, **in_parts(found, part))


@router.get("/release/{commune}/{name}")
@does(Act.READ_RELEASE)
def show(request: Request, console: ConsoleDep, commune: str, name: str) -> Response:
    """A bulletin to sign: sound, text, findings, and what is new since the last signature."""
    return _page(request, console, f"{commune}/{name}")


def _page(request: Request, console: Console, id_: str, problems: dict[str, str] | None = None) -> Response:
    bulletin = find_bulletin(console, id_)
    last = console.bulletins.last_signed(bulletin)
    sent_back = console.bulletins.last_returned(bulletin)
    articles, cues = _drafts(console, bulletin), bulletin.cues
    lines = drafts.spoken_lines_of(cues)
    return page(
        request,
        "signing.html",
        422 if problems else 200,
        problems=problems or {},
        sent_back=sent_back[0] if sent_back else None,
        mended=drafts.change(sent_back[1].cues, cues) if sent_back and sent_back[1] and cues else None,
        once=max((line.spans[0][1] for line in lines), default=0.0),
        b=bulletin,
        coming=coming(console.files.plan().schedule, console.airings, {bulletin.id}),
        drafts=articles,
        lines=lines,
        text_seconds=drafts.text_seconds(cues),
        moved_on=[id_ for id_, draft in articles if drafts.moved_on(cues, id_, draft)],
        last=last,
        change=drafts.change(last[1].cues, cues) if last and last[1] and cues else None,
    )


@router.post("/release/{commune}/{name}/sign")
@does(Act.APPROVE)
def post_approval(
    request: Request, console: ConsoleDep, me: CurrentPerson, commune: str, name: str, form: SubmittedForm
) -> Response:
    """Sign exactly the sound that the page showed."""
    bulletin = find_bulletin(console, f"{commune}/{name}")
    require_sent(bulletin)
    sha256 = form.text("sha256", 64)
    if not form.flag("heard"):
        text = _("Hear the bulletin first. Whoever has heard it elsewhere ticks the box.")
        return _page(request, console, bulletin.id, {"heard": text})
    try:
        kinds = require_four_eyes(request, bulletin.recording, not_mine=form.flag("not_mine"))
    except RequestError as error:
        if "not_mine" not in error.problems:
            raise
        return _page(request, console, bulletin.id, error.problems)
    approve(console.workspace, console.store, bulletin.recording, sha256, me.shown, shelf.now(), kinds)
    follow_signatures(console, me.shown)
    audit(request, "bulletin.signed", bulletin.id, sha256)
    if kinds:
        audit(request, "bulletin.not-mine", bulletin.id)
    planned = coming(console.files.plan().schedule, console.airings, {bulletin.id})
    text = _("Signed: {title}. It goes on air as planned.")
    if planned:
        text = _("Signed: {title}. On air at {moment}, on {outputs}.")
    moment = f"{planned.local:%H:%M %d/%m/%Y}" if planned else ""
    outputs = output_names(console.files.plan().schedule, planned.outputs) if planned else ""
    flash(request, text.format(title=bulletin.title, moment=moment, outputs=outputs))
    return go("/release")


@router.post("/release/{commune}/{name}/return")
@does(Act.SEND_BACK)
def post_return(
    request: Request, console: ConsoleDep, me: CurrentPerson, commune: str, name: str, form: SubmittedForm
) -> Response:
    """Do not sign; say why."""
    bulletin, note = find_bulletin(console, f"{commune}/{name}"), form.text("note", 2000)
    send_back(console.workspace, console.database, bulletin.recording, form.text("sha256", 64), me.shown, note)
    audit(request, "bulletin.returned", bulletin.id, note)
    flash(request, _("Sent back: {title}").format(title=bulletin.title))
    return go("/release")


@router.post("/release/{commune}/{name}/withdraw")
@does(Act.WITHDRAW)
def post_withdrawal(request: Request, console: ConsoleDep, me: CurrentPerson, commune: str, name: str) -> Response:
    """Take a signature back: the bulletin does not go on air."""
    bulletin = find_bulletin(console, f"{commune}/{name}")
    withdraw(console.workspace, console.store, bulletin.id, me.shown, shelf.now())
    follow_signatures(console, me.shown)
    audit(request, "bulletin.withdrawn", bulletin.id)
    flash(request, _("The signature is withdrawn: {title} does not go on air.").format(title=bulletin.title), "warn")
    return go("/release")


@router.get("/sound/{commune}/{name}.mp3")
@does(Act.HEAR_BULLETIN)
def sound(console: ConsoleDep, commune: str, name: str) -> Response:
    """The bulletin's sound; browsers may ask for parts of it."""
    bulletin = find_bulletin(console, f"{commune}/{name}")
    if bulletin.sha256 is None:
        raise HTTPException(404)
    kind = "audio/mpeg"
    return FileResponse(bulletin.path, media_type=kind, filename=f"{name}.mp3", content_disposition_type="inline")


@router.get("/sound/{commune}/{name}.vtt")
@does(Act.HEAR_BULLETIN)
def captions(console: ConsoleDep, commune: str, name: str) -> Response:
    """What is said when, for the player."""
    return _beside(console, f"{commune}/{name}", ".vtt", "text/vtt; charset=utf-8")


@router.get("/sound/{commune}/{name}.srt")
@does(Act.HEAR_BULLETIN)
def subtitles(console: ConsoleDep, commune: str, name: str) -> Response:
    """The same for video programs."""
    return _beside(console, f"{commune}/{name}", ".srt", "application/x-subrip; charset=utf-8")


def _beside(console: Console, id_: str, suffix: str, kind: str) -> Response:
    path = find_bulletin(console, id_).path.with_suffix(suffix)
    if not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, media_type=kind)


def find_bulletin(console: Console, id_: str) -> Bulletin:
    """The bulletin, else 404."""
    found = console.bulletins.get(id_)
    if found is None:
        raise HTTPException(404)
    return found


def require_sent(bulletin: Bulletin) -> None:
    """Raises FormError for a draft: its text may still change under whoever signs it."""
    if bulletin.state == "draft":
        raise FormError({"": _("Whoever writes it has not sent it to the leader yet.")})


def _drafts(console: Console, bulletin: Bulletin) -> list[tuple[str, Draft]]:
    """The articles of the bulletin as they are now, with their findings."""
    file = console.files.commune(bulletin.commune)
    schedule = console.files.plan().schedule
    plan = next((p for p in schedule.plans() if p.id == bulletin.id), None) if schedule else None
    wanted = bulletin.manifest.campaigns if bulletin.manifest else plan.campaigns if plan else ()
    if file is None or file.commune is None:
        return []
    return [
        (campaign.id, make_draft(console.workspace, file.commune, campaign))
        for campaign in file.commune.campaigns
        if campaign.id in wanted
    ]
