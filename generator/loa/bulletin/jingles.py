"""Sound that is not a single sentence: jingles, recorded items, and the opening call over music (mixed by pydub)."""

import hashlib
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from loa.audio import ffmpeg
from loa.audio.mp3 import RATE
from loa.audio.samples import Preset
from loa.bulletin.models import AudioItem, BulletinPlan, BulletinRequest
from loa.bulletin.programme import Part
from loa.bulletin.segments import RULES, Segment, Stretch, load_or_render
from loa.errors import BulletinError, Finding
from loa.i18n import _
from loa.tts.cache import Clip, digest
from loa.workspace import Workspace, below

if TYPE_CHECKING:
    from pydub import AudioSegment

    from loa.audio.mastering import Samples

SUFFIXES = (".flac", ".wav", ".mp3", ".ogg", ".m4a")
BED_BEFORE, BED_AFTER, BED_FADE = 1.8, 2.0, 0.5
"""Seconds of music alone before the first word and after the last one, and of the fade when the music is ducked."""
BED_LUFS, BED_DUCK_DB = -22.0, -15.0
_MUSIC_FADE, CUT_FADE = 0.02, 2.0
_LEAST = 2
"""Milliseconds of a sound: one to fade in, one to fade out."""
LONGEST_MUSIC, LONGEST_RECORDING = 600.0, 1800.0
"""Seconds of a jingle or of music, and of a recorded item: what a computer of 1 GB can master as a whole."""


def jingle(workspace: Workspace, name: str) -> Path:
    """Return the file of station sound `name` in audio/jingles/. Raises BulletinError with the list of sounds."""
    for suffix in SUFFIXES:
        path = below(workspace.jingles, f"{name}{suffix}")
        if path and path.is_file():
            return path
    known = sorted(p.stem for p in workspace.jingles.glob("*") if p.suffix in SUFFIXES)
    raise BulletinError(
        Finding(
            "bulletin.jingle",
            _("There is no station sound “{name}” in audio/jingles.").format(name=name),
            _("Use one of these: {names}").format(names=", ".join(known) or "—"),
            quote=name,
        )
    )


def absent(workspace: Workspace, plan: BulletinPlan, jingle_name: str) -> Iterator[Finding]:
    """Yield a finding for each sound that `plan` needs and the station does not have."""
    names = (jingle_name, plan.style.music, *["time-signal"] * plan.style.time_signal)
    for name in filter(None, names):
        try:
            jingle(workspace, name)
        except BulletinError as error:
            yield from (replace(finding, file=f"audio/bulletins/{plan.id}.mp3") for finding in error.findings)
    for recording in plan.recordings:
        path = below(workspace.root, recording)
        if not path or not path.is_file():
            yield replace(_no_recording(recording), file=f"audio/bulletins/{plan.id}.mp3")
    for part in plan.parts:
        try:
            if part.file and not sound_of(workspace, part).path.is_file():
                yield replace(_no_recording(part.file), file=f"audio/bulletins/{plan.id}.mp3")
        except BulletinError as error:
            yield from (replace(finding, file=f"audio/bulletins/{plan.id}.mp3") for finding in error.findings)


def recording(workspace: Workspace, name: str) -> AudioItem:
    """Return the recorded item at path `name` below the station. Raises BulletinError if it leads out."""
    path = below(workspace.root, name)
    if not path:
        raise BulletinError(_no_recording(name))
    return AudioItem(path, path.stem)


def sound_of(workspace: Workspace, part: Part) -> AudioItem:
    """Return the sound of a programme's part; of a relay its hold music. Raises BulletinError if there is none.

    Music may be the name of a station sound.
    """
    plain = part.kind != "recording" and not part.file.lower().endswith(SUFFIXES)
    path = jingle(workspace, part.file) if plain else recording(workspace, part.file).path
    return AudioItem(path, part.title or path.stem, part)


def _no_recording(name: str) -> Finding:
    return Finding(
        "bulletin.sound",
        _("There is no sound file “{name}” in the station's folder.").format(name=name),
        _("Put it there, or take it out of “items” in schedule.yaml."),
        quote=name,
    )


def closing_jingle(workspace: Workspace, name: str) -> Path:
    """Return the file of `<name>-end` if the station has one, else of `name`."""
    try:
        return jingle(workspace, f"{name}-end")
    except BulletinError:
        return jingle(workspace, name)


