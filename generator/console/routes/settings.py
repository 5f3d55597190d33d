"""Settings: voices with a sample each, outputs with a self-test, files to bring in, backup."""

import datetime
import shutil
import tempfile
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, Response
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException

from generator.console import voices
from generator.console.context import Filled, Here, note, tell
from generator.console.formerror import FormError
from generator.console.pages import go, page
from generator.console.roles import Role, only
from generator.i18n import _
from generator.on_air import backup as backups
from generator.schedule.alerts import Alerts
from generator.schedule.model import Rules
from generator.schedule.outputs import KINDS
from generator.slugs import slug
from generator.speech import all_engines
from generator.workspace import part_path, write_atomic

router = APIRouter(include_in_schema=False)
SAMPLE = "Kính chào bà con. Đây là giọng đọc thử của đài truyền thanh."
LONGEST_JINGLE = 60.0


@router.get("/settings")
@only(Role.ADMIN, Role.OPERATOR)
def settings(request: Request, here: Here) -> Response:
    """Everything that is set up once."""
    schedule = here.facts.plan().schedule
    return page(
        request,
        "settings.html",
        voices=voices.engine_states(),
        outputs=list(schedule.outputs.items()) if schedule else [],
        kinds=tuple(KINDS),
        rules=schedule.rules if schedule else Rules(),
        alerts=schedule.alerts if schedule else Alerts(),
        tests=[job for job in here.jobs.latest(20) if job.kind == "chime"][:5],
        jingles=sorted(path.name for path in here.workspace.jingles.glob("*.*") if not path.name.startswith(".")),
        people=len(here.accounts.all()),
    )


@router.get("/settings/voices/{engine}/{voice}/sample.wav")
@only(Role.ADMIN, Role.OPERATOR, Role.OFFICER)
def sample(here: Here, engine: str, voice: str) -> Response:
    """A sentence in one voice."""
    found = next((e for e in all_engines() if e.name == engine and voice in e.voices()), None)
    if found is None:
        raise HTTPException(404)
    return Response(voices.hear_voice(here.workspace, found, voice, SAMPLE), media_type="audio/wav")


@router.post("/settings/jingles")
@only(Role.ADMIN)
def jingle(request: Request, here: Here, form: Filled) -> Response:
    """A station sound from an uploaded file: decoded, cut to a minute and written anew as FLAC."""
    import miniaudio  # these three take their time to load, and few ever need them
    import numpy as np
    import soundfile

    name, content = form.upload("file")
    wanted = slug(form.text("name", 40) or Path(name).stem, 40) or "muc"
    try:
        sound = miniaudio.decode(content, miniaudio.SampleFormat.SIGNED16, 1, 44100)
    except miniaudio.MiniaudioError as error:
        raise FormError({"file": _("This is not a sound file that can be read (MP3, WAV, FLAC, OGG).")}) from error
    samples = np.frombuffer(sound.samples, dtype=np.int16)[: int(LONGEST_JINGLE * 44100)]
    if not len(samples):
        raise FormError({"file": _("There is no sound in this file.")})
    target = here.workspace.jingles / f"{wanted}.flac"
    part = part_path(target)
    soundfile.write(part, samples, 44100, format="FLAC", subtype="PCM_16")
    part.replace(target)
    note(request, "jingle.added", target.name)
    tell(request, _("The station sound “{name}” is there now.").format(name=wanted))
    return go("/settings")


@router.get("/settings/backup")
@only(Role.ADMIN)
def backup(request: Request, here: Here) -> Response:
    """One file to keep elsewhere."""
    folder = Path(tempfile.mkdtemp())
    target = folder / f"loa-{datetime.datetime.now().astimezone():%Y%m%d-%H%M}.zip"
    backups.backup(here.workspace, target)
    note(request, "backup.made", target.name)
    return FileResponse(target, filename=target.name, background=BackgroundTask(shutil.rmtree, folder))


@router.post("/settings/communes")
@only(Role.ADMIN, Role.OFFICER)
def bring_in(request: Request, here: Here, form: Filled) -> Response:
    """A commune's YAML file from somewhere else, checked like any other."""
    name, content = form.upload("file")
    stem = slug(Path(name).stem) or "muc"
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormError({"file": _("The file is not UTF-8 text.")}) from error
    here.history.try_commune(stem, text)
    if here.facts.commune(stem) is not None:
        raise FormError({"file": _("There already is a commune “{name}”.").format(name=stem)})
    write_atomic(here.workspace.campaigns / f"{stem}.yaml", text)
    here.facts.forget()
    note(request, "commune.imported", stem)
    tell(request, _("Brought in: {name}").format(name=stem))
    return go(f"/campaigns/{stem}")
