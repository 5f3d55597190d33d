"""Publish: what the web editor takes away, campaign by campaign."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException

from loa import article as articles
from loa import template_files
from loa.actions.acts import Act
from loa.messages.outbox import SOCIAL, text_of
from loa.publish.page import ASSETS, ArticlePage, article_page, made_bulletins
from loa.publish.signed import noted
from loa.web.auth.decisions import does
from loa.web.context import Console, ConsoleDep, CurrentPerson, audit, publish_pages
from loa.web.pages import go, in_parts, page
from loa.web.views.bulletins import Bulletin
from loa.web.views.drafts import Draft, make_draft
from loa.web.views.lookup import find_campaign
from loa.workspace import read_text

router = APIRouter(include_in_schema=False)
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@router.get("/publish")
@does(Act.READ_PUBLICATION)
def index(request: Request, console: ConsoleDep, q: str = "", part: int = 1) -> Response:
    """All campaigns, to choose one."""
    wanted = q.casefold().strip()[:80]
    rows = [
        (file, campaign)
        for file in console.files.communes()
        if file.commune
        for campaign in file.commune.campaigns
        if not wanted or wanted in f"{file.stem} {file.commune.unit.full_name} {campaign.title}".casefold()
    ]
    schedule = console.files.plan().schedule
    return page(
        request,
        "publish.html",
        q=q[:80],
        public=noted(console.workspace),
        address=schedule.publish.address if schedule else None,
        **in_parts(rows, part),
    )


@router.get("/publish/{stem}/{id_}")
@does(Act.READ_PUBLICATION)
def show(request: Request, console: ConsoleDep, stem: str, id_: str) -> Response:
    """One campaign: preview, HTML to copy, files to take."""
    commune, campaign = find_campaign(console.files, stem, id_)
    draft = make_draft(console.workspace, commune, campaign)
    bulletins = [b for b in console.bulletins.all() if b.manifest and b.commune == stem and id_ in b.manifest.campaigns]
    public, signed = (noted(console.workspace) or {}).get((stem, id_)), _as_signed(console, stem, id_, draft)
    return page(
        request,
        "published.html",
        commune=commune,
        campaign=campaign,
        draft=draft,
        stem=stem,
        id=id_,
        bulletins=bulletins,
        public="older" if signed else public.state if public else "unsigned",
        html=read_text(signed / "fragment.txt") if signed else draft.html,
        signed=any(b.approval for b in bulletins),
        feed=f"{str(request.base_url).rstrip('/')}/feed/{stem}.xml",
        written=_feed(console, stem) is not None,
        social=_social(console, bulletins, id_),
    )


@router.post("/publish")
@does(Act.PUBLISH)
def make(request: Request, console: ConsoleDep, me: CurrentPerson) -> Response:
    """Write pages, documents and feeds of what is signed into public/."""
    number = publish_pages(console, me.shown)
    audit(request, "pages.asked")
    return go(f"/jobs/{number}")


@router.get("/feed/{stem}.xml")
@does(Act.READ_FEED)
def feed(console: ConsoleDep, stem: str) -> Response:
    """A commune's feed as it was last written, for readers and podcast programs everywhere."""
    path = _feed(console, stem)
    if path is None:
        raise HTTPException(404)
    return FileResponse(path, media_type="application/rss+xml")


def _as_signed(console: Console, stem: str, id_: str, draft: Draft | None = None) -> Path | None:
    """The folder of what is public of an article whose text was changed since it was signed: that is given away until
    the new text is signed. None where the text is what is public, or nothing of it is. `draft`: if it is made already.
    """
    public = (noted(console.workspace) or {}).get((stem, id_))
    folder = console.workspace.public / stem / id_
    if public is None or public.state == "unsigned" or not (folder / "article.md").is_file():
        return None
    draft = draft or make_draft(console.workspace, *find_campaign(console.files, stem, id_))
    now = draft.article.markdown if draft.article else ""
    return folder if read_text(folder / "article.md") != now else None


def _file(console: Console, stem: str, id_: str, name: str, draft: Draft | None = None) -> Path | None:
    """A file of an article as it was signed, where its text is another one now; else None."""
    folder = _as_signed(console, stem, id_, draft)
    return folder / name if folder and (folder / name).is_file() else None


def _social(console: Console, bulletins: Sequence[Bulletin], id_: str) -> str:
    """The signed text of a campaign for the social page; "" where nothing of it alone is signed."""
    schedule = console.files.plan().schedule
    alone = (b for b in bulletins if b.approval and b.sha256 and b.manifest and b.manifest.campaigns == (id_,))
    found = next(alone, None)
    text = text_of(console.workspace, schedule, found.id, found.sha256 or "") if found and schedule else None
    return text.within(SOCIAL) if text else ""


