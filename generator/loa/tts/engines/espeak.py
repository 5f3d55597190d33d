"""Engine `espeak`: eSpeak NG, a small engine that works everywhere and sounds like a robot.

Only this module uses eSpeak NG. It calls the library (`libespeak-ng` of Debian's espeak-ng, else the one in the wheel
espeakng-loader), not the program, because only the library reports when each word starts.
"""

import ctypes
import ctypes.util
import importlib.util
import threading
from collections.abc import Iterator
from functools import cache
from typing import Any

from loa.audio.samples import Sound
from loa.errors import Finding, SpeechError
from loa.i18n import _
from loa.tts.engine import Presenter, State, TextStyle, Utterance, no_such_voice, require

LANGUAGES = ("vi", "vi-vn-x-central", "vi-vn-x-south")
VARIANTS = ("f2", "f5", "m3", "")
WORDS_PER_MINUTE = 155
"""At pace 1.0: about four syllables a second, like an announcer of a commune."""
_SYNCHRONOUS, _UTF8, _RATE, _WORD_EVENT, _OK = 2, 1, 1, 1, 0  # of speak_lib.h
_DO_NOT_EXIT = 0x8000  # without it, the library exits our process if its data is missing
_lock = threading.Lock()  # the library has only one global voice
_starting = threading.Lock()  # two threads that initialise the library at once would deadlock


class _Event(ctypes.Structure):
    """`espeak_EVENT` of speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


def _library() -> tuple[Any, str, int]:
    """Return the library, its version and its sample rate in Hz. Raises OSError if no library works."""
    with _starting:
        return _started()


@cache
def _started() -> tuple[Any, str, int]:
    for place, data in _places():
        try:
            library = ctypes.CDLL(place)
        except OSError:
            continue
        library.espeak_Info.restype = ctypes.c_char_p
        rate = library.espeak_Initialize(_SYNCHRONOUS, 0, data, _DO_NOT_EXIT)
        if rate > 0:
            return library, library.espeak_Info(None).decode(), rate
    raise OSError("libespeak-ng")


def _places() -> Iterator[tuple[str, bytes | None]]:
    """Yield the possible paths of a library and its data: the system's, then the wheel's."""
    found = ctypes.util.find_library("espeak-ng")
    if found:
        yield found, None
    if importlib.util.find_spec("espeakng_loader"):
        import espeakng_loader  # an extra: it may not be installed

        yield str(espeakng_loader.get_library_path()), str(espeakng_loader.get_data_path()).encode()


class Espeak:
    """eSpeak NG. Its voices are called `<language>[+<variant>]`, as in espeak-ng itself."""

    name = "espeak"
    licence = "GPL-3.0-or-later"
    text_style: TextStyle = "respelt"

    @property
    def version(self) -> str:
        """The library's version and our own settings."""
        return f"{_library()[1]}/{WORDS_PER_MINUTE}" if self.state().ready else "none"

    def state(self) -> State:
        """Return "ready" if the library and its data are installed."""
        try:
            _library()
        except OSError:
            return State(
                False,
                _("eSpeak NG is not installed."),
                _("Install it: sudo apt-get install espeak-ng, or pip install loa[espeak]"),
            )
        return State(True)

    def voices(self) -> tuple[str, ...]:
        """Return the northern, central and southern accents, each with women's, a man's and the default voice."""
        return tuple(f"{language}+{variant}".rstrip("+") for language in LANGUAGES for variant in VARIANTS)

    def presenter(self, voice: str) -> Presenter | None:
        """Return "nữ" for variants that begin with f, "nam" for all others."""
        return "nữ" if "+f" in voice else "nam"

    def say(self, utterance: Utterance, voice: str, pace: float) -> Sound:
        """Speak `utterance.text`, with marks from the library. Raises SpeechError."""
        import numpy as np  # 0.1 s, 16 MB: only where this engine speaks

        require(self, voice)
        library, _version, rate = _library()
        chunks: list[bytes] = []
        starts: dict[int, float] = {}

        def receive(samples: Any, count: int, events: Any) -> int:
            if count > 0:
                chunks.append(ctypes.string_at(samples, count * 2))
            index = 0
            while events[index].type:
                if events[index].type == _WORD_EVENT:
                    starts.setdefault(events[index].text_position - 1, events[index].sample / rate)
                index += 1
            return 0

        text = utterance.text.encode()
        with _lock:
            library.espeak_SetParameter(_RATE, round(WORDS_PER_MINUTE * pace), 0)
            if library.espeak_SetVoiceByName(voice.encode()) != _OK:
                raise SpeechError(no_such_voice(self.name, voice, self.voices()))
            callback = _Callback(receive)
            library.espeak_SetSynthCallback(callback)
            failed = library.espeak_Synth(text, len(text) + 1, 0, 1, 0, _UTF8, None, None)
        samples = np.frombuffer(b"".join(chunks), np.int16).astype(np.float32) / np.float32(32768)
        if failed or not len(samples):
            raise SpeechError(Finding("speech.empty", _("eSpeak NG gave no sound."), quote=utterance.text))
        return Sound(samples, rate, tuple(_marks(utterance, starts)))


def _marks(utterance: Utterance, starts: dict[int, float]) -> Iterator[float]:
    """Yield the start of each word; nothing if the library did not report all of them."""
    places, position = [], 0
    for word in utterance.words:
        position = utterance.text.index(word, position)
        places.append(position)
        position += len(word)
    if all(place in starts for place in places):
        yield from (starts[place] for place in places)
