"""Check by speech recognition how well each sentence of a bulletin is understood. The result is only advice."""

import atexit
import difflib
import importlib.metadata
import importlib.util
import io
import json
import threading
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from loa.audio.mp3 import FRAME_BYTES, FRAME_SECONDS, RATE
from loa.audio.samples import Sound
from loa.bulletin.manifest import Cue, Manifest
from loa.errors import BulletinError, Finding, Severity, SpeechError
from loa.files import write_atomic
from loa.formats import lasting
from loa.i18n import _
from loa.tts.cache import clip_path, digest
from loa.workspace import Workspace

_RATE = 16_000
_BEFORE, _AFTER = 0.3, 0.6  # seconds of silence added: the recogniser misses words at the edges
_SILENT = 4  # log level of viet-asr; it would report its loading on stderr
_lock = threading.Lock()


def version() -> str:
    """Return the recogniser's version, a part of the cache key. Raises SpeechError if it is not installed."""
    if importlib.util.find_spec("vietasr") is None:
        raise SpeechError(
            Finding("listen.engine", _("The recogniser is not installed."), _("Install it: pip install loa[listen]"))
        )
    return f"viet-asr {importlib.metadata.version('viet-asr')} 1"


def transcribe(sound: Sound) -> str:
    """Return the recognised words, in lower case. Raises SpeechError if the recogniser is not installed."""
    version()
    import numpy as np  # 0.1 s, 16 MB: only where a recogniser listens
    import soxr

    samples = soxr.resample(sound.samples, sound.rate, _RATE) if len(sound.samples) else sound.samples
    peak = float(np.abs(samples).max(initial=0.0)) or 1.0
    padded = np.concatenate([np.zeros(int(_BEFORE * _RATE)), samples / peak * 0.7, np.zeros(int(_AFTER * _RATE))])
    with _lock:
        return str(_recogniser().transcribe((padded * 32767).astype(np.int16), float(_RATE)).text).lower()


def missed(said: str, understood: str) -> tuple[str, ...]:
    """Return the words of `said` that are not in `understood`, in order. "hoá" equals "hóa", "lý" equals "lí"."""
    words = said.split()
    ours, theirs = [_canonical(word) for word in words], [_canonical(word) for word in understood.split()]
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    kept = {i + k for i, _j, size in matcher.get_matching_blocks() for k in range(size)}
    return tuple(word for i, word in enumerate(words) if i not in kept)


def _canonical(word: str) -> tuple[str, str]:
    """Return a word without its tone mark, and the mark; spelling variants (place of the mark, i or y) become equal."""
    letters = unicodedata.normalize("NFD", word.lower())
    tones = "".join(c for c in letters if c in "\u0300\u0301\u0303\u0309\u0323")
    bare = unicodedata.normalize("NFC", "".join(c for c in letters if c not in tones))
    if len(bare) > 1 and bare.endswith("y") and not set(bare[:-1]) & set("aăâeêioôơuư"):
        bare = bare[:-1] + "i"
    return bare, tones


@cache
def _recogniser() -> Any:
    import vietasr  # an extra of its own, and slow to load
    from vietasr.ffi import native

    native.lib.vietasr_set_log_level(_SILENT)
    pipeline = vietasr.Pipeline.preset("transcribe")
    pipeline.build()
    atexit.register(pipeline.close)  # if it is still open when the interpreter exits, it prints a traceback
    return pipeline


THRESHOLD = 0.7
"""Share of a sentence's words that should be understood. The offline voice has about 0.86 on average."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Heard:
    """A sentence, the words that the recogniser understood, and the words that it missed."""

    cue: Cue
    understood: str
    missed: tuple[str, ...]

    @property
    def share(self) -> float:
        """The share of the words that were understood, from 0 to 1."""
        return 1 - len(self.missed) / max(1, len(self.cue.spoken.split()))


def listen(workspace: Workspace, mp3: Path, progress: Progress = lambda *_: None) -> list[Heard]:
    """Check each different sentence of the bulletin `mp3` once, in order; earlier results come from the cache.

    Raises SpeechError if the recogniser is not installed, BulletinError if the bulletin is missing or incomplete.
    """
    frames = _frames(mp3)
    cues = _different(Manifest.load(mp3.with_suffix(".json")))
    result = []
    for done, cue in enumerate(cues, 1):
        result.append(_check_cue(workspace, frames, cue))
        progress(done, len(cues))
    return result


def findings(workspace: Workspace, mp3: Path, threshold: float = THRESHOLD) -> Iterator[Finding]:
    """Yield a note for each sentence of which less than `threshold` is understood. Raises the same as `listen`."""
    for result in listen(workspace, mp3):
        if result.share < threshold:
            yield Finding(
                "listen.unclear",
                _("At {time} only {share:.0%} is understood; missed: {missed}. Heard: “{heard}”").format(
                    time=lasting(result.cue.start),
                    share=result.share,
                    missed=" ".join(result.missed),
                    heard=result.understood,
                ),
                _("Listen to it yourself; if it is unclear, write it otherwise or add it to station.pronounce."),
                Severity.INFO,
                workspace.relative(mp3),
                quote=result.cue.text,
            )


def _different(manifest: Manifest) -> list[Cue]:
    """Return the first cue of each different sentence and voice."""
    found: dict[tuple[str, str], Cue] = {}
    for cue in manifest.cues:
        found.setdefault((cue.spoken, manifest.voice_of(cue)), cue)
    return list(found.values())


def _frames(mp3: Path) -> bytes:
    """Return the MP3 frames without tag and `Info` frame. Raises BulletinError."""
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


def _check_cue(workspace: Workspace, frames: bytes, cue: Cue) -> Heard:
    import soundfile  # it brings numpy

    first, last = int(cue.start / FRAME_SECONDS), int(cue.end / FRAME_SECONDS) + 2
    said = frames[first * FRAME_BYTES : last * FRAME_BYTES]
    path = clip_path(workspace, digest("heard", version(), said.hex()), ".heard.json")
    try:
        understood = str(json.loads(path.read_bytes())["heard"])
    except (OSError, ValueError, KeyError, TypeError):
        samples, rate = soundfile.read(io.BytesIO(said), dtype="float32")
        assert rate == RATE
        understood = transcribe(Sound(samples, rate))
        write_atomic(path, json.dumps({"heard": understood, "said": cue.spoken}, ensure_ascii=False))
    return Heard(cue, understood, missed(cue.spoken, understood))
