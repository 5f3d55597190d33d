"""Which clock is believed, and what becomes of the log while it is wrong and once it is right."""

import datetime
import json
import threading
import time
from collections.abc import Mapping
from zoneinfo import ZoneInfo

import pytest

from loa import RELEASED
from loa.automation.clock_guard import ClockGuard
from loa.automation.intervals import Timing
from loa.automation.rehearsal import RehearsedSession
from loa.automation.station import Automation
from loa.clock import RealClock, kernel_clock
from loa.playout.recording import LoadedRecording
from loa.schedule import UTC, Airing
from loa.schedule.outputs import AnyOutput
from loa.store import requests
from loa.store.alarms import open_alarms
from loa.store.asrun import GAP, Row, gap_outcomes, newest, outcome_of, outcomes, rows
from loa.store.database import Database
from loa.store.lease import last_heartbeat
from loa.store.proof import verify
from loa.store.requests import ClockRequest
from loa.workspace import Workspace
from tests.conftest import Loa

from .conftest import Plan, in_both_zones

DAY, HOUR = datetime.timedelta(days=1), datetime.timedelta(hours=1)
START = datetime.datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
TIMING = Timing()


class ToldClock:
    """A clock that a test sets: `truth` goes on, the computer's own clock differs from it by `error`."""

    speed = 1.0

    def __init__(self, truth: datetime.datetime = START, error: datetime.timedelta = datetime.timedelta(0)) -> None:
        self.truth, self.error, self.ntp = truth, error, False
        self._start = truth

    def now(self) -> datetime.datetime:
        return self.truth + self.error

    def elapsed(self) -> float:
        return (self.truth - self._start).total_seconds()

    def suspended(self) -> float:
        return 0.0

    def synchronised(self) -> bool:
        return self.ntp

    def wait(self, event: threading.Event, seconds: float) -> bool:
        raise AssertionError(f"a step waited for {seconds} s")


# --- the guard alone ---


def doubt(guard: ClockGuard, clock: ToldClock, seconds: float = 120) -> str | None:
    """What it says once the first excitement is over."""
    guard.check()
    clock.truth += datetime.timedelta(seconds=seconds)
    return guard.check().doubt


def guard_of(clock: ToldClock, seen: datetime.datetime | None = None) -> ClockGuard:
    return ClockGuard(clock, TIMING, seen, seen)


@pytest.mark.parametrize(
    ("error", "believed"),
    [
        (-10 * 365, False),
        (-60, False),
        (-0.1, False),
        (0, True),
        (2, True),
        (6, True),
        (8, False),
        (400, False),
        (30_000, False),
    ],
)
def test_at_a_start_the_clock_is_compared_with_when_the_station_was_last_on_air(
    error: float, *, believed: bool
) -> None:
    clock = ToldClock(error=DAY * error)
    assert (doubt(guard_of(clock, START), clock) is None) is believed


@pytest.mark.parametrize(
    ("error", "believed"), [(-21_000, False), (-40, False), (0, True), (400, True), (30_000, False)]
)
def test_a_new_station_knows_only_when_it_was_made(error: float, *, believed: bool) -> None:
    clock = ToldClock(error=DAY * error)
    assert (doubt(guard_of(clock), clock) is None) is believed
    assert START - DAY * 40 < datetime.datetime.combine(RELEASED, datetime.time(), UTC) < START


@pytest.mark.parametrize(
    ("error", "believed"), [(-40, False), (-2, False), (-HOUR / DAY, True), (HOUR / DAY, True), (2, True), (300, False)]
)
def test_a_step_while_the_station_runs_is_watched_and_then_believed_if_it_is_small(
    error: float, *, believed: bool
) -> None:
    clock = ToldClock()
    guard = guard_of(clock, START)
    assert doubt(guard, clock) is None
    clock.error = DAY * error
    assert guard.check().doubt is not None
    assert (doubt(guard, clock) is None) is believed
    clock.error = datetime.timedelta(0)
    assert doubt(guard, clock) is None, "the right clock is believed again"


@pytest.mark.parametrize("error", [-1, 1, 30, 60])
def test_a_leap_second_and_a_correction_are_not_even_watched(error: float) -> None:
    clock = ToldClock()
    guard = guard_of(clock, START)
    assert doubt(guard, clock) is None
    clock.error = datetime.timedelta(seconds=error)
    assert guard.check().doubt is None


