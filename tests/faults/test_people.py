"""What people do while the station is on air: break the schedule, replace a file, call an emergency."""

import datetime
import signal
import time

from loa import stop_file
from loa.schedule import UTC
from loa.stop_file import StopRequest
from loa.store import requests
from loa.store.approvals import find
from loa.store.database import Database
from loa.store.requests import AirRequest, make_request
from tests.approving import approve
from tests.conftest import Loa
from tests.local import locked, wait_for

from .conftest import SECONDS, Faulty

QUICK = {"claim": 4, "open": 2}


def playing(station: Faulty) -> bool:
    return any(note["what"] == "second" for note in station.heard())


def ask(station: Faulty, request: AirRequest | StopRequest) -> None:
    store = Database(station.workspace.database)
    requests.ask(store, request, datetime.datetime.now(UTC))
    store.close()


def test_a_schedule_broken_and_mended_on_air(station: Faulty) -> None:
    planned = station.plan(9, 16)
    good = station.workspace.schedule_file.read_text("utf-8")
    process = station.start(**QUICK)
    wait_for(lambda: station.state() is not None, 45)
    station.workspace.schedule_file.write_text(good.replace("campaigns: [", "campaigns: ["[:-1]), "utf-8")
    assert station.wait_for_outcome(planned[0]).outcome == "aired", "the last good schedule stays in force"
    assert any("schedule.yaml is broken" in alarm for alarm in station.alarms())
    third = station.plan(9, 16, 25)
    for airing in third:
        assert station.wait_for_outcome(airing).outcome == "aired"
    station.stop(process)
    station.check(third)


def test_a_file_replaced_while_it_plays_and_before_the_next_airing(station: Faulty) -> None:
    process = station.start_first(**QUICK)
    planned = station.plan(6, 14, late="{start_within: 3s}")
    wait_for(lambda: playing(station), 45)
    path = station.workspace.bulletins / "ben-hai" / "tin.mp3"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    outcomes = [station.wait_for_outcome(airing) for airing in planned]
    station.stop(process)
    assert [row.outcome for row in outcomes] == ["aired", "missed"]
    assert "changed" in (outcomes[1].reason or "")
    assert {row.sha256 for row in outcomes if row.outcome == "aired"} == {note["sha256"] for note in station.heard()}
    station.check(planned)


def test_an_emergency_is_heard_within_a_second_and_the_airing_goes_on_after_it(station: Faulty) -> None:
    station.lengthen(8)
    (airing,) = station.plan(8)
    station.add_bulletin("khan")
    process = station.start(**QUICK)
    wait_for(lambda: playing(station), 45)
    asked = datetime.datetime.now(UTC)
    bulletin = "ben-hai/khan"
    ask(
        station, AirRequest(airing="air:khan@1", bulletin=bulletin, outputs=("n",), by="Chị Hoa", now=True, resume=True)
    )
    row = station.wait_for_outcome(airing)
    urgent = station.wait_for_outcome("air:khan@1")
    station.stop(process)
    assert (urgent.outcome, row.outcome) == ("aired", "cut")
    first = next(n for n in station.heard() if n["airing"] == "air:khan@1" and n["what"] == "first")
    assert (datetime.datetime.fromisoformat(str(first["at"])) - asked).total_seconds() < 1.0
    assert "by an emergency" in (row.reason or "")
    assert "went on from" in (row.reason or "")
    last = [n for n in station.heard() if n["airing"] == airing][-1]
    assert float(str(last["to"])) > 7.5


def test_an_emergency_that_lets_nothing_resume_and_is_said_twice(station: Faulty) -> None:
    station.lengthen(8)
    (airing,) = station.plan(8)
    station.add_bulletin("khan")
    process = station.start(**QUICK)
    wait_for(lambda: playing(station), 45)
    payload = {"airing": "air:khan@1", "bulletin": "ben-hai/khan", "outputs": ["n"], "by": "Chị Hoa", "now": True}
    ask(station, make_request(AirRequest, {**payload, "resume": False, "times": 2, "pause": "1s"}))
    urgent = station.wait_for_outcome("air:khan@1")
    row = station.wait_for_outcome(airing)
    station.stop(process)
    assert (urgent.outcome, row.outcome) == ("aired", "cut")
    firsts = [n for n in station.heard() if n["airing"] == "air:khan@1" and n["what"] == "first"]
    assert len(firsts) == 2
    assert not [n for n in station.heard() if n["airing"] == airing and str(n["at"]) > str(firsts[1]["at"])]


