"""python -m tests.clocks [--turn N] [--clock NAME] [ARGUMENTS OF PYTEST]: the tests under other clocks; exit code 1 where one fails.

The processes see another wall clock (libfaketime); the clock that only goes forward stays true, so that waits are as
long as ever. With each clock comes another order of the tests, for none may depend on it. What is about hours and days runs
under every clock; of the rest each module runs under one of them, and in five turns (0 to 4) under all.
"""

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).parent.parent.parent
HERE = "true_clock or sound or long"
"""What stays under the computer's own clock; `true_clock` names its reason."""


@dataclass(frozen=True, slots=True)
class Clock:
    """What it is, and where."""

    name: str
    moment: str
    zone: str

    def offset(self) -> float:
        """Seconds from now to its moment."""
        return datetime.fromisoformat(self.moment).replace(tzinfo=ZoneInfo(self.zone)).timestamp() - time.time()


CLOCKS = (
    Clock("saturday", "2027-01-16 08:30", "Asia/Ho_Chi_Minh"),
    Clock("new-year", "2026-12-31 23:50", "Asia/Ho_Chi_Minh"),
    Clock("leap-day", "2028-02-29 12:00", "America/New_York"),
    Clock("tet", "2027-02-06 16:55", "Asia/Ho_Chi_Minh"),
    Clock("the-first", "2027-03-01 03:00", "Europe/London"),
)


def main(arguments: list[str]) -> int:
    """Run the suite once for each clock."""
    parser = argparse.ArgumentParser(prog="python -m tests.clocks", allow_abbrev=False)
    parser.add_argument("--turn", type=int, default=0, help="which modules meet which clock, 0 to 4")
    parser.add_argument("--clock", choices=[clock.name for clock in CLOCKS], help="this one alone")
    chosen, rest = parser.parse_known_args(arguments)
    library = next(Path("/usr/lib").rglob("libfaketimeMT.so.1"), None)
    if library is None:
        print("faketime is not installed (make debian)", file=sys.stderr)
        return 1
    failed = [
        clock.name
        for number, clock in enumerate(CLOCKS)
        if chosen.clock in (None, clock.name)
        and not _passes(clock, f"{(number + chosen.turn) % len(CLOCKS)}/{len(CLOCKS)}", library, rest)
    ]
    print("passed" if not failed else f"FAILED under {', '.join(failed)}")
    return bool(failed)


def _passes(clock: Clock, part: str, library: Path, arguments: list[str]) -> bool:
    print(f"\n== {clock.name}: {clock.moment} {clock.zone}", flush=True)
    environment = {
        **os.environ,
        "LD_PRELOAD": str(library),
        "FAKETIME": f"{clock.offset():+.0f}s",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKE_UTIME": "1",
        "TZ": clock.zone,
        "LOA_TEST_ZONE": clock.zone,
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent / "shim"), os.environ.get("PYTHONPATH", "")]),
    }
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-m",
        f"not ({HERE})",
        "--shuffle",
        clock.name,
        "--part",
        part,
        *arguments,
    ]
    again = [*command, "--last-failed", "--last-failed-no-failures", "none"]  # as in the Makefile
    return any(subprocess.run(one, cwd=ROOT, env=environment, check=False).returncode == 0 for one in (command, again))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
