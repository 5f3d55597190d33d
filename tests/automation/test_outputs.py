"""Outputs while the station is on air: turned up and down, and how they are."""

import contextlib
import datetime
import sqlite3
import time
import wave
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from loa.app.doctor import Check, Health, examine
from loa.automation import intervals, service
from loa.automation.output_watch import OutputWatch
from loa.automation.station import Automation
from loa.clock import RealClock
from loa.schedule import UTC
from loa.schedule.outputs import Null
from loa.store.alarms import open_alarms
from loa.store.approvals import find
from loa.store.asrun import parts_of
from loa.store.database import Database
from loa.store.output_health import OutputHealth, output_health
from loa.workspace import Workspace
from tests.approving import approve
from tests.local import free_port
from tests.sounds import make_mp3
from tests.zones import STATION

from .conftest import Plan


def run_with(workspace: Workspace, airing: str, look: Callable[[], None]) -> None:
    """On air in real time until the outcome of `airing` is written; `look` is called once a second."""

    def written(station: Automation) -> bool:
        return station.outcomes.written(airing) is not None

    service.run(workspace, until=written, progress=lambda _station: look(), limit=60)


def soon(seconds: float) -> datetime.datetime:
    moment = datetime.datetime.now(UTC) + datetime.timedelta(seconds=seconds)
    return moment.replace(microsecond=0)


@pytest.fixture
def longer(air: Workspace, store: Database) -> Workspace:
    """The bulletin ben-hai/tin is ten seconds long here."""
    make_mp3(air.bulletins / "ben-hai" / "tin.mp3", 10)
    approve(air, store, find(air, "tin"), "Chị Hoa", datetime.datetime(2026, 11, 1, tzinfo=UTC))
    return air


