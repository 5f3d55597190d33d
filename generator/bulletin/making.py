"""The recipe of one bulletin: speak what is new, choose the readings, join the pieces, write the files and a record.

The record is written last: a build that is killed leaves the old bulletin, or a record that does not match its sound,
which the next build makes again.
"""

import datetime
import hashlib
from pathlib import Path

from generator.bulletin import sounds
from generator.bulletin.captions import srt, webvtt
from generator.bulletin.frames import info_frame
from generator.bulletin.manifest import Manifest
from generator.bulletin.narration import Narrator, Progress, lines
from generator.bulletin.order import Order, Recording
from generator.bulletin.piece import RULES
from generator.bulletin.programme import Programme, join
from generator.bulletin.proof import prove
from generator.bulletin.rundown import rundown
from generator.bulletin.tags import id3
from generator.errors import LoaError
from generator.speech.clips import Voice, digest
from generator.speech.engine import Engine
from generator.speech.registry import engine as engine_named
from generator.workspace import Workspace, write_atomic


def make(
    workspace: Workspace,
    order: Order,
    engine: Engine,
    voice: str,
    *,
    jobs: int = 1,
    progress: Progress = lambda *_: None,
) -> Manifest:
    """Make the bulletin of `order`, or find that it is already made. `jobs` sentences are spoken at a time.

    Raises BulletinError (it cannot fit, a sound is missing), SpeechError, WorkspaceError; sentences spoken until then
    stay in the cache.
    """
    plan, narrator = order.plan, Narrator(workspace, Voice(engine, voice), order.style.preset, jobs)
    mark = fingerprint(order, narrator)
    target = workspace.bulletins / f"{plan.id}.mp3"
    done = finished(target, mark)
    if done is not None:
        return done
    heard = rundown(order, narrator, progress)
    programme = join(heard.slots)
    day = order.date or datetime.datetime.now().astimezone().date()
    mp3 = _mp3(order, programme, day)
    manifest = Manifest(
        id=plan.id,
        commune=plan.commune,
        name=plan.name,
        title=plan.title,
        date=day,
        campaigns=plan.campaigns,
        seconds=round(programme.seconds, 3),
        sha256=hashlib.sha256(mp3).hexdigest(),
        engine=engine.name,
        voice=voice,
        engine_version=engine.version,
        preset=order.style.preset,
        readings=len(heard.fit.rounds),
        pace=round(heard.fit.pace, 4),
        fingerprint=mark,
        inputs=dict(order.inputs),
        clips=heard.clips,
        cues=programme.cues,
    )
    write_atomic(target, mp3)
    manifest = manifest.model_copy(update={"proof": prove(target, manifest)})
    write_atomic(target.with_suffix(".srt"), srt(programme.cues))
    write_atomic(target.with_suffix(".vtt"), webvtt(programme.cues))
    manifest.save(target.with_suffix(".json"))
    return manifest


def made_before(workspace: Workspace, order: Order) -> Manifest | None:
    """The bulletin of `order`, where it is made already and only another voice might be chosen today; else None.

    A release is bound to the sound: it must not lapse because the Internet, and with it another voice, came or went.
    """
    target = workspace.bulletins / f"{order.plan.id}.mp3"
    try:
        manifest = Manifest.load(target.with_suffix(".json"))
        voice = Voice(engine_named(manifest.engine), manifest.voice)
    except LoaError:
        return None
    return finished(target, fingerprint(order, Narrator(workspace, voice, order.style.preset)))


def finished(mp3: Path, mark: str) -> Manifest | None:
    """The record of `mp3` where it was made from exactly what `mark` stands for and all files are whole; else None."""
    try:
        manifest = Manifest.load(mp3.with_suffix(".json"))
        if manifest.fingerprint != mark or hashlib.sha256(mp3.read_bytes()).hexdigest() != manifest.sha256:
            return None
        captions = {".vtt": webvtt(manifest.cues), ".srt": srt(manifest.cues)}
        whole = all(mp3.with_suffix(suffix).read_bytes() == text.encode() for suffix, text in captions.items())
    except (LoaError, OSError):
        return None
    return manifest if whole else None


def fingerprint(order: Order, narrator: Narrator) -> str:
    """Of everything that decides how the bulletin sounds and what is written on it. Raises BulletinError."""
    plan, style, workspace = order.plan, order.style, narrator.workspace
    names = [style.jingle, "bridge", *([style.music] if style.music else []), *["time-signal"] * style.time_signal]
    music = [*(sounds.jingle(workspace, name) for name in names), sounds.closing_jingle(workspace, style.jingle)]
    recorded = [item.path for item in order.items if isinstance(item, Recording)]
    spoken = [
        f"{narrator.clip_key(script, sentence)} {sentence.pause} {sentence.kind} {sentence.text}"
        for script, sentence in lines(order.scripts())
    ]
    wanted = [plan.id, plan.title, *plan.campaigns, f"{plan.min_seconds}-{plan.max_seconds}", repr(style)]
    heard = [sounds.file_sha256(path) for path in (*music, *recorded)]
    return digest("bulletin 1", RULES, *wanted, order.commune, str(order.date), *heard, *spoken)


def _mp3(order: Order, programme: Programme, day: datetime.date) -> bytes:
    """The finished file: tag, `Info` frame, frames."""
    named = {item.path.stem if isinstance(item, Recording) else item.campaign: item.title for item in order.items}
    named |= {"opening": "Mở đầu", "bridge": "Đọc lại", "closing": "Kết thúc"}  # a bulletin is Vietnamese everywhere
    ends = [*(chapter.start for chapter in programme.chapters[1:]), programme.seconds]
    chapters = [(c.start, end, named[c.part]) for c, end in zip(programme.chapters, ends, strict=True)]
    tag = id3(order.plan.title, order.commune, day, chapters)
    return tag + info_frame(programme.count) + programme.frames
