"""Some of the points in every run of the tests; all of them: make test-long."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.crash_points.power import KINDS, Call, Kind, PoweredDisk, content

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or not (shutil.which("cc") or shutil.which("gcc")),
    reason="the door to the disk is a C library of Linux",
)


@pytest.mark.parametrize("scenario", ["airing", "approve", "restore"])
def test_promises_hold_at_some_points(scenario: str) -> None:
    command = [sys.executable, "-m", "tests.crash_points", "--scenario", scenario, "--every", "71"]
    command += [word for fault in ("kill", "I/O error", "disk full", "power cut") for word in ("--fault", fault)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert sum(int(found) for found in re.findall(r"(\d+) points +0 failures", done.stdout)) > 4


def files(disk: PoweredDisk, kind: Kind) -> dict[str, bytes]:
    return {name: content(node, kind) for name, node in disk.after_a_cut(kind).items()}


def test_a_power_cut_takes_what_was_not_synced(tmp_path: Path) -> None:
    """The model itself: a file written and renamed in the careless way, then in the careful one."""
    (tmp_path / "a").write_bytes(b"old")
    disk = PoweredDisk(tmp_path)
    for op, name, other, data in (("c", "b", "", b""), ("w", "b", "", b"new"), ("r", "b", "a", b"")):
        disk.follow(Call(op, 0, 0, name, other, data))
    assert [files(disk, kind)["a"] for kind in KINDS] == [b"old", b"", b"new"]
    disk.follow(Call("s", 0, 0, "a", "", b""))
    assert [files(disk, kind)["a"] for kind in KINDS] == [b"old", b"new", b"new"]
    disk.follow(Call("d", 0, 0, "", "", b""))
    assert [files(disk, kind) for kind in KINDS] == [{"a": b"new"}] * 3
