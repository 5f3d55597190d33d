"""The published page as it would be now, with its own style and player, under a policy of its own."""

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response
from starlette.exceptions import HTTPException

from generator.console.context import Here
from generator.console.lookup import find_campaign
from generator.console.pages import go
from generator.console.roles import Role, only
from generator.publish.page import ASSETS, article_page

router = APIRouter(include_in_schema=False)
readers = only(Role.EDITOR, Role.OFFICER, Role.LEADER)
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
@readers
def asset(here: Here, name: str) -> Response:
    """What the pages need beside them."""
    if name not in ASSETS:
        raise HTTPException(404)
    return FileResponse(here.workspace.templates / "page" / name, media_type=f"{ASSETS[name]}; charset=utf-8")


@router.get("/preview/{stem}/{id_}/index.html")
@readers
def whole(here: Here, stem: str, id_: str) -> Response:
    """The page of one campaign."""
    page = article_page(here.workspace, *find_campaign(here, stem, id_))
    return Response(page.html, media_type="text/html; charset=utf-8", headers=HEADERS)


@router.get("/preview/{stem}/{id_}/{name}")
@readers
def beside(here: Here, stem: str, id_: str, name: str) -> Response:
    """What stands in the page's folder: its sound and captions; its files are those of the page “Publish”."""
    commune, campaign = find_campaign(here, stem, id_)
    if name in _FILES:
        return go(f"/publish/{commune.stem}/{campaign.id}/{name}")
    heard = article_page(here.workspace, commune, campaign).heard if name in _SOUND else None
    if heard is None:
        raise HTTPException(404)
    return FileResponse(heard.mp3 if name == "bulletin.mp3" else heard.vtt, media_type=_SOUND[name])
