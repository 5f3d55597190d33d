"""Make the Debian package: `python -m release.deb dist/loa-….whl --suite trixie --arch amd64 --out dist`.

The package brings Loa with its packages in an environment of its own, /usr/lib/loa, which runs with Debian's Python; so each
Debian release has its package. Only wheels go in, in the versions and with the hashes of requirements/station.txt: uv
chooses those of the wanted system, so that any machine makes any package. eSpeak NG and ffmpeg are Debian's.
"""

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hatch_version import debian_version

ROOT = Path(__file__).resolve().parent.parent
MAINTAINER_SCRIPTS = Path(__file__).with_name("debian")
LOCK = ROOT / "requirements" / "station.txt"
EXTRAS = "voice,console"
"""eSpeak NG comes from Debian, not from the extra `espeak`."""
USELESS = ("tests", "test")
"""Folders of packages that a station never reads: most of it numpy's and onnx's own tests."""


@dataclass(frozen=True, slots=True)
class Suite:
    """A Debian release: its short name in versions, its Python, its C library (for the tags of wheels)."""

    short: str
    python: str
    glibc: str


SUITES = {"bookworm": Suite("deb12", "3.11", "2_36"), "trixie": Suite("deb13", "3.13", "2_40")}
PLATFORMS = {"amd64": "x86_64", "arm64": "aarch64"}


def make(wheel: Path, suite: str, arch: str, out: Path, wheels: Path | None = None) -> Path:
    """Write `loa_VERSION_ARCH.deb` into `out` and return it. `wheels`: a folder with wheels that the registry lacks.

    Raises CalledProcessError if uv finds no wheel, or dpkg-deb fails.
    """
    made_for = SUITES[suite]
    version = debian_version(wheel.name.split("-")[1], made_for.short)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="loa-deb-") as folder:
        tree = Path(folder)
        _environment(tree / "usr/lib/loa", wheel, made_for, PLATFORMS[arch], wheels)
        _files(tree)
        _control(tree, version, arch, made_for)
        target = out / f"loa_{version}_{arch}.deb"
        _run("dpkg-deb", "--root-owner-group", "-Zzstd", "-z12", "--build", str(tree), str(target))
    return target


