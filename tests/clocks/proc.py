"""/proc as it is after somebody set the clock: the processes are the same, the computer began at another time."""

import os
from pathlib import Path


def moved(folder: Path, seconds: float, *pids: int) -> Path:
    """Make `folder` a copy of /proc (links) with the processes `pids`, whose `btime` is `seconds` later than it is."""
    folder.mkdir()
    entries = [entry.name for entry in Path("/proc").iterdir()]
    for name in [n for n in entries if not n.isdigit() and n != "stat"] + [str(pid) for pid in pids]:
        (folder / name).symlink_to(f"/proc/{name}")
    lines = Path("/proc/stat").read_text("ascii").splitlines()
    (began,) = (int(line.split()[1]) for line in lines if line.startswith("btime "))
    kept = [line for line in lines if not line.startswith("btime ")]
    (folder / "stat").write_text("\n".join([*kept, f"btime {began + round(seconds)}"]) + "\n", "ascii")
    return folder


def environment(folder: Path) -> dict[str, str]:
    """What a process needs to see `folder` in place of /proc."""
    shim = str(Path(__file__).parent / "btime")
    return {"LOA_TEST_PROC": str(folder), "PYTHONPATH": os.pathsep.join([shim, os.environ["PYTHONPATH"]])}
