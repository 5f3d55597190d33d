"""The clock of the computer lies: whole processes under faketime, whose clock we set while they run."""

import datetime
import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from loa.schedule import UTC
from tests.local import wait_for
from tests.zones import BOTH

from .conftest import Faulty

pytestmark = pytest.mark.long

QUICK = {"claim": 3, "open": 1, "asleep": 2.5, "doubt": 3}
BEGIN = datetime.datetime(2026, 12, 1, 10, 0, tzinfo=UTC)


class FakeClock:
    """Sets the wall clock of the processes; the clock that only goes forward stays true."""

    def __init__(self, station: Faulty, folder: Path, start: datetime.datetime = BEGIN) -> None:
        if not shutil.which("faketime"):
            pytest.skip("faketime is not installed (make debian)")
        self._file = folder / "faketimerc"
        station.begin = BEGIN
        station.has_run_until(BEGIN)
        library = next(Path("/usr/lib").rglob("libfaketimeMT.so.1"))
        station.environment |= {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "TZ": BOTH[1],
        }
        self.set(start)

    def set(self, moment: datetime.datetime) -> None:
        """From now on it is `moment`."""
        offset = (moment - datetime.datetime.now(UTC)).total_seconds()
        part = self._file.with_suffix(".part")
        part.write_text(f"{offset:+.3f}s\n")
        part.replace(self._file)
        self._offset = datetime.timedelta(seconds=offset)

    def step(self, seconds: float) -> None:
        """Forward or back."""
        self.set(self.now() + datetime.timedelta(seconds=seconds))

    def now(self) -> datetime.datetime:
        """What the processes believe."""
        return datetime.datetime.now(UTC) + self._offset


@pytest.fixture
def clock(station: Faulty, tmp_path: Path) -> FakeClock:
    return FakeClock(station, tmp_path)


def test_a_start_in_1970_waits_until_the_clock_is_set(station: Faulty, clock: FakeClock) -> None:
    (airing,) = station.plan(10)
    clock.set(datetime.datetime(1970, 1, 1, 0, 0, 30, tzinfo=UTC))
    process = station.start(**QUICK)
    time.sleep(4)
    assert station.rows() == []
    clock.set(BEGIN)
    row = station.wait_for_outcome(airing)
    station.stop(process)
    assert row.outcome == "aired"
    station.check([airing])


def test_a_clock_a_year_ahead_costs_no_airing(station: Faulty, clock: FakeClock) -> None:
    """In 25 s it wrote 800 rows `missed`, and those airings could never be on air."""
    planned = station.plan(10, *range(86_400, 400 * 86_400, 86_400 // 2))
    clock.set(BEGIN + datetime.timedelta(days=400))
    process = station.start(**QUICK)
    wait_for(lambda: station.alarms(), 60)
    time.sleep(5)
    assert station.rows() == []
    assert "long after the station was last on air" in station.alarms()[0]
    station.stop(process)
    clock.set(BEGIN)
    process = station.start(**QUICK)
    assert station.wait_for_outcome(planned[0]).outcome == "aired"
    station.stop(process)
    station.check(planned[:1])


@pytest.mark.parametrize(("seconds", "while_playing"), [(30, False), (30, True), (-3600, False), (-3600, True)])
def test_a_step_of_the_clock_neither_doubles_nor_loses_an_airing(
    station: Faulty, clock: FakeClock, seconds: float, while_playing: bool
) -> None:
    """+30 s while waiting jumps over an instant: it starts late. -1 h: what has its outcome is not played again."""
    planned = station.plan(6, *((25,) if seconds > 0 else ()))
    process = station.start(**QUICK)
    if while_playing:
        while not any(note["what"] == "second" for note in station.heard()):
            time.sleep(0.05)
        clock.step(seconds)
    else:
        time.sleep(2.5)
        clock.step(seconds)
        if seconds < 0:
            time.sleep(4)
            clock.set(BEGIN + datetime.timedelta(seconds=4))
    for airing in planned:
        assert station.wait_for_outcome(airing).outcome in {"aired", "aired-late"}
    station.stop(process)
    station.check(planned)


@pytest.mark.parametrize("while_playing", [False, True])
def test_two_days_forward_leave_nothing_without_its_outcome(
    station: Faulty, clock: FakeClock, while_playing: bool
) -> None:
    planned = station.plan(6, 3600, 86400, 2 * 86400 + 14)
    process = station.start(**QUICK)
    if while_playing:
        while not any(note["what"] == "second" for note in station.heard()):
            time.sleep(0.05)
    else:
        time.sleep(2)
    clock.step(2 * 86400)
    outcomes = [station.wait_for_outcome(airing).outcome for airing in planned]
    station.stop(process)
    assert outcomes[0] == ("aired" if while_playing else "missed")
    assert outcomes[1:] == ["missed", "missed", "aired"]
    station.check(planned)


def test_three_hours_asleep_in_the_middle_of_an_airing(station: Faulty, clock: FakeClock) -> None:
    planned = station.plan(6, 3600, 3 * 3600 + 14)
    process = station.start(**QUICK)
    while not any(note["what"] == "second" for note in station.heard()):
        time.sleep(0.05)
    process.send_signal(signal.SIGSTOP)
    time.sleep(4)
    clock.step(3 * 3600)
    process.send_signal(signal.SIGCONT)
    outcomes = [station.wait_for_outcome(airing).outcome for airing in planned]
    station.stop(process)
    assert outcomes == ["missed", "missed", "aired"]
    station.check(planned)


def test_a_short_sleep_in_the_middle_resumes_at_the_sentence(station: Faulty, clock: FakeClock) -> None:
    (airing,) = station.plan(6)
    process = station.start(**QUICK)
    while not any(note["what"] == "second" for note in station.heard()):
        time.sleep(0.05)
    process.send_signal(signal.SIGSTOP)
    time.sleep(4)
    process.send_signal(signal.SIGCONT)
    row = station.wait_for_outcome(airing)
    station.stop(process)
    assert row.outcome == "resumed"
    assert "stood still" in (row.reason or "")
    station.check([airing])


def test_faketime_is_what_these_tests_think_it_is(station: Faulty, clock: FakeClock) -> None:
    import subprocess
    import sys

    code = "import datetime, time; print(datetime.datetime.now().year, time.monotonic(), time.clock_gettime(7))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **station.environment},
        capture_output=True,
        text=True,
        check=True,
    )
    year, *ticks = done.stdout.split()
    assert year == "2026"
    assert all(abs(float(tick) - time.monotonic()) < 60 * 86400 for tick in ticks)