def test_many_steps_forward_do_not_add_up_to_a_year_that_is_believed() -> None:
    clock = ToldClock()
    guard, believed = guard_of(clock, START), 0
    assert doubt(guard, clock) is None
    for days in range(5, 400, 5):
        clock.error = DAY * days
        believed += doubt(guard, clock) is None
    assert believed == 1


@pytest.mark.parametrize("error", [-15, -2, 300, 400])
def test_ntp_or_a_person_vouches_for_any_time(error: float) -> None:
    for ask in ("ntp", "person"):
        clock = ToldClock(error=DAY * error)
        guard = guard_of(clock, START)
        assert doubt(guard, clock)
        if ask == "ntp":
            clock.ntp = True
        else:
            guard.trust()
        assert guard.check().doubt is None
        clock.ntp = False
        assert doubt(guard, clock) is None, "and it goes on"


def test_the_kernel_tells_its_time_and_vouches_for_no_other_clock() -> None:
    found = kernel_clock()
    if found is None:
        pytest.skip("only Linux tells whether NTP keeps its clock")
    assert RealClock().synchronised() is (found[1] and abs(found[0] - time.time()) < 2)
    assert not RealClock(speed=2).synchronised()
    assert not RealClock(start=START, speed=2).synchronised()


# --- the station ---


class Told:
    """The real station on a clock that is told, without sound."""

    def __init__(self, workspace: Workspace, store: Database, clock: ToldClock) -> None:
        self.store, self.clock = store, clock
        self.station = Automation(workspace, store, clock, TIMING, start=self._session)
        self.heard: list[str] = []

    def _session(
        self,
        airing: Airing,
        recording: LoadedRecording,
        outputs: Mapping[str, AnyOutput],
        planned: datetime.datetime,
        offset: float,
    ) -> RehearsedSession:
        self.heard.append(airing.id)
        return RehearsedSession(recording, tuple(outputs), planned, offset, self.clock)  # type: ignore[arg-type]

    def run(self, seconds: float) -> None:
        for _second in range(round(seconds)):
            self.station.step()
            self.clock.truth += datetime.timedelta(seconds=1)
        self.station.step()

    def row(self, airing: str) -> Row | None:
        return next((row for row in rows(self.store) if row.airing == airing), None)


@pytest.fixture
def seen(released: Workspace, store: Database, plan: Plan) -> Workspace:
    """A station that was on air until START."""
    plan(START + 1000 * DAY)
    before = Told(released, store, ToldClock(START - datetime.timedelta(seconds=10)))
    before.run(10)
    before.station.close()
    return released


def daily(*, days: int) -> list[datetime.datetime]:
    """Twice a day from START on."""
    return [START + DAY * n + HOUR * hour for n in range(days) for hour in (1, 8)]


@in_both_zones
def test_a_clock_a_year_ahead_costs_nothing(seen: Workspace, store: Database, plan: Plan, zone: ZoneInfo) -> None:
    """It wrote 800 rows `missed` in 25 s, and those airings could never be on air."""
    plan(*daily(days=500))
    wrong = Told(seen, store, ToldClock(error=400 * DAY))
    wrong.run(25)
    assert rows(store) == []
    assert [alarm.kind for alarm in open_alarms(store)] == ["clock"]
    wrong.station.close()
    assert newest(store) < START + DAY, "what was written then does not count as seen"
    assert last_heartbeat(store) < START + DAY
    right = Told(seen, store, ToldClock(START + HOUR - datetime.timedelta(seconds=60)))
    right.run(90)
    assert [row.outcome for row in rows(store)] == ["aired"]
    assert verify(store) == []


def test_a_new_station_whose_first_clock_shows_1970_misses_nothing_of_56_years(
    released: Workspace, store: Database, plan: Plan
) -> None:
    airing = plan(START + datetime.timedelta(seconds=200))
    clock = ToldClock(error=datetime.datetime(1970, 1, 1, tzinfo=UTC) - START)
    told = Told(released, store, clock)
    told.run(30)
    assert rows(store) == []
    clock.error, clock.ntp = datetime.timedelta(0), True
    told.run(200)
    assert [(row.airing, row.outcome) for row in rows(store)] == [(airing, "aired")]


