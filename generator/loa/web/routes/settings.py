"""Settings: voices with a sample each, outputs with a self-test, communes to bring in, backup."""

import datetime
import shutil
import tempfile
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, PlainTextResponse, Response
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException

from loa.actions.acts import Act
from loa.actions.file_history import replacing
from loa.app import backups as automatic
from loa.app.backup import backup as write_backup
from loa.app.backups import PlaceState, place_states
from loa.i18n import _
from loa.names import engine_name, voice_name
from loa.schedule.alerts import Alerts
from loa.schedule.models import Rules
from loa.schedule.output_plugins import kinds
from loa.text import slug
from loa.tts import all_engines, downloads
from loa.tts.downloads import Download
from loa.web import preview_audio
from loa.web.auth.decisions import does
from loa.web.context import Console, ConsoleDep, CurrentPerson, SubmittedForm, audit, edit_file, flash
from loa.web.forms import FormError
from loa.web.pages import FOLDER, go, page
from loa.web.routes.today import owned

router = APIRouter(include_in_schema=False)
SAMPLE = "Kính chào bà con. Đây là giọng đọc thử của đài truyền thanh."


@router.get("/settings")
@does(Act.SEE_SETTINGS)
def settings(request: Request, console: ConsoleDep, me: CurrentPerson) -> Response:
    """Everything that is set up once."""
    schedule = console.files.plan().schedule
    return page(
        request,
        "settings.html",
        voices=sorted(preview_audio.engine_states(), key=lambda one: not (one[2] and one[2].ready)),
        voice_name=voice_name,
        engine_name=engine_name,
        to_fetch=_to_fetch() if me.may(Act.INSTALL) else {},
        outputs=list(schedule.outputs.items()) if schedule else [],
        may_set=owned(schedule, me),
        kinds=tuple(kinds()),
        rules=schedule.rules if schedule else Rules(),
        alerts=schedule.alerts if schedule else Alerts(),
        tests=[job for job in console.jobs.latest(20) if job.kind == "chime"][:5],
        people=len(console.accounts.all()),
        backups=_backup_states(console) if schedule else [],
    )


def _backup_states(console: Console) -> list[tuple[str, PlaceState | None]]:
    """The places of automatic backups, and what came of them."""
    schedule = console.files.plan().schedule
    states, titles = place_states(console.workspace), automatic.titles()
    return [(titles[name], states.get(name)) for name in (schedule.backup.places if schedule else ())]


@router.get("/settings/voices/{engine}/{voice}/sample.wav")
@does(Act.HEAR_VOICE)
def sample(console: ConsoleDep, engine: str, voice: str) -> Response:
    """A sentence in one voice."""
    found = next((e for e in all_engines() if e.name == engine and voice in e.voices()), None)
    if found is None:
        raise HTTPException(404)
    return Response(preview_audio.hear_voice(console.workspace, found, voice, SAMPLE), media_type="audio/wav")


@router.post("/settings/voices")
@does(Act.INSTALL)
def fetch_voice(request: Request, console: ConsoleDep, me: CurrentPerson, form: SubmittedForm) -> Response:
    """Fetch a voice that then speaks without the Internet, under the licence that stands beside the button."""
    name = form.text("voice", 100)
    wanted = _to_fetch().get(name)
    if wanted is None:
        raise FormError({"voice": _("Choose one from the list.")})
    number = console.jobs.add(
        "voice", _("Voice: {name}").format(name=voice_name(f"piper:{name}")), {"voice": name}, me.shown
    )
    audit(request, "voice.fetched", name, wanted.licence)
    return go(f"/jobs/{number}")


def _to_fetch() -> dict[str, Download]:
    """The voices that can be fetched and are not here yet, where the program for them is."""
    piper = next((engine for engine in all_engines() if engine.name == "piper"), None)
    if piper is None or piper.version == "none":
        return {}
    return {name: voice for name, voice in downloads.catalogue().items() if name not in piper.voices()}


@router.get("/settings/backup")
@does(Act.BACK_UP)
def backup(request: Request, console: ConsoleDep) -> Response:
    """One file to keep elsewhere."""
    folder = Path(tempfile.mkdtemp())
    target = folder / f"loa-{datetime.datetime.now().astimezone():%Y%m%d-%H%M}.zip"
    write_backup(console.workspace, target)
    audit(request, "backup.made", target.name)
    return FileResponse(target, filename=target.name, background=BackgroundTask(shutil.rmtree, folder))


@router.post("/settings/communes")
@does(Act.ADD_COMMUNE)
def bring_in(request: Request, console: ConsoleDep, form: SubmittedForm) -> Response:
    """A commune's YAML file from somewhere else, checked like any other."""
    name, content = form.upload("file")
    stem = slug(Path(name).stem) or "muc"
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormError({"file": _("The file is not UTF-8 text.")}) from error
    console.history.try_commune(stem, text)
    if console.files.commune(stem) is not None:
        raise FormError({"file": _("There already is a commune “{name}”.").format(name=stem)})
    path, note = console.workspace.campaigns / f"{stem}.yaml", _("brought in: {file}").format(file=name)
    edit_file(request, path, replacing("", text), note, action="commune.imported", subject=stem)
    flash(request, _("Brought in: {name}").format(name=stem))
    return go(f"/campaigns/{stem}")


_KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "ico": "image/x-icon"}
_FILES = {path.name: path for path in (FOLDER / "static").iterdir() if path.suffix[1:] in _KINDS}


@router.get("/static/{name}")
@does(Act.LOAD_STYLE)
def static(name: str) -> Response:
    """A file by its exact name; nothing is looked up on disk by what was asked."""
    path = _FILES.get(name)
    if path is None:
        raise HTTPException(404)
    headers = {"cache-control": "public, max-age=604800"}
    return FileResponse(path, media_type=f"{_KINDS[path.suffix[1:]]}; charset=utf-8", headers=headers)


@router.get("/health")
@does(Act.ASK_HEALTH)
def health() -> Response:
    """`ok` for whoever watches over the machine; says nothing else."""
    return PlainTextResponse("ok")
