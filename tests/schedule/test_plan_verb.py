import json
from collections.abc import Callable

from icalendar import Calendar

from loa.workspace import Workspace
from tests.conftest import Loa

from .conftest import BROADCAST, HEAD


def test_the_plan_of_the_sample_station_as_json(station: Workspace, loa: Loa) -> None:
    done = loa("plan", "--from", "2023-08-30", "--to", "2023-09-05", "--format", "json", cwd=station.root)
    items = json.loads(done.stdout)
    own = [item for item in items if item["commune"] == "trung-son"]
    assert [item["planned"] for item in own] == ["2023-09-05T17:00:00+07:00"]
    assert own[0]["airing"] == "trung-son-dvc@2023-09-05T10:00:00Z"
    assert set(own[0]) >= {"airing", "broadcast", "commune", "planned", "minutes", "outputs", "problems"}
    assert done.returncode == 0


def test_the_plan_as_a_calendar_file(station: Workspace, loa: Loa) -> None:
    done = loa("plan", "--from", "2023-08-08", "--to", "2023-12-31", "--format", "ics", cwd=station.root)
    events = [e for e in Calendar.from_ical(done.stdout).walk("VEVENT") if "trung-son" in str(e["uid"])]
    assert len(events) == len({str(e["uid"]) for e in events}) == 41
    assert {(e.end - e.start).seconds for e in events} == {900}


def test_the_plan_for_people_shows_what_is_left_out(station: Workspace, loa: Loa) -> None:
    done = loa("plan", "--from", "2023-09-01", "--to", "2023-09-01", cwd=station.root)
    assert "left out" in done.stdout


def test_a_broken_schedule_is_told_with_its_place(write: Callable[[str], Workspace], loa: Loa) -> None:
    workspace = write(HEAD + BROADCAST.replace("17:00", "17:60"))
    done = loa("plan", cwd=workspace.root)
    assert done.returncode == 2
    assert "schedule.yaml:9:10" in done.stderr


def test_a_day_that_is_none_is_wrong_use(station: Workspace, loa: Loa) -> None:
    done = loa("plan", "--from", "tomorrow", cwd=station.root)
    assert done.returncode == 2
    assert "--from" in done.stderr
