"""Engine `gtts`: the voice of Google Translate, through the library gTTS. Needs the Internet; Google may refuse.

Google accepts 100 characters per request, so a sentence is sent in parts; each part has its own retries.
"""

import importlib.metadata
import io
from functools import partial
from typing import Any

from loa.audio.samples import Sound, at_pace, cut_short, decode, trim
from loa.i18n import _
from loa.tts.engine import Presenter, State, TextStyle, Utterance, require
from loa.tts.online import Refused, RetryPolicy, Service, retry_after

MAX_CHARACTERS = 100
_TIMEOUT = (5.0, 20.0)  # timeouts in seconds: to connect, between two bytes
_PAUSES = {",": 0.18, ";": 0.25, ":": 0.25, ".": 0.35, "?": 0.35}


class Gtts:
    """One Vietnamese voice. `retry_policy` sets the request rate and the retries of this process."""

    name = "gtts"
    text_style: TextStyle = "respelt"

    def __init__(self, retry_policy: RetryPolicy | None = None) -> None:
        self._google = Service("Google", "translate.google.com", retry_policy)

    @property
    def licence(self) -> str:
        """The licences of the library and of the voice."""
        return _("MIT (gTTS); Google's terms for the voice")

    @property
    def version(self) -> str:
        """The library's version, and our version of how sentences are cut and joined."""
        return f"{importlib.metadata.version('gtts')}/1"

    def state(self) -> State:
        """Return "ready" if Google answers within three seconds."""
        return self._google.state()

    def voices(self) -> tuple[str, ...]:
        """Return the only voice."""
        return ("vi",)

    def presenter(self, voice: str) -> Presenter | None:  # noqa: ARG002 (the protocol's signature)
        """Return "nữ"."""
        return "nữ"

    def say(self, utterance: Utterance, voice: str, pace: float) -> Sound:
        """Speak `utterance.text` part by part, without word marks. Raises SpeechError."""
        import numpy as np  # 0.1 s, 16 MB: only where this engine speaks

        require(self, voice)
        pieces, rate = [], 0
        for part in parts(utterance.text):
            sound = self._google.call(partial(_request, part))
            pause = _PAUSES.get(part[-1], 0.02)
            rate = sound.rate
            pieces += [sound.samples, np.zeros(round(pause * rate), np.float32)]
        return at_pace(Sound(np.concatenate(pieces[:-1]), rate), pace)


def parts(text: str) -> list[str]:
    """Split `text` into parts of at most 100 characters: after punctuation if possible, else between words."""
    found: list[str] = []
    for word in text.split():
        last = found[-1] if found else ""
        room = last and len(last) + 1 + len(word) <= MAX_CHARACTERS
        if room and last[-1] not in _PAUSES:
            found[-1] = f"{last} {word}"
        else:
            found.append(word)
    return found


def _request(text: str) -> Sound:
    """Send one request. Raises Refused."""
    from gtts.tts import gTTS, gTTSError  # 60 ms, 18 MB: only where this engine speaks

    buffer = io.BytesIO()
    try:
        gTTS(text, lang="vi", lang_check=False, timeout=_TIMEOUT).write_to_fp(buffer)
    except gTTSError as error:
        response: Any = error.rsp
        if response is None:
            raise Refused(_("no connection")) from error
        if response.status_code == 200:
            raise Refused(_("an answer without sound"), 200) from error
        wait = retry_after(response.headers.get("Retry-After"))
        raise Refused(f"{response.status_code} {response.reason}", response.status_code, wait) from error
    except (ValueError, TypeError) as error:  # incomplete base64 or JSON
        raise Refused(_("an answer that broke off"), 200) from error
    sound = decode(buffer.getvalue())
    if sound is None:
        raise Refused(_("an answer without sound"), 200)
    heard = trim(sound)
    if cut_short(sound, len(text.split())):
        raise Refused(_("only {seconds:.1f} s for “{text}”").format(seconds=heard.seconds, text=text), 200)
    return heard
