from pathlib import Path

import pytest

from loa.errors import WorkspaceError
from loa.sample import new_station
from tests.conftest import Loa


def test_a_new_station_passes_its_own_check_and_takes_a_commune(loa: Loa, tmp_path: Path) -> None:
    folder = tmp_path / "Đài của tôi"
    assert loa("new", "station", folder).returncode == 0
    assert loa("new", "commune", "Bến Hải", "--province", "Quảng Trị", cwd=folder).returncode == 0
    assert loa("check", cwd=folder).returncode == 0
    assert "Bến Hải" in loa("article", "ben-hai", cwd=folder / "templates").stdout


def test_a_new_station_never_goes_where_something_is(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    for place in (tmp_path, tmp_path / "x"):
        with pytest.raises(WorkspaceError) as caught:
            new_station(place)
        assert caught.value.findings[0].code == "station.exists"
