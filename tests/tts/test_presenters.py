import pytest

from loa.errors import Severity
from loa.tts import all_engines, cast, missing
from loa.tts.engines.edge import Edge
from loa.tts.engines.espeak import Espeak
from loa.tts.engines.gtts import Gtts
from loa.tts.engines.kokoro import Loa
from tests.tts.voices import Beeper


@pytest.mark.parametrize(
    ("engine", "voice", "woman", "man"),
    [
        (Loa(), "nu", "nu", "nam"),
        (Edge(), "vi-VN-HoaiMyNeural", "vi-VN-HoaiMyNeural", "vi-VN-NamMinhNeural"),
        (Espeak(), "vi+f2", "vi+f2", "vi+m3"),
        (Espeak(), "vi-vn-x-south+f5", "vi-vn-x-south+f5", "vi-vn-x-south+m3"),
        (Espeak(), "vi-vn-x-central", "vi-vn-x-central+f2", "vi-vn-x-central"),
    ],
)
def test_each_presenter_gets_the_engines_voice_nearest_to_the_stations_own(engine, voice, woman, man):
    assert cast(engine, voice, ("nữ", "nam")).presenters == {"nữ": woman, "nam": man}
    assert not missing(engine, voice, ("nữ", "nam"))


def test_the_first_presenter_leads():
    speakers = cast(Beeper(), "high", ("nam", "nữ"))
    assert speakers.lead == "low"
    assert [speakers.voice_of(name) for name in ("", "nam", "nữ")] == ["low", "low", "high"]


def test_without_presenters_the_stations_voice_reads():
    assert cast(Beeper(), "high", ("", "")).voice_of("") == "high"


def test_a_voice_may_be_named_itself():
    assert cast(Espeak(), "vi+f2", ("nữ", "vi+f5")).presenters == {"nữ": "vi+f2", "vi+f5": "vi+f5"}


def test_an_engine_with_one_voice_reads_all_and_says_which_voices_it_has():
    gtts = Gtts()
    assert set(cast(gtts, "vi", ("nữ", "nam")).presenters.values()) == {"vi"}
    (finding,) = missing(gtts, "vi", ("nữ", "nam"))
    assert finding.severity is Severity.WARNING
    assert "“nam”" in finding.message
    assert "nữ" not in finding.message
    assert "vi." in finding.fix


def test_every_engine_knows_whose_its_voices_are_or_says_that_it_does_not():
    for engine in all_engines():
        assert {engine.presenter(voice) for voice in engine.voices()} <= {"nữ", "nam", None}
