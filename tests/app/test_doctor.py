import json
from pathlib import Path

from loa.sample import new_station
from loa.workspace import Workspace
from tests.conftest import Loa


def by_name(done_stdout: str) -> dict[str, dict[str, str]]:
    return {check["name"]: check for check in json.loads(done_stdout)}


def test_doctor_tells_what_keeps_the_sample_from_going_on_air(loa: Loa, station: Workspace) -> None:
    done = loa("doctor", "--format", "json", cwd=station.root)
    checks = by_name(done.stdout)
    assert done.returncode == 1
    assert checks["voice espeak"]["health"] == "good"
    assert checks["campaigns/"]["health"] == "good"
    airings = [check for name, check in checks.items() if name.startswith("ben-hai-dvc@")]
    assert all(check["mend"] == "loa build ben-hai" for check in airings)


def test_a_new_station_is_well_but_for_its_sound_card(loa: Loa, tmp_path: Path) -> None:
    workspace = new_station(tmp_path / "trạm")
    checks = by_name(loa("doctor", "--format", "json", cwd=workspace.root).stdout)
    bad = {name for name, check in checks.items() if check["health"] == "bad"}
    assert bad <= {"output tram-xa"}
    assert checks["schedule.yaml"]["detail"] == "0 broadcasts"


def test_a_schedule_that_cannot_be_read_is_a_check_and_not_an_end(loa: Loa, station: Workspace) -> None:
    station.schedule_file.write_text("brodcasts: []\n", encoding="utf-8")
    (station.campaigns / "ben-hai.yaml").write_text("x: 1\n", encoding="utf-8")
    done = loa("doctor", "--format", "json", cwd=station.root)
    checks = by_name(done.stdout)
    assert done.returncode == 1
    assert checks["schedule.yaml"]["detail"].startswith("schedule.yaml:1:1")
    assert checks["campaigns/"]["detail"].startswith("campaigns/ben-hai.yaml:1:1")