def files(workspace: Workspace, request: BulletinRequest) -> list[Path]:
    """Return every sound file that the bulletin of `request` may play. Raises BulletinError if one is missing."""
    style = request.style
    names = [style.jingle, "bridge", *([style.music] if style.music else []), *["time-signal"] * style.time_signal]
    music = [*(jingle(workspace, name) for name in names), closing_jingle(workspace, style.jingle)]
    return [*music, *(item.path for item in request.items if isinstance(item, AudioItem))]


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a sound file. Raises BulletinError if it cannot be read."""
    try:
        stat = path.stat()
        return _sha256(path, stat.st_mtime_ns, stat.st_size)
    except OSError as error:
        raise BulletinError(
            Finding(
                "bulletin.sound",
                _("Cannot read the sound file: {reason}").format(reason=error.strerror or error),
                _("Check the name and the file's permissions."),
                file=str(path),
            )
        ) from error


@lru_cache(maxsize=256)
def _sha256(path: Path, age: int, size: int) -> str:  # noqa: ARG001 (age and size: a file that changed is read again)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def sound_segment(
    workspace: Workspace, path: Path, longest: float = LONGEST_MUSIC, *, cut: float | None = None
) -> Segment:
    """Return the segment of a jingle or recorded item of at most `longest` seconds at the level of speech.

    `cut`: only so many seconds of it, faded out. Raises BulletinError, LimitError.
    """
    fade = _MUSIC_FADE if cut is None else CUT_FADE

    def render() -> "tuple[Samples, tuple[Stretch, ...]]":
        from loa.audio.mastering import level  # numpy and soxr: 0.1 s, 20 MB, only where a piece is not in the cache

        sound = _audio_segment(path, longest if cut is None else cut, cut=cut is not None)
        samples = _samples(sound.fade_in(int(_MUSIC_FADE * 1000)).fade_out(min(int(fade * 1000), len(sound) // 2)))
        return level(samples), ()

    key = ("sound", RULES, file_sha256(path), *([] if cut is None else [f"{cut:.3f}"]))
    return load_or_render(workspace, digest(*key), render)


def music_segment(workspace: Workspace, path: Path, seconds: float) -> Segment:
    """Return the segment of `seconds` of music, looped as often as it takes, faded out, at the level of speech.

    Raises BulletinError, LimitError.
    """

    def render() -> "tuple[Samples, tuple[Stretch, ...]]":
        from loa.audio.mastering import level  # as above

        music = _looped(_audio_segment(path, min(seconds, LONGEST_MUSIC), cut=True), round(seconds * 1000))
        return level(_samples(music.fade_in(300).fade_out(min(round(CUT_FADE * 1000), len(music) // 2)))), ()

    return load_or_render(workspace, digest("music", RULES, file_sha256(path), f"{seconds:.3f}"), render)


@dataclass(frozen=True, slots=True)
class Call:
    """The opening call over music: clip keys, the silence after each sentence (s), a function that gives the clips."""

    keys: Sequence[str]
    pauses: Sequence[float]
    clips: Callable[[], Sequence[Clip]]


def call_over_music(workspace: Workspace, call: Call, music: Path, preset: Preset) -> Segment:
    """Return the segment of `call` over `music`, which is ducked while the voice speaks. Raises BulletinError."""
    timing = [f"{pause:.3f}" for pause in call.pauses]
    key = digest("call", RULES, preset, file_sha256(music), *call.keys, *timing)

    def render() -> "tuple[Samples, tuple[Stretch, ...]]":
        import numpy as np  # 0.1 s, 16 MB, only where a piece is not in the cache

        from loa.audio.mastering import level, limit, master

        voice, stretches = [np.zeros(round(BED_BEFORE * RATE), np.float32)], []
        at = len(voice[0])
        for clip, pause in zip(call.clips(), call.pauses, strict=True):
            sound = clip.sound()
            samples = master(sound, preset)
            stretches.append(Stretch(at, len(samples), sound.marks))
            voice += (samples, np.zeros(round(pause * RATE), np.float32))
            at += len(samples) + len(voice[-1])
        speech = np.concatenate([*voice, np.zeros(round(BED_AFTER * RATE), np.float32)])
        bed = _ducked(
            _from_samples(level(_samples(_audio_segment(music, LONGEST_MUSIC)), BED_LUFS)), len(speech) / RATE
        )
        mixed = speech + _samples(bed)[: len(speech)]
        return np.asarray(limit(mixed), np.float32), tuple(stretches)

    return load_or_render(workspace, key, render)


def _ducked(music: "AudioSegment", seconds: float) -> "AudioSegment":
    """Return `seconds` of `music`, looped, faded in and out, and ducked while the voice speaks."""
    whole = round(seconds * 1000) + 1
    looped = _looped(music, whole)
    down, up = round((BED_BEFORE - BED_FADE) * 1000), round((seconds - BED_AFTER) * 1000)
    fade = round(BED_FADE * 1000)
    looped = looped.fade(to_gain=BED_DUCK_DB, start=down, duration=fade)
    looped = looped.fade(to_gain=-BED_DUCK_DB, start=up, duration=fade)
    return looped.fade_in(300).fade_out(round((BED_AFTER - BED_FADE) * 1000))


def _looped(music: "AudioSegment", milliseconds: int) -> "AudioSegment":
    looped = music
    while len(looped) < milliseconds:
        looped = looped.append(music, crossfade=min(200, len(music) // 4))
    return looped[:milliseconds]


def _audio_segment(path: Path, longest: float, *, cut: bool = False) -> "AudioSegment":
    """Load a sound file of at most `longest` seconds (`cut`: only these) for pydub, mono, at our rate.

    Raises BulletinError, also where the file holds too little to be faded or looped, and LimitError.
    """
    sound = _pydub()(ffmpeg.decode(path, RATE, longest, cut=cut), sample_width=2, frame_rate=RATE, channels=1)
    if len(sound) < _LEAST:
        message = _("There is no sound in this file.")
        raise BulletinError(Finding("bulletin.sound", message, _("Name another file."), file=path.name))
    return cast("AudioSegment", sound)


def _pydub() -> Any:  # pydub has no types
    """Import pydub without its warnings (invalid escape sequences; no ffmpeg on the PATH, which we do not need)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pydub import AudioSegment  # `loa check` imports this module and mixes nothing
    return AudioSegment


def _samples(segment: "AudioSegment") -> "Samples":
    import numpy as np  # 0.1 s, 16 MB: only where there is sound to work on

    return np.frombuffer(segment.raw_data, "<i2").astype(np.float32) / np.float32(32768)


def _from_samples(samples: "Samples") -> "AudioSegment":
    import numpy as np  # as above

    pcm = np.clip(np.round(samples * 32768), -32768, 32767).astype("<i2").tobytes()
    return _pydub()(pcm, sample_width=2, frame_rate=RATE, channels=1)
