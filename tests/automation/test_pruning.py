"""Years of bulletins on a small card: what nothing needs any more goes, the rest stays."""

import datetime
import os
import shutil

import pytest

from loa.actions.approvals import withdraw
from loa.automation.disk import prune
from loa.automation.intervals import Timing
from loa.automation.service import Maintenance
from loa.automation.station import Automation
from loa.clock import RealClock
from loa.schedule import UTC
from loa.store.alarms import open_alarms
from loa.store.approvals import BulletinFile, approved_copy
from loa.store.asrun import NewRow, append
from loa.store.database import Database
from loa.workspace import Workspace
from tests.approving import approve

from .conftest import Plan
from .test_alarms import do_chores

NOW = datetime.datetime(2030, 1, 1, tzinfo=UTC)


def release_at(workspace: Workspace, store: Database, days_ago: int, content: bytes, name: str = "tin") -> str:
    """A recording with that content, released so long ago; its SHA-256."""
    path = workspace.bulletins / "ben-hai" / f"{name}.mp3"
    path.write_bytes(content)
    moment = NOW - datetime.timedelta(days=days_ago)
    made = approve(workspace, store, BulletinFile(f"ben-hai/{name}", path), "Chị Hoa", moment)
    os.utime(approved_copy(workspace, made.sha256), (moment.timestamp(), moment.timestamp()))
    return made.sha256


def kept(workspace: Workspace) -> set[str]:
    return {path.stem for path in (workspace.state / "released").glob("*.mp3")}


def test_of_old_releases_the_two_newest_of_each_bulletin_stay(air: Workspace, store: Database) -> None:
    old = [release_at(air, store, 2000 - n, b"%d" % n) for n in range(4)]
    other = release_at(air, store, 3000, b"other", "khac")
    assert prune(air, store, NOW) == 2
    assert kept(air) == {*old[-2:], other}
    assert prune(air, store, NOW) == 0


def test_what_was_aired_or_released_in_the_last_year_stays(air: Workspace, store: Database) -> None:
    aired = release_at(air, store, 900, b"aired")
    release_at(air, store, 899, b"never aired")
    fresh = [release_at(air, store, 300 - n, b"%d" % n) for n in range(4)]
    entry = NewRow("airing", airing="a", planned=NOW - datetime.timedelta(days=390), outcome="aired", sha256=aired)
    append(store, entry, NOW)
    assert prune(air, store, NOW) == 1
    assert kept(air) == {aired, *fresh}


def test_a_full_disk_shortens_it_for_nobody_and_a_person_is_asked(
    air: Workspace, store: Database, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    for days in (399, 300, 200, 100):
        release_at(air, store, days, b"%d" % days)
    before = kept(air)
    nearly_full = shutil.disk_usage(air.root)._replace(total=64_000_000_000, free=1_000_000_000)
    monkeypatch.setattr("loa.automation.disk.shutil.disk_usage", lambda _path: nearly_full)
    assert prune(air, store, NOW) == 0
    assert kept(air) == before
    plan(NOW)
    station = Automation(air, store, RealClock(), Timing(), trust_clock=True)
    station.step()
    for _again in range(2):
        do_chores(Maintenance(air, station, store))
    (asked,) = open_alarms(store)
    assert asked.kind == "room"
    assert "Only 1.0 GB of the disk are free" in asked.message
    assert "4 recordings" in asked.message


def test_a_withdrawn_release_is_no_reason_to_keep_it(air: Workspace, store: Database) -> None:
    release_at(air, store, 900, b"wrong")
    withdraw(air, store, "ben-hai/tin", "Chị Hoa", NOW - datetime.timedelta(days=899))
    assert prune(air, store, NOW) == 1
