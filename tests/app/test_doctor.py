import datetime
import json
from pathlib import Path

from loa.sample import new_station
from loa.workspace import Workspace
from tests.conftest import Loa


def by_name(done_stdout: str) -> dict[str, dict[str, str]]:
    return {check["name"]: check for check in json.loads(done_stdout)}


def test_doctor_tells_what_keeps_the_airings_of_the_next_two_days_from_going_on_air(
    loa: Loa, station: Workspace
) -> None:
    now = datetime.datetime.now(datetime.UTC)
    soon, later = plan(station, now + datetime.timedelta(hours=3), now + datetime.timedelta(days=3))
    done = loa("doctor", "--format", "json", cwd=station.root)
    checks = by_name(done.stdout)
    assert done.returncode == 1
    assert checks["voice espeak"]["health"] == "good"
    assert checks["campaigns/"]["health"] == "good"
    assert (checks[soon]["health"], checks[soon]["mend"]) == ("bad", "loa build ben-hai")
    assert later not in checks
    bulletin = station.bulletins / "ben-hai" / "dvc.mp3"
    bulletin.parent.mkdir(parents=True)
    bulletin.write_bytes(b"made, and nobody has released it")
    again = by_name(loa("doctor", "--format", "json", cwd=station.root).stdout)
    assert again[soon]["mend"] == "loa approve ben-hai/dvc"


def plan(station: Workspace, *moments: datetime.datetime) -> list[str]:
    """One broadcast of the sample's commune at the given instants and no other; gives the ids of the airings.

    The sample's own schedule airs on some days of the week and not at Tet: what doctor finds there depends on today.
    """
    also = ", ".join(f'"{moment:%Y-%m-%d %H:%M}"' for moment in moments)
    station.schedule_file.write_text(
        "timezone: UTC\noutputs: {thu: {kind: null}}\nbroadcasts:\n"
        "  - {id: dvc, commune: ben-hai, campaigns: [dich-vu-cong-truc-tuyen], "
        f"days: [], also: [{also}], length: {{min: 10m, max: 15m}}, on: [thu]}}\n",
        "utf-8",
    )
    return [f"dvc@{moment:%Y-%m-%dT%H:%M:00Z}" for moment in moments]


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
