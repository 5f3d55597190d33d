"""The tests that make no real sound, under other clocks: python -m tests.clocks

Each clock starts at its instant and goes on from there (libfaketime; the clock that only goes forward stays true).
"""

import os
import shutil
import subprocess
import sys

CLOCKS = {
    "a Saturday": ("2026-11-28 10:00:00", "Asia/Ho_Chi_Minh"),
    "the last minutes of a year": ("2026-12-31 23:50:00", "Asia/Ho_Chi_Minh"),
    "29 February": ("2028-02-29 08:00:00", "America/New_York"),
    "Tết": ("2027-02-06 18:30:00", "Asia/Ho_Chi_Minh"),
    "the 1st at three": ("2027-03-01 03:00:00", "America/New_York"),
}
FOLDERS = [
    *("app", "article", "automation", "campaign", "checks", "cli", "publish", "reference", "schedule", "store"),
    *("test_formats.py", "test_sample.py", "test_script.py", "test_wrong_values.py"),
]
"""Where dates matter. Left out: `normalizer`, `audio`, `tts`, `bulletin` and `yamlfile`, which ask no clock, and the
browser's tests, whose Chromium does not start under libfaketime."""


def main() -> None:
    """Exit code 1 where a test fails under any of the clocks."""
    faketime = shutil.which("faketime")
    if faketime is None:
        sys.exit("faketime is not installed (make debian)")
    tests = [path for folder in FOLDERS if os.path.exists(path := f"tests/{folder}")]  # noqa: PTH110
    failed = []
    for name, (moment, zone) in CLOCKS.items():
        print(f"== {name}: {moment} {zone}", flush=True)
        command = [
            *(faketime, "-m", "-f", f"@{moment}", sys.executable, "-m", "pytest", "-q", "-n", "4"),
            *(
                "--dist",
                "worksteal",
                "-p",
                "no:cacheprovider",
                "-m",
                "not long and not sound and not true_clock",
                *tests,
            ),
        ]
        environment = {**os.environ, "TZ": zone, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        if subprocess.run(command, check=False, env=environment).returncode:
            failed.append(name)
    if failed:
        sys.exit(f"failed under: {', '.join(failed)}")


if __name__ == "__main__":
    main()
