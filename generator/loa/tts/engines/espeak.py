"""Engine `espeak`: eSpeak NG, a small engine that works everywhere and sounds like a robot.

Only this module and its child process use eSpeak NG. They call the library (`libespeak-ng` of Debian's espeak-ng, else
the one in the wheel espeakng-loader), not the program, because only the library reports when each word starts. Each
sentence has a process of its own, because the library's sound depends on what it said before.
"""

import ctypes
import ctypes.util
import importlib.util
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from loa.audio.samples import Sound
from loa.errors import Finding, SpeechError
from loa.i18n import _
from loa.station_secrets import program_environment
from loa.tts.engine import Presenter, State, TextStyle, Utterance, no_such_voice, require
from loa.tts.engines.espeak_child import DO_NOT_EXIT, NO_VOICE, SYNCHRONOUS

LANGUAGES = ("vi", "vi-vn-x-central", "vi-vn-x-south")
VARIANTS = ("f2", "f5", "m3", "")
WORDS_PER_MINUTE = 155
"""At pace 1.0: about four syllables a second, like an announcer of a commune."""
_CHILD = Path(__file__).with_name("espeak_child.py")
_LONGEST = 60.0
"""Seconds within which a sentence is spoken: it takes hundredths, on a busy small computer a few."""
_starting = threading.Lock()  # two threads that initialise the library at once would deadlock


def _library() -> tuple[str, str, str]:
    """Return the path of the library, that of its data and its version. Raises OSError if no library works."""
    with _starting:
        return _started()


@cache
def _started() -> tuple[str, str, str]:
    for place, data in _places():
        try:
            library = ctypes.CDLL(place)
        except OSError:
            continue
        library.espeak_Info.restype = ctypes.c_char_p
        if library.espeak_Initialize(SYNCHRONOUS, 0, data.encode() or None, DO_NOT_EXIT) > 0:
            return place, data, library.espeak_Info(None).decode()
    raise OSError("libespeak-ng")


def _places() -> Iterator[tuple[str, str]]:
    """Yield the possible paths of a library and its data ("": its own): the system's, then the wheel's."""
    found = ctypes.util.find_library("espeak-ng")
    if found:
        yield found, ""
    if importlib.util.find_spec("espeakng_loader"):
        import espeakng_loader  # an extra: it may not be installed

        yield str(espeakng_loader.get_library_path()), str(espeakng_loader.get_data_path())


class Espeak:
    """eSpeak NG. Its voices are called `<language>[+<variant>]`, as in espeak-ng itself."""

    name = "espeak"
    licence = "GPL-3.0-or-later"
    text_style: TextStyle = "respelt"

    @property
    def version(self) -> str:
        """The library's version and our own settings; 2: a process for each sentence."""
        return f"{_library()[2]}/{WORDS_PER_MINUTE}/2" if self.state().ready else "none"

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
        """Speak `utterance.text` in a process of its own, with marks from the library. Raises SpeechError."""
        import numpy as np  # 0.1 s, 16 MB: only where this engine speaks

        require(self, voice)
        place, data, _version = _library()
        command = (sys.executable, "-I", "-S", str(_CHILD), place, data, voice, str(round(WORDS_PER_MINUTE * pace)))
        try:
            done = subprocess.run(
                command,
                input=utterance.text.encode(),
                capture_output=True,
                timeout=_LONGEST,
                check=False,
                env=program_environment(),
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise SpeechError(_no_sound(utterance)) from error
        if done.returncode == NO_VOICE:
            raise SpeechError(no_such_voice(self.name, voice, self.voices()))
        head, _newline, pcm = done.stdout.partition(b"\n")
        if done.returncode or not pcm:
            raise SpeechError(_no_sound(utterance))
        about = json.loads(head)
        starts: dict[int, float] = {}
        for position, sample in about["starts"]:
            starts.setdefault(position - 1, sample / about["rate"])
        samples = np.frombuffer(pcm, np.int16).astype(np.float32) / np.float32(32768)
        return Sound(samples, about["rate"], tuple(_marks(utterance, starts)))


def _no_sound(utterance: Utterance) -> Finding:
    return Finding("speech.empty", _("eSpeak NG gave no sound."), quote=utterance.text)


def _marks(utterance: Utterance, starts: dict[int, float]) -> Iterator[float]:
    """Yield the start of each word; nothing if the library did not report all of them."""
    places, position = [], 0
    for word in utterance.words:
        position = utterance.text.index(word, position)
        places.append(position)
        position += len(word)
    if all(place in starts for place in places):
        yield from (starts[place] for place in places)
