"""The recipe of one bulletin: speak what is new, choose the readings, join the pieces, write the files and a record.

The record is written last: a build that is killed leaves the old bulletin, or a record that does not match its sound,
which the next build makes again.
"""

import datetime
import hashlib
import html
import io
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from mutagen.id3 import CHAP, CTOC, ID3, TALB, TDRC, TIT2, TLAN, TPE1, CTOCFlags

from loa.article.filters import capital
from loa.audio.mp3 import FRAME_SAMPLES, RATE, info_frame
from loa.bulletin import jingles
from loa.bulletin.manifest import Cue, Manifest
from loa.bulletin.models import AudioItem, BulletinRequest
from loa.bulletin.narration import Narrator, Progress, lines
from loa.bulletin.rundown import AssembledBulletin, Slot, join, placed, rundown
from loa.bulletin.segments import RULES
from loa.bulletin.verify import prove
from loa.errors import LoaError, SpeechError
from loa.tts import Cast, cast, is_auto
from loa.tts.cache import digest
from loa.tts.engine import Engine
from loa.tts.voices import engine as engine_named
from loa.tts.voices import voice_for
from loa.workspace import Workspace, cannot_write, part_path, write_atomic

ESTIMATED = "Thời điểm của từng từ là ước lượng, vì bộ đọc không cho biết."
"""In Vietnamese, as the captions are."""


def webvtt(cues: Sequence[Cue]) -> str:
    """`cues` as WebVTT; words carry their times, so that a page can light them up as they are heard.

    Where presenters take turns, each cue says whose it is (`<v Nữ>`); where those times are no more than an estimate, a
    note says so.
    """
    blocks = (f"{i}\n{_stamp(c.start)} --> {_stamp(c.end)}\n{_speaker(c)}{_timed(c)}\n" for i, c in enumerate(cues, 1))
    note = f"NOTE {ESTIMATED}\n\n" if any(cue.estimated for cue in cues) else ""
    return f"WEBVTT\n\n{note}" + "\n".join(blocks)


def srt(cues: Sequence[Cue]) -> str:
    """`cues` as SubRip."""
    blocks = (
        f"{i}\n{_stamp(c.start, ',')} --> {_stamp(c.end, ',')}\n{' '.join(c.text.split())}\n"
        for i, c in enumerate(cues, 1)
    )
    return "\n".join(blocks)


def _speaker(cue: Cue) -> str:
    return f"<v {html.escape(capital(cue.presenter))}>" if cue.presenter else ""


def _timed(cue: Cue) -> str:
    """The text in one line, escaped, with `<time>` before each word after the first."""

    def pieces() -> Iterator[str]:
        position, last = 0, cue.start
        for number, word in enumerate(cue.words):
            # words that one written token gave ("2023") share its start: the token is lit once, at the first of them
            if number and word.start > position and last < word.at < cue.end:
                yield html.escape(cue.text[position : word.start], quote=False)
                yield f"<{_stamp(word.at)}>"
                position, last = word.start, word.at
        yield html.escape(cue.text[position:], quote=False)

    return " ".join("".join(pieces()).split())


