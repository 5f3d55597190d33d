"""Make the wheel of `loa-player` of the wheel of `loa`: `python -m release.player dist/loa-….whl --out dist`.

It holds the modules that `[tool.loa.player]` in pyproject.toml names, with their packages' `__init__` and the messages, needs the
packages that stand there, and brings one command, `loa-player`. It is not installed beside `loa`, which holds all of it.
"""

import argparse
import base64
import hashlib
import re
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_COMMAND = "[console_scripts]\nloa-player = loa.fleet.program:main\n"


def make(wheel: Path, out: Path) -> Path:
    """Write `loa_player-VERSION-py3-none-any.whl` into `out` and return it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    player = project["tool"]["loa"]["player"]
    version = wheel.name.split("-")[1]
    place = f"loa_player-{version}.dist-info"
    out.mkdir(parents=True, exist_ok=True)
    target = out / f"loa_player-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as whole, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        files = {name: whole.read(name) for name in whole.namelist() if _is_part(name, player["modules"])}
        licences = {name: whole.read(name) for name in whole.namelist() if "/licenses/" in name}
        files |= {f"{place}/licenses/{name.rpartition('/')[2]}": data for name, data in licences.items()}
        files[f"{place}/METADATA"] = _metadata(project["project"], player["dependencies"], version).encode()
        files[f"{place}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: loa\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        files[f"{place}/entry_points.txt"] = _COMMAND.encode()
        record = [f"{name},sha256={_digest(data)},{len(data)}" for name, data in files.items()]
        files[f"{place}/RECORD"] = "\n".join([*record, f"{place}/RECORD,,", ""]).encode()
        for name, data in sorted(files.items()):
            made.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return target


def _is_part(name: str, modules: list[str]) -> bool:
    """Whether a file of the wheel belongs to the player: of a module, a package's `__init__`, or messages."""
    if name in {"loa/__init__.py", "loa/py.typed"} or re.fullmatch(r"loa/locale/.*\.mo", name):
        return True
    for module in modules:
        path = module.replace(".", "/")
        parents = {"/".join([*path.split("/")[:depth], "__init__.py"]) for depth in range(2, path.count("/") + 1)}
        if name == f"{path}.py" or name.startswith(f"{path}/") or name in parents:
            return True
    return False


def _metadata(project: dict[str, object], wanted: list[str], version: str) -> str:
    """The metadata: packages with the floors that Loa itself has."""
    floors: dict[str, str] = {}
    for text in project["dependencies"]:  # type: ignore[attr-defined]
        floors[re.split(r"[\[<>=;! ]", text)[0]] = text
    lines = [
        "Metadata-Version: 2.4",
        "Name: loa-player",
        f"Version: {version}",
        "Summary: A computer beside an amplifier that airs the plan of a station of Loa by itself",
        f"License-Expression: {project['license']}",
        f"Requires-Python: {project['requires-python']}",
        *(f"Requires-Dist: {floors[name]}" for name in wanted),
    ]
    return "\n".join(lines) + "\n"


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Make the wheel of loa-player of the wheel of loa.")
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    given = parser.parse_args()
    print(make(given.wheel, given.out))


if __name__ == "__main__":
    main()
