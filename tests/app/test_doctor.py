import datetime
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from loa.app import doctor
from loa.app.doctor import Check, Health, examine
from loa.sample import new_station
from loa.store.alarms import Alarm
from loa.store.database import CONSOLE, Database
from loa.workspace import Workspace
from tests.conftest import Loa
from tests.raising import raise_alarm
from tests.zones import STATION


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
    also = ", ".join(f'"{moment.astimezone(ZoneInfo(STATION)):%Y-%m-%d %H:%M}"' for moment in moments)
    station.schedule_file.write_text(
        f"timezone: {STATION}\noutputs: {{thu: {{kind: null}}}}\nbroadcasts:\n"
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


SCHEDULE = """\
timezone: Asia/Ho_Chi_Minh
outputs: {thu: {kind: null}, loa: {kind: icecast, url: "http://127.0.0.1:9/x.mp3"}}
broadcasts:
  - {id: tin, commune: ben-hai, campaigns: [dich-vu-cong-truc-tuyen], days: [daily], at: ["05:45", "17:00"],
     length: {min: 90s, max: 15m}, on: [thu, loa]}
"""


def broken_schedule(workspace: Workspace) -> None:
    workspace.schedule_file.write_text("brodcasts: []\n", "utf-8")


def no_schedule(workspace: Workspace) -> None:
    workspace.schedule_file.unlink()


def damaged_database(workspace: Workspace) -> None:
    workspace.database.write_bytes(b"this is no database" * 1000)


def newer_database(workspace: Workspace) -> None:
    with closing(sqlite3.connect(workspace.database, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER, at TEXT, program TEXT)")
        connection.execute("INSERT INTO schema_version VALUES (99, '', '')")


def database_that_is_a_folder(workspace: Workspace) -> None:
    workspace.database.unlink()
    workspace.database.mkdir()


def damaged_accounts(workspace: Workspace) -> None:
    workspace.console_database.write_bytes(b"this is no database" * 1000)


def no_campaigns(workspace: Workspace) -> None:
    shutil.rmtree(workspace.campaigns)


def broken_commune(workspace: Workspace) -> None:
    (workspace.campaigns / "ben-hai.yaml").write_text("x: 1\n", "utf-8")


def no_jingles(workspace: Workspace) -> None:
    shutil.rmtree(workspace.jingles)


BROKEN = {
    "schedule.yaml": broken_schedule,
    "database": damaged_database,
    "accounts": damaged_accounts,
    "campaigns/": no_campaigns,
    "audio/jingles/": no_jingles,
}
"""What may be broken, by the check that says so."""


@pytest.fixture
def running(station: Workspace) -> Workspace:
    """The sample with both databases, an alarm, and a broadcast twice a day on an output that does not answer."""
    station.schedule_file.write_text(SCHEDULE, "utf-8")
    store = Database(station.database)
    raise_alarm(store, Alarm("e", "output", "dây bị rút", datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)), ())
    store.close()
    Database(station.console_database, CONSOLE).close()
    return station


def names(checks: list[Check]) -> set[str]:
    return {check.name for check in checks}


def test_what_is_broken_hides_no_other_check(running: Workspace) -> None:
    sound = list(examine(running))
    assert {"Loa", "disk", "ffmpeg", "voice espeak", "sound cards", *BROKEN, "output loa", "loa run", "alarm"} <= (
        names(sound) | {"audio/jingles/"}
    )
    assert any(name.startswith("tin@") for name in names(sound))


@pytest.mark.parametrize("name", BROKEN)
def test_each_thing_that_is_broken_alone_is_told_with_all_other_checks(running: Workspace, name: str) -> None:
    before = names(list(examine(running)))
    BROKEN[name](running)
    checks = list(examine(running))
    (told,) = [check for check in checks if check.name == name]
    assert told.health is Health.BAD
    assert told.detail
    lost = {
        "schedule.yaml": lambda other: other.startswith(("tin@", "output", "apology", "backup")),
        "campaigns/": lambda other: other.startswith(
            ("tin@", "output", "apology", "backup")
        ),  # the schedule names a commune
        "database": lambda other: other in {"loa run", "alarm", "clock"} or other.startswith("apology"),
    }.get(name, lambda _other: False)
    assert {other for other in before - names(checks) if not lost(other)} == set()


@pytest.mark.parametrize("breaks", [no_schedule, newer_database, database_that_is_a_folder, broken_commune])
def test_other_ways_to_be_broken_end_no_check_either(running: Workspace, breaks: Callable[[Workspace], None]) -> None:
    breaks(running)
    checks = list(examine(running))
    assert {"ffmpeg", "voice espeak", "campaigns/", "schedule.yaml", "accounts"} <= names(checks)
    assert any(check.health is Health.BAD for check in checks)
    assert not any("Error:" in check.detail for check in checks), checks


def test_all_of_it_broken_together_is_told_thing_by_thing(running: Workspace, loa: Loa) -> None:
    for breaks in BROKEN.values():
        breaks(running)
    done = loa("doctor", "--format", "json", cwd=running.root)
    assert done.returncode == 1
    checks = by_name(done.stdout)
    assert {name for name, check in checks.items() if check["health"] == "bad"} >= set(BROKEN)
    assert all(checks[name]["detail"] for name in BROKEN)
    assert {"ffmpeg", "voice espeak", "sound cards", "disk"} <= set(checks)
    assert checks["database"]["detail"] == "The database .loa/station.db is damaged."


def test_a_check_of_our_own_that_fails_hides_no_other(running: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise RuntimeError("no driver")

    monkeypatch.setattr(doctor, "device_names", fails)
    checks = {check.name: check for check in examine(running)}
    assert checks["sound cards"].detail == "RuntimeError: no driver"
    assert {"ffmpeg", "schedule.yaml", "database"} <= set(checks)
