"""The station on air with real threads and players, on a clock that goes twenty times as fast."""

import datetime
import json
import wave
from pathlib import Path
from zoneinfo import ZoneInfo

from loa.automation import service
from loa.automation.station import Automation
from loa.clock import RealClock
from loa.schedule import UTC
from loa.store.asrun import Row, parts, rows
from loa.store.database import Database
from loa.store.proof import verify
from loa.workspace import Workspace
from tests.conftest import Loa

from .conftest import Plan

START = datetime.datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
SOON = START + datetime.timedelta(seconds=60)


def on_air_until(workspace: Workspace, airing: str, speed: float = 20) -> None:
    def written(station: Automation) -> bool:
        return station.outcomes.written(airing) is not None

    service.run(workspace, clock=RealClock(speed, START), until=written, limit=30)


def outcome(store: Database) -> Row:
    (row,) = rows(store)
    return row


def test_a_released_bulletin_is_aired_at_its_instant_and_logged_once(
    released: Workspace, store: Database, plan: Plan
) -> None:
    airing = plan(SOON, on="n, f")
    on_air_until(released, airing)
    row = outcome(store)
    assert (row.airing, row.outcome, row.output, row.broadcast) == (airing, "aired", "n, f", "tin")
    assert row.started
    assert abs((row.started - SOON).total_seconds()) < 20 * 0.1
    assert verify(store, released.seal) == []
    (heard,) = Path(released.root, "audio", "played", "f").glob("*.wav")
    with wave.open(str(heard)) as sound:
        assert abs(sound.getnframes() / sound.getframerate() - 4) < 0.2


def test_each_output_has_an_outcome_of_its_own_under_the_one_of_the_airing(
    released: Workspace, store: Database, plan: Plan, loa: Loa
) -> None:
    airing = plan(SOON, on="n, f")
    (released.root / "audio" / "played").write_bytes(b"in the way of the files that f writes")
    on_air_until(released, airing)
    row = outcome(store)
    assert (row.outcome, row.output, row.details["best"], row.details["worst"]) == ("aired", "n, f", "aired", "missed")
    found = parts(store, None, None)[airing]
    assert [(part.output, part.outcome, part.sha256 == row.sha256) for part in found] == [
        ("n", "aired", True),
        ("f", "missed", True),
    ]
    assert found[0].started
    assert found[0].details["seconds"] > 3.8
    assert found[1].started is None
    assert found[1].reason
    assert verify(store, released.seal) == []
    (item,) = json.loads(loa("log", "--from", "2026-11-20", "--format", "json", cwd=released.root).stdout)
    assert (item["outcome"], item["best"], item["worst"]) == ("aired", "aired", "missed")
    assert [(part["output"], part["outcome"]) for part in item["outputs"]] == [("n", "aired"), ("f", "missed")]
    for events in ((), ("--events",)):
        shown = loa("log", "--from", "2026-11-20", *events, cwd=released.root).stdout
        assert shown.count("    f: not aired") == 1
        assert shown.count("tin: aired") == 1


def test_the_null_output_notes_what_it_took_and_when(released: Workspace, plan: Plan) -> None:
    on_air_until(released, plan(SOON))
    lines = (released.state / "heard" / "n.jsonl").read_text("utf-8").splitlines()
    notes = [json.loads(line) for line in lines]
    assert [notes[0]["what"], notes[-1]["what"]] == ["first", "end"]
    assert abs(notes[-1]["to"] - 4) < 0.2


def test_without_a_release_nothing_is_heard_and_the_log_says_why(air: Workspace, store: Database, plan: Plan) -> None:
    airing = plan(SOON, late="{start_within: 5s}")
    on_air_until(air, airing)
    row = outcome(store)
    assert (row.outcome, row.started) == ("missed", None)
    assert "not released" in (row.reason or "")
    assert [(part.output, part.outcome, part.reason) for part in parts(store, None, None)[airing]] == [
        ("n", "missed", row.reason)
    ]
    assert not (air.state / "heard").exists()


def test_a_recording_changed_after_its_release_is_not_aired(released: Workspace, store: Database, plan: Plan) -> None:
    path = released.bulletins / "ben-hai" / "tin.mp3"
    path.write_bytes(path.read_bytes()[:-500])
    on_air_until(released, plan(SOON, late="{start_within: 5s}"))
    row = outcome(store)
    assert row.outcome == "missed"
    assert "changed" in (row.reason or "")


def test_last_good_takes_its_place_where_that_is_wanted(released: Workspace, store: Database, plan: Plan) -> None:
    path = released.bulletins / "ben-hai" / "tin.mp3"
    path.write_bytes(path.read_bytes()[:-500])
    on_air_until(released, plan(SOON, late="{fallback: last-good}"))
    row = outcome(store)
    assert row.outcome == "aired"
    assert "in place of the planned one" in (row.reason or "")


def test_an_exception_and_a_broken_rule_are_skipped(released: Workspace, store: Database, plan: Plan) -> None:
    on_air_until(released, plan(SOON, more='rules: {allowed: ["01:00-02:00"]}\n'))
    row = outcome(store)
    assert row.outcome == "skipped"
    assert "allows" in (row.reason or "")


def test_two_normal_items_at_once_are_both_aired_the_second_after_the_first(
    released: Workspace, store: Database, plan: Plan, zone: ZoneInfo
) -> None:
    second = (
        f'  - {{id: sau, commune: ben-hai, campaigns: [dvc], also: ["{SOON.astimezone(zone):%Y-%m-%d %H:%M:%S}"], '
        "length: {min: 1s, max: 20s}, on: [n]}\n"
    )
    plan(SOON, more=second)
    (released.bulletins / "ben-hai" / "sau.mp3").write_bytes((released.bulletins / "ben-hai" / "tin.mp3").read_bytes())
    from loa.store.approvals import find
    from tests.approving import approve

    approve(released, store, find(released, "sau"), "Chị Hoa", START)
    on_air_until(released, f"sau@{SOON:%Y-%m-%dT%H:%M:%SZ}", speed=10)
    first, then = rows(store)
    assert (first.outcome, then.broadcast) == ("aired", "sau")
    assert first.ended
    assert then.started
    assert then.started >= first.ended - datetime.timedelta(seconds=2)
    assert "waited for tin" in (then.reason or "")
