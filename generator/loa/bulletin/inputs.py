"""What everything is made from: the program with its tables and templates, and the station's own templates.

What was made remembers the digest of its inputs; where that is the same, it need not be made again to see it.
"""

import hashlib
from functools import cache
from pathlib import Path

from loa import __version__, template_files
from loa.file_cache import mark_of
from loa.tts.cache import digest


@cache
def program() -> str:
    """Return a digest of the program and of the tables and templates that come with it."""
    package = Path(__file__).parents[1]
    files = [*package.rglob("*.py"), *package.glob("*/data/*"), *package.glob("reference/*")]
    files += [path for path in template_files.packaged().rglob("*") if path.is_file()]
    files += template_files.brought().values()
    return digest(__version__, *sorted(f"{path} {mark_of(path)}" for path in files if "__pycache__" not in path.parts))


def contents(folder: Path) -> list[str]:
    """Return each file below `folder` with the SHA-256 of its content. Raises OSError."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [f"{path.relative_to(folder)} {sha256_of(path)}" for path in paths]


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
