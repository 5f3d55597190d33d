"""A file that never gives an answer (a pipe, a share that hangs) costs its own airing and nothing else."""

import datetime
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from loa.schedule import UTC
from loa.stop_file import StopRequest, cut_by_file, leave_stop
from loa.store.asrun import rows
from loa.store.database import Database
from tests.local import preloaded, wait_for

from .conftest import Faulty
from .test_slow_disk import plan_at_once

CC = shutil.which("cc")
COUNT = 3
"""Airings at one instant; the recording of the first one gives no answer."""


def begin(station: Faulty, seconds: float) -> list[str]:
    """Plan the airings so long from now, with a short time in which they may start."""
    station.lengthen(4.0)
    moment = (datetime.datetime.now(UTC) + datetime.timedelta(seconds=seconds)).replace(microsecond=0)
    planned = plan_at_once(station, moment, COUNT)
    text = station.workspace.schedule_file.read_text("utf-8")
    text = text.replace("commune: ben-hai,", "commune: ben-hai, late: {start_within: 4s},")
    station.workspace.schedule_file.write_text(text, "utf-8")
    return planned


def ends_quickly(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGTERM)
    _out, errors = process.communicate(timeout=10)
    assert "Traceback" not in errors, errors


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_a_recording_that_is_a_pipe_is_told_and_stops_nothing(station: Faulty) -> None:
    """It froze the heartbeat, STOP and SIGTERM."""
    planned = begin(station, 8)
    recording = station.workspace.bulletins / "ben-hai" / "tin-0.mp3"
    recording.unlink()
    os.mkfifo(recording)
    process = station.start(claim=6, open=2, recheck=1)
    for airing in planned[1:]:
        assert station.wait_for_outcome(airing).outcome == "aired"
    row = station.wait_for_outcome(planned[0])
    assert row.outcome == "missed"
    assert "not a file" in (row.reason or "")
    ends_quickly(process)


@pytest.fixture
def hanging(station: Faulty, tmp_path: Path) -> Callable[[str], Path]:
    """Makes every file whose path holds a text hang for the station, while the file that it gives exists."""

    def make(part: str) -> Path:
        library, flag = tmp_path / "hangs.so", tmp_path / "hanging"
        source = Path(__file__).with_name("hangs.c")
        subprocess.run([str(CC), "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
        station.environment |= {**preloaded(library), "HANG": part, "HANG_WHILE": str(flag)}
        return flag

    return make


@pytest.mark.long
@pytest.mark.skipif(CC is None, reason="there is no C compiler")
def test_a_recording_on_a_share_that_hangs_stops_nothing(station: Faulty, hanging: Callable[[str], Path]) -> None:
    flag = hanging("tin-0.mp3")
    planned = begin(station, 16)
    flag.touch()
    process = station.start(claim=14, open=2, recheck=1)
    for airing in planned[1:]:
        assert station.wait_for_outcome(airing).outcome == "aired"
    row = station.wait_for_outcome(planned[0])
    assert row.outcome == "missed"
    assert "was not read within" in (row.reason or "")
    assert station.state() is not None
    leave_stop(station.workspace, StopRequest(by="Hoa"))
    wait_for(lambda: cut_by_file(station.workspace) is not None, 2)
    ends_quickly(process)


@pytest.mark.long
@pytest.mark.skipif(CC is None, reason="there is no C compiler")
def test_a_schedule_on_a_share_that_hangs_stays_in_force(station: Faulty, hanging: Callable[[str], Path]) -> None:
    flag = hanging("schedule.yaml")
    planned = begin(station, 18)
    process = station.start(claim=14, open=2, recheck=1)
    wait_for(lambda: station.state() is not None, 15)
    flag.touch()
    station.workspace.schedule_file.touch()
    for airing in planned:
        assert station.wait_for_outcome(airing).outcome == "aired"
    wait_for(lambda: any("was not read within" in text for text in station.alarms()), 15)
    flag.unlink()
    time.sleep(1)
    station.plan(3600)
    wait_for(lambda: "was read again" in _events(station), 10)
    ends_quickly(process)


def _events(station: Faulty) -> str:
    store = Database(station.workspace.database)
    try:
        return " ".join(row.reason or "" for row in rows(store, kinds=None))
    finally:
        store.close()
