"""The rung before silence: what the commune says when there is nothing released to air."""

import datetime
import shutil
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pytest

from loa.automation import intervals, rehearsal, service
from loa.automation.station import Automation
from loa.clock import RealClock
from loa.schedule import UTC
from loa.store.approvals import find
from loa.store.asrun import Row, rows
from loa.store.database import Database
from loa.store.lease import Lease
from loa.store.proof import verify
from loa.workspace import Workspace
from tests.approving import approve

from .conftest import Plan, in_both_zones

START = datetime.datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
SOON = START + datetime.timedelta(seconds=60)
LATE = "{start_within: 30s}"
"""Two seconds of the computer: these stations run at fifteen times the speed, beside other tests."""
QUIET = 20.0
"""Seconds of the station's clock after which an apology that should not come has not come."""


@pytest.fixture
def sorry(air: Workspace) -> Workspace:
    """ben-hai/tin is not released, and the apology ben-hai/xin-loi neither."""
    shutil.copy(air.bulletins / "ben-hai" / "tin.mp3", air.bulletins / "ben-hai" / "xin-loi.mp3")
    return air


@pytest.fixture
def released_sorry(sorry: Workspace, store: Database) -> Workspace:
    """The same with the apology released."""
    approve(sorry, store, find(sorry, "xin-loi"), "Chị Hoa", START - datetime.timedelta(days=3))
    return sorry


def second_broadcast(on: str, zone: ZoneInfo) -> str:
    """Another broadcast of the commune at the same minute."""
    return (
        f'  - {{id: sau, commune: ben-hai, campaigns: [dvc], also: ["{SOON.astimezone(zone):%Y-%m-%d %H:%M:%S}"], '
        f"length: {{min: 1s, max: 20s}}, late: {LATE}, on: [{on}]}}\n"
    )


def hours(zone: ZoneInfo, first: datetime.datetime, last: datetime.datetime) -> str:
    """The rule that allows sound from `first` to `last` by the commune's clocks."""
    return f'rules: {{allowed: ["{first.astimezone(zone):%H:%M:%S}-{last.astimezone(zone):%H:%M:%S}"]}}\n'


def log_of(workspace: Workspace, store: Database, count: int, then: float = 0.0) -> Sequence[Row]:
    """The log when the station on air has written `count` rows, and for `then` seconds of its clock went on."""
    written: datetime.datetime | None = None

    def over(station: Automation) -> bool:
        nonlocal written
        now = station.clock.now()
        if written is None and len(rows(store)) >= count:
            written = now
        return written is not None and now >= written + datetime.timedelta(seconds=then)

    service.run(workspace, clock=RealClock(15, START), until=over, limit=90)
    assert verify(store, workspace.seal) == []
    return rows(store)


def test_a_released_apology_is_heard_and_has_a_row_beside_the_missed_one(
    released_sorry: Workspace, store: Database, plan: Plan
) -> None:
    airing = plan(SOON, on="n, f", late=LATE)
    missed, said = log_of(released_sorry, store, 2)
    assert (missed.airing, missed.outcome, missed.started) == (airing, "missed", None)
    assert "not released" in (missed.reason or "")
    assert (said.airing, said.bulletin, said.outcome) == (f"apology:{airing}", "ben-hai/xin-loi", "aired")
    assert (said.broadcast, said.commune, said.output) == (None, "ben-hai", "n, f")
    assert airing in (said.reason or "")
    assert said.started
    assert said.started > SOON
    assert list((released_sorry.root / "audio" / "played" / "f").glob("*.wav")), "it was heard"


def test_an_apology_that_nobody_released_is_not_heard(sorry: Workspace, store: Database, plan: Plan) -> None:
    plan(SOON, late=LATE)
    (missed,) = log_of(sorry, store, 1, QUIET)
    assert missed.outcome == "missed"
    assert not (sorry.state / "heard").exists()


def test_an_apology_changed_after_its_release_is_not_heard(
    released_sorry: Workspace, store: Database, plan: Plan
) -> None:
    path = released_sorry.bulletins / "ben-hai" / "xin-loi.mp3"
    path.write_bytes(path.read_bytes()[:-500])
    plan(SOON, late=LATE)
    (missed,) = log_of(released_sorry, store, 1, QUIET)
    assert missed.outcome == "missed"
    assert not (released_sorry.state / "heard").exists()


def test_two_broadcasts_at_the_same_minute_get_one_apology_on_each_output(
    released_sorry: Workspace, store: Database, plan: Plan, zone: ZoneInfo
) -> None:
    plan(SOON, on="n", late=LATE, more=second_broadcast("n, m", zone))
    found = log_of(released_sorry, store, 4)
    assert sorted(str(row.outcome) for row in found) == ["aired", "aired", "missed", "missed"]
    reported = [row.output for row in found if row.outcome == "aired"]
    assert sorted(map(str, reported)) == ["m", "n"]


@in_both_zones
def test_within_the_permitted_hours_the_apology_is_heard(
    released_sorry: Workspace, store: Database, plan: Plan, zone: ZoneInfo
) -> None:
    """Ordinary hours of the commune, which are others by UTC."""
    plan(SOON, late=LATE, more=hours(zone, START - datetime.timedelta(hours=1), START + datetime.timedelta(hours=1)))
    missed, said = log_of(released_sorry, store, 2)
    assert (missed.outcome, said.outcome, said.bulletin) == ("missed", "aired", "ben-hai/xin-loi")


@in_both_zones
def test_where_the_rules_forbid_sound_nobody_apologises(
    released_sorry: Workspace, store: Database, plan: Plan, zone: ZoneInfo
) -> None:
    forbidden = SOON + datetime.timedelta(hours=2), SOON + datetime.timedelta(hours=3)
    plan(SOON, late=LATE, more=hours(zone, *forbidden))
    (skipped,) = log_of(released_sorry, store, 1, QUIET)
    assert skipped.outcome == "skipped"
    assert not (released_sorry.state / "heard").exists()


@in_both_zones
def test_an_apology_that_would_sound_after_the_allowed_hours_is_left_out(
    released_sorry: Workspace, store: Database, plan: Plan, zone: ZoneInfo
) -> None:
    allowed = START - datetime.timedelta(hours=2), START + datetime.timedelta(minutes=2)
    plan(SOON, late="{start_within: 58s}", more=hours(zone, *allowed))
    (missed,) = log_of(released_sorry, store, 1, QUIET)
    assert missed.outcome == "missed"
    assert not (released_sorry.state / "heard").exists()


def test_a_station_that_was_off_does_not_apologise_hours_later(
    released_sorry: Workspace, store: Database, plan: Plan
) -> None:
    before = START - datetime.timedelta(hours=4)
    lease = Lease(store, RealClock(2, before), heartbeat=intervals.Timing().heartbeat, stale=intervals.Timing().stale)
    lease.keep(before)
    lease.give_back()
    plan(START - datetime.timedelta(hours=3), late=LATE)
    (missed,) = log_of(released_sorry, store, 1, QUIET)
    assert missed.outcome == "missed"
    assert not (released_sorry.state / "heard").exists()


def test_a_rehearsal_tells_what_would_be_said_instead(released_sorry: Workspace, store: Database, plan: Plan) -> None:
    plan(SOON, late=LATE)
    found = rehearsal.rehearse(released_sorry, store, START, START + datetime.timedelta(hours=1))
    assert [(row.outcome, row.bulletin) for row in found] == [("missed", "ben-hai/tin"), ("aired", "ben-hai/xin-loi")]
