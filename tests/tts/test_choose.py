import pytest

from loa.errors import Finding, Severity, SpeechError
from loa.tts import all_engines, choose, fall_back
from loa.tts.voices import BrokenEngine


def test_a_station_gets_the_voice_that_it_names():
    engine, voice = choose("espeak:vi-vn-x-south")
    assert (engine.name, voice) == ("espeak", "vi-vn-x-south")


@pytest.mark.parametrize(("name", "voice"), [("espeak:nữ", "vi+f2"), ("espeak:nam", "vi+m3"), ("loa:nữ", "nu")])
def test_a_woman_or_a_man_may_be_asked_for_without_the_voices_name(name, voice):
    assert choose(name)[1] == voice


def test_without_a_voice_the_engines_first_is_taken():
    engine, voice = choose("espeak")
    assert voice == engine.voices()[0]


@pytest.mark.parametrize(("name", "offered"), [("espaek", "espeak"), ("espeak:vj", "vi+f2")])
def test_what_is_not_there_is_answered_with_what_is(name, offered):
    with pytest.raises(SpeechError) as caught:
        choose(name)
    assert offered in caught.value.findings[0].fix


def test_auto_speaks_always_and_says_when_it_fell_back():
    notices: list[Finding] = []
    engine, voice = choose("auto", notices.append)
    assert engine.state().ready
    assert voice in engine.voices()
    if engine.name in ("loa", "espeak"):
        assert [n.severity for n in notices] == [Severity.WARNING]
        assert engine.name in notices[0].message


def test_every_engine_has_a_state_with_a_reason():
    for engine in all_engines():
        state = engine.state()
        assert state.ready or (state.reason and state.fix), engine.name
        assert engine.licence or isinstance(engine, BrokenEngine)


def test_the_engine_of_another_package_is_found_and_a_broken_one_is_only_a_status(monkeypatch, tmp_path):
    package = tmp_path / "other_voices-1.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: other-voices\nVersion: 1\n")
    (package / "entry_points.txt").write_text("[loa.engines]\nbeeper = tests.tts.voices:Beeper\nbad = no.such:Thing\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    found = {engine.name: engine for engine in all_engines()}
    assert found["beeper"].state().ready
    assert choose("beeper:high")[1] == "high"
    assert not found["bad"].state().ready
    with pytest.raises(SpeechError):
        choose("bad")


def test_a_native_voice_of_another_package_comes_before_all_online_ones(monkeypatch, tmp_path):
    """The wheel of vieneu holds no model and no entry point; a package that brings both takes its place."""
    package = tmp_path / "loa_vieneu-1.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: loa-vieneu\nVersion: 1\n")
    (package / "entry_points.txt").write_text("[loa.engines]\nvieneu = tests.tts.voices:vieneu\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("LOA_VOICES", str(tmp_path / "none"))
    notices: list[Finding] = []
    assert choose("auto", notices.append)[0].name == "vieneu"
    assert not notices


def test_an_online_voice_may_be_chosen_while_its_service_is_away():
    assert choose("gtts")[0].name == "gtts"


def test_where_an_online_voice_fails_auto_takes_the_next_best_and_says_so():
    gtts, error = choose("gtts")[0], SpeechError(Finding("speech.too-many", "Google refuses (429)."))
    notices: list[Finding] = []
    chosen = fall_back("auto", gtts, error, notices.append)
    assert chosen
    assert chosen[0].name in ("loa", "espeak")
    assert "429" in notices[0].message
    assert fall_back("gtts", gtts, error, notices.append) is None, "the station named its voice"
    assert fall_back("auto", chosen[0], error, notices.append) is None, "a local voice does not come back by waiting"
