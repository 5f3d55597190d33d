"""A build that is killed with -9 at any moment, and then run again, is complete and leaves nothing half-written."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from generator.bulletin import BulletinPlan, Manifest, Order, make, unchanged
from generator.workspace import Workspace
from tests.bulletin.scripts import ARTICLE, BRIDGE, CLOSING, OPENING
from tests.speech.voices import Beeper

ROOT = Path(__file__).parent.parent.parent
ORDER = Order(BulletinPlan("xa", "tin", "Tin", ("tin",), 75, 110), OPENING, (ARTICLE,), BRIDGE, CLOSING, commune="xã")
PROGRAM = """
import sys
from pathlib import Path
from generator.bulletin import make
from generator.workspace import Workspace
from tests.bulletin.test_killed import ORDER
from tests.speech.voices import Beeper
print("ready", flush=True)
make(Workspace(Path(sys.argv[1])), ORDER, Beeper(), "low")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a POSIX signal")
def test_a_killed_build_leaves_nothing_half_written(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    shutil.copytree(ROOT / "audio" / "jingles", workspace.jingles)
    killed = 0
    for delay in (0.3, 0.7, 1.1, 1.5, 0.2, 0.4, 0.1, 0.05):
        build = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(tmp_path)],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert build.stdout
        build.stdout.readline()
        time.sleep(delay)
        build.send_signal(signal.SIGKILL)
        build.communicate()
        killed += build.returncode == -signal.SIGKILL
        record = workspace.bulletins / "xa/tin.json"
        if record.exists():  # a record is only ever seen beside the sound it was made for
            Manifest.load(record)
            assert unchanged(workspace, ORDER, Beeper(), "low")
    assert killed >= 4
    workspace.sweep()
    manifest = make(workspace, ORDER, Beeper(), "low")
    assert unchanged(workspace, ORDER, Beeper(), "low") == manifest
    assert not list(workspace.root.rglob("*.part"))
    assert {path.suffix for path in workspace.bulletins.rglob("tin*")} == {".mp3", ".json", ".vtt", ".srt", ".png"}
