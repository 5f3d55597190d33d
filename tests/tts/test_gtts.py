import time
from http.server import BaseHTTPRequestHandler

import pytest

from loa.errors import SpeechError
from loa.tts import Utterance
from loa.tts.cache import Voice
from loa.tts.engines.gtts import Gtts, parts
from loa.tts.online import RetryPolicy
from loa.workspace import Workspace
from tests.tts.servers import google_sound, google_text, http_server, mp3, reply
from tests.tts.voices import speak_each

# gTTS leaves the socket of an answer that broke off to the garbage collector
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
SENTENCE = Utterance("kính thưa bà con, ủy ban nhân dân xã xin thông báo.", "")


class Google:
    """Answers each request by the next of `faults`, then rightly; keeps what was asked."""

    def __init__(self, *faults: str) -> None:
        self.faults, self.asked = list(faults), []

    def __call__(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        text = google_text(body)
        self.asked.append(text)
        fault = self.faults.pop(0) if self.faults else ""
        whole = google_sound(mp3(0.3 * len(text.split())))
        if fault.isdigit():
            reply(handler, int(fault), b"no", Retry_After="0")
        elif fault == "hang":
            time.sleep(2)
        elif fault == "empty":
            reply(handler, 200, b")]}'\n\n[]\n")
        elif fault == "no sound":
            reply(handler, 200, b')]}\'\n\n[["wrb.fr","jQ1olc",null]]\n')
        elif fault == "short":
            reply(handler, 200, google_sound(mp3(0.08 * len(text.split()))))
        elif fault == "half":
            reply(handler, 200, google_sound(mp3(0.14 * len(text.split()))))
        elif fault == "cut":
            reply(handler, 200, whole[: len(whole) // 3], Content_Length=str(len(whole)))
        else:
            reply(handler, 200, whole)


@pytest.fixture(autouse=True)
def _connected(monkeypatch, request):
    """These machines have no Internet: the service is here."""
    if "internet" not in request.node.name:
        monkeypatch.setattr("loa.tts.online.reachable", lambda *_: True)


@pytest.fixture
def google(monkeypatch):
    """Lets the real gTTS talk to a `Google` on this machine."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr("loa.tts.engines.gtts._TIMEOUT", (0.5, 0.5))
    opened = []

    def start(*faults: str) -> Google:
        service = Google(*faults)
        server = http_server(service)
        base = server.__enter__()
        opened.append(server)
        monkeypatch.setattr("gtts.tts._translate_url", lambda tld, path: f"{base}/{path}")
        return service

    yield start
    for server in opened:
        server.__exit__(None, None, None)


def quick(tries: int = 3) -> Gtts:
    return Gtts(RetryPolicy(spacing=0.0, waits=(0.01,) * tries))


def test_a_sentence_is_spoken_phrase_by_phrase(google):
    service = google()
    sound = quick().say(SENTENCE, "vi", 1.0)
    assert service.asked == ["kính thưa bà con,", "ủy ban nhân dân xã xin thông báo."]
    assert sound.seconds == pytest.approx(0.3 * 12 + 0.18, abs=0.4)


@pytest.mark.parametrize("fault", ["429", "500", "503", "hang", "short", "half", "cut", "empty", "no sound"])
def test_a_passing_fault_is_waited_out(google, fault):
    service = google(fault)
    assert quick().say(SENTENCE, "vi", 1.0).seconds > 3
    assert service.asked[0] == service.asked[1]


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        ("429", "speech.too-many", "429"),
        ("503", "speech.refused", "503"),
        ("hang", "speech.no-answer", "connection"),
        ("short", "speech.refused", "only"),
        ("no sound", "speech.refused", "without sound"),
    ],
)
def test_a_lasting_fault_ends_with_its_reason(google, fault, code, words):
    service = google(*[fault] * 3)
    with pytest.raises(SpeechError) as caught:
        quick(tries=2).say(SENTENCE, "vi", 1.0)
    (finding,) = caught.value.findings
    assert finding.code == code
    assert words in finding.message
    assert "kept" in finding.fix
    assert len(service.asked) == 3


def test_a_service_that_has_just_failed_is_not_waited_for_again(google):
    service = google(*["429"] * 4)
    engine = quick(tries=2)
    for _ in range(2):
        with pytest.raises(SpeechError):
            engine.say(SENTENCE, "vi", 1.0)
    assert len(service.asked) == 3 + 1
    assert engine.say(SENTENCE, "vi", 1.0).seconds > 3


def test_a_plain_refusal_is_not_repeated(google):
    service = google("403", "403")
    with pytest.raises(SpeechError):
        quick().say(SENTENCE, "vi", 1.0)
    assert len(service.asked) == 1


def test_a_build_goes_on_with_the_sentence_that_failed(google, tmp_path):
    sentences = [Utterance(text, text) for text in ("một hai ba bốn.", "năm sáu bảy tám.", "chín mười.")]
    google("", "503", "503")
    with pytest.raises(SpeechError):
        speak_each(Workspace(tmp_path), sentences, Voice(quick(tries=1), "vi"))
    service = google()
    clips = speak_each(Workspace(tmp_path), sentences, Voice(quick(), "vi"))
    assert service.asked == [sentence.text for sentence in sentences[1:]]
    assert [clip.made for clip in clips] == [False, True, True]


def test_requests_keep_their_distance(google):
    google()
    start = time.monotonic()
    Gtts(RetryPolicy(spacing=0.2, waits=())).say(Utterance("một, hai, ba, bốn", ""), "vi", 1.0)
    assert time.monotonic() - start >= 0.6


def test_its_pace_changes_without_its_pitch(google):
    google()
    natural, quicker = (quick().say(SENTENCE, "vi", pace) for pace in (1.0, 1.08))
    assert natural.seconds / quicker.seconds == pytest.approx(1.08, abs=0.02)


def test_parts_fit_what_google_takes():
    text = "một hai ba, " + "bốn năm sáu bảy tám chín mười " * 10 + "hết."
    found = parts(text)
    assert all(len(part) <= 100 for part in found)
    assert " ".join(found).split() == text.split()
    assert found[0] == "một hai ba,"


def test_without_the_internet_it_says_so_within_three_seconds():
    start = time.monotonic()
    engine = Gtts()
    state = engine.state()
    assert time.monotonic() - start < 4
    assert state.ready or "translate.google.com" in state.reason
