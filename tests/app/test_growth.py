"""What a station of many communes costs: nothing is done for each pair of them."""

from pathlib import Path

import pytest

from loa.app import build as building
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
