"""A process that is asked to end does, whatever it is doing and whatever it waits for."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.local import wait_for

BUSY = """
import signal, threading
from loa import ending
with ending.when_asked() as stop:
    with stop._cond:  # for a moment in each second the main thread holds it: where it begins to wait, where it wakes up
        signal.raise_signal(signal.SIGTERM)
    assert stop.wait(60)
"""
HANGING = """
import sys, threading, time
from pathlib import Path
from loa import ending
with ending.when_asked(0.5) as stop:
    Path(sys.argv[1]).touch()
    stop.wait()
    time.sleep(600 if sys.argv[2] == "inside" else 0)
time.sleep(600)
"""


def test_a_signal_comes_while_the_main_thread_begins_to_wait() -> None:
    """The handler waited for a lock that its own thread held: the station went on until it was killed."""
    subprocess.run([sys.executable, "-c", BUSY], check=True, timeout=60)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM that a process could handle")
@pytest.mark.parametrize("where", ["inside", "afterwards"])
def test_what_hangs_is_ended_all_the_same(tmp_path: Path, where: str) -> None:
    command = [sys.executable, "-c", HANGING, str(tmp_path / "begun"), where]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        wait_for((tmp_path / "begun").exists, 60)
        asked = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 1
        assert time.monotonic() - asked >= 0.5