def test_a_volume_changed_in_the_schedule_is_heard_in_the_airing_that_sounds(
    longer: Workspace, store: Database, plan: Plan
) -> None:
    airing = plan(soon(3), on="f")
    changed: list[datetime.datetime] = []

    def turn_down() -> None:
        health = next((h for h in output_health(store) if h.output == "f"), None)  # not before its first test
        if health and health.state == "sounding" and not changed:
            text = longer.schedule_file.read_text("utf-8")
            longer.schedule_file.write_text(text.replace("f: {kind: file}", "f: {kind: file, volume: 20}"), "utf-8")
            changed.append(datetime.datetime.now(UTC))

    run_with(longer, airing, turn_down)
    (path,) = Path(longer.root, "audio", "played", "f").glob("*.wav")
    with wave.open(str(path)) as sound:
        rate = sound.getframerate()
        samples = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2").astype(float)
    window = rate // 4  # the change may come before the first second is over
    levels = np.sqrt(np.mean(samples[: len(samples) // window * window].reshape(-1, window) ** 2, axis=1))
    assert levels[-2] / levels[1] == pytest.approx(0.2, abs=0.02)


def test_the_health_of_each_output_is_there_to_be_seen(
    longer: Workspace, store: Database, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOA_TEST_PASSWORD", "secret")
    airing = plan(soon(3), on="n, i")
    text = longer.schedule_file.read_text("utf-8")
    icecast = f'i: {{kind: icecast, url: "http://127.0.0.1:{free_port()}/x", password_env: LOA_TEST_PASSWORD}}'
    longer.schedule_file.write_text(text.replace("m: {kind: null}", icecast), "utf-8")
    seen: dict[str, list[OutputHealth]] = {"n": [], "i": [], "f": []}

    def look() -> None:
        for health in output_health(store):
            seen[health.output].append(health)

    run_with(longer, airing, look)
    assert {health.state for health in seen["f"]} == {"idle"}
    assert {"sounding"} < {health.state for health in seen["n"]} <= {"idle", "ready", "sounding"}
    assert "failing" in {health.state for health in seen["i"]}
    assert {"sounding", "ready"}.isdisjoint(health.state for health in seen["i"])
    trouble = seen["i"][-1]
    assert "does not answer" in (trouble.error or "")
    assert trouble.last_sound_at is None
    assert seen["n"][-1].last_sound_at
    assert {health.state for health in output_health(store)} == {"unknown"}, "nobody is on air any more"


def test_an_output_that_does_not_work_is_told_before_its_hour(released: Workspace, store: Database, plan: Plan) -> None:
    plan(soon(3600), on="s")
    text = released.schedule_file.read_text("utf-8")
    released.schedule_file.write_text(text.replace("m: {kind: null}", "s: {kind: sound-card, device: Loa}"), "utf-8")
    station = Automation(released, store, RealClock(), intervals.Timing())
    for _try in range(2):
        station.step()
        station.outputs_tested({"s": "no sound card is called “Loa”", "n": None, "f": None})
        station.step()
    station.step()
    (alarm,) = open_alarms(store)
    assert (alarm.kind, "no sound card" in alarm.message) == ("output", True)
    time.sleep(1.1)  # it is written once a second
    station.step()
    checks = {check.name: check for check in examine(released)}
    assert checks["output s"].health is Health.BAD
    assert checks["output n"] == Check("output n", Health.GOOD, checks["output n"].detail, checks["output n"].fix)
    station.close()


def test_what_stays_as_it_is_is_not_written_again(air: Workspace, store: Database) -> None:
    watch, clock = OutputWatch(store, RealClock(1000)), datetime.datetime.now
    with contextlib.closing(sqlite3.connect(air.database)) as other:
        versions = []
        for _look in range(6):
            time.sleep(0.01)  # ten seconds of its clock
            watch.update({"n": Null(kind="null")}, [], clock(UTC))
            versions.append(other.execute("PRAGMA data_version").fetchone())
    assert len(set(versions)) == 1
    assert len(output_health(store)) == 1


def test_quiet_places_stay_quiet_others_have_their_limit_and_begin_gently_but_not_in_an_emergency(
    released: Workspace, plan: Plan
) -> None:
    """Issue 16, item 9."""
    airing, urgent = plan(soon(3), on="n, f"), soon(3)
    more = (
        f"  - {{id: lu, commune: ben-hai, campaigns: [dvc], also: ['{urgent.astimezone(ZoneInfo(STATION)):%Y-%m-%d %H:%M:%S}'],"
        " priority: emergency, length: {min: 1s, max: 20s}, on: [m, g]}\n"
    )
    text = released.schedule_file.read_text("utf-8").replace("{kind: file}", "{kind: file, fade_in: 1s}")
    text = text.replace("outputs: {", "outputs: {g: {kind: file, folder: audio/g, fade_in: 1s, LOUD}, ")
    text = text.replace("LOUD", "volume: 25, emergency_volume: 100")
    limits = "rules: {limits: [{on: 'n, m', max_volume: 0}, {on: 'f, g', max_volume: 50}]}\n"
    released.schedule_file.write_text(text.replace("broadcasts:", limits + "broadcasts:") + more, "utf-8")
    (released.bulletins / "ben-hai" / "lu.mp3").write_bytes((released.bulletins / "ben-hai" / "tin.mp3").read_bytes())
    store = Database(released.database)
    approve(released, store, find(released, "lu"), "Chị Hoa", datetime.datetime(2026, 11, 1, tzinfo=UTC))
    run_with(released, airing, lambda: None)
    rows = {row.output: (row.outcome, row.reason) for row in parts_of(store, [airing])}
    assert rows == {"n": ("skipped", "it must be quiet then"), "f": ("aired", None)}
    ordinary, emergency = (levels(released.root / folder) for folder in ("audio/played", "audio/g"))
    assert ordinary[2] == pytest.approx(emergency[2] / 2, rel=0.1)
    assert ordinary[0] < ordinary[2] / 3
    assert emergency[0] == pytest.approx(emergency[2], rel=0.2)


def levels(folder: Path) -> list[float]:
    """The mean level of the first, the third and the sixth half second of the sound that was played."""
    (path,) = folder.rglob("*.wav")
    with wave.open(str(path)) as file:
        rate, sound = file.getframerate(), np.frombuffer(file.readframes(file.getnframes()), np.int16)
    sound = sound[np.argmax(np.abs(sound.astype(int)) > 30) :]
    return [float(np.abs(sound[n * rate // 2 : (n + 1) * rate // 2].astype(float)).mean()) for n in (0, 2, 5)]
