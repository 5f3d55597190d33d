"""A build whose online voice fails: one bulletin has one voice, the user is told once, what was spoken is kept."""

import pytest

from loa.app.build import build
from loa.workspace import Workspace
from tests.tts.voices import Beeper

GOOGLE = Beeper(name="gtts", fails_on="bà con trữ nước")
NEXT = Beeper(name="loa")


def google() -> Beeper:
    return GOOGLE


def next_best() -> Beeper:
    return NEXT


@pytest.fixture
def station(small_station: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A machine with an online voice that fails and an offline one."""
    monkeypatch.setattr("loa.tts.voices.OWN", {"gtts": f"{__name__}:google", "loa": f"{__name__}:next_best"})
    GOOGLE.said.clear()
    NEXT.said.clear()
    return small_station


def test_the_rest_of_the_build_is_spoken_by_the_next_best_voice(station: Workspace) -> None:
    report = build(station)
    assert not report.failed
    assert [manifest.engine for manifest in report.made] == ["loa", "loa"]
    (notice,) = report.notices
    assert notice.code == "speech.fallback"
    assert "gtts: the beeper broke" in notice.message
    assert not any("cúp điện" in text for text in GOOGLE.said), "what failed is not asked again for each bulletin"
    kept = {path for path in station.clips.rglob("*.flac") if path.stat().st_size}
    assert len(kept) == len(set(GOOGLE.said)) + len(set(NEXT.said))


def test_a_voice_that_the_station_names_itself_is_never_replaced(station: Workspace) -> None:
    report = build(station, voice="gtts")
    assert [manifest.name for manifest in report.made] == ["dien"]
    assert [finding.message for finding in report.failed] == ["the beeper broke"]
    GOOGLE.said.clear()
    build(station, voice="gtts")
    assert GOOGLE.said == [], "what was spoken is kept, and what fails is told again"


def test_an_engine_without_a_presenters_voice_reads_with_one_and_says_so(
    station: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Beeper, "presenter", lambda _self, _voice: None)
    report = build(station, voice="loa")
    assert {manifest.speakers for manifest in report.made} == {"loa:low"}
    assert {notice.code for notice in report.notices} == {"speech.presenter"}
    assert "low, high" in report.notices[0].fix
