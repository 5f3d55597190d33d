"""Publish: what the web editor takes away, campaign by campaign."""

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException

from generator import article as articles
from generator.console.context import Here, Me, note
from generator.console.draft import make_draft
from generator.console.lookup import find_campaign
from generator.console.pages import go, page
from generator.console.parts import in_parts
from generator.console.roles import Role, anyone, only
from generator.i18n import _

router = APIRouter(include_in_schema=False)
readers = only(Role.EDITOR, Role.OFFICER, Role.LEADER)
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@router.get("/publish")
@readers
def everything(request: Request, here: Here, q: str = "", part: int = 1) -> Response:
    """All campaigns, to choose one."""
    wanted = q.casefold().strip()[:80]
    rows = [
        (file, campaign)
        for file in here.facts.communes()
        if file.commune
        for campaign in file.commune.campaigns
        if not wanted or wanted in f"{file.stem} {file.commune.commune.full} {campaign.title}".casefold()
    ]
    return page(request, "publish.html", q=q[:80], **in_parts(rows, part))


@router.get("/publish/{stem}/{id_}")
@readers
def one(request: Request, here: Here, stem: str, id_: str) -> Response:
    """One campaign: preview, HTML to copy, files to take."""
    commune, campaign = find_campaign(here, stem, id_)
    draft = make_draft(here.workspace, commune, campaign)
    bulletins = [b for b in here.shelf.all() if b.manifest and b.commune == stem and id_ in b.manifest.campaigns]
    return page(
        request,
        "published.html",
        commune=commune,
        campaign=campaign,
        draft=draft,
        stem=stem,
        id=id_,
        bulletins=bulletins,
        feed=f"{str(request.base_url).rstrip('/')}/feed/{stem}.xml",
        written=(here.workspace.public / stem / "feed.xml").is_file(),
    )


@router.post("/publish")
@only(Role.EDITOR)
def make(request: Request, here: Here, me: Me) -> Response:
    """Write pages, documents and feeds of all campaigns into public/."""
    number = here.jobs.add("publish", _("Pages and feeds"), {}, me.shown)
    note(request, "pages.asked")
    return go(f"/jobs/{number}")


@router.get("/feed/{stem}.xml")
@anyone
def feed(here: Here, stem: str) -> Response:
    """A commune's feed as it was last written, for readers and podcast programs everywhere."""
    path = here.workspace.public / stem / "feed.xml"
    if here.facts.commune(stem) is None or not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, media_type="application/rss+xml")


@router.get("/publish/{stem}/{id_}/article.docx")
@readers
def docx(here: Here, stem: str, id_: str) -> Response:
    """The article in the layout of official documents."""
    from generator.publish.document import document  # python-docx is slow to load

    commune, campaign = find_campaign(here, stem, id_)
    article = articles.render(here.workspace, commune, campaign)
    headers = {"content-disposition": f'attachment; filename="{commune.stem}-{campaign.id}.docx"'}
    return Response(document(article, commune, campaign.template), media_type=_DOCX, headers=headers)


@router.get("/publish/{stem}/{id_}/article.md")
@readers
def markdown(here: Here, stem: str, id_: str) -> Response:
    """The article as Markdown."""
    commune, campaign = find_campaign(here, stem, id_)
    draft = make_draft(here.workspace, commune, campaign)
    text = draft.article.markdown if draft.article else ""
    headers = {"content-disposition": f'attachment; filename="{commune.stem}-{campaign.id}.md"'}
    return PlainTextResponse(text, media_type="text/markdown; charset=utf-8", headers=headers)


@router.get("/publish/{stem}/{id_}/fragment.txt")
@readers
def fragment(here: Here, stem: str, id_: str) -> Response:
    """The article as HTML to paste, as a file."""
    draft = make_draft(here.workspace, *find_campaign(here, stem, id_))
    headers = {"content-disposition": f'attachment; filename="{stem}-{id_}.txt"'}
    return PlainTextResponse(draft.html, headers=headers)
