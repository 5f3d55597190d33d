"""The station's sounds: heard, brought in as files, recorded by the browser's microphone, taken out."""

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response
from starlette.exceptions import HTTPException

from loa.actions.acts import Act
from loa.bulletin import library
from loa.bulletin.library import KeptSound, Shelf
from loa.errors import LoaError
from loa.files import remove as delete
from loa.i18n import _
from loa.schedule.programme import Article
from loa.web.auth.decisions import does
from loa.web.context import Console, ConsoleDep, SubmittedForm, audit, flash
from loa.web.forms import FormError
from loa.web.pages import go, in_parts, page
from loa.web.views.airings import name_of
from loa.web.views.choices import SOUNDS

router = APIRouter(include_in_schema=False)
_KINDS = {".flac": "audio/flac", ".wav": "audio/wav", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".m4a": "audio/mp4"}


@router.get("/sounds")
@does(Act.ADD_JINGLE)
def sounds(request: Request, console: ConsoleDep, part: int = 1) -> Response:
    """Every sound, and the forms to add one."""
    return _page(request, console, part)


@router.post("/sounds")
@does(Act.ADD_JINGLE)
def add(request: Request, console: ConsoleDep, form: SubmittedForm) -> Response:
    """A file, or what the microphone recorded: decoded, trimmed, levelled and written anew."""
    shelf: Shelf = "station" if form.text("shelf", 20) == "station" else "recording"
    try:
        name, content = form.upload("file")
        wanted = form.text("name", 60) or name.rpartition(".")[0]
        made = library.take_in(console.workspace, shelf, wanted, content, name)
    except FormError as error:
        return _page(request, console, problems=error.problems)
    except LoaError as error:
        return _page(request, console, problems={"file": " ".join(finding.message for finding in error.findings)})
    audit(request, "jingle.added", made.sound.key)
    text = _("“{name}” is kept: {seconds} s, {cut} s of silence were cut, the loudness was adjusted. Hear it once.")
    said = text.format(name=made.sound.name, seconds=f"{made.sound.seconds:.1f}", cut=f"{made.cut:.1f}")
    flash(request, said)
    return go("/sounds")


@router.get("/sounds/{shelf}/{name}")
@does(Act.ADD_JINGLE)
def hear(console: ConsoleDep, shelf: str, name: str) -> Response:
    """The sound itself."""
    found = _find(console, shelf, name)
    return FileResponse(found.path, media_type=_KINDS[found.path.suffix.lower()])


@router.post("/sounds/{shelf}/{name}/remove")
@does(Act.ADD_JINGLE)
def remove(request: Request, console: ConsoleDep, shelf: str, name: str) -> Response:
    """Take a sound out that nothing plays."""
    found = _find(console, shelf, name)
    users = _users(console, found)
    if users:
        text = _("“{name}” is still used by: {list}. Take it out there first.")
        raise FormError({"": text.format(name=found.name, list=", ".join(users))})
    delete(found.path)
    audit(request, "sound.removed", found.key)
    flash(request, _("Deleted: {name}").format(name=found.name))
    return go("/sounds")


def _find(console: Console, shelf: str, name: str) -> KeptSound:
    found = next((s for s in library.sounds(console.workspace) if (s.shelf, s.name) == (shelf, name)), None)
    if found is None:
        raise HTTPException(404)
    return found


_OURS = frozenset({"bridge", "time-signal", "bed"})
"""Station sounds that every bulletin may play."""


def _users(console: Console, sound: KeptSound) -> list[str]:
    """The programmes and communes that play a sound, by their names."""
    schedule = console.files.plan().schedule
    found = []
    for broadcast in schedule.broadcasts if schedule else ():
        played = {str(item.file) for item in broadcast.items if not isinstance(item, Article) and hasattr(item, "file")}
        if sound.key in played or (sound.shelf == "station" and {sound.name} & {*played, broadcast.sound.music}):
            found.append(name_of(console.files, broadcast))
    if sound.shelf == "station":
        name = sound.name.removesuffix("-end")
        found += [_("every bulletin")] if sound.name in _OURS else []
        for file in console.files.communes():
            if file.commune and file.commune.station.jingle == name:
                found.append(file.commune.unit.full_name)
    return list(dict.fromkeys(found))


def _page(request: Request, console: Console, part: int = 1, *, problems: dict[str, str] | None = None) -> Response:
    rows = [(sound, _users(console, sound)) for sound in library.sounds(console.workspace)]
    return page(
        request,
        "sounds.html",
        422 if problems else 200,
        problems=problems or {},
        longest=library.LONGEST,
        sounds=SOUNDS,
        **in_parts(rows, part),
    )
