"""The version of what is built: from the tags of git (`v0.2.0`), from a source archive's own note, else `NEXT`."""

import re
import subprocess
from pathlib import Path

NEXT = "0.2.0"
"""The release that is being worked on, where no tag says more; raised after each release."""
_ROOT = Path(__file__).resolve().parent


def version(root: Path = _ROOT) -> str:
    """The version by PEP 440.

    At the tag `v1.2.3`: `1.2.3`; 12 commits later `1.2.4.dev12+gabc1234`, with `.dirty` where files were changed;
    without a tag `NEXT` with the number of commits; in an unpacked source archive what its `PKG-INFO` says; else `NEXT`
    as `.dev0`.
    """
    if _git(root, "rev-parse", "--show-prefix") == "":
        described = _git(root, "describe", "--tags", "--long", "--dirty", "--match", "v[0-9]*")
        if described and (found := re.fullmatch(r"v(\d+(?:\.\d+)*)-(\d+)-(g[0-9a-f]+)(-dirty)?", described)):
            tagged, ahead, commit, dirty = found[1], int(found[2]), found[3], found[4]
            if not ahead and not dirty:
                return tagged
            *first, last = tagged.split(".")
            return f"{'.'.join([*first, str(int(last) + 1)])}.dev{ahead}+{commit}{'.dirty' if dirty else ''}"
        count, commit = _git(root, "rev-list", "--count", "HEAD"), _git(root, "describe", "--always", "--dirty=.dirty")
        if count and commit:
            return f"{NEXT}.dev{count}+g{commit}"
    note = root / "PKG-INFO"
    if note.is_file() and (noted := re.search(r"^Version: (\S+)$", note.read_text("utf-8"), re.MULTILINE)):
        return noted[1]
    return f"{NEXT}.dev0"


def debian_version(version: str, suite: str) -> str:
    """The same for dpkg, with the Debian release it is made for: `0.2.0.dev7+gabc` is earlier than `0.2.0`."""
    return f"{version.replace('.dev', '~dev')}-1~{suite}"


def _git(root: Path, *arguments: str) -> str | None:
    """What git says, or None where there is no git or no repository."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],  # noqa: S607  git of the path
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
