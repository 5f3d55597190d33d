"""The recipe of one bulletin: speak what is new, choose the readings, join the pieces, write the files and a record.

The record is written last: a build that is killed leaves the old bulletin, or a record that does not match its sound,
which the next build makes again.
"""

import datetime
import hashlib

from generator.bulletin import sounds
from generator.bulletin.captions import srt, webvtt
from generator.bulletin.frames import info_frame
from generator.bulletin.lossless import write_flac
from generator.bulletin.manifest import Manifest
from generator.bulletin.narration import Narrator, Progress, lines
from generator.bulletin.order import Order, Recording
from generator.bulletin.picture import waveform
from generator.bulletin.piece import RULES
from generator.bulletin.programme import Programme, join
from generator.bulletin.proof import prove
from generator.bulletin.rundown import rundown
from generator.bulletin.tags import id3
from generator.errors import LoaError, SpeechError
from generator.speech import Cast, cast, is_auto
from generator.speech.clips import digest
from generator.speech.engine import Engine
from generator.speech.presenters import voice_for
from generator.speech.registry import engine as engine_named
from generator.workspace import Workspace, cannot_write, part_path, write_atomic


def make(
    workspace: Workspace,
    order: Order,
    engine: Engine,
    voice: str,
    *,
    jobs: int = 1,
    lossless: bool = False,
    progress: Progress = lambda *_: None,
) -> Manifest:
    """Make the bulletin of `order`, speaking `jobs` sentences at a time, or find that it is already made.

    `voice` reads all of it, or lends its accent to the presenters that `order` names (see `speech.presenters`).
    With `lossless` its master is kept too, as FLAC.
    Raises BulletinError (it cannot fit, a sound is missing), SpeechError, WorkspaceError; sentences spoken until then
    stay in the cache, and an older bulletin stays as it was.
    """
    target = workspace.bulletins / f"{order.plan.id}.mp3"
    flac = target.with_suffix(".flac")
    done = unchanged(workspace, order, engine, voice)
    if done is not None and (flac.is_file() or not lossless):
        return done
    speakers = cast(engine, voice, order.presenters())
    heard = rundown(order, Narrator(workspace, speakers, order.style.preset), progress, jobs)
    programme = join(heard.slots)
    day = order.date or datetime.datetime.now().astimezone().date()
    mp3 = as_mp3(order, programme, day)
    manifest = Manifest(
        id=order.plan.id,
        commune=order.plan.commune,
        name=order.plan.name,
        title=order.title,
        date=day,
        campaigns=order.plan.campaigns,
        seconds=round(programme.seconds, 3),
        sha256=hashlib.sha256(mp3).hexdigest(),
        engine=engine.name,
        voice=speakers.lead,
        presenters=dict(speakers.presenters),
        engine_version=engine.version,
        preset=order.style.preset,
        readings=len(heard.fit.rounds),
        pace=round(heard.fit.pace, 4),
        words_sha256=_words(workspace, order),
        voice_sha256=_voice(speakers),
        inputs=dict(order.inputs),
        clips=heard.clips,
        cues=programme.cues,
    )
    manifest = _written(workspace, mp3, waveform(programme.peaks), manifest)
    if lossless:
        write_flac(flac, heard.slots, programme.count)
    return manifest


def _written(workspace: Workspace, mp3: bytes, picture: bytes, manifest: Manifest) -> Manifest:
    """Prove the sound under another name, then put all files in their places, the record last.

    Builds that run side by side put theirs one after the other, so that a record never lies beside another's sound.
    """
    from filelock import FileLock  # brings asyncio, which costs time and 2 MB wherever nothing new is written

    target = workspace.bulletins / f"{manifest.id}.mp3"
    candidate = part_path(target)
    write_atomic(candidate, mp3)
    try:
        manifest = manifest.model_copy(update={"proof": prove(candidate, manifest)})
        workspace.state.mkdir(exist_ok=True)
        with FileLock(workspace.state / "bulletins.lock"):
            target.with_suffix(".flac").unlink(missing_ok=True)  # of an earlier sound
            candidate.replace(target)
            write_atomic(target.with_suffix(".png"), picture)
            write_atomic(target.with_suffix(".srt"), srt(manifest.cues))
            write_atomic(target.with_suffix(".vtt"), webvtt(manifest.cues))
            manifest.save(target.with_suffix(".json"))
    except OSError as error:
        raise cannot_write(target, error) from error
    finally:
        candidate.unlink(missing_ok=True)
    return manifest


