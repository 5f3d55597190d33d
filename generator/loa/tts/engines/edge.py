"""Engine `edge`: the read-aloud voices of Microsoft Edge, through the library edge-tts. Needs the Internet."""

import asyncio
import importlib.metadata
import importlib.util
import threading
from datetime import datetime
from functools import partial

from loa.audio.samples import Sound, cut_short, decode
from loa.errors import Finding, SpeechError
from loa.i18n import _
from loa.tts.engine import Presenter, State, TextStyle, Utterance, not_installed, require
from loa.tts.online import Refused, RetryPolicy, Service, retry_after

VOICES = ("vi-VN-HoaiMyNeural", "vi-VN-NamMinhNeural")
_CONNECT, _RECEIVE, _WHOLE = 5, 20, 60.0  # timeouts in seconds: to connect, between two messages, for one sentence
_TICKS = 10_000_000  # per second, in the service's units


class Edge:
    """One woman's and one man's voice. The service reports the time of every word."""

    name = "edge"
    text_style: TextStyle = "respelt"

    def __init__(self, retry_policy: RetryPolicy | None = None) -> None:
        self._microsoft = Service("Microsoft", "speech.platform.bing.com", retry_policy)

    @property
    def licence(self) -> str:
        """The licences of the library and of the voices."""
        return _("LGPL-3.0-or-later (edge-tts); Microsoft's terms for the voices")

    @property
    def version(self) -> str:
        """The library's version."""
        return importlib.metadata.version("edge-tts") if importlib.util.find_spec("edge_tts") else "none"

    def state(self) -> State:
        """Return "ready" if the library is installed and the service answers within three seconds."""
        if importlib.util.find_spec("edge_tts") is None:
            return not_installed("edge-tts", "edge")
        return self._microsoft.state()

    def voices(self) -> tuple[str, ...]:
        """Return both voices, the woman's first."""
        return VOICES

    def presenter(self, voice: str) -> Presenter | None:
        """Return "nữ" for HoaiMy, "nam" for NamMinh."""
        return "nữ" if voice == VOICES[0] else "nam"

    def say(self, utterance: Utterance, voice: str, pace: float) -> Sound:
        """Speak `utterance.text`; the sound has marks if the service reported every word. Raises SpeechError."""
        require(self, voice)
        return self._microsoft.call(partial(_request, utterance, voice, pace))


def _request(utterance: Utterance, voice: str, pace: float) -> Sound:
    """Send one request, in a thread with its own event loop (the caller may have one). Raises Refused, SpeechError."""
    outcome: list[Sound | BaseException] = []

    def run() -> None:
        try:
            outcome.append(asyncio.run(asyncio.wait_for(_receive(utterance, voice, pace), _WHOLE)))
        except TimeoutError:
            outcome.append(Refused(_("no answer within {seconds:.0f} s").format(seconds=_WHOLE)))
        except BaseException as error:  # noqa: BLE001  passed to the caller's thread, which raises it
            outcome.append(error)

    thread = threading.Thread(target=run, name="edge-tts", daemon=True)
    thread.start()
    thread.join()
    (result,) = outcome
    if isinstance(result, BaseException):
        raise result
    return result


async def _receive(utterance: Utterance, voice: str, pace: float) -> Sound:
    import aiohttp  # an extra, 0.2 s, 27 MB: only where this engine speaks
    from edge_tts import Communicate
    from edge_tts.exceptions import EdgeTTSException, NoAudioReceived, SkewAdjustmentError

    rate = f"{round((pace - 1) * 100):+d}%"
    speech = Communicate(
        utterance.text, voice, rate=rate, boundary="WordBoundary", connect_timeout=_CONNECT, receive_timeout=_RECEIVE
    )
    mp3, heard = bytearray(), []
    try:
        async for chunk in speech.stream():
            if chunk["type"] == "audio":
                mp3 += chunk["data"]
            else:
                heard.append((chunk["offset"] / _TICKS, chunk["text"]))
    except aiohttp.ClientResponseError as error:
        if error.status == 403:
            raise SpeechError(_wrong_clock()) from error
        asked = error.headers.get("Retry-After") if error.headers is not None else None
        raise Refused(f"{error.status} {error.message}", error.status, retry_after(asked)) from error
    except SkewAdjustmentError as error:
        raise SpeechError(_wrong_clock()) from error
    except NoAudioReceived as error:
        raise Refused(_("an answer without sound"), 200) from error
    except EdgeTTSException as error:
        raise Refused(str(error) or type(error).__name__, 200) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Refused(str(error) or _("no connection")) from error
    sound = decode(bytes(mp3))
    words = utterance.words
    if sound is None or cut_short(sound, len(words)):
        raise Refused(_("an answer that broke off"), 200)
    marks = _marks(heard, words)
    return Sound(sound.samples, sound.rate, marks)


def _marks(heard: list[tuple[float, str]], words: tuple[str, ...]) -> tuple[float, ...]:
    """Return one mark per word; the syllables of one reported word share its time. Empty if the words do not match."""
    marks: list[float] = []
    for number, (start, text) in enumerate(heard):
        syllables = text.split()
        end = heard[number + 1][0] if number + 1 < len(heard) else start + 0.25 * len(syllables)
        marks += [start + (end - start) * i / len(syllables) for i in range(len(syllables))]
    return tuple(marks) if len(marks) == len(words) else ()


def _wrong_clock() -> Finding:
    return Finding(
        "speech.clock",
        _("Microsoft refuses (403). Most often the computer's clock is wrong; it says {now}.").format(
            now=f"{datetime.now().astimezone():%Y-%m-%d %H:%M}"
        ),
        _("Set the clock and the time zone; if they are right, use another voice: loa voices"),
    )
