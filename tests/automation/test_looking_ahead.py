"""Rehearsals: a year in seconds, and what would be missing in the days to come."""

import collections
import datetime
import os
from zoneinfo import ZoneInfo

import pytest

from loa.automation import rehearsal
from loa.automation.rehearsal import rehearse_in
from loa.schedule import UTC, airings
from loa.schedule.loader import load_schedule
from loa.store.approvals import find
from loa.store.database import Database
from loa.store.proof import verify
from loa.workspace import Workspace
from tests.approving import approve
from tests.zones import BOTH

from .conftest import Plan, in_both_zones

NOON = datetime.datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = datetime.timedelta(days=1)


def test_what_would_be_missing_is_told_with_its_reason(air: Workspace, store: Database, plan: Plan) -> None:
    plan(NOON + DAY, NOON + 2 * DAY)
    rows = rehearsal.rehearse(air, store, NOON, NOON + 7 * DAY)
    assert [row.outcome for row in rows] == ["missed", "missed"]
    assert all("not released" in (row.reason or "") for row in rows)


@in_both_zones
def test_what_is_released_would_be_on_time_and_nothing_of_the_station_is_touched(
    released: Workspace, store: Database, plan: Plan, zone: ZoneInfo
) -> None:
    local = NOON.astimezone(zone)
    plan(NOON + DAY, NOON + 2 * DAY, more=f'rules: {{allowed: ["{local:%H}:00-{local:%H}:10"]}}\n')
    before = sorted(path.name for path in released.state.iterdir())
    rows = rehearsal.rehearse(released, store, NOON, NOON + 7 * DAY)
    assert [row.outcome for row in rows] == ["aired", "aired"]
    assert sorted(path.name for path in released.state.iterdir()) == before
    assert verify(store, released.seal) == []


BROADCASTS = int(os.environ.get("LOA_FAULT_BROADCASTS", "2"))
"""Each is on air twice a day; 7 make ten thousand airings in the two zones."""


@pytest.mark.long
@pytest.mark.parametrize("zone", BOTH)
def test_every_airing_of_a_year_has_exactly_one_outcome(released: Workspace, zone: str) -> None:
    """Two zones, one with changes of the clock; two broadcasts meet now and then, and one has exceptions."""
    data = (released.bulletins / "ben-hai" / "tin.mp3").read_bytes()
    store = Database("sqlite://")
    lines = [f"timezone: {zone}", "outputs: {n: {kind: null}, m: {kind: null}}", "broadcasts:"]
    for number in range(BROADCASTS):
        (released.bulletins / "ben-hai" / f"b{number}.mp3").write_bytes(data)
        approve(released, store, find(released, f"b{number}"), "Chị Hoa", datetime.datetime(2025, 12, 1, tzinfo=UTC))
        hours = f'["0{number}:30", "1{number}:00"]'
        lines.append(
            f"  - {{id: b{number}, commune: ben-hai, campaigns: [dvc], at: {hours}, length: {{min: 1s, max: 40m}}, "
            f"except: [{'tet' if number == 1 else '2030-01-01'}], on: [{'n' if number % 2 else 'm'}]}}"
        )
    released.schedule_file.write_text("\n".join(lines) + "\n", "utf-8")
    start = datetime.datetime(2026, 1, 1, tzinfo=ZoneInfo(zone))
    planned = airings(load_schedule(released), start, start + 365 * DAY, with_skipped=True)
    rows = rehearse_in(released, store, start, start + 365 * DAY)
    assert len(planned) >= 365 * 2 * BROADCASTS
    counted = collections.Counter(row.airing for row in rows)
    assert counted == collections.Counter(airing.id for airing in planned)
    assert {row.outcome for row in rows} == {"aired", "skipped"}
    assert verify(store) == []