def _feed(console: Console, stem: str) -> Path | None:
    """The feed of what is signed; None until it is written, and until its addresses lead somewhere."""
    schedule, path = console.files.plan().schedule, console.workspace.public / stem / "feed.xml"
    given = schedule is not None and schedule.publish.address is not None
    there = console.files.commune(stem) is not None and path.is_file() and noted(console.workspace) is not None
    return path if given and there else None


@router.get("/publish/{stem}/{id_}/article.docx")
@does(Act.READ_PUBLICATION)
def docx(console: ConsoleDep, stem: str, id_: str) -> Response:
    """The article in the layout of official documents."""
    from loa.publish.word import document  # python-docx: 50 ms, 16 MB, only for this file

    commune, campaign = find_campaign(console.files, stem, id_)
    if kept := _file(console, stem, id_, "article.docx"):
        return FileResponse(kept, media_type=_DOCX, filename=f"{commune.stem}-{campaign.id}.docx")
    article = articles.render(console.workspace, commune, campaign)
    headers = {"content-disposition": f'attachment; filename="{commune.stem}-{campaign.id}.docx"'}
    return Response(document(article, commune, campaign), media_type=_DOCX, headers=headers)


@router.get("/publish/{stem}/{id_}/article.md")
@does(Act.READ_PUBLICATION)
def markdown(console: ConsoleDep, stem: str, id_: str) -> Response:
    """The article as Markdown."""
    commune, campaign = find_campaign(console.files, stem, id_)
    draft = make_draft(console.workspace, commune, campaign)
    if kept := _file(console, stem, id_, "article.md", draft):
        return FileResponse(kept, media_type="text/markdown", filename=f"{commune.stem}-{campaign.id}.md")
    text = draft.article.markdown if draft.article else ""
    headers = {"content-disposition": f'attachment; filename="{commune.stem}-{campaign.id}.md"'}
    return PlainTextResponse(text, media_type="text/markdown; charset=utf-8", headers=headers)


@router.get("/publish/{stem}/{id_}/fragment.txt")
@does(Act.READ_PUBLICATION)
def fragment(console: ConsoleDep, stem: str, id_: str) -> Response:
    """The article as HTML to paste, as a file."""
    draft = make_draft(console.workspace, *find_campaign(console.files, stem, id_))
    if kept := _file(console, stem, id_, "fragment.txt", draft):
        return FileResponse(kept, media_type="text/plain", filename=f"{stem}-{id_}.txt")
    headers = {"content-disposition": f'attachment; filename="{stem}-{id_}.txt"'}
    return PlainTextResponse(draft.html, headers=headers)


_SOUND = {"bulletin.mp3": "audio/mpeg", "bulletin.vtt": "text/vtt; charset=utf-8"}
_FILES = frozenset({"article.docx", "article.md", "fragment.txt"})
HEADERS = {
    # The page is of the station's own templates: it may show itself inside the console, and send nothing anywhere.
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
    ),
    "x-frame-options": "SAMEORIGIN",
}


@router.get("/preview/{name}")
@does(Act.READ_PUBLICATION)
def asset(console: ConsoleDep, name: str) -> Response:
    """What the pages need beside them."""
    if name not in ASSETS:
        raise HTTPException(404)
    path = template_files.locate(console.workspace, f"page/{name}")
    return FileResponse(path, media_type=f"{ASSETS[name]}; charset=utf-8")


@router.get("/preview/{stem}/{id_}/index.html")
@does(Act.READ_PUBLICATION)
def published_page(console: ConsoleDep, stem: str, id_: str) -> Response:
    """The page of one campaign: as it was signed, where its text is another one now."""
    if kept := _file(console, stem, id_, "index.html"):
        return FileResponse(kept, media_type="text/html; charset=utf-8", headers=HEADERS)
    page = _page(console, stem, id_)
    return Response(page.html, media_type="text/html; charset=utf-8", headers=HEADERS)


@router.get("/preview/{stem}/{id_}/{name}")
@does(Act.READ_PUBLICATION)
def page_asset(console: ConsoleDep, stem: str, id_: str, name: str) -> Response:
    """What stands in the page's folder: its sound and captions; its files are those of the page “Publish”."""
    commune, campaign = find_campaign(console.files, stem, id_)
    if name in _FILES:
        return go(f"/publish/{commune.stem}/{campaign.id}/{name}")
    if name in _SOUND and (kept := _file(console, stem, id_, name)):
        return FileResponse(kept, media_type=_SOUND[name])
    heard = _page(console, stem, id_).heard if name in _SOUND else None
    if heard is None:
        raise HTTPException(404)
    if name == "bulletin.vtt":
        return Response(heard.captions, media_type=_SOUND[name])
    return FileResponse(heard.mp3, media_type=_SOUND[name])


def _page(console: Console, stem: str, id_: str) -> ArticlePage:
    """The page as it would be once it is signed, with the sound that is there now."""
    commune, campaign = find_campaign(console.files, stem, id_)
    return article_page(console.workspace, commune, campaign, made_bulletins(console.workspace, commune.stem))
