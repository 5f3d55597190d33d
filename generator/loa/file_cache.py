"""What was made of files is kept until a file's age or size changes."""

import os
import threading
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


def mark_of(path: Path) -> str:
    """Age and size of a file as text, for comparison; "" where there is no file."""
    try:
        stat = path.stat()
    except OSError:
        return ""
    return f"{stat.st_mtime_ns}:{stat.st_size}"


def marks_in(folder: Path | str, wanted: Callable[[str], bool] = lambda _name: True) -> dict[str, str]:
    """The marks of the entries of `folder` whose names are `wanted`, in order of name; {} where there is no folder.

    The folder is listed once: that is quick with thousands of files.
    """
    found: dict[str, str] = {}
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(FileNotFoundError):  # it went away since it was listed
                if wanted(entry.name):
                    stat = entry.stat()
                    found[entry.name] = f"{stat.st_mtime_ns}:{stat.st_size}"
    return dict(sorted(found.items()))


class FileCache(Generic[Key, Value]):
    """Values made by `read`, each with the mark that its file had. Safe for several threads.

    `most`: how many values are kept, the newest ones; None: all. `known`: values and marks of an earlier process.
    """

    def __init__(
        self,
        read: Callable[[Key], Value],
        *,
        most: int | None = None,
        known: Mapping[Key, tuple[str, Value]] | None = None,
    ) -> None:
        self._read, self._most = read, most
        self._known = dict(known or {})
        self._lock = threading.Lock()

    def get(self, key: Key, mark: str) -> Value:
        """The value of a file that has this mark now. Raises what `read` raises."""
        with self._lock:
            held = self._known.get(key)
        if held and held[0] == mark:
            return held[1]
        value = self._read(key)
        with self._lock:
            self._known.pop(key, None)
            self._known[key] = (mark, value)
            while self._most is not None and len(self._known) > self._most:
                del self._known[next(iter(self._known))]
        return value

    def follow(self, marks: Mapping[Key, str]) -> tuple[dict[Key, Value], list[Key], list[Key]]:
        """All values of the files with these marks, in their order; the keys that were read, and those that are gone.

        A file that went away since it was listed is left out. Raises what else `read` raises.
        """
        found, new = {}, []
        for key, mark in marks.items():
            with suppress(FileNotFoundError):
                fresh = key not in self._known or self._known[key][0] != mark
                found[key] = self.get(key, mark)
                if fresh:
                    new.append(key)
        with self._lock:
            gone = [key for key in self._known if key not in found]
            for key in gone:
                del self._known[key]
        return found, new, gone
