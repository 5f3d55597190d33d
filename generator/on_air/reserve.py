"""A file that is only there to be given up: on a full disk it makes room for claims and outcomes."""

import contextlib
import os
import shutil

from generator.workspace import Workspace

_BYTES = 2_000_000
"""Some thousand rows of the log."""
_COMFORT = 10 * _BYTES
"""Free bytes from which on it is laid by again."""


class Reserve:
    """`.loa/reserve`."""

    def __init__(self, workspace: Workspace) -> None:
        self._path = workspace.state / "reserve"

    def lay_by(self) -> None:
        """Make it, where there is room enough; a disk that cannot be written has none."""
        with contextlib.suppress(OSError):
            if not self._path.exists() and shutil.disk_usage(self._path.parent).free > _COMFORT:
                with self._path.open("wb") as file:
                    file.write(os.urandom(_BYTES))  # not zeros: a file system that compresses would keep nothing free

    def give_up(self) -> bool:
        """Take it away; whether there was one."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True
