"""Make the one wheel that the registry lacks for ARM computers: `python -m release.arm64 --out dist/wheels`.

miniaudio plays on the sound card and decodes MP3; on PyPI it has wheels for x86-64, Windows and macOS alone. It is one C file,
compiled here by Debian's cross compiler (gcc-aarch64-linux-gnu) against Python's stable interface, so that it serves every
Python from 3.11 on: nobody needs a compiler on a Raspberry Pi. Source and version are those of the lock, with their hash.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from pathlib import Path

from release.deb import LOCK

TRIPLET = "aarch64-linux-gnu"
TAGS = "cp311-abi3-manylinux_2_34_aarch64"
"""glibc 2.34 or newer: Debian 12, Ubuntu 22.04. Compiled against 2.36; `_newest_glibc` sees that no newer name is used."""
_GLIBC = (2, 34)


def make(out: Path) -> Path:
    """Write `miniaudio-VERSION-….whl` into `out` and return it. Raises CalledProcessError, RuntimeError."""
    found = re.search(r"^miniaudio==(\S+) .*?(?=^\S)", LOCK.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert found, "miniaudio is not in the lock"
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="loa-arm-") as name:
        folder = Path(name)
        (folder / "wanted.txt").write_text(found[0], "utf-8")
        pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "-q", "--no-deps")
        asked = ("--no-binary", ":all:", "--require-hashes", "-r", folder / "wanted.txt", "-d", folder)
        subprocess.run([*pip, *asked], check=True)
        (archive,) = folder.glob("miniaudio-*.tar.gz")
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
        source = folder / archive.name.removesuffix(".tar.gz")
        compiler = f"{TRIPLET}-gcc"
        env = {
            **os.environ,
            "CC": compiler,
            "LDSHARED": f"{compiler} -shared",
            "CFLAGS": f"-g0 -O3 -I{sysconfig.get_path('include')}",
            "_PYTHON_HOST_PLATFORM": "linux-aarch64",
            "SETUPTOOLS_EXT_SUFFIX": ".abi3.so",
        }
        subprocess.run([sys.executable, "setup.py", "-q", "bdist_wheel"], cwd=source, env=env, check=True)
        (built,) = (source / "dist").glob("*.whl")
        unpacked = folder / "unpacked"
        shutil.unpack_archive(built, unpacked, "zip")
        _judge(next(unpacked.glob("*.so")))
        made = subprocess.run(
            [sys.executable, "-m", "wheel", "tags", "--remove", *_tag_options(), built],
            check=True,
            capture_output=True,
            encoding="utf-8",
        )
        return Path(shutil.copy(built.parent / made.stdout.split()[-1], out))


def _tag_options() -> tuple[str, ...]:
    python, abi, platform = TAGS.split("-")
    return ("--python-tag", python, "--abi-tag", abi, "--platform-tag", platform)


def _judge(library: Path) -> None:
    """Raises RuntimeError unless it is a library for ARM that the promised C library can load."""
    told = subprocess.run([f"{TRIPLET}-objdump", "-pf", library], check=True, capture_output=True, encoding="utf-8")
    newest = max(tuple(map(int, each.split("."))) for each in re.findall(r"GLIBC_([\d.]+)", told.stdout))
    if "elf64-littleaarch64" not in told.stdout or newest > _GLIBC:
        raise RuntimeError(f"{library.name}: glibc {newest}\n{told.stdout[:300]}")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Make miniaudio's wheel for 64-bit ARM Linux.")
    parser.add_argument("--out", type=Path, default=LOCK.parent.parent / "dist" / "wheels")
    print(make(parser.parse_args().out))


if __name__ == "__main__":
    main()