def made_before(workspace: Workspace, order: Order, wanted: str | None = None) -> Manifest | None:
    """The bulletin of `order` where it is made already, in a voice that `wanted` (`engine[:voice]`, `auto`) allows.

    Costs no look at the network. A release is bound to the sound: it must not lapse because the Internet, and with it
    another voice, came or went. The bulletin is to be made again (None) when its own engine, being ready, has become a
    better version of itself.
    """
    manifest = _whole(workspace, order)
    if manifest is None:
        return None
    try:
        now = engine_named(manifest.engine)
    except SpeechError:  # its engine is no longer installed
        return manifest if is_auto(wanted) else None
    if not is_auto(wanted) and not _speaks(manifest, str(wanted), now, order):
        return None
    return None if now.version != manifest.engine_version and now.state().ready else manifest


def _speaks(manifest: Manifest, wanted: str, engine: Engine, order: Order) -> bool:
    """Whether the voices of `manifest` are those that `wanted` (`engine[:voice]`) gives `order`."""
    name, _colon, voice = wanted.partition(":")
    first = next(iter(engine.voices()), "")
    base = (voice_for(engine, voice, first) if voice else first) or voice
    speakers = cast(engine, base, order.presenters())
    return name == engine.name and (manifest.voice, manifest.presenters) == (speakers.lead, speakers.presenters)


def unchanged(workspace: Workspace, order: Order, engine: Engine, voice: str) -> Manifest | None:
    """The bulletin of `order` where it is made already, by this voice, and whole; else None. Costs milliseconds."""
    manifest = _whole(workspace, order)
    speakers = cast(engine, voice, order.presenters())
    return manifest if manifest and manifest.voice_sha256 == _voice(speakers) else None


def _whole(workspace: Workspace, order: Order) -> Manifest | None:
    """The record of the bulletin that has the words of `order`, where all its files are whole; else None."""
    mp3 = workspace.bulletins / f"{order.plan.id}.mp3"
    words = _words(workspace, order)
    try:
        manifest = Manifest.load(mp3.with_suffix(".json"))
        if manifest.words_sha256 != words or hashlib.sha256(mp3.read_bytes()).hexdigest() != manifest.sha256:
            return None
        captions = {".vtt": webvtt(manifest.cues), ".srt": srt(manifest.cues)}
        whole = all(mp3.with_suffix(suffix).read_bytes() == text.encode() for suffix, text in captions.items())
    except (LoaError, OSError):
        return None
    return manifest if whole and mp3.with_suffix(".png").is_file() else None


def _voice(speakers: Cast) -> str:
    """A digest of who speaks."""
    engine = speakers.engine
    presenters = (part for pair in speakers.presenters.items() for part in pair)
    return digest(engine.name, engine.version, engine.text_style, speakers.lead, *presenters)


def _words(workspace: Workspace, order: Order) -> str:
    """A digest of everything that is said, played and written in the file, whoever speaks. Raises BulletinError."""
    plan, style = order.plan, order.style
    names = [style.jingle, "bridge", *([style.music] if style.music else []), *["time-signal"] * style.time_signal]
    music = [*(sounds.jingle(workspace, name) for name in names), sounds.closing_jingle(workspace, style.jingle)]
    recorded = [item.path for item in order.items if isinstance(item, Recording)]
    length = f"{plan.min_seconds}-{plan.max_seconds}"
    parts = ["bulletin 1", RULES, plan.id, order.title, *plan.campaigns, length, repr(style), order.commune]
    parts += [str(order.date), *(sounds.file_sha256(path) for path in (*music, *recorded))]
    for script, sentence in lines(order.scripts()):
        parts += [script.region, script.campaign, script.title, sentence.kind, str(sentence.pause)]
        parts += [sentence.text, sentence.reading.phrased]
    parts += _turns(order)
    return digest(*parts)


def _turns(order: Order) -> list[str]:
    """Who says each sentence; nothing where one voice says all, so that older records stay true."""
    return [sentence.presenter for _script, sentence in lines(order.scripts())] if order.presenters() else []


def as_mp3(order: Order, programme: Programme, day: datetime.date) -> bytes:
    """The finished file: tag, `Info` frame, frames."""
    named = {item.path.stem if isinstance(item, Recording) else item.campaign: item.title for item in order.items}
    named |= {"opening": "Mở đầu", "bridge": "Đọc lại", "closing": "Kết thúc"}  # a bulletin is Vietnamese everywhere
    ends = [*(chapter.start for chapter in programme.chapters[1:]), programme.seconds]
    chapters = [(c.start, end, named[c.part]) for c, end in zip(programme.chapters, ends, strict=True)]
    tag = id3(order.title, order.commune, day, chapters)
    return b"".join((tag, info_frame(programme.count), *programme.blocks))
