"""Is there a wheel of every package for every system? `python -m release.wheels` asks the registry, and downloads none.

Where nobody has a compiler (Windows, macOS, a Raspberry Pi) a package that exists as source alone cannot be installed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from release.deb import lock_for

SYSTEMS = {
    "x86_64-pc-windows-msvc": "win_amd64",
    "aarch64-apple-darwin": "macosx_arm64",
    "aarch64-manylinux_2_34": "aarch64",
    "x86_64-manylinux_2_34": "x86_64",
}
"""Each system as uv calls it, and the end of its wheels' names. Windows 10, macOS 14, Debian 12 and Raspberry Pi OS 12."""
PYTHONS = ("3.11", "3.12", "3.13")


def missing(system: str, python: str, wheels: Path | None = None) -> str:
    """What uv says is missing, or ""."""
    with tempfile.TemporaryDirectory(prefix="loa-wheels-") as folder:
        lock = lock_for(SYSTEMS[system], Path(folder), wheels)
        command = [
            *(sys.executable, "-m", "uv", "pip", "install", "--dry-run", "--no-build", "--no-deps", "--target", folder),
            *("--python-platform", system, "--python-version", python, "--requirement", str(lock)),
            *(("--find-links", str(wheels)) if wheels else ()),
        ]
        env = {**os.environ, "MACOSX_DEPLOYMENT_TARGET": "14.0"}  # onnxruntime wants it
        done = subprocess.run(command, env=env, capture_output=True, encoding="utf-8", check=False)
    return done.stderr if done.returncode else ""


def main() -> None:
    """Exit 1 if something is missing somewhere."""
    parser = argparse.ArgumentParser(description="Look for wheels of everything that a station installs.")
    parser.add_argument("--wheels", type=Path, help="a folder of wheels that the registry lacks")
    wheels = parser.parse_args().wheels
    worst = 0
    for system in SYSTEMS:
        for python in PYTHONS:
            said = missing(system, python, wheels)
            print(f"{system}, Python {python}: {said or 'all there'}")
            worst |= bool(said)
    raise SystemExit(worst)


if __name__ == "__main__":
    main()
