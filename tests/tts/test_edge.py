import pytest

from loa.errors import SpeechError
from loa.tts import Utterance
from loa.tts.engines.edge import VOICES, Edge
from loa.tts.online import RetryPolicy
from tests.tts.servers import Bing

SENTENCE = Utterance("kính thưa bà con, ủy ban nhân dân xã xin thông báo.", "")
WORDS = 12


@pytest.fixture(autouse=True)
def _connected(monkeypatch, request):
    """These machines have no Internet: the service is here."""
    if "internet" not in request.node.name:
        monkeypatch.setattr("loa.tts.online.reachable", lambda *_: True)


@pytest.fixture
def bing(monkeypatch):
    """Lets the real edge-tts talk to a `Bing` on this machine."""
    monkeypatch.setattr("loa.tts.engines.edge._WHOLE", 1.5)
    monkeypatch.setattr("edge_tts.drm.DRM.clock_skew_seconds", 0.0)
    opened = []

    def start(*script: str) -> Bing:
        service = Bing(*script)
        server = service.running()
        monkeypatch.setattr("edge_tts.communicate.WSS_URL", server.__enter__())
        opened.append(server)
        return service

    yield start
    for server in opened:
        server.__exit__(None, None, None)


def quick(tries: int = 3) -> Edge:
    return Edge(RetryPolicy(spacing=0.0, waits=(0.01,) * tries))


def test_it_speaks_with_the_time_of_every_word(bing):
    service = bing()
    sound = quick().say(SENTENCE, VOICES[0], 1.08)
    assert sound.seconds == pytest.approx(0.3 * WORDS, abs=0.2)
    assert sound.marks == pytest.approx([0.3 * i for i in range(WORDS)], abs=0.01)
    assert "rate='+8%'" in service.asked[0]
    assert "HoaiMyNeural" in service.asked[0]


@pytest.mark.parametrize("fault", ["429", "503", "hang", "empty", "cut"])
def test_a_passing_fault_is_waited_out(bing, fault):
    bing(fault)
    assert quick().say(SENTENCE, VOICES[1], 1.0).seconds > 3


def test_a_clock_that_is_wrong_once_is_set_right_by_the_library(bing):
    bing("403")
    assert quick().say(SENTENCE, VOICES[0], 1.0).seconds > 3


def test_a_lasting_403_explains_the_clock(bing):
    bing("403", "403")
    with pytest.raises(SpeechError) as caught:
        quick().say(SENTENCE, VOICES[0], 1.0)
    (finding,) = caught.value.findings
    assert finding.code == "speech.clock"
    assert "clock" in finding.message


@pytest.mark.parametrize(
    ("fault", "code"),
    [("429", "speech.too-many"), ("500", "speech.refused"), ("hang", "speech.no-answer"), ("cut", "speech.refused")],
)
def test_a_lasting_fault_ends_with_its_reason(bing, fault, code):
    bing(*[fault] * 4)
    with pytest.raises(SpeechError) as caught:
        quick(tries=1).say(SENTENCE, VOICES[0], 1.0)
    assert caught.value.findings[0].code == code


def test_nobody_there_is_told_plainly(monkeypatch):
    monkeypatch.setattr("edge_tts.communicate.WSS_URL", "ws://127.0.0.1:9/edge/v1?x=1")
    with pytest.raises(SpeechError) as caught:
        quick(tries=1).say(SENTENCE, VOICES[0], 1.0)
    assert caught.value.findings[0].code == "speech.no-answer"