def _environment(place: Path, wheel: Path, suite: Suite, platform: str, wheels: Path | None) -> None:
    """A virtual environment on Debian's Python, with Loa and its packages."""
    packages = place / "lib" / f"python{suite.python}" / "site-packages"
    _run(
        *(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-build", "--target", str(packages)),
        *("--python-platform", f"{platform}-manylinux_{suite.glibc}", "--python-version", suite.python),
        *("--constraint", str(lock_for(platform, place.parent, wheels))),
        *(("--find-links", str(wheels)) if wheels else ()),
        f"loa[{EXTRAS}] @ {wheel.resolve().as_uri()}",
    )
    shutil.rmtree(packages / "bin")
    (packages / ".lock").unlink(missing_ok=True)
    for name in USELESS:
        for folder in packages.glob(f"*/**/{name}"):
            if folder.is_dir() and not folder.is_relative_to(packages / "loa"):
                shutil.rmtree(folder)
    (place / "bin").mkdir()
    (place / "bin" / "python3").symlink_to(f"/usr/bin/python{suite.python}")
    (place / "pyvenv.cfg").write_text("home = /usr/bin\ninclude-system-site-packages = false\n", "utf-8")
    _script(place / "bin" / "loa", "#!/usr/lib/loa/bin/python3\nfrom loa.__main__ import main\n\nmain()\n")


def lock_for(platform: str, beside: Path, wheels: Path | None) -> Path:
    """The lock; without the hashes of the packages whose wheels we bring ourselves (`release/arm64.py`)."""
    own = {path.name.split("-")[0] for path in (wheels.glob(f"*{platform}.whl") if wheels else ())}
    entries = LOCK.read_text("utf-8").replace("\\\n", "").splitlines()
    kept = beside / "constraints.txt"
    kept.parent.mkdir(parents=True, exist_ok=True)
    lines = [line.split(" --hash")[0] if line.split("==")[0] in own else line for line in entries]
    kept.write_text("\n".join(line for line in lines if not line.lstrip().startswith("#")) + "\n", "utf-8")
    return kept


def _files(tree: Path) -> None:
    """What lies outside of the environment: the command, the unit, its options, the documents."""
    (tree / "usr/lib/constraints.txt").unlink()
    _script(tree / "usr/bin/loa", (MAINTAINER_SCRIPTS / "loa.sh").read_text("utf-8"))
    for name, target in (("loa.service", "lib/systemd/system/loa.service"), ("loa.default", "etc/default/loa")):
        (tree / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MAINTAINER_SCRIPTS / name, tree / target)
    documents = tree / "usr/share/doc/loa"
    documents.mkdir(parents=True)
    for name in ("README.md", "CHANGELOG.md", "NOTICE", "SECURITY.md"):
        shutil.copyfile(ROOT / name, documents / name)
    shutil.copytree(ROOT / "docs", documents, dirs_exist_ok=True, ignore=shutil.ignore_patterns("images"))
    shutil.copyfile(MAINTAINER_SCRIPTS / "copyright", documents / "copyright")
    packages = sorted(path.stem for path in tree.glob("usr/lib/loa/lib/*/site-packages/*.dist-info"))
    (documents / "packages.txt").write_text("\n".join(packages) + "\n", "utf-8")


def _control(tree: Path, version: str, arch: str, suite: Suite) -> None:
    files = sorted(path for path in tree.rglob("*") if path.is_file() and not path.is_symlink())
    major, minor = map(int, suite.python.split("."))
    control = {
        "Package": "loa",
        "Version": version,
        "Architecture": arch,
        "Maintainer": "The Loa developers <loa@localhost>",
        "Installed-Size": str(sum(path.stat().st_size for path in files) // 1024),
        "Depends": (
            f"python3 (>= {suite.python}), python3 (<< {major}.{minor + 1}), python{suite.python}, adduser, espeak-ng, ffmpeg, "
            "init-system-helpers, libasound2 | libasound2t64, tzdata, util-linux"
        ),
        "Recommends": "libpulse0, mosquitto",
        "Section": "sound",
        "Priority": "optional",
        "Description": "loudspeakers and bulletins of a Vietnamese commune\n"
        " A commune keeps a few facts; Loa turns them into an article, checks it, reads it aloud in\n"
        " Vietnamese, makes a bulletin of it, and puts it on the commune's loudspeakers by a schedule,\n"
        " once somebody has approved it. With a web console, a log that proves what was aired, and\n"
        " an offline voice. The station lies in /var/lib/loa, which no removal touches.",
    }
    place = tree / "DEBIAN"
    place.mkdir()
    (place / "control").write_text("".join(f"{key}: {value}\n" for key, value in control.items()), "utf-8")
    (place / "conffiles").write_text("/etc/default/loa\n", "utf-8")
    sums = (f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(tree).as_posix()}\n" for path in files)
    (place / "md5sums").write_text("".join(sums), "utf-8")
    for name in ("preinst", "postinst", "prerm", "postrm"):
        _script(place / name, (MAINTAINER_SCRIPTS / name).read_text("utf-8").replace("@VERSION@", version))


def _script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    path.chmod(0o755)


def _run(*command: str) -> None:
    subprocess.run(command, check=True)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Make a Debian package of a wheel of Loa.")
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--suite", choices=SUITES, required=True)
    parser.add_argument("--arch", choices=PLATFORMS, default="amd64")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--wheels", type=Path, help="a folder of wheels that the registry lacks")
    given = parser.parse_args()
    print(make(given.wheel, given.suite, given.arch, given.out, given.wheels))


if __name__ == "__main__":
    main()
