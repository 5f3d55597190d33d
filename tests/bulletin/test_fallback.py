"""A build whose online voice fails: one bulletin has one voice, the user is told once, what was spoken is kept."""

import shutil
from pathlib import Path

import pytest

from generator.build import build
from generator.speech import registry
from generator.workspace import Workspace
from tests.speech.voices import Beeper

ROOT = Path(__file__).parent.parent.parent
COMMUNE = """\
commune: {name: Bến Hải, province: Quảng Trị}
station: {voices: [nữ, nam]}
campaigns:
  - {id: nuoc, template: thong-bao, title: Cúp nước, as_of: 2026-11-01, body: [Mai cúp nước. Bà con trữ nước.]}
  - {id: dien, template: thong-bao, title: Cúp điện, as_of: 2026-11-01, body: [Mai cúp điện.]}
"""
GOOGLE = Beeper(name="gtts", fails_on="bà con trữ nước")
NEXT = Beeper(name="loa")


def google() -> Beeper:
    return GOOGLE


def next_best() -> Beeper:
    return NEXT


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A station with two bulletins, on a machine with an online voice that fails and an offline one."""
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns" / "ben-hai.yaml").write_text(COMMUNE, "utf-8")
    (tmp_path / "schedule.yaml").write_text("timezone: Asia/Ho_Chi_Minh\noutputs: {}\nbroadcasts: []\n", "utf-8")
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    shutil.copytree(ROOT / "audio" / "jingles", tmp_path / "audio" / "jingles")
    here = {"gtts": f"{__name__}:google", "loa": f"{__name__}:next_best"}
    monkeypatch.setattr(registry, "OWN", here)
    GOOGLE.said.clear()
    NEXT.said.clear()
    return Workspace(tmp_path)


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
    assert "low, high" in report.notices[0].mend
