"""Make one bulletin: speak new sentences, choose the readings, join the segments, write the files and the manifest.

The manifest is written last. If a build is killed, it leaves the old bulletin, or a manifest that does not match its
sound; the next build then makes the bulletin again.
"""

import datetime
import hashlib
import io
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mutagen.id3 import CHAP, COMM, CTOC, ID3, TALB, TDRC, TIT2, TLAN, TPE1, TXXX, BitPaddedInt, CTOCFlags

from loa.audio.mp3 import FRAME_SAMPLES, RATE, info_frame
from loa.bulletin import jingles, synthetic
from loa.bulletin.captions import srt, webvtt
from loa.bulletin.manifest import Manifest, PartRecord
from loa.bulletin.models import AudioItem, BulletinRequest
from loa.bulletin.narration import Narrator, Progress, lines
from loa.bulletin.programme import RELAYS, pack
from loa.bulletin.rundown import AssembledBulletin, Chapter, Slot, join, placed, relay_points, rundown
from loa.bulletin.segments import RULES
from loa.bulletin.verify import measure
from loa.errors import LoaError, SpeechError
from loa.files import cannot_write, part_path, private_folder, remove, rename, write_atomic, writing
from loa.reference.languages import VIETNAMESE, three_letters
from loa.tts import Cast, cast, is_auto
from loa.tts.cache import digest
from loa.tts.engine import Engine
from loa.tts.voices import engine as engine_named
from loa.tts.voices import voice_for
from loa.workspace import Workspace

_NO_NOTES: Mapping[str, str] = {}


def id3(
    title: str,
    commune: str,
    date: datetime.date,
    chapters: Sequence[tuple[float, float, str]],
    *,
    languages: Sequence[str] = (VIETNAMESE,),
    notes: Mapping[str, str] = _NO_NOTES,
    comment: str = "",
) -> bytes:
    """Return the ID3 tag (2.3). `chapters` are (start, end, name) with times in seconds, in their order.

    `notes`: texts for programs, by their description (TXXX); `comment`: a sentence for people.

    mutagen writes frames by their length, and some players list chapters in the order of the frames: so each chapter
    is written by itself, and its frame put behind the others.
    """
    tag = ID3()
    for frame, value in ((TIT2, title), (TPE1, commune), (TALB, commune), (TDRC, date.isoformat())):
        tag.add(frame(encoding=1, text=value))
    tag.add(TLAN(encoding=1, text="".join(map(three_letters, languages))))  # ID3 2.3: one after the other
    for description, text in notes.items():
        tag.add(TXXX(encoding=1, desc=description, text=text))
    if comment:
        tag.add(COMM(encoding=1, lang="vie", desc="", text=comment))
    names = [f"c{i}" for i in range(len(chapters))]
    flags = CTOCFlags.TOP_LEVEL | CTOCFlags.ORDERED
    tag.add(CTOC(element_id="toc", flags=flags, child_element_ids=names, sub_frames=[]))
    frames = _frames(tag)
    for name, (start, end, heading) in zip(names, chapters, strict=True):
        one = ID3()
        one.add(
            CHAP(
                element_id=name,
                start_time=round(start * 1000),
                end_time=round(end * 1000),
                start_offset=0xFFFFFFFF,
                end_offset=0xFFFFFFFF,
                sub_frames=[TIT2(encoding=1, text=heading)],
            )
        )
        frames += _frames(one)
    return struct.pack(">3sBBB4s", b"ID3", 3, 0, 0, BitPaddedInt.to_str(len(frames), width=4)) + frames


_ID3_HEADER = 10


def _frames(tag: ID3) -> bytes:
    """Return the frames of `tag` as ID3 2.3, without the header of the tag."""
    tag.update_to_v23()
    buffer = io.BytesIO()
    tag.save(buffer, v2_version=3, padding=lambda _info: 0)
    return buffer.getvalue()[_ID3_HEADER:]


WIDTH, HEIGHT = 1200, 96
_PALETTE = bytes((255, 255, 255, 196, 30, 58))  # white background, red wave


