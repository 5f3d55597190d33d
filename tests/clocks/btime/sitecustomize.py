"""A process whose clock NTP has set, as it sees /proc: `btime` in /proc/stat is the clock minus the time since the start.

LOA_TEST_PROC names a folder that `tests.clocks.proc.moved` made. psutil and Loa read it in place of /proc.
"""

import contextlib
import os
import runpy
from pathlib import Path

import psutil

from loa.store import processes

psutil.PROCFS_PATH = os.environ["LOA_TEST_PROC"]
processes.PROC = Path(os.environ["LOA_TEST_PROC"])
with contextlib.suppress(FileExistsError):
    (processes.PROC / str(os.getpid())).symlink_to(f"/proc/{os.getpid()}")
if "FAKE_UTIME" in os.environ:  # under tests/clocks; Python looks for one sitecustomize only
    runpy.run_path(str(Path(__file__).parents[1] / "shim" / "sitecustomize.py"))
