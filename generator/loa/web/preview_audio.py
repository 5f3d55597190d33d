"""Hearing one sentence: spoken through the same cache as the bulletins, one at a time, and given as WAV."""

import io
import threading
import time
from collections.abc import Mapping

from loa.audio.samples import Sound
from loa.campaign import Commune
from loa.normalizer import read
from loa.script import Sentence
from loa.tts import Engine, Region, State, Utterance, all_engines, cast, choose
from loa.tts.cache import Voice, speak
from loa.workspace import Workspace

_gate = threading.Lock()
_chosen: dict[str | None, tuple[float, tuple[Engine, str]]] = {}
_asking = threading.Lock()
_asked = [-1e9]
_states: list[tuple[str, str, State | None, tuple[str, ...]]] = []
_FOR = 60.0
"""Seconds for which a choice of voice holds: asking every engine whether it is ready takes a while."""


def hear_sentence(workspace: Workspace, commune: Commune, sentence: Sentence) -> bytes:
    """`sentence` in the commune's voice. Raises SpeechError."""
    utterance = Utterance(sentence.reading.phrased, sentence.text, commune.station.region, sentence.stressed)
    return _hear(workspace, utterance, commune.station.voice, sentence.presenter)


def hear_text(
    workspace: Workspace, text: str, region: Region, voice: str | None, pronounce: Mapping[str, str] | None = None
) -> bytes:
    """Any text of a line or two. Raises SpeechError."""
    reading = read(text, region=region, pronounce=pronounce or {})
    return _hear(workspace, Utterance(reading.phrased, text, region), voice)


def hear_voice(workspace: Workspace, engine: Engine, voice: str, text: str) -> bytes:
    """A sample of one voice. Raises SpeechError."""
    with _gate:
        return wav(speak(workspace, Utterance(read(text).phrased, text), Voice(engine, voice)).sound())


def _hear(workspace: Workspace, utterance: Utterance, voice: str | None, presenter: str = "") -> bytes:
    with _gate:
        known = _chosen.get(voice)
        if known is None or time.monotonic() - known[0] > _FOR:
            known = _chosen[voice] = (time.monotonic(), choose(voice))
        engine, name = known[1]
        speaker = cast(engine, name, (presenter,)).lead
        return wav(speak(workspace, utterance, Voice(engine, speaker)).sound())


def engine_states() -> list[tuple[str, str, State | None, tuple[str, ...]]]:
    """Each engine's name, licence, state and voices. Asking takes seconds where there is no network, so it is done
    beside the page, at most once a minute; the state is None until the first answer is there."""
    with _asking:
        if time.monotonic() - _asked[0] > _FOR:
            _asked[0] = time.monotonic()
            threading.Thread(target=_ask, name="voices", daemon=True).start()
    return _states or [(engine.name, engine.licence, None, ()) for engine in all_engines()]


def _ask() -> None:
    _states[:] = [(engine.name, engine.licence, engine.state(), engine.voices()) for engine in all_engines()]


def wav(sound: Sound) -> bytes:
    """16-bit WAV."""
    import numpy as np  # 0.1 s, 16 MB: most pages make no sound
    import soundfile

    out = io.BytesIO()
    samples = np.clip(np.round(sound.samples * 32767), -32768, 32767).astype(np.int16)
    soundfile.write(out, samples, sound.rate, format="WAV", subtype="PCM_16")
    return out.getvalue()
