"""What a station of many communes costs: nothing is done for each pair of them."""

from pathlib import Path
from typing import Any

import pytest

from loa.app import build as building
from loa.campaign import Commune
from loa.schedule.loader import load_schedule
from loa.workspace import Workspace

_HEAD = "timezone: Asia/Ho_Chi_Minh\noutputs:\n  loa: {kind: null}\nbroadcasts:\n"
_FACTS = "commune: {{name: Bến Hải, kind: xã, province: Quảng Trị}}\ncampaigns:\n{}"
_CAMPAIGN = "  - {{id: dvc-{}, template: dich-vu-cong-truc-tuyen, title: Cổng, as_of: 2026-11-01, form: radio}}\n"
_BROADCAST = (
    "  - {{id: x-{0}, commune: ben-hai, campaigns: [dvc-1], days: [mon, thu], from: 2026-11-01, until: 2026-12-31,"
    ' at: ["17:00"], length: {{min: 10m, max: 15m}}, late: {{start_within: 10m, resume: true}}, on: [loa]}}\n'
)


def _station(root: Path, broadcasts: int) -> Workspace:
    workspace = Workspace(root)
    workspace.campaigns.mkdir()
    (workspace.campaigns / "ben-hai.yaml").write_text(_FACTS.format(_CAMPAIGN.format(1)), "utf-8")
    workspace.schedule_file.write_text(_HEAD + "".join(map(_BROADCAST.format, range(broadcasts))), "utf-8")
    return workspace


def test_a_schedule_of_more_than_706_communes_is_read(tmp_path: Path) -> None:
    """50 000 keys and values were the most that a file might hold: 706 communes with one broadcast each."""
    assert len(load_schedule(_station(tmp_path, 1500)).broadcasts) == 1500


def test_a_build_lists_the_folder_of_facts_as_often_for_one_bulletin_as_for_many(
    station: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = []
    whole = building.yaml_files

    def counted(folder: Path):  # type: ignore[no-untyped-def]
        listed.append(folder)
        return whole(folder)

    monkeypatch.setattr(building, "yaml_files", counted)
    report = building.build(station, audio=False)
    assert report.articles > len(listed) == 1


def _written(station: Workspace, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The communes of which a build without sound writes articles."""
    asked: list[str] = []
    whole = building._request

    def counted(workspace: Workspace, commune: Commune, *more: Any) -> object:
        asked.append(commune.stem)
        return whole(workspace, commune, *more)

    with monkeypatch.context() as patched:
        patched.setattr(building, "_request", counted)
        assert building.build(station, audio=False).articles == ARTICLES
    return sorted(set(asked))


ARTICLES = 6


def test_only_what_changed_is_written_again(station: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every build wrote every article of the station, to see that nothing had changed."""
    everybody = sorted(path.stem for path in station.campaigns.iterdir())
    assert _written(station, monkeypatch) == everybody
    assert _written(station, monkeypatch) == []
    facts = station.campaigns / "trung-son.yaml"
    facts.write_text(facts.read_text("utf-8").replace("Bộ phận", "Phòng"), "utf-8")
    assert _written(station, monkeypatch) == ["trung-son"]
    plan = station.schedule_file.read_text("utf-8")
    station.schedule_file.write_text(plan.replace("id: nhat-quang-dvc", "id: nhat-quang-dvc\n    title: Khác"), "utf-8")
    assert _written(station, monkeypatch) == ["nhat-quang"]
    opening = station.templates / "radio" / "opening.txt.j2"
    opening.parent.mkdir(parents=True, exist_ok=True)
    opening.write_text("Kính thưa bà con.\n", "utf-8")
    assert _written(station, monkeypatch) == everybody
    (station.bulletins / "ben-hai").mkdir(parents=True)
    (station.bulletins / "ben-hai" / "ben-hai-dvc.mp3").write_bytes(b"a sound of somebody else")
    assert _written(station, monkeypatch) == ["ben-hai"] == _written(station, monkeypatch)
    (station.jingles / "chime.wav").write_bytes(b"another")
    assert _written(station, monkeypatch) == everybody
    (station.state / "built.json").write_text("[1", "utf-8")  # cut off
    assert _written(station, monkeypatch) == everybody
