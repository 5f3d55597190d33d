"""A machine's ear: what an independent recogniser (viet-asr, whose wheel holds its model) understands of a sound."""

import atexit
import difflib
import importlib.metadata
import importlib.util
import threading
import unicodedata
from functools import cache
from typing import Any

from generator.errors import Finding, SpeechError
from generator.i18n import _
from generator.speech import Sound

_RATE = 16_000
_BEFORE, _AFTER = 0.3, 0.6  # seconds of silence: the recogniser loses what touches the edge
_SILENT = 4  # of viet-asr's log levels: it reports its loading on stderr
_lock = threading.Lock()


def version() -> str:
    """Part of the key of what was heard. Raises SpeechError where the recogniser is not installed."""
    if importlib.util.find_spec("vietasr") is None:
        raise SpeechError(
            Finding("listen.engine", _("The recogniser is not installed."), _("Install it: pip install loa[listen]"))
        )
    return f"viet-asr {importlib.metadata.version('viet-asr')} 1"


def heard(sound: Sound) -> str:
    """The words that are understood, in lower case. Raises SpeechError where the recogniser is not installed."""
    version()
    import numpy as np
    import soxr

    samples = soxr.resample(sound.samples, sound.rate, _RATE) if len(sound.samples) else sound.samples
    peak = float(np.abs(samples).max(initial=0.0)) or 1.0
    padded = np.concatenate([np.zeros(int(_BEFORE * _RATE)), samples / peak * 0.7, np.zeros(int(_AFTER * _RATE))])
    with _lock:
        return str(_recogniser().transcribe((padded * 32767).astype(np.int16), float(_RATE)).text).lower()


def missed(said: str, understood: str) -> tuple[str, ...]:
    """The words of `said` that are not understood, in order. "hoá" counts as "hóa", "lý" as "lí"."""
    words = said.split()
    ours, theirs = [_canonical(word) for word in words], [_canonical(word) for word in understood.split()]
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    kept = {i + k for i, _j, size in matcher.get_matching_blocks() for k in range(size)}
    return tuple(word for i, word in enumerate(words) if i not in kept)


def _canonical(word: str) -> tuple[str, str]:
    """A word without its tone mark, and the mark: its place in the word is a matter of taste, as are final i and y."""
    letters = unicodedata.normalize("NFD", word.lower())
    tones = "".join(c for c in letters if c in "\u0300\u0301\u0303\u0309\u0323")
    bare = unicodedata.normalize("NFC", "".join(c for c in letters if c not in tones))
    if len(bare) > 1 and bare.endswith("y") and not set(bare[:-1]) & set("aăâeêioôơuư"):
        bare = bare[:-1] + "i"
    return bare, tones


@cache
def _recogniser() -> Any:
    import vietasr
    from vietasr.ffi import native

    native.lib.vietasr_set_log_level(_SILENT)
    pipeline = vietasr.Pipeline.preset("transcribe")
    pipeline.build()
    atexit.register(pipeline.close)  # left to the interpreter's end, it fails with a traceback
    return pipeline