def test_an_emergency_that_nobody_released_is_not_heard(station: Faulty) -> None:
    station.plan(600)
    station.add_bulletin("khan", released=False)
    process = station.start(**QUICK)
    wait_for(lambda: station.state() is not None, 45)
    ask(station, AirRequest(airing="air:khan@1", bulletin="ben-hai/khan", outputs=("n",), by="?", now=True))
    row = station.wait_for_outcome("air:khan@1")
    station.stop(process)
    assert row.outcome == "missed"
    assert "not released" in (row.reason or "")
    assert station.heard() == []


def test_stop_silences_at_once_and_the_airing_ends_as_cut(station: Faulty) -> None:
    station.lengthen(10)
    (airing,) = station.plan(8)
    process = station.start(**QUICK)
    wait_for(lambda: playing(station), 45)
    ask(station, StopRequest("Anh Nam"))
    row = station.wait_for_outcome(airing, 3)
    station.stop(process)
    assert row.outcome == "cut"
    assert "Anh Nam" in (row.reason or "")
    station.check([airing])


def test_ctrl_c_in_the_middle_logs_the_cut(station: Faulty) -> None:
    (airing,) = station.plan(6)
    process = station.start(**QUICK)
    wait_for(lambda: playing(station), 45)
    station.stop(process)
    row = station.outcome(airing)
    assert row
    assert row.outcome == "cut"
    station.check([airing])


def test_a_release_in_the_last_minute_is_soon_enough(station: Faulty) -> None:
    station.plan(600)
    station.add_bulletin("tin", tone=500, released=False)
    (airing,) = station.plan(8)
    process = station.start(**QUICK, recheck=1)
    time.sleep(max(0.0, 10 - station.age()))
    assert station.heard() == []
    store = Database(station.workspace.database)
    approve(station.workspace, store, find(station.workspace, "tin"), "Chị Hoa", datetime.datetime.now(UTC))
    store.close()
    row = station.wait_for_outcome(airing)
    station.stop(process)
    assert row.outcome == "aired"
    station.check([airing])
    assert SECONDS < 4


def test_one_stop_clears_what_sounds_what_waits_and_what_is_near(station: Faulty) -> None:
    """Three in a row on one output, and two of the schedule that come within the minute: one press, a minute of silence."""
    station.lengthen(12)
    process = station.start_first(**QUICK)
    near = station.plan(14, 40)
    asked = ["air:one@1", "air:two@1", "air:three@1"]
    for airing in asked:
        ask(station, AirRequest(airing=airing, bulletin="ben-hai/tin", outputs=("n",), by="Chị Hoa"))
    wait_for(lambda: playing(station), 45)
    ask(station, StopRequest("Anh Nam"))
    rows = [station.wait_for_outcome(airing, 5) for airing in (*asked, *near)]
    silent = len(station.heard())
    assert {(row.outcome, "stopped by Anh Nam" in (row.reason or "")) for row in rows} == {("cut", True)}
    time.sleep(20)
    station.stop(process, signal.SIGKILL)
    station.start(**QUICK)
    time.sleep(max(0.0, 50 - station.age()))
    assert len(station.heard()) == silent
    for airing in (*asked, *near):
        assert [row.outcome for row in station.rows() if row.airing == airing] == ["cut"]


def test_a_stop_seconds_before_the_first_sound_says_what_it_cut_and_nothing_airs(station: Faulty, loa: Loa) -> None:
    process = station.start_first(claim=28, open=2)
    near, later = station.plan(30, 200)
    wait_for(lambda: station.state() == near, 30)
    done = loa("stop", "--by", "Anh Nam", cwd=station.workspace.root)
    assert (done.returncode, done.stdout) == (0, f"Stopped.\nCut: {near} on n.\n"), done.stderr
    assert station.age() < 30, "too slow to be a test"
    assert station.wait_for_outcome(near, 5).outcome == "cut"
    time.sleep(max(0.0, 35 - station.age()))
    assert station.heard() == []
    assert station.outcome(later) is None
    station.stop(process)


def test_what_a_stop_cut_is_not_played_by_the_next_process_although_nothing_was_written(station: Faulty) -> None:
    """The station obeyed the file, and was killed while the database was held by another program."""
    station.lengthen(12)
    process = station.start_first(**QUICK)
    sounding, near = station.plan(8, 40)
    wait_for(lambda: playing(station), 45)
    with locked(station.workspace.database):
        stop_file.leave_stop(station.workspace, StopRequest(by="Anh Nam"))
        wait_for(lambda: stop_file.cut_by_file(station.workspace) is not None, 5)
        silent = len(station.heard())
        process.kill()
        process.wait()
    station.start(**QUICK)
    rows = [station.wait_for_outcome(airing, 20) for airing in (sounding, near)]
    assert {(row.outcome, row.reason) for row in rows} == {("cut", "stopped by Anh Nam")}
    assert len(station.heard()) == silent
