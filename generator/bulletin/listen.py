"""Every sentence of a finished bulletin, heard again by a machine. It is an opinion: it shows, it never blocks."""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from generator.bulletin import hearing
from generator.bulletin.frames import FRAME_BYTES, FRAME_SECONDS, RATE
from generator.bulletin.manifest import Cue, Manifest
from generator.errors import BulletinError, Finding, Severity
from generator.i18n import _
from generator.speech import Sound
from generator.speech.clips import clip_path, digest
from generator.workspace import Workspace, write_atomic

THRESHOLD = 0.7
"""Share of a sentence's words that should be understood; the offline voice has about 0.86 on average."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Heard:
    """A sentence on air, what the machine understood of it, and the words that it missed."""

    cue: Cue
    understood: str
    missed: tuple[str, ...]

    @property
    def share(self) -> float:
        """The share of the words that were understood, 0 to 1."""
        return 1 - len(self.missed) / max(1, len(self.cue.spoken.split()))


def listen(workspace: Workspace, mp3: Path, progress: Progress = lambda *_: None) -> list[Heard]:
    """Each different sentence of the bulletin `mp3` once, in order; heard before: from the cache.

    Raises SpeechError where the recogniser is not installed, BulletinError where the bulletin is not whole.
    """
    frames = _frames(mp3)
    cues = _different(Manifest.load(mp3.with_suffix(".json")))
    result = []
    for done, cue in enumerate(cues, 1):
        result.append(_hear(workspace, frames, cue))
        progress(done, len(cues))
    return result


def findings(workspace: Workspace, mp3: Path, threshold: float = THRESHOLD) -> Iterator[Finding]:
    """The sentences of `mp3` of which less than `threshold` is understood, as notes. Raises as `listen` does."""
    for heard in listen(workspace, mp3):
        if heard.share < threshold:
            yield Finding(
                "listen.unclear",
                _("At {time} only {share:.0%} is understood; missed: {missed}. Heard: “{heard}”").format(
                    time=f"{int(heard.cue.start) // 60}:{int(heard.cue.start) % 60:02}",
                    share=heard.share,
                    missed=" ".join(heard.missed),
                    heard=heard.understood,
                ),
                _("Listen to it yourself; if it is unclear, write it otherwise or add it to station.pronounce."),
                Severity.INFO,
                workspace.relative(mp3),
                quote=heard.cue.text,
            )


def _different(manifest: Manifest) -> list[Cue]:
    """The first cue of each sentence; said by another voice, it is another."""
    found: dict[tuple[str, str], Cue] = {}
    for cue in manifest.cues:
        found.setdefault((cue.spoken, manifest.voice_of(cue)), cue)
    return list(found.values())


def _frames(mp3: Path) -> bytes:
    """The frames of the programme, without tag and `Info` frame. Raises BulletinError."""
    try:
        raw = mp3.read_bytes()
    except OSError as error:
        raise BulletinError(
            Finding(
                "bulletin.missing",
                _("There is no such bulletin, or it cannot be read: {reason}").format(reason=error.strerror or error),
                _("Make it first: loa build"),
                file=str(mp3),
            )
        ) from error
    size = int.from_bytes(bytes(raw[6:10]), "big") if raw[:3] == b"ID3" else 0
    tag = sum(((size >> (8 * i)) & 0x7F) << (7 * i) for i in range(4)) + 10 if size else 0
    return raw[tag + FRAME_BYTES :]


def _hear(workspace: Workspace, frames: bytes, cue: Cue) -> Heard:
    import soundfile

    first, last = int(cue.start / FRAME_SECONDS), int(cue.end / FRAME_SECONDS) + 2
    said = frames[first * FRAME_BYTES : last * FRAME_BYTES]
    path = clip_path(workspace, digest("heard", hearing.version(), said.hex()), ".heard.json")
    try:
        understood = str(json.loads(path.read_bytes())["heard"])
    except (OSError, ValueError, KeyError, TypeError):
        samples, rate = soundfile.read(io.BytesIO(said), dtype="float32")
        assert rate == RATE
        understood = hearing.heard(Sound(samples, rate))
        write_atomic(path, json.dumps({"heard": understood, "said": cue.spoken}, ensure_ascii=False))
    return Heard(cue, understood, hearing.missed(cue.spoken, understood))
