"""Our own style sheet, script and pictures; and whether the console lives."""

from fastapi import APIRouter
from fastapi.responses import FileResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException

from generator.console.pages import FOLDER
from generator.console.roles import anyone

router = APIRouter(include_in_schema=False)
_KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "ico": "image/x-icon"}
_FILES = {path.name: path for path in (FOLDER / "static").iterdir() if path.suffix[1:] in _KINDS}


@router.get("/static/{name}")
@anyone
def static(name: str) -> Response:
    """A file by its exact name; nothing is looked up on disk by what was asked."""
    path = _FILES.get(name)
    if path is None:
        raise HTTPException(404)
    headers = {"cache-control": "public, max-age=604800"}
    return FileResponse(path, media_type=f"{_KINDS[path.suffix[1:]]}; charset=utf-8", headers=headers)


@router.get("/health")
@anyone
def health() -> Response:
    """`ok` for whoever watches over the machine; says nothing else."""
    return PlainTextResponse("ok")
