"""The station on air follows the schedules of single communes, and one that is broken holds up no other."""

from collections.abc import Callable
from pathlib import Path

import pytest

from loa.app.backup import backup
from loa.app.restore import restore
from loa.automation.lanes import AtOnce
from loa.automation.schedule_watch import ScheduleWatch, schedule_in_force
from loa.clock import RealClock
from loa.files import write_atomic
from loa.schedule import Schedule
from loa.workspace import Workspace
from tests.local import wait_for

HEAD = "timezone: Asia/Ho_Chi_Minh\noutputs: {loa: {kind: null}}\n"
OWN = 'broadcasts:\n  - {{id: {id}, campaigns: [dich-vu-cong-truc-tuyen], at: ["{at}"], on: [loa]}}\n'


def hours(schedule: Schedule) -> dict[str, str]:
    return {b.id: f"{b.at[0]:%H:%M}" for b in schedule.broadcasts}


@pytest.fixture
def write(station: Workspace) -> Callable[..., None]:
    """Writes the schedules of two communes: their hours, or a text that is no schedule."""
    station.schedule_file.write_text(HEAD, "utf-8")
    station.schedules.mkdir()

    def files(**hours_of: str) -> None:
        for name, at in hours_of.items():
            text = OWN.format(id=name, at=at) if ":" in at else at
            (station.schedules / f"{name.replace('_', '-')}.yaml").write_text(text.replace("_", "-"), "utf-8")

    return files


def test_a_broken_file_keeps_its_last_hours_while_the_others_change(
    station: Workspace, write: Callable[..., None]
) -> None:
    write(ben_hai="17:00", trung_son="18:00")
    watch = ScheduleWatch(station, RealClock(), AtOnce("files"), saves=True)
    assert hours(watch.schedule) == {"ben-hai": "17:00", "trung-son": "18:00"}
    write(ben_hai="broadcasts: [", trung_son="18:30")
    wait_for(lambda: watch.refresh() and hours(watch.schedule)["trung-son"] == "18:30", 20)
    assert hours(watch.schedule) == {"ben-hai": "17:00", "trung-son": "18:30"}
    wait_for(lambda: watch.refresh() and watch.problems, 20)
    assert [finding.file for finding in watch.problems] == ["schedules/ben-hai.yaml"]
    schedule, problems = schedule_in_force(station)  # a start at night
    assert hours(schedule) == {"ben-hai": "17:00", "trung-son": "18:30"}
    assert problems
    station.schedule_file.unlink()
    assert hours(schedule_in_force(station)[0]) == {"ben-hai": "17:00", "trung-son": "18:00"}
    station.schedule_file.write_text(HEAD, "utf-8")
    write(ben_hai="19:00")
    wait_for(lambda: watch.refresh() and not watch.problems, 20)
    assert hours(watch.schedule) == {"ben-hai": "19:00", "trung-son": "18:30"}
    (station.schedules / "trung-son.yaml").unlink()
    wait_for(lambda: watch.refresh() and hours(watch.schedule) == {"ben-hai": "19:00"}, 20)
    assert [path.name for path in station.last_good_schedules.iterdir()] == ["ben-hai.yaml"]


def test_a_backup_brings_back_these_schedules_and_no_others(
    station: Workspace, write: Callable[..., None], tmp_path: Path
) -> None:
    """A file that was made since then would hold the same broadcasts as the schedule.yaml that comes back."""
    write(ben_hai="17:00")
    write_atomic(station.station_id, "1")
    backup(station, tmp_path / "kept.zip")
    write(ben_hai="18:00", trung_son="18:00")
    station.last_good_schedules.mkdir(parents=True)
    (station.last_good_schedules / "trung-son.yaml").write_text("", "utf-8")
    restore(station, tmp_path / "kept.zip", None)
    assert hours(schedule_in_force(station)[0]) == {"ben-hai": "17:00"}
    assert not [*station.last_good_schedules.iterdir()]
    assert (station.state / "before-restore" / "schedules" / "trung-son.yaml").is_file()