def test_a_start_in_1970_does_not_play_again_what_is_in_the_log(seen: Workspace, store: Database, plan: Plan) -> None:
    """Its outcome was written, and how far the station had come was not."""
    airing = plan(START + datetime.timedelta(seconds=60))
    first = Told(seen, store, ToldClock())
    first.run(80)
    assert first.row(airing)
    first.station.lease.give_back()  # without a last word
    with store.write() as connection:
        connection.exec_driver_sql(f"UPDATE presence SET resolved_until = '{START:%Y-%m-%dT%H:%M:%S.%fZ}'")
    clock = ToldClock(START + datetime.timedelta(seconds=90), error=-20_000 * DAY)
    again = Told(seen, store, clock)
    again.run(10)
    clock.error, clock.ntp = datetime.timedelta(0), True
    again.run(30)
    assert again.heard == []
    assert len(rows(store)) == 1


@pytest.mark.parametrize("who", ["ntp", "person"])
def test_a_long_gap_is_one_row_from_which_every_outcome_can_be_reached(
    seen: Workspace, store: Database, plan: Plan, loa: Loa, who: str
) -> None:
    """Months in a cupboard: the clock is doubted until somebody vouches for it, and then there is one row."""
    moments = daily(days=200)
    plan(*moments)
    clock = ToldClock(START + 180 * DAY)
    told = Told(seen, store, clock)
    told.run(30)
    assert rows(store, kinds=("airing", GAP)) == []
    if who == "ntp":
        clock.ntp = True
    else:
        requests.ask(store, ClockRequest(by="Chị Hoa"), clock.now())
    told.run(30)
    (gap,) = rows(store, kinds=(GAP,))
    past = [moment for moment in moments if moment < clock.now() - HOUR]
    ids = {f"tin@{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in past}
    single = {str(row.airing) for row in rows(store)}
    assert len(single) <= 4
    assert set(gap_outcomes(gap.details)) | single == ids
    assert not set(gap_outcomes(gap.details)) & single
    assert outcomes(store, START, clock.now()) == dict.fromkeys(ids, "missed")
    assert outcome_of(store, f"tin@{moments[100]:%Y-%m-%dT%H:%M:%SZ}") == "missed"
    assert str(len(gap_outcomes(gap.details))) in (gap.reason or "")
    assert rows(store, START + 50 * DAY, START + 51 * DAY, kinds=(GAP,)) == [gap], "it is found in any part of it"
    if who == "ntp":
        span = ("--from", f"{START + 50 * DAY:%Y-%m-%d}", "--to", f"{START + 50 * DAY:%Y-%m-%d}")
        (item,) = json.loads(loa("log", *span, "--format", "json", cwd=seen.root).stdout)
        assert (item["kind"], item["outcome"], len(item["outcomes"])) == ("gap", "missed", len(ids - single))
        lines = loa("log", *span, "--format", "csv", cwd=seen.root).stdout.splitlines()
        assert len(lines) == 3, "each airing of the day has a line of its own in a table"
        assert all(",missed," in line for line in lines[1:])
    if who == "person":
        assert [row.reason for row in rows(store, kinds=("clock",))] == ["Chị Hoa says that the clock is right"]
    told.station.close()
    again = Told(seen, store, ToldClock(clock.truth + datetime.timedelta(seconds=60)))
    again.run(30)
    assert len(rows(store, kinds=(GAP,))) == 1, "a restart adds nothing"
    assert verify(store) == []


def test_a_clock_that_nobody_vouches_for_writes_missed_for_some_days_at_most(
    seen: Workspace, store: Database, plan: Plan
) -> None:
    plan(*daily(days=500))
    clock = ToldClock(START + 60 * datetime.timedelta(seconds=1))
    told = Told(seen, store, clock)
    told.run(5)
    for days in (6, 12, 100, 400):
        clock.error = days * DAY
        told.run(80)
    found = [airing for row in rows(store, kinds=(GAP,)) for airing in gap_outcomes(row.details)]
    assert len(found) + len(rows(store)) <= 7 * 2


@pytest.mark.parametrize("who", ["ntp", "person"])
@pytest.mark.parametrize("days", [3, 6])
def test_what_a_clock_that_was_ahead_has_missed_is_void_once_somebody_vouches(
    seen: Workspace, store: Database, plan: Plan, who: str, days: int
) -> None:
    """Airings of the next days had `missed` for ever; six days are written as one row of a gap, and single ones."""
    plan(*daily(days=10))
    clock = ToldClock()
    told = Told(seen, store, clock)
    told.run(5)
    clock.error = days * DAY
    told.run(90)
    blocked = outcomes(store, START, START + 10 * DAY)
    assert len(blocked) == 2 * days
    clock.error = datetime.timedelta(0)
    if who == "ntp":
        clock.ntp = True
    else:
        told.run(80)
        assert len(outcomes(store, START, START + 10 * DAY)) == 2 * days, "nobody has vouched"
        requests.ask(store, ClockRequest(by="Chị Hoa"), clock.now())
    told.run(20)
    assert outcomes(store, START, START + 10 * DAY) == {}
    (void,) = [row for row in rows(store, kinds=("clock",)) if "void" in row.details]
    assert gap_outcomes(void.details["void"]) == blocked
    assert verify(store) == []
    clock.truth = START + HOUR - datetime.timedelta(seconds=30)
    told.run(60)
    assert [row.outcome for row in rows(store)] == ["aired"]
    with store.read() as connection:
        kept = connection.exec_driver_sql("SELECT count(*) FROM logbook WHERE kind IN ('airing', 'gap') AND void = 1")
        assert kept.scalar(), "nothing is deleted"
    told.station.close()
    again = Told(seen, store, ToldClock(START + HOUR + datetime.timedelta(seconds=120)))
    again.run(10)
    assert again.heard == [], "it has its outcome now"


def test_an_airing_that_may_still_start_late_is_not_lost_with_the_wrong_clock(
    seen: Workspace, store: Database, plan: Plan
) -> None:
    airing = plan(START + datetime.timedelta(seconds=60))
    clock = ToldClock()
    told = Told(seen, store, clock)
    told.run(5)
    clock.error = HOUR * 5
    told.run(85)
    assert told.row(airing).outcome == "missed"  # type: ignore[union-attr]
    clock.error, clock.ntp = datetime.timedelta(0), True
    told.run(60)
    assert told.heard == [airing]
    assert [row.outcome for row in rows(store)] == ["aired-late"]


def test_what_was_heard_is_not_played_again_when_the_clock_is_set_back(
    seen: Workspace, store: Database, plan: Plan
) -> None:
    airing = plan(START + HOUR * 5)
    clock = ToldClock(error=HOUR * 5 - datetime.timedelta(seconds=100))
    clock.ntp = True
    told = Told(seen, store, clock)
    told.run(150)
    assert told.row(airing).outcome == "aired"  # type: ignore[union-attr]
    clock.error = datetime.timedelta(0)
    told.run(30)
    clock.truth = START + HOUR * 5 - datetime.timedelta(seconds=20)
    told.run(60)
    assert told.heard == [airing]
    assert [row for row in rows(store, kinds=("clock",)) if "void" in row.details] == []


def test_a_clock_set_back_by_hours_asks_people_before_anything_is_void(
    seen: Workspace, store: Database, plan: Plan
) -> None:
    """So little is believed without a word from anybody; but the airings of those hours would not be on air."""
    airing = plan(START + HOUR * 2)
    clock = ToldClock()
    told = Told(seen, store, clock)
    told.run(5)
    clock.error = HOUR * 5
    told.run(90)
    clock.error = datetime.timedelta(0)
    told.run(90)
    assert [alarm.kind for alarm in open_alarms(store)].count("clock") >= 1
    assert any("still to come" in alarm.message for alarm in open_alarms(store))
    assert outcome_of(store, airing) == "missed"
    requests.ask(store, ClockRequest(by="Chị Hoa"), clock.now())
    told.run(5)
    assert outcome_of(store, airing) is None


def test_who_marks_a_row_as_void_or_takes_the_mark_away_is_found(seen: Workspace, store: Database, plan: Plan) -> None:
    plan(*daily(days=10))
    clock = ToldClock()
    told = Told(seen, store, clock)
    told.run(5)
    clock.error = 2 * DAY
    told.run(90)
    last = rows(store)[-1].seq
    clock.error, clock.ntp = datetime.timedelta(0), True

    def change(sql: str) -> None:
        with store.write() as connection:
            connection.exec_driver_sql(sql)

    change(f"UPDATE logbook SET void = 1 WHERE seq = {last}")
    assert [finding.line for finding in verify(store)] == [last]
    change(f"UPDATE logbook SET void = NULL WHERE seq = {last}")
    told.run(20)
    assert verify(store) == []
    change(f"UPDATE logbook SET void = NULL WHERE seq = {last}")
    assert [finding.line for finding in verify(store)] == [last]