def waveform(peaks: bytes) -> bytes:
    """Draw `peaks` (0-255, evenly spaced in time) as a PNG with two colours, mirrored about the middle."""
    columns = [max(peaks[_at(x, peaks) : max(_at(x, peaks) + 1, _at(x + 1, peaks))], default=0) for x in range(WIDTH)]
    reach = [column * (HEIGHT // 2) // 255 for column in columns]
    rows = []
    for y in range(HEIGHT):
        away = abs(2 * y + 1 - HEIGHT) // 2
        bits = "".join("1" if away <= r and r else "0" for r in reach)
        rows.append(b"\0" + int(bits, 2).to_bytes(WIDTH // 8, "big"))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 1, 3, 0, 0, 0)  # one bit per pixel, with a palette
    chunks = ((b"IHDR", header), (b"PLTE", _PALETTE), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


def _at(column: int, peaks: bytes) -> int:
    return column * len(peaks) // WIDTH


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def write_flac(path: Path, slots: Iterable[Slot], frames: int) -> None:
    """Write `slots`, padded to `frames` MP3 frames, to `path`, atomically. Raises WorkspaceError."""
    import numpy as np  # 0.1 s, 16 MB: only where somebody asks for the master
    import soundfile

    try:
        with writing(path) as part, soundfile.SoundFile(part, "w", RATE, 1, "PCM_24", format="FLAC") as file:
            written = 0
            for at in placed(slots):
                assert at.slot.segment.render, "every segment of a rundown can be mastered again"
                samples = at.slot.segment.render()[0]
                file.write(np.zeros(at.start - written, np.float32))
                file.write(samples)
                written = at.start + len(samples)
            file.write(np.zeros(frames * FRAME_SAMPLES - written, np.float32))
    except soundfile.LibsndfileError as error:  # libsndfile has words of its own for a full disk
        raise cannot_write(path, OSError(str(error))) from error


def make(
    workspace: Workspace,
    request: BulletinRequest,
    engine: Engine,
    voice: str,
    *,
    jobs: int = 1,
    lossless: bool = False,
    progress: Progress = lambda *_: None,
) -> Manifest:
    """Make the bulletin of `request`, `jobs` sentences at a time, or return its manifest if it is already made.

    `voice` reads everything, or decides the accent of the presenters that `request` names (see `tts.voices.cast`). With
    `lossless`, a FLAC file is written too.
    Raises BulletinError (it does not fit its length, a sound is missing), SpeechError, WorkspaceError. Sentences that
    are finished stay in the cache, and an older bulletin is not changed.
    """
    target = workspace.bulletins / f"{request.plan.id}.mp3"
    flac = target.with_suffix(".flac")
    done = unchanged(workspace, request, engine, voice)
    if done is not None and (flac.is_file() or not lossless):
        return done
    speakers = cast(engine, voice, request.presenters())
    selection = rundown(request, Narrator(workspace, speakers, request.style.preset), progress, jobs)
    assembled = join(selection.slots)
    day = request.date or datetime.datetime.now().astimezone().date()
    made_by = f"{engine.name}:{' + '.join(dict.fromkeys((speakers.lead, *dict(speakers.presenters).values())))}"
    mp3 = as_mp3(request, assembled, day, made_by)
    manifest = Manifest(
        id=request.plan.id,
        commune=request.plan.commune,
        name=request.plan.name,
        title=request.title,
        date=day,
        campaigns=request.plan.campaigns,
        seconds=round(assembled.seconds, 3),
        sha256=hashlib.sha256(mp3).hexdigest(),
        engine=engine.name,
        voice=speakers.lead,
        presenters=dict(speakers.presenters),
        engine_version=engine.version,
        preset=request.style.preset,
        readings=len(selection.fit.rounds),
        pace=round(selection.fit.pace, 4),
        words_sha256=_words_digest(workspace, request),
        voice_sha256=_voice_digest(speakers),
        inputs=dict(request.inputs),
        given=dict(request.given),
        clips=selection.clips,
        cues=assembled.cues,
        parts=_parts(request, assembled),
        credits=dict(request.credits),
        synthetic=_source_type(request, assembled),
        emergency=request.emergency,
    )
    manifest = _write_files(workspace, mp3, waveform(assembled.peaks), manifest)
    if lossless:
        write_flac(flac, selection.slots, assembled.count)
    return manifest


def _write_files(workspace: Workspace, mp3: bytes, picture: bytes, manifest: Manifest) -> Manifest:
    """Verify the sound under a temporary name, then write all files under their final names, the manifest last.

    A lock makes parallel builds do this one after the other, so that manifest and sound always belong together.
    """
    from filelock import FileLock  # imports asyncio: costs start-up time and 2 MB when nothing new is written

    target = workspace.bulletins / f"{manifest.id}.mp3"
    temporary = part_path(target)
    write_atomic(temporary, mp3)
    try:
        manifest = manifest.model_copy(update={"proof": measure(temporary, manifest)})
        private_folder(workspace.state)
        with FileLock(workspace.state / "bulletins.lock", mode=0o600):
            remove(target.with_suffix(".flac"))  # it belongs to an earlier sound
            rename(temporary, target)
            write_atomic(target.with_suffix(".png"), picture)
            write_atomic(target.with_suffix(".srt"), srt(manifest.cues))
            write_atomic(target.with_suffix(".vtt"), webvtt(manifest.cues, manifest.speakers))
            manifest.save(target.with_suffix(".json"))
    except OSError as error:
        raise cannot_write(target, error) from error
    finally:
        temporary.unlink(missing_ok=True)
    return manifest


def made_before(workspace: Workspace, request: BulletinRequest, wanted: str | None = None) -> Manifest | None:
    """Return the manifest of `request` if the bulletin is already made with a voice that `wanted` allows, else None.

    `wanted` is `engine[:voice]` or `auto`. The network is not used: an approval is bound to the sound and must not
    become invalid because the Internet, and with it another voice, is available or not. Returns None too if the
    bulletin's engine is ready with a new version.
    """
    manifest = _complete_manifest(workspace, request)
    if manifest is None or not may_speak(manifest, request, wanted):
        return None
    try:
        now = engine_named(manifest.engine)
    except SpeechError:  # the engine is no longer installed
        return manifest
    return None if now.version != manifest.engine_version and now.state().ready else manifest


def may_speak(manifest: Manifest, request: BulletinRequest, wanted: str | None) -> bool:
    """Return whether the voices of `manifest` are among those that `wanted` (`engine[:voice]`, `auto`, None) allows."""
    if is_auto(wanted):
        return True
    try:
        return _has_voices(manifest, str(wanted), engine_named(manifest.engine), request)
    except SpeechError:  # the engine is no longer installed
        return False


def _has_voices(manifest: Manifest, wanted: str, engine: Engine, request: BulletinRequest) -> bool:
    """Return whether `manifest` has the voices that `wanted` (`engine[:voice]`) gives for `request`."""
    name, _colon, voice = wanted.partition(":")
    first = next(iter(engine.voices()), "")
    base = (voice_for(engine, voice, first) if voice else first) or voice
    speakers = cast(engine, base, request.presenters())
    return name == engine.name and (manifest.voice, manifest.presenters) == (speakers.lead, speakers.presenters)


def unchanged(workspace: Workspace, request: BulletinRequest, engine: Engine, voice: str) -> Manifest | None:
    """Return the manifest of `request` if it is made with this voice and complete, else None. Takes milliseconds."""
    manifest = _complete_manifest(workspace, request)
    speakers = cast(engine, voice, request.presenters())
    return manifest if manifest and manifest.voice_sha256 == _voice_digest(speakers) else None


def _complete_manifest(workspace: Workspace, request: BulletinRequest) -> Manifest | None:
    """Return the manifest if the bulletin has the words of `request` and all its files are complete, else None."""
    mp3 = workspace.bulletins / f"{request.plan.id}.mp3"
    words = _words_digest(workspace, request)
    try:
        manifest = Manifest.load(mp3.with_suffix(".json"))
        if manifest.words_sha256 != words or hashlib.sha256(mp3.read_bytes()).hexdigest() != manifest.sha256:
            return None
        captions = {".vtt": webvtt(manifest.cues, manifest.speakers), ".srt": srt(manifest.cues)}
        complete = all(mp3.with_suffix(suffix).read_bytes() == text.encode() for suffix, text in captions.items())
    except (LoaError, OSError):
        return None
    return manifest if complete and mp3.with_suffix(".png").is_file() else None


def _voice_digest(speakers: Cast) -> str:
    """Return a digest of the engine, its version and its voices."""
    engine = speakers.engine
    presenters = (part for pair in speakers.presenters.items() for part in pair)
    return digest(engine.name, engine.version, engine.text_style, speakers.lead, *presenters)


def _words_digest(workspace: Workspace, request: BulletinRequest) -> str:
    """Return a digest of everything that is said, played and written, without the voices. Raises BulletinError."""
    plan, style = request.plan, request.style
    length = f"{plan.min_seconds}-{plan.max_seconds}"
    parts = ["bulletin 2", RULES, plan.id, request.title, *plan.campaigns, length, repr(style), request.commune]
    parts += [str(request.date), *(jingles.file_sha256(path) for path in jingles.files(workspace, request))]
    for script, sentence in lines(request.scripts()):
        parts += [script.region, script.campaign, script.title, sentence.kind, str(sentence.pause)]
        parts += [sentence.text, sentence.reading.phrased, *map(str, sorted(sentence.stressed))]
    parts += _presenter_turns(request)
    if request.summary:
        parts += ["summary", *(sentence.reading.phrased for sentence in request.summary.sentences)]
    if plan.parts or request.languages:
        parts += [plan.at, *map(repr, plan.parts), *(f"{number} {code}" for number, code in request.languages.items())]
    return digest(*parts)


def _presenter_turns(request: BulletinRequest) -> list[str]:
    """Return the presenter of each sentence; empty if one voice reads everything, so that older digests stay valid."""
    return [sentence.presenter for _script, sentence in lines(request.scripts())] if request.presenters() else []


def as_mp3(request: BulletinRequest, assembled: AssembledBulletin, day: datetime.date, speakers: str = "") -> bytes:
    """Return the finished file: tag, `Info` frame, frames. `speakers`: engine and voices that speak in it."""
    ends = [*(chapter.start for chapter in assembled.chapters[1:]), assembled.seconds]
    chapters = [(c.start, end, _title(request, c)) for c, end in zip(assembled.chapters, ends, strict=True)]
    notes: dict[str, str] = {}
    comment = ""
    if kind := _source_type(request, assembled):
        notes = {synthetic.KEY: speakers or "?", synthetic.SOURCE_KEY: kind}
        comment = synthetic.comment(speakers or "?")
    if relays := relay_points(request, assembled):
        notes[RELAYS] = pack(relays)
    languages = dict.fromkeys(request.languages.get(n, VIETNAMESE) for n in range(len(request.items)))
    tag = id3(
        request.title,
        request.commune,
        day,
        chapters,
        languages=tuple(languages) or (VIETNAMESE,),
        notes=notes,
        comment=comment,
    )
    return b"".join((tag, info_frame(assembled.count), *assembled.blocks))


def _title(request: BulletinRequest, chapter: Chapter) -> str:
    """Return the name of a chapter; always Vietnamese."""
    return _BETWEEN.get(chapter.part) or request.part_title(chapter.item)


_BETWEEN = {"bridge": "Đọc lại", "summary": "Những điều chính"}
"""What stands between or behind the items: the part, and the name of its chapter."""


def _source_type(request: BulletinRequest, assembled: AssembledBulletin) -> str:
    """Return the IPTC source type of a bulletin in which a machine speaks, else ""."""
    if not any(cue.spoken for cue in assembled.cues):
        return ""
    recorded = (item.part.kind for item in request.items if isinstance(item, AudioItem))
    return synthetic.source_type(with_recordings=any(kind != "music" for kind in recorded))


def _parts(request: BulletinRequest, assembled: AssembledBulletin) -> tuple[PartRecord, ...]:
    """Return what is heard, in its order."""
    relays = iter(relay_points(request, assembled))
    found = []
    for chapter in assembled.chapters:
        kind = chapter.part if chapter.part in _BETWEEN else request.part_kind(chapter.item)
        seconds = next(relays).seconds if kind == "relay" else chapter.end - chapter.start
        found.append(
            PartRecord(
                kind=kind,
                title=_title(request, chapter),
                language=request.languages.get(chapter.item, VIETNAMESE),
                start=round(chapter.start, 3),
                end=round(chapter.end, 3),
                seconds=round(seconds, 3),
                reading=chapter.reading,
                item=chapter.item,
            )
        )
    return tuple(found)