def _stamp(seconds: float, point: str = ".") -> str:
    thousandths = round(seconds * 1000)
    whole, thousandths = divmod(thousandths, 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{point}{thousandths:03}"


def id3(title: str, commune: str, date: datetime.date, chapters: Sequence[tuple[float, float, str]]) -> bytes:
    """The tag as bytes. `chapters` are (start, end, name) in seconds."""
    tag = ID3()
    for frame, value in ((TIT2, title), (TPE1, commune), (TALB, commune), (TDRC, date.isoformat()), (TLAN, "vie")):
        tag.add(frame(encoding=1, text=value))
    names = [f"c{i}" for i in range(len(chapters))]
    flags = CTOCFlags.TOP_LEVEL | CTOCFlags.ORDERED
    tag.add(CTOC(element_id="toc", flags=flags, child_element_ids=names, sub_frames=[]))
    for name, (start, end, heading) in zip(names, chapters, strict=True):
        tag.add(
            CHAP(
                element_id=name,
                start_time=round(start * 1000),
                end_time=round(end * 1000),
                start_offset=0xFFFFFFFF,
                end_offset=0xFFFFFFFF,
                sub_frames=[TIT2(encoding=1, text=heading)],
            )
        )
    tag.update_to_v23()
    buffer = io.BytesIO()
    tag.save(buffer, v2_version=3, padding=lambda _info: 0)
    return buffer.getvalue()


WIDTH, HEIGHT = 1200, 96
_PALETTE = bytes((255, 255, 255, 196, 30, 58))  # paper, and the red of the wave


def waveform(peaks: bytes) -> bytes:
    """`peaks` (0-255, evenly spaced in time) as a PNG of two colours, mirrored about its middle."""
    columns = [max(peaks[_at(x, peaks) : max(_at(x, peaks) + 1, _at(x + 1, peaks))], default=0) for x in range(WIDTH)]
    reach = [column * (HEIGHT // 2) // 255 for column in columns]
    rows = []
    for y in range(HEIGHT):
        away = abs(2 * y + 1 - HEIGHT) // 2
        bits = "".join("1" if away <= r and r else "0" for r in reach)
        rows.append(b"\0" + int(bits, 2).to_bytes(WIDTH // 8, "big"))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 1, 3, 0, 0, 0)  # one bit a pixel, with a palette
    chunks = ((b"IHDR", header), (b"PLTE", _PALETTE), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


def _at(column: int, peaks: bytes) -> int:
    return column * len(peaks) // WIDTH


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def write_flac(path: Path, slots: Iterable[Slot], frames: int) -> None:
    """Write `slots` to `path`, `frames` MP3 frames long, whole or not at all. Raises WorkspaceError."""
    import numpy as np  # 0.1 s, 16 MB: only where somebody asks for the master
    import soundfile

    part = part_path(path)
    try:
        with soundfile.SoundFile(part, "w", RATE, 1, "PCM_24", format="FLAC") as file:
            written = 0
            for at in placed(slots):
                assert at.slot.piece.render, "every piece of a rundown can be mastered again"
                samples = at.slot.piece.render()[0]
                file.write(np.zeros(at.start - written, np.float32))
                file.write(samples)
                written = at.start + len(samples)
            file.write(np.zeros(frames * FRAME_SAMPLES - written, np.float32))
        part.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        part.unlink(missing_ok=True)


def make(
    workspace: Workspace,
    order: BulletinRequest,
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


def made_before(workspace: Workspace, order: BulletinRequest, wanted: str | None = None) -> Manifest | None:
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


def _speaks(manifest: Manifest, wanted: str, engine: Engine, order: BulletinRequest) -> bool:
    """Whether the voices of `manifest` are those that `wanted` (`engine[:voice]`) gives `order`."""
    name, _colon, voice = wanted.partition(":")
    first = next(iter(engine.voices()), "")
    base = (voice_for(engine, voice, first) if voice else first) or voice
    speakers = cast(engine, base, order.presenters())
    return name == engine.name and (manifest.voice, manifest.presenters) == (speakers.lead, speakers.presenters)


def unchanged(workspace: Workspace, order: BulletinRequest, engine: Engine, voice: str) -> Manifest | None:
    """The bulletin of `order` where it is made already, by this voice, and whole; else None. Costs milliseconds."""
    manifest = _whole(workspace, order)
    speakers = cast(engine, voice, order.presenters())
    return manifest if manifest and manifest.voice_sha256 == _voice(speakers) else None


def _whole(workspace: Workspace, order: BulletinRequest) -> Manifest | None:
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


def _words(workspace: Workspace, order: BulletinRequest) -> str:
    """A digest of everything that is said, played and written in the file, whoever speaks. Raises BulletinError."""
    plan, style = order.plan, order.style
    names = [style.jingle, "bridge", *([style.music] if style.music else []), *["time-signal"] * style.time_signal]
    music = [*(jingles.jingle(workspace, name) for name in names), jingles.closing_jingle(workspace, style.jingle)]
    recorded = [item.path for item in order.items if isinstance(item, AudioItem)]
    length = f"{plan.min_seconds}-{plan.max_seconds}"
    parts = ["bulletin 1", RULES, plan.id, order.title, *plan.campaigns, length, repr(style), order.commune]
    parts += [str(order.date), *(jingles.file_sha256(path) for path in (*music, *recorded))]
    for script, sentence in lines(order.scripts()):
        parts += [script.region, script.campaign, script.title, sentence.kind, str(sentence.pause)]
        parts += [sentence.text, sentence.reading.phrased]
    parts += _turns(order)
    return digest(*parts)


def _turns(order: BulletinRequest) -> list[str]:
    """Who says each sentence; nothing where one voice says all, so that older records stay true."""
    return [sentence.presenter for _script, sentence in lines(order.scripts())] if order.presenters() else []


def as_mp3(order: BulletinRequest, programme: AssembledBulletin, day: datetime.date) -> bytes:
    """The finished file: tag, `Info` frame, frames."""
    named = {item.path.stem if isinstance(item, AudioItem) else item.campaign: item.title for item in order.items}
    named |= {"opening": "Mở đầu", "bridge": "Đọc lại", "closing": "Kết thúc"}  # a bulletin is Vietnamese everywhere
    ends = [*(chapter.start for chapter in programme.chapters[1:]), programme.seconds]
    chapters = [(c.start, end, named[c.part]) for c, end in zip(programme.chapters, ends, strict=True)]
    tag = id3(order.title, order.commune, day, chapters)
    return b"".join((tag, info_frame(programme.count), *programme.blocks))
